"""The reader's language: the interface's texts and dates in it."""

from datetime import date
from functools import cache
from pathlib import Path

from flask import g, session

from survey_service.texts import DEFAULT_LANGUAGE, LANGUAGES, load_texts

TEXTS = Path(__file__).with_name("texts")
LOCALES = {"da": "da_DK", "en": "en_GB"}
"""How dates are written: English ones the British way, the day before the month."""


def choose_language() -> None:
    """Take the language this browser chose, else the default; run before every request."""
    language = session.get("language", DEFAULT_LANGUAGE)
    g.language = language if language in LANGUAGES else DEFAULT_LANGUAGE


def translate(key: str, **values: object) -> str:
    """Return the interface's text in the reader's language, with `values` filled in.

    Raises KeyError for a text that does not exist.
    """
    text = _texts_in(g.language)[key]
    return text.format(**values) if values else text


def has_text(key: str) -> bool:
    """Whether the interface has a text under this key."""
    return key in _texts_in(DEFAULT_LANGUAGE)


def long_date(day: date) -> str:
    """Return a date as it is written in the reader's language: 3. marts 2026, 3 March 2026."""
    # Babel is slow to import and the question pages do without it.
    from babel.dates import format_date

    return str(format_date(day, "long", locale=LOCALES[g.language]))


def whole_number(count: int) -> str:
    """Return a count as it is written in the reader's language: 3.000, 3,000."""
    written = f"{count:,}"
    return written.replace(",", ".") if g.language == "da" else written


@cache
def _texts_in(language: str) -> dict[str, str]:
    return {key: wording.read_in(language) for key, wording in load_texts(TEXTS).items()}
