"""Key files: outside the database, for their owner only, and gone when they are destroyed."""

import hashlib
import hmac
import stat
import threading
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from survey_service.storage.keys import Key, KeyRefused, KeyStore

SOME_ID = UUID("12345678-1234-5678-1234-567812345678")


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    return KeyStore(tmp_path / "keys")


def test_a_key_file_is_for_its_owner_only(store: KeyStore) -> None:
    store.create_wave_key(SOME_ID)
    [path] = store.folder.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o660, 0o601])
def test_a_key_file_that_others_may_use_is_refused(store: KeyStore, mode: int) -> None:
    store.create_wave_key(SOME_ID)
    [path] = store.folder.iterdir()
    path.chmod(mode)
    with pytest.raises(KeyRefused, match=f"expected mode 600, found {mode:o}"):
        store.wave_key(SOME_ID)


@pytest.mark.parametrize("content", ["", "abc", "00" * 31, "00" * 33, "zz" * 32])
def test_a_malformed_key_file_is_refused(store: KeyStore, content: str) -> None:
    store.create_wave_key(SOME_ID)
    [path] = store.folder.iterdir()
    path.write_text(content)
    with pytest.raises(KeyRefused, match="expected 64 hexadecimal digits"):
        store.wave_key(SOME_ID)


def test_a_refusal_does_not_show_the_key(store: KeyStore) -> None:
    store.create_wave_key(SOME_ID)
    [path] = store.folder.iterdir()
    secret = path.read_text() + "00"
    path.write_text(secret)
    with pytest.raises(KeyRefused) as refusal:
        store.wave_key(SOME_ID)
    assert secret[:16] not in str(refusal.value)


def test_a_key_that_was_never_made_is_refused(store: KeyStore) -> None:
    with pytest.raises(KeyRefused, match="found none"):
        store.project_key(SOME_ID)


def test_making_a_key_again_keeps_it(store: KeyStore) -> None:
    assert store.create_project_key(SOME_ID) == store.create_project_key(SOME_ID)
    assert store.session_key() == store.session_key()


def test_every_wave_and_project_has_a_key_of_its_own(store: KeyStore) -> None:
    found = {store.create_wave_key(uuid4()).secret for _ in range(3)}
    found |= {store.create_project_key(SOME_ID).secret, store.session_key().secret}
    assert len(found) == 5


def test_a_destroyed_wave_key_leaves_no_file_behind(store: KeyStore) -> None:
    store.create_wave_key(SOME_ID)
    store.destroy_wave_key(SOME_ID)
    store.destroy_wave_key(SOME_ID)
    assert list(store.folder.iterdir()) == []
    with pytest.raises(KeyRefused):
        store.wave_key(SOME_ID)


def test_whoever_makes_a_key_at_the_same_time_gets_the_same(store: KeyStore) -> None:
    found: list[Key] = []
    together = threading.Barrier(8)

    def make() -> None:
        together.wait()
        found.append(store.create_wave_key(SOME_ID))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert len(list(store.folder.iterdir())) == 1


def test_a_fingerprint_is_hmac_sha256_under_a_key_derived_for_its_purpose() -> None:
    secret = bytes(range(32))
    derived = hmac.new(secret, b"code\x01", hashlib.sha256).digest()
    expected = hmac.new(derived, b"citizen\x1fp1", hashlib.sha256).hexdigest()
    assert Key(secret).fingerprint("code", "citizen", "p1") == expected


def test_purposes_and_keys_give_unrelated_fingerprints() -> None:
    one, other = Key(b"1" * 32), Key(b"2" * 32)
    found = {
        one.fingerprint("code", "X"),
        one.fingerprint("link", "X"),
        other.fingerprint("code", "X"),
        one.fingerprint("code", "X", ""),
    }
    assert len(found) == 4


def test_the_keyed_secret_does_not_show_when_a_key_is_printed() -> None:
    # A key may end up in a traceback; its secret must not.
    assert "1111" not in repr(Key(b"1" * 32))


def test_a_destroyed_key_leaves_nothing_though_its_writing_was_cut_short_once(
    tmp_path: Path,
) -> None:
    store = KeyStore(tmp_path)
    key = store.create_project_key(SOME_ID)
    cut_short = tmp_path / f".project-{SOME_ID.hex}.0123456789abcdef"
    cut_short.write_text(key.secret.hex())
    store.destroy_project_key(SOME_ID)
    assert list(tmp_path.iterdir()) == []
