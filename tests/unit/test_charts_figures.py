"""Figures are written as Danish and English readers write them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_service.charts.figures import (
    format_change,
    format_difference,
    format_interval,
    format_number,
    format_score,
)
from survey_service.charts.share_bars import write_share


@pytest.mark.parametrize(
    ("value", "language", "decimals", "written"),
    [(58.04, "da", 1, "58,0"), (58.04, "en", 1, "58.0"), (1234, "da", 0, "1.234")],
)
def test_the_decimal_mark_is_the_language_s(value, language, decimals, written):
    assert format_score(value, language, decimals) == written


@pytest.mark.parametrize(
    ("value", "written"), [(9.96, "+10"), (-8.2, "−8"), (0.3, "0"), (-0.3, "0")]
)
def test_a_difference_has_its_sign_and_nought_has_none(value, written):
    assert format_difference(value, "da") == written


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [(-2.5, 0, "−3"), (2.5, 0, "+3"), (0.25, 1, "+0,3"), (2.675, 2, "+2,68"), (-0.5, 0, "−1")],
)
def test_a_half_goes_away_from_nought(value, decimals, written):
    assert format_difference(value, "da", decimals) == written


def test_a_share_of_a_half_per_cent_is_written_upwards():
    assert (write_share(0.125, "da"), write_share(0.285, "en")) == ("13 %", "29%")


@pytest.mark.parametrize(
    ("value", "language", "written"),
    [(1.2, "en", "+1 point"), (-1, "en", "−1 point"), (0, "en", "0 points"), (8, "da", "+8 point")],
)
def test_the_unit_agrees_with_the_number(value, language, written):
    assert format_change(value, language) == written


def test_an_interval_uses_a_word_because_a_dash_beside_a_minus_misleads():
    assert format_interval(-2, 7.5, "da", 1) == "−2,0 til 7,5"
    assert format_interval(-2, 7.5, "en", 1) == "−2.0 to 7.5"


def test_a_number_has_the_decimals_it_needs():
    assert (format_number(5.0, "da"), format_number(7.5, "da")) == ("5", "7,5")


@settings(deadline=None)
@given(st.floats(-100, 100), st.sampled_from(("da", "en")))
def test_swapping_waves_turns_only_the_sign(difference, language):
    turned = str.maketrans("+−", "−+")
    there, back = format_difference(difference, language), format_difference(-difference, language)
    assert there.translate(turned) == back
