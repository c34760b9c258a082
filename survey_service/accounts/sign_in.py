"""Signing in with a name and a password, and what keeps a session going."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from survey_service.accounts import passwords
from survey_service.accounts.lock_out import TooManyTries, count_try, forget_tries
from survey_service.accounts.roles import Role
from survey_service.faults import FieldFault, InputRefused
from survey_service.storage import accounts
from survey_service.storage.accounts import AccountRecord
from survey_service.storage.database import reading, writing
from survey_service.storage.keys import KeyStore

__all__ = [
    "OneTimePasswordOver",
    "Role",
    "TooManyTries",
    "add_user",
    "change_password",
    "clean_name",
    "confirm_password",
    "end_sessions",
    "find_session_user",
    "find_user",
    "sign_in",
]

LONGEST_NAME = 200


class OneTimePasswordOver(Exception):
    """A one-time password was not used in time."""


def add_user(
    name: str,
    password: str,
    role: Role,
    municipality_id: UUID | None,
    *,
    unit_ids: Iterable[UUID] = (),
    must_change_password: bool = False,
    one_time_until: datetime | None = None,
) -> UUID:
    """Store an account that may sign in; who may make which is `administration`'s to decide.

    With `one_time_until` (UTC) the password is no longer good after that moment.

    Raises InputRefused for an empty, long or taken name, or a password that cannot be used.
    """
    cleaned = clean_name(name)
    faults = [*_name_faults(cleaned), *passwords.find_password_faults(password)]
    if faults:
        raise InputRefused(*faults)
    password_hash = passwords.hash_password(password)
    with writing() as session:
        if accounts.find_account_by_name(session, cleaned) is not None:
            raise InputRefused(FieldFault("name", "account_name_taken", {"name": cleaned}))
        return accounts.add_account(
            session,
            cleaned,
            password_hash,
            role,
            municipality_id,
            unit_ids=unit_ids,
            must_change_password=must_change_password,
            one_time_until=one_time_until,
        )


def sign_in(keys: KeyStore, name: str, password: str, now: datetime) -> AccountRecord | None:
    """Return the account, or None for an unknown name, a wrong password or a disabled account.

    An unknown name costs the same work as a wrong password and is counted as one, so that names
    cannot be guessed. With two-step sign-in the account's code is still to be asked for.

    Args:
        keys: the installation's keys.
        name: as it was typed.
        password: as it was typed.
        now: the moment, in UTC.

    Raises:
        TooManyTries: after too many failures under this name, until the wait is over.
        OneTimePasswordOver: the password is right, and its days are over.
    """
    cleaned = clean_name(name)
    name_hash = _hash_of_name(keys, cleaned)
    count_try(name_hash, now)
    account = accounts.find_account_by_name(reading(), cleaned)
    is_right = passwords.is_password(account.password_hash if account else None, password)
    if account is None or not is_right or account.is_disabled:
        return None
    if account.one_time_until is not None and now.replace(tzinfo=None) > account.one_time_until:
        raise OneTimePasswordOver
    forget_tries(name_hash)
    if passwords.is_outdated(account.password_hash):
        with writing() as session:
            accounts.set_password_hash(session, account.id, passwords.hash_password(password))
    return find_user(account.id)


def confirm_password(keys: KeyStore, account: AccountRecord, password: str, now: datetime) -> bool:
    """Whether somebody who is signed in knows their password; a wrong one counts as a failed try.

    Raises TooManyTries as `sign_in` does.
    """
    name_hash = _hash_of_name(keys, account.name)
    count_try(name_hash, now)
    if not passwords.is_password(account.password_hash, password):
        return False
    forget_tries(name_hash)
    return True


def change_password(
    account: AccountRecord, password: str, repeated: str, service_names: Iterable[str] = ()
) -> AccountRecord:
    """Store somebody's own new password, end all their sessions, and return the account.

    Raises InputRefused (fields `password` and `repeated`) for one that cannot be used.
    """
    faults = passwords.find_password_faults(password, [account.name, *service_names])
    if not faults and passwords.is_password(account.password_hash, password):
        faults.append(FieldFault("password", "password_same"))
    if not faults and password != repeated:
        faults.append(FieldFault("repeated", "password_repeated"))
    if faults:
        raise InputRefused(*faults)
    password_hash = passwords.hash_password(password)
    with writing() as session:
        accounts.set_password(session, account.id, password_hash, must_change_password=False)
    return _after_change(account.id)


def end_sessions(account: AccountRecord) -> AccountRecord:
    """Sign somebody out in every browser, and return the account as it is then."""
    with writing() as session:
        accounts.end_sessions(session, account.id)
    return _after_change(account.id)


def find_user(account_id: UUID) -> AccountRecord | None:
    """Return an account that may still sign in."""
    account = accounts.find_account(reading(), account_id)
    return None if account is None or account.is_disabled else account


def find_session_user(account_id: UUID, session_version: int) -> AccountRecord | None:
    """Return whose session it is, None once it was ended or the account disabled."""
    account = find_user(account_id)
    return account if account is not None and account.session_version == session_version else None


def clean_name(name: str) -> str:
    """Return a sign-in name as it is stored: without blanks around it, in small letters."""
    return name.strip().casefold()


def _name_faults(cleaned: str) -> list[FieldFault]:
    if not cleaned:
        return [FieldFault("name", "account_name_missing")]
    if len(cleaned) > LONGEST_NAME:
        return [FieldFault("name", "too_long", {"limit": LONGEST_NAME, "found": len(cleaned)})]
    return []


def _hash_of_name(keys: KeyStore, cleaned: str) -> str:
    return keys.accounts_key().fingerprint("sign-in name", cleaned)


def _after_change(account_id: UUID) -> AccountRecord:
    account = accounts.find_account(reading(), account_id)
    if account is None:
        raise LookupError("account: expected one that exists, found none")
    return account
