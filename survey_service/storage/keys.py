"""Keys in files, outside the database and outside its backups.

`session.key` signs cookies, `accounts.key` seals what signing in needs, and `audit.key` chains the
audit log; `wave-….key` exists from a wave's opening to its closing; and `project-….key` from a
project's beginning to its retention date. Each holds 32 random bytes as hexadecimal digits, is
readable by its owner only, and is refused if anybody else may read it.
"""

import hashlib
import hmac
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID


class KeyRefused(Exception):
    """A key file is missing, malformed or readable by others."""


@dataclass(frozen=True, slots=True)
class Key:
    """32 secret bytes; each purpose uses a key derived from them."""

    secret: bytes = field(repr=False)

    def derive(self, purpose: str) -> bytes:
        """Return 32 bytes for one purpose: HMAC-SHA256 of its name (RFC 5869's expand step)."""
        return hmac.digest(self.secret, purpose.encode() + b"\x01", "sha256")

    def fingerprint(self, purpose: str, *parts: str) -> str:
        """Return the keyed hash of `parts` for one purpose, 64 hexadecimal digits.

        Parts are joined by a character none of them may hold, so that no two lists collide.
        """
        message = "\x1f".join(parts).encode()
        return hmac.new(self.derive(purpose), message, hashlib.sha256).hexdigest()


class KeyStore:
    """The key files of one installation, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def session_key(self) -> Key:
        """Return the key that signs cookies, made on first use."""
        return self._read_or_create("session")

    def accounts_key(self) -> Key:
        """Return the key that seals what signing in needs, made on first use."""
        return self._read_or_create("accounts")

    def audit_key(self) -> Key:
        """Return the key that chains the audit log's entries, made on first use."""
        return self._read_or_create("audit")

    def project_key(self, project_id: UUID) -> Key:
        """Return a project's key; KeyRefused once it is destroyed."""
        return self._read(f"project-{project_id.hex}")

    def create_project_key(self, project_id: UUID) -> Key:
        """Make a project's key; an existing one is kept."""
        return self._read_or_create(f"project-{project_id.hex}")

    def destroy_project_key(self, project_id: UUID) -> None:
        """Remove a project's key for ever. Nothing happens if it is gone already."""
        self._path(f"project-{project_id.hex}").unlink(missing_ok=True)

    def wave_key(self, wave_id: UUID) -> Key:
        """Return an open wave's key; KeyRefused before it opens and after it closed."""
        return self._read(f"wave-{wave_id.hex}")

    def create_wave_key(self, wave_id: UUID) -> Key:
        """Make a wave's key; an existing one is kept."""
        return self._read_or_create(f"wave-{wave_id.hex}")

    def destroy_wave_key(self, wave_id: UUID) -> None:
        """Remove a wave's key for ever. Nothing happens if it is gone already."""
        self._path(f"wave-{wave_id.hex}").unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.key"

    def _read(self, name: str) -> Key:
        path = self._path(name)
        try:
            status = path.stat()
            text = path.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            raise KeyRefused(f"{path}: expected a key file, found none") from None
        if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            mode = stat.S_IMODE(status.st_mode)
            raise KeyRefused(f"{path}: expected mode 600, found {mode:o}; run chmod 600 on it")
        try:
            secret = bytes.fromhex(text)
        except ValueError:
            secret = b""
        if len(secret) != 32:
            raise KeyRefused(
                f"{path}: expected 64 hexadecimal digits, found {len(text)} characters"
            )
        return Key(secret)

    def _read_or_create(self, name: str) -> Key:
        path = self._path(name)
        if not path.exists():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Written aside and linked into place: a second process never reads a half-written key,
            # and whoever comes first wins.
            aside = self.folder / f".{name}.{secrets.token_hex(8)}"
            descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(32))
                file.flush()
                os.fsync(file.fileno())
            try:
                path.hardlink_to(aside)
            except FileExistsError:
                pass
            finally:
                aside.unlink()
        return self._read(name)
