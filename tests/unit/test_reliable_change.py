"""The reliable change index."""

import numpy as np
import pytest

from survey_service.measurement.reliable_change import (
    count_reliable_changes,
    standard_error_of_difference,
)


def test_the_published_example_of_jacobson_and_truax():
    # Jacobson & Truax (1991): SD 7.5 and reliability .80 give S_diff 4.74; a person going from
    # 47.5 to 32.5 has RC = -3.16.
    error = standard_error_of_difference(7.5, 0.80)
    assert error == pytest.approx(4.74, abs=0.005)
    assert (32.5 - 47.5) / error == pytest.approx(-3.16, abs=0.005)


def test_only_changes_past_the_threshold_count_as_certain():
    # SD of 40, 50, 60 is 10; reliability .5: S_diff = sqrt(2) * 10 * sqrt(.5) = 10, so 19.6.
    before = np.array([40.0, 50.0, 60.0])
    found = count_reliable_changes(before, before + np.array([19.5, 19.7, -19.7]), 0.5)
    assert found.smallest_certain_change == pytest.approx(19.6, abs=0.01)
    assert (found.moved_up, found.moved_down) == (1, 1)


def test_chance_alone_moves_one_in_forty_each_way():
    # True scores stand still; errors of SD 10 on true scores of SD 10 make a reliability of .5.
    random = np.random.default_rng(11)
    true = random.normal(50, 10, 40_000)
    before, after = (true + random.normal(0, 10, 40_000) for _ in range(2))
    found = count_reliable_changes(before, after, 0.5)
    assert found.expected_each_way == pytest.approx(1000)
    assert found.moved_up == pytest.approx(1000, abs=120)
    assert found.moved_down == pytest.approx(1000, abs=120)


def test_swapping_up_and_down():
    before = np.array([40.0, 50.0, 60.0, 50.0])
    change = np.array([30.0, 30.0, -30.0, 0.0])
    found = count_reliable_changes(before, before + change, 0.8)
    turned = count_reliable_changes(100 - before, 100 - before - change, 0.8)
    assert (found.moved_up, found.moved_down) == (turned.moved_down, turned.moved_up) == (2, 1)


@pytest.mark.parametrize("reliability", [None, 0.0, -0.2, 1.0])
def test_without_a_reliability_between_0_and_1_nothing_is_counted(reliability):
    found = count_reliable_changes(np.array([1.0, 2.0]), np.array([1.0, 90.0]), reliability)
    assert (found.moved_up, found.reason.code) == (None, "no_reliability")


def test_one_person_or_equal_scores_give_a_reason():
    assert count_reliable_changes(np.array([1.0]), np.array([9.0]), 0.8).reason.code == "too_few"
    alike = count_reliable_changes(np.array([5.0, 5.0]), np.array([9.0, 1.0]), 0.8)
    assert alike.reason.code == "no_variance"


def test_the_reliability_is_named():
    found = count_reliable_changes(np.array([1.0, 9.0]), np.array([1.0, 9.0]), 0.8, "omega")
    assert found.reliability_name == "omega"


def test_columns_of_unlike_length_are_refused():
    with pytest.raises(ValueError, match="expected one shape"):
        count_reliable_changes(np.array([1.0, 2.0]), np.array([1.0]), 0.8)


def test_missing_scores_are_refused():
    with pytest.raises(ValueError, match="found NaN"):
        count_reliable_changes(np.array([1.0, np.nan]), np.array([1.0, 2.0]), 0.8)
