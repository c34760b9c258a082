"""Followed people as they may be shown.

- Stayers, leavers, joiners and those who cannot be followed are each 0 or at least the minimum,
  else the pair of waves is not shown at all.
- No mean at an end of the scale, where everybody answered alike.
- Shares of people who moved for certain need 20 people and are given to 5 points.
"""

from collections.abc import Iterator

from survey_service.measurement.disclosure import is_shown
from survey_service.measurement.figure_rounding import (
    round_coefficient,
    round_mean,
    round_points,
    round_to_five_points,
)
from survey_service.measurement.panel import PanelChange
from survey_service.measurement.project_analysis import PanelFinding, ProjectAnalysis
from survey_service.measurement.released_details import ReleasedPanel, ReleasedReliableChange
from survey_service.measurement.reliable_change import ReliableChange
from survey_service.measurement.weighted_disclosure import release_interval

SMALLEST_MOVING_GROUP = 20
"""People followed, for the shares that moved for certain."""


def disclose_panels(
    analysis: ProjectAnalysis, minimum: int, enough: int
) -> Iterator[ReleasedPanel]:
    """Yield the pairs of waves whose followed people may be shown.

    Args:
        analysis: unsuppressed results.
        minimum: the fewest people in a group that is not empty.
        enough: the fewest answers to anything finer than a whole-number mean.
    """
    contrasts = {
        (c.audience, c.principle, c.from_wave, c.to_wave): c for c in analysis.comparison.contrasts
    }
    for found in analysis.panels:
        change = found.change
        contrast = contrasts.get(
            (change.audience, change.principle, change.from_wave, change.to_wave)
        )
        if contrast is not None and is_shown(contrast, minimum) and _groups_safe(change, minimum):
            yield _panel(found, enough)


def _groups_safe(change: PanelChange, minimum: int) -> bool:
    groups = (
        change.n_both,
        change.n_left,
        change.n_joined,
        change.unlinked_from,
        change.unlinked_to,
    )
    return all(group == 0 or group >= minimum for group in groups)


def _panel(found: PanelFinding, enough: int) -> ReleasedPanel:
    change, tipping = found.change, found.tipping_point
    means = change.stayer_mean_from, change.stayer_mean_to
    stayed = change.n_both >= enough and not any(_is_at_end(mean) for mean in means)
    left, joined = (
        count >= enough and not _is_at_end(_add(mean, apart.value))
        for count, mean, apart in (
            (change.n_left, means[0], change.leavers_less_stayers),
            (change.n_joined, means[1], change.joiners_less_stayers),
        )
    )
    return ReleasedPanel(
        audience=change.audience,
        principle=change.principle,
        from_wave=change.from_wave,
        to_wave=change.to_wave,
        n_both=change.n_both,
        n_left=change.n_left,
        n_joined=change.n_joined,
        stayer_mean_from=round_points(change.stayer_mean_from) if stayed else None,
        stayer_mean_to=round_points(change.stayer_mean_to) if stayed else None,
        change=release_interval(change.change) if stayed else None,
        leavers_less_stayers=release_interval(change.leavers_less_stayers)
        if stayed and left
        else None,
        joiners_less_stayers=release_interval(change.joiners_less_stayers)
        if stayed and joined
        else None,
        tipping_points=round_points(tipping.points) if stayed and left else None,
        tipping_possible=tipping.possible if stayed and left else None,
        reliable_change=_reliable_change(found.reliable_change, enough),
    )


def _add(mean: float | None, difference: float | None) -> float | None:
    return None if mean is None or difference is None else mean + difference


def _is_at_end(mean: float | None) -> bool:
    """Return whether everybody answered alike at an end of the scale."""
    return mean is not None and round_mean(mean) is None


def _reliable_change(found: ReliableChange, enough: int) -> ReleasedReliableChange | None:
    if found.n < max(SMALLEST_MOVING_GROUP, enough):
        return None
    if found.moved_up is None or found.moved_down is None:
        return None
    reliability = round_coefficient(found.reliability)
    threshold = round_points(found.smallest_certain_change)
    up = round_to_five_points(found.moved_up / found.n)
    down = round_to_five_points(found.moved_down / found.n)
    if reliability is None or threshold is None or up is None or down is None:
        return None
    return ReleasedReliableChange(reliability, found.reliability_name, threshold, up, down)
