"""Files that background work made, until somebody fetched them or the day is over."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

FOLDER = "output/jobs"


@dataclass(frozen=True, slots=True)
class ResultFile:
    """A file to fetch: its name, its media type, and what writes it, so that it needs no memory.

    Writing is part of the work: it may tell how far it is, and be stopped.
    """

    name: str
    media_type: str
    write: Callable[[BinaryIO], object]


def save(instance: Path, job_id: UUID, file: ResultFile) -> None:
    """Write a file for its owner only; nobody ever finds half of it.

    Raises OSError, and whatever writing it raises: then nothing is left behind.
    """
    path = result_path(instance, job_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_suffix(".part")
    try:
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            file.write(opened)
            opened.flush()
            os.fsync(opened.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def remove(instance: Path, job_id: UUID) -> None:
    """Remove the file of a piece of work, if there is one."""
    result_path(instance, job_id).unlink(missing_ok=True)


def result_path(instance: Path, job_id: UUID) -> Path:
    """Return where the file of a piece of work lies."""
    return instance / FOLDER / job_id.hex
