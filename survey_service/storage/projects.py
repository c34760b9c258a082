"""Municipalities, units, projects, waves, rosters, invitations and counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from survey_service.storage.database import Base
from survey_service.storage.free_texts import forget_who_wrote
from survey_service.storage.responses import delete_responses, shuffled
from survey_service.storage.tables import (
    Admission,
    FreeText,
    Invitation,
    Municipality,
    OfflineDevice,
    OpenLink,
    PauseCode,
    Project,
    Response,
    ResponseCount,
    RosterCell,
    Unit,
    Wave,
    WaveInstrument,
)


@dataclass(frozen=True, slots=True)
class ProjectRecord:
    """A project as it was set up; the primary contrast is empty where none was named."""

    id: UUID
    municipality_id: UUID
    municipality_name: str
    key: str
    title: str
    framework: str
    margin: float
    minimum: int
    primary_audience: str | None
    primary_from: str | None
    primary_to: str | None
    registered_on: date | None
    retained_until: date
    notice_version: str
    is_simulated: bool


@dataclass(frozen=True, slots=True)
class WaveRecord:
    """One wave of a project; `label_…` is its name in the interface.

    Its days are those planned until it takes the step, and from then on those it was taken on.
    """

    id: UUID
    project_id: UUID
    key: str
    position: int
    label_da: str
    label_en: str
    status: str
    opens_on: date
    closes_on: date
    origin: str

    def label(self, language: str) -> str:
        """Return the wave's name in the interface."""
        return self.label_en if language == "en" else self.label_da


@dataclass(frozen=True, slots=True)
class UnitRecord:
    """A unit of a municipality and the unit above it, None for one at the top."""

    id: UUID
    parent_id: UUID | None
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class NewAdmission:
    """Both sides of a new code; they are stored apart and never joined."""

    code_hash: str
    unit_id: UUID
    audience: str
    pseudonym: str
    language: str
    sealed_contact: bytes | None
    sealed_code: bytes


def add_municipality(session: Session, key: str, name: str) -> UUID:
    """Store a municipality and return its id."""
    return _add(session, Municipality(id=uuid4(), key=key, name=name))


def add_unit(
    session: Session, municipality_id: UUID, key: str, name: str, parent_id: UUID | None = None
) -> UUID:
    """Store a unit below `parent_id` and return its id."""
    unit = Unit(
        id=uuid4(), municipality_id=municipality_id, parent_id=parent_id, key=key, name=name
    )
    return _add(session, unit)


def add_project(session: Session, **values: Any) -> UUID:
    """Store a project with the columns of `tables.Project` and return its id."""
    return _add(session, Project(id=uuid4(), **values))


def add_wave(session: Session, **values: Any) -> UUID:
    """Store a wave with the columns of `tables.Wave` and return its id."""
    return _add(session, Wave(id=uuid4(), **values))


def set_wave_instruments(
    session: Session, wave_id: UUID, instruments: Mapping[str, tuple[str, int]]
) -> None:
    """Say which questionnaire (key, version) each audience gets in a wave."""
    session.execute(delete(WaveInstrument).where(WaveInstrument.wave_id == wave_id))
    for audience, (key, version) in instruments.items():
        session.add(
            WaveInstrument(
                wave_id=wave_id,
                audience=audience,
                instrument_key=key,
                instrument_version=version,
            )
        )


def set_roster(session: Session, wave_id: UUID, people: Mapping[tuple[UUID, str], int]) -> None:
    """Store how many people there are to ask per (unit, audience) in a wave."""
    session.execute(delete(RosterCell).where(RosterCell.wave_id == wave_id))
    for (unit_id, audience), count in people.items():
        session.add(RosterCell(wave_id=wave_id, unit_id=unit_id, audience=audience, people=count))


def find_municipality(session: Session, key: str) -> UUID | None:
    """Return the id of the municipality with this key, None if there is none."""
    return session.scalars(select(Municipality.id).where(Municipality.key == key)).first()


def find_units(session: Session, municipality_id: UUID) -> dict[str, UUID]:
    """Return a municipality's units by key."""
    rows = session.execute(select(Unit.key, Unit.id).where(Unit.municipality_id == municipality_id))
    return {row.key: row.id for row in rows}


def find_unit_tree(session: Session, municipality_id: UUID) -> list[UnitRecord]:
    """Return all units of a municipality by name."""
    rows = session.execute(
        select(Unit.id, Unit.parent_id, Unit.key, Unit.name)
        .where(Unit.municipality_id == municipality_id)
        .order_by(Unit.name, Unit.key)
    )
    return [UnitRecord(*row) for row in rows]


def find_projects(session: Session, municipality_id: UUID | None = None) -> list[ProjectRecord]:
    """Return all projects, or one municipality's, by title."""
    statement = _select_project().order_by(Project.title, Project.key)
    if municipality_id is not None:
        statement = statement.where(Project.municipality_id == municipality_id)
    return [ProjectRecord(*row) for row in session.execute(statement)]


def find_project(session: Session, project_id: UUID) -> ProjectRecord | None:
    """Return one project, None if there is none with this id."""
    row = session.execute(_select_project().where(Project.id == project_id)).first()
    return None if row is None else ProjectRecord(*row)


def find_project_ids(session: Session) -> list[UUID]:
    """Return the ids of all projects."""
    return list(session.scalars(select(Project.id)))


def find_waves(session: Session, project_id: UUID) -> list[WaveRecord]:
    """Return a project's waves in their order, whether asked or imported."""
    statement = _select_wave().where(Wave.project_id == project_id)
    rows = session.execute(statement.order_by(Wave.position, Wave.opens_on))
    return [WaveRecord(*row) for row in rows]


def find_wave(session: Session, wave_id: UUID) -> WaveRecord | None:
    """Return one wave, None if there is none with this id."""
    row = session.execute(_select_wave().where(Wave.id == wave_id)).first()
    return None if row is None else WaveRecord(*row)


def find_open_waves(session: Session) -> list[UUID]:
    """Return the ids of the waves that take answers."""
    return list(session.scalars(select(Wave.id).where(Wave.status == "open")))


def find_wave_instruments(session: Session, wave_id: UUID) -> dict[str, tuple[str, int]]:
    """Return which questionnaire (key, version) each audience gets in a wave."""
    rows = session.execute(
        select(
            WaveInstrument.audience,
            WaveInstrument.instrument_key,
            WaveInstrument.instrument_version,
        ).where(WaveInstrument.wave_id == wave_id)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def find_roster_totals(session: Session, wave_id: UUID) -> dict[str, int]:
    """Return how many people there are to ask per audience in a wave."""
    rows = session.execute(
        select(RosterCell.audience, func.sum(RosterCell.people))
        .where(RosterCell.wave_id == wave_id)
        .group_by(RosterCell.audience)
    )
    return {row[0]: int(row[1]) for row in rows}


def keep_wave_as_it_is(session: Session, wave_id: UUID) -> None:
    """Let nobody change a wave until the commit; SQLite's one writer needs no such lock."""
    session.execute(select(Wave.id).where(Wave.id == wave_id).with_for_update(read=True))


def set_wave_status(session: Session, wave_id: UUID, status: str) -> None:
    """Move a wave to another status."""
    session.execute(update(Wave).where(Wave.id == wave_id).values(status=status))


def set_wave_dates(session: Session, wave_id: UUID, opens_on: date, closes_on: date) -> None:
    """Store a wave's first and last day."""
    session.execute(
        update(Wave).where(Wave.id == wave_id).values(opens_on=opens_on, closes_on=closes_on)
    )


def register_plan(session: Session, project_id: UUID, today: date) -> None:
    """Date the project's plan and fix the unit tree; a date that stands already is kept."""
    session.execute(
        update(Project)
        .where(Project.id == project_id, Project.registered_on.is_(None))
        .values(registered_on=today)
    )
    _fix_units(session, project_id)


def add_admissions(
    session: Session,
    wave_id: UUID,
    admissions: Sequence[NewAdmission],
    batch_id: UUID | None = None,
) -> None:
    """Store new codes, each side in an order of its own; the register's side knows the batch."""
    if not admissions:
        return
    answers_side = [
        {
            "code_hash": new.code_hash,
            "wave_id": wave_id,
            "unit_id": new.unit_id,
            "audience": new.audience,
            "pseudonym": new.pseudonym,
        }
        for new in admissions
    ]
    register_side = [
        {
            "id": uuid4(),
            "wave_id": wave_id,
            "language": new.language,
            "batch_id": batch_id,
            "sealed_contact": new.sealed_contact,
            "sealed_code": new.sealed_code,
        }
        for new in admissions
    ]
    for table, rows in ((Admission, answers_side), (Invitation, register_side)):
        session.execute(insert(table), shuffled(rows))


def add_open_link(
    session: Session, token_hash: str, wave_id: UUID, unit_id: UUID, audience: str
) -> None:
    """Store an open link's keyed hash."""
    session.add(
        OpenLink(token_hash=token_hash, wave_id=wave_id, unit_id=unit_id, audience=audience)
    )


def find_pseudonyms(session: Session, wave_id: UUID) -> set[str]:
    """Return the pseudonyms that already have a code in a wave."""
    return set(session.scalars(select(Admission.pseudonym).where(Admission.wave_id == wave_id)))


def empty_wave(session: Session, wave_id: UUID) -> None:
    """Remove all that a closed wave must not keep: drafts, codes, register, links, days, weeks."""
    delete_responses(session, Response.wave_id == wave_id, Response.is_sent.is_(False))
    forget_who_wrote(session, wave_id)
    session.execute(delete(FreeText).where(FreeText.wave_id == wave_id, ~FreeText.is_sent))
    # Counts day by day would tell when the answers of a small group arrived.
    for table in (Admission, Invitation, OpenLink, PauseCode, OfflineDevice, ResponseCount):
        session.execute(delete(table).where(table.wave_id == wave_id))
    session.execute(
        update(Response).where(Response.wave_id == wave_id).values(code_hash=None, sent_week=None)
    )
    # Units that came while the wave was open may have been asked too: nothing tells whether.
    _fix_units(session, select(Wave.project_id).where(Wave.id == wave_id).scalar_subquery())


def _fix_units(session: Session, project_id: Any) -> None:
    own = select(Project.municipality_id).where(Project.id == project_id).scalar_subquery()
    session.execute(update(Unit).where(Unit.municipality_id == own).values(is_fixed=True))


def _add(session: Session, record: Base) -> UUID:
    session.add(record)
    session.flush()
    return record.id  # type: ignore[attr-defined,no-any-return]


def _select_project() -> Any:
    return select(
        Project.id,
        Project.municipality_id,
        Municipality.name,
        Project.key,
        Project.title,
        Project.framework,
        Project.margin,
        Project.minimum,
        Project.primary_audience,
        Project.primary_from,
        Project.primary_to,
        Project.registered_on,
        Project.retained_until,
        Project.notice_version,
        Project.is_simulated,
    ).join(Municipality, Municipality.id == Project.municipality_id)


def _select_wave() -> Any:
    return select(
        Wave.id,
        Wave.project_id,
        Wave.key,
        Wave.position,
        Wave.label_da,
        Wave.label_en,
        Wave.status,
        Wave.opens_on,
        Wave.closes_on,
        Wave.origin,
        # One that is still coming in is nobody's to see.
    ).where(Wave.origin != "importing")
