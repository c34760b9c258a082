"""Items that moved one way while the rest of their principle moved the other."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from survey_service.measurement.clustered_regression import Estimate, estimate_difference
from survey_service.measurement.holm import adjust_by_holm
from survey_service.measurement.item_table import ItemScores, ItemTable, mean_of_rated

Floats = NDArray[np.float64]
Names = NDArray[np.str_]

LEVEL = 0.05


class ItemMovement(StrEnum):
    """What may be said of an item beside its principle."""

    AGAINST = "against"
    NOT_SHOWN = "not_shown"
    NOT_TESTED = "not_tested"


@dataclass(frozen=True, slots=True)
class ItemChange:
    """One item's change between two waves beside that of the principle's other items, in points.

    `apart` is the item's change less the others', among those who rated both. `p_adjusted` is
    Holm's over the items of the audience and pair of waves.
    """

    audience: str
    principle: str
    item: str
    from_wave: str
    to_wave: str
    change: Estimate
    rest_change: Estimate
    apart: Estimate
    p_adjusted: float | None
    movement: ItemMovement


def find_contrary_items(
    table: ItemTable, audience: str, from_wave: str, to_wave: str
) -> tuple[ItemChange, ...]:
    """Compare every item's change with that of its principle's other items.

    An item moved *against* its principle when its change and the others' have opposite signs and
    two things are certain together: that the item changed, and that it changed unlike the others.
    The test's p is the larger of the two (both claims must hold), adjusted by Holm over the items
    of the audience and pair of waves: at most 5 % of such pairs name any item where none did both.
    Items alone in their principle are not tested.
    """
    parts = [
        _compare(table, audience, measure, item, from_wave, to_wave)
        for measure in table.measure_names
        for item in table.items_of(measure)
        if len(table.items_of(measure)) > 1
    ]
    p_values = [_larger(change.p, apart.p) for _, _, change, _, apart in parts]
    adjusted = adjust_by_holm(p_values)
    return tuple(
        ItemChange(
            audience=audience,
            principle=measure,
            item=item,
            from_wave=from_wave,
            to_wave=to_wave,
            change=change,
            rest_change=rest,
            apart=apart,
            p_adjusted=p,
            movement=_movement(change, rest, apart, p),
        )
        for (measure, item, change, rest, apart), p in zip(parts, adjusted, strict=True)
    )


def _compare(
    table: ItemTable, audience: str, measure: str, item: str, from_wave: str, to_wave: str
) -> tuple[str, str, Estimate, Estimate, Estimate]:
    scales = [table.scores_of(audience, wave, measure) for wave in (from_wave, to_wave)]
    parts = [_item_rest_and_apart(scale, item) for scale in scales]
    units = [scale.units for scale in scales]
    change, rest, apart = (
        _difference(before, after, units[0], units[1]) for before, after in zip(*parts, strict=True)
    )
    return measure, item, change, rest, apart


def _item_rest_and_apart(scale: ItemScores, item: str) -> tuple[Floats, Floats, Floats]:
    """Return the item's scores, the mean of the others, and the first less the second."""
    column = scale.item_keys.index(item)
    own = scale.scores[:, column]
    rest = mean_of_rated(np.delete(scale.scores, column, axis=1))
    return own, rest, own - rest


def _difference(
    before: Floats, after: Floats, before_units: Names | None, after_units: Names | None
) -> Estimate:
    kept, kept_after = np.flatnonzero(~np.isnan(before)), np.flatnonzero(~np.isnan(after))
    # Waves differ by season too, so one unit alone cannot tell a change from its own season.
    return estimate_difference(
        before[kept],
        after[kept_after],
        None if before_units is None else before_units[kept],
        None if after_units is None else after_units[kept_after],
        needs_units=True,
    )


def _larger(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else max(first, second)


def _movement(change: Estimate, rest: Estimate, apart: Estimate, p: float | None) -> ItemMovement:
    if p is None or change.value is None or rest.value is None or apart.value is None:
        return ItemMovement.NOT_TESTED
    opposite = change.value * rest.value < 0 and change.value * apart.value > 0
    return ItemMovement.AGAINST if opposite and p < LEVEL else ItemMovement.NOT_SHOWN
