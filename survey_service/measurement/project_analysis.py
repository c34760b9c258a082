"""Everything a project's answers say, from one call: comparison, panel, items, gaps, non-response.

All figures here are unsuppressed; `detail_disclosure` says which of them may be shown.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from survey_service.measurement.audience_gap import audience_gaps
from survey_service.measurement.comparison import (
    ComparisonPlan,
    ComparisonReport,
    compare,
)
from survey_service.measurement.contrary_items import ItemChange, find_contrary_items
from survey_service.measurement.help_given import HelpGiven
from survey_service.measurement.item_distribution import ItemDistribution, item_distributions
from survey_service.measurement.item_functioning import (
    ItemFunctioning,
    compare_items_between_audiences,
    compare_items_between_waves,
)
from survey_service.measurement.item_table import ItemTable
from survey_service.measurement.missing_items import MissingItemsCheck, check_missing_items
from survey_service.measurement.panel import PanelChange, describe_panel_change, follow_people
from survey_service.measurement.potential import (
    PotentialRanking,
    RankedGap,
    rank_gaps,
    rank_potential,
)
from survey_service.measurement.reliability import ScaleReliability, reliability_per_scale
from survey_service.measurement.reliable_change import ReliableChange, count_reliable_changes
from survey_service.measurement.response_rate import ResponseRate, response_rates
from survey_service.measurement.score_table import ScoreTable
from survey_service.measurement.tipping_point import TippingPoint, find_tipping_point
from survey_service.measurement.unit_changes import UnitChange, unit_changes
from survey_service.measurement.unit_figures import UnitMean, unit_means
from survey_service.measurement.unit_fits import fit_units
from survey_service.measurement.unit_tree import Parents
from survey_service.measurement.weighting import RosterWeightedMean, rake, roster_weighted_mean

GAP_PAIRS = (("citizen", "staff"), ("citizen", "relative"), ("staff", "relative"))
"""Whose views are set side by side; never averaged into one."""

POTENTIAL_MINIMUM = 10
"""Principles with fewer answers are not ranked: a place in an order is a difference in words."""

Roster = Mapping[tuple[str, str], int]
"""(unit, audience) to the people there are to ask."""

Floats = NDArray[np.float64]
Names = NDArray[np.str_]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class PanelFinding:
    """One audience, principle and pair of waves: people followed, and what drop-outs could undo."""

    change: PanelChange
    reliable_change: ReliableChange
    tipping_point: TippingPoint


@dataclass(frozen=True, slots=True)
class AudienceFunctioning:
    """How one shared item behaves in the second audience beside the first, in one wave."""

    first_audience: str
    second_audience: str
    wave: str
    found: ItemFunctioning


@dataclass(frozen=True, slots=True)
class WaveFunctioning:
    """How one item behaves in the to-wave beside the from-wave, in one audience."""

    audience: str
    from_wave: str
    to_wave: str
    found: ItemFunctioning


@dataclass(frozen=True, slots=True)
class WaveRate:
    """The response rate of one unit and audience in one wave."""

    wave: str
    rate: ResponseRate


@dataclass(frozen=True, slots=True)
class WeightedMean:
    """The roster-weighted mean of one audience, principle and wave, from `n` scores."""

    audience: str
    principle: str
    wave: str
    n: int
    found: RosterWeightedMean


@dataclass(frozen=True, slots=True)
class ProjectAnalysis:
    """All results of one project's closed waves, unsuppressed."""

    plan: ComparisonPlan
    comparison: ComparisonReport
    panels: tuple[PanelFinding, ...]
    gaps: tuple[RankedGap, ...]
    audience_functioning: tuple[AudienceFunctioning, ...]
    wave_functioning: tuple[WaveFunctioning, ...]
    distributions: tuple[ItemDistribution, ...]
    item_changes: tuple[ItemChange, ...]
    reliabilities: tuple[ScaleReliability, ...]
    missing_items: tuple[MissingItemsCheck, ...]
    potentials: tuple[PotentialRanking, ...]
    response_rates: tuple[WaveRate, ...]
    weighted_means: tuple[WeightedMean, ...]
    help_given: tuple[HelpGiven, ...] = ()
    unit_means: tuple[UnitMean, ...] = ()
    unit_changes: tuple[UnitChange, ...] = ()


def analyse(
    scores: ScoreTable,
    item_tables: Mapping[str, ItemTable],
    rosters: Mapping[str, Roster],
    plan: ComparisonPlan,
    tell: Progress = lambda _step: None,
    help_given: tuple[HelpGiven, ...] = (),
    parents: Parents = {},  # noqa: B006 - never written to
) -> ProjectAnalysis:
    """Run every analysis of a project's closed waves.

    Args:
        scores: scores 0-100 on the principles, with the people's pseudonyms.
        item_tables: the responses to each audience's instrument; answers on a citizen's behalf
            stand in the citizens' table as an audience of their own.
        rosters: per wave the people there are to ask per unit and audience.
        plan: waves in order, margin, primary contrast and minimum.
        tell: is told the name of each step before it begins.
        help_given: who gave the citizens' answers, per wave in their order.
        parents: the tree of units; empty where they stand beside each other.

    Panels cover all pairs of waves that people can be followed between; items are compared over the
    pair that is reported on (the primary one, else first to last) and over neighbouring waves.
    """
    tell("comparison")
    comparison = compare(scores, plan)
    tell("reliability")
    reliabilities = tuple(
        scale for table in item_tables.values() for scale in reliability_per_scale(table)
    )
    tell("panel")
    panels = tuple(_panels(_followable(scores), comparison, reliabilities, plan))
    tell("units")
    of_units = fit_units(scores, plan)
    tell("items and audiences")
    pairs = _item_pairs(plan)
    tables = tuple(item_tables.values())
    return ProjectAnalysis(
        plan=plan,
        comparison=comparison,
        panels=panels,
        gaps=tuple(_gaps(item_tables, plan.waves, scores.principles)),
        audience_functioning=tuple(_between_audiences(item_tables, plan.waves)),
        wave_functioning=tuple(
            across
            for across in _between_waves(tables, pairs)
            if not plan.crosses_seam(across.found.principle, across.from_wave, across.to_wave)
        ),
        distributions=tuple(row for table in tables for row in item_distributions(table)),
        item_changes=tuple(
            change
            for change in _item_changes(tables, pairs)
            if not plan.crosses_seam(change.principle, change.from_wave, change.to_wave)
        ),
        reliabilities=reliabilities,
        missing_items=tuple(row for table in tables for row in check_missing_items(table)),
        potentials=tuple(_potentials(tables, scores.principles, plan)),
        response_rates=tuple(_response_rates(tables, rosters, plan.waves)),
        weighted_means=tuple(
            weighted
            for weighted in _weighted_means(scores, rosters, plan.waves)
            if not plan.crosses_seam(weighted.principle, weighted.wave)
        ),
        help_given=help_given,
        unit_means=unit_means(of_units, plan, parents),
        unit_changes=unit_changes(of_units, plan, parents),
    )


def reported_pair(plan: ComparisonPlan) -> tuple[str, str]:
    """Return the pair of waves to report on: the one named beforehand, else first and last."""
    if plan.primary is not None:
        return plan.primary.from_wave, plan.primary.to_wave
    return plan.waves[0], plan.waves[-1]


def _item_pairs(plan: ComparisonPlan) -> tuple[tuple[str, str], ...]:
    pairs = [reported_pair(plan), *pairwise(plan.waves)]
    return tuple(pair for pair in dict.fromkeys(pairs) if pair[0] != pair[1])


def _followable(scores: ScoreTable) -> ScoreTable:
    """Let people with two scores in one wave count as nobody in particular: whose change is it."""
    columns = np.column_stack(
        [scores.respondent, scores.audience, scores.wave, scores.principle]
    ).astype(np.int64)
    _, inverse, counts = np.unique(columns, axis=0, return_inverse=True, return_counts=True)
    twice = (counts[inverse.reshape(-1)] > 1) & (scores.respondent >= 0)
    if not twice.any():
        return scores
    respondent = np.where(np.isin(scores.respondent, scores.respondent[twice]), -1, columns[:, 0])
    return replace(scores, respondent=respondent.astype(np.int32))


def _panels(
    scores: ScoreTable,
    comparison: ComparisonReport,
    reliabilities: Sequence[ScaleReliability],
    plan: ComparisonPlan,
) -> Iterator[PanelFinding]:
    alphas = {
        (scale.audience, scale.wave, scale.principle): scale.reliability.alpha
        for scale in reliabilities
    }
    for contrast in comparison.contrasts:
        if plan.crosses_seam(contrast.principle, contrast.from_wave, contrast.to_wave):
            continue
        key = contrast.audience, contrast.principle, contrast.from_wave, contrast.to_wave
        people = follow_people(scores, *key)
        if not people.can_be_followed:
            continue
        change = describe_panel_change(people, *key)
        alpha = alphas.get((contrast.audience, contrast.from_wave, contrast.principle))
        yield PanelFinding(
            change=change,
            reliable_change=count_reliable_changes(people.stayers_from, people.stayers_to, alpha),
            tipping_point=find_tipping_point(
                contrast, plan.margin, change.n_left, change.stayer_mean_to
            ),
        )


def _audience_pairs(
    tables: Mapping[str, ItemTable], waves: Sequence[str]
) -> Iterator[tuple[ItemTable, str, ItemTable, str, str]]:
    for first, second in GAP_PAIRS:
        if first not in tables or second not in tables:
            continue
        for wave in waves:
            if tables[first].rows_of(first, wave).any() and (
                tables[second].rows_of(second, wave).any()
            ):
                yield tables[first], first, tables[second], second, wave


def _gaps(
    tables: Mapping[str, ItemTable], waves: Sequence[str], principles: Sequence[str]
) -> Iterator[RankedGap]:
    for pair in _audience_pairs(tables, waves):
        # Other measures (outcomes, the overall view) are no principles: they have no place here.
        yield from rank_gaps([gap for gap in audience_gaps(*pair) if gap.principle in principles])


def _between_audiences(
    tables: Mapping[str, ItemTable], waves: Sequence[str]
) -> Iterator[AudienceFunctioning]:
    for first, first_name, second, second_name, wave in _audience_pairs(tables, waves):
        for found in compare_items_between_audiences(first, first_name, second, second_name, wave):
            yield AudienceFunctioning(first_name, second_name, wave, found)


def _pairs_answered(
    tables: Sequence[ItemTable], pairs: Sequence[tuple[str, str]]
) -> Iterator[tuple[ItemTable, str, str, str]]:
    for table in tables:
        for audience in table.audience_names:
            for one, other in pairs:
                if table.rows_of(audience, one).any() and table.rows_of(audience, other).any():
                    yield table, audience, one, other


def _between_waves(
    tables: Sequence[ItemTable], pairs: Sequence[tuple[str, str]]
) -> Iterator[WaveFunctioning]:
    for table, audience, one, other in _pairs_answered(tables, pairs):
        for found in compare_items_between_waves(table, audience, one, other):
            yield WaveFunctioning(audience, one, other, found)


def _item_changes(
    tables: Sequence[ItemTable], pairs: Sequence[tuple[str, str]]
) -> Iterator[ItemChange]:
    for table, audience, one, other in _pairs_answered(tables, pairs):
        yield from find_contrary_items(table, audience, one, other)


def _potentials(
    tables: Sequence[ItemTable], principles: Sequence[str], plan: ComparisonPlan
) -> Iterator[PotentialRanking]:
    minimum = max(POTENTIAL_MINIMUM, plan.minimum)
    for table in tables:
        scores = _scores_of(table, principles)
        for audience in table.audience_names:
            for wave in plan.waves:
                if table.rows_of(audience, wave).any():
                    yield rank_potential(scores, audience, wave, minimum)


def _scores_of(table: ItemTable, principles: Sequence[str]) -> ScoreTable:
    """Score every response on the principles, each response a person of its own."""
    measured = [name for name in principles if name in table.measure_names]
    units, unit = np.unique(table.units, return_inverse=True)
    waves = {name: code for code, name in enumerate(table.wave_order)}
    wave = np.asarray([waves[str(name)] for name in table.waves], dtype=np.int32)
    names = table.audience_names
    audience = np.searchsorted(np.asarray(names, dtype=np.str_), table.audiences)
    score = np.full((len(measured), len(table)), np.nan)
    for row, measure in enumerate(measured):
        for name in names:
            own = np.flatnonzero(table.audiences == name)
            score[row, own] = table.scores_of(name, measure=measure).mean_per_respondent()
    count = len(measured)

    def repeat(codes: NDArray[np.integer]) -> NDArray[np.int32]:
        return np.tile(codes.astype(np.int32), count)

    return ScoreTable(
        respondent=repeat(np.arange(len(table))),
        unit=repeat(unit.reshape(-1)),
        audience=repeat(audience),
        wave=repeat(wave),
        principle=np.repeat(np.arange(count, dtype=np.int32), len(table)),
        score=score.reshape(-1),
        units=tuple(str(name) for name in units),
        audiences=names,
        waves=table.wave_order,
        principles=tuple(measured),
    )


def _response_rates(
    tables: Sequence[ItemTable], rosters: Mapping[str, Roster], waves: Sequence[str]
) -> Iterator[WaveRate]:
    for wave in waves:
        answered: dict[tuple[str, str], int] = {}
        for table in tables:
            rows = np.flatnonzero(table.waves == wave)
            for unit, audience in zip(table.units[rows], table.audiences[rows], strict=True):
                key = str(unit), str(audience)
                answered[key] = answered.get(key, 0) + 1
        if not answered:
            continue  # a wave that came in as scores alone: who answered is not known here
        for rate in response_rates(answered, rosters.get(wave, {})):
            yield WaveRate(wave, rate)


def _weighted_means(
    scores: ScoreTable, rosters: Mapping[str, Roster], waves: Sequence[str]
) -> Iterator[WeightedMean]:
    units = np.asarray(scores.units, dtype=np.str_)
    for audience_code, audience in enumerate(scores.audiences):
        for wave in waves:
            roster = {
                unit: people
                for (unit, asked), people in rosters.get(wave, {}).items()
                if asked == audience
            }
            here = (scores.audience == audience_code) & (scores.wave == scores.waves.index(wave))
            for code, principle in enumerate(scores.principles):
                rows = np.flatnonzero(here & (scores.principle == code) & ~np.isnan(scores.score))
                found = _weigh(scores.score[rows], units[scores.unit[rows]], roster)
                if found is not None:
                    yield WeightedMean(audience, principle, wave, len(rows), found)


def _weigh(score: Floats, units: Names, roster: Mapping[str, int]) -> RosterWeightedMean | None:
    """Weigh to the units' rosters; None where a unit answered whose roster is not known."""
    if len(score) == 0 or not set(units.tolist()) <= set(roster):
        return None
    return roster_weighted_mean(score, rake({"unit": units.tolist()}, {"unit": roster}), units)
