"""Holm's adjustment."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from survey_service.measurement.holm import adjust_by_holm

pytestmark = pytest.mark.usefixtures("little_garbage")


def test_the_smallest_counts_most_and_none_falls_under_a_smaller_one():
    # Four tests: .01 * 4, then .02 * 3 = .06, .03 * 2 = .06, .04 * 1 raised to .06.
    found = adjust_by_holm([0.04, 0.01, 0.03, 0.02])
    assert found == pytest.approx((0.06, 0.04, 0.06, 0.06))


def test_what_was_not_tested_stays_out():
    assert adjust_by_holm([None, 0.01, None, 0.04]) == (None, pytest.approx(0.02), None, 0.04)
    assert adjust_by_holm([]) == ()


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_it_is_the_adjustment_of_statsmodels(p_values):
    expected = multipletests(p_values, method="holm")[1]
    assert adjust_by_holm(p_values) == pytest.approx(tuple(expected))
