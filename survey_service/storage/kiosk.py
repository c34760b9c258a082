"""Paired tablets and pause codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from survey_service.storage.tables import (
    Kiosk,
    PauseCode,
    Project,
    Response,
    Unit,
    Wave,
    WaveInstrument,
)


@dataclass(frozen=True, slots=True)
class KioskRecord:
    """A tablet that was paired with a unit; `token_hash` recognises it."""

    id: UUID
    project_id: UUID
    project_title: str
    unit_id: UUID
    unit_name: str
    name: str
    token_hash: str
    is_revoked: bool


@dataclass(frozen=True, slots=True)
class UnitRecord:
    """A unit by name."""

    id: UUID
    name: str


_KIOSKS = (
    select(
        Kiosk.id,
        Kiosk.project_id,
        Project.title,
        Kiosk.unit_id,
        Unit.name,
        Kiosk.name,
        Kiosk.token_hash,
        Kiosk.is_revoked,
    )
    .join(Project, Project.id == Kiosk.project_id)
    .join(Unit, Unit.id == Kiosk.unit_id)
)


def find_project_units(session: Session, project_id: UUID) -> list[UnitRecord]:
    """Return the units of a project's municipality by name."""
    rows = session.execute(
        select(Unit.id, Unit.name)
        .join(Project, Project.municipality_id == Unit.municipality_id)
        .where(Project.id == project_id)
        .order_by(Unit.name, Unit.key)
    )
    return [UnitRecord(*row) for row in rows]


def add_kiosk(
    session: Session, kiosk_id: UUID, project_id: UUID, unit_id: UUID, name: str, token_hash: str
) -> None:
    """Store a paired tablet."""
    session.add(
        Kiosk(id=kiosk_id, project_id=project_id, unit_id=unit_id, name=name, token_hash=token_hash)
    )


def find_kiosk(session: Session, kiosk_id: UUID) -> KioskRecord | None:
    """Return one tablet, revoked or not; None if there is none with this id."""
    row = session.execute(_KIOSKS.where(Kiosk.id == kiosk_id)).first()
    return None if row is None else KioskRecord(*row)


def find_kiosks(session: Session, project_id: UUID) -> list[KioskRecord]:
    """Return a project's paired tablets by unit and name."""
    statement = _KIOSKS.where(Kiosk.project_id == project_id, Kiosk.is_revoked.is_(False))
    rows = session.execute(statement.order_by(Unit.name, Kiosk.name, Kiosk.id))
    return [KioskRecord(*row) for row in rows]


def revoke_kiosk(session: Session, kiosk_id: UUID) -> None:
    """Let a tablet no longer begin answers."""
    session.execute(update(Kiosk).where(Kiosk.id == kiosk_id).values(is_revoked=True))


def find_open_audiences(session: Session, project_id: UUID) -> dict[str, UUID]:
    """Return per audience which open wave of a project asks it: the latest of several."""
    rows = session.execute(
        select(WaveInstrument.audience, Wave.id)
        .join(Wave, Wave.id == WaveInstrument.wave_id)
        .where(Wave.project_id == project_id, Wave.status == "open")
        .order_by(Wave.position)
    )
    return {row[0]: row[1] for row in rows}


def replace_pause_code(
    session: Session, code_hash: str, wave_id: UUID, response_id: UUID, expires_on: date
) -> None:
    """Store a response's pause code in place of an earlier one."""
    session.execute(delete(PauseCode).where(PauseCode.response_id == response_id))
    session.add(
        PauseCode(
            code_hash=code_hash,
            wave_id=wave_id,
            response_id=response_id,
            expires_on=expires_on,
        )
    )
    session.flush()


def use_pause_code(session: Session, code_hash: str) -> bool:
    """Use a pause code up; tell whether it was there to be used."""
    result: Any = session.execute(delete(PauseCode).where(PauseCode.code_hash == code_hash))
    return bool(result.rowcount)


def has_pause_code(session: Session, response_id: UUID) -> bool:
    """Whether somebody holds a code to go on with this response."""
    found = select(PauseCode.code_hash).where(PauseCode.response_id == response_id)
    return session.execute(found).first() is not None


def find_expired_pauses(session: Session, today: date) -> Sequence[UUID]:
    """Return the unsent responses whose pause code can no longer be used."""
    return session.scalars(
        select(Response.id)
        .join(PauseCode, PauseCode.response_id == Response.id)
        .where(PauseCode.expires_on < today, Response.is_sent.is_(False))
    ).all()


def delete_expired_pause_codes(session: Session, today: date) -> None:
    """Remove the pause codes that can no longer be used."""
    session.execute(delete(PauseCode).where(PauseCode.expires_on < today))
