"""Who did what when: entries in one line, written one after the other whoever writes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, insert, select, text
from sqlalchemy.orm import Session

from survey_service.storage.tables import (
    Account,
    AuditEntry,
    Municipality,
    Project,
    Unit,
    Wave,
)

_CHAIN_LOCK = 7_236_104
"""What PostgreSQL's writers wait for; any number nothing else locks."""

_BLOCK_ROWS = 1000


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One entry; `happened_at` in UTC without a zone. Field order is the columns' order."""

    position: int
    happened_at: datetime
    actor: str
    account_id: UUID | None
    account_name: str
    municipality_id: UUID | None
    action: str
    object_kind: str
    object_id: str
    outcome: str
    previous_hash: str
    entry_hash: str


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are asked for: of a municipality's accounts, of one action, by one account."""

    municipality_id: UUID | None = None
    action: str | None = None
    account_id: UUID | None = None


def lock_chain(session: Session) -> None:
    """Let no other process append until this transaction ends.

    SQLite's writers wait for each other in any case (`database.writing`).
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:chain)"), {"chain": _CHAIN_LOCK})


def add_entry(session: Session, record: AuditRecord) -> None:
    """Append an entry."""
    columns = {column.key: getattr(record, column.key) for column in AuditEntry.__table__.columns}
    session.execute(insert(AuditEntry).values(**columns))


def find_last(session: Session) -> AuditRecord | None:
    """Return the newest entry, None where there is none."""
    row = session.execute(_select().order_by(AuditEntry.position.desc()).limit(1)).first()
    return None if row is None else AuditRecord(*row)


def read_chain(session: Session, start: int = 1) -> Iterator[AuditRecord]:
    """Give every entry from a position on, oldest first, without holding them all in memory."""
    statement = _select().where(AuditEntry.position >= start).order_by(AuditEntry.position)
    for row in session.execute(statement.execution_options(yield_per=_BLOCK_ROWS)):
        yield AuditRecord(*row)


def find_entries(
    session: Session, wanted: AuditFilter, *, limit: int | None = None, offset: int = 0
) -> list[AuditRecord]:
    """Return entries, newest first."""
    statement = _select().where(*_conditions(wanted)).order_by(AuditEntry.position.desc())
    rows = session.execute(statement.limit(limit).offset(offset))
    return [AuditRecord(*row) for row in rows]


def count_entries(session: Session, wanted: AuditFilter) -> int:
    """Return how many entries there are."""
    statement = select(func.count()).select_from(AuditEntry).where(*_conditions(wanted))
    return session.execute(statement).scalar_one()


def find_actors(session: Session, municipality_id: UUID | None) -> list[tuple[UUID, str]]:
    """Return the accounts that entries are by, by the name they last had there."""
    newest = (
        select(func.max(AuditEntry.position))
        .where(AuditEntry.account_id.is_not(None), *_conditions(AuditFilter(municipality_id)))
        .group_by(AuditEntry.account_id)
    )
    rows = session.execute(
        select(AuditEntry.account_id, AuditEntry.account_name)
        .where(AuditEntry.position.in_(newest))
        .order_by(AuditEntry.account_name)
    )
    return [(account_id, name) for account_id, name in rows if account_id is not None]


def find_actions(session: Session, municipality_id: UUID | None) -> list[str]:
    """Return the actions there are entries of."""
    conditions = _conditions(AuditFilter(municipality_id))
    return list(session.scalars(select(AuditEntry.action).where(*conditions).distinct()))


def has_entry_since(session: Session, action: str, object_id: str, moment: datetime) -> bool:
    """Whether an action on an object was entered at or after a moment."""
    statement = select(AuditEntry.position).where(
        AuditEntry.happened_at >= moment,
        AuditEntry.action == action,
        AuditEntry.object_id == object_id,
    )
    return session.execute(statement.limit(1)).first() is not None


def find_changes(session: Session, action: str) -> list[tuple[int, str]]:
    """Return position and object of every entry of an action, oldest first."""
    rows = session.execute(
        select(AuditEntry.position, AuditEntry.object_id)
        .where(AuditEntry.action == action)
        .order_by(AuditEntry.position)
    )
    return [(position, object_id) for position, object_id in rows]


def find_first_since(session: Session, moment: datetime) -> int | None:
    """Return the position of the first entry at or after a moment, None if all are older."""
    statement = select(func.min(AuditEntry.position)).where(AuditEntry.happened_at >= moment)
    return session.execute(statement).scalar_one()


def find_first(session: Session) -> int | None:
    """Return the position of the oldest entry, None where there is none."""
    return session.execute(select(func.min(AuditEntry.position))).scalar_one()


def delete_before(session: Session, position: int) -> None:
    """Remove the entries before a position."""
    session.execute(delete(AuditEntry).where(AuditEntry.position < position))


def find_object_names(
    session: Session, objects: Iterable[tuple[str, UUID]], municipality_id: UUID | None
) -> dict[tuple[str, UUID], str]:
    """Return what objects are called now: projects, waves, units, accounts and municipalities.

    Those of another municipality than the one given have no name here, as those that are gone.
    """
    by_kind: dict[str, list[UUID]] = {}
    for kind, object_id in objects:
        by_kind.setdefault(kind, []).append(object_id)
    found: dict[tuple[str, UUID], str] = {}
    for kind, ids in by_kind.items():
        statement = _names_of(kind, ids, municipality_id)
        if statement is not None:
            found |= {(kind, row[0]): ": ".join(row[1:]) for row in session.execute(statement)}
    return found


def _names_of(kind: str, ids: list[UUID], municipality_id: UUID | None) -> Any:
    statement: Any
    place: Any
    match kind:
        case "project":
            statement = select(Project.id, Project.title).where(Project.id.in_(ids))
            place = Project.municipality_id
        case "wave":
            statement = select(Wave.id, Project.title, Wave.label_da).where(Wave.id.in_(ids))
            statement = statement.join(Project, Project.id == Wave.project_id)
            place = Project.municipality_id
        case "unit":
            statement = select(Unit.id, Unit.name).where(Unit.id.in_(ids))
            place = Unit.municipality_id
        case "account":
            statement = select(Account.id, Account.name).where(Account.id.in_(ids))
            place = Account.municipality_id
        case "municipality":
            statement = select(Municipality.id, Municipality.name).where(Municipality.id.in_(ids))
            place = Municipality.id
        case _:
            return None
    return statement if municipality_id is None else statement.where(place == municipality_id)


def _select() -> Any:
    return select(*AuditEntry.__table__.columns)


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.municipality_id is not None:
        conditions.append(AuditEntry.municipality_id == wanted.municipality_id)
    if wanted.action is not None:
        conditions.append(AuditEntry.action == wanted.action)
    if wanted.account_id is not None:
        conditions.append(AuditEntry.account_id == wanted.account_id)
    return conditions
