"""Laws that hold for every open cohort."""

from dataclasses import replace

import pytest
from cohort_builder import WAVES, simulate_rows
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_service.measurement.comparison import ComparisonPlan, compare
from survey_service.measurement.score_table import tabulate

PLAN = ComparisonPlan(WAVES)

cohorts = st.builds(
    simulate_rows,
    seed=st.integers(0, 10_000),
    units=st.integers(2, 9),
    people=st.integers(30, 60),
    moving=st.sampled_from([0.0, 0.1]),
    season_sd=st.sampled_from([0.0, 5.0]),
)
law = settings(max_examples=15, deadline=None, derandomize=True)


def by_key(rows, plan=PLAN):
    contrasts = compare(tabulate(rows, plan.waves), plan).contrasts
    return {(c.principle, c.from_wave, c.to_wave): c for c in contrasts}


def assert_same(found, expected, fields=("difference", "standard_error", "df", "p")):
    for field in fields:
        value = getattr(expected, field)
        wanted = None if value is None else pytest.approx(value, rel=1e-4, abs=1e-5)
        assert getattr(found, field) == wanted, field


@law
@given(cohorts, st.randoms(use_true_random=False))
def test_the_order_of_rows_is_irrelevant(rows, random):
    shuffled = random.sample(rows, len(rows))
    found = by_key(shuffled)
    for key, expected in by_key(rows).items():
        assert_same(found[key], expected)


@law
@given(cohorts)
def test_the_names_of_respondents_and_units_are_irrelevant(rows):
    renamed = [
        replace(one, respondent=one.respondent[::-1] + "z", unit=f"House {one.unit}")
        for one in rows
    ]
    found = by_key(renamed)
    for key, expected in by_key(rows).items():
        assert_same(found[key], expected)


@law
@given(cohorts)
def test_turning_the_waves_around_negates_the_differences(rows):
    backwards = by_key(rows, ComparisonPlan(WAVES[::-1]))
    for (principle, one, other), expected in by_key(rows).items():
        found = backwards[principle, other, one]
        assert_same(replace(found, difference=-found.difference), expected)


@law
@given(cohorts, st.floats(-30, 30))
def test_adding_a_constant_moves_the_means_only(rows, shift):
    found = by_key([replace(one, score=one.score + shift) for one in rows])
    for key, expected in by_key(rows).items():
        assert_same(found[key], expected)
        moved = expected.adjusted_mean_to + shift
        assert found[key].adjusted_mean_to == pytest.approx(moved, abs=1e-5)


@law
@given(cohorts, st.floats(0.2, 5))
def test_stretching_the_scale_stretches_differences_and_errors(rows, factor):
    found = by_key([replace(one, score=one.score * factor) for one in rows])
    for key, expected in by_key(rows).items():
        stretched = replace(
            expected,
            difference=expected.difference * factor,
            standard_error=expected.standard_error and expected.standard_error * factor,
        )
        assert_same(found[key], stretched)


@law
@given(cohorts)
def test_another_principle_changes_nothing_but_the_adjustment(rows):
    other = [replace(one, principle="respect", score=100 - one.score) for one in rows]
    found = by_key(rows + other)
    for key, expected in by_key(rows).items():
        assert_same(found[key], expected)
        assert found[key].p_adjusted >= expected.p_adjusted - 1e-9


@law
@given(cohorts)
def test_scores_that_were_not_computable_change_nothing(rows):
    missing = [replace(one, score=None, respondent=f"m{i}") for i, one in enumerate(rows[:9])]
    found = by_key(missing + rows)
    for key, expected in by_key(rows).items():
        assert_same(found[key], expected)
