"""What people answer in their own words: sealed, and kept apart from their response."""

from uuid import UUID

from survey_service.fieldwork.answering import (
    WRITTEN,
    AnswerRefused,
    QuestionPage,
    TextTooLong,
    find_item_for_saving,
    holder_hash,
)
from survey_service.measurement.instrument import SKIPPED, Block, Item
from survey_service.storage import free_texts, responses
from survey_service.storage.database import Session, reading, writing
from survey_service.storage.keys import KeyStore
from survey_service.storage.responses import ResponseState
from survey_service.storage.sealing import seal, unseal

FREE_TEXT_LIMIT = 20_000
"""Characters; more is refused rather than cut."""


def save_free_text(keys: KeyStore, response_id: UUID, number: int, text: str) -> None:
    """Seal and store somebody's own words; empty words count as skipped.

    Raises TextTooLong rather than cutting what somebody wrote.
    """
    # A form sends a line break as two characters, but the browser counted one.
    text = text.replace("\r\n", "\n").strip()
    if len(text) > FREE_TEXT_LIMIT:
        raise TextTooLong
    with writing() as session:
        state, item = find_item_for_saving(session, response_id, number)
        if item.block is not Block.FREE_TEXT:
            raise AnswerRefused
        store_words(session, keys, state, item, text)


def store_words(
    session: Session, keys: KeyStore, state: ResponseState, item: Item, text: str
) -> None:
    """Seal and store words within a transaction that has found the response open."""
    holder = holder_hash(keys, state)
    if not text:
        free_texts.delete_free_texts(session, [holder], item.key)
        responses.save_answer(session, state.id, item.key, SKIPPED)
        return
    sealed = seal(keys.project_key(state.project_id), "free-text", text, holder)
    free_texts.save_free_text(session, holder, item.key, state.wave_id, sealed)
    responses.save_answer(session, state.id, item.key, WRITTEN)


def read_free_text(keys: KeyStore, page: QuestionPage) -> str:
    """Return the words stored for a free-text page, or an empty text."""
    holder = holder_hash(keys, page.state)
    sealed = free_texts.find_free_text(reading(), holder, page.item.key)
    if sealed is None:
        return ""
    return unseal(keys.project_key(page.state.project_id), "free-text", sealed, holder)
