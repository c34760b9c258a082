"""Who may answer in a wave: codes for those invited, and links that are open to a unit."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from survey_service.fieldwork.access_codes import make_code
from survey_service.fieldwork.waves import WaveStatus, find_known_wave
from survey_service.storage import projects
from survey_service.storage.database import Session, writing
from survey_service.storage.keys import Key, KeyStore
from survey_service.storage.projects import NewAdmission, WaveRecord
from survey_service.storage.sealing import seal


class InvitationRefused(Exception):
    """An invitation cannot be issued."""


@dataclass(frozen=True, slots=True)
class Invitee:
    """Somebody to invite. `reference` is the evaluator's own and is not stored."""

    unit_id: UUID
    audience: str
    reference: str
    language: str = "da"
    contact: str | None = None


# Ten digits whose third and fourth may be a month, however they are set apart. Days and months
# count on past 31 and 12, because replacement numbers add to them.
_LOOKS_LIKE_CPR = re.compile(r"\d\d[-./ ]?[0-5]\d[-./ ]?\d\d\s?[-‐-―.]?\s?\d{4}")


def invite(keys: KeyStore, wave_id: UUID, invitees: Sequence[Invitee]) -> list[str]:
    """Issue a code to each invitee of an open wave; return the codes in the same order.

    Raises InvitationRefused when somebody already has a code in this wave, is named twice, has no
    questionnaire to answer, or a reference looks like a CPR number; then nobody gets one.
    """
    codes = [make_code(secrets.randbits) for _ in invitees]
    with writing() as session:
        wave = _find_to_invite(session, wave_id, {invitee.audience for invitee in invitees})
        wave_key, project_key = keys.wave_key(wave_id), keys.project_key(wave.project_id)
        admissions = [
            _admission(wave_key, project_key, invitee, code)
            for invitee, code in zip(invitees, codes, strict=True)
        ]
        pseudonyms = {admission.pseudonym for admission in admissions}
        known = projects.find_pseudonyms(session, wave_id)
        if len(pseudonyms) < len(admissions) or known & pseudonyms:
            raise InvitationRefused("a reference is listed twice or already has a code")
        projects.add_admissions(session, wave_id, admissions)
    return codes


def make_open_link(keys: KeyStore, wave_id: UUID, unit_id: UUID, audience: str) -> str:
    """Make a unit's open link for an open wave and return its token.

    Raises InvitationRefused when the wave is not open or the audience has no questionnaire in it.
    """
    token = secrets.token_urlsafe(16)
    with writing() as session:
        _find_to_invite(session, wave_id, {audience})
        key = keys.wave_key(wave_id)
        projects.add_open_link(session, key.fingerprint("link", token), wave_id, unit_id, audience)
    return token


def pseudonym_of(project_key: Key, audience: str, reference: str) -> str:
    """Return the name under which one person's waves are linked, 64 hexadecimal digits.

    Raises InvitationRefused for a reference that is empty or looks like a CPR number.
    """
    cleaned = reference.strip()
    if not cleaned or _LOOKS_LIKE_CPR.search(cleaned):
        raise InvitationRefused("a reference is empty or looks like a CPR number")
    return project_key.fingerprint("pseudonym", audience, cleaned)


def _find_to_invite(session: Session, wave_id: UUID, audiences: set[str]) -> WaveRecord:
    projects.keep_wave_as_it_is(session, wave_id)
    wave = find_known_wave(wave_id)
    if wave.status != WaveStatus.OPEN:
        raise InvitationRefused(f"wave {wave.key}: expected open, found {wave.status}")
    missing = sorted(audiences - set(projects.find_wave_instruments(session, wave_id)))
    if missing:
        raise InvitationRefused(f"wave {wave.key}: no questionnaire for {', '.join(missing)}")
    return wave


def _admission(wave_key: Key, project_key: Key, invitee: Invitee, code: str) -> NewAdmission:
    return NewAdmission(
        code_hash=wave_key.fingerprint("code", code),
        unit_id=invitee.unit_id,
        audience=invitee.audience,
        pseudonym=pseudonym_of(project_key, invitee.audience, invitee.reference),
        language=invitee.language,
        sealed_contact=(
            None
            if invitee.contact is None
            else seal(wave_key, "contact", invitee.contact, "invitation")
        ),
        sealed_code=seal(wave_key, "register", code, "invitation"),
    )
