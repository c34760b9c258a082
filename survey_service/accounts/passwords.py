"""Passwords: what a good one is, and how it is kept as an argon2id hash.

Length and not being known to attackers is what counts; rules on digits and signs make people choose
what can be guessed (NIST SP 800-63B, section 5.1.1.2).
"""

import secrets
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from survey_service.faults import FieldFault

MINIMUM_LENGTH = 12
MAXIMUM_LENGTH = 200
"""Hashing takes the longer the more there is to hash: nobody may make the server busy with it."""

SHORTEST_NAME = 4
"""A name of fewer letters is in too many good passwords to be refused there."""

_hasher = PasswordHasher()


def find_password_faults(
    password: str, names: Iterable[str] = (), *, field: str = "password"
) -> list[FieldFault]:
    """Return what is wrong with a new password, nothing if it can be used.

    Args:
        password: as it was typed.
        names: what it may not contain: the account's name and the service's.
        field: the form field the faults are about.
    """
    found = len(password)
    if found < MINIMUM_LENGTH:
        return [FieldFault(field, "password_short", {"limit": MINIMUM_LENGTH, "found": found})]
    if found > MAXIMUM_LENGTH:
        return [FieldFault(field, "too_long", {"limit": MAXIMUM_LENGTH, "found": found})]
    folded = password.casefold()
    if folded in _common_passwords() or len(set(folded)) == 1:
        return [FieldFault(field, "password_common")]
    if any(part in folded for part in _parts_of(names)):
        return [FieldFault(field, "password_names")]
    return []


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password, with its salt and parameters in it."""
    return _hasher.hash(password)


def is_password(password_hash: str | None, password: str) -> bool:
    """Whether a password is the one that was hashed; without a hash it takes the same work."""
    try:
        _hasher.verify(password_hash or _hash_of_nothing(), password[: MAXIMUM_LENGTH + 1])
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether a hash was made with other parameters than a new one would be."""
    return _hasher.check_needs_rehash(password_hash)


def make_one_time_password() -> str:
    """Return a random password of 100 bits, in groups that can be read aloud."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that look alike
    groups = ("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


def _parts_of(names: Iterable[str]) -> set[str]:
    """Return what people make passwords of: the names, and an e-mail address before its @."""
    wholes = [name.casefold().strip() for name in names]
    parts = {*wholes, *(name.split("@")[0] for name in wholes)}
    return {part for part in parts if len(part) >= SHORTEST_NAME}


@cache
def _common_passwords() -> frozenset[str]:
    # Slow to import, and needed only where somebody chooses a password.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(word.casefold() for words in FREQUENCY_LISTS.values() for word in words)


@cache
def _hash_of_nothing() -> str:
    return _hasher.hash("nobody has this password")
