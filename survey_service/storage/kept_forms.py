"""What people had typed when their session ended, sealed with a key that only they hold."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from survey_service.storage.tables import KeptForm


@dataclass(frozen=True, slots=True)
class KeptFormRow:
    """Whose it was, when it was kept (UTC), and the sealed form."""

    account_id: UUID
    sealed: bytes
    kept_at: datetime


def add_kept_form(
    session: Session, token_hash: str, account_id: UUID, sealed: bytes, kept_at: datetime
) -> None:
    """Store a sealed form."""
    session.add(
        KeptForm(token_hash=token_hash, account_id=account_id, sealed=sealed, kept_at=kept_at)
    )


def find_kept_form(session: Session, token_hash: str) -> KeptFormRow | None:
    """Return a sealed form, None if there is none under this hash."""
    row = session.execute(
        select(KeptForm.account_id, KeptForm.sealed, KeptForm.kept_at).where(
            KeptForm.token_hash == token_hash
        )
    ).first()
    return None if row is None else KeptFormRow(*row)


def delete_kept_form(session: Session, token_hash: str) -> None:
    """Remove a sealed form; nothing happens if it is gone already."""
    session.execute(delete(KeptForm).where(KeptForm.token_hash == token_hash))


def delete_kept_forms_before(session: Session, moment: datetime) -> None:
    """Remove every sealed form kept before a moment (UTC)."""
    session.execute(delete(KeptForm).where(KeptForm.kept_at < moment))


def delete_older_kept_forms(session: Session, account_id: UUID, newest: int) -> None:
    """Remove all but the `newest` sealed forms of one account."""
    older = (
        select(KeptForm.token_hash)
        .where(KeptForm.account_id == account_id)
        .order_by(KeptForm.kept_at.desc(), KeptForm.token_hash)
        .offset(newest)
    )
    hashes = session.scalars(older).all()
    session.execute(delete(KeptForm).where(KeptForm.token_hash.in_(hashes)))
