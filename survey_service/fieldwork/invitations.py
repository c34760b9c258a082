"""Who may answer in a wave: codes for those invited, and links that are open to a unit."""

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from string import ascii_lowercase
from uuid import UUID

from survey_service.fieldwork.access_codes import make_code
from survey_service.fieldwork.waves import WaveStatus, find_known_wave
from survey_service.storage import invitations as storage
from survey_service.storage import projects
from survey_service.storage.database import Session, reading, writing
from survey_service.storage.keys import Key, KeyStore
from survey_service.storage.projects import NewAdmission, WaveRecord
from survey_service.storage.sealing import seal


class InvitationRefused(Exception):
    """An invitation cannot be issued."""


class BatchKind(StrEnum):
    """How those of a batch are known: by a list of references, or not at all."""

    LIST = "list"
    CODES = "codes"


@dataclass(frozen=True, slots=True)
class Contact:
    """How somebody is reached; it is stored sealed with the wave's key and gone at closing."""

    name: str = ""
    address: tuple[str, ...] = ()
    email: str = ""

    def to_text(self) -> str:
        """Return the contact as it is sealed."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @staticmethod
    def from_text(text: str) -> "Contact":
        """Return the contact that `to_text` wrote."""
        found = json.loads(text)
        return Contact(found["name"], tuple(found["address"]), found["email"])


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
    codes, admissions = _prepare(keys, wave_id, invitees)
    with writing() as session:
        _store(session, wave_id, admissions, None)
    return codes


def invite_batch(
    keys: KeyStore, wave_id: UUID, kind: BatchKind, invitees: Sequence[Invitee], today: date
) -> UUID:
    """Issue a code to each invitee of an open wave as one batch, and return the batch's id.

    Raises InvitationRefused as `invite` does; then there is no batch.
    """
    _, admissions = _prepare(keys, wave_id, invitees)
    with writing() as session:
        batch_id = storage.add_batch(session, wave_id, kind, today, len(invitees))
        _store(session, wave_id, admissions, batch_id)
    return batch_id


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


def find_open_links(wave_id: UUID) -> Mapping[tuple[UUID, str], int]:
    """Return how many open links a wave has, per unit and audience."""
    return storage.count_open_links(reading(), wave_id)


def is_open_link(keys: KeyStore, wave_id: UUID, token: str) -> bool:
    """Whether a token is that of an open link of this wave."""
    token_hash = keys.wave_key(wave_id).fingerprint("link", token)
    return storage.has_open_link(reading(), wave_id, token_hash)


def withdraw_open_links(wave_id: UUID, unit_id: UUID, audience: str) -> None:
    """Make the open links of a unit and audience lead nowhere; answers given by them stay."""
    with writing() as session:
        storage.delete_open_links(session, wave_id, unit_id, audience)


def random_reference() -> str:
    """Return a reference for somebody nobody names; letters only, lest it look like a number."""
    return "".join(secrets.choice(ascii_lowercase) for _ in range(24))


def looks_like_cpr(text: str) -> bool:
    """Whether a text may hold a Danish civil registration number."""
    return _LOOKS_LIKE_CPR.search(text) is not None


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


def _prepare(
    keys: KeyStore, wave_id: UUID, invitees: Sequence[Invitee]
) -> tuple[list[str], list[NewAdmission]]:
    """Make the codes and seal them; before the database is locked, for it takes its time."""
    wave = _find_to_invite(reading(), wave_id, {invitee.audience for invitee in invitees})
    codes = [make_code(secrets.randbits) for _ in invitees]
    wave_key, project_key = keys.wave_key(wave_id), keys.project_key(wave.project_id)
    admissions = [
        _admission(wave_key, project_key, invitee, code)
        for invitee, code in zip(invitees, codes, strict=True)
    ]
    return codes, admissions


def _store(
    session: Session, wave_id: UUID, admissions: Sequence[NewAdmission], batch_id: UUID | None
) -> None:
    _find_to_invite(session, wave_id, {admission.audience for admission in admissions})
    pseudonyms = {admission.pseudonym for admission in admissions}
    if len(pseudonyms) < len(admissions) or storage.find_known_pseudonyms(
        session, wave_id, pseudonyms
    ):
        raise InvitationRefused("a reference is listed twice or already has a code")
    projects.add_admissions(session, wave_id, admissions, batch_id)


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
