"""The withdrawal code: given to who sent their answers by code, and what it undoes."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from survey_service.fieldwork.access_codes import read_code
from survey_service.fieldwork.answering import (
    CodeRefused,
    PageUnknown,
    ResponseUnknown,
    WaveClosed,
    withdrawal_code,
)
from survey_service.storage import free_texts, projects, responses
from survey_service.storage.database import reading, writing
from survey_service.storage.keys import Key, KeyRefused, KeyStore


@dataclass(frozen=True, slots=True)
class Receipt:
    """What somebody gets who sent their answers: a withdrawal code, if they came with a code."""

    withdrawal_code: str | None
    retained_until: date
    project_id: UUID
    notice_version: str


def find_receipt(keys: KeyStore, response_id: UUID) -> Receipt:
    """Return the receipt of a response that was sent, while its wave is open.

    Raises ResponseUnknown where there is no response, PageUnknown before it is sent, WaveClosed
    after closing: what a closed wave keeps no longer tells who came with a code.
    """
    state = responses.find_state(reading(), response_id)
    if state is None:
        raise ResponseUnknown
    if not state.is_sent:
        raise PageUnknown
    if state.wave_status != "open":
        raise WaveClosed
    code = withdrawal_code(keys, state) if state.has_code else None
    return Receipt(code, state.retained_until, state.project_id, state.notice_version)


def withdraw(keys: KeyStore, typed: str) -> None:
    """Delete a sent response by its withdrawal code.

    Raises CodeMistyped for what cannot be a code, CodeRefused for one that fits nothing.
    """
    code = read_code(typed)
    project_keys = existing_project_keys(keys)
    with writing() as session:
        deleted = responses.delete_by_withdrawal(
            session, [key.fingerprint("withdrawal", code) for key in project_keys]
        )
        if not deleted:
            raise CodeRefused
        free_texts.withdraw_free_texts(
            session, [key.fingerprint("free-text-holder", code) for key in project_keys]
        )


def existing_project_keys(keys: KeyStore) -> list[Key]:
    """Return the keys of all projects that still have theirs: a code may belong to any."""
    found = []
    for project_id in projects.find_project_ids(reading()):
        try:
            found.append(keys.project_key(project_id))
        except KeyRefused:
            continue
    return found
