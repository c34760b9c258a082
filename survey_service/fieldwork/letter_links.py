"""The address a letter's QR code and an e-mail hold: it opens the door once, and is no code.

Browsers keep the addresses they have been to, in files of their own, whatever a page does. So what
stands in the address is not the code but the code sealed with the wave's key, and it admits only as
long as nobody has begun to answer with that code. What a browser keeps leads nowhere afterwards.
Nothing is stored for it here.
"""

import base64
import binascii
from datetime import date
from uuid import UUID

from cryptography.exceptions import InvalidTag

from survey_service.fieldwork import answering
from survey_service.fieldwork.access_codes import read_code
from survey_service.fieldwork.answering import CodeRefused, Entrance
from survey_service.storage import projects, responses
from survey_service.storage.database import reading
from survey_service.storage.keys import Key, KeyRefused, KeyStore
from survey_service.storage.sealing import seal, unseal

_PURPOSE, _BOUND_TO = "letter-link", "entrance"


def make_letter_token(wave_key: Key, code: str) -> str:
    """Return what stands for a code in an address: 60 letters, digits, "-" and "_"."""
    return base64.urlsafe_b64encode(seal(wave_key, _PURPOSE, code, _BOUND_TO)).decode()


def enter_with_letter(
    keys: KeyStore, token: str, today: date, own_response_id: UUID | None
) -> Entrance:
    """Begin the response of the code that a token stands for.

    Args:
        own_response_id: the response being answered in this browser, which may go on.

    Raises:
        CodeRefused: for an unknown token, a closed wave, or a code somebody has begun to use.
    """
    code, code_hashes = _read_token(keys, token)
    session = reading()
    # Looked for even where the token is unknown: the work must not tell a used one from it.
    doors = responses.find_doors_by_code(session, code_hashes, today)
    session.rollback()  # nothing is kept for us: entering looks again
    if code is None or not doors or doors[0].response_id not in {None, own_response_id}:
        raise CodeRefused
    return answering.enter_with_code(keys, code, today)


def _read_token(keys: KeyStore, token: str) -> tuple[str | None, list[str]]:
    """Return the code a token stands for, None if for none, and what it hashes to in each wave.

    Every open wave's key is tried and used in the same way, whether it fits or not.
    """
    sealed, found = _decode(token), None
    code_hashes = []
    for wave_id in projects.find_open_waves(reading()):
        try:
            wave_key = keys.wave_key(wave_id)
        except KeyRefused:
            continue
        code = _unseal_code(wave_key, sealed)
        found = code or found
        code_hashes.append(wave_key.fingerprint("code", code or ""))
    return found, code_hashes


def _decode(token: str) -> bytes:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def _unseal_code(wave_key: Key, sealed: bytes) -> str | None:
    try:
        return read_code(unseal(wave_key, _PURPOSE, sealed, _BOUND_TO))
    except (InvalidTag, ValueError):
        return None
