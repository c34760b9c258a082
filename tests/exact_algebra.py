"""The rank of a matrix in exact fractions, for attackers who add and subtract."""

from collections.abc import Sequence
from fractions import Fraction


def rank(rows: Sequence[Sequence[Fraction]]) -> int:
    """The rank of a matrix of exact fractions, by elimination."""
    left = [list(row) for row in rows]
    found = 0
    for column in range(len(left[0]) if left else 0):
        pivot = next((n for n in range(found, len(left)) if left[n][column]), None)
        if pivot is None:
            continue
        left[found], left[pivot] = left[pivot], left[found]
        for below in range(found + 1, len(left)):
            factor = left[below][column] / left[found][column]
            left[below] = [a - factor * b for a, b in zip(left[below], left[found], strict=True)]
        found += 1
    return found
