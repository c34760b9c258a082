"""How far the field is: what may be seen of the kept counts of one wave, and where it leads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from survey_service.fieldwork.counting import lay_out_units
from survey_service.measurement.field_disclosure import SMALLEST_ROSTER, UnitTotal, sum_units
from survey_service.measurement.field_progress import (
    DayCount,
    Pace,
    find_day_reached,
    is_expected_under,
    measure_pace,
    visible_days,
)
from survey_service.measurement.figure_rounding import round_share
from survey_service.measurement.unit_tree import in_tree_order
from survey_service.storage import counts, projects
from survey_service.storage.counts import Cell, DailyCount, KeptUnitCount
from survey_service.storage.database import reading
from survey_service.storage.projects import ProjectRecord, UnitRecord, WaveRecord


@dataclass(frozen=True, slots=True)
class Figure:
    """Answers of people to ask; `sent` and `share` 0-1 are None where they are not shown."""

    sent: int | None
    roster: int
    share: float | None


@dataclass(frozen=True, slots=True)
class UnitProgress:
    """A unit with all below it; `depth` is how far down the tree it stands, 0 at the top.

    `is_small`: so few to ask that it is counted with the unit above only.
    `is_thin`: answering like all others it ends under the minimum; unknown is False.
    """

    key: str
    name: str
    depth: int
    figure: Figure
    is_small: bool
    is_thin: bool


@dataclass(frozen=True, slots=True)
class AudienceProgress:
    """One audience: the whole, day by day, and its units in the tree's order.

    `days` are those that may be seen. `minimum_on` and `half_on` are the days on which the minimum
    and half of those to ask are reached, at the latest pace where they lie ahead.
    """

    audience: str
    figure: Figure
    days: tuple[DayCount, ...]
    pace: Pace | None
    expected_share: float | None
    minimum_on: date | None
    half_on: date | None
    units: tuple[UnitProgress, ...]


@dataclass(frozen=True, slots=True)
class WaveProgress:
    """A wave as far as it was counted; `is_limited`: somebody sees their own units alone."""

    wave: WaveRecord
    counted_on: date | None
    is_limited: bool
    audiences: tuple[AudienceProgress, ...]


def follow_wave(
    project: ProjectRecord, wave: WaveRecord, own_units: frozenset[str] | None = None
) -> WaveProgress:
    """Return how far a wave is, read from what was kept: nothing is counted here.

    Args:
        project: the wave's project.
        wave: an opened wave.
        own_units: keys of the units somebody is limited to, who then sees no whole; None: all.
    """
    daily = counts.find_daily_counts(reading(), wave.id)
    kept = counts.find_unit_counts(reading(), wave.id)
    rosters = counts.find_roster(reading(), wave.id)
    tree = in_tree_order(projects.find_unit_tree(reading(), project.municipality_id))
    audiences = sorted({audience for (_, audience), people in rosters.items() if people})
    field = _Field(project, wave, tree, kept, rosters, own_units)
    return WaveProgress(
        wave,
        max((found.as_of for found in daily), default=None),
        own_units is not None,
        tuple(_audience(field, name, daily) for name in audiences),
    )


@dataclass(frozen=True, slots=True)
class _Field:
    project: ProjectRecord
    wave: WaveRecord
    tree: Sequence[tuple[UnitRecord, int]]
    kept: Mapping[Cell, KeptUnitCount]
    rosters: Mapping[Cell, int]
    own_units: frozenset[str] | None


def _audience(field: _Field, audience: str, daily: Sequence[DailyCount]) -> AudienceProgress:
    minimum, closes_on = field.project.minimum, field.wave.closes_on
    roster = sum(people for (_, name), people in field.rosters.items() if name == audience)
    days: tuple[DayCount, ...] = ()
    if field.own_units is None and roster >= SMALLEST_ROSTER:
        own = [DayCount(found.as_of, found.sent) for found in daily if found.audience == audience]
        days = visible_days(own, minimum)
    is_open = field.wave.status == "open"
    pace = measure_pace(days, closes_on, roster) if is_open else None
    share = pace.expected / roster if pace is not None else None
    sent = days[-1].sent if days and days[-1].sent >= minimum else None
    half = -(-roster // 2)
    return AudienceProgress(
        audience=audience,
        figure=_figure(sent, roster),
        days=days,
        pace=pace,
        expected_share=round_share(share, roster),
        minimum_on=find_day_reached(days, pace, roster, minimum, closes_on),
        half_on=find_day_reached(days, pace, roster, half, closes_on),
        units=tuple(_units(field, audience, share)),
    )


def _units(field: _Field, audience: str, share: float | None) -> Iterable[UnitProgress]:
    sent = {cell: kept.sent for cell, kept in field.kept.items()}
    units = lay_out_units([unit for unit, _ in field.tree], audience, sent, field.rosters)
    totals = {total.key: total for total in sum_units(units)}
    for unit, depth in field.tree:
        total = totals[unit.key]
        is_own = field.own_units is None or unit.key in field.own_units
        if is_own and total.roster:
            kept = field.kept.get((unit.id, audience), KeptUnitCount(0))
            yield _unit(field, unit, depth, total, kept.is_shown, share)


def _unit(
    field: _Field, unit: UnitRecord, depth: int, total: UnitTotal, is_shown: bool,
    share: float | None,
) -> UnitProgress:  # fmt: skip
    return UnitProgress(
        key=unit.key,
        name=unit.name,
        depth=depth,
        figure=_figure(total.sent if is_shown else None, total.roster),
        is_small=total.roster < SMALLEST_ROSTER,
        is_thin=(
            share is not None
            and not is_shown
            and is_expected_under(total.roster, share, field.project.minimum)
        ),
    )


def _figure(sent: int | None, roster: int) -> Figure:
    share = None if sent is None or sent > roster else round_share(sent / roster, roster)
    return Figure(sent, roster, share)
