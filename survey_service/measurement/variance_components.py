"""Where the REML criterion is least, which components are truly zero, and how sure that is."""

from dataclasses import dataclass

import numpy as np

from survey_service.measurement.cohort_statistics import Floats
from survey_service.measurement.restricted_likelihood import (
    RATIO_COUNT,
    Evaluation,
    RestrictedLikelihood,
)

LARGEST_RATIO = 1e4
"""A component with a hundred times the residual SD: the scores leave no residual to speak of."""

ZERO_RATIO = 1e-6
"""A component with under a thousandth of the residual SD counts as zero."""

_STARTS = ((1.0, 0.1, 0.05), (0.1, 0.5, 0.5))
_MOST_STEPS = 60
_MOST_HALVINGS = 30
_MOST_GROWTH = 10.0
_SMALLEST_DECREASE = 1e-6
"""A step that promises less is the last: Newton's next would promise its square."""
_SMALLEST_SCALE = 1e-2
_ROUNDING = 1e-13
_STEP = 1e-4
_FLAT = 1e-10
_TINY = 1e-300


@dataclass(frozen=True, slots=True)
class VarianceComponents:
    """The best ratios of (respondent, unit, unit:wave) variance to residual variance.

    `kept` are the terms that are in the model and not zero; `bounded` is False where the
    criterion falls without end because the residual vanishes.
    """

    ratios: Floats
    kept: tuple[int, ...]
    bounded: bool
    residual_variance: float
    evaluation: Evaluation
    parameter_covariance: Floats | None
    """Of (residual variance, kept ratios); None where the criterion is flat in a direction"""


def estimate_components(
    likelihood: RestrictedLikelihood, terms: tuple[int, ...]
) -> VarianceComponents:
    """Find the components of `terms`; those estimated at zero are dropped and the model refitted.

    Variances are searched themselves, not standard deviations: at a variance of zero the slope
    then tells a true zero (rising) from a stationary point that only the square made.
    """
    kept = terms
    ratios = _minimise(likelihood, kept, _STARTS[0])
    if any(ratios[term] < ZERO_RATIO for term in kept):
        other = _minimise(likelihood, kept, _STARTS[1])
        ratios = min(ratios, other, key=lambda found: likelihood.deviance(found)[0])
    while any(ratios[term] < ZERO_RATIO for term in kept):
        kept = tuple(term for term in kept if ratios[term] >= ZERO_RATIO)
        ratios = _minimise(likelihood, kept, ratios)
    evaluation = likelihood.evaluate(ratios)
    residual_variance = max(evaluation.residual_sum, 0.0) / likelihood.degrees
    total = likelihood.statistics.sum_of_squares / likelihood.statistics.answer_count
    bounded = bool(np.all(ratios < LARGEST_RATIO) and residual_variance > total / LARGEST_RATIO)
    uncertainty = None
    if bounded:
        uncertainty = _parameter_covariance(likelihood, ratios, kept, evaluation)
    return VarianceComponents(ratios, kept, bounded, residual_variance, evaluation, uncertainty)


def _minimise(
    likelihood: RestrictedLikelihood, kept: tuple[int, ...], start: Floats | tuple[float, ...]
) -> Floats:
    """Damped Newton steps on the exact gradient, kept within 0 and LARGEST_RATIO.

    A ratio at zero whose slope rises stays there; the steps' directions come from differences
    of the gradient, turned downhill where the criterion is not convex.
    """
    best = np.zeros(RATIO_COUNT)
    best[list(kept)] = np.asarray(start)[list(kept)]
    value, slope = likelihood.deviance(best)
    for _ in range(_MOST_STEPS):
        free = [term for term in kept if best[term] > 0 or slope[term] < 0]
        if not free or np.any(best >= LARGEST_RATIO):
            break
        step, decrease = _newton_step(likelihood, best, slope, free)
        found = _search_along(likelihood, best, value, step)
        if found is None:
            break
        best, value, slope = found
        if decrease < _SMALLEST_DECREASE:
            break
    return best


def _newton_step(
    likelihood: RestrictedLikelihood, at: Floats, slope: Floats, free: list[int]
) -> tuple[Floats, float]:
    """Return the step and twice the decrease of the criterion that it promises."""
    size = np.maximum(at[free], _SMALLEST_SCALE)
    nearby = [likelihood.deviance(near)[1] - slope for near in _nudge(at, free, 1)]
    curvature = (np.asarray(nearby) / _step_sizes(at, free)[:, None])[:, free]
    scaled = (curvature + curvature.T) / 2 * np.outer(size, size)
    values, directions = np.linalg.eigh(scaled)
    values = np.maximum(np.abs(values), _FLAT * np.max(np.abs(values)) + _TINY)
    downhill = directions.T @ (size * slope[free])
    step = np.zeros(RATIO_COUNT)
    step[free] = -size * (directions @ (downhill / values))
    return step, float(np.sum(downhill**2 / values))


def _search_along(
    likelihood: RestrictedLikelihood, at: Floats, value: float, step: Floats
) -> tuple[Floats, float, Floats] | None:
    """Halve the step until the criterion falls; None where it does not fall at all."""
    ceiling = np.minimum(_MOST_GROWTH * at + 1.0, LARGEST_RATIO)
    for halving in range(_MOST_HALVINGS):
        tried = np.clip(at + step / 2**halving, 0.0, ceiling)
        tried_value, tried_slope = likelihood.deviance(tried)
        if tried_value <= value + _ROUNDING * abs(value):
            return tried, tried_value, tried_slope
    return None


def _parameter_covariance(
    likelihood: RestrictedLikelihood, ratios: Floats, kept: tuple[int, ...], best: Evaluation
) -> Floats | None:
    """Twice the inverse Hessian of -2 log REML in (residual variance s2, kept ratios).

    The criterion is log_determinant + degrees log(s2) + residual_sum / s2.
    """
    variance = best.residual_sum / likelihood.degrees
    size = 1 + len(kept)
    hessian = np.empty((size, size))
    hessian[0, 0] = likelihood.degrees / variance**2
    hessian[0, 1:] = hessian[1:, 0] = -best.residual_sum_slope[list(kept)] / variance**2

    def slope(at: Floats) -> Floats:
        found = likelihood.evaluate(at)
        total: Floats = found.log_determinant_slope + found.residual_sum_slope / variance
        return total

    index = list(kept)
    ahead, behind = ([slope(at) for at in _nudge(ratios, index, way)] for way in (1, -1))
    change = np.reshape(np.subtract(ahead, behind), (-1, RATIO_COUNT))[:, index]
    curvature = change / (2 * _step_sizes(ratios, index)[:, None])
    hessian[1:, 1:] = (curvature + curvature.T) / 2
    scale = np.sqrt(np.abs(np.diag(hessian)))
    if np.any(scale == 0) or np.linalg.eigvalsh(hessian / np.outer(scale, scale))[0] < _FLAT:
        return None
    return np.asarray(2 * np.linalg.inv(hessian), dtype=np.float64)


def _step_sizes(ratios: Floats, free: list[int]) -> Floats:
    sizes: Floats = _STEP * np.maximum(ratios[free], ZERO_RATIO)
    return sizes


def _nudge(ratios: Floats, free: list[int], way: int) -> list[Floats]:
    """The points a small step along each free ratio, for differences of slopes."""
    steps = np.zeros((len(free), RATIO_COUNT))
    steps[np.arange(len(free)), free] = way * _step_sizes(ratios, free)
    return list(ratios + steps)
