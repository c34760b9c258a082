"""Unit-clustered least squares, against t-tests, HC2 and the definition with full matrices."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from survey_service.measurement.clustered_regression import (
    estimate_coefficient,
    estimate_difference,
    estimate_mean,
)


def units_of(*sizes):
    return np.repeat([f"unit-{number}" for number in range(len(sizes))], sizes)


def by_definition(design, outcome, units, column):
    """CR2 and its degrees of freedom with every matrix written out in full."""
    bread = np.linalg.inv(design.T @ design)
    hat = design @ bread @ design.T
    left = np.eye(len(outcome)) - hat
    residual = left @ outcome
    columns, variance = [], 0.0
    for unit in np.unique(units):
        rows = units == unit
        values, vectors = np.linalg.eigh(left[np.ix_(rows, rows)])
        root = (vectors / np.sqrt(values)) @ vectors.T
        pull = root @ design[rows] @ bread[:, column]
        variance += float(pull @ residual[rows]) ** 2
        columns.append(left[:, rows] @ pull)
    product = np.array(columns) @ np.array(columns).T
    return variance, np.trace(product) ** 2 / np.trace(product @ product)


def test_with_units_of_equal_size_the_mean_is_the_t_test_on_unit_means():
    values = np.random.default_rng(1).normal(10, 5, 40)
    found = estimate_mean(values, units_of(8, 8, 8, 8, 8))
    expected = stats.ttest_1samp(values.reshape(5, 8).mean(axis=1), 0.0)
    assert found.p == pytest.approx(expected.pvalue, rel=1e-9)
    assert found.df == pytest.approx(4)
    assert found.ci_low == pytest.approx(expected.confidence_interval().low)


def test_people_in_units_of_their_own_give_the_hc2_error_of_statsmodels():
    random = np.random.default_rng(2)
    design = np.column_stack([np.ones(30), random.normal(size=30), random.normal(size=30)])
    outcome = random.normal(size=30)
    found = estimate_coefficient(design, outcome, np.array([f"u{i}" for i in range(30)]), 2)
    expected = sm.OLS(outcome, design).fit()
    assert found.value == pytest.approx(expected.params[2])
    assert found.standard_error == pytest.approx(expected.HC2_se[2], rel=1e-9)


@pytest.mark.parametrize("column", [0, 1, 2])
def test_unequal_units_follow_the_definition(column):
    random = np.random.default_rng(3)
    units = units_of(3, 12, 7, 20, 1, 9)
    design = np.column_stack([np.ones(52), random.normal(size=52), random.integers(0, 2, 52)])
    outcome = random.normal(size=52) + 2 * (units == "unit-3")
    variance, df = by_definition(design, outcome, units, column)
    found = estimate_coefficient(design, outcome, units, column)
    assert found.standard_error == pytest.approx(np.sqrt(variance), rel=1e-9)
    assert found.df == pytest.approx(df, rel=1e-9)


def test_whole_number_weights_move_the_mean_as_that_many_people_would():
    values, units = np.array([10.0, 20, 60, 70]), units_of(1, 1, 1, 1)
    found = estimate_mean(values, units, np.array([3.0, 1, 1, 1]))
    assert found.value == pytest.approx((30 + 20 + 60 + 70) / 6)


def test_groups_without_two_units_each_are_compared_by_welchs_test():
    random = np.random.default_rng(4)
    first, second = random.normal(50, 20, 30), random.normal(60, 10, 12)
    found = estimate_difference(first, second, units_of(10, 20), units_of(12))
    expected = stats.ttest_ind(second, first, equal_var=False)
    assert found.p == pytest.approx(expected.pvalue)
    assert found.df == pytest.approx(expected.df)
    assert found.unit_count == 0


def test_one_unit_gives_a_value_without_inference():
    found = estimate_mean(np.array([1.0, 2, 3]), units_of(3))
    assert (found.value, found.p, found.reason.code) == (2.0, None, "one_unit")


def test_a_coefficient_that_one_unit_alone_decides_has_no_inference():
    units = units_of(4, 4, 4)
    design = np.column_stack([np.ones(12), units == "unit-2"]).astype(float)
    found = estimate_coefficient(design, np.arange(12.0) ** 2, units, 1)
    assert found.value is not None
    assert (found.standard_error, found.reason.code) == (None, "one_unit_decides")


def test_changes_that_are_all_alike_have_no_inference():
    found = estimate_mean(np.full(6, 25.0), units_of(3, 3))
    assert (found.value, found.p, found.reason.code) == (25.0, None, "no_variation")


def test_effects_that_cannot_be_told_apart_have_no_value():
    design = np.ones((6, 2))
    found = estimate_coefficient(design, np.arange(6.0), units_of(3, 3), 1)
    assert (found.value, found.reason.code) == (None, "not_identified")


def test_nobody_is_no_answer():
    found = estimate_mean(np.array([]), np.array([], dtype=str))
    assert (found.value, found.n, found.reason.code) == (None, 0, "no_answers")


def test_missing_numbers_and_weights_of_zero_are_refused():
    with pytest.raises(ValueError, match="found NaN"):
        estimate_mean(np.array([1.0, np.nan]), units_of(1, 1))
    with pytest.raises(ValueError, match=r"weights: expected over 0, found 0"):
        estimate_mean(np.array([1.0, 2.0]), units_of(1, 1), np.array([1.0, 0.0]))


def test_unlike_lengths_are_refused():
    with pytest.raises(ValueError, match="expected one length"):
        estimate_mean(np.array([1.0, 2.0]), units_of(3))


def test_no_true_difference_gives_about_5_percent_false_alarms_with_eight_unequal_units():
    random = np.random.default_rng(5)
    sizes = (60, 40, 30, 25, 20, 12, 8, 5)
    units = units_of(*sizes)
    alarms = 0
    for _ in range(2000):
        values = random.normal(0, 12, len(units)) + np.repeat(random.normal(0, 3, 8), sizes)
        alarms += estimate_mean(values, units).p < 0.05
    # Simulation error of a true 5 % over 2,000 runs is about half a point.
    assert 0.03 < alarms / 2000 < 0.07


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_swapping_the_groups_negates_the_difference_and_order_is_irrelevant(seed):
    random = np.random.default_rng(seed)
    first, second = random.uniform(0, 100, 12), random.uniform(0, 100, 9)
    first_units, second_units = units_of(4, 5, 3), units_of(2, 4, 3)
    one = estimate_difference(first, second, first_units, second_units)
    shuffled = random.permutation(9)
    other = estimate_difference(second[shuffled], first, second_units[shuffled], first_units)
    assert one.value == pytest.approx(-other.value)
    assert one.ci_low == pytest.approx(-other.ci_high)
    assert one.p == pytest.approx(other.p)
