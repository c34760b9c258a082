"""What letters and e-mails say of this installation and project: addresses, dates, whom to ask."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, cast

from flask import current_app, request

from survey_service.fieldwork.mailing import Words
from survey_service.storage import setup
from survey_service.storage.database import reading
from survey_service.storage.projects import ProjectRecord, WaveRecord
from survey_service.texts import LANGUAGES, Wording
from survey_service.web.language import LOCALES
from survey_service.web.settings import Settings

if TYPE_CHECKING:
    from survey_service.briefs.letters import LetterFacts


def public_address() -> str:
    """Return what people type to come here, without a slash at its end."""
    settings = cast("Settings", current_app.extensions["survey_settings"])
    return settings.public_address or request.host_url.rstrip("/")


def has_public_address() -> bool:
    """Whether the installation says what people type to come here."""
    settings = cast("Settings", current_app.extensions["survey_settings"])
    return settings.public_address is not None


def mail_words(project: ProjectRecord, wave: WaveRecord) -> Words:
    """Return what all e-mails of a wave share, in every language."""
    contacts = _contacts(project)
    return Words(
        address=public_address(),
        deadline={language: _long_date(wave.closes_on, language) for language in LANGUAGES},
        contact={
            language: "\n".join(
                " ".join(
                    filter(None, (f"{name.read_in(language)}: {phone}.", note.read_in(language)))
                )
                for name, phone, note in contacts
            )
            for language in LANGUAGES
        },
    )


def mail_parameters(batch_id: str, words: Words) -> Mapping[str, object]:
    """Return what background work needs to mail a batch."""
    return {"batch": batch_id, **asdict(words)}


def letter_facts(project: ProjectRecord, wave: WaveRecord, today: date) -> "LetterFacts":
    """Return what all letters of a wave share."""
    from survey_service.briefs.letters import LetterContact, LetterFacts

    settings = cast("Settings", current_app.extensions["survey_settings"])
    contacts: list[LetterContact] = [LetterContact(*found) for found in _contacts(project)]
    return LetterFacts(
        municipality=project.municipality_name,
        service_name=settings.service_name,
        address=public_address(),
        answers_until=wave.closes_on,
        dated=today,
        minimum=project.minimum,
        controller=settings.data_controller or project.municipality_name,
        controller_contact=settings.data_contact or project.municipality_name,
        contacts=contacts,
    )


def _contacts(project: ProjectRecord) -> list[tuple[Wording, str, Wording]]:
    """Return the project's contacts, then the installation's that are not among them."""
    found = [
        (
            Wording({"da": contact.name_da, "en": contact.name_en}),
            contact.phone,
            Wording({"da": contact.note_da, "en": contact.note_en}),
        )
        for contact in setup.find_contacts(reading(), project.id)
    ]
    phones = {phone for _, phone, _ in found}
    settings = cast("Settings", current_app.extensions["survey_settings"])
    own = [(contact.name, contact.phone, contact.note) for contact in settings.contacts]
    return found + [contact for contact in own if contact[1] not in phones]


def _long_date(day: date, language: str) -> str:
    from babel.dates import format_date

    return str(format_date(day, "long", locale=LOCALES[language]))
