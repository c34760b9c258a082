"""Deleting what may no longer be kept, and looking whether it is gone."""

import mmap
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from survey_service.storage.database import Base, sqlite_file
from survey_service.storage.free_texts import drop_unpublished_quotes
from survey_service.storage.tables import (
    Admission,
    Answer,
    FreeText,
    Invitation,
    InvitationBatch,
    OfflineDelivery,
    OfflineDevice,
    OfflineRemainder,
    OpenLink,
    PauseCode,
    Release,
    ReleaseContent,
    Response,
    ResponseCount,
    ScoreRecord,
    UnitCount,
    Upload,
    Wave,
)

_OF_RESPONSES: tuple[Any, ...] = (Answer, ScoreRecord, PauseCode)
_OF_WAVES: tuple[Any, ...] = (
    Response,
    FreeText,
    Admission,
    Invitation,
    InvitationBatch,
    OpenLink,
    OfflineDelivery,
    OfflineRemainder,
    OfflineDevice,
    ResponseCount,
    UnitCount,
)
_OF_PROJECT: tuple[Any, ...] = (ReleaseContent, Upload)

PURGED_TABLES = tuple(table.__tablename__ for table in (*_OF_RESPONSES, *_OF_WAVES, *_OF_PROJECT))
"""The tables that hold nothing of a project once it is purged, in the order they are emptied."""

TRACES = 100
"""How many values that were removed the file's bytes are searched for."""


def find_wave_ids(session: Session, project_id: UUID) -> list[UUID]:
    """Return all waves of a project, one that is still coming in as well."""
    return list(session.scalars(select(Wave.id).where(Wave.project_id == project_id)))


def delete_project_answers(session: Session, project_id: UUID) -> Mapping[str, int]:
    """Delete all of a project that has to do with people who answer; close waves still open.

    Quotes go with the words where nobody published them. Returns how many rows went, by table.
    """
    drop_unpublished_quotes(session, project_id)
    removed = {}
    for name, table, condition in _rows_of(project_id):
        result: Any = session.execute(delete(table).where(condition))
        removed[name] = int(result.rowcount)
    session.execute(
        update(Wave)
        .where(Wave.project_id == project_id, Wave.status == "open")
        .values(status="closed")
    )
    return removed


def count_project_rows(session: Session, project_id: UUID) -> Mapping[str, int]:
    """Return how many rows there are of a project in the tables a purge empties, by table."""
    return {
        name: session.execute(select(func.count()).select_from(table).where(condition)).scalar_one()
        for name, table, condition in _rows_of(project_id)
    }


def count_releases(session: Session, project_id: UUID) -> int:
    """Return how many sets of figures of a project are kept."""
    counted = select(func.count()).select_from(Release).where(Release.project_id == project_id)
    return session.execute(counted).scalar_one()


def find_traces(session: Session, project_id: UUID) -> tuple[bytes, ...]:
    """Return values of a project as the file holds them: ids, pseudonyms and sealed words."""
    chosen = select(Wave.id).where(Wave.project_id == project_id)
    responses = session.execute(
        select(Response.id, Response.pseudonym).where(Response.wave_id.in_(chosen)).limit(TRACES)
    ).all()
    texts = session.execute(
        select(FreeText.holder_hash, FreeText.sealed_text)
        .where(FreeText.wave_id.in_(chosen))
        .limit(TRACES)
    ).all()
    found = [response_id.hex.encode() for response_id, _ in responses]
    found += [pseudonym.encode() for _, pseudonym in responses if pseudonym]
    found += [holder.encode() for holder, _ in texts] + [sealed for _, sealed in texts]
    # A little of each kind: the whole file is read once for every one.
    step = max(1, len(found) // TRACES)
    return tuple(found[::step])[:TRACES]


def count_traces(traces: Sequence[bytes]) -> int | None:
    """Return how many of these values still lie in the database's file or in its log.

    None where the service cannot look: another database than SQLite.
    """
    file = sqlite_file()
    if file is None:
        return None
    found: set[bytes] = set()
    for path in (file, file.with_name(file.name + "-wal")):
        if not path.exists() or path.stat().st_size == 0:
            continue
        with path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, prot=mmap.PROT_READ) as held:
            found |= {trace for trace in traces if held.find(trace) >= 0}
    return len(found)


def _rows_of(project_id: UUID) -> list[tuple[str, type[Base], ColumnElement[bool]]]:
    waves = select(Wave.id).where(Wave.project_id == project_id)
    responses = select(Response.id).where(Response.wave_id.in_(waves))
    rows = [(table, table.response_id.in_(responses)) for table in _OF_RESPONSES]
    rows += [(table, table.wave_id.in_(waves)) for table in _OF_WAVES]
    rows += [(table, table.project_id == project_id) for table in _OF_PROJECT]
    return [(table.__tablename__, table, condition) for table, condition in rows]
