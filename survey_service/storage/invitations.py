"""Batches of invitations, the register's rows, a project's words to those invited, open links."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CursorResult, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from survey_service.storage.tables import (
    Admission,
    Invitation,
    InvitationBatch,
    MessageText,
    OpenLink,
    Project,
    Response,
)

HASHES_AT_A_TIME = 500
"""SQLite takes a limited number of values in one statement."""


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """People invited at one time; `kind` is "list" (named by references) or "codes" (a number)."""

    id: UUID
    wave_id: UUID
    kind: str
    made_on: date
    people: int
    is_handed_out: bool
    reminder_count: int
    reminded_on: date | None


@dataclass(frozen=True, slots=True)
class InvitationRecord:
    """The register's side of one code."""

    id: UUID
    language: str
    sealed_contact: bytes | None
    sealed_code: bytes
    is_mailed: bool


def add_batch(session: Session, wave_id: UUID, kind: str, made_on: date, people: int) -> UUID:
    """Store a batch and return its id."""
    batch_id = uuid4()
    session.add(
        InvitationBatch(id=batch_id, wave_id=wave_id, kind=kind, made_on=made_on, people=people)
    )
    session.flush()
    return batch_id


def find_batch(session: Session, batch_id: UUID) -> BatchRecord | None:
    """Return one batch, None if there is none with this id."""
    row = session.execute(_select_batch().where(InvitationBatch.id == batch_id)).first()
    return None if row is None else BatchRecord(*row)


def find_batches(session: Session, wave_id: UUID) -> list[BatchRecord]:
    """Return a wave's batches, the newest first."""
    rows = session.execute(
        _select_batch()
        .where(InvitationBatch.wave_id == wave_id)
        .order_by(InvitationBatch.made_on.desc(), InvitationBatch.id)
    )
    return [BatchRecord(*row) for row in rows]


def mark_handed_out(session: Session, batch_id: UUID) -> None:
    """Store that a batch's letters or slips have been given to those they are for."""
    session.execute(
        update(InvitationBatch).where(InvitationBatch.id == batch_id).values(is_handed_out=True)
    )


def count_reminder(session: Session, batch_id: UUID, today: date, at_most: int) -> bool:
    """Count one round of reminders; False where there were `at_most`, or one today already."""
    return _changed_one(
        session.execute(
            update(InvitationBatch)
            .where(
                InvitationBatch.id == batch_id,
                InvitationBatch.reminder_count < at_most,
                or_(InvitationBatch.reminded_on.is_(None), InvitationBatch.reminded_on < today),
            )
            .values(reminder_count=InvitationBatch.reminder_count + 1, reminded_on=today)
        )
    )


def find_reminder_limit(session: Session, project_id: UUID) -> int:
    """Return how many rounds of reminders a batch of this project may get."""
    return session.scalars(select(Project.reminders_at_most).where(Project.id == project_id)).one()


def find_invitations(session: Session, batch_id: UUID) -> list[InvitationRecord]:
    """Return the register's rows of a batch, in no order that tells anything."""
    rows = session.execute(
        select(
            Invitation.id,
            Invitation.language,
            Invitation.sealed_contact,
            Invitation.sealed_code,
            Invitation.is_mailed,
        )
        .where(Invitation.batch_id == batch_id)
        .order_by(Invitation.id)
    )
    return [InvitationRecord(*row) for row in rows]


def find_admitted(session: Session, code_hashes: Sequence[str]) -> dict[str, tuple[UUID, str]]:
    """Return unit and audience by code hash, of those hashes that admit."""
    found: dict[str, tuple[UUID, str]] = {}
    for start in range(0, len(code_hashes), HASHES_AT_A_TIME):
        rows = session.execute(
            select(Admission.code_hash, Admission.unit_id, Admission.audience).where(
                Admission.code_hash.in_(code_hashes[start : start + HASHES_AT_A_TIME])
            )
        )
        found |= {row[0]: (row[1], row[2]) for row in rows}
    return found


def count_invited(session: Session, wave_id: UUID) -> dict[tuple[UUID, str], int]:
    """Return how many have a code in a wave, per unit and audience."""
    rows = session.execute(
        select(Admission.unit_id, Admission.audience, func.count())
        .where(Admission.wave_id == wave_id)
        .group_by(Admission.unit_id, Admission.audience)
    )
    return {(row[0], row[1]): int(row[2]) for row in rows}


def claim_for_mail(session: Session, invitation_id: UUID) -> bool:
    """Mark an invitation as mailed; False where it was already, or its wave has closed."""
    return _changed_one(
        session.execute(
            update(Invitation)
            .where(Invitation.id == invitation_id, Invitation.is_mailed.is_(False))
            .values(is_mailed=True)
        )
    )


def release_from_mail(session: Session, invitation_id: UUID) -> None:
    """Take back that an invitation was mailed."""
    session.execute(
        update(Invitation).where(Invitation.id == invitation_id).values(is_mailed=False)
    )


def count_mailed(session: Session, wave_id: UUID) -> dict[UUID, int]:
    """Return how many of a wave's invitations were mailed, per batch."""
    rows = session.execute(
        select(Invitation.batch_id, func.count())
        .where(Invitation.wave_id == wave_id, Invitation.is_mailed)
        .group_by(Invitation.batch_id)
    )
    return {row[0]: int(row[1]) for row in rows if row[0] is not None}


def is_answered(session: Session, code_hash: str) -> bool:
    """Whether answers were sent with the code of this hash; for reminders, and shown nobody."""
    return bool(
        session.execute(
            select(exists().where(Response.code_hash == code_hash, Response.is_sent))
        ).scalar()
    )


def find_message_texts(
    session: Session, project_id: UUID
) -> dict[tuple[str, str], tuple[str, str]]:
    """Return a project's own subjects and bodies by purpose and language."""
    rows = session.execute(
        select(
            MessageText.purpose, MessageText.language, MessageText.subject, MessageText.body
        ).where(MessageText.project_id == project_id)
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


def save_message_text(
    session: Session, project_id: UUID, purpose: str, language: str, words: tuple[str, str] | None
) -> None:
    """Store a project's own subject and body, or forget them: None."""
    session.execute(
        delete(MessageText).where(
            MessageText.project_id == project_id,
            MessageText.purpose == purpose,
            MessageText.language == language,
        )
    )
    if words is not None:
        session.add(
            MessageText(
                project_id=project_id,
                purpose=purpose,
                language=language,
                subject=words[0],
                body=words[1],
            )
        )


def count_open_links(session: Session, wave_id: UUID) -> Mapping[tuple[UUID, str], int]:
    """Return how many open links a wave has, per unit and audience."""
    rows = session.execute(
        select(OpenLink.unit_id, OpenLink.audience, func.count())
        .where(OpenLink.wave_id == wave_id)
        .group_by(OpenLink.unit_id, OpenLink.audience)
    )
    return {(row[0], row[1]): int(row[2]) for row in rows}


def has_open_link(session: Session, wave_id: UUID, token_hash: str) -> bool:
    """Whether a wave has an open link whose token has this keyed hash."""
    same = (OpenLink.wave_id == wave_id, OpenLink.token_hash == token_hash)
    return bool(session.execute(select(exists().where(*same))).scalar())


def delete_open_links(session: Session, wave_id: UUID, unit_id: UUID, audience: str) -> None:
    """Remove the open links of one unit and audience in a wave."""
    session.execute(
        delete(OpenLink).where(
            OpenLink.wave_id == wave_id, OpenLink.unit_id == unit_id, OpenLink.audience == audience
        )
    )


def find_known_pseudonyms(
    session: Session, wave_id: UUID, pseudonyms: Iterable[str]
) -> frozenset[str]:
    """Return those of the pseudonyms that have a code in a wave already."""
    found = session.scalars(select(Admission.pseudonym).where(Admission.wave_id == wave_id))
    return frozenset(found) & frozenset(pseudonyms)


def _changed_one(result: Any) -> bool:
    changed: CursorResult[Any] = result
    return changed.rowcount == 1


def _select_batch() -> Any:
    return select(
        InvitationBatch.id,
        InvitationBatch.wave_id,
        InvitationBatch.kind,
        InvitationBatch.made_on,
        InvitationBatch.people,
        InvitationBatch.is_handed_out,
        InvitationBatch.reminder_count,
        InvitationBatch.reminded_on,
    )
