"""Which figures can be added and subtracted, today's and those that were shown before."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import permutations

from survey_service.measurement.audited_people import Place
from survey_service.measurement.design_robust import JACKKNIFE
from survey_service.measurement.disclosure import ReleasedFigures
from survey_service.measurement.released_details import (
    ReleasedDetails,
    ReleasedMethodRow,
    ReleasedPanel,
)


@dataclass(frozen=True, slots=True, order=True)
class Figure:
    """One figure of a place: of which kind, and which (a unit, an item, another wave or audience).

    `release` is that of a mean whose weights were others then, 0 for today's.
    """

    kind: str
    name: str = ""
    release: int = 0


_OVER_ALL_WAVES = frozenset({"mean", "robust"})
"""Means whose weights go by the answers in all waves of a release."""


@dataclass(frozen=True, slots=True)
class EarlierFigures:
    """A release made before.

    `unchanged` are audiences and waves where nobody withdrew since; `uneven` the places where
    those who withdrew had not all rated the same.
    """

    number: int
    figures: ReleasedFigures
    unchanged: frozenset[tuple[str, str]]
    uneven: frozenset[Place] = frozenset()


def list_figures(
    figures: ReleasedFigures, details: ReleasedDetails
) -> dict[Place, frozenset[Figure]]:
    """Return every figure that can be added and subtracted, by audience, wave and principle."""
    found: dict[Place, set[Figure]] = {}
    for place, figure in _walk(figures, details):
        found.setdefault(place, set()).add(figure)
    return {place: frozenset(listed) for place, listed in found.items()}


def find_not_to_repeat(
    release: EarlierFigures, details: ReleasedDetails
) -> Iterator[tuple[Place, Figure]]:
    """Yield what a release showed and no later one may show anew, because people withdrew.

    Two sums over followed people differ by those who withdrew or are followed no longer, who may
    be one alone where the minimum withdrew in all; so do a score's and its items' where not all
    who withdrew had rated the same.
    """
    if release.figures.details is None:
        return
    counts = {_panel_key(one): _panel_counts(one) for one in release.figures.details.panels}
    for panel in details.panels:
        known = counts.get(_panel_key(panel))
        if known is not None and known != _panel_counts(panel):
            for wave, other in permutations((panel.from_wave, panel.to_wave)):
                for kind in ("stayers", "leavers"):
                    yield (panel.audience, wave, panel.principle), Figure(kind, other)
    for item in details.items:
        place = item.audience, item.wave, item.principle
        if place in release.uneven:
            yield place, Figure("item", item.item)


def list_known(release: EarlierFigures) -> dict[Place, frozenset[Figure]]:
    """Return the figures an earlier release has made known, by place."""
    if release.figures.details is None:
        return {}
    listed = list_figures(release.figures, release.figures.details)
    return {place: frozenset(_as_known(place, found, release)) for place, found in listed.items()}


def _walk(figures: ReleasedFigures, details: ReleasedDetails) -> Iterator[tuple[Place, Figure]]:
    for mean in figures.wave_means:
        if mean.adjusted_mean is not None:
            yield (mean.audience, mean.wave, mean.principle), Figure("mean")
    for unit in details.unit_figures:
        yield (unit.audience, unit.wave, unit.principle), Figure("unit", unit.unit)
    for item in details.items:
        yield (item.audience, item.wave, item.principle), Figure("item", item.item)
    for weighted in details.weighted_means:
        yield (weighted.audience, weighted.wave, weighted.principle), Figure("weighted")
    for gap in details.gaps:
        yield (gap.first_audience, gap.wave, gap.principle), Figure("gap", gap.second_audience)
        yield (gap.second_audience, gap.wave, gap.principle), Figure("gap", gap.first_audience)
    for row in details.method_rows:
        yield from _walk_method(row)
    for panel in details.panels:
        yield from _walk_panel(panel)


def _walk_panel(panel: ReleasedPanel) -> Iterator[tuple[Place, Figure]]:
    first, second = (
        (panel.audience, wave, panel.principle) for wave in (panel.from_wave, panel.to_wave)
    )
    if panel.change is not None:
        yield first, Figure("stayers", panel.to_wave)
        yield second, Figure("stayers", panel.from_wave)
    if panel.leavers_less_stayers is not None:
        yield first, Figure("leavers", panel.to_wave)
    if panel.joiners_less_stayers is not None:
        yield second, Figure("leavers", panel.from_wave)


def _walk_method(row: ReleasedMethodRow) -> Iterator[tuple[Place, Figure]]:
    ends = (
        (row.from_wave, row.to_wave, row.mean_from),
        (row.to_wave, row.from_wave, row.mean_to),
    )
    for wave, other, mean in ends:
        place = row.audience, wave, row.principle
        if mean is not None:
            yield place, Figure("raw")
        if row.robust_difference is not None:
            is_raw = row.robust_method == JACKKNIFE
            yield place, Figure("raw") if is_raw else Figure("robust", other)


def _panel_key(panel: ReleasedPanel) -> tuple[str, ...]:
    return panel.audience, panel.principle, panel.from_wave, panel.to_wave


def _panel_counts(panel: ReleasedPanel) -> tuple[int, ...]:
    return panel.n_both, panel.n_left, panel.n_joined


def _as_known(place: Place, found: Iterable[Figure], release: EarlierFigures) -> Iterator[Figure]:
    # A new wave moves the weights of the others a little, which is taken for nothing; who
    # withdrew from any wave moves them in the own unit more than in others.
    is_same_model = all((place[0], wave) in release.unchanged for wave in release.figures.waves)
    for figure in found:
        of_then = (figure.kind in _OVER_ALL_WAVES and not is_same_model) or (
            figure.kind == "weighted" and place[:2] not in release.unchanged
        )
        yield Figure(figure.kind, figure.name, release.number if of_then else 0)
