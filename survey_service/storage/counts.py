"""How many have answered: counted from the responses, and kept for the pages to read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from survey_service.storage.tables import Response, ResponseCount, RosterCell, UnitCount

Cell = tuple[UUID, str]
"""A unit's id and an audience."""


@dataclass(frozen=True, slots=True)
class DailyCount:
    """How many of an audience had sent their answers when they were counted on a day."""

    audience: str
    as_of: date
    sent: int


@dataclass(frozen=True, slots=True)
class KeptUnitCount:
    """A unit's own answers at the latest count, and what of it may be shown.

    `is_shown`: the unit with all below it; `is_own_shown`: its own people apart from those below.
    """

    sent: int
    is_shown: bool = False
    is_own_shown: bool = False


def count_sent(session: Session, wave_id: UUID) -> dict[str, int]:
    """Return how many have sent their answers per audience, right now."""
    totals: dict[str, int] = {}
    for (_, audience), count in count_sent_by_unit(session, wave_id).items():
        totals[audience] = totals.get(audience, 0) + count
    return totals


def count_sent_by_unit(session: Session, wave_id: UUID) -> dict[Cell, int]:
    """Return how many have sent their answers per unit and audience, right now.

    The index on what is asked for here answers it without a look at the responses.
    """
    rows = session.execute(
        select(Response.unit_id, Response.audience, func.count())
        .where(Response.wave_id == wave_id, Response.is_sent.is_(True))
        .group_by(Response.audience, Response.unit_id)
    )
    return {(row[0], row[1]): int(row[2]) for row in rows}


def save_counts(session: Session, wave_id: UUID, as_of: date, sent: Mapping[str, int]) -> None:
    """Keep the day's counts of a wave, in place of that day's earlier ones."""
    session.execute(
        delete(ResponseCount).where(ResponseCount.wave_id == wave_id, ResponseCount.as_of == as_of)
    )
    for audience, count in sent.items():
        session.add(ResponseCount(wave_id=wave_id, audience=audience, as_of=as_of, sent=count))


def save_unit_counts(session: Session, wave_id: UUID, found: Mapping[Cell, KeptUnitCount]) -> None:
    """Keep the latest counts per unit and audience of a wave, in place of all earlier ones."""
    session.execute(delete(UnitCount).where(UnitCount.wave_id == wave_id))
    rows = [
        {
            "wave_id": wave_id,
            "unit_id": unit_id,
            "audience": audience,
            "sent": kept.sent,
            "is_shown": kept.is_shown,
            "is_own_shown": kept.is_own_shown,
        }
        for (unit_id, audience), kept in found.items()
    ]
    if rows:
        session.execute(insert(UnitCount), rows)


def find_counts(session: Session, wave_id: UUID) -> tuple[date | None, dict[str, int]]:
    """Return the latest kept counts of a wave with their date; (None, {}) if there are none."""
    latest = session.execute(
        select(func.max(ResponseCount.as_of)).where(ResponseCount.wave_id == wave_id)
    ).scalar()
    rows = session.execute(
        select(ResponseCount.audience, ResponseCount.sent).where(
            ResponseCount.wave_id == wave_id, ResponseCount.as_of == latest
        )
    )
    return latest, {row.audience: row.sent for row in rows}


def find_daily_counts(session: Session, wave_id: UUID) -> list[DailyCount]:
    """Return all kept counts of a wave, oldest first."""
    rows = session.execute(
        select(ResponseCount.audience, ResponseCount.as_of, ResponseCount.sent)
        .where(ResponseCount.wave_id == wave_id)
        .order_by(ResponseCount.as_of, ResponseCount.audience)
    )
    return [DailyCount(*row) for row in rows]


def find_unit_counts(session: Session, wave_id: UUID) -> dict[Cell, KeptUnitCount]:
    """Return the latest kept counts of a wave per unit and audience."""
    rows = session.execute(
        select(
            UnitCount.unit_id,
            UnitCount.audience,
            UnitCount.sent,
            UnitCount.is_shown,
            UnitCount.is_own_shown,
        ).where(UnitCount.wave_id == wave_id)
    )
    return {(row[0], row[1]): KeptUnitCount(*row[2:]) for row in rows}


def find_roster(session: Session, wave_id: UUID) -> dict[Cell, int]:
    """Return how many people there are to ask per unit and audience in a wave."""
    rows = session.execute(
        select(RosterCell.unit_id, RosterCell.audience, RosterCell.people).where(
            RosterCell.wave_id == wave_id
        )
    )
    return {(row[0], row[1]): row[2] for row in rows}
