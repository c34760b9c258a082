"""Encryption at rest: AES-256-GCM with a random nonce in front of the ciphertext."""

import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from survey_service.storage.keys import Key

NONCE_BYTES = 12


def seal(key: Key, purpose: str, text: str, bound_to: str) -> bytes:
    """Encrypt `text` under the key's `purpose`; `bound_to` must be given again to open it."""
    return seal_bytes(key, purpose, text.encode(), bound_to)


def unseal(key: Key, purpose: str, sealed: bytes, bound_to: str) -> str:
    """Decrypt what `seal` made; raises InvalidTag when anything about it was changed."""
    return unseal_bytes(key, purpose, sealed, bound_to).decode()


def seal_bytes(key: Key, purpose: str, content: bytes, bound_to: str) -> bytes:
    """Encrypt a file's contents as `seal` does a text."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key.derive(purpose)).encrypt(nonce, content, bound_to.encode())


def unseal_bytes(key: Key, purpose: str, sealed: bytes, bound_to: str) -> bytes:
    """Decrypt what `seal_bytes` made; raises InvalidTag when anything about it was changed."""
    nonce, ciphertext = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    return AESGCM(key.derive(purpose)).decrypt(nonce, ciphertext, bound_to.encode())
