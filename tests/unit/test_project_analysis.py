"""Everything from one call: which groups are compared with which, and who can be followed."""

import numpy as np
import pytest
from item_table_builder import item_table

from survey_service.measurement.comparison import ComparisonPlan, PrimaryContrast
from survey_service.measurement.project_analysis import analyse, reported_pair
from survey_service.measurement.score_table import ScoreRow, tabulate

WAVES = ("baseline", "midterm", "final")
PEOPLE = 24


def a_table(audience, waves=WAVES):
    random = np.random.default_rng(len(audience))
    count = PEOPLE * len(waves)
    table = item_table(
        random.integers(1, 6, (count, 3)),
        audience=audience,
        waves=np.repeat(waves, PEOPLE),
        units=[f"unit-{number % 4}" for number in range(count)],
    )
    object.__setattr__(table, "wave_order", WAVES)
    return table


def rows(audiences=("citizen", "staff"), repeated=()):
    for audience in audiences:
        for place, wave in enumerate(WAVES):
            for number in range(PEOPLE):
                name = f"{audience}-{number}"
                score = float((number * 7 + place * 3) % 100)
                for _ in range(2 if (name, wave) in repeated else 1):
                    yield ScoreRow(name, f"unit-{number % 4}", audience, wave, "hopes", score)


def analysed(plan=None, tables=None, roster=None, **of):
    tables = tables or {name: a_table(name) for name in ("citizen", "staff")}
    rosters = dict.fromkeys(WAVES, roster or {})
    return analyse(tabulate(rows(**of), WAVES), tables, rosters, plan or ComparisonPlan(WAVES))


def test_panels_cover_every_pair_of_waves():
    pairs = {(p.change.from_wave, p.change.to_wave) for p in analysed().panels}
    assert pairs == {("baseline", "midterm"), ("baseline", "final"), ("midterm", "final")}


def test_items_are_compared_over_the_reported_pair_and_neighbouring_waves():
    plan = ComparisonPlan(WAVES, 5.0, PrimaryContrast("citizen", "midterm", "final"))
    pairs = {(change.from_wave, change.to_wave) for change in analysed(plan).item_changes}
    assert pairs == {("midterm", "final"), ("baseline", "midterm")}


@pytest.mark.parametrize(
    ("primary", "pair"),
    [
        (None, ("baseline", "final")),
        (PrimaryContrast("citizen", "baseline", "midterm"), ("baseline", "midterm")),
    ],
)
def test_the_pair_reported_on_is_the_one_named_beforehand_or_first_to_last(primary, pair):
    assert reported_pair(ComparisonPlan(WAVES, 5.0, primary)) == pair


def test_gaps_are_told_only_of_waves_in_which_both_audiences_answered():
    tables = {"citizen": a_table("citizen"), "staff": a_table("staff", ("final",))}
    found = analysed(tables=tables).gaps
    assert {(r.gap.first_audience, r.gap.second_audience, r.gap.wave) for r in found} == {
        ("citizen", "staff", "final")
    }


def test_a_person_with_two_scores_in_one_wave_is_followed_no_more_but_still_counted():
    repeated = {("citizen-3", "final")}
    change = next(
        found.change
        for found in analysed(repeated=repeated).panels
        if (found.change.audience, found.change.from_wave, found.change.to_wave)
        == ("citizen", "baseline", "final")
    )
    assert (change.n_both, change.unlinked_from, change.unlinked_to) == (PEOPLE - 1, 1, 2)


def test_response_rates_are_against_the_roster_of_the_wave():
    roster = {(f"unit-{number}", "citizen"): 12 for number in range(4)}
    found = {
        (row.wave, row.rate.unit): (row.rate.answered, row.rate.rate)
        for row in analysed(roster=roster).response_rates
        if row.rate.audience == "citizen"
    }
    assert found["final", "unit-0"] == (6, 0.5)


def test_the_weighted_mean_gives_each_unit_its_share_of_the_roster():
    roster = {("unit-0", "citizen"): 30} | {
        (f"unit-{number}", "citizen"): 10 for number in (1, 2, 3)
    }
    found = next(
        row.found.estimate.value
        for row in analysed(roster=roster).weighted_means
        if (row.audience, row.wave) == ("citizen", "baseline")
    )
    means = [np.mean([(n * 7) % 100 for n in range(PEOPLE) if n % 4 == u]) for u in range(4)]
    assert found == pytest.approx((3 * means[0] + means[1] + means[2] + means[3]) / 6)


def test_no_weighted_mean_where_a_unit_answered_that_the_roster_does_not_know():
    roster = {("unit-0", "citizen"): 30}
    assert analysed(roster=roster).weighted_means == ()


def test_measures_that_are_no_principles_have_no_place_among_the_gaps():
    tables = {
        name: item_table(
            np.tile([1, 2, 3], (PEOPLE, 1)),
            audience=name,
            measures=("hopes", "hopes", "overall"),
            waves=["final"] * PEOPLE,
        )
        for name in ("citizen", "staff")
    }
    for table in tables.values():
        object.__setattr__(table, "wave_order", WAVES)
    assert {ranked.gap.principle for ranked in analysed(tables=tables).gaps} == {"hopes"}
