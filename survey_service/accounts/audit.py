"""The audit log: who did what to which object and when, so that it cannot be changed unnoticed.

Never what anything held: no answers, codes, contacts, references, typed text, passwords or network
addresses. A moment is kept in whole minutes: what the database writes beside it tells the order
answers came in until it is rewritten at night, and finer moments would tell more than is needed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from survey_service.accounts.audit_chain import (
    BEGINNING,
    HEAD_LOST,
    SHORTENED,
    Break,
    ChainState,
    check_chain,
    is_written_with,
    seal_entry,
)
from survey_service.accounts.audit_keys import REKEYED, find_audit_keys, settle_audit_key
from survey_service.storage import audit
from survey_service.storage.accounts import AccountRecord
from survey_service.storage.audit import AuditFilter, AuditRecord
from survey_service.storage.audit_head import (
    AuditHead,
    HeadFile,
    HeadRefused,
    holding_head,
    read_head,
)
from survey_service.storage.database import Session, reading, writing
from survey_service.storage.keys import GlobalKey, Key, KeyStore

__all__ = [
    "ENTRIES_ON_A_PAGE",
    "SERVICE",
    "TERMINAL",
    "UNKNOWN",
    "Actor",
    "AuditFilter",
    "AuditPage",
    "AuditRecord",
    "Break",
    "ChainState",
    "Outcome",
    "actor_of",
    "find_page",
    "hash_of_name",
    "record",
    "replace_key",
    "shorten",
    "verify",
    "was_recorded_since",
]

ENTRIES_ON_A_PAGE = 100


class Outcome(StrEnum):
    """How an action ended; unfinished: a page asked on, and nothing was done yet."""

    DONE = "done"
    UNFINISHED = "unfinished"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: an account, the terminal, the service by itself, or somebody unknown."""

    kind: str
    account_id: UUID | None = None
    name: str = ""
    municipality_id: UUID | None = None


TERMINAL = Actor("terminal")
SERVICE = Actor("service")
UNKNOWN = Actor("unknown")


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some entries, newest first, with what objects are called, and what can be filtered by."""

    entries: tuple[AuditRecord, ...]
    entry_count: int
    object_names: dict[tuple[str, UUID], str]
    actors: tuple[tuple[UUID, str], ...]
    actions: tuple[str, ...]


def actor_of(account: AccountRecord) -> Actor:
    """Return an account as somebody who acts."""
    return Actor("account", account.id, account.name, account.municipality_id)


def record(
    keys: KeyStore,
    actor: Actor,
    action: str,
    object_of: tuple[str, str] = ("", ""),
    outcome: Outcome = Outcome.DONE,
    *,
    now: datetime,
) -> None:
    """Append one entry, whichever process or thread asks, and move the head along.

    Args:
        keys: the installation's keys.
        actor: who did it.
        action: one of the known words, never anything typed.
        object_of: its kind and id; at the smallest a batch, never a person who was invited.
        outcome: how it ended.
        now: the moment, in UTC.
    """
    with _holding(keys) as head_file:
        with writing() as session:
            audit.lock_chain(session)
            entry = _Event(actor, action, object_of, outcome, _minute(now))
            head = _append(session, head_file.key, head_file, entry)
        # Once it is committed: a head ahead of the database would tell of a cut that was none.
        head_file.write(head)


def verify(keys: KeyStore, start: int = 1) -> ChainState:
    """Tell whether the chain holds from its beginning, or from `start` on, to its end."""
    if keys.find_next(GlobalKey.AUDIT) is not None:
        with _holding(keys):  # a replacing that was cut short is settled, or one is waited for
            pass
    try:
        # Before the entries: what is written meanwhile may be after it, but never before it.
        head = read_head(_head_path(keys), keys.audit_key())
    except HeadRefused:
        head = None
    session = reading()
    session.rollback()  # what was read earlier must not pin a snapshot from before the head
    known = find_audit_keys(keys, session)
    return check_chain(audit.read_chain(session, start), known, head, start)


def replace_key(keys: KeyStore, *, now: datetime) -> int:
    """Go on with a new audit key, and return the number the one before is kept under.

    Cut short anywhere, it is carried to its end or undone by whoever appends next.
    """
    with _holding(keys) as head_file:
        number = keys.keep_as_earlier(GlobalKey.AUDIT)
        upcoming = keys.make_next(GlobalKey.AUDIT)
        with writing() as session:
            audit.lock_chain(session)
            event = _Event(TERMINAL, REKEYED, ("audit", str(number)), Outcome.DONE, _minute(now))
            head = _append(session, upcoming, head_file, event)
        head_file.sign_with(upcoming, head)
        keys.adopt_next(GlobalKey.AUDIT)
    return number


def shorten(keys: KeyStore, months: int, now: datetime) -> int:
    """Remove what is older than so many months, and enter where the log begins since.

    Whole calendar months go, so that this happens once a month. Returns how many entries went.
    """
    oldest = datetime.combine(_months_before(now.date(), months), datetime.min.time())
    first = audit.find_first(reading())
    if first is None or audit.find_first_since(reading(), oldest) == first:
        return 0  # without keeping writers waiting
    with _holding(keys) as head_file:
        with writing() as session:
            audit.lock_chain(session)
            begins = audit.find_first_since(session, oldest)
            if begins is None:  # all are older: the log begins with the entry that tells so
                begins = _next_position(audit.find_last(session), head_file)
            event = _Event(SERVICE, SHORTENED, ("audit", str(begins)), Outcome.DONE, _minute(now))
            head = _append(session, head_file.key, head_file, event)
            audit.delete_before(session, begins)
        head_file.write(head)
    return begins - first


def find_page(
    municipality_id: UUID | None, wanted: AuditFilter, number: int | None = 1
) -> AuditPage:
    """Return a page of what a municipality's accounts did (None: everybody); 1 is the newest.

    Args:
        municipality_id: of the administrator who asks.
        wanted: what to show; its municipality is replaced by the one given.
        number: which page; None for all entries.
    """
    session = reading()
    limited = AuditFilter(municipality_id, wanted.action, wanted.account_id)
    limit = None if number is None else ENTRIES_ON_A_PAGE
    offset = 0 if number is None else (number - 1) * ENTRIES_ON_A_PAGE
    entries = audit.find_entries(session, limited, limit=limit, offset=offset)
    objects = {(entry.object_kind, _uuid(entry.object_id)) for entry in entries}
    known = [(kind, object_id) for kind, object_id in objects if object_id is not None]
    return AuditPage(
        tuple(entries),
        audit.count_entries(session, limited),
        audit.find_object_names(session, known, municipality_id),
        tuple(audit.find_actors(session, municipality_id)),
        tuple(audit.find_actions(session, municipality_id)),
    )


def hash_of_name(keys: KeyStore, cleaned_name: str) -> str:
    """Return what stands for a sign-in name nobody has: a keyed hash, 64 hexadecimal digits."""
    return keys.audit_key().fingerprint("audit name", cleaned_name)


def was_recorded_since(action: str, object_id: str, moment: datetime) -> bool:
    """Whether an action on an object was entered since a moment, in UTC."""
    return audit.has_entry_since(reading(), action, object_id, _minute(moment))


@dataclass(frozen=True, slots=True)
class _Event:
    """What an entry tells, without its place in the chain."""

    actor: Actor
    action: str
    object_of: tuple[str, str]
    outcome: Outcome
    happened_at: datetime


def _append(session: Session, key: Key, head_file: HeadFile, event: _Event) -> AuditHead:
    """Append an entry inside a write transaction and return the new end of the log.

    Before it goes one that tells so, where the head should be known and is not.
    """
    last = audit.find_last(session)
    should_be_known = last is not None or not head_file.is_ours
    if should_be_known and head_file.found is None:
        lost = _Event(SERVICE, HEAD_LOST, ("audit", ""), Outcome.DONE, event.happened_at)
        # With the key so far: a new one begins with the entry that tells of it.
        _add(session, head_file.key, lost, last, _next_position(last, head_file))
        last = audit.find_last(session)
    return _add(session, key, event, last, _next_position(last, head_file))


def _add(
    session: Session, key: Key, event: _Event, last: AuditRecord | None, position: int
) -> AuditHead:
    entry = seal_entry(
        key,
        AuditRecord(
            position=position,
            happened_at=event.happened_at,
            actor=event.actor.kind,
            account_id=event.actor.account_id,
            account_name=event.actor.name,
            municipality_id=event.actor.municipality_id,
            action=event.action,
            object_kind=event.object_of[0],
            object_id=event.object_of[1],
            outcome=event.outcome,
            previous_hash=BEGINNING if last is None else last.entry_hash,
            entry_hash="",
        ),
    )
    audit.add_entry(session, entry)
    return AuditHead(entry.position, entry.entry_hash)


def _next_position(last: AuditRecord | None, head_file: HeadFile) -> int:
    """Return where the next entry goes: where the end was cut off, the gap stays for ever."""
    known = 0 if head_file.found is None else head_file.found.position
    return max(0 if last is None else last.position, known) + 1


@contextmanager
def _holding(keys: KeyStore) -> Iterator[HeadFile]:
    """Keep everybody else from appending, and give the file of the log's end with its key."""
    with holding_head(_head_path(keys), keys.audit_key) as head_file:
        settle_audit_key(keys, reading(), head_file, is_written_with)
        yield head_file


def _head_path(keys: KeyStore) -> Path:
    return keys.folder.parent / "audit.head"


def _minute(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None, second=0, microsecond=0)


def _months_before(today: date, months: int) -> date:
    whole = today.year * 12 + today.month - 1 - months
    return date(whole // 12, whole % 12 + 1, 1)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
