"""Does any combination of sums tell of fewer people than the minimum? Linear algebra, exactly.

Every figure is a row: what each thing somebody told counts in it, a thing being a column. Whoever
reads all figures can add and subtract rows with any weights. A group is *exposed* where some such
combination is not nought and holds nobody else: then something about these few follows, be it
their sum or a difference between them. Somebody who knows their own answer learns no more of the
others than the group they are part of: with groups of the minimum and more safe, at least the
minimum less one of others stay together.

Ranks are taken modulo a prime of 31 bits, with every fraction exact. What chance there is of an
accident (about one in a thousand million for each rank) can only lower a rank.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

PRIME = 2**31 - 1

_SEED = 20261122

_PIVOT_WORK = 20_000
"""What going on to the next pivot costs beside the elements it touches, as so many of them."""

Rows = NDArray[np.int64]
"""Figures x things told, modulo PRIME."""

Owners = NDArray[np.intp]
"""For each column the class of people it belongs to."""


class TooManyWays(Exception):
    """There are too many combinations to prove that none exposes anybody."""


class Patience:
    """How much work a search may still be, in elements of rows that are reduced: 1e9 is seconds."""

    def __init__(self, work: int) -> None:
        self.left = work

    def spend(self, rows: Rows) -> None:
        """Count the reducing of these rows."""
        self.left -= len(rows) * (rows.size + _PIVOT_WORK)


def invert(number: int) -> int:
    """Return 1 / number modulo PRIME; ValueError for a multiple of it."""
    return pow(number, -1, PRIME)


def find_exposed(
    rows: Rows, owners: Owners, sizes: Sequence[int], minimum: int, patience: Patience
) -> frozenset[int] | None:
    """Return classes of together fewer than `minimum` people that the rows expose; None for none.

    Args:
        rows: the figures, modulo PRIME.
        owners: each column's class, 0 and up.
        sizes: how many people each class has: people whom no row tells apart.
        minimum: the fewest people that may be told of.
        patience: how much work it may be; what can be told at the first look always is.

    Raises:
        TooManyWays: where it cannot be told by then.
    """
    if not rows.size:
        return None
    people = np.asarray(sizes, dtype=np.int64)
    is_small = people[owners] < minimum
    # Whatever exposes few is nought on every class that is large enough.
    patience.spend(rows)
    combinations = _left_null(rows[:, ~is_small])
    code, _ = _reduce(_multiply(combinations, rows[:, is_small]))
    return _Search(people, patience).look(code, owners[is_small], minimum - 1)


def find_opening(
    rows: Rows, owners: Owners, exposed: frozenset[int], order: Iterable[int]
) -> int | None:
    """Return the first row, in that order, with a part in a combination that exposes the classes.

    Without it they may still be exposed by rows that say the same; None where no row has a part.
    """
    inside = np.isin(owners, sorted(exposed))
    combinations = _left_null(rows[:, ~inside])
    if not _multiply(combinations, rows[:, inside]).any():
        return None
    return next((row for row in order if combinations[:, row].any()), None)


class _Search:
    """Looks for a combination that is nought on all but few people.

    Such a combination is not nought on every basis of columns. So it holds one of the classes a
    basis is made of, and these are tried one by one; and where more bases than there may be people
    have nobody in common, there is none.
    """

    def __init__(self, sizes: NDArray[np.int64], patience: Patience) -> None:
        self._sizes = sizes
        self._patience = patience
        self._seen: set[frozenset[int]] = set()

    def look(
        self, code: Rows, owners: Owners, most: int, held: frozenset[int] = frozenset()
    ) -> frozenset[int] | None:
        rank = len(code)
        if rank == 0 or held in self._seen:
            return None
        self._seen.add(held)
        basis = self._basis_of_few(code, owners, rank, most)
        if basis is None:
            return None
        for found in sorted({int(owners[column]) for column in basis}):
            if self._sizes[found] > most:
                continue
            if self._patience.left <= 0:
                raise TooManyWays
            others = owners != found
            self._patience.spend(code)
            rest, pivots = _reduce(code[:, others])
            if len(pivots) < rank:
                return held | {found}
            fewer = most - int(self._sizes[found])
            deeper = self.look(rest, owners[others], fewer, held | {found})
            if deeper is not None:
                return deeper
        return None

    def _basis_of_few(
        self, code: Rows, owners: Owners, rank: int, most: int
    ) -> NDArray[np.intp] | None:
        """Return a basis; None where more than `most` bases share nobody, so that nothing is found.

        A class takes part in as many of them as it has people.
        """
        left = self._sizes.copy()
        first = None
        for _ in range(most + 1):
            order = np.argsort(-left[owners], kind="stable")
            order = order[left[owners[order]] > 0]
            self._patience.spend(code)
            _, pivots = _reduce(code[:, order])
            if len(pivots) < rank:
                return first
            basis = order[pivots]
            first = basis if first is None else first
            left[np.unique(owners[basis])] -= 1
        return None


def _left_null(rows: Rows) -> Rows:
    """Return a basis of the combinations of rows that are nought: combinations x rows."""
    count = len(rows)
    narrow = _narrow(rows)
    reduced, pivots = _reduce(np.hstack([narrow, np.eye(count, dtype=np.int64)]))
    is_null = pivots >= narrow.shape[1]
    return reduced[is_null, narrow.shape[1] :]


def _narrow(rows: Rows) -> Rows:
    """Return as many columns as rows, each a random mixture: the same combinations are nought.

    An accident makes more of them nought, so that more seems to be exposed than is.
    """
    count, width = rows.shape
    if width <= count:
        return rows
    random = np.random.default_rng(_SEED)
    return _multiply(rows, random.integers(0, PRIME, size=(width, count), dtype=np.int64))


def _multiply(one: Rows, other: Rows) -> Rows:
    """Return the matrix product modulo PRIME: in halves of 16 bits, so that nothing overflows."""
    high, low = other >> 16, other & 0xFFFF
    total: Rows = ((one @ high) % PRIME * (1 << 16) + one @ low) % PRIME
    return total


def _reduce(rows: Rows) -> tuple[Rows, NDArray[np.intp]]:
    """Return the reduced echelon form without its empty rows, and the pivots' columns."""
    left = rows % PRIME
    pivots: list[int] = []
    for place in range(len(left)):
        filled = left[place:].any(axis=0)
        if not filled.any():
            break
        column = int(filled.argmax())
        row = place + int((left[place:, column] != 0).argmax())
        left[[place, row]] = left[[row, place]]
        left[place] = left[place] * invert(int(left[place, column])) % PRIME
        factors = left[:, column].copy()
        factors[place] = 0
        touched = np.flatnonzero(factors)
        left[touched] = (left[touched] - factors[touched, None] * left[place]) % PRIME
        pivots.append(column)
    return left[: len(pivots)], np.asarray(pivots, dtype=np.intp)
