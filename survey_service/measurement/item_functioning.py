"""Items that behave differently between audiences or waves among people of the same standing.

Where one does, the gap or the trend of its principle is partly about that item, and is not to be
trusted as a finding on the principle.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from survey_service.measurement.clustered_regression import Estimate, estimate_coefficient
from survey_service.measurement.comparison import Reason
from survey_service.measurement.holm import adjust_by_holm
from survey_service.measurement.item_table import ItemScores, ItemTable, mean_of_rated
from survey_service.measurement.reliability import cronbach_alpha, pairwise_covariance

Floats = NDArray[np.float64]
Names = NDArray[np.str_]

RELEVANT_POINTS = 10.0
"""Smaller differences are not flagged: on five options, less than half a step of one item."""

LOWEST_RELIABILITY = 0.3
"""Under this the other items say too little of where a person stands to compare people by them."""

LEVEL = 0.05
SMALLEST_GROUP = 10


@dataclass(frozen=True, slots=True)
class ItemFunctioning:
    """How much higher the second group rates one item than equals in the first group do.

    `difference` is in points among people of the same standing on the principle's other items.
    `p_adjusted` is Holm's over all items of the call. `flagged` where it is certain and at least
    10 points. `rest_reliability` is the other items' alpha within groups.
    """

    principle: str
    item: str
    n_first: int
    n_second: int
    difference: Estimate
    rest_reliability: float | None
    p_adjusted: float | None
    flagged: bool


def compare_items_between_waves(
    table: ItemTable, audience: str, from_wave: str, to_wave: str
) -> tuple[ItemFunctioning, ...]:
    """Compare how one audience's items behave in two waves, on every principle of 3 items or more.

    See `compare_items` for the rule.
    """
    return compare_items(
        [
            (
                measure,
                table.scores_of(audience, from_wave, measure),
                table.scores_of(audience, to_wave, measure),
            )
            for measure in table.measure_names
        ]
    )


def compare_items_between_audiences(
    first: ItemTable, first_audience: str, second: ItemTable, second_audience: str, wave: str
) -> tuple[ItemFunctioning, ...]:
    """Compare how the items that two audiences share behave in one wave.

    See `compare_items` for the rule.
    """
    return compare_items(
        [
            (
                measure,
                first.scores_of(first_audience, wave, measure),
                second.scores_of(second_audience, wave, measure),
            )
            for measure in first.measure_names
            if measure in second.measure_names
        ]
    )


def compare_items(
    scales: Sequence[tuple[str, ItemScores, ItemScores]],
) -> tuple[ItemFunctioning, ...]:
    """Compare items between two groups, given the other items of their scale.

    Args:
        scales: principle's key, the first group's item scores and the second's. Items in both
            count; scales with fewer than three such items are left out.

    Each item is regressed on the person's standing on the other items and on the group. The
    standing is Kelley's: the group's mean plus alpha times the person's distance from it, because
    with the raw rest score a true gap between the groups passes for differing items. The interval
    is unit-clustered. An item is flagged where Holm's p over all items of the call is under .05
    and the difference is 10 points or more in size. The worst flagged item of each principle is
    then taken out of the standing that its others are compared by, and everything computed anew,
    until no further item is flagged or two items are left to compare by: otherwise an item that
    differs makes the sound ones seem to differ the other way.
    Sources: Shealy & Stout (1993), Psychometrika 58 (the correction); Swaminathan & Rogers (1990),
    Journal of Educational Measurement 27 (group as a regressor beside the rest score).
    """
    shared = [
        (measure, first.only(keys), second.only(keys))
        for measure, first, second in scales
        for keys in [tuple(key for key in first.item_keys if key in second.item_keys)]
        if len(keys) >= 3
    ]
    excluded: dict[str, set[str]] = {measure: set() for measure, _, _ in shared}
    while True:
        found = _compare_all(shared, excluded)
        worst = _worst_not_excluded(found, excluded)
        if not worst:
            return found
        for item in worst:
            excluded[item.principle].add(item.item)


def untrusted_principles(items: Sequence[ItemFunctioning]) -> tuple[str, ...]:
    """Return the principles with a flagged item: their gap or trend is not to be trusted."""
    return tuple(dict.fromkeys(item.principle for item in items if item.flagged))


def _compare_all(
    scales: Sequence[tuple[str, ItemScores, ItemScores]], excluded: Mapping[str, set[str]]
) -> tuple[ItemFunctioning, ...]:
    found = [
        _compare_item(measure, first, second, column, excluded[measure])
        for measure, first, second in scales
        for column in range(len(first.item_keys))
    ]
    adjusted = adjust_by_holm([item.difference.p for item in found])
    return tuple(
        replace(item, p_adjusted=p, flagged=_is_flagged(item.difference, p))
        for item, p in zip(found, adjusted, strict=True)
    )


def _worst_not_excluded(
    found: Sequence[ItemFunctioning], excluded: Mapping[str, set[str]]
) -> list[ItemFunctioning]:
    """Return the worst newly flagged item per principle, where two remain to compare by."""
    worst: dict[str, ItemFunctioning] = {}
    for principle, out in excluded.items():
        items = [item for item in found if item.principle == principle]
        flagged = [item for item in items if item.flagged and item.item not in out]
        # Every item still in needs two others still in to be compared by.
        if flagged and len(items) - len(out) > 3:
            worst[principle] = max(flagged, key=lambda item: abs(item.difference.value or 0.0))
    return list(worst.values())


def _compare_item(
    measure: str, first: ItemScores, second: ItemScores, column: int, excluded: set[str]
) -> ItemFunctioning:
    groups = [_item_and_rest(scale, column, excluded) for scale in (first, second)]
    counts = [len(own) for own, _, _, _ in groups]
    alpha = _alpha_within(groups)
    if min(counts) < SMALLEST_GROUP:
        difference = _without(sum(counts), "too_few", "A group has fewer than 10 answers.")
    elif alpha is None or alpha < LOWEST_RELIABILITY:
        difference = _without(
            sum(counts), "rest_unreliable", "The other items say too little to compare people by."
        )
    else:
        difference = _group_effect(groups, alpha)
    return ItemFunctioning(
        measure, first.item_keys[column], counts[0], counts[1], difference, alpha, None, False
    )


_Group = tuple[Floats, Floats, Floats, Names]


def _item_and_rest(scale: ItemScores, column: int, excluded: set[str]) -> _Group:
    """Return item score, rest score, rest items and unit of those with both scores."""
    others_in = [
        other
        for other, key in enumerate(scale.item_keys)
        if other != column and key not in excluded
    ]
    own, others = scale.scores[:, column], scale.scores[:, others_in]
    rest = mean_of_rated(others)
    kept = np.flatnonzero(~np.isnan(own) & ~np.isnan(rest))
    people = np.arange(len(own)).astype(np.str_)
    units = people if scale.units is None else scale.units
    return own[kept], rest[kept], others[kept], units[kept]


def _alpha_within(groups: Sequence[_Group]) -> float | None:
    counts = [len(own) for own, _, _, _ in groups]
    if min(counts) < 2:
        return None
    pooled = sum(
        (count - 1) * pairwise_covariance(others)
        for count, (_, _, others, _) in zip(counts, groups, strict=True)
    ) / (sum(counts) - len(counts))
    covariance = np.asarray(pooled, dtype=np.float64)
    if np.isnan(covariance).any() or not float(covariance.sum()) > 0:
        return None
    return cronbach_alpha(covariance)


def _group_effect(groups: Sequence[_Group], alpha: float) -> Estimate:
    standing = np.concatenate(
        [rest.mean() + alpha * (rest - rest.mean()) for _, rest, _, _ in groups]
    )
    group = np.repeat([0.0, 1.0], [len(own) for own, _, _, _ in groups])
    return estimate_coefficient(
        np.column_stack([np.ones(len(group)), standing, group]),
        np.concatenate([own for own, _, _, _ in groups]),
        np.concatenate([units for _, _, _, units in groups]),
        2,
    )


def _is_flagged(difference: Estimate, p: float | None) -> bool:
    if p is None or difference.value is None:
        return False
    return p < LEVEL and abs(difference.value) >= RELEVANT_POINTS


def _without(n: int, code: str, text: str) -> Estimate:
    return Estimate(None, None, None, None, None, None, n, 0, Reason(code, text))
