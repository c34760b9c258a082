"""Who may know what of the further analyses: laws over made-up projects, and each rule."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from item_table_builder import item_table
from released_figures_builder import a_contrast, a_mean, some_figures

from survey_service.measurement.comparison import ComparisonPlan, Verdict
from survey_service.measurement.dataclass_json import from_plain, to_plain
from survey_service.measurement.detail_disclosure import attach_details, disclose_details
from survey_service.measurement.disclosure import hide_place
from survey_service.measurement.field_disclosure import ShownUnits
from survey_service.measurement.figure_rounding import round_share, round_significant
from survey_service.measurement.help_given import HelpGiven
from survey_service.measurement.item_table import ItemTable
from survey_service.measurement.method_disclosure import disclose_method_rows
from survey_service.measurement.potential_status import PotentialStatus
from survey_service.measurement.project_analysis import WaveRate, analyse
from survey_service.measurement.rate_disclosure import disclose_rates
from survey_service.measurement.release_format import released_from_json, released_to_json
from survey_service.measurement.released_details import (
    ItemFlagKind,
    ReleasedDetails,
    ReleasedItemFlag,
    ReleasedPotential,
    ReleasedReliability,
)
from survey_service.measurement.response_rate import response_rates
from survey_service.measurement.score_table import ScoreRow, tabulate

WAVES = ("baseline", "final")
UNITS = ("north", "south", "west")


def a_table(random: np.random.Generator, audience: str, sizes: dict[str, int]) -> ItemTable:
    """Answers to three items of one principle; people p0, p1 … of each unit answer each wave."""
    waves = [wave for wave in WAVES for _ in range(sizes[wave])]
    level = random.integers(1, 6, len(waves))
    codes = np.clip(level[:, None] + random.integers(-1, 2, (len(waves), 3)), -1, 5)
    units = [UNITS[number % 3] for wave in WAVES for number in range(sizes[wave])]
    table = item_table(codes, audience=audience, waves=waves, units=units)
    names = [f"{audience}-{number}" for wave in WAVES for number in range(sizes[wave])]
    return replace(table, respondents=np.asarray(names, dtype=np.str_))


def an_analysis(seed: int, citizen: dict[str, int], staff: dict[str, int]):
    random = np.random.default_rng(seed)
    tables = {"citizen": a_table(random, "citizen", citizen),
              "staff": a_table(random, "staff", staff)}  # fmt: skip
    rows = []
    for audience, table in tables.items():
        scores = table.scores_of(audience).mean_per_respondent() if len(table) else []
        rows += [
            ScoreRow(str(name), str(unit), audience, str(wave), "hopes",
                     None if np.isnan(score) else float(score))
            for name, unit, wave, score in zip(
                table.respondents, table.units, table.waves, scores, strict=True)
        ]  # fmt: skip
    roster = {(unit, audience): 40 for unit in UNITS for audience in tables}
    plan = ComparisonPlan(WAVES, 5.0)
    return analyse(tabulate(rows, WAVES), tables, dict.fromkeys(WAVES, roster), plan)


sizes = st.fixed_dictionaries({wave: st.integers(0, 45) for wave in WAVES})


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10_000), sizes, sizes, st.integers(5, 14))
def test_no_detail_rests_on_fewer_answers_than_the_minimum(seed, citizen, staff, minimum):
    analysis = an_analysis(seed, citizen, staff)
    shown = disclose_details(analysis, minimum)
    fine = max(10, minimum)
    rated = {(d.audience, d.wave, d.item): d.n_rated for d in analysis.distributions}
    scored = {(m.audience, m.wave): m.n for m in analysis.comparison.wave_means}
    for item in shown.items:
        assert rated[item.audience, item.wave, item.item] >= fine
    for gap in shown.gaps:
        assert min(scored[gap.first_audience, gap.wave], scored[gap.second_audience, gap.wave]) >= (
            fine
        )
    for scale in shown.reliabilities:
        assert {"citizen": citizen, "staff": staff}[scale.audience][scale.wave] >= fine
    for panel in shown.panels:
        for group in (panel.n_both, panel.n_left, panel.n_joined):
            assert group == 0 or group >= minimum
        assert panel.change is None or panel.n_both >= fine
        assert panel.leavers_less_stayers is None or min(panel.n_both, panel.n_left) >= fine
        assert panel.joiners_less_stayers is None or min(panel.n_both, panel.n_joined) >= fine
        assert panel.tipping_points is None or panel.n_left >= fine
        assert panel.reliable_change is None or panel.n_both >= max(20, fine)
    for row in shown.method_rows:
        assert min(row.n_from, row.n_to) >= minimum
        assert row.p is None or min(row.n_from, row.n_to) >= 10
    for ranking in shown.potentials:
        assert scored[ranking.audience, ranking.wave] >= fine
    for mean in [*shown.weighted_means, *shown.missing_items]:
        assert scored[mean.audience, mean.wave] >= fine


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10_000), sizes, sizes)
def test_details_come_back_from_json_as_they_were(seed, citizen, staff):
    shown = disclose_details(an_analysis(seed, citizen, staff), 5)
    assert from_plain(ReleasedDetails, json.loads(json.dumps(to_plain(shown)))) == shown


def test_the_same_details_come_back_out_of_a_release():
    details = disclose_details(
        an_analysis(1, dict.fromkeys(WAVES, 40), dict.fromkeys(WAVES, 30)), 5
    )
    figures = attach_details(some_figures(), details)
    assert figures.details == details
    assert details.items
    assert released_from_json(json.loads(json.dumps(released_to_json(figures)))) == figures


def test_a_release_made_before_there_were_details_has_none():
    written = released_to_json(some_figures())
    assert "details" not in written
    for row in written["contrasts"]:
        del row["is_poorly_measured"]
    assert released_from_json(written).details is None


# --- response rates -----------------------------------------------------------------------------

units = st.dictionaries(
    st.sampled_from("abcdefgh"), st.tuples(st.integers(0, 25), st.integers(0, 30)), min_size=1
)


def shown_units(cells, minimum=5):
    answered = {(unit, "staff"): min(count, people) for unit, (count, people) in cells.items()}
    roster = {(unit, "staff"): people for unit, (_, people) in cells.items()}
    rates = [WaveRate("final", rate) for rate in response_rates(answered, roster)]
    return {rate.unit: rate.answered for rate in disclose_rates(rates, minimum)}, {
        unit: count for (unit, _), count in answered.items()
    }


@given(units, st.integers(5, 12))
def test_no_unit_held_back_follows_from_the_total_less_the_others(cells, minimum):
    shown, answered = shown_units(cells, minimum)
    held = [count for unit, count in answered.items() if unit not in shown and count > 0]
    assert all(count >= minimum for count in shown.values())
    if held and shown:
        assert len(held) >= 2
        assert sum(held) >= minimum


def test_a_small_unit_takes_the_smallest_other_with_it():
    shown, _ = shown_units({"a": (3, 10), "b": (20, 30), "c": (9, 20), "d": (15, 20)})
    assert set(shown) == {"b", "d"}


def test_two_small_units_with_four_answers_between_them_take_a_third_with_them():
    shown, _ = shown_units({"a": (3, 10), "b": (1, 10), "c": (9, 20), "d": (15, 20)})
    assert set(shown) == {"d"}


def test_a_unit_with_nobody_to_ask_hides_nobody():
    shown, _ = shown_units({"a": (3, 10), "b": (0, 0), "c": (9, 20), "d": (15, 20)})
    assert set(shown) == {"d"}


def test_a_unit_with_nine_to_ask_is_counted_with_others_alone():
    # as while the wave was open; b, the next in size, keeps it company
    cells = {"a": (9, 9), "b": (8, 12), "c": (20, 40), "d": (20, 50)}
    assert rates_of(cells, dict.fromkeys(cells)) == {"c", "d"}
    assert rates_of(cells | {"a": (9, 10)}, dict.fromkeys(cells)) == {"a", "b", "c", "d"}


def rates_of(cells, parents, seen=None):
    answered = {(unit, "staff"): count for unit, (count, _) in cells.items()}
    roster = {(unit, "staff"): people for unit, (_, people) in cells.items()}
    rates = [WaveRate("final", rate) for rate in response_rates(answered, roster)]
    known = {("final", "staff"): seen} if seen is not None else {}
    return {rate.unit for rate in disclose_rates(rates, 5, parents, known)}


def test_a_small_unit_is_held_back_together_with_one_under_the_same_level():
    # Both levels' sums may be known: the smallest of all, under the other level, would not help.
    cells = {"a": (3, 10), "b": (20, 30), "c": (9, 12), "d": (15, 20)}
    parents = {"one": None, "two": None, "a": "one", "b": "one", "c": "two", "d": "two"}
    assert rates_of(cells, parents) == {"c", "d"}


def test_a_unit_that_was_shown_while_answers_came_in_is_not_held_back_in_company():
    # b and c could go with a; b was seen with its 9 answers, so a would be told without c.
    cells = {"a": (3, 10), "b": (9, 12), "c": (20, 30), "d": (30, 40)}
    parents = dict.fromkeys(cells)
    assert rates_of(cells, parents) == {"c", "d"}
    assert rates_of(cells, parents, ShownUnits(frozenset({"b"}))) == {"b", "d"}


# --- single rules -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "n", "shown"), [(0.333, 19, 0.35), (0.333, 20, 0.33), (0.02, 12, 0.0), (1.0, 10, 1.0)]
)
def test_shares_are_given_to_five_points_under_twenty_answers(share, n, shown):
    assert round_share(share, n) == shown


@pytest.mark.parametrize(("value", "shown"), [(0.012345, 0.012), (33.3, 33.0), (2.123, 2.1)])
def test_method_figures_have_two_significant_digits(value, shown):
    assert round_significant(value) == shown


@pytest.mark.parametrize(
    "contrast",
    [
        a_contrast(n_from=4),
        a_contrast(n_both=78),
        a_contrast(difference=None, verdict=Verdict.CANNOT_TELL),
        a_contrast(verdict=Verdict.TOO_FEW),
    ],
)
def test_the_method_table_leaves_out_what_the_comparison_withholds(contrast):
    assert disclose_method_rows([contrast], 5) == ()


def test_the_method_table_gives_counts_alone_under_ten_answers():
    [row] = disclose_method_rows([a_contrast(n_from=9, n_to=80, n_both=0)], 5)
    assert (row.n_from, row.mean_from, row.p, row.df, row.components) == (9, None, None, None, {})


def test_the_method_table_gives_raw_means_with_an_interval_from_ten_answers_on():
    means = [
        replace(a_mean(wave=wave), mean_ci_low=50.06, mean_ci_high=60.04)
        for wave in ("baseline", "final")
    ]
    [row] = disclose_method_rows([a_contrast()], 5, means)
    assert (row.mean_from_low, row.mean_from_high, row.mean_to_low) == (50.1, 60.0, 50.1)
    [few] = disclose_method_rows([a_contrast(n_from=9, n_to=80, n_both=0)], 5, means)
    assert (few.mean_from_low, few.mean_to_high) == (None, None)


def test_an_item_that_everyone_answered_alike_looks_like_one_too_few_answered():
    random = np.random.default_rng(3)
    citizen = a_table(random, "citizen", {"baseline": 30, "final": 30})
    codes = citizen.codes.copy()
    codes[:30, 0] = 5
    codes[:30, 1:] = np.maximum(codes[:30, 1:], 1)
    codes[7, 1] = 0
    alike = replace(citizen, codes=codes)
    rows = [ScoreRow(f"p{n}", UNITS[n % 3], "citizen", wave, "hopes", 50.0 + n)
            for wave in WAVES for n in range(30)]  # fmt: skip
    found = analyse(tabulate(rows, WAVES), {"citizen": alike}, {}, ComparisonPlan(WAVES, 5.0))
    shown = {(item.item, item.wave): item for item in disclose_details(found, 5).items}
    # b, which one left out, goes along: a would be three times the score less b and c
    assert [item for item, wave in shown if wave == "baseline"] == ["c"]
    assert [item for item, wave in shown if wave == "final"] == ["a", "b", "c"]


def test_an_order_of_principles_is_not_shown_where_a_mean_in_it_is_not():
    order = ReleasedPotential(
        "citizen", "final", PotentialStatus.ORDER_UNCERTAIN, ("hopes",), ("hopes", "respect")
    )
    details, figures = ReleasedDetails(potentials=(order,)), some_figures()
    whole = attach_details(figures, details).details
    without = attach_details(hide_place(figures, "citizen", "final", "respect"), details).details
    assert whole is not None
    assert without is not None
    assert whole.potentials == (order,)
    assert without.potentials == ()


def a_reliability(principle: str, wave: str, is_poor: bool) -> ReleasedReliability:
    return ReleasedReliability(
        "citizen", wave, principle, 80, 3, 0.5, 0.4, 0.6, 0.5, 9.0, 0.0, 0.0, is_poor
    )


def test_contrasts_are_poorly_measured_where_either_wave_is():
    details = ReleasedDetails(reliabilities=(a_reliability("hopes", "final", True),))
    marked = {
        (c.from_wave, c.to_wave)
        for c in attach_details(some_figures(), details).contrasts
        if c.is_poorly_measured
    }
    assert marked == {("baseline", "final"), ("midterm", "final")}


def a_flag(kind: ItemFlagKind, other: str | None = None) -> ReleasedItemFlag:
    return ReleasedItemFlag(
        kind, "citizen", other, "hopes", "hopes_asked", "midterm", "final", 12.0
    )


def test_contrasts_are_distorted_where_a_question_works_differently_between_their_waves():
    details = ReleasedDetails(item_flags=(a_flag(ItemFlagKind.BETWEEN_WAVES),))
    marked = [
        (c.audience, c.principle, c.from_wave, c.to_wave)
        for c in attach_details(some_figures(), details).contrasts
        if c.is_distorted
    ]
    assert marked == [("citizen", "hopes", "midterm", "final")]


def test_a_question_that_works_differently_between_audiences_distorts_no_trend():
    details = ReleasedDetails(item_flags=(a_flag(ItemFlagKind.BETWEEN_AUDIENCES, "staff"),))
    assert not any(c.is_distorted for c in attach_details(some_figures(), details).contrasts)


def test_a_withheld_contrast_is_never_marked_as_poorly_measured():
    details = ReleasedDetails(reliabilities=(a_reliability("hopes", "final", True),))
    figures = attach_details(some_figures(n=4), details)
    assert not any(contrast.is_poorly_measured for contrast in figures.contrasts)


def test_a_minimum_under_five_is_refused():
    with pytest.raises(ValueError, match="expected 5 answers or more, found 4"):
        disclose_details(an_analysis(1, dict.fromkeys(WAVES, 12), dict.fromkeys(WAVES, 12)), 4)


# --- help with answering ------------------------------------------------------------------------


def shown_help(*waves: tuple[int, int, int]):
    names = ("baseline", "midterm", "final")
    given = tuple(HelpGiven(name, *counts) for name, counts in zip(names, waves, strict=False))
    analysis = an_analysis(1, dict.fromkeys(WAVES, 12), dict.fromkeys(WAVES, 12))
    return disclose_details(replace(analysis, help_given=given), 5).help_given


def test_the_share_that_had_help_is_of_those_who_answered_themselves():
    [wave] = shown_help((60, 20, 20))
    assert (wave.n, wave.with_help_share, wave.by_other_share) == (80, 0.25, 0.2)


def test_of_fewer_than_ten_the_help_is_not_told():
    assert shown_help((5, 4, 40)) == ()


def test_under_twenty_the_share_is_given_to_five_points():
    assert shown_help((12, 5, 0))[0].with_help_share == 0.3  # 5 of 17 is 29 %


def test_a_few_answers_by_others_are_not_given_away_by_their_share():
    assert shown_help((60, 20, 4))[0].by_other_share is None


def test_where_nobody_had_help_the_share_is_not_told():
    assert shown_help((60, 0, 0))[0].with_help_share is None


def test_a_share_that_moves_by_more_than_ten_points_is_pointed_out():
    found = shown_help((80, 20, 0), (70, 30, 0), (69, 31, 0))
    assert [wave.shifted_from for wave in found] == [None, None, "baseline"]


# --- roster-weighted means ----------------------------------------------------------------------


def weighted_waves(sizes: dict[str, int]) -> set[str]:
    """The waves whose weighted mean of the citizens is shown; every third person is of one unit."""
    shown = disclose_details(an_analysis(1, sizes, dict.fromkeys(WAVES, 30)), 5)
    return {mean.wave for mean in shown.weighted_means if mean.audience == "citizen"}


def test_a_weighted_mean_is_shown_where_every_unit_has_the_minimum():
    # 45 are 15 in each unit, and hardly any is without a score
    assert weighted_waves(dict.fromkeys(WAVES, 45)) == set(WAVES)


def test_beside_a_unit_with_too_few_no_weighted_mean_is_shown():
    # 13 are 5, 4 and 4: enough for a mean of everybody, and two sums to find four people by
    assert weighted_waves({"baseline": 13, "final": 45}) == {"final"}
