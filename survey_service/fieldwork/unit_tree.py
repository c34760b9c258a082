"""The tree of a municipality's units: added to, renamed, moved, and cut only where nothing hangs.

Results are read per unit and per level, so a unit that a wave has been asked in stays where it
is. That goes for all units there were then, whether or not anybody in them answered.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from survey_service.faults import FieldFault, InputRefused
from survey_service.fieldwork.typed_input import TypedInput, make_key
from survey_service.measurement.unit_tree import in_tree_order
from survey_service.storage import setup
from survey_service.storage.database import Session, reading, writing
from survey_service.storage.setup import UnitPlace

NAME_LIMIT = 200
DEPTH_LIMIT = 8
UNIT_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class TreeRow:
    """A unit in the order in which the tree is read, `depth` 0 at the top."""

    unit: UnitPlace
    depth: int


def read_tree(municipality_id: UUID) -> list[TreeRow]:
    """Return a municipality's units, each below the unit it is part of."""
    places = setup.find_unit_places(reading(), municipality_id)
    return [TreeRow(place, depth) for place, depth in in_tree_order(places)]


def unmovable_units(municipality_id: UUID) -> frozenset[UUID]:
    """Return the units that stay where they are: those that may have been asked, and all above."""
    return frozenset(_held(reading(), municipality_id))


def add_unit(municipality_id: UUID, name: str, parent_id: UUID | None) -> UUID:
    """Store a unit and return its id; its key is made from the name.

    Raises InputRefused for a name that is missing, too long or taken under the same parent, for a
    parent that is not there, and where the tree becomes too deep or too large.
    """
    with writing() as session:
        places = setup.find_unit_places(session, municipality_id)
        typed = TypedInput()
        cleaned = typed.read_text("name", name, NAME_LIMIT)
        if len(places) >= UNIT_LIMIT:
            typed.refuse("name", "too_many_units", limit=UNIT_LIMIT)
        key = make_key(cleaned, {place.key for place in places})
        new = UnitPlace(uuid4(), parent_id, key, cleaned, is_fixed=False)
        _check_place(typed, [*places, new], new)
        typed.raise_if_any()
        setup.add_units(session, municipality_id, [new])
    return new.id


def change_unit(municipality_id: UUID, unit_id: UUID, name: str, parent_id: UUID | None) -> None:
    """Give a unit another name or place.

    Raises InputRefused as adding does, for a place below itself, and for moving a unit that may
    have been asked.
    """
    with writing() as session:
        places = setup.find_unit_places(session, municipality_id)
        old = _find(places, unit_id)
        typed = TypedInput()
        cleaned = typed.read_text("name", name, NAME_LIMIT)
        new = UnitPlace(old.id, parent_id, old.key, cleaned, old.is_fixed)
        if parent_id != old.parent_id and old.id in _held(session, municipality_id):
            typed.refuse("parent", "unit_fixed", name=old.name)
        _check_place(typed, [new if place.id == unit_id else place for place in places], new)
        typed.raise_if_any()
        setup.change_unit(session, unit_id, cleaned, parent_id)


def remove_unit(municipality_id: UUID, unit_id: UUID) -> None:
    """Remove a unit that nothing hangs on.

    Raises InputRefused where there are units below it, or it is fixed or in use.
    """
    with writing() as session:
        places = setup.find_unit_places(session, municipality_id)
        old = _find(places, unit_id)
        if any(place.parent_id == unit_id for place in places):
            raise InputRefused(FieldFault("unit", "unit_has_parts", {"name": old.name}))
        held = _held(session, municipality_id) | setup.find_used_units(session, municipality_id)
        if unit_id in held or setup.is_answered_for(session, unit_id):
            raise InputRefused(FieldFault("unit", "unit_in_use", {"name": old.name}))
        setup.remove_unit(session, unit_id)


def find_own_unit(municipality_id: UUID, unit_id: UUID) -> UnitPlace | None:
    """Return a municipality's unit, None if it has none with this id."""
    places = setup.find_unit_places(reading(), municipality_id)
    return next((place for place in places if place.id == unit_id), None)


def find_circles(parents: Mapping[UUID, UUID | None]) -> set[UUID]:
    """Return the units that lie below themselves, by each unit's parent."""
    known: set[UUID] = set()
    circling: set[UUID] = set()
    for start in parents:
        path: list[UUID] = []
        on_path: set[UUID] = set()
        unit_id: UUID | None = start
        while unit_id is not None and unit_id not in known and unit_id not in on_path:
            path.append(unit_id)
            on_path.add(unit_id)
            unit_id = parents.get(unit_id)
        if unit_id is not None and unit_id in on_path:
            circling.update(path[path.index(unit_id) :])
        known |= on_path
    return circling


def depth_of(unit_id: UUID, parents: Mapping[UUID, UUID | None]) -> int:
    """Return how many units lie above a unit, counted up to DEPTH_LIMIT."""
    depth, parent_id = 0, parents.get(unit_id)
    while parent_id is not None and depth < DEPTH_LIMIT:
        depth, parent_id = depth + 1, parents.get(parent_id)
    return depth


def store_units(
    session: Session,
    municipality_id: UUID,
    added: Sequence[UnitPlace],
    changed: Iterable[UnitPlace],
) -> None:
    """Store a checked plan: new units, the ones above first, and changed names and places."""
    waiting = {unit.id: unit for unit in added}
    ordered: list[UnitPlace] = []
    while waiting:
        ready = [unit for unit in waiting.values() if unit.parent_id not in waiting]
        ordered += ready
        for unit in ready:
            del waiting[unit.id]
    setup.add_units(session, municipality_id, ordered)
    for unit in changed:
        setup.change_unit(session, unit.id, unit.name, unit.parent_id)


def _check_place(typed: TypedInput, places: Sequence[UnitPlace], new: UnitPlace) -> None:
    parents = {place.id: place.parent_id for place in places}
    if new.parent_id is not None and new.parent_id not in parents:
        typed.refuse("parent", "unknown_choice")
    elif find_circles(parents):
        typed.refuse("parent", "unit_circle", name=new.name)
    elif any(depth_of(place.id, parents) >= DEPTH_LIMIT for place in places):
        typed.refuse("parent", "too_deep", limit=DEPTH_LIMIT)
    beside = (place for place in places if place.parent_id == new.parent_id and place.id != new.id)
    if new.name.casefold() in {place.name.casefold() for place in beside}:
        typed.refuse("name", "unit_name_taken", name=new.name)


def _held(session: Session, municipality_id: UUID) -> set[UUID]:
    places = {place.id: place for place in setup.find_unit_places(session, municipality_id)}
    held = setup.find_asked_units(session, municipality_id)
    for unit_id in list(held):
        parent_id = places[unit_id].parent_id
        while parent_id is not None and parent_id not in held:
            held.add(parent_id)
            parent_id = places[parent_id].parent_id
    return held


def _find(places: Iterable[UnitPlace], unit_id: UUID) -> UnitPlace:
    found = next((place for place in places if place.id == unit_id), None)
    if found is None:
        raise InputRefused(FieldFault("unit", "unknown_choice"))
    return found
