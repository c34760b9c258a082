"""Finding in somebody's own words what may tell who wrote them, or about whom: suggestions only.

A person reads every text; this only points. It marks too much rather than too little, and it cannot
know what only colleagues recognise: an event, a way of speaking, an illness.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Spot(StrEnum):
    """What a stretch of text looks like."""

    CPR = "cpr"
    EMAIL = "email"
    LINK = "link"
    PHONE = "phone"
    DATE = "date"
    ADDRESS = "address"
    PLACE = "place"
    JOB = "job"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a text, and what it looks like; None: nothing to be careful about."""

    text: str
    spot: Spot | None = None


_MONTHS = (
    "januar|februar|marts|april|maj|juni|juli|august|september|oktober|november|december"
    "|january|february|march|may|june|july|october"
)
_ROADS = "vej|vejen|gade|gaden|alle|allé|alléen|boulevard|plads|pladsen|stræde|torv|vænge|parken"
_JOBS = (
    "afdelingsleder|teamleder|leder|forstander|souschef|sygeplejerske|pædagog|psykiater|psykolog"
    "|læge|overlæge|kontaktperson|støtteperson|mestringsvejleder|bostøtte|sagsbehandler"
    "|socialrådgiver|vikar|nattevagt|peer"
)
_LETTER = "[^\\W\\d_]"
_CAPITAL = f"(?=[A-ZÆØÅÄÖÉÈÜ]){_LETTER}"
_NAME = f"{_CAPITAL}(?:{_LETTER}|['’-](?={_LETTER}))*"
_PATTERNS: tuple[tuple[Spot, re.Pattern[str]], ...] = (
    (Spot.EMAIL, re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")),
    (Spot.LINK, re.compile(r"(?:https?://|www\.)\S{1,500}", re.IGNORECASE)),
    (Spot.CPR, re.compile(r"(?<!\d)[0-3]\d[01]\d\d{2}[- ]?(?:\d{4}|x{4})(?!\d)", re.IGNORECASE)),
    (Spot.DATE, re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")),
    (Spot.DATE, re.compile(r"(?<!\d)[0-3]?\d[./-] ?[01]?\d(?:[./-] ?(?:\d{4}|\d{2}))?(?!\d)")),
    (
        Spot.DATE,
        re.compile(rf"\b(?:d\. ?)?[0-3]?\d\.? (?:{_MONTHS})\b(?: \d{{4}})?", re.IGNORECASE),
    ),
    (Spot.PHONE, re.compile(r"(?<!\d)(?:(?:\+|00)\d{2} ?)?\d(?:[ -]?\d){7}(?!\d)")),
    (
        Spot.ADDRESS,
        re.compile(
            rf"\b{_LETTER}{{0,40}}(?:{_ROADS})\b,? \d{{1,4}} ?[A-Za-z]?\b"
            rf"(?:,? \d\.? ?(?:sal|tv|th|mf)\b\.?)?",
            re.IGNORECASE,
        ),
    ),
    (Spot.PLACE, re.compile(rf"(?<!\d)\d{{4}} {_NAME}(?: [A-ZÆØÅ]\b)?")),
)
_JOB = re.compile(rf"\b(?:min |vores )?(?:{_JOBS})(?:en|n|ren|ne|s)?\b", re.IGNORECASE)
_NAMES = re.compile(rf"{_NAME}(?: (?:(?:von|van|de|af) )?{_NAME})*")
_BEGINS = re.compile(r"(?:^|[.!?:…]['\"”»)]*\s+|[\n\r]\s*|^\s*[-–•*]\s*)['\"“«(]*$")
_ALWAYS_CAPITAL_WRITTEN = (
    "I De Dem Deres Jer Jeres Dig Du Jeg Vi Det Den Der Ja Nej Tak Ok OK Gud Jul Påske Danmark "
    "Dansk I'm I've I'd I'll The A And But They We You He She It"
)
_ALWAYS_CAPITAL = frozenset(_ALWAYS_CAPITAL_WRITTEN.split())
_FIRST_NAMES_WRITTEN = (
    "anders anne annette bent bente birgit birthe bo brian camilla carsten charlotte christian "
    "christina claus dorte dorthe erik eva finn flemming frank gitte grethe hanne hans heidi "
    "helle henrik ida inge inger jakob jan janne jens jesper jette jonas jytte karen karin "
    "kasper kim kirsten kristian kurt lars lena lene line lise lone lotte louise mads maria "
    "marie marianne martin mathias mette michael mikkel mohammad mohamed ole pernille per peter "
    "pia poul rasmus rikke sara simon sofie søren susanne svend thomas tina tine tom torben "
    "trine ulla vibeke ali fatima ahmed emma"
)
_FIRST_NAMES = frozenset(_FIRST_NAMES_WRITTEN.split())
_ALSO_WORDS_WRITTEN = "bo eva finn jan kim line lone per sara tine tom ulla"
_ALSO_WORDS = frozenset(_ALSO_WORDS_WRITTEN.split())
"""First names that, written small, are words too."""
_SMALL_NAMES = re.compile(rf"\b(?:{'|'.join(sorted(_FIRST_NAMES - _ALSO_WORDS))})s?\b")


def clean(text: str) -> str:
    """Return a text without control characters, those that turn its direction included.

    Line breaks stay; every other kind of white space becomes a space.
    """
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = []
    for character in composed:
        category = unicodedata.category(character)
        if character == "\n":
            kept.append(character)
        elif category == "Zs" or character == "\t":
            kept.append(" ")
        elif category in {"Zl", "Zp"}:
            kept.append("\n")
        elif category not in {"Cc", "Cf", "Co", "Cs", "Cn"}:
            kept.append(character)
    return "".join(kept).strip()


def mark(text: str, known_places: Iterable[str] = ()) -> tuple[Stretch, ...]:
    """Return a text in stretches, those that may tell of somebody marked.

    Args:
        text: somebody's words.
        known_places: names of units and of the municipality.
    """
    found = sorted(_find(text, known_places))
    stretches: list[Stretch] = []
    end = 0
    for start, stop, spot in found:
        if start > end:
            stretches.append(Stretch(text[end:start]))
        stretches.append(Stretch(text[start:stop], spot))
        end = stop
    if end < len(text):
        stretches.append(Stretch(text[end:]))
    return tuple(stretches)


def suggest(text: str, words: Mapping[Spot, str], known_places: Iterable[str] = ()) -> str:
    """Return a text with what may tell of somebody replaced by what stands for it, as "[navn]"."""
    return "".join(
        one.text if one.spot is None else words[one.spot] for one in mark(text, known_places)
    )


def _find(text: str, known_places: Iterable[str]) -> list[tuple[int, int, Spot]]:
    """Return start, end and kind of everything that looks like something; none overlap."""
    found: list[tuple[int, int, Spot]] = []
    taken = bytearray(len(text))
    for start, stop, spot in _candidates(text, known_places):
        if start < stop and not any(taken[start:stop]):
            taken[start:stop] = b"\x01" * (stop - start)
            found.append((start, stop, spot))
    return found


def _candidates(text: str, known_places: Iterable[str]) -> Iterator[tuple[int, int, Spot]]:
    """Yield what looks like something, the surest first."""
    for spot, pattern in _PATTERNS:
        yield from ((*match.span(), spot) for match in pattern.finditer(text))
    for name in sorted({name for name in known_places if len(name) > 2}, key=len, reverse=True):
        pattern = re.compile(rf"\b{re.escape(name)}s?\b", re.IGNORECASE)
        yield from ((*match.span(), Spot.PLACE) for match in pattern.finditer(text))
    yield from ((*match.span(), Spot.JOB) for match in _JOB.finditer(text))
    yield from ((start, stop, Spot.NAME) for start, stop in _names_in(text))
    yield from ((*match.span(), Spot.NAME) for match in _SMALL_NAMES.finditer(text))


def _names_in(text: str) -> Iterator[tuple[int, int]]:
    """Yield where words with a capital stand that a sentence did not give them."""
    for match in _NAMES.finditer(text):
        words = [(part.start(), part.group()) for part in re.finditer(r"\S+", match.group())]
        begins = _BEGINS.search(text[max(0, match.start() - 40) : match.start()])
        if begins and not _is_first_name(words[0][1]):
            words = words[1:]  # the sentence gave it its capital
        while words and words[0][1] in _ALWAYS_CAPITAL:
            words = words[1:]
        if words:
            yield match.start() + words[0][0], match.end()


def _is_first_name(word: str) -> bool:
    lowered = word.lower()
    return lowered in _FIRST_NAMES or lowered.removesuffix("s") in _FIRST_NAMES
