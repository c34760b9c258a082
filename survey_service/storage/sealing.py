"""Encryption at rest: AES-256-GCM with a random nonce of 96 bits (NIST SP 800-38D, 8.2.2).

What is sealed begins with a version, the id of the key it was sealed with, and the nonce. Purpose,
key id and what it is bound to are authenticated with it: moved to another place or marked with
another key it does not open. What was sealed before key ids were written begins with the nonce.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from survey_service.storage.keys import Key

VERSION = b"\x02"
KEY_ID_BYTES = 5
NONCE_BYTES = 12

_HEAD_BYTES = len(VERSION) + KEY_ID_BYTES


def seal(key: Key, purpose: str, text: str, bound_to: str) -> bytes:
    """Encrypt `text` under the key's `purpose`; `bound_to` must be given again to open it."""
    return seal_bytes(key, purpose, text.encode(), bound_to)


def unseal(key: Key, purpose: str, sealed: bytes, bound_to: str) -> str:
    """Decrypt what `seal` made; raises InvalidTag when anything about it was changed."""
    return unseal_bytes(key, purpose, sealed, bound_to).decode()


def seal_bytes(key: Key, purpose: str, content: bytes, bound_to: str) -> bytes:
    """Encrypt a file's contents as `seal` does a text."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    head = VERSION + key_id_of(key)
    cipher = AESGCM(key.derive(purpose))
    return head + nonce + cipher.encrypt(nonce, content, _bound(head, purpose, bound_to))


def unseal_bytes(key: Key, purpose: str, sealed: bytes, bound_to: str) -> bytes:
    """Decrypt what `seal_bytes` made; raises InvalidTag when anything about it was changed."""
    head, rest = sealed[:_HEAD_BYTES], sealed[_HEAD_BYTES:]
    if head == VERSION + key_id_of(key):
        try:
            return _open(key, purpose, rest, _bound(head, purpose, bound_to))
        except InvalidTag:
            pass  # a nonce of before may by chance begin like this
    return _open(key, purpose, sealed, bound_to.encode())


def key_id_of(key: Key) -> bytes:
    """Return what a key is told apart by in what it sealed; it tells nothing of the key."""
    return bytes.fromhex(key.fingerprint("recognition"))[:KEY_ID_BYTES]


def sealed_with(sealed: bytes) -> bytes | None:
    """Return the id of the key something was sealed with; None where it begins with no id."""
    if not sealed.startswith(VERSION) or len(sealed) < _HEAD_BYTES + NONCE_BYTES:
        return None
    return sealed[len(VERSION) : _HEAD_BYTES]


def _bound(head: bytes, purpose: str, bound_to: str) -> bytes:
    # Each part's length stands before it, so that no two lists of parts read alike.
    parts = (head, purpose.encode(), bound_to.encode())
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _open(key: Key, purpose: str, sealed: bytes, bound_to: bytes) -> bytes:
    nonce, ciphertext = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return AESGCM(key.derive(purpose)).decrypt(nonce, ciphertext, bound_to)
    except ValueError:
        raise InvalidTag from None  # too short to hold anything
