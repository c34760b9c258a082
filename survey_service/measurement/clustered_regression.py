"""Least squares where the people of one unit resemble each other: honest intervals for few units.

Waves are compared by the mixed model. This is the tool for everything beside it: paired change,
leavers against stayers, items, gaps between audiences, one principle against another.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from survey_service.measurement.comparison import Reason

Floats = NDArray[np.float64]
Names = NDArray[np.str_]

LARGEST_CONDITION = 1e12
"""Beyond this the columns of a design are one but for rounding."""

_ONE_UNIT = "One unit cannot show how units differ."

FULL_LEVERAGE = 1 - 1e-9
"""A unit that alone decides a coefficient leaves no residual to judge it by."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean, a difference or a slope with its 95 % interval, in points.

    `value` is None where it cannot be computed, the other figures also where there is nothing to
    judge it by; `reason` then says why. `unit_count` is 0 where units played no part.
    """

    value: float | None
    standard_error: float | None
    df: float | None
    ci_low: float | None
    ci_high: float | None
    p: float | None
    n: int
    unit_count: int
    reason: Reason | None


def estimate_mean(values: Floats, units: Names, weights: Floats | None = None) -> Estimate:
    """Return the mean over people, its uncertainty from the differences between units.

    Args:
        values: one per person, no NaN.
        units: each person's unit.
        weights: one per person, over 0; each counts 1 where there are none.

    With units of equal size this is the t-test on unit means.
    """
    design = np.ones((len(values), 1))
    return estimate_coefficient(design, values, units, 0, weights)


def estimate_difference(
    from_values: Floats,
    to_values: Floats,
    from_units: Names | None = None,
    to_units: Names | None = None,
    *,
    needs_units: bool = False,
    people_differ: bool = False,
) -> Estimate:
    """Return the mean of `to_values` less that of `from_values`.

    Args:
        from_values: one per person, no NaN.
        to_values: likewise, of other people or the same people another time.
        from_units: each person's unit, None where not known.
        to_units: likewise.
        needs_units: whether to withhold inference where units cannot carry it, as between waves.
        people_differ: whether nobody is in both groups. Units then never make the difference
            surer than its people alone would: the larger standard error, the fewer degrees of
            freedom. Of the same people twice, Welch's error would be too large.

    Clustered on units where both groups have at least two; else Welch's t-test, which takes the
    people as independent of each other.
    """
    if from_units is None or to_units is None or min(map(_count, (from_units, to_units))) < 2:
        plain = _welch(from_values, to_values)
        if not needs_units or plain.value is None:
            return plain
        return _without(plain.value, plain.n, 1, "one_unit", _ONE_UNIT)
    group = np.repeat([0.0, 1.0], [len(from_values), len(to_values)])
    clustered = estimate_coefficient(
        np.column_stack([np.ones(len(group)), group]),
        np.concatenate([from_values, to_values]),
        np.concatenate([from_units, to_units]),
        1,
    )
    if not people_differ:
        return clustered
    return _no_surer_than(_welch(from_values, to_values), clustered)


def estimate_coefficient(
    design: Floats, outcome: Floats, units: Names, column: int, weights: Floats | None = None
) -> Estimate:
    """Return one coefficient of a least-squares fit with unit-clustered uncertainty.

    Args:
        design: people x coefficients.
        outcome: one per person.
        units: each person's unit.
        column: which coefficient.
        weights: one per person, over 0.

    Raises:
        ValueError: for lengths that disagree, NaN, or a weight that is not over 0.

    The variance is the bias-reduced CR2 estimator, the degrees of freedom Satterthwaite's under
    independent errors: V = sum over units of `(a_u' e_u)^2`, df = `tr(P)^2 / tr(P^2)`.
    Sources: Bell & McCaffrey (2002), Survey Methodology 28; Pustejovsky & Tipton (2018),
    Journal of Business & Economic Statistics 36.
    """
    _check(design, outcome, units, weights)
    scale = np.ones(len(outcome)) if weights is None else np.sqrt(weights)
    scaled, target = design * scale[:, None], outcome * scale
    names, codes = np.unique(units, return_inverse=True)
    n, unit_count = len(outcome), len(names)
    if n == 0:
        return _without(None, n, 0, "no_answers", "Nobody gave the answers this rests on.")
    gram = scaled.T @ scaled
    if np.linalg.cond(gram) > LARGEST_CONDITION:
        return _without(
            None, n, unit_count, "not_identified", "The answers do not tell the effects apart."
        )
    root = _inverse_root(gram)
    coefficients = np.linalg.solve(gram, scaled.T @ target)
    value = float(coefficients[column])
    if unit_count < 2:
        return _without(value, n, unit_count, "one_unit", _ONE_UNIT)
    basis = scaled @ root
    found = _variance_and_df(
        basis, target - scaled @ coefficients, codes.reshape(-1), unit_count, root[column]
    )
    if found is None:
        return _without(
            value, n, unit_count, "one_unit_decides", "One unit alone decides the figure."
        )
    return _with_interval(value, found[0], found[1], n, unit_count)


def _count(units: Names) -> int:
    return len(np.unique(units))


def _check(design: Floats, outcome: Floats, units: Names, weights: Floats | None) -> None:
    lengths = {len(design), len(outcome), len(units)}
    lengths |= set() if weights is None else {len(weights)}
    if len(lengths) > 1:
        raise ValueError(f"design, outcome, units, weights: expected one length, found {lengths}")
    if np.isnan(design).any() or np.isnan(outcome).any():
        raise ValueError("design, outcome: expected numbers, found NaN")
    if weights is not None and not (weights > 0).all():
        raise ValueError(f"weights: expected over 0, found {weights.min()}")


def _inverse_root(symmetric: Floats) -> Floats:
    values, vectors = np.linalg.eigh(symmetric)
    return np.asarray((vectors / np.sqrt(values)) @ vectors.T, dtype=np.float64)


def _variance_and_df(
    basis: Floats, residual: Floats, codes: NDArray[np.intp], unit_count: int, contrast: Floats
) -> tuple[float, float] | None:
    """Return CR2 variance and degrees of freedom; None where one unit decides the contrast.

    `basis` has orthonormal columns, so a unit's block of the hat matrix is `B_u B_u'` and all
    that is needed of it is in the small matrix `B_u' B_u`.
    """
    width = basis.shape[1]
    grams = np.empty((unit_count, width, width))
    for row in range(width):
        for column in range(width):
            products = basis[:, row] * basis[:, column]
            grams[:, row, column] = np.bincount(codes, products, unit_count)
    pulls = np.column_stack(
        [np.bincount(codes, basis[:, row] * residual, unit_count) for row in range(width)]
    )
    leverages, directions = np.linalg.eigh(grams)
    shares = np.einsum("uij,i->uj", directions, contrast)
    alone = leverages > FULL_LEVERAGE
    if (np.abs(shares[alone]) > 1e-9 * np.linalg.norm(contrast)).any():
        return None
    adjusted = np.where(alone, 0.0, shares / np.sqrt(np.where(alone, 1.0, 1 - leverages)))
    weights = np.einsum("uij,uj->ui", directions, adjusted)
    variance = float((np.einsum("ui,ui->u", weights, pulls) ** 2).sum())
    spread = np.einsum("uij,uj->ui", grams, weights)
    expected = -spread @ spread.T
    expected[np.diag_indices(unit_count)] += np.einsum("ui,ui->u", weights, spread)
    trace = float(np.trace(expected))
    return variance, trace**2 / float((expected**2).sum())


def _welch(from_values: Floats, to_values: Floats) -> Estimate:
    n = len(from_values) + len(to_values)
    if min(len(from_values), len(to_values)) == 0:
        return _without(None, n, 0, "no_answers", "One of the groups gave no answers.")
    value = float(to_values.mean() - from_values.mean())
    if min(len(from_values), len(to_values)) < 2:
        return _without(value, n, 0, "one_respondent", "One of the groups is a single person.")
    parts = [float(values.var(ddof=1)) / len(values) for values in (from_values, to_values)]
    shares = [
        part**2 / (len(values) - 1)
        for part, values in zip(parts, (from_values, to_values), strict=True)
    ]
    df = sum(parts) ** 2 / sum(shares) if sum(shares) > 0 else 1.0
    return _with_interval(value, sum(parts), df, n, 0)


def _no_surer_than(plain: Estimate, clustered: Estimate) -> Estimate:
    # A few units can come out alike by luck; their spread would then pass for certainty.
    if clustered.value is None or clustered.standard_error is None or clustered.df is None:
        return clustered
    if plain.standard_error is None or plain.df is None:
        return clustered
    error = max(clustered.standard_error, plain.standard_error)
    df = min(clustered.df, plain.df)
    return _with_interval(clustered.value, error**2, df, clustered.n, clustered.unit_count)


def _with_interval(value: float, variance: float, df: float, n: int, unit_count: int) -> Estimate:
    if variance <= 1e-16:
        return _without(value, n, unit_count, "no_variation", "All differences are exactly alike.")
    error = float(np.sqrt(variance))
    # The bare t distribution: scipy.stats' checks would cost more than all the rest here.
    reach = float(special.stdtrit(df, 0.975)) * error
    p = 2 * float(special.stdtr(df, -abs(value) / error))
    return Estimate(value, error, df, value - reach, value + reach, p, n, unit_count, None)


def _without(value: float | None, n: int, unit_count: int, code: str, text: str) -> Estimate:
    return Estimate(value, None, None, None, None, None, n, unit_count, Reason(code, text))
