"""What is sealed or hashed with keys that are replaced or restored."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from survey_service.storage.tables import (
    Account,
    AuditEntry,
    FreeText,
    RecoveryCode,
    SignInFailure,
    Wave,
)


def find_sealed_words(session: Session, project_id: UUID) -> tuple[str, bytes] | None:
    """Return somebody's words as they lie sealed with a project's key, and what they are bound to.

    None where the project has none.
    """
    row = session.execute(
        select(FreeText.holder_hash, FreeText.sealed_text)
        .join(Wave, Wave.id == FreeText.wave_id)
        .where(Wave.project_id == project_id)
        .limit(1)
    ).first()
    return None if row is None else (row[0], row[1])


def find_totp_secrets(session: Session) -> Mapping[UUID, bytes]:
    """Return every account's sealed secret of its one-time passwords."""
    rows = session.execute(
        select(Account.id, Account.sealed_totp_secret).where(
            Account.sealed_totp_secret.is_not(None)
        )
    )
    return {account_id: sealed for account_id, sealed in rows if sealed is not None}


def put_totp_secret(session: Session, account_id: UUID, sealed_secret: bytes) -> None:
    """Store the same secret sealed anew; sessions go on."""
    session.execute(
        update(Account).where(Account.id == account_id).values(sealed_totp_secret=sealed_secret)
    )


def delete_hashes_of_accounts(session: Session) -> None:
    """Remove what the accounts' key hashed and nobody can hash anew: recovery codes and waits."""
    session.execute(delete(RecoveryCode))
    session.execute(delete(SignInFailure))


def find_last_days(session: Session, action: str) -> Mapping[str, str]:
    """Return by object's id the last day, in UTC, on which an action was entered as done."""
    rows = session.execute(
        select(AuditEntry.object_id, AuditEntry.happened_at)
        .where(AuditEntry.action == action, AuditEntry.outcome == "done")
        .order_by(AuditEntry.position)
    )
    return {object_id: f"{happened_at:%Y-%m-%d}" for object_id, happened_at in rows}
