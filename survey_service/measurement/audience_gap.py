"""How far two audiences stand apart, on the items that both were asked."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from survey_service.measurement.clustered_regression import Estimate, estimate_difference
from survey_service.measurement.comparison import Reason
from survey_service.measurement.item_table import ItemScores, ItemTable

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AudienceGap:
    """One principle's gap in one wave: the first audience's mean less the second's, in points.

    Everything rests on `shared_items`, so the means are not the principle's full scores. Figures
    are None where they cannot be computed; `gap.reason` says why.
    """

    principle: str
    wave: str
    first_audience: str
    second_audience: str
    shared_items: tuple[str, ...]
    n_first: int
    n_second: int
    mean_first: float | None
    mean_second: float | None
    gap: Estimate


def audience_gaps(
    first: ItemTable, first_audience: str, second: ItemTable, second_audience: str, wave: str
) -> tuple[AudienceGap, ...]:
    """Return the gap on every principle that both instruments ask about.

    Args:
        first: responses to the first audience's instrument.
        first_audience: which rows of it.
        second: responses to the second audience's instrument.
        second_audience: which rows of it.
        wave: the wave both answered in.

    Scores are means of the shared items under the usual rule for missing ones. The interval is
    unit-clustered where both audiences have at least two units, but never surer than Welch's;
    else it is Welch's.
    """
    return tuple(
        measure_gap(
            first.scores_of(first_audience, wave, measure),
            second.scores_of(second_audience, wave, measure),
            principle=measure,
            wave=wave,
            audiences=(first_audience, second_audience),
        )
        for measure in first.measure_names
        if measure in second.measure_names
    )


def measure_gap(
    first: ItemScores,
    second: ItemScores,
    *,
    principle: str,
    wave: str,
    audiences: tuple[str, str],
) -> AudienceGap:
    """Return the gap between two audiences' item scores on one principle.

    Items with the same key ask the same thing; only those count. See `audience_gaps`.
    """
    shared = tuple(key for key in first.item_keys if key in second.item_keys)
    if not shared:
        reason = Reason("no_shared_items", "The two audiences share no item on this principle.")
        nothing = Estimate(None, None, None, None, None, None, 0, 0, reason)
        return AudienceGap(principle, wave, *audiences, (), 0, 0, None, None, nothing)
    scores, units = zip(*(_scored(scale.only(shared)) for scale in (first, second)), strict=True)
    return AudienceGap(
        principle=principle,
        wave=wave,
        first_audience=audiences[0],
        second_audience=audiences[1],
        shared_items=shared,
        n_first=len(scores[0]),
        n_second=len(scores[1]),
        mean_first=_mean(scores[0]),
        mean_second=_mean(scores[1]),
        gap=estimate_difference(scores[1], scores[0], units[1], units[0], people_differ=True),
    )


def _scored(scale: ItemScores) -> tuple[Floats, NDArray[np.str_] | None]:
    scores = scale.mean_per_respondent()
    kept = np.flatnonzero(~np.isnan(scores))
    return scores[kept], None if scale.units is None else scale.units[kept]


def _mean(scores: Floats) -> float | None:
    return float(scores.mean()) if len(scores) else None
