"""Gaps between audiences rest on shared items."""

import numpy as np
import pytest
from item_table_builder import item_table
from scipy import stats

from survey_service.measurement.audience_gap import audience_gaps, measure_gap
from survey_service.measurement.item_table import ItemScores

NAMES = {"principle": "hopes", "wave": "baseline", "audiences": ("citizen", "staff")}


def scale_of(rows, keys, units=None):
    return ItemScores(np.asarray(rows, dtype=float), tuple(keys), units)


def test_only_items_asked_of_both_count():
    citizens = scale_of([[20.0, 40, 100], [40, 60, 100]], "abz")
    staff = scale_of([[60.0, 0, 80], [80, 0, 100]], "axb")
    found = measure_gap(citizens, staff, **NAMES)
    assert found.shared_items == ("a", "b")
    assert (found.mean_first, found.mean_second) == (40.0, 80.0)
    assert found.gap.value == -40.0


def test_without_common_units_the_interval_is_welchs():
    random = np.random.default_rng(1)
    first, second = random.uniform(0, 100, (30, 2)), random.uniform(20, 100, (18, 2))
    found = measure_gap(scale_of(first, "ab"), scale_of(second, "ab"), **NAMES)
    expected = stats.ttest_ind(first.mean(axis=1), second.mean(axis=1), equal_var=False)
    assert found.gap.ci_low == pytest.approx(expected.confidence_interval().low)
    assert found.gap.p == pytest.approx(expected.pvalue)


def test_with_units_of_equal_size_the_interval_is_the_paired_one_over_units():
    # Each of five units has four citizens and four staff: the paired t-test on unit means.
    random = np.random.default_rng(2)
    units = np.repeat([f"unit-{number}" for number in range(5)], 4)
    first, second = random.uniform(0, 100, (20, 2)), random.uniform(20, 100, (20, 2))
    found = measure_gap(scale_of(first, "ab", units), scale_of(second, "ab", units), **NAMES)
    unit_gaps = (first.mean(axis=1) - second.mean(axis=1)).reshape(5, 4).mean(axis=1)
    expected = stats.ttest_1samp(unit_gaps, 0.0)
    assert found.gap.p == pytest.approx(expected.pvalue)
    assert found.gap.df == pytest.approx(4)


def test_no_shared_items_is_a_reason_and_no_figure():
    found = measure_gap(scale_of([[20.0]], "a"), scale_of([[60.0]], "b"), **NAMES)
    assert (found.gap.value, found.mean_first) == (None, None)
    assert found.gap.reason.code == "no_shared_items"


def test_an_audience_that_did_not_answer_is_a_reason():
    found = measure_gap(scale_of([[20.0, 40]], "ab"), scale_of(np.empty((0, 2)), "ab"), **NAMES)
    assert (found.n_second, found.mean_second) == (0, None)
    assert found.gap.reason.code == "no_answers"


def test_every_principle_of_both_instruments_gets_a_gap():
    citizens = item_table([[1, 1, 1], [3, 3, 3]], measures=["hopes", "hopes", "early"])
    staff = item_table([[5, 5], [3, 5]], audience="staff")
    found = audience_gaps(citizens, "citizen", staff, "staff", "baseline")
    assert [(gap.principle, gap.gap.value) for gap in found] == [("hopes", 25.0 - 87.5)]
