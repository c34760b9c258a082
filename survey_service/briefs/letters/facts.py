"""What letters say beside their words."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from babel.dates import format_date

from survey_service.texts import Wording, load_texts

LETTER_TEXTS = Path(__file__).with_name("texts.toml")
AUDIENCES_WITH_WORDS = ("citizen", "relative", "staff")


@dataclass(frozen=True, slots=True)
class LetterContact:
    """Somebody to talk to; `note` may be empty."""

    name: Wording
    phone: str
    note: Wording


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What all letters of a batch share.

    `address` is what people type, such as "https://svar.kommune.dk". `answers_until` is the last
    day one can answer. `minimum`: fewer answers than this are never shown.
    """

    municipality: str
    service_name: Wording
    address: str
    answers_until: datetime.date
    dated: datetime.date
    minimum: int
    controller: str
    controller_contact: str
    contacts: Sequence[LetterContact] = ()

    @property
    def short_address(self) -> str:
        """The address as one types it: browsers know the rest."""
        return self.address.removeprefix("https://").removeprefix("http://")


@dataclass(frozen=True, slots=True)
class Slip:
    """One person's code as it is printed, and the address in the QR code."""

    unit: str
    audience: str
    language: str
    code: str = field(repr=False)
    link: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """One person's letter; without a `slip` it is a reminder, which goes to everybody."""

    name: str
    address: Sequence[str]
    language: str
    audience: str
    slip: Slip | None


@dataclass(frozen=True, slots=True)
class LetterSpeech:
    """The words of letters in one language."""

    facts: LetterFacts
    language: str

    def say(self, key: str, **values: object) -> str:
        """Return a text with its places filled."""
        text = load_texts(LETTER_TEXTS)[f"letter.{key}"].read_in(self.language).strip()
        return text.format(**values) if values else text

    def voluntary(self, audience: str) -> str:
        """Return that one can say no, and what that means for this audience."""
        known = audience if audience in AUDIENCES_WITH_WORDS else "other"
        return self.say(f"voluntary_{known}")

    def date(self, day: datetime.date) -> str:
        """Return a date as it is written in a letter."""
        locale = {"en": "en_GB"}.get(self.language, "da_DK")
        return format_date(day, format="long", locale=locale)

    @property
    def language_tag(self) -> str:
        """The language as documents name it."""
        return {"en": "en-GB"}.get(self.language, "da-DK")


def speeches_of(facts: LetterFacts) -> Mapping[str, LetterSpeech]:
    """Return the words in every language."""
    return {language: LetterSpeech(facts, language) for language in ("da", "en")}
