"""What an evaluator adds to a brief in words of their own: an introduction and the next steps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from survey_service.briefs.content import BriefKind
from survey_service.briefs.context import OwnWords
from survey_service.faults import FieldFault, InputRefused
from survey_service.fieldwork.invitations import looks_like_cpr
from survey_service.fieldwork.typed_input import TypedInput, tidy
from survey_service.storage import brief_words as storage
from survey_service.storage.brief_words import BriefPlace, WordsRecord
from survey_service.storage.database import writing


@dataclass(frozen=True, slots=True)
class TypedWords:
    """The words of a brief as they were typed: paragraphs, a step on each line, a date."""

    introduction: str = ""
    next_steps: str = ""
    told_by: str = ""


@dataclass(frozen=True, slots=True)
class WordsLimits:
    """The most characters of an introduction, the most steps, and the most characters of one."""

    introduction: int
    steps: int
    step: int


class NewerWords(Exception):
    """Somebody else saved words after the writer began; `words` are theirs."""

    def __init__(self, words: WordsRecord) -> None:
        super().__init__(f"version {words.version} is newer than what was begun from")
        self.words = words


LIMITS: Mapping[BriefKind, WordsLimits] = {
    BriefKind.COMMITTEE: WordsLimits(500, 4, 120),
    BriefKind.PARTICIPANTS: WordsLimits(500, 4, 100),
    BriefKind.LEADERS: WordsLimits(1200, 5, 120),
    BriefKind.TEAM: WordsLimits(3000, 12, 300),
    BriefKind.UNIT: WordsLimits(3000, 12, 300),
}
"""How much may be typed at the most: what fits where nothing else is typed and the figures have
much to say. Whether all of it fits together on a brief of few pages is found by setting it."""


def read_words(
    kind: BriefKind,
    typed: TypedWords,
    today: date,
    find_excess: Callable[[OwnWords], FieldFault | None],
) -> OwnWords:
    """Return what was typed for a brief, tidied; nothing typed gives a brief without words.

    Args:
        kind: whom the brief is for; that to those who answered alone can promise a date.
        typed: what stands in the form.
        today: the earliest day that can be promised.
        find_excess: returns that the brief's pages have no room for these words, None where they
            have.

    Raises:
        InputRefused: with every fault of the form.
    """
    limits, found = LIMITS[kind], TypedInput()
    introduction = ""
    if typed.introduction.strip():
        introduction = found.read_paragraphs(
            "introduction", typed.introduction, limits.introduction
        )
    steps = _read_steps(found, typed.next_steps, limits)
    told_by = _read_promise(found, typed.told_by, today) if can_promise(kind) else None
    for name, text in (("introduction", introduction), ("next_steps", steps)):
        if looks_like_cpr(text):
            found.refuse(name, "cpr_number")
    words = OwnWords(introduction, steps, told_by)
    found.raise_if_any()
    excess = find_excess(words)
    if excess is not None:
        raise InputRefused(excess)
    return words


def can_promise(kind: BriefKind) -> bool:
    """Whether a brief can say when its readers will be told of the next steps."""
    return kind is BriefKind.PARTICIPANTS


def save_words(
    place: BriefPlace, words: OwnWords, today: date, begun_from: int | None = None
) -> int:
    """Store words as the newest version of a brief's and return its number.

    Nothing earlier is changed: what was handed out can be made again. Saving what is the newest
    already, such as by pressing twice, makes no version.

    Args:
        place: which brief they are for.
        words: what was typed, as `read_words` returns it.
        today: the day they are written.
        begun_from: the newest version when the writer began, 0 for none; None: whatever is the
            newest now is known to them.

    Raises:
        NewerWords: if somebody else has saved others meanwhile; nothing is stored.
    """
    with writing() as session:
        newest = storage.find_newest_alone(session, place)
        if newest is not None and _words_of(newest) == words:
            return newest.version
        if newest is not None and begun_from is not None and newest.version > begun_from:
            raise NewerWords(newest)
        return storage.add_version(
            session,
            place,
            introduction=words.introduction,
            next_steps=words.next_steps,
            told_by=words.told_by,
            written_on=today,
        )


def _words_of(record: WordsRecord) -> OwnWords:
    return OwnWords(record.introduction, record.next_steps, record.told_by)


def _read_steps(found: TypedInput, typed: str, limits: WordsLimits) -> str:
    steps = []
    for number, line in enumerate(typed.splitlines(), start=1):
        step = tidy(line)
        if len(step) > limits.step:
            found.refuse("next_steps", "too_long", number, limit=limits.step, found=len(step))
        if step:
            steps.append(step)
    if len(steps) > limits.steps:
        found.refuse("next_steps", "too_many_steps", limit=limits.steps, found=len(steps))
    return "\n".join(steps)


def _read_promise(found: TypedInput, typed: str, today: date) -> date | None:
    told_by = found.read_day("told_by", typed, required=False)
    if told_by is not None and told_by < today:
        found.refuse("told_by", "told_in_the_past")
    return told_by
