"""What a release's briefs tell beside its figures, frozen with them: names, dates, decisions.

A unit that is given another name, or a project another title, changes no brief that is made
already. Telephone numbers alone are always today's: better another byte than a number that is dead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from survey_service.briefs.context import DecisionMade, WaveFacts
from survey_service.charts.heat_map import UnitPlace
from survey_service.measurement.dataclass_json import from_plain, to_plain
from survey_service.measurement.unit_tree import in_tree_order
from survey_service.reporting.decisions_made import find_decisions_made
from survey_service.storage import projects, results
from survey_service.storage.database import reading
from survey_service.storage.projects import ProjectRecord, WaveRecord
from survey_service.texts import Wording

FACTS = "facts"
"""The key beside the figures under which a release keeps them."""


@dataclass(frozen=True, slots=True)
class FrozenFacts:
    """Names, dates and decisions of a release.

    `primary_waves` are the names of the two waves named beforehand, empty where none were;
    `replaces` is the number of the release it corrects, of the same waves.
    """

    project_title: str
    municipality: str
    waves: tuple[WaveFacts, ...]
    primary_waves: tuple[Wording, ...]
    units: tuple[UnitPlace, ...]
    decisions: tuple[DecisionMade, ...] = ()
    replaces: int | None = None


def find_facts(project: ProjectRecord, waves: Sequence[WaveRecord]) -> FrozenFacts:
    """Return what the briefs of a release of these waves tell, as it stands now."""
    tree = projects.find_unit_tree(reading(), project.municipality_id)
    return FrozenFacts(
        project_title=project.title,
        municipality=project.municipality_name,
        waves=tuple(
            WaveFacts(wave.key, _label(wave), wave.opens_on, wave.closes_on) for wave in waves
        ),
        primary_waves=_primary_waves(project),
        units=tuple(UnitPlace(unit.key, unit.name, depth) for unit, depth in in_tree_order(tree)),
        decisions=find_decisions_made(project.id, waves),
        replaces=_find_replaced(project, [wave.key for wave in waves]),
    )


def facts_to_json(facts: FrozenFacts) -> Any:
    """Return the facts as what `json.dumps` takes."""
    return to_plain(facts)


def facts_from_json(content: Mapping[str, Any]) -> FrozenFacts | None:
    """Return the facts frozen in a release's content; None in a release made before they were."""
    return from_plain(FrozenFacts, content[FACTS]) if FACTS in content else None


def _label(wave: WaveRecord) -> Wording:
    return Wording({"da": wave.label_da, "en": wave.label_en})


def _primary_waves(project: ProjectRecord) -> tuple[Wording, ...]:
    """Return the names of the two waves to compare first of all, also before they are measured."""
    if project.primary_from is None or project.primary_to is None:
        return ()
    labels = {wave.key: _label(wave) for wave in projects.find_waves(reading(), project.id)}
    return tuple(
        labels.get(key) or Wording({"da": key, "en": key})
        for key in (project.primary_from, project.primary_to)
    )


def _find_replaced(project: ProjectRecord, waves: Sequence[str]) -> int | None:
    """Return the newest published release, if it holds the same waves."""
    for entry in results.find_releases(reading(), project.id):
        if entry.is_published:
            record = results.find_release(reading(), project.id, entry.number)
            is_same = record is not None and list(record.content["waves"]) == list(waves)
            return entry.number if is_same else None
    return None
