"""What half a key's paper says."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import fill, shorten

from babel.dates import format_date

from survey_service.texts import load_texts

KEY_PAPER_TEXTS = Path(__file__).with_name("texts.toml")
TEXT_WIDTH = 78
LONGEST_NAME = 60
"""Longer names are cut short, so that everything stands on one page."""

ADVICE = (
    ("keep", ("keep_1", "keep_2")),
    ("use", ("use_1", "use_2", "use_3", "use_4")),
    ("end", ("end_1", "end_2")),
)
"""Headings, and what stands under each."""

TO_WRITE_ON = ("holder", "place", "received")
"""What is filled in by hand."""


@dataclass(frozen=True, slots=True)
class KeyPaper:
    """One half: `lines` are printed under each other, in groups, and `scanned` is in the QR code.

    `letter` is A or B, `other_letter` the other half's. `project` is the key commands take.
    `recognition` tells the key from others, `split_mark` the splitting.
    """

    letter: str
    other_letter: str
    municipality: str
    title: str
    project: str
    recognition: str
    split_mark: str
    dated: datetime.date
    shred_after: datetime.date
    language: str
    lines: Sequence[str] = field(repr=False)
    scanned: str = field(repr=False)

    def say(self, key: str) -> str:
        """Return a text of the paper, filled in."""
        found = load_texts(KEY_PAPER_TEXTS)[f"key_paper.{key}"].read_in(self.language)
        return found.format(
            letter=self.letter,
            other_letter=self.other_letter,
            municipality=_short(self.municipality),
            title=_short(self.title),
            project=self.project,
            date=self._date(self.shred_after),
        )

    @property
    def facts(self) -> Sequence[tuple[str, str]]:
        """What tells this paper from others, by name."""
        return (
            (
                self.say("fact_project"),
                f"{_short(self.title)} ({self.project}), {_short(self.municipality)}",
            ),
            (self.say("fact_key"), self.recognition.upper()),
            (self.say("fact_split"), self.split_mark),
            (self.say("fact_dated"), self._date(self.dated)),
            (self.say("fact_shred"), self._date(self.shred_after)),
        )

    @property
    def language_tag(self) -> str:
        """The language as documents name it."""
        return {"en": "en-GB"}.get(self.language, "da-DK")

    def _date(self, day: datetime.date) -> str:
        locale = {"en": "en_GB"}.get(self.language, "da_DK")
        return format_date(day, format="long", locale=locale)


def write_text(paper: KeyPaper) -> str:
    """Return the paper as plain text, which restoring reads as it is."""
    # No line but those of the half begins with a number: it is what they are found by.
    parts = [
        paper.say("heading"),
        _wrapped(paper.say("about")),
        "\n".join(f"{number}  {line}" for number, line in enumerate(paper.lines, start=1)),
        "\n".join(f"{name}: {value}" for name, value in paper.facts),
    ]
    for heading, advice in ADVICE:
        parts.append("\n".join([paper.say(heading), *(_wrapped(paper.say(key)) for key in advice)]))
    parts.append("\n".join(f"{paper.say(key)}: " + "_" * 40 for key in TO_WRITE_ON))
    return "\n\n".join(parts) + "\n"


def _short(name: str) -> str:
    return shorten(name, LONGEST_NAME, placeholder=" …")


def _wrapped(text: str) -> str:
    return fill(f"- {text}", TEXT_WIDTH, subsequent_indent="  ")
