"""Which key each stretch of the audit log was written with.

When the audit key is replaced, the first entry written with the new one says so and names the
number the earlier key is kept under: `audit-1.key` checks what comes before the first such entry.
That entry's hash covers the one before it, so whoever has the earlier key alone can change nothing
before it either.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from survey_service.storage import audit
from survey_service.storage.audit import AuditRecord
from survey_service.storage.audit_head import AuditHead, HeadFile
from survey_service.storage.database import Session
from survey_service.storage.keys import GlobalKey, Key, KeyRefused, KeyStore

REKEYED = "audit_key_changed"
"""The action of the first entry under a new key; its object names the earlier key's number."""


@dataclass(frozen=True, slots=True)
class AuditKeys:
    """The key in use, and those before it: each with the position that it was replaced at.

    None stands for an earlier one that is gone: what it signed can no longer be checked.
    """

    current: Key
    earlier: Sequence[tuple[int, Key | None]] = ()

    def at(self, position: int) -> Key | None:
        """Return the key that the entry at a position was written with."""
        return next(
            (key for replaced_at, key in self.earlier if position < replaced_at), self.current
        )


def find_audit_keys(keys: KeyStore, session: Session) -> AuditKeys:
    """Return the keys that the log's entries were written with."""
    changes = audit.find_changes(session, REKEYED)
    return AuditKeys(
        keys.audit_key(), [(position, _find_earlier(keys, number)) for position, number in changes]
    )


def settle_audit_key(
    keys: KeyStore,
    session: Session,
    head_file: HeadFile,
    is_written_with: Callable[[AuditRecord, Key], bool],
) -> None:
    """Carry a replacing of the audit key that was cut short to its end, or undo it.

    Args:
        keys: the installation's keys.
        session: to read the log.
        head_file: held, so that nobody else is replacing the key or appending.
        is_written_with: tells whether an entry's hash was made with a key.
    """
    upcoming = keys.find_next(GlobalKey.AUDIT)
    if upcoming is None:
        return
    session.rollback()  # an older snapshot must not hide what was committed
    last = audit.find_last(session)
    if last is None or not is_written_with(last, upcoming):
        keys.discard_next(GlobalKey.AUDIT)
        return
    head_file.sign_with(upcoming, AuditHead(last.position, last.entry_hash))
    keys.adopt_next(GlobalKey.AUDIT)


def _find_earlier(keys: KeyStore, number: str) -> Key | None:
    try:
        return keys.earlier_key(GlobalKey.AUDIT, int(number))
    except (KeyRefused, ValueError):
        return None
