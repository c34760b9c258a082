"""What of the further analyses may leave the house: the rules of `disclosure`, figure by figure.

- A share, gap, difference, reliability or rank needs 10 answers in each group it rests on, or the
  project's minimum if that is higher.
- A distribution in which all answered alike is not shown, nor a second one of the principle, nor a
  mean at an end of the scale: they would tell everyone's answer.
- People who are followed: `panel_disclosure`. Units' means: `unit_disclosure`. A roster-weighted
  mean is a second sum over units: it is not shown where a unit has fewer answers than the minimum.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from survey_service.measurement.comparison import MINIMUM_ANSWERS
from survey_service.measurement.contrary_items import ItemMovement
from survey_service.measurement.disclosure import ReleasedFigures
from survey_service.measurement.figure_rounding import (
    round_coefficient,
    round_mean,
    round_points,
    round_share,
)
from survey_service.measurement.help_given import HelpGiven, find_shift
from survey_service.measurement.item_distribution import ItemDistribution
from survey_service.measurement.item_functioning import ItemFunctioning
from survey_service.measurement.method_disclosure import disclose_method_rows
from survey_service.measurement.missing_items import MissingItemsCheck
from survey_service.measurement.panel_disclosure import disclose_panels
from survey_service.measurement.potential import RankedGap
from survey_service.measurement.project_analysis import ProjectAnalysis
from survey_service.measurement.rate_disclosure import SeenUnits, disclose_rates
from survey_service.measurement.released_details import (
    ItemFlagKind,
    ReleasedDetails,
    ReleasedGap,
    ReleasedHelp,
    ReleasedItem,
    ReleasedItemFlag,
    ReleasedMissingCheck,
    ReleasedPotential,
    ReleasedReliability,
)
from survey_service.measurement.reliability import ScaleReliability
from survey_service.measurement.unit_change_disclosure import disclose_unit_changes
from survey_service.measurement.unit_disclosure import (
    UnitGroup,
    disclose_unit_means,
    shown_wholes,
)
from survey_service.measurement.unit_tree import Parents
from survey_service.measurement.weighted_disclosure import (
    disclose_weighted_means,
    release_interval,
)

SMALLEST_GROUP = 10
"""Answers in each group for anything finer than a whole-number mean."""

POOR_RELIABILITY = 0.60
"""Under this a verdict is worded more weakly."""

_FlagSource = tuple[ItemFlagKind, str, str | None, tuple[str, str], ItemFunctioning]


def disclose_details(
    analysis: ProjectAnalysis,
    minimum: int,
    parents: Parents = {},  # noqa: B006 - never written to
    units_before: Mapping[UnitGroup, frozenset[str]] = {},
    seen: SeenUnits = {},  # noqa: B006 - likewise
) -> ReleasedDetails:
    """Suppress and round what the analyses found.

    Args:
        analysis: unsuppressed results.
        minimum: smallest number of answers to a figure, 5 or more.
        parents: the tree of units.
        units_before: see `unit_disclosure.disclose_unit_means`.
        seen: the units whose rates were shown while answers came in.

    Raises:
        ValueError: for a minimum under 5.
    """
    if minimum < MINIMUM_ANSWERS:
        raise ValueError(f"minimum: expected {MINIMUM_ANSWERS} answers or more, found {minimum}")
    enough = max(SMALLEST_GROUP, minimum)
    flags = tuple(_flags(analysis, enough))
    of_units = disclose_unit_means(
        analysis.unit_means,
        shown_wholes(analysis.comparison.wave_means, minimum),
        parents,
        minimum,
        units_before,
    )
    return ReleasedDetails(
        gaps=tuple(_gaps(analysis, flags, enough)),
        item_flags=flags,
        items=tuple(_item(found) for found in _items_to_show(analysis.distributions, enough)),
        reliabilities=tuple(
            _reliability(found) for found in analysis.reliabilities if found.reliability.n >= enough
        ),
        panels=tuple(disclose_panels(analysis, minimum, enough)),
        response_rates=disclose_rates(analysis.response_rates, minimum, parents, seen),
        weighted_means=tuple(disclose_weighted_means(analysis, enough, minimum)),
        missing_items=tuple(
            shown for check in analysis.missing_items for shown in _missing(check, enough)
        ),
        potentials=tuple(
            ReleasedPotential(
                audience=found.audience,
                wave=found.wave,
                status=found.status,
                lowest=found.lowest,
                ranking=tuple(e.principle for e in found.ranking if e.rank is not None),
            )
            for found in analysis.potentials
            if any(entry.rank is not None for entry in found.ranking)
            and all(entry.n >= enough for entry in found.ranking if entry.rank is not None)
        ),
        method_rows=disclose_method_rows(
            analysis.comparison.contrasts, minimum, analysis.comparison.wave_means
        ),
        help_given=tuple(_help_given(analysis.help_given, enough)),
        unit_figures=of_units,
        unit_changes=disclose_unit_changes(analysis.unit_changes, of_units, minimum),
    )


def attach_details(figures: ReleasedFigures, details: ReleasedDetails) -> ReleasedFigures:
    """Put the details beside the comparison, and mark contrasts not to be taken at face value.

    An order of principles is left out where one of their means is: its place would tell of it.
    Poorly measured: the reliability that is shown for either wave is under .60. Distorted: an item
    is shown to behave differently in the two waves.
    """
    poor = {
        (found.audience, found.principle, found.wave)
        for found in details.reliabilities
        if found.is_poor
    }
    distorted = {
        (flag.audience, flag.principle, flag.from_wave, flag.to_wave)
        for flag in details.item_flags
        if flag.kind is ItemFlagKind.BETWEEN_WAVES
    }
    contrasts = tuple(
        replace(
            contrast,
            is_distorted=contrast.n_from is not None
            and (contrast.audience, contrast.principle, contrast.from_wave, contrast.to_wave)
            in distorted,
            is_poorly_measured=contrast.n_from is not None
            and any(
                (contrast.audience, contrast.principle, wave) in poor
                for wave in (contrast.from_wave, contrast.to_wave)
            ),
        )
        for contrast in figures.contrasts
    )
    shown = {
        (mean.audience, mean.wave, mean.principle)
        for mean in figures.wave_means
        if mean.adjusted_mean is not None
    }
    potentials = tuple(
        found
        for found in details.potentials
        if all((found.audience, found.wave, name) in shown for name in found.ranking)
    )
    return replace(figures, contrasts=contrasts, details=replace(details, potentials=potentials))


def rank_shown(gaps: Iterable[ReleasedGap]) -> Iterator[ReleasedGap]:
    """Number the gaps of each pair of audiences and wave from 1, the widest coming first.

    A place left open would tell that another gap is held back.
    """
    shown: dict[tuple[str, str, str], int] = {}
    for gap in gaps:
        pair = gap.first_audience, gap.second_audience, gap.wave
        shown[pair] = shown.get(pair, 0) + 1
        yield replace(gap, rank=shown[pair])


def _gaps(
    analysis: ProjectAnalysis, flags: tuple[ReleasedItemFlag, ...], enough: int
) -> Iterator[ReleasedGap]:
    distorted = {
        (flag.audience, flag.other_audience, flag.principle, flag.to_wave)
        for flag in flags
        if flag.kind is ItemFlagKind.BETWEEN_AUDIENCES
    }
    found = (_gap(ranked, distorted, enough) for ranked in analysis.gaps)
    return rank_shown(gap for gap in found if gap is not None)


def _gap(
    ranked: RankedGap, distorted: set[tuple[str, str | None, str, str]], enough: int
) -> ReleasedGap | None:
    gap = ranked.gap
    points = release_interval(gap.gap)
    first, second = round_mean(gap.mean_first), round_mean(gap.mean_second)
    few = min(gap.n_first, gap.n_second) < enough
    if few or points is None or first is None or second is None:
        return None
    key = gap.first_audience, gap.second_audience, gap.principle, gap.wave
    return ReleasedGap(
        principle=gap.principle,
        wave=gap.wave,
        first_audience=gap.first_audience,
        second_audience=gap.second_audience,
        shared_item_count=len(gap.shared_items),
        n_first=gap.n_first,
        n_second=gap.n_second,
        mean_first=first,
        mean_second=second,
        gap=points,
        rank=ranked.rank,
        certain=ranked.certain,
        is_distorted=key in distorted,
    )


def _flags(analysis: ProjectAnalysis, enough: int) -> Iterator[ReleasedItemFlag]:
    rated = {
        (found.audience, found.wave, found.item): found.n_rated
        for found in _items_to_show(analysis.distributions, enough)
    }
    for change in analysis.item_changes:
        counts = [
            rated.get((change.audience, wave, change.item), 0)
            for wave in (change.from_wave, change.to_wave)
        ]
        points = round_points(change.change.value)
        if change.movement is ItemMovement.AGAINST and min(counts) >= enough and points is not None:
            yield ReleasedItemFlag(
                ItemFlagKind.AGAINST_PRINCIPLE,
                change.audience,
                None,
                change.principle,
                change.item,
                change.from_wave,
                change.to_wave,
                points,
            )
    for kind, audience, other, waves, found in _functioning(analysis):
        points = round_points(found.difference.value)
        ends = zip((audience, other or audience), waves, strict=True)
        counts = [rated.get((*end, found.item), 0) for end in ends]
        enough_rated = min(found.n_first, found.n_second, *counts) >= enough
        if found.flagged and enough_rated and points is not None:
            yield ReleasedItemFlag(
                kind, audience, other, found.principle, found.item, *waves, points
            )


def _functioning(analysis: ProjectAnalysis) -> Iterator[_FlagSource]:
    for across in analysis.wave_functioning:
        waves = across.from_wave, across.to_wave
        yield ItemFlagKind.BETWEEN_WAVES, across.audience, None, waves, across.found
    for between in analysis.audience_functioning:
        yield (
            ItemFlagKind.BETWEEN_AUDIENCES,
            between.first_audience,
            between.second_audience,
            (between.wave, between.wave),
            between.found,
        )


def _items_to_show(
    distributions: Iterable[ItemDistribution], enough: int
) -> Iterator[ItemDistribution]:
    """Yield the items that may be shown.

    One that all answered alike is held back in company, the principle's item that fewest rated:
    alone it would follow from the mean of all items less the others.
    """
    places: dict[tuple[str, str, str], list[ItemDistribution]] = {}
    for found in distributions:
        if found.n_rated >= enough:
            places.setdefault((found.audience, found.wave, found.principle), []).append(found)
    for listed in places.values():
        others = [found for found in listed if not _is_alike(found)]
        if len(listed) - len(others) == 1 and others:
            others.remove(min(others, key=lambda found: (found.n_rated, found.item)))
        yield from others


def _is_alike(found: ItemDistribution) -> bool:
    """Return whether all chose the same option: a row without shares would tell that they did."""
    return any(option.count == found.n_rated for option in found.options)


def _item(found: ItemDistribution) -> ReleasedItem:
    n = found.n_rated
    return ReleasedItem(
        audience=found.audience,
        wave=found.wave,
        principle=found.principle,
        item=found.item,
        n_rated=n,
        option_shares=tuple(round_share(option.share, n) or 0.0 for option in found.options),
        high_options=found.high_options,
        high_share=round_share(found.high_share, n),
        high_share_low=round_share(found.high_share_low, n),
        high_share_high=round_share(found.high_share_high, n),
        dont_know_share=round_share(found.dont_know_share, found.n_reached),
    )


def _reliability(found: ScaleReliability) -> ReleasedReliability:
    scale = found.reliability
    return ReleasedReliability(
        audience=found.audience,
        wave=found.wave,
        principle=found.principle,
        n=scale.n,
        item_count=scale.item_count,
        alpha=round_coefficient(scale.alpha),
        alpha_low=round_coefficient(scale.alpha_low),
        alpha_high=round_coefficient(scale.alpha_high),
        omega=round_coefficient(scale.omega),
        standard_error_of_measurement=round_points(scale.standard_error_of_measurement),
        floor_share=_not_all(scale.floor_share, scale.n),
        ceiling_share=_not_all(scale.ceiling_share, scale.n),
        is_poor=scale.alpha is not None and scale.alpha < POOR_RELIABILITY,
    )


def _not_all(share: float | None, n: int) -> float | None:
    return None if share == 1 else round_share(share, n)


def _help_given(found: Sequence[HelpGiven], enough: int) -> Iterator[ReleasedHelp]:
    telling: list[HelpGiven] = []
    for wave in found:
        if wave.own_count < enough:
            continue
        # Where all answered alike the share would tell how everybody answered.
        alike = wave.with_help_count in {0, wave.own_count}
        shift = None if alike else find_shift(wave, telling)
        if not alike:
            telling.append(wave)
        everybody = wave.own_count + wave.by_other_count
        others = wave.by_other_count if wave.by_other_count >= enough else None
        yield ReleasedHelp(
            wave=wave.wave,
            n=wave.own_count,
            with_help_share=None if alike else round_share(wave.share, wave.own_count),
            by_other_share=None if others is None else round_share(others / everybody, everybody),
            shifted_from=None if shift is None else shift.wave,
        )


def _missing(check: MissingItemsCheck, enough: int) -> Iterator[ReleasedMissingCheck]:
    for wave in check.waves:
        shift = round_points(wave.shift)
        if wave.n < enough or shift is None:
            continue
        share = round_share(wave.incomplete_count / wave.n, wave.n) or 0.0
        yield ReleasedMissingCheck(check.audience, check.principle, wave.wave, wave.n, share, shift)
