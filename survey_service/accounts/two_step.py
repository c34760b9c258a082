"""The second step of signing in: a one-time password by the clock, or a recovery code.

Time-based one-time passwords as in RFC 6238: six digits, new every 30 seconds. One step before or
after is accepted, because clocks differ; none is accepted twice.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from survey_service.accounts.lock_out import count_try, forget_tries
from survey_service.faults import FieldFault, InputRefused
from survey_service.storage import accounts
from survey_service.storage.accounts import AccountRecord
from survey_service.storage.database import reading, writing
from survey_service.storage.keys import Key, KeyStore
from survey_service.storage.sealing import seal, unseal

RECOVERY_CODES = 10
STEP_SECONDS = 30
DRIFT_STEPS = 1
_PURPOSE = "two-step secret"
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: 10 of them hold 50 bits."""


@dataclass(frozen=True, slots=True)
class TwoStepStart:
    """What the owner's telephone needs, before it is confirmed by a first code.

    `address` goes into the QR code; `secret` can be typed; `sealed` is what to keep meanwhile.
    """

    address: str
    secret: str
    sealed: bytes


def start_two_step(keys: KeyStore, account: AccountRecord, service_name: str) -> TwoStepStart:
    """Draw a secret; nothing is changed before `confirm_two_step`."""
    import pyotp

    secret = pyotp.random_base32()
    return _start(account, secret, service_name, _seal(keys.accounts_key(), account.id, secret))


def resume_two_step(
    keys: KeyStore, account: AccountRecord, service_name: str, sealed: bytes
) -> TwoStepStart:
    """Return what `start_two_step` made, from what was kept.

    Raises InvalidTag for anything sealed for somebody else.
    """
    secret = unseal(keys.accounts_key(), _PURPOSE, sealed, account.id.hex)
    return _start(account, secret, service_name, sealed)


def confirm_two_step(
    keys: KeyStore, account: AccountRecord, sealed: bytes, code: str, now: datetime
) -> Sequence[str]:
    """Turn two-step sign-in on and return the recovery codes, which are shown once.

    Their sessions end. Raises InputRefused (field `code`) for a code that does not fit.
    """
    key = keys.accounts_key()
    step = _matching_step(unseal(key, _PURPOSE, sealed, account.id.hex), code, now)
    if step is None:
        raise InputRefused(FieldFault("code", "two_step_code"))
    codes = _draw_codes()
    with writing() as session:
        accounts.set_totp_secret(session, account.id, sealed, step)
        hashes = [_hash_of_code(key, account.id, code) for code in codes]
        accounts.set_recovery_codes(session, account.id, hashes)
    return codes


def check_code(keys: KeyStore, account: AccountRecord, typed: str, now: datetime) -> bool:
    """Whether a one-time password or a recovery code is right; each is good once.

    Raises TooManyTries after too many that were not, until the wait is over.
    """
    key = keys.accounts_key()
    # Counted apart from passwords: who knows the password must not thereby get new tries.
    name_hash = key.fingerprint("sign-in code", account.id.hex)
    count_try(name_hash, now)
    if not (_use_totp(key, account.id, typed, now) or _use_recovery_code(key, account.id, typed)):
        return False
    forget_tries(name_hash)
    return True


def renew_recovery_codes(keys: KeyStore, account: AccountRecord) -> Sequence[str]:
    """Replace the recovery codes and return the new ones, which are shown once."""
    codes, key = _draw_codes(), keys.accounts_key()
    with writing() as session:
        hashes = [_hash_of_code(key, account.id, code) for code in codes]
        accounts.set_recovery_codes(session, account.id, hashes)
    return codes


def end_two_step(account_id: UUID) -> None:
    """Turn two-step sign-in off; the recovery codes go, and every session ends."""
    with writing() as session:
        accounts.set_totp_secret(session, account_id, None, None)
        accounts.set_recovery_codes(session, account_id, ())


def count_recovery_codes(account: AccountRecord) -> int:
    """Return how many recovery codes somebody has left."""
    return accounts.count_recovery_codes(reading(), account.id)


def reseal_secret(current: Key, upcoming: Key, account_id: UUID, sealed: bytes) -> bytes:
    """Return an account's secret sealed with the key that takes the current one's place.

    Raises InvalidTag where the current key does not open it.
    """
    return _seal(upcoming, account_id, unseal(current, _PURPOSE, sealed, account_id.hex))


def _start(account: AccountRecord, secret: str, service_name: str, sealed: bytes) -> TwoStepStart:
    import pyotp

    address = pyotp.TOTP(secret).provisioning_uri(name=account.name, issuer_name=service_name)
    return TwoStepStart(address, secret, sealed)


def _seal(key: Key, account_id: UUID, secret: str) -> bytes:
    return seal(key, _PURPOSE, secret, account_id.hex)


def _matching_step(secret: str, typed: str, now: datetime) -> int | None:
    import pyotp

    digits = "".join(typed.split())
    current = int(now.timestamp()) // STEP_SECONDS
    generator = pyotp.TOTP(secret)
    for step in range(current - DRIFT_STEPS, current + DRIFT_STEPS + 1):
        expected = generator.generate_otp(step)
        if secrets.compare_digest(expected.encode(), digits.encode()):
            return step
    return None


def _use_totp(key: Key, account_id: UUID, typed: str, now: datetime) -> bool:
    sealed = accounts.find_totp_secret(reading(), account_id)
    if sealed is None:
        return False
    step = _matching_step(unseal(key, _PURPOSE, sealed, account_id.hex), typed, now)
    if step is None:
        return False
    with writing() as session:
        return accounts.use_totp_step(session, account_id, step)


def _use_recovery_code(key: Key, account_id: UUID, typed: str) -> bool:
    with writing() as session:
        code_hash = _hash_of_code(key, account_id, typed)
        return accounts.use_recovery_code(session, account_id, code_hash)


def _draw_codes() -> list[str]:
    drawn = ("".join(secrets.choice(_LETTERS) for _ in range(10)) for _ in range(RECOVERY_CODES))
    return [f"{code[:5]}-{code[5:]}" for code in drawn]


def _hash_of_code(key: Key, account_id: UUID, typed: str) -> str:
    letters = "".join(typed.split()).replace("-", "").upper()
    read = letters.replace("O", "0").replace("I", "1").replace("L", "1")
    return key.fingerprint("recovery code", account_id.hex, read)
