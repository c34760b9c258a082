"""Sealing: what is sealed can be opened with the same key, purpose and binding, else not at all."""

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from survey_service.storage.keys import Key
from survey_service.storage.sealing import (
    KEY_ID_BYTES,
    NONCE_BYTES,
    VERSION,
    key_id_of,
    seal,
    sealed_with,
    unseal,
)

KEY = Key(bytes(range(32)))
TAG_BYTES = 16


@given(st.text())
def test_what_is_sealed_opens_again(text: str) -> None:
    assert unseal(KEY, "free-text", seal(KEY, "free-text", text, "holder"), "holder") == text


def test_the_sealed_bytes_do_not_hold_the_words() -> None:
    assert b"borger" not in seal(KEY, "free-text", "borger", "holder")


def test_the_same_words_are_sealed_differently_each_time() -> None:
    assert len({seal(KEY, "free-text", "ja", "holder") for _ in range(20)}) == 20


def test_the_seal_is_version_key_id_nonce_the_words_and_a_tag() -> None:
    sealed = seal(KEY, "free-text", "æøå", "holder")
    head = len(VERSION) + KEY_ID_BYTES + NONCE_BYTES
    assert len(sealed) == head + len("æøå".encode()) + TAG_BYTES


def test_no_nonce_comes_twice() -> None:
    start = len(VERSION) + KEY_ID_BYTES
    nonces = {
        seal(KEY, "free-text", "", "holder")[start : start + NONCE_BYTES] for _ in range(5_000)
    }
    assert len(nonces) == 5_000


def test_it_can_be_told_which_key_sealed_something() -> None:
    other = Key(b"9" * 32)
    assert sealed_with(seal(KEY, "free-text", "words", "holder")) == key_id_of(KEY)
    assert key_id_of(KEY) != key_id_of(other)
    assert sealed_with(b"short") is None


def test_what_is_marked_with_another_keys_id_does_not_open() -> None:
    sealed = seal(KEY, "free-text", "words", "holder")
    other = Key(b"9" * 32)
    forged = VERSION + key_id_of(other) + sealed[len(VERSION) + KEY_ID_BYTES :]
    for key in (KEY, other):
        with pytest.raises(InvalidTag):
            unseal(key, "free-text", forged, "holder")


def test_what_was_sealed_before_key_ids_opens_with_the_same_binding_alone() -> None:
    # As it was written until then: a nonce and what AES-GCM makes, bound to the holder.
    for nonce in (bytes(12), VERSION + key_id_of(KEY) + bytes(6)):
        earlier = nonce + AESGCM(KEY.derive("free-text")).encrypt(nonce, b"words", b"holder")
        assert unseal(KEY, "free-text", earlier, "holder") == "words"
        with pytest.raises(InvalidTag):
            unseal(KEY, "free-text", earlier, "another holder")


def test_without_its_head_a_seal_is_not_one_of_before() -> None:
    sealed = seal(KEY, "free-text", "words", "holder")
    with pytest.raises(InvalidTag):
        unseal(KEY, "free-text", sealed[len(VERSION) + KEY_ID_BYTES :], "holder")


@pytest.mark.parametrize("length", [0, 1, 5, 6, 17, 18, 33])
def test_what_is_cut_off_does_not_open(length: int) -> None:
    with pytest.raises(InvalidTag):
        unseal(KEY, "free-text", seal(KEY, "free-text", "words", "holder")[:length], "holder")


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
