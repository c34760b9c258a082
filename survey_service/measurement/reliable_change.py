"""How many people moved by more than the questionnaire's own error can explain."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from survey_service.measurement.comparison import Reason
from survey_service.measurement.reliability import standard_error_of_measurement

Floats = NDArray[np.float64]

CHANCE_EACH_WAY = 0.025
"""The share that passes the threshold upwards, and again downwards, when nobody truly moved."""


@dataclass(frozen=True, slots=True)
class ReliableChange:
    """How many of `n` people moved for certain, up and down.

    `expected_each_way` is how many chance alone would move in either direction.
    `smallest_certain_change` is the threshold in points. `reliability_name` says which reliability
    was used. Figures are None where they cannot be computed, and `reason` says why.
    """

    n: int
    reliability: float | None
    reliability_name: str
    deviation: float | None
    smallest_certain_change: float | None
    moved_up: int | None
    moved_down: int | None
    expected_each_way: float | None
    reason: Reason | None


def count_reliable_changes(
    from_scores: Floats,
    to_scores: Floats,
    reliability: float | None,
    reliability_name: str = "Cronbach's alpha at the from-wave",
) -> ReliableChange:
    """Count the people whose change passes the reliable change index of 1.96 either way.

    Args:
        from_scores: 0-100, one per person who answered both waves, no NaN.
        to_scores: likewise, in the same order.
        reliability: of the scores, over 0 and under 1; None where not known.
        reliability_name: which reliability it is, for the reader.

    Raises:
        ValueError: for columns of unlike length or NaN.

    `RC = (to - from) / (sqrt(2) * SD_from * sqrt(1 - reliability))`.
    Source: Jacobson & Truax (1991), Journal of Consulting and Clinical Psychology 59.
    """
    _check(from_scores, to_scores)
    n = len(from_scores)
    reason = _why_not(n, reliability)
    if reason is not None or reliability is None:
        return _without(n, reliability, reliability_name, None, reason)
    deviation = float(from_scores.std(ddof=1))
    if deviation == 0:
        alike = Reason("no_variance", "Everybody had the same score in the from-wave.")
        return _without(n, reliability, reliability_name, deviation, alike)
    threshold = float(stats.norm.ppf(1 - CHANCE_EACH_WAY)) * standard_error_of_difference(
        deviation, reliability
    )
    change = to_scores - from_scores
    return ReliableChange(
        n=n,
        reliability=reliability,
        reliability_name=reliability_name,
        deviation=deviation,
        smallest_certain_change=threshold,
        moved_up=int((change > threshold).sum()),
        moved_down=int((change < -threshold).sum()),
        expected_each_way=CHANCE_EACH_WAY * n,
        reason=None,
    )


def standard_error_of_difference(deviation: float, reliability: float) -> float:
    """Return the error of a difference between two scores: `sqrt(2 * SEM^2)`, in points."""
    error = standard_error_of_measurement(deviation, reliability)
    return float(np.sqrt(2 * (error or 0.0) ** 2))


def _check(from_scores: Floats, to_scores: Floats) -> None:
    if from_scores.shape != to_scores.shape:
        raise ValueError(
            "from_scores, to_scores: expected one shape, "
            f"found {from_scores.shape} and {to_scores.shape}"
        )
    if np.isnan(from_scores).any() or np.isnan(to_scores).any():
        raise ValueError("from_scores, to_scores: expected numbers, found NaN")


def _why_not(n: int, reliability: float | None) -> Reason | None:
    if n < 2:
        return Reason("too_few", "Fewer than two people answered both waves.")
    if reliability is None or not 0 < reliability < 1:
        return Reason("no_reliability", "No reliability between 0 and 1 is known.")
    return None


def _without(
    n: int,
    reliability: float | None,
    reliability_name: str,
    deviation: float | None,
    reason: Reason | None,
) -> ReliableChange:
    return ReliableChange(
        n, reliability, reliability_name, deviation, None, None, None, None, reason
    )
