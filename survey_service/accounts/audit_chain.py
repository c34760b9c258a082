"""What holds the audit log together: each entry's keyed hash covers the one before it.

`entry hash = HMAC-SHA256(audit key, every field, the previous entry's hash)`. Who has the database
but not the key can neither change an entry nor write the chain anew; who removes entries in the
middle leaves a gap in the positions; the head, outside the database, tells of a cut end; and the
log begins at its first entry or where an entry in the chain says that older ones were removed.
"""

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain

from survey_service.accounts.audit_keys import AuditKeys
from survey_service.storage.audit import AuditRecord
from survey_service.storage.audit_head import AuditHead
from survey_service.storage.keys import Key

BEGINNING = "0" * 64
"""Stands for the hash before the very first entry."""

SHORTENED = "audit_shortened"
"""The action of the entry that names the position the log begins at since."""

HEAD_LOST = "audit_head_lost"
"""The action of the entry that tells that the head was missing or not ours."""


_PURPOSE = "audit entry"


class Break(StrEnum):
    """In which way the chain is broken."""

    CHANGED = "changed"
    MISSING = "missing"
    UNLINKED = "unlinked"
    BEGINNING_CUT = "beginning_cut"
    END_CUT = "end_cut"
    HEAD_CHANGED = "head_changed"
    HEAD_LOST = "head_lost"
    KEY_LOST = "key_lost"


@dataclass(frozen=True, slots=True)
class ChainState:
    """How many entries were checked, and the first that is broken: where and how."""

    entry_count: int
    position: int | None = None
    kind: Break | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing is broken."""
        return self.kind is None


def seal_entry(key: Key, record: AuditRecord) -> AuditRecord:
    """Return an entry with its hash."""
    return replace(record, entry_hash=hash_entry(key, record))


def hash_entry(key: Key, record: AuditRecord) -> str:
    """Return the keyed hash of an entry's fields, its own hash apart: 64 hexadecimal digits."""
    return _hash(key.derive(_PURPOSE), record)


def is_written_with(record: AuditRecord, key: Key) -> bool:
    """Whether an entry's hash was made with this key."""
    return hmac.compare_digest(record.entry_hash, hash_entry(key, record))


def check_chain(
    entries: Iterable[AuditRecord], keys: AuditKeys, head: AuditHead | None, start: int = 1
) -> ChainState:
    """Check entries, oldest first, against the keys and the head; tell the first break.

    Args:
        entries: the whole log, or all from `start` on.
        keys: the audit key, and those before it where it was replaced.
        head: where the log ended when it was last written, None where that is not known.
        start: above 1, an earlier break is taken as known: the beginning is not checked.
    """
    known = {keys.current, *(key for _, key in keys.earlier if key is not None)}
    secrets = {key: key.derive(_PURPOSE) for key in known}
    count, first, previous = 0, None, None
    begins_at = {1}
    unread = iter(entries)
    for entry in unread:
        key = keys.at(entry.position)
        if key is None:
            return ChainState(count, entry.position, Break.KEY_LOST)
        kind, position = _break_between(previous, entry, secrets[key], head)
        if kind is Break.CHANGED and first is None and _begins_elsewhere(entry, unread, secrets):
            kind = Break.KEY_LOST
        if kind is not None:
            return ChainState(count, position, kind)
        if entry.action == SHORTENED and entry.object_id.isdigit():
            begins_at.add(int(entry.object_id))
        count, first, previous = count + 1, first or entry, entry
    if start == 1 and first is not None and first.position not in begins_at:
        return ChainState(count, first.position, Break.BEGINNING_CUT)
    last = previous.position if previous is not None else start - 1
    if head is not None and head.position > last:
        return ChainState(count, last + 1, Break.END_CUT)
    if head is None and count:
        return ChainState(count, last, Break.HEAD_LOST)
    return ChainState(count)


def _begins_elsewhere(
    entry: AuditRecord, later: Iterable[AuditRecord], secrets: Mapping[Key, bytes]
) -> bool:
    """Whether no key here signed the beginning, up to where a log was found without its head.

    So it is where a backup was restored beside other keys: there the service went on with its own.
    """
    for one in chain((entry,), later):
        if any(one.entry_hash == _hash(secret, one) for secret in secrets.values()):
            return one.action == HEAD_LOST
    return False


def _break_between(
    previous: AuditRecord | None, entry: AuditRecord, secret: bytes, head: AuditHead | None
) -> tuple[Break | None, int]:
    """Return how an entry breaks the chain after the one before it, and which is the broken one."""
    if previous is not None and entry.position != previous.position + 1:
        return Break.MISSING, previous.position + 1
    if entry.entry_hash != _hash(secret, entry):
        return Break.CHANGED, entry.position
    begins = BEGINNING if entry.position == 1 else None
    expected = begins if previous is None else previous.entry_hash
    if expected is not None and entry.previous_hash != expected:
        return Break.UNLINKED, entry.position
    if (
        head is not None
        and head.position == entry.position
        and (head.entry_hash != entry.entry_hash)
    ):
        return Break.HEAD_CHANGED, entry.position
    if entry.action == HEAD_LOST:
        return Break.HEAD_LOST, entry.position
    return None, entry.position


def _hash(secret: bytes, record: AuditRecord) -> str:
    fields = (
        record.position,
        record.happened_at,
        record.actor,
        record.account_id,
        record.account_name,
        record.municipality_id,
        record.action,
        record.object_kind,
        record.object_id,
        record.outcome,
        record.previous_hash,
    )
    message = json.dumps([None if field is None else str(field) for field in fields])
    return hmac.digest(secret, message.encode(), "sha256").hex()
