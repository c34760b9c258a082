"""How fast answers come in, and where that leads if it goes on like the latest week.

Pace: let s be the latest count, on day t, and s0 the first count of the seven days before it, on
day t0 < t. Then pace = max(0, (s - s0) / (t - t0)) answers a day, and on a later day u

    expected(u) = min(roster, s + pace * (u - t))

It is a straight line and no forecast: answers usually come slower towards the end, and faster after
a reminder. Only counts that may be seen enter it, so that no small count follows from it: nought on
the day of opening, and those from the minimum on.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

DAYS_LOOKED_BACK = 7


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many had sent their answers when they were counted on a day."""

    day: date
    sent: int


@dataclass(frozen=True, slots=True)
class Pace:
    """Answers a day from `since` to the latest count, and how many there are at the end so."""

    per_day: float
    since: date
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
        roster: people to ask; nobody answers beyond them.
    """
    if len(days) < 2:
        return None
    latest = days[-1]
    earliest = latest.day - timedelta(days=DAYS_LOOKED_BACK)
    known = [found for found in days[:-1] if found.day >= earliest]
    if not known:
        return None
    per_day = max(0.0, (latest.sent - known[0].sent) / (latest.day - known[0].day).days)
    days_left = max(0, (closes_on - latest.day).days)
    # Whole people: what has not come in full is not counted on.
    expected = math.floor(latest.sent + per_day * days_left + 1e-9)
    return Pace(per_day, known[0].day, max(latest.sent, min(roster, expected)))


def find_day_reached(
    days: Sequence[DayCount], pace: Pace | None, target: int, closes_on: date
) -> date | None:
    """Return the day a number of answers was reached, or is at this pace; None: not by closing.

    Args:
        days: visible counts, oldest first.
        pace: of the latest week; None where it is not known.
        target: answers.
        closes_on: the last day to look at.
    """
    for found in days:
        if found.sent >= target:
            return found.day
    if not days or pace is None or pace.expected < target:
        return None
    latest = days[-1]
    wait = math.ceil((target - latest.sent) / pace.per_day - 1e-9)
    reached = latest.day + timedelta(days=wait)
    return reached if reached <= closes_on else None


def is_expected_under(roster: int, expected_share: float, minimum: int) -> bool:
    """Whether a unit that answers like all others ends under the minimum.

    It rests on its people to ask and on everybody's pace, never on the unit's own answers.

    Args:
        roster: the unit's people to ask.
        expected_share: of all people to ask, 0-1, at the end.
        minimum: answers a figure needs.
    """
    return math.floor(roster * expected_share + 1e-9) < minimum
