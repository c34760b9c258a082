"""Where the REML criterion is least, which components are truly zero, and how sure that is."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from survey_service.measurement.cohort_statistics import Floats
from survey_service.measurement.restricted_likelihood import (
    RATIO_COUNT,
    Evaluation,
    RestrictedLikelihood,
)

LARGEST_RATIO = 1e6
"""A component with a thousand times the residual SD: the scores leave no residual to speak of."""

ZERO_RATIO = 1e-6
"""A component with under a thousandth of the residual SD counts as zero."""

_STARTS = ((1.0, 0.1, 0.05), (0.1, 0.5, 0.5))
_NEWTON_STEPS = 12
_NEWTON_TOLERANCE = 1e-13
_ROUNDING = 1e-13
_STEP = 1e-4
_FLAT = 1e-10


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
    bounded = bool(np.all(ratios < LARGEST_RATIO))
    residual_variance = max(evaluation.residual_sum, 0.0) / likelihood.degrees
    uncertainty = None
    if bounded and residual_variance > 0:
        uncertainty = _parameter_covariance(likelihood, ratios, kept, evaluation)
    return VarianceComponents(ratios, kept, bounded, residual_variance, evaluation, uncertainty)


def _minimise(
    likelihood: RestrictedLikelihood, kept: tuple[int, ...], start: Floats | tuple[float, ...]
) -> Floats:
    ratios = np.zeros(RATIO_COUNT)
    if not kept:
        return ratios
    index = list(kept)

    def criterion(values: Floats) -> tuple[float, Floats]:
        ratios[index] = values
        value, slope = likelihood.deviance(ratios)
        return value, slope[index]

    found = minimize(
        criterion,
        np.asarray(start)[index],
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, LARGEST_RATIO)] * len(index),
        options={"maxiter": 300, "ftol": 1e-13, "gtol": 1e-9},
    )
    ratios[index] = found.x
    return _polish(likelihood, ratios, kept)


def _polish(likelihood: RestrictedLikelihood, ratios: Floats, kept: tuple[int, ...]) -> Floats:
    """Newton steps on the gradient: quasi-Newton stops where the criterion's digits run out."""
    best = ratios.copy()
    value, slope = likelihood.deviance(best)
    for _ in range(_NEWTON_STEPS):
        free = [term for term in kept if best[term] > 0 or slope[term] < 0]
        if not free or np.any(best >= LARGEST_RATIO):
            break
        curvature = _along(lambda at: likelihood.deviance(at)[1], best, free)[:, free]
        curvature = (curvature + curvature.T) / 2
        if np.any(np.linalg.eigvalsh(curvature) <= 0):
            break
        step = np.linalg.solve(curvature, slope[free])
        tried = best.copy()
        tried[free] = np.clip(best[free] - step, 0.0, LARGEST_RATIO)
        tried_value, tried_slope = likelihood.deviance(tried)
        if tried_value > value + _ROUNDING * abs(value):
            break
        best, value, slope = tried, tried_value, tried_slope
        if step @ curvature @ step < _NEWTON_TOLERANCE:
            break
    return best


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

    curvature = _along(slope, ratios, list(kept))[:, list(kept)] if kept else np.empty((0, 0))
    hessian[1:, 1:] = (curvature + curvature.T) / 2
    scale = np.sqrt(np.abs(np.diag(hessian)))
    if np.any(scale == 0) or np.linalg.eigvalsh(hessian / np.outer(scale, scale))[0] < _FLAT:
        return None
    return np.asarray(2 * np.linalg.inv(hessian), dtype=np.float64)


def _along(slope: Callable[[Floats], Floats], ratios: Floats, free: list[int]) -> Floats:
    """Central differences of `slope` along each free ratio: (free, 3)."""
    found = []
    for term in free:
        step = np.zeros(RATIO_COUNT)
        step[term] = max(_STEP * ratios[term], _STEP * ZERO_RATIO)
        found.append((slope(ratios + step) - slope(ratios - step)) / (2 * step[term]))
    return np.asarray(found)
