"""How far a principle's items measure one thing: alpha, omega, item-rest, floor and ceiling."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from survey_service.measurement.comparison import Reason
from survey_service.measurement.item_table import ItemScores, ItemTable
from survey_service.measurement.one_factor import fit_loadings, omega_total

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ItemFit:
    """How one item goes with the others of its scale; None where it cannot be computed.

    `rest_correlation` is the item's correlation with the sum of the other items,
    `alpha_if_dropped` the scale's alpha without it.
    """

    key: str
    n: int
    rest_correlation: float | None
    alpha_if_dropped: float | None


@dataclass(frozen=True, slots=True)
class Reliability:
    """What one scale's answers say of its reliability; None where it cannot be computed.

    `n` counts respondents with at least one rated item, `item_count` the items that vary, which
    everything rests on; `constant_items` do not. `alpha` comes from pairwise covariances,
    `complete_alpha` from the `complete_count` respondents who rated every item.
    `spearman_brown` is given for two items alone. `standard_error_of_measurement` is in points of
    the 0-100 score. `floor_share` and `ceiling_share` are the shares of scored respondents at 0
    and at 100. `reason` says why alpha is missing, `omega_reason` why omega is.
    """

    n: int
    item_count: int
    alpha: float | None
    alpha_low: float | None
    alpha_high: float | None
    complete_count: int
    complete_alpha: float | None
    spearman_brown: float | None
    omega: float | None
    standard_error_of_measurement: float | None
    floor_share: float | None
    ceiling_share: float | None
    items: tuple[ItemFit, ...]
    constant_items: tuple[str, ...]
    reason: Reason | None
    omega_reason: Reason | None


@dataclass(frozen=True, slots=True)
class ScaleReliability:
    """The reliability of one principle as one audience answered it in one wave."""

    audience: str
    wave: str
    principle: str
    reliability: Reliability


def reliability_per_scale(table: ItemTable) -> tuple[ScaleReliability, ...]:
    """Measure the reliability of every audience, wave and principle that has responses."""
    return tuple(
        ScaleReliability(
            audience, wave, measure, measure_reliability(table.scores_of(audience, wave, measure))
        )
        for audience in table.audience_names
        for wave in table.wave_order
        if table.rows_of(audience, wave).any()
        for measure in table.measure_names
    )


def measure_reliability(scale: ItemScores) -> Reliability:
    """Return alpha with its interval, omega, item statistics, floor and ceiling of one scale.

    Args:
        scale: item scores 0-100, turned the same way.

    Items that everybody rated alike are set aside and named: a constant adds nothing to the
    score's variance. Formulas and sources stand at the functions of each figure.
    """
    answered = scale.scores[~np.isnan(scale.scores).all(axis=1)]
    varies = np.asarray([_varies(column) for column in answered.T], dtype=np.bool_)
    constant = tuple(
        key
        for key, moves, column in zip(scale.item_keys, varies, answered.T, strict=True)
        if not moves and not np.isnan(column).all()
    )
    kept = answered[:, varies]
    keys = tuple(key for key, moves in zip(scale.item_keys, varies, strict=True) if moves)
    covariance = pairwise_covariance(kept)
    reason = _why_no_alpha(len(answered), covariance)
    alpha = None if reason else cronbach_alpha(covariance)
    omega, omega_reason = _omega(covariance, reason)
    low, high = (None, None) if alpha is None else feldt_interval(alpha, len(answered), len(keys))
    complete = kept[~np.isnan(kept).any(axis=1)]
    floor, ceiling, deviation = _score_ends(scale)
    return Reliability(
        n=len(answered),
        item_count=len(keys),
        alpha=alpha,
        alpha_low=low,
        alpha_high=high,
        complete_count=len(complete),
        complete_alpha=_complete_alpha(complete),
        spearman_brown=_spearman_brown(covariance) if reason is None and len(keys) == 2 else None,
        omega=omega,
        standard_error_of_measurement=standard_error_of_measurement(deviation, alpha),
        floor_share=floor,
        ceiling_share=ceiling,
        items=_item_fits(kept, keys, None if reason else covariance),
        constant_items=constant,
        reason=reason,
        omega_reason=omega_reason,
    )


def pairwise_covariance(scores: Floats) -> Floats:
    """Return the items' covariances, each from the respondents who rated both items.

    Args:
        scores: respondents x items, NaN where not rated.

    Returns:
        Items x items; NaN where fewer than two respondents rated both.
    """
    rated = ~np.isnan(scores)
    counts = np.maximum(rated.sum(axis=0), 1)
    centred = np.where(rated, scores, 0.0)
    centred = np.where(rated, centred - centred.sum(axis=0) / counts, 0.0)
    both = rated.T.astype(np.float64) @ rated
    sums = centred.T @ rated
    products = centred.T @ centred
    enough = both >= 2
    safe = np.where(enough, both, 2.0)
    return np.where(enough, (products - sums * sums.T / safe) / (safe - 1), np.nan)


def cronbach_alpha(covariance: Floats) -> float:
    """Return Cronbach's alpha: `k / (k - 1) * (1 - trace / sum)` of the k items' covariances.

    Raises ValueError for fewer than two items or a sum score without variance.
    Source: Cronbach (1951), Coefficient alpha and the internal structure of tests,
    Psychometrika 16; from pairwise covariances as in R's psych.
    """
    item_count, total = len(covariance), float(covariance.sum())
    if item_count < 2:
        raise ValueError(f"covariance: expected two items or more, found {item_count}")
    if not total > 0:
        raise ValueError(f"covariance: expected a sum over 0, found {total}")
    return item_count / (item_count - 1) * (1 - float(np.trace(covariance)) / total)


def feldt_interval(
    alpha: float, respondent_count: int, item_count: int, level: float = 0.95
) -> tuple[float, float]:
    """Return the confidence interval of alpha.

    `1 - (1 - alpha) F`, with F the upper and lower quantiles of the F distribution on `n - 1` and
    `(n - 1)(k - 1)` degrees of freedom.
    Raises ValueError for fewer than two respondents or items, or a level outside 0-1.
    Source: Feldt, Woodruff & Salih (1987), Statistical inference for coefficient alpha,
    Applied Psychological Measurement 11.
    """
    if respondent_count < 2 or item_count < 2:
        raise ValueError(
            "interval of alpha: expected two respondents and items or more, "
            f"found {respondent_count} and {item_count}"
        )
    if not 0 < level < 1:
        raise ValueError(f"level: expected between 0 and 1, found {level}")
    between = respondent_count - 1
    within = between * (item_count - 1)
    tail = (1 - level) / 2
    upper_quantile = float(stats.f.ppf(1 - tail, between, within))
    lower_quantile = float(stats.f.ppf(tail, between, within))
    return 1 - (1 - alpha) * upper_quantile, 1 - (1 - alpha) * lower_quantile


def standard_error_of_measurement(
    deviation: float | None, reliability: float | None
) -> float | None:
    """Return `deviation * sqrt(1 - reliability)` in the score's unit; None if either is missing.

    A reliability under 0 counts as 0: error cannot exceed what is seen.
    """
    if deviation is None or reliability is None:
        return None
    return deviation * float(np.sqrt(1 - min(max(reliability, 0.0), 1.0)))


def _varies(column: Floats) -> bool:
    rated = column[~np.isnan(column)]
    return rated.size > 0 and bool(rated.min() < rated.max())


def _why_no_alpha(respondent_count: int, covariance: Floats) -> Reason | None:
    # A sum that is zero but for rounding is no variance either; NaN compares as False.
    cancels = bool(covariance.sum() <= 1e-12 * np.trace(covariance))
    obstacles = (
        (respondent_count == 0, "no_answers", "Nobody rated any of the items."),
        (respondent_count == 1, "one_respondent", "One respondent alone rated the items."),
        (len(covariance) == 0, "no_variance", "Everybody who rated an item answered alike."),
        (len(covariance) == 1, "one_item", "A single item varies, and alpha takes two."),
        (
            bool(np.isnan(covariance).any()),
            "too_few_pairs",
            "Fewer than two respondents rated some pair of items.",
        ),
        (cancels, "no_variance", "The items cancel out: their sum does not vary."),
    )
    return next((Reason(code, text) for stands, code, text in obstacles if stands), None)


def _omega(covariance: Floats, reason: Reason | None) -> tuple[float | None, Reason | None]:
    if reason is not None:
        return None, reason
    if len(covariance) < 3:
        return None, Reason("two_items", "Two items cannot tell a factor's loadings apart.")
    loadings = None if (np.diag(covariance) <= 0).any() else fit_loadings(covariance)
    if loadings is None:
        return None, Reason(
            "improper_solution", "The one-factor model leaves an item without error of its own."
        )
    return omega_total(loadings, covariance), None


def _complete_alpha(complete: Floats) -> float | None:
    if len(complete) < 2 or complete.shape[1] < 2:
        return None
    covariance = pairwise_covariance(complete)
    return None if _why_no_alpha(len(complete), covariance) else cronbach_alpha(covariance)


def _spearman_brown(covariance: Floats) -> float | None:
    """Step the correlation of two items up to their sum: `2 r / (1 + r)`.

    Eisinga, te Grotenhuis & Pelzer (2013), International Journal of Public Health 58.
    """
    correlation = float(covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]))
    return 2 * correlation / (1 + correlation) if correlation > -1 + 1e-12 else None


def _score_ends(scale: ItemScores) -> tuple[float | None, float | None, float | None]:
    """Return the shares at 0 and at 100 and the standard deviation of the scores."""
    scores = scale.mean_per_respondent()
    scored = scores[~np.isnan(scores)]
    if scored.size == 0:
        return None, None, None
    deviation = float(scored.std(ddof=1)) if scored.size > 1 else None
    return float((scored <= 1e-9).mean()), float((scored >= 100 - 1e-9).mean()), deviation


def _item_fits(
    scores: Floats, keys: tuple[str, ...], covariance: Floats | None
) -> tuple[ItemFit, ...]:
    counts = (~np.isnan(scores)).sum(axis=0)
    return tuple(
        ItemFit(
            key,
            int(counts[index]),
            None if covariance is None else _rest_correlation(covariance, index),
            None if covariance is None else _alpha_without(covariance, index),
        )
        for index, key in enumerate(keys)
    )


def _rest_correlation(covariance: Floats, index: int) -> float | None:
    with_rest = float(covariance[index].sum() - covariance[index, index])
    rest = np.delete(np.delete(covariance, index, axis=0), index, axis=1)
    scale = float(rest.sum()) * float(covariance[index, index])
    return with_rest / float(np.sqrt(scale)) if scale > 0 else None


def _alpha_without(covariance: Floats, index: int) -> float | None:
    rest = np.delete(np.delete(covariance, index, axis=0), index, axis=1)
    return cronbach_alpha(rest) if len(rest) >= 2 and float(rest.sum()) > 0 else None
