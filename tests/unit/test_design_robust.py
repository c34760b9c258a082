"""The line without a model, against scipy's paired t test and a jackknife by hand."""

import numpy as np
import pytest
from scipy import stats

from survey_service.measurement.design_robust import judge_without_model


def test_units_in_both_waves_are_paired():
    counts = np.array([[4.0, 2.0], [5.0, 5.0], [1.0, 3.0], [2.0, 0.0]])
    means = np.array([[50.0, 58.0], [40.0, 43.0], [60.0, 66.0], [70.0, 0.0]])
    found = judge_without_model(counts, counts * means, 5.0, 0.01)
    expected = stats.ttest_rel(means[:3, 1], means[:3, 0])
    assert found.method == "unit_mean_paired_t"
    assert found.p == pytest.approx(expected.pvalue)
    assert found.unit_count == 3
    assert found.df == 2


def test_units_in_one_wave_each_are_left_out_in_turn():
    """Three units, sums 100 and 60 of 2 and 1 answers before, 240 of 3 after."""
    counts = np.array([[2.0, 0.0], [1.0, 0.0], [0.0, 3.0], [0.0, 1.0]])
    sums = np.array([[100.0, 0.0], [60.0, 0.0], [0.0, 240.0], [0.0, 70.0]])
    left = np.array([310 / 4 - 60, 310 / 4 - 50, 70 - 160 / 3, 80 - 160 / 3])
    error = np.sqrt(3 / 4 * np.sum((left - left.mean()) ** 2))
    found = judge_without_model(counts, sums, None, None)
    assert found.method == "leave_one_unit_out_jackknife"
    assert found.difference == pytest.approx(310 / 4 - 160 / 3)
    assert found.standard_error == pytest.approx(error)


@pytest.mark.parametrize(
    ("counts", "sums"),
    [
        ([[3.0, 0.0], [0.0, 3.0]], [[90.0, 0.0], [0.0, 90.0]]),
        ([[1.0, 1.0], [1.0, 1.0]], [[10.0, 20.0], [30.0, 40.0]]),
        ([[5.0, 5.0]], [[10.0, 20.0]]),
    ],
)
def test_where_units_tell_nothing_there_is_no_line(counts, sums):
    assert judge_without_model(np.array(counts), np.array(sums), 1.0, 0.5) is None


@pytest.mark.parametrize(
    ("model_difference", "model_p", "disagrees"),
    [(6.0, 0.001, False), (6.0, 0.2, True), (-6.0, 0.001, True), (None, None, False)],
)
def test_it_disagrees_where_the_other_conclusion_is_drawn_at_five_percent(
    model_difference, model_p, disagrees
):
    counts = np.ones((5, 2))
    sums = np.array([[50.0, 56.0], [50.0, 57.0], [40.0, 45.5], [60.0, 66.1], [55.0, 60.8]])
    found = judge_without_model(counts, sums, model_difference, model_p)
    assert found.p < 0.05
    assert found.disagrees is disagrees
