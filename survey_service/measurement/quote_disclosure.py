"""Which of people's own words may be quoted in a release.

- Words are read and quoted only where at least the minimum of people of that audience and wave
  wrote to that question: of fewer, colleagues would guess whose they are.
- At most `MOST_QUOTES` stand under a question, each once, in the order of a digest of the text:
  neither the order they came in nor anybody's choice decides which.
- A wave that is closed can only lose words, when somebody withdraws. Where some but fewer than the
  minimum who wrote to a question have withdrawn since a release quoted from there, a new one quotes
  nothing of it: the quote that was missing would be known as one of so few. The figures beside are
  not held back for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from survey_service.measurement.released_details import ReleasedQuote

MOST_QUOTES = 8
"""Under one question, of one audience in one wave."""

LONGEST_QUOTE = 600
"""Characters: a quote says one thing."""

FEWEST_WRITERS = 5
"""The smallest minimum there is."""

WORDS_COUNTS = "words:"
"""What the names of counts of those who wrote begin with; then the question."""

Place = tuple[str, str, str]
"""Audience, wave and question."""

Basis = Mapping[tuple[str, str, str], int]
"""(audience, wave, what is counted) to the answers a release rests on there."""


@dataclass(frozen=True, slots=True)
class QuotedBefore:
    """Where an earlier release quotes from, and what it rests on; empty where no longer known."""

    places: frozenset[Place]
    basis: Basis


def may_be_read(writer_count: int, minimum: int) -> bool:
    """Return whether enough people wrote to a question for anybody to read their words.

    Raises:
        ValueError: for a minimum under 5.
    """
    if minimum < FEWEST_WRITERS:
        raise ValueError(f"minimum: expected {FEWEST_WRITERS} people or more, found {minimum}")
    return writer_count >= minimum


def disclose_quotes(
    quotable: Mapping[Place, Sequence[str]],
    writer_counts: Mapping[Place, int],
    minimum: int,
    before: Iterable[QuotedBefore] = (),
) -> tuple[ReleasedQuote, ...]:
    """Return the quotes a release may hold, in an order that tells nothing.

    Args:
        quotable: redacted words that may be quoted, per place.
        writer_counts: how many people wrote there and sent it.
        minimum: the fewest people, 5 or more.
        before: the earlier releases.

    Raises:
        ValueError: for a minimum under 5.
    """
    earlier = tuple(before)
    quotes = []
    for place in sorted(quotable):
        count = writer_counts.get(place, 0)
        if may_be_read(count, minimum) and _is_told_alike(place, count, minimum, earlier):
            texts = sorted({text for text in quotable[place] if text}, key=_digest)
            quotes += [ReleasedQuote(*place, text) for text in texts[:MOST_QUOTES]]
    return tuple(quotes)


def count_words_basis(writer_counts: Mapping[Place, int]) -> dict[tuple[str, str, str], int]:
    """Return how many wrote to each question, by the names a release keeps its counts under."""
    return {
        (audience, wave, f"{WORDS_COUNTS}{item}"): count
        for (audience, wave, item), count in writer_counts.items()
        if count
    }


def _is_told_alike(place: Place, count: int, minimum: int, earlier: Sequence[QuotedBefore]) -> bool:
    """Whether no release that quotes from here was made with a few more who wrote."""
    audience, wave, item = place
    for release in earlier:
        if place in release.places:
            known = release.basis.get((audience, wave, f"{WORDS_COUNTS}{item}"))
            if known is None or 0 < abs(known - count) < minimum:
                return False
    return True


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()
