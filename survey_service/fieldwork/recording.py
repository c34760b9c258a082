"""Responses gathered elsewhere, recorded all at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

from survey_service.catalogue import load_instrument
from survey_service.fieldwork.answering import audience_of
from survey_service.fieldwork.invitations import pseudonym_of
from survey_service.fieldwork.waves import WaveStatus
from survey_service.measurement.instrument import Instrument
from survey_service.measurement.scoring import score_response
from survey_service.storage import projects, responses
from survey_service.storage.database import reading, writing
from survey_service.storage.keys import KeyStore


class RecordingRefused(Exception):
    """Responses cannot be recorded; none were."""


@dataclass(frozen=True, slots=True)
class GatheredResponse:
    """One person's answers; `reference` links their waves and is not stored, None: anonymous."""

    unit_id: UUID
    audience: str
    reference: str | None
    answers: Mapping[str, str]


def record_responses(
    keys: KeyStore, wave_id: UUID, gathered: Sequence[GatheredResponse], today: date
) -> None:
    """Store responses as sent in an open wave, in an order that tells nothing.

    Raises RecordingRefused when the wave is not open, an audience has no questionnaire in it, an
    answer is no option of its item, or somebody answered twice; then nothing is stored.
    """
    wave = projects.find_wave(reading(), wave_id)
    if wave is None or wave.status != WaveStatus.OPEN:
        raise RecordingRefused(f"wave {wave_id}: expected an open wave")
    project = projects.find_project(reading(), wave.project_id)
    instruments = {
        audience: load_instrument(key, version)
        for audience, (key, version) in projects.find_wave_instruments(reading(), wave_id).items()
    }
    project_key = keys.project_key(wave.project_id)
    notice_version = project.notice_version if project is not None else ""
    records = []
    for response in gathered:
        instrument = _check(response, instruments)
        pseudonym = None
        if response.reference is not None:
            pseudonym = pseudonym_of(project_key, response.audience, response.reference)
        records.append(
            responses.SentResponse(
                id=uuid4(),
                unit_id=response.unit_id,
                audience=audience_of(response.audience, response.answers),
                instrument_key=instrument.key,
                instrument_version=instrument.version,
                pseudonym=pseudonym,
                answers=response.answers,
                scores=score_response(instrument, response.answers),
            )
        )
    _refuse_repeated(records)
    sent_week = today - timedelta(days=today.weekday())
    with writing() as session:
        responses.add_sent_responses(session, wave_id, notice_version, sent_week, records)


def _check(response: GatheredResponse, instruments: Mapping[str, Instrument]) -> Instrument:
    instrument = instruments.get(response.audience)
    if instrument is None:
        raise RecordingRefused(f"audience {response.audience}: no questionnaire in this wave")
    for key, value in response.answers.items():
        item = instrument.by_key.get(key)
        if item is None or value not in item.accepted_values:
            raise RecordingRefused(f"item {key}: expected an option of it, found {value!r}")
    return instrument


def _refuse_repeated(records: Sequence[responses.SentResponse]) -> None:
    named = [record.pseudonym for record in records if record.pseudonym is not None]
    if len(set(named)) < len(named):
        raise RecordingRefused("a reference is listed twice in one wave and audience")
