"""Whom one can talk to, and whose number should be tried again."""

from datetime import date
from functools import cache

from flask import current_app, g

from survey_service.web.language import long_date
from survey_service.web.settings import Contact, Settings

MONTHS_A_CHECK_LASTS = 6


def shown_contacts() -> list[dict[str, str]]:
    """Return the installation's contacts in the reader's language, as every page shows them."""
    settings: Settings = current_app.extensions["survey_settings"]
    return [_shown(contact) for contact in settings.contacts]


def contacts_to_check() -> list[dict[str, str]]:
    """Return the contacts whose number was never tried, or more than six months ago."""
    settings: Settings = current_app.extensions["survey_settings"]
    today: date = current_app.extensions["survey_today"]()
    return [_shown(contact) for contact in settings.contacts if needs_check(contact, today)]


def needs_check(contact: Contact, today: date) -> bool:
    """Whether a contact's number was never tried, or last more than six months before `today`."""
    if contact.checked_on is None:
        return True
    months = today.year * 12 + today.month - 1 - MONTHS_A_CHECK_LASTS
    year, month = divmod(months, 12)
    # Compared part by part: 31 August reaches back to a 31 February that no calendar has.
    limit = (year, month + 1, today.day)
    return (contact.checked_on.year, contact.checked_on.month, contact.checked_on.day) < limit


def _shown(contact: Contact) -> dict[str, str]:
    return {
        "name": contact.name.read_in(g.language),
        "phone": contact.phone,
        "note": contact.note.read_in(g.language),
        "checked_on": _checked_on(contact.checked_on, g.language),
    }


@cache
def _checked_on(day: date | None, _language: str) -> str:
    return long_date(day) if day is not None else ""
