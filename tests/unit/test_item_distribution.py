"""How the answers to one item spread over its options."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from item_table_builder import item_table

from survey_service.measurement.item_distribution import (
    item_distributions,
    upper_options,
    wilson_interval,
)

DONT_KNOW, NOT_APPLICABLE, SKIPPED, NOT_REACHED = -1, -2, -3, 0


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_newcombes_published_one(count, total, low, high):
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3.
    found = wilson_interval(count, total)
    assert found == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_a_share_of_nobody_is_refused():
    with pytest.raises(ValueError, match="found 0/0"):
        wilson_interval(0, 0)


def test_the_upper_options_leave_out_the_middle():
    assert [upper_options(count) for count in (2, 3, 4, 5, 7)] == [
        (2,),
        (3,),
        (3, 4),
        (4, 5),
        (5, 6, 7),
    ]


def test_a_reversed_item_is_high_at_its_lowest_options():
    assert upper_options(5, turned=True) == (1, 2)


def test_shares_are_of_the_rated_answers_and_dont_know_of_those_who_reached_the_item():
    answers = [1, 4, 4, 5, DONT_KNOW, DONT_KNOW, NOT_APPLICABLE, SKIPPED, NOT_REACHED, NOT_REACHED]
    (found,) = item_distributions(item_table([[answer] for answer in answers]))
    assert (found.n_reached, found.n_rated) == (8, 4)
    assert [option.count for option in found.options] == [1, 0, 0, 2, 1]
    assert [option.share for option in found.options] == [0.25, 0.0, 0.0, 0.5, 0.25]
    assert found.high_share == 0.75
    assert found.dont_know_share == 0.25
    assert (found.not_applicable_count, found.skipped_count) == (1, 1)


def test_an_item_nobody_rated_has_no_shares_and_says_why():
    (found,) = item_distributions(item_table([[DONT_KNOW], [NOT_REACHED]]))
    assert (found.high_share, found.high_share_low, found.options[0].share) == (None, None, None)
    assert found.dont_know_share == 1.0
    assert found.reason.code == "no_answers"


def test_waves_are_told_apart_and_those_without_answers_left_out():
    found = item_distributions(item_table([[1], [5]], waves=["final", "final"]))
    assert [(entry.wave, entry.n_rated) for entry in found] == [("final", 2)]


@settings(deadline=None)
@given(st.lists(st.integers(-3, 5), min_size=1, max_size=30))
def test_counts_add_up(codes):
    (found,) = item_distributions(item_table([[code] for code in codes]))
    assert sum(option.count for option in found.options) == found.n_rated
    unrated = found.dont_know_count + found.not_applicable_count + found.skipped_count
    assert found.n_rated + unrated == found.n_reached
    assert found.n_reached + codes.count(0) == len(codes)


def test_a_scale_of_one_option_has_no_upper_ones():
    with pytest.raises(ValueError, match="option_count: expected 2 or more, found 1"):
        upper_options(1)
