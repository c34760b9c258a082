"""What is held under a withdrawal code, for the one who holds it.

The code of a letter opens nothing here: whoever finds the letter must not read the answers. Nothing
is stored of a look, not in the audit log either: an entry would say that somebody who answered came
back, and when.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from survey_service.catalogue import load_framework, load_instrument
from survey_service.fieldwork.access_codes import read_code
from survey_service.fieldwork.answering import HELP_ITEM, CodeRefused
from survey_service.fieldwork.notices import LegalBasis, find_told_notice
from survey_service.fieldwork.withdrawing import existing_project_keys
from survey_service.measurement.instrument import Block, Instrument, Item
from survey_service.measurement.scoring import MeasureScore
from survey_service.storage import own_answers, responses
from survey_service.storage.database import Session, reading
from survey_service.storage.free_texts import QUOTE_PURPOSE, TEXT_PURPOSE
from survey_service.storage.keys import Key, KeyStore
from survey_service.storage.own_answers import OwnResponse
from survey_service.storage.sealing import unseal

FORMAT = "survey-service/own-data"
FORMAT_VERSION = 1


class StatisticsOnly(Exception):
    """The answers are kept for statistics alone: nobody is shown one person's."""


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """One question and what was answered; None where it was not reached.

    `words` are the person's own, `quote` the version of them that may be quoted.
    """

    item: Item
    value: str | None
    words: str | None = None
    quote: str | None = None

    def read_in(self, language: str, non_answers: Mapping[str, str]) -> str | None:
        """Return the answer in words, None where there is none."""
        if self.words is not None:
            return self.words
        if self.value is None:
            return None
        options = {option.value: option.wording for option in self.item.answer_options}
        if self.value in options:
            return options[self.value].read_in(language)
        return non_answers.get(self.value, self.value)


@dataclass(frozen=True, slots=True)
class OwnData:
    """All that is held under one code; `legal_basis` is empty for the service's own notice."""

    response: OwnResponse
    instrument: Instrument
    legal_basis: str
    answers: tuple[OwnAnswer, ...]
    scores: tuple[MeasureScore, ...]

    @property
    def help(self) -> OwnAnswer | None:
        """The answer to who helped, where that was asked."""
        return next((found for found in self.answers if found.item.key == HELP_ITEM), None)

    def measure_names(self, language: str, others: Mapping[str, str]) -> dict[str, str]:
        """Return what each score is of: principles by their short names, `others` by theirs."""
        principles = load_framework(self.response.framework).principles
        return {**others, **{found.key: found.short.read_in(language) for found in principles}}


def find_own_data(keys: KeyStore, typed: str) -> OwnData:
    """Return what is held under a withdrawal code; nothing changes.

    Raises CodeMistyped for what cannot be a code, CodeRefused for one that fits nothing, and
    StatisticsOnly where the person was told that their answers are for statistics alone.
    """
    code = read_code(typed)
    hashes = [key.fingerprint("withdrawal", code) for key in existing_project_keys(keys)]
    session = reading()
    response = own_answers.find_own_response(session, hashes)
    if response is None:
        raise CodeRefused
    if is_for_statistics_only(response.project_id, response.notice_version):
        raise StatisticsOnly
    notice = find_told_notice(response.project_id, response.notice_version)
    instrument = load_instrument(response.instrument_key, response.instrument_version)
    return OwnData(
        response,
        instrument,
        "" if notice is None else notice.legal_basis,
        _answers(session, response, instrument, keys.project_key(response.project_id), code),
        _in_order(instrument, own_answers.find_own_scores(session, response.id)),
    )


def is_for_statistics_only(project_id: UUID, notice_version: str) -> bool:
    """Whether whoever was told this notice was told that answers are for statistics alone."""
    notice = find_told_notice(project_id, notice_version)
    return notice is not None and notice.legal_basis == LegalBasis.STATISTICS_ONLY


def make_document(
    found: OwnData, language: str, today: date, words: Mapping[str, Mapping[str, str]]
) -> dict[str, object]:
    """Return the same as what a program can read: plain values, questions in one language.

    Args:
        found: what is held.
        language: of questions, options and names.
        today: the day it is fetched.
        words: what `non_answers` and other `measures` than principles are called.
    """
    response = found.response
    names = found.measure_names(language, words["measures"])
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "language": language,
        "fetched_on": today.isoformat(),
        "kept_until": response.retained_until.isoformat(),
        "municipality": response.municipality_name,
        "project": response.project_title,
        "wave": {"key": response.wave_key, "name": response.wave_label(language)},
        "unit": response.unit_name,
        "audience": response.audience,
        "questionnaire": {
            "key": found.instrument.key,
            "version": found.instrument.version,
            "title": found.instrument.title.read_in(language),
        },
        "notice": {"version": response.notice_version, "legal_basis": found.legal_basis or None},
        "sent_in_week_of": response.sent_week.isoformat() if response.sent_week else None,
        "has_pseudonym": response.is_linked,
        "help": found.help.value if found.help else None,
        "answers": [
            {
                "item": answer.item.key,
                "question": answer.item.wording.read_in(language),
                "value": answer.value,
                "answer": answer.read_in(language, words["non_answers"]),
                "quotable_version": answer.quote,
            }
            for answer in found.answers
        ],
        "scores": [
            {
                "measure": score.measure,
                "name": names.get(score.measure, score.measure),
                "score": score.score,
                "rated_items": score.rated_count,
                "items": score.item_count,
            }
            for score in found.scores
        ],
    }


def _answers(
    session: Session, response: OwnResponse, instrument: Instrument, key: Key, code: str
) -> tuple[OwnAnswer, ...]:
    values = responses.load_answers(session, response.id)
    holder = key.fingerprint("free-text-holder", code)
    sealed = {words.item_key: words for words in own_answers.find_own_words(session, holder)}
    answers = []
    for item in instrument.items:
        words = sealed.get(item.key)
        if item.block is Block.FREE_TEXT and words is None and item.key not in values:
            continue  # the project asks for no words of one's own, or none came
        text = quote = None
        if words is not None:
            text = unseal(key, TEXT_PURPOSE, words.sealed_text, holder)
            if words.sealed_quote is not None:
                bound_to = f"{holder}/{item.key}"
                quote = unseal(key, QUOTE_PURPOSE, words.sealed_quote, bound_to)
        answers.append(OwnAnswer(item, values.get(item.key), text, quote))
    return tuple(answers)


def _in_order(instrument: Instrument, scores: list[MeasureScore]) -> tuple[MeasureScore, ...]:
    places = {measure: place for place, measure in enumerate(instrument.measures)}
    return tuple(sorted(scores, key=lambda score: places.get(score.measure, len(places))))
