"""A brief looked through before its words are saved: its length, its ease, its characters."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from survey_service.briefs.content import BriefContent, BriefKind, Heading
from survey_service.briefs.context import OwnWords
from survey_service.briefs.glyphs import find_lacking
from survey_service.briefs.markup import plain
from survey_service.briefs.pdf import keeps_to_its_pages
from survey_service.faults import FieldFault
from survey_service.measurement.readability import CITIZENS_LIX_LIMIT, count_texts
from survey_service.reporting.brief_making import BriefOrder, tell_release
from survey_service.reporting.releasing import PublishedRelease

HALVINGS = 4
FEWEST_WORDS = 20
"""With fewer words of one's own a single long one would decide how easy they read."""


@dataclass(frozen=True, slots=True)
class BriefReview:
    """What to consider about a brief's words before they are sent out.

    `lix` is how easy the whole letter to those who answered reads, and `own_lix` how easy what its
    writer added does; each None where it is easy enough and for every other brief. `lacking` are
    characters that are printed as a question mark.
    """

    lix: float | None
    own_lix: float | None
    lacking: tuple[str, ...]


def find_excess(
    release: PublishedRelease,
    order: BriefOrder,
    words: OwnWords,
    accessibility_url: str | None = None,
) -> FieldFault | None:
    """Return that a brief has no room for its words, and about how many characters too many.

    None: once it is published it keeps to its pages with them, or does not without any either.
    The fault is of the field to shorten, of none where both must be. Its `excess` is found by
    halving, and at the most a sixteenth of what is typed there too large.
    """
    published = replace(release, is_published=True)

    def fits(kept: OwnWords) -> bool:
        cut_order = replace(order, own_words=kept)
        return keeps_to_its_pages(tell_release(published, cut_order, accessibility_url))

    if fits(words):
        return None
    for field in ("introduction", "next_steps", ""):
        excess = _find_cut(words, field, fits)
        if excess is not None:
            return FieldFault(field, "no_room_in_brief", {"excess": excess})
    return None


def review_brief(content: BriefContent, words: OwnWords) -> BriefReview:
    """Return what to consider about a brief with its writer's words before it is sent out."""
    lix = own_lix = 0.0
    if content.kind is BriefKind.PARTICIPANTS:
        lix, own_lix = _lix_of(content), _own_lix_of(words)
    return BriefReview(_if_hard(lix), _if_hard(own_lix), find_lacking(content))


def _find_cut(words: OwnWords, field: str, fits: Callable[[OwnWords], bool]) -> int | None:
    """Return about how much of a field must go, in tens of characters; None: all is not enough."""
    length = _length_of(words, field)
    if not length or not fits(_shorten(words, field, length)):
        return None
    too_little, enough = 0, length
    for _ in range(HALVINGS):
        middle = (too_little + enough) // 2
        is_enough = fits(_shorten(words, field, middle))
        too_little, enough = (too_little, middle) if is_enough else (middle, enough)
    return math.ceil(enough / 10) * 10


def _length_of(words: OwnWords, field: str) -> int:
    lengths = {"introduction": len(words.introduction), "next_steps": len(words.next_steps)}
    return lengths.get(field, sum(lengths.values()))


def _shorten(words: OwnWords, field: str, cut: int) -> OwnWords:
    """Return words without so many of a field's last characters; of both,
    those of the introduction first.
    """
    if field == "introduction":
        return replace(words, introduction=words.introduction[: len(words.introduction) - cut])
    if field == "next_steps":
        return replace(words, next_steps=words.next_steps[: len(words.next_steps) - cut])
    of_first = min(cut, len(words.introduction))
    first = _shorten(words, "introduction", of_first)
    return _shorten(first, "next_steps", cut - of_first)


def _if_hard(lix: float) -> float | None:
    return lix if lix > CITIZENS_LIX_LIMIT else None


def _own_lix_of(words: OwnWords) -> float:
    """Return the readability index of what a writer added, 0 for too little to tell."""
    count = count_texts([*words.introduction.splitlines(), *words.next_steps.splitlines()])
    return count.lix if count.words >= FEWEST_WORDS else 0.0


def _lix_of(content: BriefContent) -> float:
    """Return the readability index over the whole letter, its headings and figures included."""
    texts = [block.text for block in content.blocks() if isinstance(block, Heading)]
    texts += [sentence.text for sentence in content.sentences()]
    return count_texts(plain(text) for text in texts).lix
