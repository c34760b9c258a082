"""Project keys kept by two people on paper: split, put back, and tried without touching anything.

A project's key is the one key whose loss cannot be made good: without it nobody's later waves are
linked to the earlier ones, and nothing can be withdrawn.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from cryptography.exceptions import InvalidTag

from survey_service.fieldwork.key_shares import KeyShare, join_shares, split_key
from survey_service.storage.database import reading
from survey_service.storage.free_texts import TEXT_PURPOSE
from survey_service.storage.keys import Key, KeyStore
from survey_service.storage.projects import ProjectRecord
from survey_service.storage.sealed_values import find_last_days, find_sealed_words
from survey_service.storage.sealing import unseal

ESCROWED, DRILLED = "key_escrowed", "key_drilled"
"""What splitting and trying are entered as in the audit log."""


class EscrowRefused(Exception):
    """A key that may not be split or put back."""


@dataclass(frozen=True, slots=True)
class Drill:
    """What trying two halves showed: the key they give would be right.

    `is_in_use` is whether the key in use is there, and the same; `opened_words` whether something
    sealed with the key was there to be opened, and opened.
    """

    recognition: str
    is_in_use: bool
    opened_words: bool


def escrow_key(
    keys: KeyStore, project: ProjectRecord, today: date, random_bytes: Callable[[int], bytes]
) -> tuple[KeyShare, KeyShare]:
    """Split a project's key anew in two halves, which are stored nowhere.

    Raises EscrowRefused past the retention date, KeyRefused where the key is not there.
    """
    _require_kept(project, today)
    return split_key(keys.project_key(project.id), project.id, random_bytes)


def restore_key(
    keys: KeyStore, project: ProjectRecord, halves: tuple[KeyShare, KeyShare], today: date
) -> bool:
    """Put a project's key back from its halves; False where it was there already.

    Raises EscrowRefused past the retention date or where the project's words do not open,
    SharesRefused for halves that do not fit, and KeyRefused where another key is in use.
    """
    _require_kept(project, today)
    key = join_shares(*halves, project.id)
    _open_words(key, project.id)
    return keys.put_project_key(project.id, key)


def drill(keys: KeyStore, project: ProjectRecord, halves: tuple[KeyShare, KeyShare]) -> Drill:
    """Try whether two halves would give the project's key; nothing is changed.

    Raises as `restore_key` does, and EscrowRefused where the key in use is another.
    """
    key = join_shares(*halves, project.id)
    is_in_use = keys.has_project_key(project.id)
    if is_in_use and keys.project_key(project.id) != key:
        raise EscrowRefused(
            "halves: expected those of the key in use, found those of another;"
            " split the key anew and destroy these papers"
        )
    return Drill(key.recognition, is_in_use, _open_words(key, project.id))


def find_escrow_days() -> Mapping[str, Mapping[UUID, str]]:
    """Return by ESCROWED and DRILLED the last day it was done per project, as the log has it."""
    session = reading()
    return {
        action: {UUID(found): day for found, day in find_last_days(session, action).items()}
        for action in (ESCROWED, DRILLED)
    }


def _require_kept(project: ProjectRecord, today: date) -> None:
    if project.retained_until < today:
        raise EscrowRefused(
            f"project {project.key}: expected a retention date that has not passed,"
            f" found {project.retained_until}; its key was destroyed for good"
        )


def _open_words(key: Key, project_id: UUID) -> bool:
    """Whether something sealed with the project's key is there, and opens."""
    found = find_sealed_words(reading(), project_id)
    if found is None:
        return False
    holder_hash, sealed = found
    try:
        unseal(key, TEXT_PURPOSE, sealed, holder_hash)
    except InvalidTag:
        raise EscrowRefused(
            "halves: expected the key that the project's words are sealed with, found another"
        ) from None
    return True
