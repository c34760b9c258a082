"""What leaders decided to do after a release."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from survey_service.storage.tables import Decision, Unit


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """One decision; `unit_key` and `unit_name` are None for one about the whole."""

    id: UUID
    project_id: UUID
    principle: str
    release_number: int
    text: str
    responsible: str
    decided_on: date
    due_on: date
    done_on: date | None
    unit_key: str | None
    unit_name: str | None


def add_decision(session: Session, **values: Any) -> UUID:
    """Store a decision with the columns of `tables.Decision` and return its id."""
    decision_id = uuid4()
    session.add(Decision(id=decision_id, **values))
    return decision_id


def find_decisions(session: Session, project_id: UUID) -> list[DecisionRecord]:
    """Return a project's decisions, by when they are due."""
    rows = session.execute(
        _select().where(Decision.project_id == project_id).order_by(Decision.due_on, Decision.id)
    )
    return [DecisionRecord(*row) for row in rows]


def find_decision(session: Session, decision_id: UUID) -> DecisionRecord | None:
    """Return one decision, None if there is none with this id."""
    row = session.execute(_select().where(Decision.id == decision_id)).first()
    return None if row is None else DecisionRecord(*row)


def set_done(session: Session, decision_id: UUID, done_on: date | None) -> None:
    """Store when a decision was carried out; None: not yet after all."""
    session.execute(update(Decision).where(Decision.id == decision_id).values(done_on=done_on))


def delete_decision(session: Session, decision_id: UUID) -> None:
    """Remove a decision."""
    session.execute(delete(Decision).where(Decision.id == decision_id))


def _select() -> Any:
    return select(
        Decision.id,
        Decision.project_id,
        Decision.principle,
        Decision.release_number,
        Decision.text,
        Decision.responsible,
        Decision.decided_on,
        Decision.due_on,
        Decision.done_on,
        Unit.key,
        Unit.name,
    ).outerjoin(Unit, Unit.id == Decision.unit_id)
