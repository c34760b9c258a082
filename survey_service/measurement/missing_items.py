"""Would the scores be others if nobody had left items out? A sensitivity run."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from survey_service.measurement.comparison import Reason
from survey_service.measurement.item_table import ItemTable, mean_of_rated

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WaveShift:
    """How one wave's mean moves when scores are adjusted for which items were rated, in points.

    `incomplete_count` of the `n` scored respondents left some item out. None where nobody scored.
    """

    wave: str
    n: int
    incomplete_count: int
    mean: float | None
    adjusted_mean: float | None
    shift: float | None


@dataclass(frozen=True, slots=True)
class MissingItemsCheck:
    """The sensitivity run of one audience and principle over all waves.

    `difficulties` holds each item's mean less the mean of the items, in points, over 0 where it is
    easy to rate high. `largest_shift` is the largest of the waves' in size, with its sign;
    `largest_person_shift` the largest of any one respondent's, in size.
    """

    audience: str
    principle: str
    difficulties: tuple[tuple[str, float], ...]
    waves: tuple[WaveShift, ...]
    largest_shift: float | None
    largest_person_shift: float | None
    reason: Reason | None


def check_missing_items(table: ItemTable) -> tuple[MissingItemsCheck, ...]:
    """Run the check for every audience and principle of one instrument."""
    return tuple(
        check_missing_items_of(table, audience, measure)
        for audience in table.audience_names
        for measure in table.measure_names
    )


def check_missing_items_of(table: ItemTable, audience: str, measure: str) -> MissingItemsCheck:
    """Adjust one audience's scores on one principle for the difficulty of the items rated.

    In `x_ij = person_i + difficulty_j + error`, fitted by least squares to everything rated in any
    wave, the adjusted score is the mean of `x_ij - difficulty_j` over the items rated, plus the
    mean difficulty of all items. Whoever rated them all keeps the score. Adjusted scores may pass
    0 or 100 and are not cut.
    Source: two-way imputation without error, Bernaards & Sijtsma (2000), Multivariate Behavioral
    Research 35, with the items' effects by least squares instead of from raw item means.
    """
    scale = table.scores_of(audience, measure=measure)
    waves = table.waves[np.flatnonzero(table.audiences == audience)]
    seen = np.asarray((~np.isnan(scale.scores)).any(axis=0), dtype=np.bool_)
    difficulties = fit_item_difficulties(scale.scores[:, seen])
    if difficulties is None:
        return MissingItemsCheck(audience, measure, (), (), None, None, _reason(bool(seen.any())))
    raw = mean_of_rated(scale.scores)
    adjusted = np.where(np.isnan(raw), np.nan, _mean_left(scale.scores[:, seen] - difficulties))
    incomplete = np.asarray(np.isnan(scale.scores[:, seen]).any(axis=1), dtype=np.bool_)
    shifts = tuple(
        _wave_shift(wave, raw[rows], adjusted[rows], incomplete[rows])
        for wave in table.wave_order
        for rows in [np.flatnonzero((waves == wave) & ~np.isnan(raw))]
    )
    found = [shift.shift for shift in shifts if shift.shift is not None]
    people = np.abs(adjusted - raw)[~np.isnan(raw)]
    keys = [key for key, rated in zip(scale.item_keys, seen, strict=True) if rated]
    return MissingItemsCheck(
        audience=audience,
        principle=measure,
        difficulties=tuple(zip(keys, difficulties.tolist(), strict=True)),
        waves=shifts,
        largest_shift=max(found, key=abs, default=None),
        largest_person_shift=float(people.max()) if people.size else None,
        reason=None,
    )


def fit_item_difficulties(scores: Floats) -> Floats | None:
    """Return each item's effect in the additive person and item model, their mean 0.

    Args:
        scores: respondents x items, NaN where not rated, every item rated by somebody.

    Returns:
        Points, over 0 where an item is rated higher than the others by the same people; None where
        there are no items, or not all are linked by people who rated both.
    """
    item_count = scores.shape[1]
    if item_count == 0:
        return None
    rated = (~np.isnan(scores)).astype(np.float64)
    counts = rated.sum(axis=1)
    rated, values = rated[counts > 0], np.nan_to_num(scores)[counts > 0]
    counts = counts[counts > 0]
    # The normal equations with every person's own effect swept out.
    left = np.diag(rated.sum(axis=0)) - rated.T @ (rated / counts[:, None])
    right = values.sum(axis=0) - rated.T @ (values.sum(axis=1) / counts)
    if np.linalg.matrix_rank(left, tol=1e-9 * max(len(rated), 1)) < item_count - 1:
        return None
    found = np.linalg.lstsq(left, right, rcond=None)[0]
    return np.asarray(found - found.mean(), dtype=np.float64)


def _mean_left(scores: Floats) -> Floats:
    rated = ~np.isnan(scores)
    counts = np.maximum(rated.sum(axis=1), 1)
    return np.asarray(np.where(rated, scores, 0.0).sum(axis=1) / counts, dtype=np.float64)


def _wave_shift(
    wave: str, raw: Floats, adjusted: Floats, incomplete: NDArray[np.bool_]
) -> WaveShift:
    if len(raw) == 0:
        return WaveShift(wave, 0, 0, None, None, None)
    mean, moved = float(raw.mean()), float(adjusted.mean())
    return WaveShift(wave, len(raw), int(incomplete.sum()), mean, moved, moved - mean)


def _reason(any_rated: bool) -> Reason:
    if any_rated:
        return Reason("items_not_linked", "Some items were never rated by the same people.")
    return Reason("no_answers", "Nobody rated any of the items.")
