"""How fast answers come in, and where that leads if it goes on like the latest week.

Pace: let s be the latest count, on day t, s0 the first count of the seven days before it, on day
t0 < t, and R the people to ask. Of those who had not answered, the share h has answered a day:

    h = 1 - ((R - s) / (R - s0)) ** (1 / (t - t0))

and if the same share of those still missing goes on answering, there are on a later day u

    expected(u) = R - (R - s) * (1 - h) ** (u - t)

so the curve flattens as fewer are left, and nobody answers beyond the roster. It is no forecast:
answers come faster after a reminder, and some never will. Where the roster is too small for the
answers, or answers were withdrawn, it stays as it is. Only counts that may be seen enter it, so
that no small count follows from it: nought on the day of opening, and those from the minimum on.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

DAYS_LOOKED_BACK = 7

_ROUNDING = 1e-9
"""What arithmetic may lack to a whole person."""


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many had sent their answers when they were counted on a day."""

    day: date
    sent: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast answers came since a day.

    `per_day` counts answers; `daily_share` 0-1 is of those who had not answered yet; `expected` is
    how many there are at the end if it stays so.
    """

    since: date
    per_day: float
    daily_share: float
    expected: int


def visible_days(days: Iterable[DayCount], minimum: int) -> tuple[DayCount, ...]:
    """Return the counts that may be seen, oldest first: nought at the opening, and large ones.

    Args:
        days: one count per day.
        minimum: smallest count to show, over 0.
    """
    ordered = sorted(days, key=lambda found: found.day)
    return tuple(
        found
        for place, found in enumerate(ordered)
        if found.sent >= minimum or (place == 0 and found.sent == 0)
    )


def measure_pace(days: Sequence[DayCount], closes_on: date, roster: int) -> Pace | None:
    """Return the pace of the latest week; None where there are no two counts to take it from.

    Args:
        days: visible counts, oldest first.
        closes_on: the day to look ahead to; the latest count itself where it lies before that.
        roster: people to ask.
    """
    if len(days) < 2:
        return None
    latest = days[-1]
    earliest = latest.day - timedelta(days=DAYS_LOOKED_BACK)
    known = [found for found in days[:-1] if found.day >= earliest]
    if not known:
        return None
    length = (latest.day - known[0].day).days
    share = 0.0
    if known[0].sent < latest.sent < roster:
        share = 1 - ((roster - latest.sent) / (roster - known[0].sent)) ** (1 / length)
    pace = Pace(known[0].day, max(0.0, (latest.sent - known[0].sent) / length), share, 0)
    ahead = max(closes_on, latest.day)
    return replace(pace, expected=expect_on(days, pace, roster, ahead))


def expect_on(days: Sequence[DayCount], pace: Pace, roster: int, day: date) -> int:
    """Return how many answers there are on a day at this pace, whole people only.

    Args:
        days: visible counts, oldest first, at least one.
        pace: of the latest week.
        roster: people to ask.
        day: on or after the latest count.
    """
    latest = days[-1]
    missing = max(0, roster - latest.sent)
    left = missing * (1 - pace.daily_share) ** (day - latest.day).days
    return latest.sent + math.floor(missing - left + _ROUNDING)


def find_day_reached(
    days: Sequence[DayCount], pace: Pace | None, roster: int, target: int, closes_on: date
) -> date | None:
    """Return the day a number of answers was reached, or is at this pace; None: not by closing.

    Args:
        days: visible counts, oldest first.
        pace: of the latest week; None where it is not known.
        roster: people to ask.
        target: answers.
        closes_on: the last day to look at.
    """
    for found in days:
        if found.sent >= target:
            return found.day
    if not days or pace is None:
        return None
    day = days[-1].day
    while day < closes_on:
        day += timedelta(days=1)
        if expect_on(days, pace, roster, day) >= target:
            return day
    return None


def is_expected_under(roster: int, expected_share: float, minimum: int) -> bool:
    """Whether a unit that answers like all others ends under the minimum.

    It rests on its people to ask and on everybody's pace, never on the unit's own answers.

    Args:
        roster: the unit's people to ask.
        expected_share: of all people to ask, 0-1, at the end.
        minimum: answers a figure needs.
    """
    return math.floor(roster * expected_share + _ROUNDING) < minimum
