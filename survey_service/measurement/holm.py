"""Holm's adjustment of one family of p-values."""

from collections.abc import Sequence

import numpy as np


def adjust_by_holm(p_values: Sequence[float | None]) -> tuple[float | None, ...]:
    """Return each p-value adjusted for all of them; None is no test and stays None.

    With the m p-values in rising order, the i-th becomes the largest of `(m - j + 1) p_j` for
    j up to i, at most 1. Written out, because statsmodels' `multipletests` collects all garbage of
    the process at every call.
    Source: Holm (1979), Scandinavian Journal of Statistics 6.
    """
    positions = [position for position, p in enumerate(p_values) if p is not None]
    tested = np.asarray([p_values[position] for position in positions], dtype=np.float64)
    order = np.argsort(tested, kind="stable")
    stepped = np.maximum.accumulate(tested[order] * np.arange(len(tested), 0, -1))
    adjusted: list[float | None] = [None] * len(p_values)
    for rank, value in zip(order, np.minimum(stepped, 1.0), strict=True):
        adjusted[positions[rank]] = float(value)
    return tuple(adjusted)
