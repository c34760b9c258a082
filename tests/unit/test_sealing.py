"""Sealing: what is sealed can be opened with the same key, purpose and binding, else not at all."""

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from survey_service.storage.keys import Key
from survey_service.storage.sealing import NONCE_BYTES, seal, unseal

KEY = Key(bytes(range(32)))
TAG_BYTES = 16


@given(st.text())
def test_what_is_sealed_opens_again(text: str) -> None:
    assert unseal(KEY, "free-text", seal(KEY, "free-text", text, "holder"), "holder") == text


def test_the_sealed_bytes_do_not_hold_the_words() -> None:
    assert b"borger" not in seal(KEY, "free-text", "borger", "holder")


def test_the_same_words_are_sealed_differently_each_time() -> None:
    assert len({seal(KEY, "free-text", "ja", "holder") for _ in range(20)}) == 20


def test_the_seal_is_a_nonce_the_words_and_a_tag() -> None:
    sealed = seal(KEY, "free-text", "æøå", "holder")
    assert len(sealed) == NONCE_BYTES + len("æøå".encode()) + TAG_BYTES


@pytest.mark.parametrize(
    ("key", "purpose", "bound_to"),
    [
        (Key(b"9" * 32), "free-text", "holder"),
        (KEY, "contact", "holder"),
        (KEY, "free-text", "another holder"),
    ],
)
def test_another_key_purpose_or_binding_does_not_open_it(
    key: Key, purpose: str, bound_to: str
) -> None:
    sealed = seal(KEY, "free-text", "words", "holder")
    with pytest.raises(InvalidTag):
        unseal(key, purpose, sealed, bound_to)


@given(st.integers(min_value=0))
def test_a_changed_bit_does_not_open(position: int) -> None:
    sealed = bytearray(seal(KEY, "free-text", "words", "holder"))
    place = position % (len(sealed) * 8)
    sealed[place // 8] ^= 1 << place % 8
    with pytest.raises(InvalidTag):
        unseal(KEY, "free-text", bytes(sealed), "holder")
