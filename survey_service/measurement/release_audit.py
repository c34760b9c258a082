"""The last look before figures leave the house: what do all of them together tell, ever shown?

The rules of disclosure go figure by figure. This audit puts side by side everything that was ever
shown of one audience, wave and principle and adds and subtracts (`linear_audit`): the model's,
the raw, the robust and the weighted mean, units and levels, items with the people who rated them,
audiences beside each other, those who stayed, left and joined. Where some combination tells of
fewer people than the minimum, figures that would open it are held back, the least read first.

It is careful on the reader's side in everything it takes for known: figures without rounding, all
counts and who left out what, other waves' share in a figure, the model's weights, and the answers
of those who withdrew since an earlier release. What nobody computes by adding is not in it:
counts, ranks, coefficients of reliability, p, and verdicts.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from survey_service.measurement.audited_figures import (
    EarlierFigures,
    Figure,
    find_not_to_repeat,
    list_figures,
    list_known,
)
from survey_service.measurement.audited_people import Column, People, PeopleByPlace, Place
from survey_service.measurement.disclosure import ReleasedFigures
from survey_service.measurement.linear_audit import (
    PRIME,
    Patience,
    Rows,
    TooManyWays,
    find_exposed,
    find_opening,
    invert,
)
from survey_service.measurement.released_details import ReleasedDetails
from survey_service.measurement.unit_tree import Parents, units_within

MOST_WORK = 20_000_000_000
"""What the audit of a release may cost in all (`Patience`): about a minute."""

WITHHELD_FIRST = ("raw", "robust", "weighted", "stayers", "leavers", "item", "gap", "unit", "mean")
"""Kinds of figures, the one that is missed least first."""

_OF_ITEMS = frozenset({"item", "gap"})


@dataclass(frozen=True, slots=True)
class _Model:
    """What the weights of a model's means go by: the answers in which waves.

    `is_by_counts` where units and people vary no more than chance: then the number of a unit's
    answers in the wave alone.
    """

    waves: frozenset[str]
    is_by_counts: bool


def find_withheld(
    figures: ReleasedFigures,
    details: ReleasedDetails,
    people: PeopleByPlace,
    parents: Parents,
    minimum: int,
    earlier: Sequence[EarlierFigures] = (),
    most_work: int = MOST_WORK,
) -> dict[Place, frozenset[Figure]]:
    """Return the figures that have to be held back, by audience, wave and principle.

    Args:
        figures: what the rules would show.
        details: likewise.
        people: who gave what, by place; `audited_people.gather_people` makes it.
        parents: the tree of units.
        minimum: the fewest people that may be told of.
        earlier: every release made before, published or not.
        most_work: what it may cost; what is not proven harmless by then is held back.
    """
    shown = list_figures(figures, details)
    before: dict[Place, set[Figure]] = {}
    gone: dict[Place, set[Figure]] = {}
    for release in earlier:
        for place, found in list_known(release).items():
            before.setdefault(place, set()).update(found)
        for place, figure in find_not_to_repeat(release, details):
            gone.setdefault(place, set()).add(figure)
    releases = {release.number: release.figures for release in earlier}
    releases[0] = replace(figures, details=details)
    withheld, work = {}, most_work
    audited = [place for place in shown if place in people]
    for number, place in enumerate(audited):
        found = shown[place]
        # What a place leaves of its part goes to those that follow.
        patience = Patience(work // (len(audited) - number))
        work -= patience.left
        models = {release: _model_of(one, place) for release, one in releases.items()}
        audit = _Audit(people[place], parents, minimum, models, patience)
        not_again = frozenset(gone.get(place, ()))
        if not people[place].are_items_known:
            # Who left out what cannot be held against the scores.
            not_again |= {figure for figure in found if figure.kind in _OF_ITEMS}
        known = frozenset(before.get(place, ()))
        held_back = audit.withhold(found - not_again, known) | not_again
        work += max(patience.left, 0)
        if held_back:
            withheld[place] = held_back
    return withheld


def _model_of(figures: ReleasedFigures, place: Place) -> _Model:
    """Return what weights go by there; the method table says which parts vary by chance alone."""
    audience, _, principle = place
    rows = figures.details.method_rows if figures.details else ()
    parts = next(
        (
            row.components
            for row in rows
            if (row.audience, row.principle) == (audience, principle) and row.components
        ),
        {},
    )
    is_by_counts = parts.get("unit") == 0 and not parts.get("respondent")
    return _Model(frozenset(figures.waves), is_by_counts)


class _Audit:
    """The audit of one audience, wave and principle."""

    def __init__(
        self,
        people: People,
        parents: Parents,
        minimum: int,
        models: Mapping[int, _Model],
        patience: Patience,
    ) -> None:
        """Take the people of the place, and each release's model by number, today's being 0."""
        self._people = people
        self._models = models
        self._patience = patience
        self._columns, self._owners = people.columns()
        self._sizes = [one.size for one in people.classes]
        self._minimum = minimum
        self._known_rows: dict[Figure, NDArray[np.int64]] = {}
        self._within = units_within(sorted(people.unit_counts), parents)

    def withhold(self, shown: frozenset[Figure], known: frozenset[Figure]) -> frozenset[Figure]:
        """Return what of `shown` must be held back, given what is known for good."""
        given = self._exposed_by(known)
        new = sorted(shown - known, key=self._order)
        held_back: list[Figure] = []
        while new and (found := self._find([*known, *new], given)) is not None:
            if not found:
                count = self._count_unproven(known, new, given)
                held_back += new[:count]
                del new[:count]
                break
            opens = self._find_opening([*new, *known], len(new), found, given)
            held_back.append(opens)
            new.remove(opens)
        for figure in reversed(held_back[:-1]):
            if self._patience.left <= 0:
                break
            if self._find([*known, *new, figure], given) is None:
                new.append(figure)
                held_back.remove(figure)
        return frozenset(held_back)

    def _count_unproven(
        self, known: Iterable[Figure], new: Sequence[Figure], given: frozenset[int]
    ) -> int:
        """Return how many of the first have to go until the others are proven harmless."""
        return bisect_left(
            range(len(new)),
            True,
            key=lambda count: self._find([*known, *new[count:]], given) is None,
        )

    def _exposed_by(self, known: Iterable[Figure]) -> frozenset[int]:
        """Return the classes that earlier releases have told of: nothing protects them now."""
        listed, given = list(known), frozenset[int]()
        while listed and (found := self._find(listed, given)) is not None:
            if not found:
                break
            given |= found
        return given

    def _find(self, listed: Sequence[Figure], given: frozenset[int]) -> frozenset[int] | None:
        """Return classes that are exposed; none of them in it where that cannot be proven."""
        rows, owners = self._rows(listed, given)
        try:
            return find_exposed(rows, owners, self._sizes, self._minimum, self._patience)
        except TooManyWays:
            return frozenset()

    def _find_opening(
        self, listed: Sequence[Figure], count: int, exposed: frozenset[int], given: frozenset[int]
    ) -> Figure:
        rows, owners = self._rows(listed, given)
        row = find_opening(rows, owners, exposed, range(count)) if exposed else None
        return listed[0 if row is None else row]

    def _rows(
        self, listed: Sequence[Figure], given: frozenset[int]
    ) -> tuple[Rows, NDArray[np.intp]]:
        kept = ~np.isin(self._owners, sorted(given))
        rows = [self._row(figure)[kept] for figure in listed]
        empty = np.zeros((0, int(kept.sum())), dtype=np.int64)
        return np.vstack([empty, *rows]), self._owners[kept]

    def _order(self, figure: Figure) -> tuple[int, int, Figure]:
        count = 0
        if figure.kind == "unit":
            counts = self._people.unit_counts
            count = sum(counts[unit] for unit in self._within.get(figure.name, ()))
        elif figure.kind == "item":
            count = self._people.count_rated(figure.name)
        return WITHHELD_FIRST.index(figure.kind), count, figure

    def _row(self, figure: Figure) -> NDArray[np.int64]:
        if figure not in self._known_rows:
            weigh = getattr(self, f"_{figure.kind}")
            row = [weigh(figure, column) % PRIME for column in self._columns]
            self._known_rows[figure] = np.asarray(row, dtype=np.int64)
        return self._known_rows[figure]

    # What a column counts in a figure of each kind, but for a factor of the whole row.

    def _raw(self, _: Figure, column: Column) -> int:
        return column.share

    def _mean(self, figure: Figure, column: Column) -> int:
        one, model = column.people, self._models[figure.release]
        if model.is_by_counts:
            count = self._people.unit_counts.get(one.unit, 0)
            return column.share * _any_weight("mean", figure.release, count)
        # Likelihood weights go by how many of the unit answered which waves, and the person too.
        own = sorted(one.waves & model.waves)
        elsewhere = sorted(found for found in one.elsewhere if found[0] in model.waves)
        alike = self._people.composition(one.unit, model.waves), own, elsewhere
        return column.share * _any_weight("mean", figure.release, alike)

    def _weighted(self, figure: Figure, column: Column) -> int:
        return column.share * _any_weight("weighted", figure.release, column.people.unit)

    def _robust(self, figure: Figure, column: Column) -> int:
        unit = column.people.unit
        if figure.release:
            return column.share * _any_weight("robust", figure.release, unit)
        if not self._people.has_answered(unit, figure.name):
            return 0
        return column.share * invert(self._people.unit_counts[unit])

    def _unit(self, figure: Figure, column: Column) -> int:
        inside = self._within.get(figure.name, frozenset())
        return column.share if column.people.unit in inside else 0

    def _item(self, figure: Figure, column: Column) -> int:
        return int(column.item == figure.name)

    def _gap(self, figure: Figure, column: Column) -> int:
        return self._people.share_among(column, figure.name)

    def _stayers(self, figure: Figure, column: Column) -> int:
        return column.share if figure.name in column.people.waves else 0

    def _leavers(self, figure: Figure, column: Column) -> int:
        is_away = column.people.is_linked and figure.name not in column.people.waves
        return column.share if is_away else 0


def _any_weight(*parts: object) -> int:
    """Return a weight that is the same for the same parts and otherwise any."""
    digest = sha256(repr(parts).encode()).digest()
    return 1 + int.from_bytes(digest[:8], "big") % (PRIME - 1)
