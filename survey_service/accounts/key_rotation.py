"""Replacing the keys an installation has one of at a time: by command, and whole if cut short.

| key | what was made with the one before |
|---|---|
| session | cookies are nobody's once the servers were restarted; tickets of answers that wait on devices still fit, the earlier key is kept for them |
| accounts | secrets of one-time passwords are sealed anew in one transaction; recovery codes, of which only hashes are known, are removed; the earlier key is destroyed |
| audit | the log goes on under the new key; the earlier one is kept to check what it signed |
"""  # noqa: E501 - a table's row is one line

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cryptography.exceptions import InvalidTag

from survey_service.accounts import audit
from survey_service.accounts.two_step import reseal_secret
from survey_service.storage import sealed_values
from survey_service.storage.database import reading, writing
from survey_service.storage.keys import GlobalKey, Key, KeyStore

_KIND = GlobalKey.ACCOUNTS


@dataclass(frozen=True, slots=True)
class Rotation:
    """What replacing a key came to; `kept_as` is the earlier key's number, None if destroyed.

    `resealed_count` counts accounts with two-step sign-in, whose recovery codes are gone.
    """

    kind: GlobalKey
    kept_as: int | None
    resealed_count: int = 0


def rotate(keys: KeyStore, kind: GlobalKey, now: datetime) -> Rotation:
    """Replace one of the installation's keys by a new one.

    A running server takes the new keys of accounts and audit log into use at once, and that of
    sessions when it is started again.

    Args:
        keys: the installation's keys.
        kind: which one.
        now: the moment, in UTC.
    """
    match kind:
        case GlobalKey.SESSION:
            keys.session_key()  # made if this is the first command of an installation
            keys.discard_next(kind)  # of a replacing that was cut short: it signed nothing yet
            number = keys.keep_as_earlier(kind)
            keys.make_next(kind)
            keys.adopt_next(kind)
            return Rotation(kind, number)
        case GlobalKey.ACCOUNTS:
            return Rotation(kind, None, _rotate_accounts(keys))
        case GlobalKey.AUDIT:
            return Rotation(kind, audit.replace_key(keys, now=now))


def settle_accounts_key(keys: KeyStore) -> bool:
    """Carry a replacing of the accounts' key that was cut short to its end, or undo it.

    Returns False where none was begun, or while another process is at it.
    """
    if keys.find_next(_KIND) is None:
        return False
    try:
        with _alone(keys, wait=False):
            _settle(keys)
    except BlockingIOError:
        return False
    return True


def _rotate_accounts(keys: KeyStore) -> int:
    keys.accounts_key()
    with _alone(keys, wait=True):
        _settle(keys)
        upcoming = keys.make_next(_KIND)
        with writing() as session:
            current = keys.accounts_key()
            found = sealed_values.find_totp_secrets(session)
            for account_id, sealed in found.items():
                anew = reseal_secret(current, upcoming, account_id, sealed)
                sealed_values.put_totp_secret(session, account_id, anew)
            sealed_values.delete_hashes_of_accounts(session)
        # From the commit above until here nobody's one-time password fits. What is cut short here
        # is settled by the next command, or by a server's look within the hour.
        keys.adopt_next(_KIND)
    return len(found)


def _settle(keys: KeyStore) -> None:
    upcoming = keys.find_next(_KIND)
    if upcoming is None:
        return
    session = reading()
    session.rollback()  # an older snapshot must not hide what was committed
    found = sealed_values.find_totp_secrets(session)
    if found and all(_opens(upcoming, *one) for one in found.items()):
        keys.adopt_next(_KIND)
    else:
        keys.discard_next(_KIND)


def _opens(key: Key, account_id: UUID, sealed: bytes) -> bool:
    try:
        reseal_secret(key, key, account_id, sealed)
    except InvalidTag:
        return False
    return True


@contextmanager
def _alone(keys: KeyStore, *, wait: bool) -> Iterator[None]:
    """Let one process at a time replace the key; BlockingIOError while another is at it."""
    descriptor = os.open(keys.folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(descriptor)
