"""Where the audit log ends, in a file outside the database: cutting off its end is noticed.

The file holds one line of fixed length, so that it is overwritten in one piece. It may lag behind
the database by what was being written when the power went, but never be ahead of it.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from survey_service.storage.keys import Key

_DIGITS = 20
_HASH = 64


class HeadRefused(Exception):
    """The file of the log's end does not hold what this service wrote."""


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The newest entry: its position and its hash."""

    position: int
    entry_hash: str


def read_head(path: Path, key: Key) -> AuditHead | None:
    """Return where the log ended, None without a file; HeadRefused if it was not signed by us."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            return _parse(file.read(), key)
    except FileNotFoundError:
        return None


class HeadFile:
    """The file while nobody else may read or write it; `found` is as `read_head` returns it.

    `key` is what the log is written with, as long as the file is held.
    `is_ours` is False for a file that holds something else: it is written anew, because what is
    wrong with it is entered in the log.
    """

    def __init__(self, descriptor: int, key: Key) -> None:
        self._descriptor = descriptor
        self.key = key
        self.is_ours = True
        self.found: AuditHead | None = None
        try:
            self.found = _parse(os.pread(descriptor, 1000, 0), key)
        except HeadRefused:
            self.is_ours = False

    def sign_with(self, key: Key, head: AuditHead) -> None:
        """Write where the log ends now, from now on with another key."""
        self.key = key
        self.found, self.is_ours = head, True
        self.write(head)

    def write(self, head: AuditHead) -> None:
        """Write where the log ends now."""
        line = _line(self.key, head)
        os.pwrite(self._descriptor, line, 0)
        os.ftruncate(self._descriptor, len(line))


@contextmanager
def holding_head(path: Path, find_key: Callable[[], Key]) -> Iterator[HeadFile]:
    """Keep every other process from appending to the log, and give the file of its end.

    The file is made where there is none, for its owner alone. The key is looked for once nobody
    else can replace it.
    """
    # Opened anew each time: a lock belongs to the opening, and the threads must exclude each other.
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield HeadFile(descriptor, find_key())
    finally:
        os.close(descriptor)


def _parse(content: bytes, key: Key) -> AuditHead | None:
    if not content:
        return None  # made, and not yet written
    try:
        digits, entry_hash, _ = content.decode("ascii").split(" ")
        head = AuditHead(int(digits), entry_hash)
    except ValueError:
        raise HeadRefused("expected one line of this service, found another") from None
    if content != _line(key, head):
        raise HeadRefused("expected a line signed with the audit key, found another")
    return head


def _line(key: Key, head: AuditHead) -> bytes:
    position = f"{head.position:0{_DIGITS}d}"
    signature = key.fingerprint("audit head", position, head.entry_hash)
    return f"{position} {head.entry_hash} {signature}\n".encode("ascii")
