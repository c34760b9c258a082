"""Signing in with a name and a password, kept as an argon2id hash."""

from enum import StrEnum
from functools import cache
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from survey_service.storage import accounts
from survey_service.storage.accounts import AccountRecord
from survey_service.storage.database import reading, writing

MINIMUM_PASSWORD_LENGTH = 12

_hasher = PasswordHasher()


class Role(StrEnum):
    """What somebody who signs in may do."""

    ADMINISTRATOR = "administrator"
    EVALUATOR = "evaluator"
    UNIT_LEADER = "unit_leader"
    CASE_REVIEWER = "case_reviewer"
    VIEWER = "viewer"


class AccountRefused(Exception):
    """An account cannot be made."""


def add_user(name: str, password: str, role: Role, municipality_id: UUID | None) -> UUID:
    """Make an account that may sign in.

    Raises AccountRefused for an empty or taken name, or a short password.
    """
    if len(password) < MINIMUM_PASSWORD_LENGTH:
        raise AccountRefused(
            f"password: expected at least {MINIMUM_PASSWORD_LENGTH} characters,"
            f" found {len(password)}"
        )
    cleaned = _clean(name)
    if not cleaned:
        raise AccountRefused("name: expected an e-mail address, found nothing")
    with writing() as session:
        if accounts.find_account_by_name(session, cleaned) is not None:
            raise AccountRefused(f"name: {cleaned} is taken")
        return accounts.add_account(session, cleaned, _hasher.hash(password), role, municipality_id)


def sign_in(name: str, password: str) -> AccountRecord | None:
    """Return the account, or None for an unknown name, a wrong password or a disabled account.

    An unknown name costs the same work as a wrong password, so that names cannot be guessed.
    """
    account = accounts.find_account_by_name(reading(), _clean(name))
    expected = account.password_hash if account is not None else _hash_of_nothing()
    try:
        _hasher.verify(expected, password)
    except VerificationError:
        return None
    return None if account is None or account.is_disabled else account


def find_user(account_id: UUID) -> AccountRecord | None:
    """Return an account that may still sign in."""
    account = accounts.find_account(reading(), account_id)
    return None if account is None or account.is_disabled else account


def _clean(name: str) -> str:
    return name.strip().casefold()


@cache
def _hash_of_nothing() -> str:
    return _hasher.hash("nobody has this password")
