"""The tree of units, as far as figures need it: what lies below what."""

from collections.abc import Iterable, Mapping

Parents = Mapping[str, str | None]
"""Each unit's parent, None at the top; a unit that is not named stands at the top."""


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
