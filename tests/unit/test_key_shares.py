"""Halves of a key: nothing alone, the key together, and every mistyped line is named."""

import hashlib
import secrets
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service.fieldwork.access_codes import ALPHABET
from survey_service.fieldwork.key_shares import (
    LINE_CHARACTERS,
    LINE_COUNT,
    LineFault,
    ShareMistyped,
    SharesRefused,
    check_line,
    format_line,
    join_shares,
    lines_of_text,
    read_share,
    split_key,
    split_mark,
    write_lines,
)
from survey_service.storage.keys import Key

PROJECT, ANOTHER = UUID(int=1), UUID(int=2)
KEY = Key(bytes(range(32)))


def counted(length: int) -> bytes:
    """Stands for randomness: 1, 2, 3 …"""
    return bytes(range(1, length + 1))


@given(st.binary(min_size=32, max_size=32))
def test_both_halves_together_give_the_key_in_either_order(secret: bytes) -> None:
    first, second = split_key(Key(secret), PROJECT, secrets.token_bytes)
    assert join_shares(first, second, PROJECT).secret == secret
    assert join_shares(second, first, PROJECT).secret == secret


def test_the_first_half_is_the_random_pad_and_the_second_the_key_under_it() -> None:
    # One-time pad: 0x00^0x01, 0x01^0x02, 0x02^0x03 …
    first, second = split_key(KEY, PROJECT, counted)
    assert first.secret == bytes(range(1, 33))
    assert second.secret[:4] == bytes([0 ^ 1, 1 ^ 2, 2 ^ 3, 3 ^ 4])


@given(st.binary(min_size=32, max_size=32))
def test_whatever_the_key_is_either_half_can_be_any_bytes(wanted: bytes) -> None:
    # For every key there is a pad that makes the second half just these bytes.
    pad = bytes(a ^ b for a, b in zip(wanted, KEY.secret, strict=True))
    _, second = split_key(KEY, PROJECT, lambda length: pad[:length])
    assert second.secret == wanted


def test_what_a_key_is_recognised_by_is_a_keyed_hash() -> None:
    import hmac

    derived = hmac.new(KEY.secret, b"recognition\x01", hashlib.sha256).digest()
    assert KEY.recognition == hmac.new(derived, b"", hashlib.sha256).hexdigest()[:16]


def test_a_half_is_five_lines_that_can_be_typed() -> None:
    for half in split_key(KEY, PROJECT, secrets.token_bytes):
        lines = write_lines(half)
        assert [len(line) for line in lines] == [LINE_CHARACTERS] * LINE_COUNT
        assert set("".join(lines)) <= set(ALPHABET)
        assert read_share([format_line(line) for line in lines]) == half
        assert read_share([f" {line.lower().replace('0', 'o')} " for line in lines]) == half


def test_a_half_never_shows_when_it_is_printed_for_developers() -> None:
    first, _ = split_key(KEY, PROJECT, counted)
    assert "secret" not in repr(first)


@given(st.integers(1, LINE_COUNT), st.data())
def test_one_or_two_wrong_characters_are_found_and_the_line_named(
    number: int, data: st.DataObject
) -> None:
    lines = write_lines(split_key(KEY, PROJECT, counted)[0])
    places = data.draw(st.sets(st.integers(0, LINE_CHARACTERS - 1), min_size=1, max_size=2))
    wrong = list(lines[number - 1])
    for place in places:
        others = [letter for letter in ALPHABET if letter != wrong[place]]
        wrong[place] = data.draw(st.sampled_from(others))
    lines[number - 1] = "".join(wrong)
    with pytest.raises(ShareMistyped) as refusal:
        read_share(lines)
    assert refusal.value.faults == (LineFault(number, "check"),)
    assert "".join(wrong) not in str(refusal.value)


def test_lines_that_changed_places_are_found() -> None:
    one, two, *rest = write_lines(split_key(KEY, PROJECT, counted)[0])
    with pytest.raises(ShareMistyped) as refusal:
        read_share([two, one, *rest])
    assert [fault.number for fault in refusal.value.faults] == [1, 2]


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", LineFault(3, "length", 0)),
        ("0000-0000-0000-0000-0", LineFault(3, "length", 17)),
        ("UUUU-0000-0000-0000-00", LineFault(3, "character")),
    ],
)
def test_a_line_that_cannot_be_one_is_told_by_its_form(typed: str, fault: LineFault) -> None:
    assert check_line(3, typed) == fault


def test_too_few_lines_are_told_by_their_number() -> None:
    with pytest.raises(ShareMistyped) as refusal:
        read_share(write_lines(split_key(KEY, PROJECT, counted)[0])[:4])
    assert refusal.value.faults == (LineFault(0, "lines", 4),)


def test_halves_of_two_splittings_give_nothing() -> None:
    first, _ = split_key(KEY, PROJECT, secrets.token_bytes)
    _, second = split_key(KEY, PROJECT, secrets.token_bytes)
    assert split_mark(first) != split_mark(second)
    with pytest.raises(SharesRefused, match="two of different ones"):
        join_shares(first, second, PROJECT)


def test_the_same_half_twice_gives_nothing() -> None:
    first, _ = split_key(KEY, PROJECT, secrets.token_bytes)
    with pytest.raises(SharesRefused, match="found A twice"):
        join_shares(first, first, PROJECT)


def test_halves_of_another_project_give_nothing() -> None:
    halves = split_key(KEY, PROJECT, secrets.token_bytes)
    with pytest.raises(SharesRefused, match="found another project's"):
        join_shares(*halves, ANOTHER)


def test_halves_that_were_forged_to_another_key_give_nothing() -> None:
    from dataclasses import replace

    first, second = split_key(KEY, PROJECT, secrets.token_bytes)
    with pytest.raises(SharesRefused, match="they give another"):
        join_shares(first, replace(second, secret=bytes(32)), PROJECT)


def test_a_scanned_half_and_a_file_with_words_around_it_are_read() -> None:
    lines = write_lines(split_key(KEY, PROJECT, counted)[1])
    words = "Key\n\n" + "\n".join(f"{n}  {format_line(line)}" for n, line in enumerate(lines, 1))
    assert lines_of_text(words + "\n\nKeep it.\n") == [format_line(line) for line in lines]
    assert lines_of_text("".join(lines) + "\n") == lines
    assert lines_of_text("\n".join(lines)) == lines
