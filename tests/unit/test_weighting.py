"""Raking, Kish's effective size and the roster-weighted mean."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_service.measurement.weighting import effective_size, rake, roster_weighted_mean


def two_by_two(cells):
    """Unit and sex of the respondents for counts north-f, north-m, south-f, south-m."""
    unit = ["north"] * (cells[0] + cells[1]) + ["south"] * (cells[2] + cells[3])
    sex = [name for count, name in zip(cells, "fmfm", strict=True) for _ in range(count)]
    return {"unit": unit, "sex": sex}


def test_one_margin_gives_the_roster_share_over_the_answers_share():
    # 10 of 40 answers come from the half of the roster that is south: (1/2) / (1/4) = 2.
    found = rake({"unit": ["north"] * 30 + ["south"] * 10}, {"unit": {"north": 50, "south": 50}})
    np.testing.assert_allclose(found.weights, [2 / 3] * 30 + [2.0] * 10)
    assert found.converged is True
    assert (found.reason, found.trimmed_count, found.coverage) == (None, 0, 1.0)


def test_two_margins_keep_the_odds_ratio_and_reach_the_roster():
    # Raking keeps the odds ratio of the table, here 30 * 40 / (20 * 10) = 6. With both margins at
    # one half the first cell a solves (a / (1/2 - a))^2 = 6.
    found = rake(
        two_by_two([30, 20, 10, 40]),
        {"unit": {"north": 200, "south": 200}, "sex": {"f": 1, "m": 1}}
        | {"sex": {"f": 200, "m": 200}},
    )
    root = 6**0.5
    a = 0.5 * root / (1 + root)
    expected = np.repeat([a / 0.30, (0.5 - a) / 0.20, (0.5 - a) / 0.10, a / 0.40], [30, 20, 10, 40])
    np.testing.assert_allclose(found.weights, expected, rtol=1e-6)
    assert found.largest_gap < 1e-8


def test_weights_are_trimmed_to_three_times_their_mean_and_the_gap_is_told():
    # Untrimmed, the two of 100 answers from south would weigh (1/2) / (2/100) = 25.
    found = rake({"unit": ["north"] * 98 + ["south"] * 2}, {"unit": {"north": 500, "south": 500}})
    assert found.weights.max() == pytest.approx(3.0)
    assert found.weights.min() >= 0.3
    assert found.trimmed_count == 2
    # South then carries 2 * 3 of a total of 100, where the roster has one half.
    assert found.largest_gap == pytest.approx(0.5 - 0.06, abs=1e-6)
    assert found.weights.mean() == pytest.approx(1.0)


def test_kishs_effective_size_by_hand():
    # (1 + 1 + 2)^2 / (1 + 1 + 4) = 16 / 6
    assert effective_size(np.array([1.0, 1.0, 2.0])) == pytest.approx(16 / 6)
    assert effective_size(np.full(7, 3.0)) == pytest.approx(7.0)


def test_effective_size_of_nobody_is_refused():
    with pytest.raises(ValueError, match="expected one or more over 0"):
        effective_size(np.array([]))


def test_a_roster_category_without_answers_is_named_and_lowers_the_coverage():
    found = rake(
        {"unit": ["north"] * 5 + ["south"] * 5}, {"unit": {"north": 40, "south": 40, "east": 20}}
    )
    assert found.unrepresented == ("unit: east",)
    assert found.coverage == pytest.approx(0.8)
    assert found.reason.code == "empty_cell"
    np.testing.assert_allclose(found.weights, 1.0)


@pytest.mark.parametrize(("south", "code"), [(0, "empty_roster"), (4, "roster_too_small")])
def test_a_roster_smaller_than_the_answers_gives_no_weights(south, code):
    found = rake({"unit": ["north"] * 5 + ["south"] * 5}, {"unit": {"north": 40, "south": south}})
    assert found.weights is None
    assert found.reason.code == code


def test_nobody_answering_gives_no_weights():
    assert rake({"unit": []}, {"unit": {"north": 40}}).reason.code == "no_answers"


def test_margins_that_contradict_each_other_are_reported_as_not_converged():
    # All women are in north and all men in south, but the roster says otherwise.
    found = rake(
        two_by_two([10, 0, 0, 10]),
        {"unit": {"north": 30, "south": 70}, "sex": {"f": 70, "m": 30}},
    )
    assert found.converged is False
    assert found.largest_gap > 0.1


def test_an_unknown_category_is_refused():
    with pytest.raises(ValueError, match=r"unit: expected the roster's .*found \['west'\]"):
        rake({"unit": ["west"]}, {"unit": {"north": 40}})


def test_the_weighted_mean_is_named_and_counts_units_by_their_roster():
    # North scores 40, south 80; answers 3 to 1, roster 1 to 1: (40 + 80) / 2.
    raked = rake({"unit": ["north"] * 30 + ["south"] * 10}, {"unit": {"north": 50, "south": 50}})
    scores = np.array([40.0] * 30 + [80.0] * 10)
    units = np.array(["north"] * 30 + ["south"] * 10)
    found = roster_weighted_mean(scores, raked, units)
    assert found.estimand == "roster-weighted mean"
    assert found.estimate.value == pytest.approx(60.0)
    assert found.effective_size == pytest.approx(40**2 / (30 * 4 / 9 + 10 * 4))


def test_scores_that_are_missing_leave_the_weighted_mean():
    raked = rake({"unit": ["north"] * 4}, {"unit": {"north": 50}})
    found = roster_weighted_mean(np.array([10.0, 20, 30, np.nan]), raked, np.array(["a"] * 4))
    assert (found.estimate.value, found.estimate.n) == (pytest.approx(20.0), 3)


def test_without_weights_the_mean_has_their_reason():
    raked = rake({"unit": []}, {"unit": {"north": 40}})
    found = roster_weighted_mean(np.array([]), raked, np.array([], dtype=str))
    assert (found.estimate.value, found.estimate.reason.code) == (None, "no_answers")


@settings(max_examples=40, deadline=None)
@given(st.tuples(*[st.integers(20, 40)] * 4), st.integers(100, 200), st.integers(100, 200))
def test_raked_shares_are_those_of_the_roster(cells, north, women):
    roster = {"unit": {"north": north, "south": 300 - north}, "sex": {"f": women, "m": 300 - women}}
    answers = two_by_two(cells)
    found = rake(answers, roster)
    share = found.weights[np.array(answers["sex"]) == "f"].sum() / found.weights.sum()
    assert found.weights.mean() == pytest.approx(1.0)
    if found.trimmed_count == 0:
        assert share == pytest.approx(women / 300, abs=1e-7)


@pytest.mark.parametrize(
    ("categories", "roster", "message"),
    [
        ({}, {}, "margins: expected the same"),
        ({"unit": ["a"]}, {"sex": {"f": 9}}, "margins: expected the same"),
        (
            {"unit": ["a"], "sex": ["f", "f"]},
            {"unit": {"a": 9}, "sex": {"f": 9}},
            "categories: expected one length",
        ),
        ({"unit": ["a"]}, {"unit": {"a": 9, "b": -1}}, "unit: expected counts of 0 or more"),
    ],
)
def test_margins_that_do_not_fit_the_answers_are_refused(categories, roster, message):
    with pytest.raises(ValueError, match=message):
        rake(categories, roster)


def test_weights_and_scores_must_be_of_the_same_people():
    raked = rake({"unit": ["north"] * 4}, {"unit": {"north": 50}})
    with pytest.raises(ValueError, match="found 1, 4 and 4"):
        roster_weighted_mean(np.array([10.0]), raked, np.array(["a"] * 4))
