"""Figures without those that the audit holds back: they look as if they had never been there."""

from collections.abc import Mapping
from dataclasses import replace

from survey_service.measurement.audited_figures import Figure
from survey_service.measurement.audited_people import Place
from survey_service.measurement.design_robust import JACKKNIFE
from survey_service.measurement.detail_disclosure import rank_shown
from survey_service.measurement.disclosure import ReleasedFigures, hide_place
from survey_service.measurement.released_details import (
    ReleasedDetails,
    ReleasedMethodRow,
)

Withheld = Mapping[Place, frozenset[Figure]]


def withhold_figures(figures: ReleasedFigures, withheld: Withheld) -> ReleasedFigures:
    """Return the comparison without the means that are held back, and without what rests on them.

    Args:
        figures: what the rules would show.
        withheld: by audience, wave and principle; `release_audit.find_withheld` finds them.
    """
    places = [place for place, found in withheld.items() if Figure("mean") in found]
    for place in places:
        figures = hide_place(figures, *place)
    return figures


def withhold_details(details: ReleasedDetails, withheld: Withheld) -> ReleasedDetails:
    """Return the details without what is held back, and without what would tell of it.

    Where a mean is held back, everything of its audience, wave and principle goes that is a sum.
    """

    def is_held_back(audience: str, wave: str, principle: str, *of: Figure) -> bool:
        found = withheld.get((audience, wave, principle), frozenset())
        return Figure("mean") in found or not found.isdisjoint(of)

    def is_item_held_back(audience: str, wave: str, principle: str, item: str) -> bool:
        return is_held_back(audience, wave, principle, Figure("item", item))

    return replace(
        details,
        gaps=tuple(
            rank_shown(
                gap
                for gap in details.gaps
                if not is_held_back(
                    gap.first_audience,
                    gap.wave,
                    gap.principle,
                    Figure("gap", gap.second_audience),
                )
                and not is_held_back(
                    gap.second_audience,
                    gap.wave,
                    gap.principle,
                    Figure("gap", gap.first_audience),
                )
            )
        ),
        items=tuple(
            item
            for item in details.items
            if not is_item_held_back(item.audience, item.wave, item.principle, item.item)
        ),
        item_flags=tuple(
            flag
            for flag in details.item_flags
            if not any(
                is_item_held_back(audience, wave, flag.principle, flag.item)
                for audience in (flag.audience, flag.other_audience)
                for wave in (flag.from_wave, flag.to_wave)
                if audience is not None
            )
        ),
        weighted_means=tuple(
            mean
            for mean in details.weighted_means
            if not is_held_back(mean.audience, mean.wave, mean.principle, Figure("weighted"))
        ),
        unit_figures=tuple(
            unit
            for unit in details.unit_figures
            if not is_held_back(unit.audience, unit.wave, unit.principle, Figure("unit", unit.unit))
        ),
        unit_changes=tuple(
            change
            for change in details.unit_changes
            if not any(
                is_held_back(change.audience, wave, change.principle, Figure("unit", change.unit))
                for wave in (change.from_wave, change.to_wave)
            )
        ),
        panels=tuple(
            panel
            for panel in details.panels
            if not any(
                is_held_back(panel.audience, wave, panel.principle, *_followed(other))
                for wave, other in (
                    (panel.from_wave, panel.to_wave),
                    (panel.to_wave, panel.from_wave),
                )
            )
        ),
        method_rows=tuple(
            shown for row in details.method_rows if (shown := _without(row, withheld)) is not None
        ),
    )


def _followed(other: str) -> tuple[Figure, Figure]:
    return Figure("stayers", other), Figure("leavers", other)


def _without(row: ReleasedMethodRow, withheld: Withheld) -> ReleasedMethodRow | None:
    of_from, of_to = (
        withheld.get((row.audience, wave, row.principle), frozenset())
        for wave in (row.from_wave, row.to_wave)
    )
    if Figure("mean") in of_from | of_to:
        return None
    raw_from, raw_to = Figure("raw") in of_from, Figure("raw") in of_to
    is_raw = row.robust_method == JACKKNIFE and (raw_from or raw_to)
    robust = Figure("robust", row.to_wave) in of_from or Figure("robust", row.from_wave) in of_to
    if raw_from:
        row = replace(row, mean_from=None, mean_from_low=None, mean_from_high=None)
    if raw_to:
        row = replace(row, mean_to=None, mean_to_low=None, mean_to_high=None)
    return replace(row, robust_difference=None) if is_raw or robust else row
