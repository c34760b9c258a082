"""A list of units as it was brought: checked as a whole, shown before anything is stored."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from survey_service.exchange.unit_files import UnitLine, read_unit_lines
from survey_service.fieldwork.list_faults import ReadList, read_list
from survey_service.fieldwork.typed_input import TypedInput, make_key, tidy
from survey_service.fieldwork.unit_tree import (
    DEPTH_LIMIT,
    NAME_LIMIT,
    UNIT_LIMIT,
    depth_of,
    find_circles,
    store_units,
    unmovable_units,
)
from survey_service.storage import setup
from survey_service.storage.database import reading, writing
from survey_service.storage.setup import UnitPlace

FIELD = "text"
"""The form field that holds the list."""


@dataclass(frozen=True, slots=True)
class UnitPlan:
    """What a list of units would change: nothing of it is stored yet."""

    added: tuple[UnitPlace, ...]
    renamed: tuple[UnitPlace, ...]
    moved: tuple[UnitPlace, ...]

    @property
    def changed(self) -> tuple[UnitPlace, ...]:
        """The units that are there already and get another name or place."""
        return tuple({unit.id: unit for unit in (*self.renamed, *self.moved)}.values())


def read_units(content: bytes) -> ReadList[UnitLine]:
    """Return the units of a file or a pasted list, as far as it can be read.

    Raises InputRefused for what is no such list.
    """
    return read_list(content, FIELD, read_unit_lines)


def plan_units(municipality_id: UUID, listed: ReadList[UnitLine]) -> UnitPlan:
    """Return what a list would change; units it does not name stay as they are.

    A unit is known by its key, or else by its name where only one has that name.

    Raises InputRefused with every fault and its line: keys, or names under one parent, that come
    twice, parents nobody has, circles, too deep a tree, too many units, moves of fixed units; and
    lines that could not be read.
    """
    places = setup.find_unit_places(reading(), municipality_id)
    typed = TypedInput([*listed.unread])
    if len(listed.lines) > UNIT_LIMIT:
        typed.refuse(FIELD, "too_many_units", limit=UNIT_LIMIT)
        typed.raise_if_any()
    units = _identify(typed, places, listed.lines)
    wanted = _place(typed, places, units, listed)
    before = {place.id: place for place in places}
    _check_tree(typed, before, wanted)
    held = unmovable_units(municipality_id)
    for unit, line in wanted:
        if unit.id in held and unit.parent_id != before[unit.id].parent_id:
            typed.refuse(FIELD, "unit_fixed", line, name=unit.name)
    typed.raise_if_any()
    known = [unit for unit, _ in wanted if unit.id in before]
    return UnitPlan(
        added=tuple(unit for unit, _ in wanted if unit.id not in before),
        renamed=tuple(unit for unit in known if unit.name != before[unit.id].name),
        moved=tuple(unit for unit in known if unit.parent_id != before[unit.id].parent_id),
    )


def import_units(municipality_id: UUID, listed: ReadList[UnitLine]) -> UnitPlan:
    """Store what a list changes, all of it or nothing. Raises InputRefused as planning does."""
    with writing() as session:
        plan = plan_units(municipality_id, listed)
        store_units(session, municipality_id, plan.added, plan.changed)
    return plan


def _identify(
    typed: TypedInput, places: Sequence[UnitPlace], listed: Sequence[UnitLine]
) -> list[tuple[UnitPlace, UnitLine]]:
    """Return each listed unit with the id and key it has or gets, its place still open."""
    by_key = {place.key: place for place in places}
    by_name = _group(places)
    keys = set(by_key) | {tidy(row.key) for row in listed}
    seen: dict[str, int] = {}
    found: list[tuple[UnitPlace, UnitLine]] = []
    for row in listed:
        name = typed.read_text(FIELD, row.name, NAME_LIMIT, line=row.line)
        key = typed.read_text(FIELD, row.key, 60, required=False, line=row.line)
        if not name:
            continue
        same_name = by_name.get(name.casefold(), [])
        if not key and len(same_name) > 1:
            typed.refuse(FIELD, "unit_ambiguous", row.line, name=name)
            continue
        old = by_key.get(key) if key else next(iter(same_name), None)
        if old is None and not key:
            key = make_key(name, keys)
            keys.add(key)
        key = old.key if old is not None else key
        if key in seen:
            typed.refuse(FIELD, "unit_twice", row.line, name=name, first=seen[key])
            continue
        seen[key] = row.line
        unit = old or UnitPlace(uuid4(), None, key, name, is_fixed=False)
        found.append((replace(unit, name=name), row))
    return found


def _place(
    typed: TypedInput,
    places: Sequence[UnitPlace],
    units: Sequence[tuple[UnitPlace, UnitLine]],
    listed: ReadList[UnitLine],
) -> list[tuple[UnitPlace, int]]:
    """Return each unit below the one it names, with its line.

    A parent that only a line at fault may name is no fault of its own.
    """
    named = [unit for unit, _ in units]
    by_key = {place.key: place for place in [*places, *named]}
    # A unit that the list renames is found under its new name, not its old one.
    renamed = {unit.id for unit in named}
    by_name = _group([*(place for place in places if place.id not in renamed), *named])
    wanted = []
    for unit, row in units:
        parent = tidy(row.parent)
        same_name = by_name.get(parent.casefold(), [])
        above = by_key.get(parent) or (same_name[0] if len(same_name) == 1 else None)
        if parent and above is None:
            if same_name:
                typed.refuse(FIELD, "parent_ambiguous", row.line, name=parent)
            elif not listed.may_name(parent):
                typed.refuse(FIELD, "parent_unknown", row.line, name=parent)
            continue
        wanted.append((replace(unit, parent_id=above.id if above else None), row.line))
    return wanted


def _check_tree(
    typed: TypedInput, before: Mapping[UUID, UnitPlace], wanted: Sequence[tuple[UnitPlace, int]]
) -> None:
    after = dict(before) | {unit.id: unit for unit, _ in wanted}
    if len(after) > UNIT_LIMIT:
        typed.refuse(FIELD, "too_many_units", limit=UNIT_LIMIT)
    parents = {unit.id: unit.parent_id for unit in after.values()}
    circling = find_circles(parents)
    listed = {unit.id for unit, _ in wanted}
    taken = {_named_place(unit) for unit in before.values() if unit.id not in listed}
    for unit, line in wanted:
        if unit.id in circling:
            typed.refuse(FIELD, "unit_circle", line, name=unit.name)
        elif depth_of(unit.id, parents) >= DEPTH_LIMIT:
            typed.refuse(FIELD, "too_deep", line, limit=DEPTH_LIMIT)
        if _named_place(unit) in taken:
            typed.refuse(FIELD, "unit_name_taken", line, name=unit.name)
        taken.add(_named_place(unit))


def _named_place(unit: UnitPlace) -> tuple[UUID | None, str]:
    return unit.parent_id, unit.name.casefold()


def _group(places: Iterable[UnitPlace]) -> dict[str, list[UnitPlace]]:
    by_name: dict[str, list[UnitPlace]] = {}
    for place in places:
        by_name.setdefault(place.name.casefold(), []).append(place)
    return by_name
