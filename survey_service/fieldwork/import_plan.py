"""When an imported wave was, what it is called, and where it stands among the others."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from survey_service.catalogue import load_frameworks
from survey_service.faults import FieldFault, InputRefused
from survey_service.fieldwork.import_choices import ImportChoices
from survey_service.fieldwork.typed_input import TypedInput, make_key
from survey_service.fieldwork.wave_plan import LABEL_LIMIT
from survey_service.measurement.instrument import Audience
from survey_service.storage import projects, results
from survey_service.storage.database import Session, reading
from survey_service.storage.importing import NewWave
from survey_service.storage.projects import ProjectRecord, WaveRecord


@dataclass(frozen=True, slots=True)
class PlannedImport:
    """An imported wave's name, dates and wording, all of them usable."""

    key: str
    label_da: str
    label_en: str
    opens_on: date
    closes_on: date
    framework: str


def plan_import(project: ProjectRecord, choices: ImportChoices, today: date) -> PlannedImport:
    """Return what was said of the wave itself, read and checked.

    Raises InputRefused with every fault: a missing or taken name, dates backwards, in the future or
    over another wave's, an unknown wording or audience.
    """
    typed = TypedInput()
    label_da = typed.read_text("label_da", choices.label_da, LABEL_LIMIT)
    label_en = typed.read_text("label_en", choices.label_en, LABEL_LIMIT, required=False)
    opens_on = typed.read_day("opens_on", choices.opens_on)
    closes_on = typed.read_day("closes_on", choices.closes_on)
    framework = choices.framework or project.framework
    if framework not in {known.key for known in load_frameworks()}:
        typed.refuse("framework", "unknown_choice")
    if choices.audience and choices.audience not in set(Audience):
        typed.refuse("audience", "unknown_choice")
    waves = projects.find_waves(reading(), project.id)
    _check_name(typed, label_da, choices.key, waves)
    if opens_on is not None and closes_on is not None:
        _check_dates(typed, opens_on, closes_on, waves, today)
    typed.raise_if_any()
    if opens_on is None or closes_on is None:
        raise ValueError("dates: expected both read, found none")
    key = choices.key or make_key(label_da, {wave.key for wave in waves})
    return PlannedImport(key, label_da, label_en or label_da, opens_on, closes_on, framework)


def refuse_after_release(project_id: UUID) -> None:
    """Refuse to let a wave in once results were worked out, published or not: InputRefused.

    Every wave moves all adjusted means a little: invented ones between releases would give one
    equation after another about those of a unit that is held back.
    """
    if results.find_releases(reading(), project_id):
        raise InputRefused(FieldFault("", "import_after_release"))


def place_wave(
    session: Session, wave_id: UUID, project_id: UUID, planned: PlannedImport
) -> NewWave:
    """Return the wave to store, in the place among the project's waves that its dates give it."""
    waves = projects.find_waves(session, project_id)
    later = [wave.position for wave in waves if wave.opens_on > planned.opens_on]
    last = max((wave.position for wave in waves), default=0)
    return NewWave(
        id=wave_id,
        project_id=project_id,
        key=planned.key,
        position=min(later, default=last + 1),
        label_da=planned.label_da,
        label_en=planned.label_en,
        opens_on=planned.opens_on,
        closes_on=planned.closes_on,
        framework=planned.framework,
    )


def _check_name(typed: TypedInput, label: str, key: str, waves: list[WaveRecord]) -> None:
    if label and label.casefold() in {wave.label_da.casefold() for wave in waves}:
        typed.refuse("label_da", "import_name_taken", name=label)
    if key and (key in {wave.key for wave in waves} or make_key(key, ()) != key):
        typed.refuse("key", "import_key_taken", key=key)


def _check_dates(
    typed: TypedInput, opens_on: date, closes_on: date, waves: list[WaveRecord], today: date
) -> None:
    if closes_on < opens_on:
        typed.refuse("closes_on", "import_backwards")
        return
    if closes_on > today:
        typed.refuse("closes_on", "import_in_future")
    for wave in waves:
        if wave.opens_on <= closes_on and opens_on <= wave.closes_on:
            typed.refuse("opens_on", "import_overlaps", wave=wave.label_da)
