"""Rosters: how many people there are to ask, in cells too large to tell of a single person."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from survey_service.exchange.unit_files import PeopleLine, read_people_lines
from survey_service.faults import FieldFault, InputRefused
from survey_service.fieldwork.list_faults import ReadList, read_list
from survey_service.fieldwork.typed_input import TypedInput, tidy
from survey_service.fieldwork.waves import WaveStatus
from survey_service.storage import importing, projects, setup
from survey_service.storage.database import Session, reading, writing
from survey_service.storage.projects import ProjectRecord, WaveRecord
from survey_service.storage.setup import UnitPlace

PEOPLE_LIMIT = 1_000_000
LIST_FIELD = "text"
COUNTABLE_ROSTER = 10
"""While a wave is open nothing is said of the answers of fewer people to ask than this."""

Cell = tuple[UUID, str]
"""A unit and an audience."""


class RosterRefused(Exception):
    """A roster has a cell under the project's minimum, which belongs to the unit above; or it is
    fixed.
    """


def set_roster(wave_id: UUID, people: Mapping[Cell, int]) -> None:
    """Store how many people there are to ask in a wave, in place of what was stored before.

    Args:
        wave_id: the wave.
        people: (unit, audience) to a count: 0, or at least the project's minimum. The people of
            a smaller cell are counted with the unit above.

    Raises:
        RosterRefused: naming every unit, audience and count under the minimum, or why the roster
            is fixed; nothing is stored.
    """
    wave = projects.find_wave(reading(), wave_id)
    project = projects.find_project(reading(), wave.project_id) if wave is not None else None
    if wave is None or project is None:
        raise RosterRefused(f"wave {wave_id}: there is none with this id")
    names = {
        key: name for name, key in projects.find_units(reading(), project.municipality_id).items()
    }
    small = sorted(
        f"{names.get(unit_id, unit_id)}, {audience}: expected 0 or at least {project.minimum}"
        f" people, found {count}"
        for (unit_id, audience), count in people.items()
        if _is_small(count, project.minimum)
    )
    if small:
        raise RosterRefused("; ".join(small))
    with writing() as session:
        if importing.find_releases_holding(session, project.id, wave.key):
            raise RosterRefused(f"wave {wave.key}: expected no release to hold it, found one")
        projects.set_roster(session, wave_id, people)


def find_fixed_reason(wave: WaveRecord, project_id: UUID) -> str | None:
    """Return why a wave's roster cannot be changed, None where it can."""
    return _why_fixed(reading(), project_id, wave.key, wave.status)


def read_roster(wave_id: UUID) -> dict[Cell, int]:
    """Return how many people there are to ask in a wave, by unit and audience."""
    return setup.find_roster(reading(), wave_id)


def cell_field(unit_id: UUID, audience: str) -> str:
    """Return the name of the form field of one cell."""
    return f"people_{unit_id.hex}_{audience}"


def save_roster(project: ProjectRecord, wave_id: UUID, typed_cells: Mapping[Cell, str]) -> None:
    """Store typed cells of a wave's roster, an empty one as none; the others stay as they are.

    Raises InputRefused with every cell that is no whole number or under the project's minimum:
    its people are counted with the unit above; and for a wave that is open or that a release
    holds, published or not. Nothing is stored then.
    """
    typed = TypedInput()
    with writing() as session:
        _refuse_fixed(session, wave_id)
        units = {unit.id: unit for unit in setup.find_unit_places(session, project.municipality_id)}
        people = setup.find_roster(session, wave_id)
        for cell, text in typed_cells.items():
            field = cell_field(*cell)
            if cell[0] not in units:
                typed.refuse(field, "unknown_choice")
            elif not text.strip():
                people.pop(cell, None)
            else:
                count = typed.read_whole_number(field, text, 0, PEOPLE_LIMIT)
                _check_size(typed, field, project, units, cell[0], count)
                people[cell] = count or 0
        typed.raise_if_any()
        projects.set_roster(session, wave_id, people)


def read_people(content: bytes, audiences: Mapping[str, str]) -> ReadList[PeopleLine]:
    """Return the people to ask of a file or a pasted list, as far as it can be read.

    `audiences` by what columns are called. Raises InputRefused for what is no such list.
    """
    return read_list(content, LIST_FIELD, lambda sent, log: read_people_lines(sent, audiences, log))


def import_roster(project: ProjectRecord, wave_id: UUID, listed: ReadList[PeopleLine]) -> int:
    """Store a list's cells in a wave's roster and return how many; the others stay as they are.

    Raises InputRefused with every fault and its line: units nobody knows, that several are called
    by, or that come twice, lines that could not be read, and cells and waves as `save_roster`
    refuses them. Nothing is stored then.
    """
    typed = TypedInput([*listed.unread])
    with writing() as session:
        _refuse_fixed(session, wave_id)
        places = setup.find_unit_places(session, project.municipality_id)
        units = {unit.id: unit for unit in places}
        called = _group_by_name(places)
        people = setup.find_roster(session, wave_id)
        seen: dict[UUID, int] = {}
        stored = 0
        for row in listed.lines:
            unit = _find_listed(typed, called, row)
            if unit is None:
                continue
            if unit.id in seen:
                typed.refuse(LIST_FIELD, "unit_twice", row.line, name=unit.name,
                             first=seen[unit.id])  # fmt: skip
            seen.setdefault(unit.id, row.line)
            for audience, text in row.people.items():
                if not text.strip():
                    continue
                count = typed.read_whole_number(LIST_FIELD, text, 0, PEOPLE_LIMIT, row.line)
                _check_size(typed, LIST_FIELD, project, units, unit.id, count, row.line)
                people[unit.id, audience] = count or 0
                stored += 1
        typed.raise_if_any()
        projects.set_roster(session, wave_id, people)
    return stored


def copy_roster(project: ProjectRecord, wave_id: UUID) -> None:
    """Store the roster of the wave before in place of a wave's own.

    Raises InputRefused where there is no wave before, it has no roster, or the wave is open or in
    a release.
    """
    with writing() as session:
        _refuse_fixed(session, wave_id)
        waves = projects.find_waves(session, project.id)
        place = next((i for i, wave in enumerate(waves) if wave.id == wave_id), 0)
        before = setup.find_roster(session, waves[place - 1].id) if place else {}
        if not before:
            raise InputRefused(FieldFault("copy", "nothing_to_copy"))
        projects.set_roster(session, wave_id, before)


def find_too_few_listed(project: ProjectRecord, wave: WaveRecord) -> list[str]:
    """Return the audiences of which more have answered than a wave's roster lists.

    Said of the whole project alone: a roster can be changed and looked at again, so whatever this
    says of a unit would tell its number of answers, and by its siblings' those of a unit held
    back. It rests on the counts that are kept once a day and shown elsewhere for the whole.
    """
    counts = setup.find_kept_counts(reading(), wave.id)
    roster = setup.find_roster(reading(), wave.id)
    least = COUNTABLE_ROSTER if wave.status == WaveStatus.OPEN else project.minimum
    found = []
    for audience in sorted({audience for _, audience in counts}):
        sent, people = (_sum(cells, audience) for cells in (counts, roster))
        if sent > people >= least and sent >= project.minimum:
            found.append(audience)
    return found


def _refuse_fixed(session: Session, wave_id: UUID) -> None:
    wave = projects.find_wave(session, wave_id)
    reason = wave and _why_fixed(session, wave.project_id, wave.key, wave.status)
    if reason:
        raise InputRefused(FieldFault("", reason))


def _why_fixed(session: Session, project_id: UUID, wave_key: str, status: str) -> str | None:
    # How many there are to ask decides which units' counts are shown: of an open wave day by day,
    # of a closed one from release to release. Whoever could change it in between would see other
    # units than before, and by subtraction those that were held back both times.
    if status == WaveStatus.OPEN:
        return "roster_while_open"
    if importing.find_releases_holding(session, project_id, wave_key):
        return "roster_released"
    return None


def _sum(cells: Mapping[Cell, int], audience: str) -> int:
    return sum(count for (_, found), count in cells.items() if found == audience)


def _is_small(count: int, minimum: int) -> bool:
    return count != 0 and count < minimum


def _check_size(
    typed: TypedInput,
    field: str,
    project: ProjectRecord,
    units: Mapping[UUID, UnitPlace],
    unit_id: UUID,
    count: int | None,
    line: int | None = None,
) -> None:
    if count is None or not _is_small(count, project.minimum):
        return
    parent_id = units[unit_id].parent_id
    values = {"name": units[unit_id].name, "minimum": project.minimum}
    if parent_id is None:
        typed.refuse(field, "roster_small_top", line, **values)
    else:
        typed.refuse(field, "roster_small", line, **values, above=units[parent_id].name)


def _group_by_name(places: Sequence[UnitPlace]) -> dict[str, list[UnitPlace]]:
    """Return the units by what a list may call them: a key leads to one, a name to several."""
    called: dict[str, list[UnitPlace]] = {}
    for unit in places:
        called.setdefault(unit.name.casefold(), []).append(unit)
    return called | {unit.key: [unit] for unit in places}


def _find_listed(
    typed: TypedInput, called: Mapping[str, list[UnitPlace]], row: PeopleLine
) -> UnitPlace | None:
    name = tidy(row.unit)
    found = called.get(name) or called.get(name.casefold(), [])
    if len(found) == 1:
        return found[0]
    typed.refuse(LIST_FIELD, "unit_ambiguous" if found else "unit_not_found", row.line, name=name)
    return None
