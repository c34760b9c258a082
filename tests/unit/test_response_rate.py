"""Response rates against the roster."""

import pytest

from survey_service.measurement.response_rate import response_rates

NORTH = ("north", "citizen")


def test_the_rate_is_answers_over_people_to_ask():
    (found,) = response_rates({NORTH: 12}, {NORTH: 48})
    assert (found.rate, found.reason) == (0.25, None)


def test_nobody_answering_is_a_rate_of_zero():
    (found,) = response_rates({}, {NORTH: 48})
    assert (found.answered, found.rate) == (0, 0.0)


@pytest.mark.parametrize(
    ("answered", "roster", "code"),
    [
        ({NORTH: 12}, {}, "no_roster"),
        ({}, {NORTH: 0}, "empty_roster"),
        ({NORTH: 12}, {NORTH: 11}, "roster_too_small"),
        ({NORTH: 1}, {NORTH: 0}, "roster_too_small"),
    ],
)
def test_a_roster_that_cannot_carry_a_rate_gives_a_reason(answered, roster, code):
    (found,) = response_rates(answered, roster)
    assert (found.rate, found.reason.code) == (None, code)


def test_a_negative_count_is_refused_with_its_place():
    with pytest.raises(
        ValueError, match="answered of north, citizen: expected 0 or more, found -1"
    ):
        response_rates({NORTH: -1}, {})
