"""The one-factor model of a scale: how strongly each item reflects what they have in common."""

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

Floats = NDArray[np.float64]

AT_THE_BOUND = 1 - 1e-5
"""A standardised loading from here on leaves its item no error of its own: an improper solution."""


def fit_loadings(covariance: Floats) -> Floats | None:
    """Return the loadings of a one-factor model by minimum residuals, in the items' own unit.

    Args:
        covariance: items x items, three items or more, no variance of zero.

    Returns:
        One loading per item, their sum not negative; None where the model does not fit properly:
        no convergence, or an item left without error variance (a Heywood case).

    Raises:
        ValueError: for fewer than three items (the model is not identified) or a zero variance.

    The standardised loadings minimise the sum over pairs of `(r_ij - l_i l_j)^2`, then each is
    multiplied by its item's standard deviation.
    Source: Harman & Jones (1966), Factor analysis by minimizing residuals, Psychometrika 31.
    """
    _check(covariance)
    deviations = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(deviations, deviations)
    loadings = _fit_standardised(correlation)
    if loadings is None:
        return None
    return (loadings if loadings @ deviations >= 0 else -loadings) * deviations


def omega_total(loadings: Floats, covariance: Floats) -> float:
    """Return the share of the sum score's variance that is due to the one factor.

    `(sum l)^2 / ((sum l)^2 + sum u)`, where `u` is each item's variance less its loading squared.
    Source: McDonald (1999), Test theory: a unified treatment, chapter 6.
    """
    common = float(loadings.sum()) ** 2
    unique = float((np.diag(covariance) - loadings**2).sum())
    return common / (common + unique)


def _check(covariance: Floats) -> None:
    if covariance.ndim != 2 or covariance.shape[0] != covariance.shape[1] or len(covariance) < 3:
        raise ValueError(
            f"covariance: expected items x items with 3 items or more, found {covariance.shape}"
        )
    lowest = float(np.diag(covariance).min())
    if not lowest > 0:
        raise ValueError(f"covariance: expected variances over 0, found {lowest}")


def _starting_loadings(correlation: Floats) -> Floats:
    values, vectors = np.linalg.eigh(correlation)
    start = vectors[:, -1] * np.sqrt(max(float(values[-1]) - 1.0, 0.1))
    return np.asarray(np.clip(start, -0.95, 0.95), dtype=np.float64)


def _fit_standardised(correlation: Floats) -> Floats | None:
    rows, columns = np.triu_indices(len(correlation), k=1)
    target = correlation[rows, columns]

    def residuals(loadings: Floats) -> Floats:
        return np.asarray(target - loadings[rows] * loadings[columns], dtype=np.float64)

    def slopes(loadings: Floats) -> Floats:
        jacobian = np.zeros((len(target), len(loadings)))
        pairs = np.arange(len(target))
        jacobian[pairs, rows] = -loadings[columns]
        jacobian[pairs, columns] = -loadings[rows]
        return jacobian

    # MINPACK straight: the newer interfaces cost ten times as much for so small a problem.
    loadings: Floats = optimize.leastsq(
        residuals,
        _starting_loadings(correlation),
        Dfun=slopes,
        full_output=True,
        ftol=1e-15,
        xtol=1e-12,
    )[0]
    still_falling = np.abs(slopes(loadings).T @ residuals(loadings)).max() > 1e-5
    if np.abs(loadings).max() >= AT_THE_BOUND or still_falling:
        return None
    return loadings
