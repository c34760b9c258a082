"""A brief looked through before its words are saved: its length, its ease, its characters."""

import math
from dataclasses import dataclass, replace

from survey_service.briefs.content import BriefContent, BriefKind, Heading
from survey_service.briefs.context import OwnWords
from survey_service.briefs.glyphs import find_lacking
from survey_service.briefs.markup import plain
from survey_service.briefs.pdf import keeps_to_its_pages
from survey_service.measurement.readability import CITIZENS_LIX_LIMIT, count_texts
from survey_service.reporting.brief_making import BriefOrder, tell_release
from survey_service.reporting.releasing import PublishedRelease

HALVINGS = 4


@dataclass(frozen=True, slots=True)
class BriefReview:
    """What to consider about a brief's words before they are sent out.

    `lix` is how easy the whole letter to those who answered reads, None where it is easy enough
    and for every other brief. `lacking` are characters that are printed as a question mark.
    """

    lix: float | None
    lacking: tuple[str, ...]


def find_excess(
    release: PublishedRelease,
    order: BriefOrder,
    words: OwnWords,
    accessibility_url: str | None = None,
) -> int:
    """Return about how many characters too many are typed for a brief to keep to its pages.

    0: it has room for the words once it is published; so has one that fills more pages without
    any. Else the answer is found by halving, and at the most a sixteenth of the text too large.
    """
    published = replace(release, is_published=True)

    def fits(cut: int) -> bool:
        cut_order = replace(order, own_words=_shorten(words, cut))
        return keeps_to_its_pages(tell_release(published, cut_order, accessibility_url))

    length = len(words.introduction) + len(words.next_steps)
    if fits(0) or not fits(length):
        return 0
    too_little, enough = 0, length
    for _ in range(HALVINGS):
        middle = (too_little + enough) // 2
        too_little, enough = (too_little, middle) if fits(middle) else (middle, enough)
    return math.ceil(enough / 10) * 10


def review_brief(content: BriefContent) -> BriefReview:
    """Return what to consider about a brief before it is sent out."""
    lix = _lix_of(content) if content.kind is BriefKind.PARTICIPANTS else 0.0
    return BriefReview(lix if lix > CITIZENS_LIX_LIMIT else None, find_lacking(content))


def _shorten(words: OwnWords, cut: int) -> OwnWords:
    """Return words without so many characters: the introduction's last, then the steps'."""
    kept = max(len(words.introduction) - cut, 0)
    steps = len(words.next_steps) - max(cut - len(words.introduction), 0)
    return replace(
        words, introduction=words.introduction[:kept], next_steps=words.next_steps[:steps]
    )


def _lix_of(content: BriefContent) -> float:
    """Return the readability index over the whole letter, its headings and figures included."""
    texts = [block.text for block in content.blocks() if isinstance(block, Heading)]
    texts += [sentence.text for sentence in content.sentences()]
    return count_texts(plain(text) for text in texts).lix
