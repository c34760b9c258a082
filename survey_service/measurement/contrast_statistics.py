"""From a contrast's estimate, standard error and degrees of freedom to what is reported of it."""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from survey_service.measurement.mixed_model import Estimate

CONFIDENCE_TAIL = 0.975
EQUIVALENCE_TAIL = 0.95
POWER = 0.80


@dataclass(frozen=True, slots=True)
class Inference:
    """What a contrast's t statistic tells; all None without a standard error."""

    p: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    equivalence_ci_low: float | None = None
    equivalence_ci_high: float | None = None
    equivalence_p: float | None = None
    minimum_detectable_difference: float | None = None


def infer(estimate: Estimate, margin: float) -> Inference:
    """Test an estimated difference against no change, and against changes of `margin` points.

    `equivalence_p` is the larger of two one-sided tests (Schuirmann 1987, J. Pharmacokinet.
    Biopharm. 15:657-680); the smallest detectable difference is (t(.975) + t(.80)) SE.
    """
    difference, error, df = estimate.value, estimate.standard_error, estimate.df
    if difference is None or error is None or df is None or error <= 0:
        return Inference()
    half, narrow = error * _quantile(CONFIDENCE_TAIL, df), error * _quantile(EQUIVALENCE_TAIL, df)
    nearest = (margin - abs(difference)) / error
    return Inference(
        p=float(2 * stdtr(df, -abs(difference) / error)),
        ci_low=difference - half,
        ci_high=difference + half,
        equivalence_ci_low=difference - narrow,
        equivalence_ci_high=difference + narrow,
        equivalence_p=float(stdtr(df, -nearest)),
        minimum_detectable_difference=half + error * _quantile(POWER, df),
    )


def equivalence_power(estimate: Estimate, margin: float, test_count: int = 1) -> float | None:
    """Return the least chance to conclude "no relevant change" if there is no change at all.

    Args:
        estimate: whose standard error and degrees of freedom are taken as known.
        margin: points above 0.
        test_count: tests that Holm adjusts together, 1 or more. His first step takes each at
            .05 / test_count, and later ones are easier: so this is a lower bound.

    `max(0, 2 P(T < margin / SE - t(1 - .05 / test_count, df)) - 1)`.
    """
    error, df = estimate.standard_error, estimate.df
    if estimate.value is None or error is None or df is None or error <= 0:
        return None
    tail = 1 - (1 - EQUIVALENCE_TAIL) / test_count
    reach = float(stdtr(df, margin / error - _quantile(tail, df)))
    return max(0.0, 2 * reach - 1)


def interval(estimate: Estimate) -> tuple[float | None, float | None]:
    """95 % interval of an estimate."""
    if estimate.value is None or estimate.standard_error is None or estimate.df is None:
        return None, None
    half = estimate.standard_error * _quantile(CONFIDENCE_TAIL, estimate.df)
    return estimate.value - half, estimate.value + half


def raw_interval(mean: float, variance: float, n: int) -> tuple[float | None, float | None]:
    """95 % interval of a raw mean: mean -+ t(.975, n - 1) sd / sqrt(n), answers independent.

    None with fewer than two answers. People of one unit are alike, so it is rather too short.
    """
    if n < 2 or not np.isfinite(variance):
        return None, None
    half = float(np.sqrt(variance / n)) * _quantile(CONFIDENCE_TAIL, n - 1)
    return mean - half, mean + half


def standardise(
    difference: float | None, sizes: tuple[int, int], variances: tuple[float | None, float | None]
) -> float | None:
    """Effect size: the difference over the waves' mean SD, with Hedges' small-sample factor.

    `difference / sqrt((var_from + var_to) / 2) * (1 - 3 / (4 (n_from + n_to - 2) - 1))`
    (Hedges 1981, J. Educ. Stat. 6:107-128). None where a variance is missing or both are zero.
    """
    one, other = variances
    if difference is None or one is None or other is None or one + other <= 0:
        return None
    factor = 1 - 3 / (4 * (sum(sizes) - 2) - 1)
    return float(difference / np.sqrt((one + other) / 2) * factor)


def _quantile(probability: float, df: float) -> float:
    return float(stdtrit(df, probability))
