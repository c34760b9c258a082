"""Gaps between audiences rest on shared items."""

import numpy as np
import pytest
from item_table_builder import item_table
from scipy import stats

from survey_service.measurement.audience_gap import audience_gaps, measure_gap
from survey_service.measurement.item_table import ItemScores
from survey_service.measurement.potential import rank_gaps

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


def test_with_units_of_equal_size_that_differ_the_interval_is_the_paired_one_over_units():
    # Each of five units has four citizens and four staff: the paired t-test on unit means.
    random = np.random.default_rng(2)
    units = np.repeat([f"unit-{number}" for number in range(5)], 4)
    apart = np.repeat([0.0, 10, 30, 50, 60], 4)[:, None]
    first, second = random.uniform(0, 40, (20, 2)) + apart, random.uniform(20, 60, (20, 2))
    found = measure_gap(scale_of(first, "ab", units), scale_of(second, "ab", units), **NAMES)
    unit_gaps = (first.mean(axis=1) - second.mean(axis=1)).reshape(5, 4).mean(axis=1)
    expected = stats.ttest_1samp(unit_gaps, 0.0)
    assert found.gap.p == pytest.approx(expected.pvalue)
    assert found.gap.df == pytest.approx(4)


def test_units_that_happen_to_be_alike_do_not_make_a_gap_surer_than_its_people_do():
    # The gap is 3, 4 and 5 points in the three units: alone that is 4 +- 2.5, and certain.
    units = np.repeat(["north", "south", "west"], 4)
    spread = np.tile([20.0, 40, 60, 80], 3)
    first, second = spread, spread - np.repeat([3.0, 4, 5], 4)
    found = measure_gap(
        scale_of(first[:, None], "a", units), scale_of(second[:, None], "a", units), **NAMES
    )
    people_alone = np.sqrt(first.var(ddof=1) / 12 + second.var(ddof=1) / 12)
    assert found.gap.value == pytest.approx(4)
    assert found.gap.standard_error == pytest.approx(people_alone)
    assert found.gap.df == pytest.approx(2)
    # 4.302653 is the 97.5 % point of t with 2 degrees of freedom, from tables.
    assert found.gap.ci_high == pytest.approx(4 + 4.302653 * people_alone, rel=1e-6)
    assert found.gap.p > 0.5


def gaps_without_a_true_one(random, unit_count, deviation, principle_count=8):
    """30 citizens and 15 staff; units differ by `deviation`, in each audience in their own way."""

    def audience(count):
        units = np.arange(count) % unit_count
        scores = 50 + random.normal(0, deviation, unit_count)[units] + random.normal(0, 21, count)
        return scale_of(np.clip(scores, 0, 100)[:, None], "a", units.astype(str))

    return [measure_gap(audience(30), audience(15), **NAMES) for _ in range(principle_count)]


@pytest.mark.parametrize("unit_count", [3, 5, 10])
@pytest.mark.parametrize("deviation", [0, 6])
def test_without_a_true_gap_at_most_5_percent_of_waves_name_one_and_none_by_a_narrow_interval(
    unit_count, deviation
):
    random = np.random.default_rng(unit_count + deviation)
    alarms, narrowest = 0, np.inf
    for _ in range(100):
        gaps = gaps_without_a_true_one(random, unit_count, deviation)
        alarms += any(ranked.certain for ranked in rank_gaps(gaps))
        narrowest = min(narrowest, *(gap.gap.ci_high - gap.gap.value for gap in gaps))
    # 5 % true alarms in 100 runs pass 11 with a chance under 1 %.
    assert alarms <= 11
    # 45 independent people give about +- 13; their sample deviation varies by a third at most.
    assert narrowest > 8


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
