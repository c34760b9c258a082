"""Families and Holm's adjustment, against statsmodels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from survey_service.measurement.comparison import ComparisonPlan, PrimaryContrast
from survey_service.measurement.multiplicity import adjust_by_family, name_family

pytestmark = pytest.mark.usefixtures("little_garbage")

WAVES = ("a", "b", "c")


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_is_that_of_statsmodels(p_values):
    expected = multipletests(np.array(p_values), method="holm")[1]
    assert adjust_by_family(p_values, ["all"] * len(p_values)) == pytest.approx(expected)


def test_holm_by_hand():
    """Three of .01, .04, .03: 3 x .01, 2 x .03, then no less than the one before."""
    assert adjust_by_family([0.01, 0.04, 0.03], ["all"] * 3) == pytest.approx([0.03, 0.06, 0.06])


def test_families_are_adjusted_apart():
    adjusted = adjust_by_family([0.01, 0.02, 0.03], ["primary", "other", "other"])
    assert adjusted == pytest.approx([0.01, 0.04, 0.04])


def test_what_has_no_p_value_is_no_test():
    assert adjust_by_family([None, 0.02, None], ["all"] * 3) == (None, 0.02, None)


def test_the_primary_family_is_the_primary_audience_and_contrast():
    plan = ComparisonPlan(WAVES, primary=PrimaryContrast("citizen", "a", "c"))
    assert name_family(plan, "citizen", "a", "c") == "primary"
    assert name_family(plan, "citizen", "a", "b") == "other"
    assert name_family(plan, "staff", "a", "c") == "other"


def test_without_a_primary_contrast_everything_is_one_family():
    assert name_family(ComparisonPlan(WAVES), "citizen", "a", "c") == "all"
