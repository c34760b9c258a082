"""Shared tablets: paired once with a unit, they begin anonymous answers and leave none behind."""

import hmac
import secrets
from dataclasses import dataclass
from uuid import UUID, uuid4

from survey_service.fieldwork import answering
from survey_service.storage import kiosk as storage
from survey_service.storage import projects, responses
from survey_service.storage.database import reading, writing
from survey_service.storage.keys import KeyRefused, KeyStore
from survey_service.storage.kiosk import KioskRecord, UnitRecord
from survey_service.storage.projects import WaveRecord
from survey_service.storage.responses import Door

NAME_LIMIT = 60


class KioskRefused(Exception):
    """This browser is no paired tablet: never was, or its pairing was revoked."""


class PairingRefused(Exception):
    """A tablet cannot be paired like this."""


class AudienceNotAsked(Exception):
    """No open wave of the tablet's project asks this audience."""


@dataclass(frozen=True, slots=True)
class PairedTablets:
    """A project's units, and the tablets paired with each of them."""

    units: tuple[UnitRecord, ...]
    tablets: tuple[KioskRecord, ...]


def pair_tablet(keys: KeyStore, project_id: UUID, unit_id: UUID, name: str) -> str:
    """Pair a tablet with a unit and return what its browser is to hold, 128 random bits and an id.

    Raises PairingRefused for a unit of another municipality, or a name that is empty or longer
    than NAME_LIMIT.
    """
    cleaned = " ".join(name.split())
    if not 1 <= len(cleaned) <= NAME_LIMIT:
        raise PairingRefused(f"name: expected 1 to {NAME_LIMIT} characters, found {len(cleaned)}")
    if unit_id not in {unit.id for unit in storage.find_project_units(reading(), project_id)}:
        raise PairingRefused(f"unit {unit_id}: expected a unit of the project's municipality")
    kiosk_id, secret = uuid4(), secrets.token_urlsafe(16)
    token_hash = keys.project_key(project_id).fingerprint("kiosk", kiosk_id.hex, secret)
    with writing() as session:
        storage.add_kiosk(session, kiosk_id, project_id, unit_id, cleaned, token_hash)
    return f"{kiosk_id.hex}.{secret}"


def find_tablet(keys: KeyStore, token: str) -> KioskRecord:
    """Return the tablet whose browser holds `token`. Raises KioskRefused."""
    identity, _, secret = token.partition(".")
    try:
        kiosk_id = UUID(hex=identity)
    except ValueError:
        raise KioskRefused from None
    found = storage.find_kiosk(reading(), kiosk_id)
    if found is None or found.is_revoked:
        raise KioskRefused
    try:
        key = keys.project_key(found.project_id)
    except KeyRefused:  # the project's time is over
        raise KioskRefused from None
    expected = key.fingerprint("kiosk", kiosk_id.hex, secret)
    if not hmac.compare_digest(expected, found.token_hash):
        raise KioskRefused
    return found


def find_paired_tablets(project_id: UUID) -> PairedTablets:
    """Return a project's units and its paired tablets."""
    return PairedTablets(
        tuple(storage.find_project_units(reading(), project_id)),
        tuple(storage.find_kiosks(reading(), project_id)),
    )


def find_paired_tablet(kiosk_id: UUID) -> KioskRecord | None:
    """Return one tablet, revoked or not; None if there is none with this id."""
    return storage.find_kiosk(reading(), kiosk_id)


def revoke_tablet(kiosk_id: UUID) -> None:
    """End a pairing: from now on the tablet begins no answers."""
    with writing() as session:
        storage.revoke_kiosk(session, kiosk_id)


def find_open_audiences(tablet: KioskRecord) -> list[str]:
    """Return whom the open waves of the tablet's project ask."""
    return list(storage.find_open_audiences(reading(), tablet.project_id))


def begin_on_tablet(tablet: KioskRecord, audience: str) -> UUID:
    """Begin an anonymous response for the tablet's unit and return its id.

    Raises AudienceNotAsked when no open wave asks the audience.
    """
    response_id = uuid4()
    with writing() as session:
        wave_id = storage.find_open_audiences(session, tablet.project_id).get(audience)
        if wave_id is None:
            raise AudienceNotAsked(f"audience {audience}: no open wave asks it")
        projects.keep_wave_as_it_is(session, wave_id)
        if not _is_open(projects.find_wave(session, wave_id)):
            raise AudienceNotAsked(f"audience {audience}: its wave has just closed")
        door = Door(wave_id, tablet.unit_id, audience, None, None, None, is_sent=False)
        responses.begin_response(session, response_id, door)
    return response_id


def leave_unfinished(keys: KeyStore, response_id: UUID) -> None:
    """Delete the draft somebody left on a tablet, words and all.

    What a code leads back to is kept: an access code, or the pause code they asked for. So is what
    was sent. Nothing happens if the response is gone.
    """
    with writing() as session:
        state = responses.find_state(session, response_id, for_saving=True)
        if state is None or state.is_sent or state.has_code or state.wave_status != "open":
            return
        if not storage.has_pause_code(session, response_id):
            answering.delete_draft(session, keys, state)


def _is_open(wave: WaveRecord | None) -> bool:
    return wave is not None and wave.status == "open"
