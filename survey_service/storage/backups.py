"""Putting a backup back: checked before anything is touched, and whole or not at all."""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

_COMPANIONS = ("-wal", "-shm", "-journal")


class RestoreRefused(Exception):
    """A backup that cannot be put back; nothing was changed."""


def check_backup(file: Path, known_migrations: Collection[str]) -> str:
    """Return the migration a backup is at.

    Raises RestoreRefused for a file that is no whole database of this service, or of a newer one.
    """
    try:
        # Immutable: reading must leave neither a -wal file nor a changed byte beside the backup.
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?immutable=1", uri=True)) as found:
            [[state], *_] = found.execute("PRAGMA integrity_check(1)").fetchall()
            [[migration]] = found.execute("SELECT version_num FROM alembic_version").fetchall()
    except (sqlite3.Error, ValueError) as error:
        raise RestoreRefused(
            f"{file}: expected a backup of this service, found none ({type(error).__name__})"
        ) from None
    if state != "ok":
        raise RestoreRefused(f"{file}: expected a whole database, found it damaged")
    if migration not in known_migrations:
        raise RestoreRefused(
            f"{file}: expected a migration up to {max(known_migrations)}, found {migration};"
            " it was made by a newer version of the service"
        )
    return str(migration)


def restore_database(file: Path, target: Path, *, replace: bool) -> None:
    """Put a backup where the database belongs, mode 600, in one step.

    Args:
        file: the backup, already checked.
        target: where the database belongs.
        replace: whether a database that is there may go, with its -wal.

    Raises:
        RestoreRefused: where a database is, or files cannot be written.
    """
    if target.exists() and not replace:
        raise RestoreRefused(
            f"{target}: expected no database, found one; stop the server and give --replace"
        )
    draft = target.with_name(f".{target.name}.restoring")
    try:
        draft.unlink(missing_ok=True)
        with file.open("rb") as source, _open_new(draft) as copy:
            shutil.copyfileobj(source, copy)
            copy.flush()
            os.fsync(copy.fileno())
        with _open_lock(target) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # A -wal of the earlier database would be applied to this one.
            for ending in _COMPANIONS:
                target.with_name(target.name + ending).unlink(missing_ok=True)
            draft.replace(target)
    except OSError as error:
        draft.unlink(missing_ok=True)
        reason = (error.strerror or "no way to write it").lower()
        raise RestoreRefused(f"{target}: expected a file to write, found: {reason}") from error


def _open_new(path: Path):  # type: ignore[no-untyped-def]
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _open_lock(target: Path):  # type: ignore[no-untyped-def]
    lock = f"{target}.lock"
    return os.fdopen(os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b")
