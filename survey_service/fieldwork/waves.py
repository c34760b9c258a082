"""Waves: planned, open, closed, released; and the codes and links by which people get in."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from survey_service.fieldwork.access_codes import make_code
from survey_service.storage import projects
from survey_service.storage.database import Session, compact, reading, writing
from survey_service.storage.keys import Key, KeyStore
from survey_service.storage.projects import NewAdmission, WaveRecord
from survey_service.storage.sealing import seal


class WaveStatus(StrEnum):
    """The steps of a wave, in their order."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    RELEASED = "released"


class WaveStepRefused(Exception):
    """A wave cannot take this step from where it is."""


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


def open_wave(keys: KeyStore, wave_id: UUID, today: date) -> None:
    """Open a planned wave: make its key and, the first time, date the project's plan.

    Raises WaveStepRefused when it is not planned.
    """
    with writing() as session:
        wave = _find(wave_id)
        if wave.status != WaveStatus.PLANNED:
            raise WaveStepRefused(f"wave {wave.key}: expected planned, found {wave.status}")
        keys.create_wave_key(wave_id)
        projects.register_plan(session, wave.project_id, today)
        projects.set_wave_status(session, wave_id, WaveStatus.OPEN)


def close_wave(keys: KeyStore, wave_id: UUID, today: date) -> None:
    """Close an open wave for good.

    Drafts, codes, contacts and weeks are deleted, the counts are kept, the wave's key is destroyed
    and the database file rewritten. A closing that was cut short is finished by calling again, or
    by the day's upkeep.

    Raises WaveStepRefused when the wave is neither open nor closed.
    """
    with writing() as session:
        wave = _find(wave_id)
        if wave.status not in {WaveStatus.OPEN, WaveStatus.CLOSED}:
            raise WaveStepRefused(f"wave {wave.key}: expected open, found {wave.status}")
        projects.set_wave_status(session, wave_id, WaveStatus.CLOSED)
        projects.empty_wave(session, wave_id)
        projects.save_counts(session, wave_id, today, projects.count_sent(session, wave_id))
    keys.destroy_wave_key(wave_id)
    compact()


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


def refresh_counts(wave: WaveRecord, today: date) -> tuple[date | None, dict[str, int]]:
    """Return a wave's kept counts; while it is open they are taken anew once a day.

    Shown more often, a count would tell when a single person answered.
    """
    as_of, counts = projects.find_counts(reading(), wave.id)
    if wave.status != WaveStatus.OPEN or as_of == today:
        return as_of, counts
    with writing() as session:
        projects.save_counts(session, wave.id, today, projects.count_sent(session, wave.id))
    return projects.find_counts(reading(), wave.id)


def _find(wave_id: UUID) -> WaveRecord:
    wave = projects.find_wave(reading(), wave_id)
    if wave is None:
        raise WaveStepRefused(f"wave {wave_id}: there is none with this id")
    return wave


def _find_to_invite(session: Session, wave_id: UUID, audiences: set[str]) -> WaveRecord:
    projects.keep_wave_as_it_is(session, wave_id)
    wave = _find(wave_id)
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
