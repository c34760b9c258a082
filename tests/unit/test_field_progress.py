"""The pace of a field and where it leads; every number by hand."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service.measurement.field_progress import (
    DayCount,
    find_day_reached,
    is_expected_under,
    measure_pace,
    visible_days,
)

OPENED = date(2026, 3, 4)
CLOSES = date(2026, 3, 24)


def days(*counts: int) -> tuple[DayCount, ...]:
    """Counts from the opening on, one a day."""
    return tuple(DayCount(OPENED + timedelta(days=n), sent) for n, sent in enumerate(counts))


def test_counts_under_the_minimum_are_not_seen_but_nought_at_the_opening_is() -> None:
    assert visible_days(days(0, 2, 4, 5, 9), 5) == (days(0)[0], *days(0, 2, 4, 5, 9)[3:])


def test_nought_on_a_later_day_is_a_small_count_like_another() -> None:
    assert visible_days(days(0, 0, 0), 5) == days(0)


def test_the_pace_is_that_of_the_latest_seven_days() -> None:
    # 10 on day 0, 31 on day 8; seven days before day 8 there were 10 on day 1: 21 in 7 days.
    found = measure_pace(days(10, 10, 13, 16, 19, 22, 25, 28, 31), CLOSES, 100)
    assert found is not None
    assert found.per_day == pytest.approx(3.0)
    assert found.since == OPENED + timedelta(days=1)


def test_the_same_share_of_those_missing_goes_on_answering() -> None:
    # Half of 80 in two days, so half of the missing every two days: 80 - 40 / 4 after four more.
    found = measure_pace(days(0, 23, 40), OPENED + timedelta(days=6), 80)
    assert found is not None
    assert (1 - found.daily_share) ** 2 == pytest.approx(0.5)
    assert found.expected == 70


def test_days_without_a_count_do_not_change_the_pace() -> None:
    first, last = DayCount(OPENED, 0), DayCount(OPENED + timedelta(days=4), 40)
    found = measure_pace([first, last], OPENED + timedelta(days=8), 80)
    assert found is not None
    assert found.per_day == pytest.approx(10.0)
    assert found.expected == 60


def test_half_a_person_is_not_counted_on() -> None:
    # Half of 30 missing in a day, then half of the 15 left: 22.5.
    found = measure_pace(days(0, 15), OPENED + timedelta(days=2), 30)
    assert found is not None
    assert found.expected == 22


def test_withdrawals_do_not_make_the_pace_negative() -> None:
    found = measure_pace(days(20, 18), CLOSES, 100)
    assert found is not None
    assert (found.per_day, found.expected) == (0.0, 18)


def test_past_the_closing_day_there_is_nothing_ahead() -> None:
    found = measure_pace(days(0, 10), OPENED, 100)
    assert found is not None
    assert found.expected == 10


@pytest.mark.parametrize("roster", [10, 12])
def test_where_as_many_answered_as_there_are_to_ask_nothing_more_is_expected(roster: int) -> None:
    found = measure_pace(days(0, 12), CLOSES, roster)
    assert found is not None
    assert found.expected == 12


@pytest.mark.parametrize("counts", [(), days(7)])
def test_without_two_counts_there_is_no_pace(counts: tuple[DayCount, ...]) -> None:
    assert measure_pace(counts, CLOSES, 100) is None


def test_counts_older_than_a_week_give_no_pace() -> None:
    old = [DayCount(OPENED, 0), DayCount(OPENED + timedelta(days=8), 20)]
    assert measure_pace(old, CLOSES, 100) is None


def test_a_target_is_reached_on_the_first_day_that_has_it() -> None:
    found = find_day_reached(days(0, 5, 9, 12), None, 50, 9, CLOSES)
    assert found == OPENED + timedelta(days=2)


def test_a_target_ahead_is_reached_at_the_pace() -> None:
    counts = days(0, 40)
    pace = measure_pace(counts, CLOSES, 80)
    # Half of the missing every day: 60 on day 2, 70 on day 3.
    assert find_day_reached(counts, pace, 80, 60, CLOSES) == OPENED + timedelta(days=2)
    assert find_day_reached(counts, pace, 80, 61, CLOSES) == OPENED + timedelta(days=3)


def test_a_target_that_is_not_reached_by_closing_has_no_day() -> None:
    counts = days(0, 40)
    pace = measure_pace(counts, CLOSES, 80)
    assert find_day_reached(counts, pace, 80, 61, OPENED + timedelta(days=2)) is None
    assert find_day_reached((), None, 80, 5, CLOSES) is None


def test_a_unit_of_sixteen_ends_under_five_where_three_in_ten_answer() -> None:
    assert is_expected_under(16, 0.3, 5)
    assert not is_expected_under(17, 0.3, 5)


@given(
    counts=st.lists(st.integers(0, 60), min_size=1, max_size=30),
    roster=st.integers(10, 60),
    minimum=st.integers(5, 12),
)
def test_what_is_expected_never_falls_under_what_is_there(
    counts: list[int], roster: int, minimum: int
) -> None:
    seen = visible_days(days(*sorted(counts)), minimum)
    pace = measure_pace(seen, CLOSES, roster)
    assert pace is None or seen[-1].sent <= pace.expected <= max(roster, seen[-1].sent)


@given(counts=st.lists(st.integers(0, 40), min_size=2, max_size=20))
def test_small_counts_leave_no_trace_in_the_pace(counts: list[int]) -> None:
    # Whatever the days under the minimum held, the pace is the same.
    ordered = [0, *sorted(counts)]
    other = [found if found >= 5 else 0 for found in ordered]
    paces = [measure_pace(visible_days(days(*each), 5), CLOSES, 100) for each in (ordered, other)]
    assert paces[0] == paces[1]
