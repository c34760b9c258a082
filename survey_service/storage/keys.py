"""Keys in files, outside the database and outside its backups.

`session.key` signs cookies, `accounts.key` seals what signing in needs, and `audit.key` chains the
audit log; `wave-….key` exists from a wave's opening to its closing; and `project-….key` from a
project's beginning to its retention date. Each holds 32 random bytes as hexadecimal digits, is
readable by its owner only, and is refused if anybody else may read it.

`session-1.key`, `audit-1.key` and so on were replaced by later ones: they check what they once
signed. `accounts.next.key` and `audit.next.key` exist while one is being replaced.
"""

import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from uuid import UUID

_KEY_BYTES = 32
_FINGERPRINT_DIGITS = 16


class KeyRefused(Exception):
    """A key file is missing, malformed, readable by others, or another than expected."""


class GlobalKey(StrEnum):
    """The keys an installation has one of at a time, and that can be replaced."""

    SESSION = "session"
    ACCOUNTS = "accounts"
    AUDIT = "audit"


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

    @property
    def recognition(self) -> str:
        """What the key is recognised by, 16 hexadecimal digits; tells nothing of the key itself."""
        return self.fingerprint("recognition")[:_FINGERPRINT_DIGITS]


@dataclass(frozen=True, slots=True)
class KeyFile:
    """One key file, without its secret: `object_id` is the wave's or project's.

    `kind` is the first word of its name; `since` is the day the file was written, in UTC.
    """

    name: str
    kind: str
    object_id: UUID | None
    since: date
    recognition: str


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

    def has(self, kind: GlobalKey) -> bool:
        """Whether one of the installation's own keys was made and is still there."""
        return self._path(kind).exists()

    def project_key(self, project_id: UUID) -> Key:
        """Return a project's key; KeyRefused once it is destroyed."""
        return self._read(f"project-{project_id.hex}")

    def create_project_key(self, project_id: UUID) -> Key:
        """Make a project's key; an existing one is kept."""
        return self._read_or_create(f"project-{project_id.hex}")

    def destroy_project_key(self, project_id: UUID) -> None:
        """Remove a project's key for ever. Nothing happens if it is gone already."""
        self._destroy(f"project-{project_id.hex}")

    def wave_key(self, wave_id: UUID) -> Key:
        """Return an open wave's key; KeyRefused before it opens and after it closed."""
        return self._read(f"wave-{wave_id.hex}")

    def create_wave_key(self, wave_id: UUID) -> Key:
        """Make a wave's key; an existing one is kept."""
        return self._read_or_create(f"wave-{wave_id.hex}")

    def destroy_wave_key(self, wave_id: UUID) -> None:
        """Remove a wave's key for ever. Nothing happens if it is gone already."""
        self._destroy(f"wave-{wave_id.hex}")

    def has_project_key(self, project_id: UUID) -> bool:
        """Whether a project's key is there, whatever is in it."""
        return self._path(f"project-{project_id.hex}").exists()

    def put_project_key(self, project_id: UUID, key: Key) -> bool:
        """Put a project's key back; False where it is there already.

        Raises KeyRefused where another one is, which stays.
        """
        name = f"project-{project_id.hex}"
        is_written = self._write(name, key)
        if not hmac.compare_digest(self._read(name).secret, key.secret):
            raise KeyRefused(
                f"{self._path(name)}: expected no key or this one, found another;"
                " it was not overwritten"
            )
        return is_written

    def earlier_key(self, kind: GlobalKey, number: int) -> Key:
        """Return a key that was replaced, the first being number 1; KeyRefused where it is gone."""
        return self._read(f"{kind}-{number}")

    def earlier_keys(self, kind: GlobalKey) -> Sequence[Key]:
        """Return the keys that were replaced and kept, the latest first."""
        numbers = self._earlier_numbers(kind)
        return [self.earlier_key(kind, number) for number in sorted(numbers, reverse=True)]

    def keep_as_earlier(self, kind: GlobalKey) -> int:
        """Keep the key in use under the next number as well, and return that number.

        The number it is kept under already, where an earlier replacing was cut short.
        """
        numbers = self._earlier_numbers(kind)
        key = self._read(kind)
        for number in numbers:
            if hmac.compare_digest(self.earlier_key(kind, number).secret, key.secret):
                return number
        number = max(numbers, default=0) + 1
        self._write(f"{kind}-{number}", key)
        return number

    def make_next(self, kind: GlobalKey) -> Key:
        """Make the key that is to replace the one in use; one that was made already is kept."""
        return self._read_or_create(f"{kind}.next")

    def find_next(self, kind: GlobalKey) -> Key | None:
        """Return the key that is to replace the one in use, None while none is being replaced."""
        return self._read(f"{kind}.next") if self._path(f"{kind}.next").exists() else None

    def adopt_next(self, kind: GlobalKey) -> None:
        """Let the next key take the place of the one in use, in one step that lasts."""
        self._path(f"{kind}.next").replace(self._path(kind))
        self._flush_folder()

    def discard_next(self, kind: GlobalKey) -> None:
        """Forget the next key; the one in use stays."""
        self._path(f"{kind}.next").unlink(missing_ok=True)

    def list_files(self) -> Sequence[KeyFile]:
        """Return every key file by name, without secrets. Raises KeyRefused for one it refuses."""
        return [self._describe(path) for path in sorted(self.folder.glob("[!.]*.key"))]

    def _describe(self, path: Path) -> KeyFile:
        name = path.name.removesuffix(".key")
        kind, _, rest = name.partition("-")
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        object_id = UUID(rest) if kind in {"wave", "project"} and len(rest) == 32 else None
        return KeyFile(name, kind, object_id, written.date(), self._read(name).recognition)

    def _earlier_numbers(self, kind: GlobalKey) -> list[int]:
        found = (path.name.removesuffix(".key") for path in self.folder.glob(f"{kind}-*.key"))
        endings = (name.removeprefix(f"{kind}-") for name in found)
        return [int(ending) for ending in endings if ending.isdigit()]

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
        if len(secret) != _KEY_BYTES:
            raise KeyRefused(
                f"{path}: expected 64 hexadecimal digits, found {len(text)} characters"
            )
        return Key(secret)

    def _read_or_create(self, name: str) -> Key:
        if not self._path(name).exists():
            self._write(name, Key(secrets.token_bytes(_KEY_BYTES)))
        return self._read(name)

    def _write(self, name: str, key: Key) -> bool:
        """Write a new key file; False where there is one, which stays as it is."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Written aside and linked into place: a second process never reads a half-written key,
        # and whoever comes first wins.
        aside = self.folder / f".{name}.{secrets.token_hex(8)}"
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(key.secret.hex())
            file.flush()
            os.fsync(file.fileno())
        try:
            self._path(name).hardlink_to(aside)
        except FileExistsError:
            return False
        finally:
            aside.unlink()
        self._flush_folder()
        return True

    def _destroy(self, name: str) -> None:
        # With what a power cut may have left of its writing: the same key under another name.
        for path in (self._path(name), *self.folder.glob(f".{name}.*")):
            path.unlink(missing_ok=True)
        if self.folder.exists():
            self._flush_folder()

    def _flush_folder(self) -> None:
        # A name survives a power cut only once its directory is on the disk.
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
