"""Whom one can talk to, and whose number should be tried again.

A project's own contacts stand on all its answering pages, where it has none the installation's.
They are read from the database once a minute and process, not once a page: what is served most
often stays as cheap as it was, and a corrected number is everywhere within that minute.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from time import monotonic
from uuid import UUID

from flask import current_app, g

from survey_service.fieldwork import answering
from survey_service.fieldwork.answering import AnsweringRefused
from survey_service.fieldwork.notices import is_check_due
from survey_service.storage import setup
from survey_service.storage.database import reading
from survey_service.storage.setup import ContactRecord
from survey_service.texts import Wording
from survey_service.web.answer.sitting import current_sitting
from survey_service.web.errors import SittingMissing
from survey_service.web.language import long_date
from survey_service.web.settings import Contact, Settings

SECONDS_KEPT = 60


@dataclass(frozen=True, slots=True)
class ShownContact:
    """Somebody to talk to, as a page in the reader's language shows them."""

    name: str
    phone: str
    note: str
    checked_on: str


def shown_contacts() -> tuple[ShownContact, ...]:
    """Return whom somebody can talk to who is answering, else the installation's contacts."""
    try:
        project_id = _answering_project()
        own = () if project_id is None else _kept_contacts(project_id)
    except Exception:  # noqa: BLE001 - where even the database fails there is somebody to call
        own = ()
    return tuple(_shown(contact) for contact in own or installation_contacts())


def installation_contacts() -> Sequence[Contact]:
    """Return the installation's contacts."""
    settings: Settings = current_app.extensions["survey_settings"]
    return settings.contacts


def answer_for_project(project_id: UUID) -> None:
    """Let the page that is being made show a project's contacts where nobody is answering yet."""
    g.answering_project = project_id


def forget_contacts(project_id: UUID) -> None:
    """Let this process read a project's contacts anew."""
    _kept().pop(project_id, None)


def contacts_to_check() -> list[ShownContact]:
    """Return the contacts whose number was never tried, or more than six months ago."""
    today: date = current_app.extensions["survey_today"]()
    return [
        _shown(contact)
        for contact in installation_contacts()
        if is_check_due(contact.phone, contact.checked_on, today)
    ]


def _answering_project() -> UUID | None:
    known: UUID | None = g.get("answering_project")
    if known is not None:
        return known
    try:
        return answering.project_of(current_sitting().response_id)
    except (SittingMissing, AnsweringRefused):
        return None


def _kept_contacts(project_id: UUID) -> tuple[Contact, ...]:
    kept = _kept().get(project_id)
    if kept is None or kept[0] < monotonic():
        found = tuple(_contact(record) for record in setup.find_contacts(reading(), project_id))
        kept = _kept()[project_id] = (monotonic() + SECONDS_KEPT, found)
    return kept[1]


def _kept() -> dict[UUID, tuple[float, tuple[Contact, ...]]]:
    kept: dict[UUID, tuple[float, tuple[Contact, ...]]]
    kept = current_app.extensions.setdefault("survey_contacts", {})
    return kept


def _contact(record: ContactRecord) -> Contact:
    return Contact(
        Wording({"da": record.name_da, "en": record.name_en}),
        record.phone,
        Wording({"da": record.note_da, "en": record.note_en}),
        record.checked_on,
    )


def _shown(contact: Contact) -> ShownContact:
    return ShownContact(
        name=contact.name.read_in(g.language),
        phone=contact.phone,
        note=contact.note.read_in(g.language),
        checked_on=_checked_on(contact.checked_on, g.language),
    )


@cache
def _checked_on(day: date | None, _language: str) -> str:
    return long_date(day) if day is not None else ""
