"""What setting up a project reads and writes, beside what every use case shares."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from survey_service.storage.tables import (
    AccountUnit,
    Admission,
    BriefWords,
    Decision,
    InvitationBatch,
    Kiosk,
    Municipality,
    OpenLink,
    Project,
    ProjectContact,
    ProjectNotice,
    Response,
    RosterCell,
    Unit,
    UnitCount,
    Wave,
    WaveInstrument,
)

IMPORTING = "importing"
"""The origin of a wave that is still coming in: nothing shows it."""


@dataclass(frozen=True, slots=True)
class MunicipalityRecord:
    """One municipality, and how many projects it has."""

    id: UUID
    key: str
    name: str
    project_count: int


@dataclass(frozen=True, slots=True)
class UnitPlace:
    """A unit in the tree; once `is_fixed` it can no longer be moved or removed."""

    id: UUID
    parent_id: UUID | None
    key: str
    name: str
    is_fixed: bool


@dataclass(frozen=True, slots=True)
class NoticeRecord:
    """One version of what an audience is told, and the legal basis of asking it."""

    audience: str
    version: int
    legal_basis: str
    text_da: str
    text_en: str

    def text(self, language: str) -> str:
        """Return the notice in the reader's language."""
        return self.text_en if language == "en" else self.text_da


@dataclass(frozen=True, slots=True)
class ContactRecord:
    """Somebody to talk to; `checked_on` is when the number was last tried."""

    name_da: str
    name_en: str
    phone: str
    note_da: str
    note_en: str
    checked_on: date | None


def find_municipalities(session: Session) -> list[MunicipalityRecord]:
    """Return all municipalities by name."""
    project_count = (
        select(func.count()).where(Project.municipality_id == Municipality.id).scalar_subquery()
    )
    rows = session.execute(
        select(Municipality.id, Municipality.key, Municipality.name, project_count).order_by(
            Municipality.name, Municipality.key
        )
    )
    return [MunicipalityRecord(*row) for row in rows]


def rename_municipality(session: Session, municipality_id: UUID, name: str) -> None:
    """Give a municipality another name; its key stays."""
    session.execute(
        update(Municipality).where(Municipality.id == municipality_id).values(name=name)
    )


def find_project_keys(session: Session, municipality_id: UUID) -> set[str]:
    """Return the keys of a municipality's projects."""
    return set(
        session.scalars(select(Project.key).where(Project.municipality_id == municipality_id))
    )


def offers_free_text(session: Session, project_id: UUID) -> bool:
    """Whether a project asks for people's own words."""
    found = session.scalars(select(Project.offers_free_text).where(Project.id == project_id))
    return bool(found.first())


def update_project(session: Session, project_id: UUID, **values: Any) -> None:
    """Change some of a project's columns."""
    session.execute(update(Project).where(Project.id == project_id).values(**values))


# ---- units ----


def find_unit_places(session: Session, municipality_id: UUID) -> list[UnitPlace]:
    """Return all units of a municipality by name."""
    rows = session.execute(
        select(Unit.id, Unit.parent_id, Unit.key, Unit.name, Unit.is_fixed)
        .where(Unit.municipality_id == municipality_id)
        .order_by(Unit.name, Unit.key)
    )
    return [UnitPlace(*row) for row in rows]


def find_asked_units(session: Session, municipality_id: UUID) -> set[UUID]:
    """Return the units that may have been asked: fixed, with a code or a link, or imported."""
    invited = [select(table.unit_id) for table in (Admission, OpenLink, UnitCount)]
    imported = (
        select(Response.unit_id)
        .join(Wave, Wave.id == Response.wave_id)
        .where(Wave.origin != "asked")
    )
    chosen = [Unit.is_fixed, *(Unit.id.in_(found) for found in (*invited, imported))]
    return _find_unit_ids(session, municipality_id, chosen)


def find_used_units(session: Session, municipality_id: UUID) -> set[UUID]:
    """Return the units that something hangs on: people to ask, a tablet, words of leaders."""
    populated = select(RosterCell.unit_id).where(RosterCell.people > 0)
    used = (
        select(Kiosk.unit_id),
        select(AccountUnit.unit_id),
        select(Decision.unit_id),
        select(BriefWords.unit_id),
        populated,
    )
    return _find_unit_ids(session, municipality_id, [Unit.id.in_(found) for found in used])


def is_answered_for(session: Session, unit_id: UUID) -> bool:
    """Whether any answer belongs to a unit: the last guard before a removal, told to nobody."""
    return bool(session.scalar(select(exists().where(Response.unit_id == unit_id))))


def add_units(session: Session, municipality_id: UUID, units: Sequence[UnitPlace]) -> None:
    """Store many units at once; one comes after the one above it."""
    if units:
        rows = [
            {
                "id": unit.id,
                "municipality_id": municipality_id,
                "parent_id": unit.parent_id,
                "key": unit.key,
                "name": unit.name,
            }
            for unit in units
        ]
        session.execute(insert(Unit), rows)


def change_unit(session: Session, unit_id: UUID, name: str, parent_id: UUID | None) -> None:
    """Give a unit another name or place."""
    session.execute(update(Unit).where(Unit.id == unit_id).values(name=name, parent_id=parent_id))


def remove_unit(session: Session, unit_id: UUID) -> None:
    """Remove a unit that nothing hangs on, with its empty roster cells."""
    session.execute(delete(RosterCell).where(RosterCell.unit_id == unit_id))
    session.execute(delete(Unit).where(Unit.id == unit_id))


# ---- waves ----


def update_wave(session: Session, wave_id: UUID, **values: Any) -> None:
    """Change some of a wave's columns."""
    session.execute(update(Wave).where(Wave.id == wave_id).values(**values))


def has_invitations(session: Session, wave_id: UUID) -> bool:
    """Whether somebody has been put on a wave's list."""
    return bool(session.scalar(select(exists().where(InvitationBatch.wave_id == wave_id))))


def remove_wave(session: Session, wave_id: UUID) -> None:
    """Remove a wave that has not been asked, with its questionnaires and its roster."""
    for table in (WaveInstrument, RosterCell):
        session.execute(delete(table).where(table.wave_id == wave_id))
    session.execute(delete(Wave).where(Wave.id == wave_id))


def find_instruments(
    session: Session, wave_ids: Iterable[UUID]
) -> dict[UUID, dict[str, tuple[str, int]]]:
    """Return which questionnaire (key, version) each audience gets, by wave."""
    rows = session.execute(
        select(
            WaveInstrument.wave_id,
            WaveInstrument.audience,
            WaveInstrument.instrument_key,
            WaveInstrument.instrument_version,
        ).where(WaveInstrument.wave_id.in_(list(wave_ids)))
    )
    found: dict[UUID, dict[str, tuple[str, int]]] = {}
    for wave_id, audience, key, version in rows:
        found.setdefault(wave_id, {})[audience] = (key, version)
    return found


# ---- rosters ----


def find_roster(session: Session, wave_id: UUID) -> dict[tuple[UUID, str], int]:
    """Return how many people there are to ask in a wave, by (unit, audience)."""
    rows = session.execute(
        select(RosterCell.unit_id, RosterCell.audience, RosterCell.people).where(
            RosterCell.wave_id == wave_id
        )
    )
    return {(unit_id, audience): people for unit_id, audience, people in rows}


def find_roster_sums(session: Session, wave_ids: Iterable[UUID]) -> dict[UUID, dict[str, int]]:
    """Return how many people there are to ask per wave and audience."""
    rows = session.execute(
        select(RosterCell.wave_id, RosterCell.audience, func.sum(RosterCell.people))
        .where(RosterCell.wave_id.in_(list(wave_ids)))
        .group_by(RosterCell.wave_id, RosterCell.audience)
    )
    found: dict[UUID, dict[str, int]] = {}
    for wave_id, audience, people in rows:
        found.setdefault(wave_id, {})[audience] = int(people)
    return found


def find_kept_counts(session: Session, wave_id: UUID) -> dict[tuple[UUID, str], int]:
    """Return how many had answered when they were last counted, by (unit, audience)."""
    rows = session.execute(
        select(UnitCount.unit_id, UnitCount.audience, UnitCount.sent).where(
            UnitCount.wave_id == wave_id
        )
    )
    return {(unit_id, audience): sent for unit_id, audience, sent in rows}


# ---- notices and contacts ----


def find_newest_notices(session: Session, project_id: UUID) -> dict[str, NoticeRecord]:
    """Return the newest version of each audience's notice, by audience."""
    rows = session.execute(
        _select_notice()
        .where(ProjectNotice.project_id == project_id)
        .order_by(ProjectNotice.audience, ProjectNotice.version)
    )
    return {row[0]: NoticeRecord(*row) for row in rows}


def find_notices(session: Session, project_id: UUID, audience: str) -> list[NoticeRecord]:
    """Return every version of one audience's notice, the newest first."""
    rows = session.execute(
        _select_notice()
        .where(ProjectNotice.project_id == project_id, ProjectNotice.audience == audience)
        .order_by(ProjectNotice.version.desc())
    )
    return [NoticeRecord(*row) for row in rows]


def find_notice(
    session: Session, project_id: UUID, audience: str, version: int
) -> NoticeRecord | None:
    """Return one version of an audience's notice, None if there is none."""
    row = session.execute(
        _select_notice().where(
            ProjectNotice.project_id == project_id,
            ProjectNotice.audience == audience,
            ProjectNotice.version == version,
        )
    ).first()
    return None if row is None else NoticeRecord(*row)


def add_notice(session: Session, project_id: UUID, notice: NoticeRecord) -> None:
    """Store a new version of an audience's notice."""
    session.add(
        ProjectNotice(
            project_id=project_id,
            audience=notice.audience,
            version=notice.version,
            legal_basis=notice.legal_basis,
            text_da=notice.text_da,
            text_en=notice.text_en,
        )
    )
    session.flush()


def find_contacts(session: Session, project_id: UUID) -> list[ContactRecord]:
    """Return whom a project's people can talk to, in order."""
    rows = session.execute(
        select(
            ProjectContact.name_da,
            ProjectContact.name_en,
            ProjectContact.phone,
            ProjectContact.note_da,
            ProjectContact.note_en,
            ProjectContact.checked_on,
        )
        .where(ProjectContact.project_id == project_id)
        .order_by(ProjectContact.position)
    )
    return [ContactRecord(*row) for row in rows]


def set_contacts(session: Session, project_id: UUID, contacts: Sequence[ContactRecord]) -> None:
    """Store whom a project's people can talk to, in place of what was stored before."""
    session.execute(delete(ProjectContact).where(ProjectContact.project_id == project_id))
    for position, contact in enumerate(contacts, start=1):
        session.add(
            ProjectContact(
                project_id=project_id,
                position=position,
                name_da=contact.name_da,
                name_en=contact.name_en,
                phone=contact.phone,
                note_da=contact.note_da,
                note_en=contact.note_en,
                checked_on=contact.checked_on,
            )
        )
    session.flush()


def _find_unit_ids(session: Session, municipality_id: UUID, conditions: list[Any]) -> set[UUID]:
    statement = select(Unit.id).where(Unit.municipality_id == municipality_id)
    return set(session.scalars(statement.where(or_(*conditions))))


def _select_notice() -> Any:
    return select(
        ProjectNotice.audience,
        ProjectNotice.version,
        ProjectNotice.legal_basis,
        ProjectNotice.text_da,
        ProjectNotice.text_en,
    )
