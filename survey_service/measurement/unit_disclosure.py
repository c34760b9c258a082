"""Which units' figures may be shown, so that none held back follows from the others.

What may be published of one audience, principle and wave is a family of nested groups: the whole,
levels of the tree, single units. Who knows all their means and counts knows every group's sum, and
by subtraction that of each *remainder*: a shown group less the shown groups inside it. So

- a figure needs the minimum of answers to that very principle;
- nobody's mean is at an end of the scale, where all answered alike: such a unit is held back, and
  hidden like one with a single answer;
- every remainder with anybody in it holds at least the minimum;
- where a unit with fewer answers is held back, those beside it count the minimum even without the
  largest of each remainder, units with equally many answers taken as one: a second mean of all
  (the model's, whose weights go by the answers, beside the plain one) then still isolates no fewer.

Otherwise the smallest figures are held back too until it holds, or nothing is shown. Figures are
whole points, so that what subtraction leaves is known coarsely at best. Counts are not shown: the
response rates are, by rules of their own, and the two must not be subtracted from each other.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from survey_service.measurement.comparison import MINIMUM_ANSWERS, WaveMean
from survey_service.measurement.disclosure import release_mean
from survey_service.measurement.figure_rounding import round_mean, round_points
from survey_service.measurement.released_details import (
    ReleasedInterval,
    ReleasedUnitFigure,
    UnitStanding,
)
from survey_service.measurement.unit_figures import UnitMean
from survey_service.measurement.unit_tree import Parents, units_within

INTERVAL_FROM = 10
"""With fewer answers than this only the mean and words are shown."""

CERTAIN = 0.05

UnitGroup = tuple[str, str, str]
"""Audience, wave and principle: within such a group figures can be subtracted."""

Groups = Mapping[str, frozenset[str]]
"""A figure's unit to the units whose own answers it holds."""


def disclose_unit_means(
    means: Iterable[UnitMean],
    wholes: Mapping[UnitGroup, float],
    parents: Parents,
    minimum: int,
    shown_before: Mapping[UnitGroup, frozenset[str]],
) -> tuple[ReleasedUnitFigure, ...]:
    """Suppress and round units' means.

    Args:
        means: unsuppressed.
        wholes: the whole's mean as it is shown; a group without one shows no unit.
        parents: the tree.
        minimum: smallest number of answers to a figure, 5 or more.
        shown_before: the groups that an earlier release showed, with the units that may be shown
            again; none where any unit's answers have changed since.

    Raises:
        ValueError: for a minimum under 5.
    """
    if minimum < MINIMUM_ANSWERS:
        raise ValueError(f"minimum: expected {MINIMUM_ANSWERS} answers or more, found {minimum}")
    groups: dict[UnitGroup, list[UnitMean]] = {}
    for mean in means:
        groups.setdefault((mean.audience, mean.wave, mean.principle), []).append(mean)
    return tuple(
        figure
        for group, found in groups.items()
        if group in wholes
        for figure in _release(found, wholes[group], parents, minimum, shown_before.get(group))
    )


def shown_wholes(wave_means: Iterable[WaveMean], minimum: int) -> dict[UnitGroup, float]:
    """Return the means of all units together as they are shown, where they are."""
    found = [release_mean(mean, minimum) for mean in wave_means]
    return {
        (mean.audience, mean.wave, mean.principle): mean.adjusted_mean
        for mean in found
        if mean is not None and mean.adjusted_mean is not None
    }


def choose_units(own_counts: Mapping[str, int], parents: Parents, minimum: int) -> frozenset[str]:
    """Return the units and levels whose means may be shown of one audience, principle and wave.

    Args:
        own_counts: the answers given in each unit itself, levels among them.
        parents: the tree.
        minimum: smallest number of answers to a figure.
    """
    counts = {unit: own_counts[unit] for unit in sorted(own_counts) if own_counts[unit] > 0}
    shown = _candidates(counts, parents, minimum)
    while shown and (unsafe := _unsafe_group(shown, counts, minimum)) is not None:
        del shown[_smallest(unsafe, counts)]
    return frozenset(shown)


def find_remainders(
    shown: Iterable[str], units: Iterable[str], parents: Parents
) -> list[frozenset[str]]:
    """Return what shown figures tell apart: each group less the shown groups in it, and the rest.

    Args:
        shown: the units and levels that are shown.
        units: those with answers of their own.
        parents: the tree.
    """
    everybody = frozenset(units)
    within = units_within(sorted(everybody), parents)
    groups = [everybody, *(within[unit] for unit in shown if unit in within)]
    found = [group.difference(*(one for one in groups if one < group)) for group in groups]
    return [remainder for remainder in found if remainder]


def _candidates(
    counts: Mapping[str, int], parents: Parents, minimum: int
) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for unit, inside in units_within(counts, parents).items():
        # A level of one unit below repeats it, and one of all units is the whole.
        is_new = inside not in found.values() and len(inside) < len(counts)
        if is_new and _add_up(inside, counts) >= minimum:
            found[unit] = inside
    return found


def _unsafe_group(shown: Groups, counts: Mapping[str, int], minimum: int) -> Groups | None:
    """Return the figures of which one must be held back; None where all is safe."""
    others, is_small = 0, False
    for unit, group in [("", frozenset(counts)), *shown.items()]:
        if unit and len(group) == 1:
            continue
        inside = {name: one for name, one in shown.items() if one < group}
        remainder = group.difference(*inside.values())
        held_back = _add_up(remainder, counts)
        if 0 < held_back < minimum:
            return inside | ({unit: group} if unit else {})
        others += held_back - _largest_alike(remainder, counts)
        is_small = is_small or any(counts[name] < minimum for name in remainder)
    return shown if is_small and 0 < others < minimum else None


def _largest_alike(units: Iterable[str], counts: Mapping[str, int]) -> int:
    """Return the most answers of units that have equally many: a mean's weights go by these."""
    found = Counter({0: 0})
    for unit in units:
        found[counts[unit]] += counts[unit]
    return max(found.values())


def _smallest(groups: Groups, counts: Mapping[str, int]) -> str:
    return min(groups, key=lambda unit: (_add_up(groups[unit], counts), unit))


def _add_up(units: Iterable[str], counts: Mapping[str, int]) -> int:
    return sum(counts[unit] for unit in units)


def _release(
    found: Iterable[UnitMean],
    whole: float,
    parents: Parents,
    minimum: int,
    shown_before: frozenset[str] | None,
) -> Iterator[ReleasedUnitFigure]:
    means = {mean.unit: mean for mean in found}
    shown = shown_before
    if shown is None:
        shown = choose_units(_count_own(means.values()), parents, minimum)
    for unit, mean in means.items():
        rounded = round_mean(mean.mean, 0)
        if unit in shown and mean.n >= minimum and rounded is not None:
            yield _figure(mean, rounded, whole)


def _count_own(means: Iterable[UnitMean]) -> dict[str, int]:
    """Return the units' own answers; all alike at an end of the scale they hide like a single one.

    Such a unit needs as much company as one with too few answers: who finds its mean by subtraction
    knows what each of them answered.
    """
    return {
        mean.unit: min(mean.own_n, 1)
        if mean.mean is not None and round_mean(mean.mean, 0) is None
        else mean.own_n
        for mean in means
    }


def _figure(mean: UnitMean, rounded: float, whole: float) -> ReleasedUnitFigure:
    """Give the difference of what is shown, not of what lies behind it: it tells nothing more."""
    difference = round_points(rounded - whole, 0) or 0.0
    interval = ReleasedInterval(difference, None, None)
    standing = UnitStanding.NOT_CERTAIN
    if mean.half_width is not None:
        half = float(math.ceil(mean.half_width))
        interval = ReleasedInterval(difference, difference - half, difference + half)
        # Named only where the figures that are shown bear it out.
        if mean.p_adjusted is not None and mean.p_adjusted < CERTAIN and abs(difference) > half:
            standing = UnitStanding.ABOVE if difference > 0 else UnitStanding.BELOW
    return ReleasedUnitFigure(
        audience=mean.audience,
        principle=mean.principle,
        wave=mean.wave,
        unit=mean.unit,
        is_level=mean.is_level,
        mean=rounded,
        difference=interval if mean.n >= INTERVAL_FROM else None,
        standing=standing,
    )
