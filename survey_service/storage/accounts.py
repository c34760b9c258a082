"""Who may sign in, and for how long a name that failed has to wait."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from survey_service.storage.tables import (
    Account,
    AccountUnit,
    Municipality,
    RecoveryCode,
    SignInFailure,
    Unit,
)


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """Somebody who may sign in; without a municipality they see all of them.

    A session is good for as long as it names the account's `session_version`, and a one-time
    password until `one_time_until` (UTC without a zone).
    """

    id: UUID
    municipality_id: UUID | None
    name: str
    password_hash: str = field(repr=False)
    role: str
    is_disabled: bool
    must_change_password: bool
    session_version: int
    has_two_step: bool
    one_time_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class FailureRecord:
    """How often a name failed in a row, and when it last did (UTC)."""

    count: int
    last_failed_at: datetime


@dataclass(frozen=True, slots=True)
class MunicipalityName:
    """A municipality by its key and name."""

    id: UUID
    key: str
    name: str


def add_account(
    session: Session,
    name: str,
    password_hash: str,
    role: str,
    municipality_id: UUID | None,
    *,
    unit_ids: Iterable[UUID] = (),
    must_change_password: bool = False,
    one_time_until: datetime | None = None,
) -> UUID:
    """Store an account and return its id."""
    account = Account(
        id=uuid4(),
        name=name,
        password_hash=password_hash,
        role=role,
        municipality_id=municipality_id,
        must_change_password=must_change_password,
        one_time_until=one_time_until,
    )
    session.add(account)
    session.flush()
    _set_units(session, account.id, unit_ids)
    return account.id


def find_account(session: Session, account_id: UUID) -> AccountRecord | None:
    """Return one account, None if there is none with this id."""
    return _first(session, Account.id == account_id)


def find_account_by_name(session: Session, name: str) -> AccountRecord | None:
    """Return the account with this sign-in name, None if there is none."""
    return _first(session, Account.name == name)


def find_accounts(session: Session, municipality_id: UUID | None = None) -> list[AccountRecord]:
    """Return all accounts, or one municipality's, by name."""
    statement = _select().order_by(Account.name)
    if municipality_id is not None:
        statement = statement.where(Account.municipality_id == municipality_id)
    return [AccountRecord(*row) for row in session.execute(statement)]


def find_account_units(session: Session, account_id: UUID) -> list[UUID]:
    """Return the parts of the unit tree somebody is limited to; none: no limit."""
    return list(
        session.scalars(select(AccountUnit.unit_id).where(AccountUnit.account_id == account_id))
    )


def find_unit_names(session: Session, account_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Return the names of the units that accounts are limited to, in order, by account."""
    rows = session.execute(
        select(AccountUnit.account_id, Unit.name)
        .join(Unit, Unit.id == AccountUnit.unit_id)
        .where(AccountUnit.account_id.in_(list(account_ids)))
        .order_by(Unit.name)
    )
    found: dict[UUID, list[str]] = {}
    for account_id, name in rows:
        found.setdefault(account_id, []).append(name)
    return found


def find_municipality_names(session: Session) -> list[MunicipalityName]:
    """Return every municipality, by name."""
    rows = session.execute(
        select(Municipality.id, Municipality.key, Municipality.name).order_by(
            Municipality.name, Municipality.key
        )
    )
    return [MunicipalityName(*row) for row in rows]


def count_able_accounts(session: Session, role: str) -> int:
    """Return how many accounts for all municipalities with a role are not disabled."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Account)
            .where(
                Account.municipality_id.is_(None),
                Account.role == role,
                Account.is_disabled.is_(False),
            )
        )
        or 0
    )


def set_scope(
    session: Session,
    account_id: UUID,
    role: str,
    municipality_id: UUID | None,
    unit_ids: Iterable[UUID],
) -> None:
    """Store what somebody may do and where; their sessions end."""
    _change(session, account_id, role=role, municipality_id=municipality_id)
    _set_units(session, account_id, unit_ids)


def set_disabled(session: Session, account_id: UUID, *, is_disabled: bool) -> None:
    """Keep somebody out, or let them in again; their sessions end."""
    _change(session, account_id, is_disabled=is_disabled)


def set_password(
    session: Session,
    account_id: UUID,
    password_hash: str,
    *,
    must_change_password: bool,
    one_time_until: datetime | None = None,
) -> None:
    """Store another password, good until a moment (UTC) or for good; every session ends."""
    _change(
        session,
        account_id,
        password_hash=password_hash,
        must_change_password=must_change_password,
        one_time_until=one_time_until,
    )


def set_password_hash(session: Session, account_id: UUID, password_hash: str) -> None:
    """Store the same password, hashed anew; sessions go on."""
    session.execute(
        update(Account).where(Account.id == account_id).values(password_hash=password_hash)
    )


def end_sessions(session: Session, account_id: UUID) -> None:
    """Let no session of an account go on, in whatever browser."""
    _change(session, account_id)


def find_totp_secret(session: Session, account_id: UUID) -> bytes | None:
    """Return the sealed secret of somebody's one-time passwords, None without them."""
    return session.scalar(select(Account.sealed_totp_secret).where(Account.id == account_id))


def set_totp_secret(
    session: Session, account_id: UUID, sealed_secret: bytes | None, step: int | None
) -> None:
    """Store the sealed secret and the step of the code it was confirmed with; sessions end."""
    _change(session, account_id, sealed_totp_secret=sealed_secret, last_totp_step=step)


def use_totp_step(session: Session, account_id: UUID, step: int) -> bool:
    """Note that a step's one-time password was used; False if it or a later one was before."""
    is_later = or_(Account.last_totp_step.is_(None), Account.last_totp_step < step)
    result: Any = session.execute(
        update(Account)
        .where(Account.id == account_id, is_later)
        .values(last_totp_step=step)
        .execution_options(synchronize_session=False)
    )
    return bool(result.rowcount)


def set_recovery_codes(session: Session, account_id: UUID, code_hashes: Iterable[str]) -> None:
    """Replace the recovery codes of an account."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    for code_hash in code_hashes:
        session.add(RecoveryCode(code_hash=code_hash, account_id=account_id))


def use_recovery_code(session: Session, account_id: UUID, code_hash: str) -> bool:
    """Remove a recovery code; False if the account has no such code (any more)."""
    result: Any = session.execute(
        delete(RecoveryCode).where(
            RecoveryCode.code_hash == code_hash, RecoveryCode.account_id == account_id
        )
    )
    return bool(result.rowcount)


def count_recovery_codes(session: Session, account_id: UUID) -> int:
    """Return how many recovery codes are left."""
    return (
        session.scalar(
            select(func.count())
            .select_from(RecoveryCode)
            .where(RecoveryCode.account_id == account_id)
        )
        or 0
    )


def find_failures(session: Session, name_hash: str) -> FailureRecord | None:
    """Return how a name failed so far, None if it did not."""
    row = session.execute(
        select(SignInFailure.failure_count, SignInFailure.last_failed_at).where(
            SignInFailure.name_hash == name_hash
        )
    ).first()
    return None if row is None else FailureRecord(*row)


def set_failures(session: Session, name_hash: str, count: int, at: datetime) -> None:
    """Store how often a name failed in a row, and when it last did (UTC)."""
    session.merge(SignInFailure(name_hash=name_hash, failure_count=count, last_failed_at=at))


def clear_failures(session: Session, name_hash: str) -> None:
    """Forget that a name failed."""
    session.execute(delete(SignInFailure).where(SignInFailure.name_hash == name_hash))


def delete_failures_before(session: Session, moment: datetime) -> None:
    """Forget every name that last failed before a moment (UTC)."""
    session.execute(delete(SignInFailure).where(SignInFailure.last_failed_at < moment))


def _set_units(session: Session, account_id: UUID, unit_ids: Iterable[UUID]) -> None:
    session.execute(delete(AccountUnit).where(AccountUnit.account_id == account_id))
    for unit_id in sorted(set(unit_ids)):
        session.add(AccountUnit(account_id=account_id, unit_id=unit_id))


def _change(session: Session, account_id: UUID, **values: object) -> None:
    session.execute(
        update(Account)
        .where(Account.id == account_id)
        .values(session_version=Account.session_version + 1, **values)
        .execution_options(synchronize_session=False)
    )


def _select() -> Select[Any]:
    return select(
        Account.id,
        Account.municipality_id,
        Account.name,
        Account.password_hash,
        Account.role,
        Account.is_disabled,
        Account.must_change_password,
        Account.session_version,
        Account.sealed_totp_secret.is_not(None),
        Account.one_time_until,
    )


def _first(session: Session, condition: ColumnElement[bool]) -> AccountRecord | None:
    row = session.execute(_select().where(condition)).first()
    return None if row is None else AccountRecord(*row)
