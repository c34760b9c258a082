"""Files written whole or not at all."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from survey_service.exchange.faults import refuse


def write_whole(path: Path, write: Callable[[TextIO], None], sources: tuple[Path, ...]) -> None:
    """Write a text file so that nobody ever finds half of it.

    Args:
        path: what to create or replace; a pipe or device is written to directly.
        write: writes the content to the stream it is given.
        sources: files that must not be replaced, because they are read from.

    The file is readable by its owner alone: it may hold answers of single persons.

    Raises:
        BadInputError: when nothing can be written there.
    """
    target = path.resolve()
    if target.is_dir():
        raise refuse(path, "a file to write to", "a directory")
    if not target.parent.is_dir():
        raise refuse(path, "a file in an existing directory", f"no directory {target.parent.name}")
    if any(source.resolve() == target for source in sources):
        raise refuse(path, "another file than the one that is read", "the same file")
    try:
        if target.exists() and not target.is_file():
            with target.open("w", encoding="utf-8", newline="") as stream:
                write(stream)
        else:
            _replace(target, write)
    except OSError as error:
        raise refuse(path, "a file that can be written", error.strerror or str(error)) from error


def _replace(target: Path, write: Callable[[TextIO], None]) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
