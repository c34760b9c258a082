"""A contrast judged by the units' raw mean changes alone: what survives without the model."""

import numpy as np
from scipy.special import stdtr

from survey_service.measurement.cohort_statistics import Floats
from survey_service.measurement.comparison import DesignRobustLine
from survey_service.measurement.verdict import SIGNIFICANCE

JACKKNIFE = "leave_one_unit_out_jackknife"
"""The method whose difference is that of the raw means."""

_ROUNDING = 1e-10


def judge_without_model(
    counts: Floats, sums: Floats, model_difference: float | None, model_p: float | None
) -> DesignRobustLine | None:
    """Test a pair of waves by a paired t test of unit means, else by a jackknife over units.

    Args:
        counts: (units, 2) answers per unit in the two waves.
        sums: (units, 2) their added scores.
        model_difference: the model's difference, None where it has none.
        model_p: the model's p, None where it has none.

    Returns:
        None where neither is possible: fewer than two units answered in both waves, and leaving
        out some unit empties a wave; or the units' changes are all the same.
    """
    both = np.all(counts > 0, axis=1)
    if both.sum() >= 2:
        found = _pair(sums[both] / counts[both])
        method, unit_count = "unit_mean_paired_t", int(both.sum())
    else:
        found = _jackknife(counts, sums)
        method, unit_count = JACKKNIFE, int(np.any(counts > 0, axis=1).sum())
    if found is None:
        return None
    difference, error = found
    df = float(unit_count - 1)
    p = float(2 * stdtr(df, -abs(difference) / error))
    disagrees = _disagree(difference, p, model_difference, model_p)
    return DesignRobustLine(method, unit_count, difference, error, df, p, disagrees)


def _pair(means: Floats) -> tuple[float, float] | None:
    changes = means[:, 1] - means[:, 0]
    error = float(np.std(changes, ddof=1) / np.sqrt(len(changes)))
    if error <= _ROUNDING:
        return None
    return float(changes.mean()), error


def _jackknife(counts: Floats, sums: Floats) -> tuple[float, float] | None:
    """Difference of raw means; its error from leaving out each unit in turn (Quenouille, Tukey)."""
    present = np.any(counts > 0, axis=1)
    counts, sums = counts[present], sums[present]
    left_counts, left_sums = counts.sum(axis=0) - counts, sums.sum(axis=0) - sums
    if len(counts) < 3 or np.any(left_counts <= 0):
        return None
    left = left_sums / left_counts
    changes = left[:, 1] - left[:, 0]
    error = float(np.sqrt((len(changes) - 1) * np.var(changes)))
    if error <= _ROUNDING:
        return None
    means = sums.sum(axis=0) / counts.sum(axis=0)
    return float(means[1] - means[0]), error


def _disagree(
    difference: float, p: float, model_difference: float | None, model_p: float | None
) -> bool:
    if model_p is None or model_difference is None:
        return False
    certain, model_certain = p < SIGNIFICANCE, model_p < SIGNIFICANCE
    opposite = difference * model_difference < 0
    return certain != model_certain or (certain and opposite)
