"""Counting who has answered: when a wave opens, once a day while it is open, and when it closes.

Pages read what was kept and never count themselves. Counted more often than once a day, a count
would tell when a single person answered; counted by a page, it would take as long as there are
answers.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from survey_service.measurement.field_disclosure import FieldUnit, ShownUnits, find_shown_units
from survey_service.storage import counts, projects
from survey_service.storage.counts import Cell, KeptUnitCount
from survey_service.storage.database import Session, writing
from survey_service.storage.projects import UnitRecord, WaveRecord


def take_counts(wave_id: UUID, today: date) -> bool:
    """Count who has answered in an open wave and keep it; tell whether it was to be done.

    It is not for a wave that is not open, nor for one that was counted today.
    """
    with writing() as session:
        projects.keep_wave_as_it_is(session, wave_id)
        wave = projects.find_wave(session, wave_id)
        if wave is None or wave.status != "open":
            return False
        if counts.find_counts(session, wave_id)[0] == today:
            return False
        keep_counts(session, wave, today)
    return True


def keep_counts(session: Session, wave: WaveRecord, today: date) -> None:
    """Count who has answered in a wave and keep it as the day's, in the writer's transaction.

    An audience that is asked is counted from nought on.
    """
    sent = counts.count_sent_by_unit(session, wave.id)
    totals = dict.fromkeys(projects.find_wave_instruments(session, wave.id), 0)
    for (_, audience), count in sent.items():
        totals[audience] = totals.get(audience, 0) + count
    counts.save_counts(session, wave.id, today, totals)
    counts.save_unit_counts(session, wave.id, _unit_counts(session, wave, sent))


def lay_out_units(
    tree: Sequence[UnitRecord],
    audience: str,
    sent: Mapping[Cell, int],
    rosters: Mapping[Cell, int],
) -> list[FieldUnit]:
    """Return the unit tree with one audience's answers and people to ask."""
    keys = {unit.id: unit.key for unit in tree}
    return [
        FieldUnit(
            unit.key,
            keys.get(unit.parent_id) if unit.parent_id else None,
            sent.get((unit.id, audience), 0),
            rosters.get((unit.id, audience), 0),
        )
        for unit in tree
    ]


def _unit_counts(
    session: Session, wave: WaveRecord, sent: Mapping[Cell, int]
) -> dict[Cell, KeptUnitCount]:
    project = projects.find_project(session, wave.project_id)
    if project is None:  # its waves refer to it
        raise LookupError(f"project {wave.project_id}: there is none with this id")
    tree = projects.find_unit_tree(session, project.municipality_id)
    rosters = counts.find_roster(session, wave.id)
    before = counts.find_unit_counts(session, wave.id)
    found: dict[Cell, KeptUnitCount] = {}
    for audience in sorted({audience for _, audience in [*sent, *rosters]}):
        units = lay_out_units(tree, audience, sent, rosters)
        shown = find_shown_units(units, project.minimum, seen=_seen(tree, audience, before))
        for unit in tree:
            found[unit.id, audience] = KeptUnitCount(
                sent.get((unit.id, audience), 0),
                unit.key in shown.units,
                unit.key in shown.own_parts,
            )
    return found


def _seen(
    tree: Sequence[UnitRecord], audience: str, before: Mapping[Cell, KeptUnitCount]
) -> ShownUnits:
    known = {unit.key: before.get((unit.id, audience), KeptUnitCount(0)) for unit in tree}
    return ShownUnits(
        frozenset(key for key, kept in known.items() if kept.is_shown),
        frozenset(key for key, kept in known.items() if kept.is_own_shown),
    )
