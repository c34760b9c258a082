"""Which units' changes between two waves may be shown, and how coarsely.

A change is shown where the unit's means of both waves are (`unit_disclosure` chose them), and where
its people who answered both times, only before and only after are each none or the minimum. What
is shown follows from figures that are shown anyway:

- the difference is that of the two rounded means, so that no sum over anybody is told anew, and
  whatever can be added and subtracted with it could be with the means;
- half the interval, rounded up to whole points, depends on answers through the fit over all units
  alone. Of the unit itself it tells how many answered, coarsely: the same numbers half the interval
  of the unit beside the whole tells, and how many answered both times, which are none or enough;
- the words follow from the two and from p, which is never shown: they are said only where the shown
  difference exceeds the shown half of its interval.

A change that is left out looks like one that does not exist. That some group of a unit's people may
be of one to four follows, at most, from its being left out; what they answered does not.
"""

import math
from collections.abc import Iterable, Iterator, Mapping

from survey_service.measurement.disclosure import groups_are_safe
from survey_service.measurement.released_details import (
    ReleasedInterval,
    ReleasedUnitChange,
    ReleasedUnitFigure,
    UnitMovement,
)
from survey_service.measurement.unit_changes import UnitChange
from survey_service.measurement.unit_disclosure import CERTAIN, INTERVAL_FROM

ShownMeans = Mapping[tuple[str, str, str, str], float]
"""Audience, principle, unit and wave to the rounded mean."""


def disclose_unit_changes(
    changes: Iterable[UnitChange], figures: Iterable[ReleasedUnitFigure], minimum: int
) -> tuple[ReleasedUnitChange, ...]:
    """Suppress and round units' changes.

    Args:
        changes: unsuppressed.
        figures: the units' means as they are shown.
        minimum: smallest number of answers to a figure, and of people in a group that is not empty.
    """
    means = {(one.audience, one.principle, one.unit, one.wave): one.mean for one in figures}
    found = (one for change in changes for one in _release(change, means, minimum))
    return tuple(sorted(found, key=_place))


def _release(change: UnitChange, means: ShownMeans, minimum: int) -> Iterator[ReleasedUnitChange]:
    place = change.audience, change.principle, change.unit
    start, end = means.get((*place, change.from_wave)), means.get((*place, change.to_wave))
    enough = min(change.n_from, change.n_to) >= minimum
    safe = groups_are_safe(change.n_from, change.n_to, change.n_both, minimum)
    if start is None or end is None or not (enough and safe):
        return
    difference = end - start
    half = None if change.half_width is None else float(math.ceil(change.half_width))
    yield ReleasedUnitChange(
        audience=change.audience,
        principle=change.principle,
        unit=change.unit,
        from_wave=change.from_wave,
        to_wave=change.to_wave,
        difference=_interval(difference, half)
        if min(change.n_from, change.n_to) >= INTERVAL_FROM
        else None,
        movement=_movement(difference, half, change.p_adjusted),
    )


def _interval(difference: float, half: float | None) -> ReleasedInterval:
    if half is None:
        return ReleasedInterval(difference, None, None)
    return ReleasedInterval(difference, difference - half, difference + half)


def _movement(difference: float, half: float | None, p_adjusted: float | None) -> UnitMovement:
    certain = p_adjusted is not None and p_adjusted < CERTAIN
    if half is None or not certain or abs(difference) <= half:
        return UnitMovement.CANNOT_TELL
    return UnitMovement.IMPROVED if difference > 0 else UnitMovement.DECLINED


def _place(change: ReleasedUnitChange) -> tuple[str, ...]:
    """Return a place in an order that tells nothing of the order of storing."""
    return (change.audience, change.unit, change.from_wave, change.to_wave, change.principle)
