"""Which account belongs to whom at the identity provider."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey_service.storage.tables import Account


def find_linked_account_id(session: Session, single_sign_on_id: str) -> UUID | None:
    """Return the account that is linked to somebody at the provider, None if none is."""
    return session.scalar(select(Account.id).where(Account.single_sign_on_id == single_sign_on_id))


def find_link(session: Session, account_id: UUID) -> str | None:
    """Return whom at the provider an account is linked to, None if to nobody."""
    return session.scalar(select(Account.single_sign_on_id).where(Account.id == account_id))


def set_link(session: Session, account_id: UUID, single_sign_on_id: str) -> None:
    """Link an account to somebody at the provider."""
    session.execute(
        update(Account).where(Account.id == account_id).values(single_sign_on_id=single_sign_on_id)
    )
