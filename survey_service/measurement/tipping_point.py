"""How unlike the stayers the drop-outs would have to be for a verdict to fall."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from survey_service.measurement.comparison import Contrast, Reason, Verdict


@dataclass(frozen=True, slots=True)
class TippingPoint:
    """How far the drop-outs' mean at the to-wave must lie from the stayers' to overturn a verdict.

    `points` is over 0 where the drop-outs would have to be that much worse, under 0 where better.
    `drop_out_share` is their share of the to-wave had they answered. `drop_out_mean` is the mean
    they would have to have, `possible` whether it lies on 0-100. None where there is nothing to
    overturn; `reason` then says why.
    """

    points: float | None
    drop_out_share: float | None
    drop_out_mean: float | None
    possible: bool | None
    reason: Reason | None


def find_tipping_point(
    contrast: Contrast, margin: float, drop_out_count: int, stayer_mean_to: float | None
) -> TippingPoint:
    """Return how much worse or better the drop-outs must have been for the verdict to fall.

    Args:
        contrast: the verdict with its difference, standard error and degrees of freedom.
        margin: points under which a change is not relevant.
        drop_out_count: people with a score in the from-wave and none in the to-wave.
        stayer_mean_to: the mean at the to-wave of those who answered both, 0-100.

    Raises:
        ValueError: for a negative count or a margin that is not over 0.

    Had `L` drop-outs answered beside the `n_to` people, all `d` points under what is expected of
    stayers, the difference would be `d * L / (n_to + L)` lower. With the standard error held, the
    verdict falls where the limit it rests on reaches its bound:
    improved, `d = low / share`; declined, `d = high / share`; no relevant change, the nearer of
    `(low + margin) / share` and `(high - margin) / share`, on the interval of the two one-sided
    tests. The limits are taken at the level that Holm's adjustment left the contrast.
    Source: delta adjustment, Carpenter & Kenward (2013), Multiple imputation and its application,
    chapter 10.
    """
    _check(margin, drop_out_count)
    distance = _distance_to_bound(contrast, margin)
    if distance is None:
        return _without("nothing_to_overturn", "The verdict claims nothing that could fall.")
    if drop_out_count == 0:
        return _without("no_drop_outs", "Nobody of the from-wave is missing in the to-wave.")
    share = drop_out_count / (contrast.n_to + drop_out_count)
    points = distance / share
    if stayer_mean_to is None:
        return TippingPoint(points, share, None, None, None)
    mean = stayer_mean_to - points
    return TippingPoint(points, share, mean, 0 <= mean <= 100, None)


def _check(margin: float, drop_out_count: int) -> None:
    if drop_out_count < 0:
        raise ValueError(f"drop_out_count: expected 0 or more, found {drop_out_count}")
    if not margin > 0:
        raise ValueError(f"margin: expected over 0, found {margin}")


def _distance_to_bound(contrast: Contrast, margin: float) -> float | None:
    """Return how far the difference may fall (over 0) or rise (under 0) before the verdict does."""
    difference, error, df = contrast.difference, contrast.standard_error, contrast.df
    if difference is None or error is None or df is None:
        return None
    if contrast.verdict is Verdict.NO_RELEVANT_CHANGE:
        level = _level_left(contrast.equivalence_p, contrast.equivalence_p_adjusted)
        reach = float(stats.t.ppf(1 - level, df)) * error
        down, up = difference - reach + margin, difference + reach - margin
        return (down if down <= -up else up) if down > 0 > up else None
    reach = float(stats.t.ppf(1 - _level_left(contrast.p, contrast.p_adjusted) / 2, df)) * error
    if contrast.verdict is Verdict.IMPROVED and difference - reach > 0:
        return difference - reach
    if contrast.verdict is Verdict.DECLINED and difference + reach < 0:
        return difference + reach
    return None


def _level_left(p: float | None, adjusted: float | None, level: float = 0.05) -> float:
    """Return the level of the single test under Holm: the adjusted p is a multiple of p."""
    if p is None or adjusted is None or not 0 < p <= adjusted:
        return level
    # A p too small for its multiple to be told from rounding keeps the level finite.
    return float(np.clip(level * p / adjusted, 1e-12, level))


def _without(code: str, text: str) -> TippingPoint:
    return TippingPoint(None, None, None, None, Reason(code, text))
