"""Reading people's own words after a wave, and writing the version of them that may be quoted.

Nobody reads anything while a wave is open, and nothing of a question to which fewer than the
minimum of an audience wrote: then it looks as if nobody had. What is read comes without unit,
without the person's other answers, without date, and in an order that tells nothing.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from survey_service.catalogue import load_instrument
from survey_service.faults import FieldFault, InputRefused
from survey_service.fieldwork.name_spotting import Spot, clean, mark
from survey_service.fieldwork.waves import WaveStatus
from survey_service.measurement.instrument import Audience, Block, Item
from survey_service.measurement.quote_disclosure import LONGEST_QUOTE, may_be_read
from survey_service.storage import projects
from survey_service.storage.database import reading, writing
from survey_service.storage.free_texts import (
    QUOTE_PURPOSE,
    TEXT_PURPOSE,
    Review,
    SealedWords,
    find_readable_words,
    find_statistics_only,
    set_review,
)
from survey_service.storage.keys import Key, KeyRefused, KeyStore
from survey_service.storage.projects import ProjectRecord, WaveRecord
from survey_service.storage.sealing import seal, unseal

CLOSED = frozenset({WaveStatus.CLOSED, WaveStatus.RELEASED})

NEVER_QUOTED = frozenset({Spot.CPR, Spot.EMAIL, Spot.PHONE})
"""What points to one person for certain."""


class WordsUnknown(Exception):
    """There are no such words: never were, withdrawn, too few, or not to be read by anybody."""


@dataclass(frozen=True, slots=True)
class WordsGroup:
    """One audience's words to one question in one wave.

    `text_count` and `unread_count` are None where nobody may read them, because too few wrote or
    nobody did. `is_statistics_only`: people were told that their answers are for statistics alone.
    """

    audience: str
    item: Item
    text_count: int | None
    unread_count: int | None
    is_statistics_only: bool


@dataclass(frozen=True, slots=True)
class WaveWords:
    """A wave's groups; none while it is not closed."""

    wave: WaveRecord
    groups: tuple[WordsGroup, ...]


@dataclass(frozen=True, slots=True)
class OwnText:
    """One person's words; `quote` is the version that may be quoted, empty where there is none.

    `id` stands for them in addresses: a keyed hash that leads to nothing else.
    """

    id: UUID
    text: str
    review: Review
    quote: str


def find_wave_words(project: ProjectRecord) -> tuple[WaveWords, ...]:
    """Return what there is to read of each wave of a project, in the waves' order."""
    found = projects.find_waves(reading(), project.id)
    return tuple(
        WaveWords(wave, tuple(_groups(project, wave)) if wave.status in CLOSED else ())
        for wave in found
    )


def read_group(
    keys: KeyStore, project: ProjectRecord, wave: WaveRecord, audience: str, item_key: str
) -> tuple[Item, tuple[OwnText, ...]]:
    """Return a question and all that an audience wrote to it, in an order that tells nothing.

    Raises WordsUnknown.
    """
    item = _find_item(wave, audience, item_key)
    key = _find_key(keys, project)
    words = _read_place(project, wave, audience, item_key)
    texts = (_open(key, one) for one in words)
    return item, tuple(sorted(texts, key=lambda text: text.id))


def review_text(
    keys: KeyStore,
    project: ProjectRecord,
    wave: WaveRecord,
    place: tuple[str, str],
    text_id: UUID,
    review: Review,
    quote: str,
) -> None:
    """Store what was decided about somebody's words, and the version that may be quoted.

    Args:
        keys: the installation's keys.
        project: whose wave it is.
        wave: a closed one.
        place: audience and question.
        text_id: of the words.
        review: what was decided; `quote` is kept only of what may be quoted.
        quote: the redacted version as typed.

    Raises WordsUnknown, and InputRefused for a quote that is missing, too long, or holds what
    points to one person for certain.
    """
    key = _find_key(keys, project)
    words = [one for one in _read_place(project, wave, *place) if _address(key, one) == text_id]
    if not words:
        raise WordsUnknown
    [one] = words
    sealed = None
    if review is Review.QUOTABLE:
        sealed = seal(key, QUOTE_PURPOSE, _check_quote(quote), one.quote_bound_to)
    with writing() as session:
        if not set_review(session, one.holder_hash, one.item_key, review, sealed):
            raise WordsUnknown  # withdrawn at this very moment


def _groups(project: ProjectRecord, wave: WaveRecord) -> Iterator[WordsGroup]:
    words = find_readable_words(reading(), [wave.id])
    written = Counter((one.audience, one.item_key) for one in words)
    unread = Counter((one.audience, one.item_key) for one in words if one.review == Review.UNREAD)
    kept_back = find_statistics_only(reading(), wave.id)
    for audience, items in _find_items(wave).items():
        for item in items:
            place = audience, item.key
            is_shown = may_be_read(written[place], project.minimum)
            yield WordsGroup(
                audience,
                item,
                written[place] if is_shown else None,
                unread[place] if is_shown else None,
                audience in kept_back,
            )


def _find_items(wave: WaveRecord) -> dict[str, tuple[Item, ...]]:
    """Return the questions that are answered in own words, per audience that may have answered."""
    found: dict[str, tuple[Item, ...]] = {}
    for audience, version in projects.find_wave_instruments(reading(), wave.id).items():
        items = load_instrument(*version).items
        own = tuple(item for item in items if item.block is Block.FREE_TEXT)
        found[audience] = own
        if audience == Audience.CITIZEN:
            found[Audience.CITIZEN_PROXY.value] = own
    return {audience: items for audience, items in found.items() if items}


def _find_item(wave: WaveRecord, audience: str, item_key: str) -> Item:
    for item in _find_items(wave).get(audience, ()):
        if item.key == item_key:
            return item
    raise WordsUnknown


def _find_key(keys: KeyStore, project: ProjectRecord) -> Key:
    try:
        return keys.project_key(project.id)
    except KeyRefused:
        raise WordsUnknown from None  # destroyed at the retention date


def _read_place(
    project: ProjectRecord, wave: WaveRecord, audience: str, item_key: str
) -> list[SealedWords]:
    if wave.status not in CLOSED:
        raise WordsUnknown
    words = [
        one
        for one in find_readable_words(reading(), [wave.id])
        if (one.audience, one.item_key) == (audience, item_key)
    ]
    if not may_be_read(len(words), project.minimum):
        raise WordsUnknown
    return words


def _open(key: Key, one: SealedWords) -> OwnText:
    text = unseal(key, TEXT_PURPOSE, one.sealed_text, one.holder_hash)
    quote = ""
    if one.sealed_quote is not None:
        quote = unseal(key, QUOTE_PURPOSE, one.sealed_quote, one.quote_bound_to)
    return OwnText(_address(key, one), clean(text), Review(one.review), quote)


def _address(key: Key, one: SealedWords) -> UUID:
    return UUID(hex=key.fingerprint("own-words-address", one.holder_hash, one.item_key)[:32])


def _check_quote(typed: str) -> str:
    quote = " ".join(clean(typed).split())
    faults = []
    if not quote:
        faults.append(FieldFault("quote", "missing"))
    if len(quote) > LONGEST_QUOTE:
        values = {"limit": LONGEST_QUOTE, "found": len(quote)}
        faults.append(FieldFault("quote", "too_long", values))
    if any(stretch.spot in NEVER_QUOTED for stretch in mark(quote)):
        faults.append(FieldFault("quote", "quote_points_to_somebody"))
    if faults:
        raise InputRefused(*faults)
    return quote
