"""What a brief tells beside the figures, and the words it tells it in."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from babel.dates import format_date, format_interval

from survey_service.briefs.content import FigureReference, Sentence
from survey_service.charts.heat_map import UnitPlace
from survey_service.measurement.disclosure import ReleasedFigures
from survey_service.texts import Wording, load_texts

BRIEF_TEXTS = Path(__file__).parent / "texts"

TEXT_VERSION = "3"
"""The version of the briefs' words: another number, other bytes of the same release."""


@dataclass(frozen=True, slots=True)
class WaveFacts:
    """One wave: its key in the figures, its name, and its first and last day where known."""

    key: str
    label: Wording
    opened: datetime.date | None = None
    closed: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class PrincipleName:
    """One principle: its key in the figures, `short` for tables and pictures, `full` in text."""

    key: str
    short: Wording
    full: Wording


@dataclass(frozen=True, slots=True)
class ItemName:
    """One question: whom it was put to, what it counts towards, its words and its options'.

    `options` are the answer options from the lowest. A question that is answered in people's own
    words counts towards nothing (empty) and has none.
    """

    audience: str
    principle: str
    key: str
    wording: Wording
    options: tuple[Wording, ...]


@dataclass(frozen=True, slots=True)
class TalkTo:
    """Somebody whom those who answered can talk to."""

    name: Wording
    phone: str
    note: Wording


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What the evaluator typed for one brief: plain text, in which an empty line parts paragraphs.

    Each line of `next_steps` is a step. `told_by` is when the next steps are told, where they are
    not settled yet.
    """

    introduction: str = ""
    next_steps: str = ""
    told_by: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class DecisionMade:
    """What leaders decided before the newest wave, as it stood when the release was frozen.

    `unit` is a unit's key, None where it is about all of them. `since` is the key of the last wave
    that had begun when it was decided: what moved is counted from there. `responsible` is a role.
    """

    principle: str
    unit: str | None
    text: str
    responsible: str
    due_on: datetime.date
    done_on: datetime.date | None
    since: str


@dataclass(frozen=True, slots=True)
class BriefContext:
    """Everything a brief says that is not a figure. Dates are Europe/Copenhagen's.

    `municipality` may be empty. `audiences` are the ones to show, in order, the primary one first
    whatever its place; keys that the service does not know are shown as they are.
    `primary_audience` is None where none was named before the first wave; `primary_waves` are the
    names of the two waves that were named with it, measured or not. `instrument_versions`
    are written out, such as "Borgere, version 2". `units` are the tree's units in
    order, `items` the questions of the newest versions. `replaces` is the number of
    the release that this one corrects. `words_version` is the version of the
    evaluator's own words that are stored for the brief, None where none ever were; a release that
    is not `is_published` gives drafts.
    """

    project_title: str
    municipality: str
    waves: tuple[WaveFacts, ...]
    principles: tuple[PrincipleName, ...]
    audiences: tuple[str, ...]
    primary_audience: str | None
    release_number: int
    released_on: datetime.date
    instrument_versions: tuple[str, ...] = ()
    simulated: bool = False
    text_version: str = TEXT_VERSION
    accessibility_url: str | None = None
    primary_waves: tuple[Wording, ...] = ()
    own_words: OwnWords = field(default_factory=OwnWords)
    units: tuple[UnitPlace, ...] = ()
    items: tuple[ItemName, ...] = ()
    talk_to: tuple[TalkTo, ...] = ()
    decisions: tuple[DecisionMade, ...] = ()
    words_version: int | None = None
    replaces: int | None = None
    is_published: bool = True

    def __post_init__(self) -> None:
        if not (self.waves and self.principles and self.audiences):
            raise ValueError(
                "brief: expected at least one wave, principle and audience, found "
                f"{len(self.waves)}, {len(self.principles)} and {len(self.audiences)}"
            )

    @property
    def ordered_audiences(self) -> tuple[str, ...]:
        """The audiences, the primary one first."""
        first = [audience for audience in self.audiences if audience == self.primary_audience]
        return (*first, *(found for found in self.audiences if found not in first))


@dataclass(frozen=True, slots=True)
class Speech:
    """The brief's texts in one language, and names for keys."""

    context: BriefContext
    language: str

    def say(self, key: str, **values: object) -> str:
        """Return a text with its places filled."""
        text = load_texts(BRIEF_TEXTS)[key].read_in(self.language)
        return text.format(**values) if values else text

    def tell(self, key: str, *figures: FigureReference, **values: object) -> Sentence:
        """Return a text with its places filled, and the figures it rests on."""
        return Sentence(self.say(key, **values), figures)

    def audience(self, key: str) -> str:
        """Return an audience's name; one the service does not know is shown as it is."""
        found = load_texts(BRIEF_TEXTS).get(f"audience.{key}")
        return found.read_in(self.language) if found is not None else key

    def people(self, key: str) -> str:
        """Return an audience as people in a sentence, such as "borgerne"; markup."""
        found = load_texts(BRIEF_TEXTS).get(f"people.{key}")
        if found is not None:
            return found.read_in(self.language)
        return self.say("people.other", name=escape(key))

    def waves(self) -> Mapping[str, str]:
        """Return the waves' names by key."""
        return {wave.key: wave.label.read_in(self.language) for wave in self.context.waves}

    def principles(self) -> Mapping[str, str]:
        """Return the principles' short names by key."""
        return {
            principle.key: principle.short.read_in(self.language)
            for principle in self.context.principles
        }

    def units(self) -> Mapping[str, str]:
        """Return the units' names by key."""
        return {unit.key: unit.name for unit in self.context.units}

    def count(self, number: int) -> str:
        """Return a number up to twelve as a word, a larger one in digits."""
        found = load_texts(BRIEF_TEXTS).get(f"number.{number}")
        return found.read_in(self.language) if found is not None else str(number)

    def join(self, words: Sequence[str]) -> str:
        """Return "a, b og c"."""
        if len(words) < 2:
            return "".join(words)
        return f"{', '.join(words[:-1])} {self.say('word.and')} {words[-1]}"

    def quote(self, names: Sequence[str]) -> str:
        """Return names, which may hold an "og" of their own, as "»a«, »b« og »c«"; markup."""
        return self.join([self.say("word.quoted", name=escape(name)) for name in names])

    def date(self, day: datetime.date) -> str:
        """Return a date as it is written in a letter: "22. november 2026"."""
        return _spaced(format_date(day, format="long", locale=self.locale))

    def release(self) -> str:
        """Return which release and which text of it this is, and of when."""
        context = self.context
        number: object = context.release_number
        if context.words_version is not None:
            number = self.say("brief.text", release=number, version=context.words_version)
        key = "brief.release" if context.is_published else "brief.draft"
        return self.say(key, release=number, date=self.date(context.released_on))

    def month(self, day: datetime.date) -> str:
        """Return the month of a date: "november 2026"."""
        return _spaced(format_date(day, format="MMMM y", locale=self.locale))

    def period(self, opened: datetime.date, closed: datetime.date) -> str:
        """Return two days as a period, the year once: "3. august–30. september 2020"."""
        return _spaced(str(format_interval(opened, closed, "yMMMMd", locale=self.locale)))

    @property
    def locale(self) -> str:
        """The language with its country, for dates: British English, not American."""
        return {"da": "da_DK", "en": "en_GB"}.get(self.language, self.language)


def _spaced(date: str) -> str:
    """Return a date without the thin spaces that the embedded type does not have."""
    return date.replace("\N{THIN SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def check_fit(figures: ReleasedFigures, context: BriefContext) -> None:
    """Raise ValueError where figures and context are not about the same waves."""
    named = tuple(wave.key for wave in context.waves)
    if named != figures.waves:
        raise ValueError(f"brief: expected waves {figures.waves}, found {named}")
    if len(figures.waves) < 2:
        raise ValueError(f"brief: expected 2 waves or more, found {len(figures.waves)}")
