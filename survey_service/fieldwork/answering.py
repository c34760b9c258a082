"""Answering: enter, answer one question at a time, look back, send, delete.

Every refusal is an exception of its own, so that each gets its sentence; and every check happens
in the transaction that writes, so that two tabs, a closing wave or a second press never overwrite
anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from uuid import UUID, uuid4

from survey_service.catalogue import load_instrument
from survey_service.fieldwork.access_codes import code_from_number, read_code
from survey_service.measurement.instrument import (
    SKIPPED,
    Audience,
    Block,
    Instrument,
    Item,
)
from survey_service.measurement.scoring import score_response
from survey_service.storage import free_texts, projects, responses
from survey_service.storage.database import (
    Session,
    reading,
    reading_rows,
    writing,
    writing_rows,
)
from survey_service.storage.keys import KeyRefused, KeyStore
from survey_service.storage.kiosk import use_pause_code
from survey_service.storage.responses import Door, ResponseState, Rows

HELP_ITEM = "help"
"""The background item that tells whether somebody else answered."""

ANSWERED_BY_OTHER = "by_other"
WRITTEN = "written"
"""Stands among the answers for a free text, whose words are kept apart."""


class AnsweringRefused(Exception):
    """Something about answering cannot be done; nothing was stored or changed."""


class CodeRefused(AnsweringRefused):
    """The code is unknown, used or expired: from outside these are one and the same."""


class ResponseUnknown(AnsweringRefused):
    """There is no such response: never was, deleted, or removed when its wave closed."""


class WaveClosed(AnsweringRefused):
    """The wave takes no answers now."""


class AlreadySent(AnsweringRefused):
    """The response was sent and can no longer be changed."""


class ConsentMissing(AnsweringRefused):
    """The person has not said yes to being asked yet."""


class PageUnknown(AnsweringRefused):
    """The questionnaire has no such page."""


class AnswerRefused(AnsweringRefused):
    """The item has no such option."""


class TextTooLong(AnsweringRefused):
    """Somebody's own words exceed what is taken."""


class NothingAnswered(AnsweringRefused):
    """There is nothing to send."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """A response somebody may answer from now on; `is_resumed` if it was begun before."""

    response_id: UUID
    is_resumed: bool


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """One question of a response; `value` is what is stored for it, None where not reached."""

    state: ResponseState
    instrument: Instrument
    item: Item
    number: int
    total: int

    @property
    def value(self) -> str | None:
        """The answer stored for this question."""
        return self.state.value


@dataclass(frozen=True, slots=True)
class Overview:
    """A response's questions with the answers so far."""

    state: ResponseState
    instrument: Instrument
    items: tuple[Item, ...]
    answers: dict[str, str]

    @property
    def first_open(self) -> int | None:
        """The number (from 1) of the first question without an answer; None if all have one."""
        for number, item in enumerate(self.items, start=1):
            if item.key not in self.answers:
                return number
        return None


def enter_with_code(keys: KeyStore, typed: str, today: date) -> Entrance:
    """Begin or resume the response of an access code, or resume that of a pause code, once.

    Raises CodeMistyped for what cannot be a code, CodeRefused for one that does not admit.
    """
    code = read_code(typed)
    hashes = _hashes_in_open_waves(keys, "code", code)
    with writing() as session:
        doors = responses.find_doors_by_code(session, hashes, today)
        if not doors or doors[0].is_sent:
            raise CodeRefused
        pause_hash = doors[0].pause_hash
        if pause_hash is not None and not use_pause_code(session, pause_hash):
            raise CodeRefused  # somebody else used it at this very moment
        return _begin_or_resume(session, doors[0])


def enter_with_link(keys: KeyStore, token: str) -> Entrance:
    """Begin an anonymous response through a unit's open link. Raises CodeRefused."""
    hashes = _hashes_in_open_waves(keys, "link", token)
    with writing() as session:
        doors = responses.find_doors_by_link(session, hashes)
        if not doors:
            raise CodeRefused
        return _begin_or_resume(session, doors[0])


def open_page(response_id: UUID, number: int) -> QuestionPage:
    """Return question `number` (from 1) of a response that still takes answers."""
    instrument, items = _questions_of_response(response_id)
    item = _item_at(items, number)
    with reading_rows() as rows:
        state = _find_open(rows, response_id, item.key)
    require_consent(state)
    return QuestionPage(state, instrument, item, number, len(items))


def find_question(response_id: UUID, number: int) -> Item:
    """Return what question `number` asks. Raises PageUnknown."""
    return _item_at(_questions_of_response(response_id)[1], number)


def count_questions(response_id: UUID) -> int:
    """Return how many questions a response's questionnaire asks."""
    return len(_questions_of_response(response_id)[1])


def look_over(response_id: UUID) -> Overview:
    """Return a response's questions and answers, while it takes answers."""
    with reading_rows() as rows:
        state = _find_open(rows, response_id, "")
        answers = responses.load_answers(rows, response_id)
    instrument, items = questions_of(state)
    return Overview(state, instrument, items, answers)


def project_of(response_id: UUID) -> UUID:
    """Return the project a response belongs to. Raises ResponseUnknown."""
    return _lasting_facts(response_id)[0]


def give_consent(response_id: UUID) -> None:
    """Record that the person says yes; nothing happens where nobody asked or they said it before.

    The version of the notice they were shown stands with their answers.
    """
    with writing() as session:
        state = require_open(session, response_id)
        if state.awaits_consent:
            responses.give_consent(session, state)


def require_consent(state: ResponseState) -> None:
    """Raise ConsentMissing where somebody has been asked for consent and has not given it."""
    if state.awaits_consent:
        raise ConsentMissing


def save_answer(response_id: UUID, number: int, value: str) -> None:
    """Store the answer to question `number`; durable when this returns.

    Raises AnswerRefused for a value that is no option of the question.
    """
    item = _item_at(_questions_of_response(response_id)[1], number)
    if value in item.accepted_values:
        with writing_rows() as rows:
            if responses.save_while_open(rows, response_id, item.key, value):
                return
    with reading_rows() as rows:
        # Either raises why nothing was saved.
        require_consent(_find_open(rows, response_id, item.key))
    raise AnswerRefused


def skip_unless_answered(response_id: UUID, number: int) -> None:
    """Store that question `number` was skipped; an answer that stands already is kept."""
    with writing_rows() as rows:
        state, item = find_item_for_saving(rows, response_id, number)
        if state.value is None:
            responses.save_answer(rows, response_id, item.key, SKIPPED)


def clear_answer(keys: KeyStore, response_id: UUID, number: int) -> None:
    """Undo the answer to question `number`, as if it had not been reached; words go with it."""
    with writing() as session:
        state, item = find_item_for_saving(session, response_id, number)
        undo_answer(session, keys, state, item)


def find_item_for_saving(
    session: Rows, response_id: UUID, number: int
) -> tuple[ResponseState, Item]:
    """Return a response that takes answers, kept so until the commit, and a question of it."""
    item = _item_at(_questions_of_response(response_id)[1], number)
    state = _find_open(session, response_id, item.key, for_saving=True)
    require_consent(state)
    return state, item


def undo_answer(session: Session, keys: KeyStore, state: ResponseState, item: Item) -> None:
    """Undo an answer within a transaction that has found the response open."""
    if item.block is Block.FREE_TEXT:
        free_texts.delete_free_texts(session, [holder_hash(keys, state)], item.key)
    responses.delete_answer(session, state.id, item.key)


def send(keys: KeyStore, response_id: UUID, today: date) -> None:
    """Send a response: score it, set it apart from drafts, and allow its withdrawal.

    Answers given by somebody else become an audience of their own here.
    """
    with writing() as session:
        state = require_open(session, response_id)
        mark_sent(session, keys, state, today)


def mark_sent(session: Session, keys: KeyStore, state: ResponseState, today: date) -> None:
    """Send a response within a transaction that has found it open. Raises NothingAnswered."""
    answers = responses.load_answers(session, state.id)
    if not answers:
        raise NothingAnswered
    instrument = load_instrument(state.instrument_key, state.instrument_version)
    audience = audience_of(state.audience, answers)
    responses.mark_sent(
        session,
        state.id,
        audience=audience,
        sent_week=today - timedelta(days=today.weekday()),
        withdrawal_hash=_withdrawal_hash(keys, state) if state.has_code else None,
        scores=score_response(instrument, answers),
    )
    if state.offers_free_text:
        free_texts.mark_free_texts_sent(session, holder_hash(keys, state), audience)


def delete(keys: KeyStore, response_id: UUID) -> None:
    """Delete a response that was not sent, with everything in it."""
    with writing() as session:
        delete_draft(session, keys, require_open(session, response_id))


def require_open(session: Session, response_id: UUID) -> ResponseState:
    """Return a response that takes answers, and keep it so until the commit."""
    return _find_open(session, response_id, "", for_saving=True)


def delete_draft(session: Session, keys: KeyStore, state: ResponseState) -> None:
    """Delete a response within a transaction that has found it unsent."""
    if state.offers_free_text:
        free_texts.delete_free_texts(session, [holder_hash(keys, state)])
    responses.delete_response(session, state.id)


def withdrawal_code(keys: KeyStore, state: ResponseState) -> str:
    """Return the code a response can be withdrawn by once it is sent. Raises WaveClosed."""
    # Derived rather than stored: the thank-you page can show it again, the database never knows it,
    # and nobody can derive it once the wave's key is gone.
    try:
        key = keys.wave_key(state.wave_id)
    except KeyRefused:
        raise WaveClosed from None
    return code_from_number(int(key.fingerprint("withdrawal", state.id.hex), 16))


def holder_hash(keys: KeyStore, state: ResponseState) -> str:
    """Return what ties own words to the withdrawal code of a response, and to nothing else."""
    return keys.project_key(state.project_id).fingerprint(
        "free-text-holder", withdrawal_code(keys, state)
    )


def audience_of(audience: str, answers: Mapping[str, str]) -> str:
    """Return whose answers these are: a citizen's given by somebody else are `citizen-proxy`."""
    if audience == Audience.CITIZEN and answers.get(HELP_ITEM) == ANSWERED_BY_OTHER:
        return Audience.CITIZEN_PROXY
    return audience


def questions_of(state: ResponseState) -> tuple[Instrument, tuple[Item, ...]]:
    """Return a response's questionnaire and the questions it asks in this project."""
    return _questions(state.instrument_key, state.instrument_version, state.offers_free_text)


@cache
def _questions(
    key: str, version: int, offers_free_text: bool
) -> tuple[Instrument, tuple[Item, ...]]:
    instrument = load_instrument(key, version)
    asked = tuple(
        item for item in instrument.items if offers_free_text or item.block is not Block.FREE_TEXT
    )
    return instrument, asked


def _questions_of_response(response_id: UUID) -> tuple[Instrument, tuple[Item, ...]]:
    return _lasting_facts(response_id)[1]


@lru_cache(maxsize=10_000)
def _lasting_facts(response_id: UUID) -> tuple[UUID, tuple[Instrument, tuple[Item, ...]]]:
    # A response belongs to one project and instrument version for ever: this never goes stale.
    with reading_rows() as rows:
        state = responses.find_state(rows, response_id)
    if state is None:
        raise ResponseUnknown
    return state.project_id, questions_of(state)


def _item_at(items: tuple[Item, ...], number: int) -> Item:
    if not 1 <= number <= len(items):
        raise PageUnknown
    return items[number - 1]


def _find_open(
    session: Rows, response_id: UUID, item_key: str, *, for_saving: bool = False
) -> ResponseState:
    state = responses.find_state(session, response_id, item_key, for_saving=for_saving)
    if state is None:
        raise ResponseUnknown
    if state.is_sent:
        raise AlreadySent
    if state.wave_status != "open":
        raise WaveClosed
    return state


def _hashes_in_open_waves(keys: KeyStore, purpose: str, secret: str) -> list[str]:
    hashes = []
    for wave_id in projects.find_open_waves(reading()):
        try:
            hashes.append(keys.wave_key(wave_id).fingerprint(purpose, secret))
        except KeyRefused:
            continue
    return hashes


def _begin_or_resume(session: Session, door: Door) -> Entrance:
    if door.response_id is not None:
        return Entrance(door.response_id, is_resumed=True)
    response_id = uuid4()
    responses.begin_response(session, response_id, door)
    return Entrance(response_id, is_resumed=False)


def _withdrawal_hash(keys: KeyStore, state: ResponseState) -> str:
    return keys.project_key(state.project_id).fingerprint(
        "withdrawal", withdrawal_code(keys, state)
    )
