"""A batch of invitations: whose it is, and for how long its letters can be fetched."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from survey_service.fieldwork.access_codes import format_code
from survey_service.fieldwork.invitations import Contact
from survey_service.fieldwork.letter_links import make_letter_token
from survey_service.fieldwork.waves import WaveStatus, find_known_wave
from survey_service.storage import invitations as storage
from survey_service.storage import projects
from survey_service.storage.database import reading, writing
from survey_service.storage.invitations import BatchRecord, InvitationRecord
from survey_service.storage.keys import Key, KeyStore
from survey_service.storage.sealing import unseal

DAYS_TO_FETCH = 14
"""After this many days a batch's codes are shown nobody any more."""


class DocumentsGone(Exception):
    """A batch's letters can no longer be fetched."""


@dataclass(frozen=True, slots=True)
class Invited:
    """One person of a batch, in memory only: never stored, logged or shown on a page."""

    invitation_id: UUID
    unit: str
    unit_key: str
    audience: str
    language: str
    is_mailed: bool
    contact: Contact = field(repr=False)
    code_hash: str = field(repr=False)
    shown_code: str = field(repr=False)
    token: str = field(repr=False)

    def link(self, address: str) -> str:
        """Return the address that opens the door once; what follows # is sent to no server."""
        return f"{address}/k#{self.token}"


def may_fetch(batch: BatchRecord, wave_status: str, today: date) -> bool:
    """Whether a batch's documents can be fetched: until handed out, or 14 days, or closing."""
    is_recent = today < batch.made_on + timedelta(days=DAYS_TO_FETCH)
    return wave_status == WaveStatus.OPEN and not batch.is_handed_out and is_recent


def fetch_invited(keys: KeyStore, batch: BatchRecord, today: date) -> list[Invited]:
    """Return everybody of a batch, for its documents. Raises DocumentsGone."""
    if not may_fetch(batch, find_known_wave(batch.wave_id).status, today):
        raise DocumentsGone
    return load_invited(keys, batch)


def hand_out(batch_id: UUID) -> None:
    """Take note that the letters were given out: from now on nobody can fetch them again."""
    with writing() as session:
        storage.mark_handed_out(session, batch_id)


def load_contacts(keys: KeyStore, batch: BatchRecord) -> list[tuple[InvitationRecord, Contact]]:
    """Return the register's rows of a batch with whom they are for, in the order of the names.

    Raises DocumentsGone when the wave is not open.
    """
    wave = find_known_wave(batch.wave_id)
    if wave.status != WaveStatus.OPEN:
        raise DocumentsGone
    wave_key = keys.wave_key(wave.id)
    found = [
        (row, _contact(wave_key, row)) for row in storage.find_invitations(reading(), batch.id)
    ]
    return sorted(found, key=lambda pair: (pair[1].name.casefold(), pair[0].id.hex))


def find_batch_units(keys: KeyStore, batch: BatchRecord) -> frozenset[str]:
    """Return the keys of the units a batch of an open wave invites to. Raises DocumentsGone."""
    return frozenset(person.unit_key for person in load_invited(keys, batch))


def load_invited(keys: KeyStore, batch: BatchRecord) -> list[Invited]:
    """Return everybody of a batch by unit, audience and name. Raises DocumentsGone."""
    rows = load_contacts(keys, batch)
    wave = find_known_wave(batch.wave_id)
    project = projects.find_project(reading(), wave.project_id)
    if project is None:
        raise DocumentsGone
    units = {unit.id: unit for unit in projects.find_unit_tree(reading(), project.municipality_id)}
    wave_key = keys.wave_key(wave.id)
    codes = {row.id: unseal(wave_key, "register", row.sealed_code, "invitation") for row, _ in rows}
    hashes = {row_id: wave_key.fingerprint("code", code) for row_id, code in codes.items()}
    admitted = storage.find_admitted(reading(), list(hashes.values()))
    people = [
        Invited(
            invitation_id=row.id,
            unit=units[admitted[hashes[row.id]][0]].name,
            unit_key=units[admitted[hashes[row.id]][0]].key,
            audience=admitted[hashes[row.id]][1],
            language=row.language,
            is_mailed=row.is_mailed,
            contact=contact,
            code_hash=hashes[row.id],
            shown_code=format_code(codes[row.id]),
            token=make_letter_token(wave_key, codes[row.id]),
        )
        for row, contact in rows
        if hashes[row.id] in admitted
    ]
    return sorted(people, key=lambda person: (person.unit, person.audience))


def _contact(wave_key: Key, row: InvitationRecord) -> Contact:
    if row.sealed_contact is None:
        return Contact()
    return Contact.from_text(unseal(wave_key, "contact", row.sealed_contact, "invitation"))
