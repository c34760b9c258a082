"""The tree of units, as far as figures need it: what lies below what."""

from collections.abc import Hashable, Iterable, Mapping
from typing import Protocol, TypeVar

Parents = Mapping[str, str | None]
"""Each unit's parent, None at the top; a unit that is not named stands at the top."""


class Placed(Protocol):
    """Anything that stands in the tree."""

    @property
    def id(self) -> Hashable:
        """What others name it by."""

    @property
    def parent_id(self) -> Hashable | None:
        """What it stands below, None at the top."""


Unit = TypeVar("Unit", bound=Placed)


def in_tree_order(units: Iterable[Unit]) -> list[tuple[Unit, int]]:
    """Return units with their depth, each followed by those below it, as they came otherwise.

    A unit whose parent is not among them stands at the top; a circle is left out.
    """
    known = list(units)
    ids = {unit.id for unit in known}
    below: dict[Hashable | None, list[Unit]] = {}
    for unit in known:
        below.setdefault(unit.parent_id if unit.parent_id in ids else None, []).append(unit)
    found: list[tuple[Unit, int]] = []
    waiting = [(unit, 0) for unit in reversed(below.get(None, []))]
    while waiting:
        unit, depth = waiting.pop()
        found.append((unit, depth))
        waiting += [(child, depth + 1) for child in reversed(below.get(unit.id, []))]
    return found


def units_within(units: Iterable[str], parents: Parents) -> dict[str, frozenset[str]]:
    """Return, for these units and every one above them, which of them lie in it.

    In the units' order, each followed by those above it, the nearest first.
    """
    found: dict[str, set[str]] = {}
    for unit in units:
        for name in [unit, *units_above(unit, parents)]:
            found.setdefault(name, set()).add(unit)
    return {name: frozenset(inside) for name, inside in found.items()}


def units_above(unit: str, parents: Parents) -> list[str]:
    """Return the units above one, the nearest first."""
    above: list[str] = []
    parent = parents.get(unit)
    while parent is not None and parent not in above:
        above.append(parent)
        parent = parents.get(parent)
    return above
