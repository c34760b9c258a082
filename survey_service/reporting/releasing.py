"""From scores to a release: load, compare, suppress, freeze."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from survey_service.catalogue import load_framework, load_instrument
from survey_service.measurement.audited_people import gather_people
from survey_service.measurement.comparison import (
    ComparisonPlan,
    PrimaryContrast,
)
from survey_service.measurement.detail_disclosure import attach_details, disclose_details
from survey_service.measurement.differencing import (
    Basis,
    count_basis,
    count_unit_basis,
)
from survey_service.measurement.disclosure import ReleasedFigures, disclose
from survey_service.measurement.field_disclosure import ShownUnits
from survey_service.measurement.help_given import HELP_ITEM, HelpGiven, count_help
from survey_service.measurement.instrument_versions import join_versions
from survey_service.measurement.item_table import ItemTable, Response, tabulate_responses
from survey_service.measurement.principles import Relation
from survey_service.measurement.project_analysis import Progress, analyse
from survey_service.measurement.rate_disclosure import SeenUnits, keep_back_again
from survey_service.measurement.release_audit import find_withheld
from survey_service.measurement.release_format import released_from_json, released_to_json
from survey_service.measurement.released_details import ReleasedDetails
from survey_service.measurement.score_table import ScoreTable, tabulate
from survey_service.measurement.unit_disclosure import UnitGroup
from survey_service.measurement.unit_tree import Parents
from survey_service.measurement.withholding import withhold_details, withhold_figures
from survey_service.reporting.earlier_releases import (
    EarlierRelease,
    find_earlier,
    find_units_before,
    known_figures,
    refuse_overtaken,
    refuse_small_changes,
)
from survey_service.reporting.frozen_facts import (
    FACTS,
    FrozenFacts,
    facts_from_json,
    facts_to_json,
    find_facts,
)
from survey_service.reporting.own_words import GatheredWords, attach_quotes, gather_words
from survey_service.storage import counts, importing, projects, results
from survey_service.storage.database import reading, writing
from survey_service.storage.keys import KeyStore
from survey_service.storage.projects import ProjectRecord, WaveRecord

CLOSED_FOR_ANSWERS = ("closed", "released")


class NothingToRelease(Exception):
    """There are no two closed waves to compare."""


class ReleaseUnknown(Exception):
    """There is no such project or release."""


class ReleaseOutdated(Exception):
    """A newer release is published; an older one would only take back what was told since."""


@dataclass(frozen=True, slots=True)
class PublishedRelease:
    """A release as it was frozen; until it `is_published` only evaluators see it.

    `decisions` are those taken before its last wave, as they stood when it was frozen.
    """

    project: ProjectRecord
    waves: tuple[WaveRecord, ...]
    number: int
    released_on: date
    figures: ReleasedFigures
    facts: FrozenFacts
    is_published: bool = True


def load_scores(project: ProjectRecord, waves: tuple[WaveRecord, ...]) -> ScoreTable:
    """Return the project's scores on its framework's principles in these waves."""
    principles = [principle.key for principle in load_framework(project.framework).principles]
    rows = results.stream_scores(reading(), [wave.id for wave in waves], principles)
    return tabulate(rows, [wave.key for wave in waves])


def plan_of(project: ProjectRecord, waves: tuple[WaveRecord, ...]) -> ComparisonPlan:
    """Return what the project settled before it measured, for these waves.

    A primary contrast whose waves are not all closed yet is not tested as primary. Where a wave
    asked about a principle in words that carry no trend, it is compared with no other on it.
    """
    keys = tuple(wave.key for wave in waves)
    primary = None
    if project.primary_audience and project.primary_from in keys and project.primary_to in keys:
        primary = PrimaryContrast(
            project.primary_audience, project.primary_from, project.primary_to
        )
    return ComparisonPlan(keys, project.margin, primary, project.minimum, _seams_of(waves))


def _seams_of(waves: tuple[WaveRecord, ...]) -> frozenset[tuple[str, str]]:
    relations = importing.find_relations(reading(), [wave.id for wave in waves])
    return frozenset(
        (wave, principle)
        for wave, of_principles in relations.items()
        for principle, relation in of_principles.items()
        if not Relation(relation).carries_a_trend
    )


def load_item_tables(waves: tuple[WaveRecord, ...]) -> dict[str, ItemTable]:
    """Return the responses in these waves per audience's instrument, its versions together.

    Responses that came in as scores alone belong to no instrument and are in no table.
    """
    gathered: dict[tuple[str, int], list[Response]] = {}
    for found in results.stream_responses(reading(), [wave.id for wave in waves]):
        version = found.instrument_key, found.instrument_version
        if not found.instrument_key:
            continue
        gathered.setdefault(version, []).append(found.response)
    tables: dict[str, list[ItemTable]] = {}
    for version in sorted(gathered):
        instrument = load_instrument(*version)
        table = tabulate_responses(instrument, gathered[version], [wave.key for wave in waves])
        tables.setdefault(instrument.audience, []).append(table)
    return {audience: join_versions(found) for audience, found in tables.items()}


def compute_figures(project_id: UUID, tell: Progress = lambda _step: None) -> ReleasedFigures:
    """Return what may be shown of a project's closed waves now.

    Raises NothingToRelease, and TooFewChanged where only the newest release may be shown.
    """
    project, waves = _find(project_id)
    closed = _closed(waves)
    tell("reading the answers")
    return _compute(project, closed, _gather(project, closed), tell)


def prepare_release(
    project_id: UUID,
    today: date,
    tell: Progress = lambda _step: None,
    keys: KeyStore | None = None,
) -> int:
    """Freeze what may be shown of all closed waves under a new number that evaluators see.

    What they see counts as revealed: it is held against later releases like a published one.
    With `keys` it quotes what may be quoted of people's own words, else nothing.

    Raises NothingToRelease with fewer than two closed waves, TooFewChanged where holding the
    new release against the newest would tell of fewer people than the minimum, and
    ReleaseOvertaken where what it was held against changed while it was computed.
    """
    project, waves = _find(project_id)
    closed = _closed(waves)
    tell("reading the answers")
    gathered = _gather(project, closed)
    figures = _compute(project, closed, gathered, tell)
    wave_ids = {wave.key: wave.id for wave in closed}
    with writing() as session:
        refuse_overtaken(session, project, closed, gathered.earlier)
        # Here, not before: what is withdrawn while figures are computed must not come in.
        words = GatheredWords()
        if keys is not None:
            words = gather_words(session, keys, project, closed, gathered.earlier)
        content = released_to_json(attach_quotes(figures, words.quotes))
        content[FACTS] = facts_to_json(find_facts(project, closed))
        number = results.add_release(session, project_id, today, content, is_published=False)
        basis = {**gathered.basis, **words.basis}
        results.add_release_basis(session, project_id, number, basis, wave_ids)
    return number


def publish_release(project_id: UUID, number: int, today: date) -> None:
    """Let readers see a prepared release, as it was frozen; one that is published already stays.

    Raises ReleaseUnknown, and ReleaseOutdated where a newer one is published.
    """
    release = find_release(project_id, number)
    if release.is_published:
        return
    newest = _newest_number(project_id, only_published=True)
    if newest is not None and newest > number:
        raise ReleaseOutdated(f"release {number}: expected none newer published, found {newest}")
    with writing() as session:
        results.publish_release(session, project_id, number, today)
        for wave in release.waves:
            projects.set_wave_status(session, wave.id, "released")


def release_project(project_id: UUID, today: date, keys: KeyStore | None = None) -> int:
    """Freeze what may be shown of all closed waves and publish it at once; return its number.

    Raises what `prepare_release` raises.
    """
    number = prepare_release(project_id, today, keys=keys)
    publish_release(project_id, number, today)
    return number


def find_release(
    project_id: UUID, number: int | None = None, *, only_published: bool = False
) -> PublishedRelease:
    """Return a release by its number, or the newest.

    Raises ReleaseUnknown; with `only_published` also for one that is not.
    """
    project, waves = _find(project_id)
    if number is None:
        number = _newest_number(project_id, only_published=only_published)
        if number is None:
            raise ReleaseUnknown(f"project {project.key}: there is no release yet")
    record = results.find_release(reading(), project_id, number)
    if record is None or (only_published and not record.is_published):
        raise ReleaseUnknown(f"project {project.key}: there is no release {number}")
    figures = released_from_json(record.content)
    shown = tuple(wave for wave in waves if wave.key in figures.waves)
    return PublishedRelease(
        project,
        shown,
        record.number,
        record.released_on,
        figures,
        facts_from_json(record.content) or find_facts(project, shown),
        record.is_published,
    )


def _newest_number(project_id: UUID, *, only_published: bool) -> int | None:
    found = results.find_releases(reading(), project_id)
    return next((entry.number for entry in found if entry.is_published or not only_published), None)


def _find(project_id: UUID) -> tuple[ProjectRecord, tuple[WaveRecord, ...]]:
    project = projects.find_project(reading(), project_id)
    if project is None:
        raise ReleaseUnknown(f"project {project_id}: there is none with this id")
    return project, tuple(projects.find_waves(reading(), project_id))


@dataclass(frozen=True, slots=True)
class _Gathered:
    scores: ScoreTable
    item_tables: dict[str, ItemTable]
    help_given: tuple[HelpGiven, ...]
    basis: Basis
    parents: Parents
    units_before: dict[UnitGroup, frozenset[str]]
    earlier: tuple[EarlierRelease, ...]
    counts: dict[tuple[str, str], tuple[int, int | None]]


def _gather(project: ProjectRecord, closed: tuple[WaveRecord, ...]) -> _Gathered:
    """Read all that figures rest on, before anything is computed from it."""
    # First of all: a release that is made from here on was not held against these answers.
    earlier = find_earlier(project.id)
    scores, item_tables = load_scores(project, closed), load_item_tables(closed)
    answers = results.count_answers(reading(), [wave.id for wave in closed], HELP_ITEM)
    help_given = count_help(answers, [wave.key for wave in closed])
    basis = count_basis(scores, item_tables, help_given)
    refuse_small_changes(project, basis, earlier)
    parents = _find_parents(project)
    basis = basis | count_unit_basis(scores, parents)
    before = find_units_before(project, basis, parents, earlier)
    return _Gathered(
        scores, item_tables, help_given, basis, parents, before, earlier, _counts(closed)
    )


def _find_parents(project: ProjectRecord) -> Parents:
    tree = projects.find_unit_tree(reading(), project.municipality_id)
    keys = {unit.id: unit.key for unit in tree}
    return {unit.key: keys.get(unit.parent_id) if unit.parent_id else None for unit in tree}


def _compute(
    project: ProjectRecord,
    closed: tuple[WaveRecord, ...],
    gathered: _Gathered,
    tell: Progress = lambda _step: None,
) -> ReleasedFigures:
    analysis = analyse(
        gathered.scores,
        gathered.item_tables,
        results.find_rosters(reading(), [wave.id for wave in closed]),
        plan_of(project, closed),
        tell,
        gathered.help_given,
        gathered.parents,
    )
    figures = disclose(
        analysis.comparison,
        gathered.counts,
        tuple(wave.key for wave in closed),
        project.minimum,
        project.margin,
        principles=tuple(
            principle.key for principle in load_framework(project.framework).principles
        ),
    )
    details = disclose_details(
        analysis,
        project.minimum,
        gathered.parents,
        gathered.units_before,
        _find_seen(project, closed),
    )
    rates_before = (
        (release.figures.waves, release.figures.details.response_rates)
        for release in gathered.earlier
        if release.figures.details
    )
    rates = keep_back_again(details.response_rates, rates_before)
    tell("audit")
    return _audit(project, gathered, figures, replace(details, response_rates=rates))


def _audit(
    project: ProjectRecord, gathered: _Gathered, figures: ReleasedFigures, details: ReleasedDetails
) -> ReleasedFigures:
    """Hold back what would tell of too few, put beside everything that was ever shown."""
    withheld = find_withheld(
        figures,
        details,
        gather_people(gathered.scores, gathered.item_tables),
        gathered.parents,
        project.minimum,
        known_figures(gathered.earlier, gathered.basis),
    )
    return attach_details(withhold_figures(figures, withheld), withhold_details(details, withheld))


def _find_seen(project: ProjectRecord, closed: tuple[WaveRecord, ...]) -> SeenUnits:
    """Return the units whose rates were shown while answers came in: what was seen is known."""
    tree = projects.find_unit_tree(reading(), project.municipality_id)
    keys = {unit.id: unit.key for unit in tree}
    seen: dict[tuple[str, str], ShownUnits] = {}
    for wave in closed:
        for (unit_id, audience), kept in counts.find_unit_counts(reading(), wave.id).items():
            known = seen.get((wave.key, audience), ShownUnits())
            unit = {keys[unit_id]} if unit_id in keys else set()
            seen[wave.key, audience] = ShownUnits(
                known.units | (unit if kept.is_shown else set()),
                known.own_parts | (unit if kept.is_own_shown else set()),
            )
    return seen


def _closed(waves: tuple[WaveRecord, ...]) -> tuple[WaveRecord, ...]:
    closed = tuple(wave for wave in waves if wave.status in CLOSED_FOR_ANSWERS)
    if len(closed) < 2:
        raise NothingToRelease(f"expected two closed waves or more, found {len(closed)}")
    return closed


def _counts(waves: tuple[WaveRecord, ...]) -> dict[tuple[str, str], tuple[int, int | None]]:
    found: dict[tuple[str, str], tuple[int, int | None]] = {}
    for wave in waves:
        roster = projects.find_roster_totals(reading(), wave.id)
        for audience, sent in counts.find_counts(reading(), wave.id)[1].items():
            if sent:
                found[audience, wave.key] = (sent, roster.get(audience))
    return found
