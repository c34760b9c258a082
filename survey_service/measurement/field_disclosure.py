"""Which units' counts may be shown while answers come in, so that none held back follows from them.

The total of an audience is shown from the minimum on, and so is every unit that may be. Below a
unit that is shown, its parts are the units under it and its own people, those who are counted there
and in none of them. A part is small with fewer people to ask than `SMALLEST_ROSTER`, fewer answers
than the minimum, or more answers than people to ask. Small parts are held back in company: together
with the parts next to them in size until at least two with answers are held back, which together
have the minimum of answers and of people to ask. Below a unit that is held back nothing is shown.

Counts come anew every day, and the days must not give away what a day does not: a part that was
seen before is taken as company last. As long as nobody withdraws, the small ones become fewer only,
so a part once shown stays shown, and what is held back was held back on every day before.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

SMALLEST_ROSTER = 10
"""People to ask: with fewer, counts that grow from day to day would tell who has answered."""


@dataclass(frozen=True, slots=True)
class FieldUnit:
    """A unit's own people: how many have answered and how many there are to ask."""

    key: str
    parent: str | None
    sent: int
    roster: int


@dataclass(frozen=True, slots=True)
class ShownUnits:
    """Units shown with all below them, and those whose own people alone need no holding back."""

    units: frozenset[str] = frozenset()
    own_parts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class UnitTotal:
    """A unit with all below it."""

    key: str
    sent: int
    roster: int


def find_shown_units(
    units: Sequence[FieldUnit],
    minimum: int,
    seen: ShownUnits | None = None,
) -> ShownUnits:
    """Return which units of one audience may be shown.

    Args:
        units: the unit tree; a parent that is not among them makes a unit one at the top.
        minimum: answers, 5 or more.
        seen: what was shown before in this wave.
    """
    tree = _Tree(units)
    whole = _Part(None, is_own=False, sent=sum(u.sent for u in units),
                  roster=sum(u.roster for u in units))  # fmt: skip
    if _is_small(whole, minimum):
        return ShownUnits()
    shown: list[_Part] = []
    waiting = [tree.parts_at_top()]
    while waiting:
        found = _shown_parts(waiting.pop(), minimum, seen or ShownUnits())
        shown += found
        waiting += [tree.parts_below(part.key) for part in found if not part.is_own and part.key]
    return ShownUnits(
        frozenset(part.key for part in shown if part.key and not part.is_own),
        frozenset(part.key for part in shown if part.key and part.is_own),
    )


def sum_units(units: Sequence[FieldUnit]) -> tuple[UnitTotal, ...]:
    """Return every unit with all below it, in the order given."""
    tree = _Tree(units)
    return tuple(UnitTotal(unit.key, *tree.totals[unit.key]) for unit in units)


@dataclass(frozen=True, slots=True)
class _Part:
    key: str | None
    is_own: bool
    sent: int
    roster: int


class _Tree:
    def __init__(self, units: Sequence[FieldUnit]) -> None:
        self.units = {unit.key: unit for unit in units}
        self.children: dict[str | None, list[str]] = {}
        for unit in units:
            parent = unit.parent if unit.parent in self.units else None
            self.children.setdefault(parent, []).append(unit.key)
        self.totals = {key: self._total(key) for key in self.units}

    def parts_at_top(self) -> list[_Part]:
        return self._parts(self.children.get(None, ()))

    def parts_below(self, key: str) -> list[_Part]:
        below = self.children.get(key)
        if not below:
            return []
        unit = self.units[key]
        return [_Part(key, True, unit.sent, unit.roster), *self._parts(below)]

    def _parts(self, keys: Iterable[str]) -> list[_Part]:
        return [_Part(key, False, *self.totals[key]) for key in keys]

    def _total(self, key: str) -> tuple[int, int]:
        sent = roster = 0
        waiting = [key]
        while waiting:
            unit = self.units[waiting.pop()]
            sent, roster = sent + unit.sent, roster + unit.roster
            waiting += self.children.get(unit.key, ())
        return sent, roster


def _shown_parts(group: Collection[_Part], minimum: int, seen: ShownUnits) -> list[_Part]:
    # A part with nobody to ask and no answers hides nothing and nobody.
    parts = [part for part in group if part.sent or part.roster]
    hidden = [part for part in parts if _is_small(part, minimum)]
    # By size of roster and not by answers: the order must not change from day to day.
    company = sorted(
        (part for part in parts if part not in hidden),
        key=lambda part: (_was_seen(part, seen), part.roster, part.key or ""),
    )
    while hidden and company and not _is_company(hidden, minimum):
        hidden.append(company.pop(0))
    if hidden and not _is_company(hidden, minimum):
        return []
    return [part for part in parts if part not in hidden]


def _is_small(part: _Part, minimum: int) -> bool:
    # More answers than people to ask: the roster is wrong, and no rate can be told.
    return part.roster < SMALLEST_ROSTER or not minimum <= part.sent <= part.roster


def _is_company(hidden: Sequence[_Part], minimum: int) -> bool:
    answered = [part.sent for part in hidden if part.sent]
    people = sum(part.roster for part in hidden)
    return len(answered) >= 2 and sum(answered) >= minimum and people >= SMALLEST_ROSTER


def _was_seen(part: _Part, seen: ShownUnits) -> bool:
    return part.key in (seen.own_parts if part.is_own else seen.units)
