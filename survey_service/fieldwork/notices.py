"""What people are told before they answer, on which legal basis, and whom they can talk to.

A changed notice is a new version. A response records the version it was begun under, so that what
somebody was told can always be read again; a "?" behind it stands for a consent not given yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from survey_service.faults import FieldFault, InputRefused
from survey_service.fieldwork.typed_input import TypedInput
from survey_service.storage import setup
from survey_service.storage.database import reading, writing
from survey_service.storage.setup import ContactRecord, NoticeRecord

TEXT_LIMIT = 6000
NAME_LIMIT = 200
PHONE_LIMIT = 40
CONTACT_LIMIT = 12
MONTHS_A_CHECK_LASTS = 6
HEADING_MARK = "#"


class LegalBasis(StrEnum):
    """Why the answers of an audience may be processed."""

    PUBLIC_TASK = "public_task"
    STATISTICS_ONLY = "statistics_only"
    CONSENT = "consent"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a notice: a heading, empty for what comes before the first, and paragraphs."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TypedContact:
    """Somebody to talk to as typed; `number` ends the names of the fields."""

    number: int
    name_da: str
    name_en: str
    phone: str
    note_da: str
    note_en: str
    checked_on: str

    def field(self, name: str) -> str:
        """Return the name of one of its form fields."""
        return f"{name}_{self.number}"

    @property
    def is_blank(self) -> bool:
        """Whether all fields were left empty."""
        typed = (self.name_da, self.name_en, self.phone, self.note_da, self.note_en)
        return not any(text.strip() for text in typed)


def save_notice(
    project_id: UUID, audience: str, legal_basis: str, text_da: str, text_en: str
) -> NoticeRecord:
    """Store what an audience is told as a new version; unchanged, the newest stands.

    Raises InputRefused for an unknown legal basis, statistics alone where people are asked to write
    in their own words, and texts that are missing or too long.
    """
    typed = TypedInput()
    if legal_basis not in set(LegalBasis):
        typed.refuse("legal_basis", "unknown_choice")
    danish = typed.read_paragraphs("text_da", text_da, TEXT_LIMIT)
    english = typed.read_paragraphs("text_en", text_en, TEXT_LIMIT)
    with writing() as session:
        is_for_statistics = legal_basis == LegalBasis.STATISTICS_ONLY
        if is_for_statistics and setup.offers_free_text(session, project_id):
            # Somebody's own words are one person's answer: nobody could be allowed to read them.
            typed.refuse("legal_basis", "words_for_statistics_only")
        typed.raise_if_any()
        newest = setup.find_newest_notices(session, project_id).get(audience)
        wanted = (legal_basis, danish, english)
        if newest and wanted == (newest.legal_basis, newest.text_da, newest.text_en):
            return newest
        version = newest.version + 1 if newest else 1
        notice = NoticeRecord(audience, version, legal_basis, danish, english)
        setup.add_notice(session, project_id, notice)
    return notice


def find_told_notice(project_id: UUID, recorded: str) -> NoticeRecord | None:
    """Return the notice a response was begun under; None where it was the service's own."""
    audience, _, version = recorded.rstrip("?").rpartition("-")
    if not audience or not version.isdecimal():
        return None
    return setup.find_notice(reading(), project_id, audience, int(version))


def read_sections(text: str) -> tuple[Section, ...]:
    """Return a notice in parts: a line that begins with # is a heading, a blank line ends one."""
    sections: list[Section] = []
    heading, lines = "", list[str]()

    def finish() -> None:
        paragraphs = [part.strip() for part in "\n".join(lines).split("\n\n")]
        found = tuple(" ".join(part.split()) for part in paragraphs if part)
        if heading or found:
            sections.append(Section(heading, found))

    for line in text.splitlines():
        if line.startswith(HEADING_MARK):
            finish()
            heading, lines = line.lstrip(HEADING_MARK).strip(), []
        else:
            lines.append(line.strip())
    finish()
    return tuple(sections)


def save_contacts(
    project_id: UUID, typed_contacts: Sequence[TypedContact], today: date
) -> list[ContactRecord]:
    """Store whom a project's people can talk to, in the order typed, blank ones left out.

    Raises InputRefused for a name or number that is missing or too long, a number that nobody
    could call, or a check that lies ahead.
    """
    typed = TypedInput()
    rows = [row for row in typed_contacts if not row.is_blank]
    if len(rows) > CONTACT_LIMIT:
        raise InputRefused(FieldFault("contacts", "too_many_contacts", {"limit": CONTACT_LIMIT}))
    contacts = [_read_contact(typed, row, today) for row in rows]
    typed.raise_if_any()
    with writing() as session:
        setup.set_contacts(session, project_id, contacts)
    return contacts


EMERGENCY_NUMBER = "112"


def is_check_due(phone: str, checked_on: date | None, today: date) -> bool:
    """Whether a number was never tried, or last more than six months before `today`.

    Nobody calls 112 to try it.
    """
    if phone.strip() == EMERGENCY_NUMBER:
        return False
    if checked_on is None:
        return True
    months = today.year * 12 + today.month - 1 - MONTHS_A_CHECK_LASTS
    year, month = divmod(months, 12)
    # Compared part by part: 31 August reaches back to a 31 February that no calendar has.
    limit = (year, month + 1, today.day)
    return (checked_on.year, checked_on.month, checked_on.day) < limit


def _read_contact(typed: TypedInput, row: TypedContact, today: date) -> ContactRecord:
    name_da = typed.read_text(row.field("name_da"), row.name_da, NAME_LIMIT)
    name_en = typed.read_text(row.field("name_en"), row.name_en, NAME_LIMIT, required=False)
    phone = typed.read_text(row.field("phone"), row.phone, PHONE_LIMIT)
    if phone and sum(character.isdecimal() for character in phone) < 3:
        typed.refuse(row.field("phone"), "no_phone")
    note_da = typed.read_text(row.field("note_da"), row.note_da, NAME_LIMIT, required=False)
    note_en = typed.read_text(row.field("note_en"), row.note_en, NAME_LIMIT, required=False)
    checked_on = typed.read_day(row.field("checked_on"), row.checked_on, required=False)
    if checked_on is not None and checked_on > today:
        typed.refuse(row.field("checked_on"), "date_ahead")
    return ContactRecord(
        name_da, name_en or name_da, phone, note_da, note_en or note_da, checked_on
    )
