"""Who may sign in."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_service.storage.tables import Account, AccountUnit


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """Somebody who may sign in; without a municipality they see all of them."""

    id: UUID
    municipality_id: UUID | None
    name: str
    password_hash: str
    role: str
    is_disabled: bool


def add_account(
    session: Session, name: str, password_hash: str, role: str, municipality_id: UUID | None
) -> UUID:
    """Store an account and return its id."""
    account = Account(
        id=uuid4(),
        name=name,
        password_hash=password_hash,
        role=role,
        municipality_id=municipality_id,
    )
    session.add(account)
    session.flush()
    return account.id


def find_account(session: Session, account_id: UUID) -> AccountRecord | None:
    """Return one account, None if there is none with this id."""
    return _first(session, Account.id == account_id)


def find_account_by_name(session: Session, name: str) -> AccountRecord | None:
    """Return the account with this sign-in name, None if there is none."""
    return _first(session, Account.name == name)


def find_account_units(session: Session, account_id: UUID) -> list[UUID]:
    """Return the parts of the unit tree somebody is limited to; none: no limit."""
    return list(
        session.scalars(select(AccountUnit.unit_id).where(AccountUnit.account_id == account_id))
    )


def _first(session: Session, condition: object) -> AccountRecord | None:
    row = session.execute(
        select(
            Account.id,
            Account.municipality_id,
            Account.name,
            Account.password_hash,
            Account.role,
            Account.is_disabled,
        ).where(condition)  # type: ignore[arg-type]
    ).first()
    return None if row is None else AccountRecord(*row)
