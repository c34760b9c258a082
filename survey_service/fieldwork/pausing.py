"""Pausing without an access code: a code that leads back to the draft once, within a short time."""

import secrets
from datetime import date, timedelta
from uuid import UUID

from survey_service.fieldwork.access_codes import make_code
from survey_service.fieldwork.answering import delete_draft, require_open
from survey_service.storage import kiosk as storage
from survey_service.storage import responses
from survey_service.storage.database import reading, writing
from survey_service.storage.keys import KeyStore

DAYS_TO_COME_BACK = 1


class PauseRefused(Exception):
    """Who came with an access code needs no other."""


def make_pause_code(keys: KeyStore, response_id: UUID, today: date) -> str:
    """Return a code to go on with an anonymous draft: once, today or tomorrow, in any browser.

    An earlier code for the same draft stops working. Raises PauseRefused for a response with an
    access code, and what answering raises for one that takes no answers.
    """
    code = make_code(secrets.randbits)
    with writing() as session:
        state = require_open(session, response_id)
        if state.has_code:
            raise PauseRefused
        storage.replace_pause_code(
            session,
            # As access codes are hashed: whoever types it need not know which kind it is.
            keys.wave_key(state.wave_id).fingerprint("code", code),
            state.wave_id,
            response_id,
            today + timedelta(days=DAYS_TO_COME_BACK),
        )
    return code


def forget_expired_pauses(keys: KeyStore, today: date) -> int:
    """Delete drafts nobody can come back to, as their pause code has expired; return how many."""
    response_ids = storage.find_expired_pauses(reading(), today)
    for response_id in response_ids:
        with writing() as session:
            state = responses.find_state(session, response_id, for_saving=True)
            if state is not None and not state.is_sent and state.wave_status == "open":
                delete_draft(session, keys, state)
    with writing() as session:
        storage.delete_expired_pause_codes(session, today)
    return len(response_ids)
