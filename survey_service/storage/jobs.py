"""Background work as every process sees it: what it is, how far it is, what it came to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from survey_service.storage.tables import Job

UNFINISHED = ("waiting", "running")


@dataclass(frozen=True, slots=True)
class JobRecord:
    """One piece of work; `parameters` and `result` are JSON, times are UTC without a zone."""

    id: UUID
    kind: str
    project_id: UUID
    account_id: UUID
    parameters: str
    status: str
    step: str
    done: int
    total: int
    is_cancel_requested: bool
    result: str | None
    created_at: datetime
    seen_at: datetime


def add_job(
    session: Session, kind: str, project_id: UUID, account_id: UUID, parameters: str, now: datetime
) -> UUID:
    """Store a piece of work that waits to be begun and return its id."""
    job_id = uuid4()
    session.add(
        Job(
            id=job_id,
            kind=kind,
            project_id=project_id,
            account_id=account_id,
            parameters=parameters,
            created_at=now,
            seen_at=now,
        )
    )
    return job_id


def find_job(session: Session, job_id: UUID) -> JobRecord | None:
    """Return one piece of work, None if there is none with this id."""
    row = session.execute(_select().where(Job.id == job_id)).first()
    return None if row is None else JobRecord(*row)


def find_unfinished(
    session: Session, kind: str, project_id: UUID, parameters: str
) -> Sequence[JobRecord]:
    """Return the work of this kind with these parameters that is still to be done."""
    rows = session.execute(
        _select().where(
            Job.kind == kind,
            Job.project_id == project_id,
            Job.parameters == parameters,
            Job.status.in_(UNFINISHED),
        )
    )
    return [JobRecord(*row) for row in rows]


def find_all_unfinished(session: Session) -> Sequence[JobRecord]:
    """Return all work that is still to be done."""
    rows = session.execute(_select().where(Job.status.in_(UNFINISHED)))
    return [JobRecord(*row) for row in rows]


def change_job(session: Session, job_id: UUID, **values: Any) -> bool:
    """Store how far a piece of work is; False for one that has ended, which stays as it was."""
    changed = session.execute(
        update(Job).where(Job.id == job_id, Job.status.in_(UNFINISHED)).values(**values)
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]


def finish_job(session: Session, job_id: UUID, status: str, result: str | None) -> bool:
    """Store the end of a piece of work; False for one that has ended, which stays as it was."""
    return change_job(session, job_id, status=status, result=result)


def delete_jobs_before(session: Session, limit: datetime) -> list[UUID]:
    """Forget work begun before `limit` and return the ids."""
    found = list(session.scalars(select(Job.id).where(Job.created_at < limit)))
    session.execute(delete(Job).where(Job.id.in_(found)))
    return found


def _select() -> Any:
    return select(*(getattr(Job, name) for name in JobRecord.__dataclass_fields__))
