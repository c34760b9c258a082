"""The chain: what is said of a log somebody has been at."""

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest

from survey_service.accounts.audit_chain import (
    BEGINNING,
    HEAD_LOST,
    SHORTENED,
    Break,
    check_chain,
    hash_entry,
    seal_entry,
)
from survey_service.accounts.audit_keys import AuditKeys
from survey_service.storage.audit import AuditRecord
from survey_service.storage.audit_head import AuditHead
from survey_service.storage.keys import Key

KEY, ANOTHER_KEY = Key(b"k" * 32), Key(b"x" * 32)
KEYS = AuditKeys(KEY)
ANNA = UUID("00000000-0000-4000-8000-000000000001")


def entry(position: int, previous: AuditRecord | None, **changes: str) -> AuditRecord:
    """An entry that follows another."""
    bare = AuditRecord(
        position, datetime(2026, 3, 4, 12, 0), "account", ANNA, "anna@x.example", None,  # noqa: DTZ001
        "wave_opened", "wave", "w", "done",
        BEGINNING if previous is None else previous.entry_hash, "",
    )  # fmt: skip
    return seal_entry(KEY, replace(bare, **changes))  # type: ignore[arg-type]


def chain(count: int = 4) -> list[AuditRecord]:
    """A log as it should be."""
    found: list[AuditRecord] = []
    for position in range(1, count + 1):
        found.append(entry(position, found[-1] if found else None))
    return found


def head_of(entries: list[AuditRecord]) -> AuditHead:
    return AuditHead(entries[-1].position, entries[-1].entry_hash)


def test_an_entry_s_hash_is_an_hmac_over_its_fields_and_the_hash_before() -> None:
    derived = hmac.new(b"k" * 32, b"audit entry\x01", hashlib.sha256).digest()
    fields = ["1", "2026-03-04 12:00:00", "account", str(ANNA), "anna@x.example", None,
              "wave_opened", "wave", "w", "done", "0" * 64]  # fmt: skip
    expected = hmac.new(derived, json.dumps(fields).encode(), hashlib.sha256).hexdigest()
    assert hash_entry(KEY, entry(1, None)) == expected


def test_a_log_nobody_has_been_at_holds() -> None:
    found = check_chain(chain(), KEYS, head_of(chain()))
    assert found.holds
    assert found.entry_count == 4


def test_a_log_nothing_was_entered_in_holds() -> None:
    assert check_chain([], KEYS, None).holds


@pytest.mark.parametrize("field", [
    "actor", "account_name", "action", "object_kind", "object_id", "outcome", "previous_hash",
])  # fmt: skip
def test_a_changed_field_is_found(field: str) -> None:
    entries = chain()
    entries[2] = replace(entries[2], **{field: "z"})  # type: ignore[arg-type]
    state = check_chain(entries, KEYS, head_of(entries))
    assert (state.position, state.kind) == (3, Break.CHANGED)


def test_a_changed_time_account_or_municipality_is_found() -> None:
    for change in ({"happened_at": datetime(2026, 3, 4, 12, 1)}, {"account_id": None},  # noqa: DTZ001
                   {"municipality_id": ANNA}):  # fmt: skip
        entries = chain()
        entries[1] = replace(entries[1], **change)  # type: ignore[arg-type]
        state = check_chain(entries, KEYS, head_of(entries))
        assert (state.position, state.kind) == (2, Break.CHANGED)


def test_an_entry_removed_in_the_middle_is_found() -> None:
    entries = chain()
    del entries[1]
    state = check_chain(entries, KEYS, head_of(entries))
    assert (state.position, state.kind) == (2, Break.MISSING)


def test_entries_in_another_order_are_found() -> None:
    entries = chain()
    entries[1], entries[2] = (
        replace(entries[2], position=2),
        replace(entries[1], position=3),
    )
    state = check_chain(entries, KEYS, head_of(entries))
    assert (state.position, state.kind) == (2, Break.CHANGED)


def test_a_chain_written_anew_without_the_key_is_found() -> None:
    forged: list[AuditRecord] = []
    for number, one in enumerate(chain()):
        previous = forged[-1].entry_hash if forged else BEGINNING
        changed = replace(one, account_name="nobody", previous_hash=previous)
        forged.append(seal_entry(ANOTHER_KEY, changed))
        assert number + 1 == changed.position
    state = check_chain(forged, KEYS, head_of(forged))
    assert (state.position, state.kind) == (1, Break.CHANGED)


def test_an_entry_of_ours_that_follows_another_is_found() -> None:
    entries = chain()
    entries[2] = entry(3, entries[0])
    state = check_chain(entries, KEYS, head_of(entries))
    assert (state.position, state.kind) == (3, Break.UNLINKED)


@pytest.mark.parametrize("left", [3, 1, 0])
def test_a_cut_end_is_found(left: int) -> None:
    entries = chain()
    state = check_chain(entries[:left], KEYS, head_of(entries))
    assert (state.position, state.kind) == (left + 1, Break.END_CUT)


def test_an_end_from_an_older_copy_is_found() -> None:
    entries = chain()
    other = [*entries[:3], entry(4, entries[2], action="wave_closed")]
    state = check_chain(other, KEYS, head_of(entries))
    assert (state.position, state.kind) == (4, Break.HEAD_CHANGED)


def test_a_head_that_lags_behind_is_none_of_anybody_s_doing() -> None:
    entries = chain()
    assert check_chain(entries, KEYS, head_of(entries[:3])).holds


def test_a_head_that_is_gone_is_found_and_told_for_ever() -> None:
    entries = chain()
    assert check_chain(entries, KEYS, None).kind is Break.HEAD_LOST
    entries.append(entry(5, entries[-1], action=HEAD_LOST))
    entries.append(entry(6, entries[-1]))
    state = check_chain(entries, KEYS, head_of(entries))
    assert (state.position, state.kind) == (5, Break.HEAD_LOST)


def test_a_cut_beginning_is_found_unless_the_log_says_it_removed_it() -> None:
    entries = chain()
    state = check_chain(entries[2:], KEYS, head_of(entries))
    assert (state.position, state.kind) == (3, Break.BEGINNING_CUT)
    entries.append(entry(5, entries[-1], action=SHORTENED, object_kind="audit", object_id="3"))
    assert check_chain(entries[2:], KEYS, head_of(entries)).holds
    state = check_chain(entries[3:], KEYS, head_of(entries))
    assert (state.position, state.kind) == (4, Break.BEGINNING_CUT)


def test_after_a_break_that_is_known_the_rest_can_be_checked() -> None:
    entries = chain()
    entries[1] = replace(entries[1], action="z")
    head = head_of(entries)
    assert not check_chain(entries, KEYS, head).holds
    assert check_chain(entries[2:], KEYS, head, start=3).holds
    entries[3] = replace(entries[3], action="z")
    assert check_chain(entries[2:], KEYS, head, start=3).position == 4


def test_a_log_restored_beside_other_keys_lacks_its_key_whatever_was_replaced_since() -> None:
    theirs: list[AuditRecord] = []
    for position in (1, 2):
        bare = entry(position, theirs[-1] if theirs else None)
        theirs.append(seal_entry(ANOTHER_KEY, bare))
    lost = entry(3, theirs[-1], action=HEAD_LOST)
    entries = [*theirs, lost, entry(4, lost)]
    for keys in (KEYS, AuditKeys(Key(b"n" * 32), [(5, KEY)])):
        state = check_chain(entries, keys, head_of(entries))
        assert (state.position, state.kind) == (1, Break.KEY_LOST)
        state = check_chain(entries[2:], keys, head_of(entries), start=3)
        assert (state.position, state.kind) == (3, Break.HEAD_LOST)
        assert check_chain(entries[3:], keys, head_of(entries), start=4).holds
    unled = [*theirs, entry(3, theirs[-1])]
    assert check_chain(unled, KEYS, head_of(unled)).kind is Break.CHANGED
