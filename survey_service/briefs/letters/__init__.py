"""Letters, slips and posters that ask people to answer, as tagged PDF."""

from survey_service.briefs.letters.facts import (
    Letter,
    LetterContact,
    LetterFacts,
    Slip,
)
from survey_service.briefs.letters.pages import write_letters, write_poster, write_reminder_letters
from survey_service.briefs.letters.slips import write_slips

__all__ = [
    "Letter",
    "LetterContact",
    "LetterFacts",
    "Slip",
    "write_letters",
    "write_poster",
    "write_reminder_letters",
    "write_slips",
]
