"""How coarsely a figure is shown, by how many answers it rests on."""

import math

FIVE_POINTS_UNDER = 20
"""Shares of fewer answers than this are shown to the nearest 5 points."""


def round_points(value: float | None, decimals: int = 1) -> float | None:
    """Return points to one decimal, or as many as told; None for what is missing or no number."""
    if value is None or not math.isfinite(value):
        return None
    return round(value, decimals) + 0.0  # never minus nought


def round_mean(value: float | None, decimals: int = 1) -> float | None:
    """Return a mean 0-100 rounded; None at an end of the scale, where everybody answered alike."""
    rounded = round_points(value, decimals)
    return rounded if rounded is not None and 0 < rounded < 100 else None


def round_share(share: float | None, n: int) -> float | None:
    """Return a share 0-1 to whole per cent, to 5 points where it rests on under 20 answers."""
    if share is None or not math.isfinite(share):
        return None
    return round(round(share * 20) / 20, 2) if n < FIVE_POINTS_UNDER else round(share, 2)


def round_to_five_points(share: float | None) -> float | None:
    """Return a share 0-1 to the nearest 5 points, however many answers it rests on."""
    return round_share(share, 0)


def round_significant(value: float | None) -> float | None:
    """Return a number to two significant digits."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.1e}") + 0.0


def round_coefficient(value: float | None) -> float | None:
    """Return a reliability or an effect size to two decimals."""
    if value is None or not math.isfinite(value):
        return None
    return round(value, 2) + 0.0
