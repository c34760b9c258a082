"""Waves that were gathered in another system: tried, imported, and taken back.

What comes of an uploaded file is an ordinary closed wave: random ids, an order that tells nothing,
people linked by the project's key alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from survey_service.exchange.wave_files import WaveTable
from survey_service.faults import FieldFault, InputRefused
from survey_service.fieldwork.column_mapping import ImportFrame, frame_of
from survey_service.fieldwork.import_choices import ImportChoices
from survey_service.fieldwork.import_plan import (
    PlannedImport,
    place_wave,
    plan_import,
    refuse_after_release,
)
from survey_service.fieldwork.invitations import pseudonym_of
from survey_service.fieldwork.rehearsing import (
    ImportedPerson,
    Rehearsal,
    Tell,
    rehearse,
    tell_nobody,
)
from survey_service.fieldwork.uploads import (
    WaitingUpload,
    find_upload,
    forget_upload,
    keep_upload,
    read_upload,
    save_choices,
)
from survey_service.storage import counts, projects
from survey_service.storage import importing as storage
from survey_service.storage.database import Session, reading, writing
from survey_service.storage.importing import ImportedWave
from survey_service.storage.keys import Key, KeyStore
from survey_service.storage.projects import ProjectRecord
from survey_service.storage.responses import SentResponse

STORED_AT_ONCE = 500
"""Responses per transaction: those who are answering meanwhile wait for one, not for all."""

SILENCE = timedelta(minutes=15)
"""An import that gave no sign of life for so long is not going on; well past where it counts as
lost."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A file read for its project: the table, what it is understood by, and the dry run."""

    table: WaveTable
    frame: ImportFrame
    choices: ImportChoices
    rehearsal: Rehearsal


def try_upload(
    keys: KeyStore, project: ProjectRecord, upload: WaitingUpload, tell: Tell = tell_nobody
) -> Trial:
    """Read a file as it would be imported, and store nothing.

    Raises InputRefused for what is wrong with the file as a whole.
    """
    tell("opening_file")
    table, frame = read_upload(keys, upload), frame_of(project, upload.choices)
    return Trial(table, frame, upload.choices, rehearse(table, frame, upload.choices, tell))


def import_wave(
    keys: KeyStore,
    project_id: UUID,
    upload_id: UUID,
    today: date,
    tell: Tell = tell_nobody,
) -> UUID:
    """Store a file as a closed wave, forget the file, and return the wave's id.

    Nothing shows the wave before it is whole; what came in of one that is cut off is removed.

    Raises InputRefused with every fault: of the wave's name and dates, of the file as a whole, and
    of single lines unless the evaluator chose to leave those out.
    """
    project, upload = projects.find_project(reading(), project_id), None
    if project is not None:
        upload = find_upload(keys, project_id, upload_id)
    if project is None or upload is None:
        raise InputRefused(FieldFault("file", "upload_gone"))
    refuse_after_release(project_id)
    planned = plan_import(project, upload.choices, today)
    trial = try_upload(keys, project, upload, tell)
    _refuse_unready(trial.rehearsal, upload.choices)
    people = list(trial.rehearsal.people)
    key = keys.project_key(project_id)
    records = [_record(person, trial.frame, key) for person in people]
    # In the order of their random ids, which tells neither whose line came first nor who answered
    # with whom.
    records.sort(key=lambda record: record.id.hex)
    _store(upload_id, project_id, planned, trial, records, tell)
    return upload_id


def import_content(
    keys: KeyStore,
    project_id: UUID,
    file_name: str,
    content: bytes,
    choices: ImportChoices,
    today: date,
) -> UUID:
    """Keep a file and import it at once; of one that is refused nothing stays.

    Raises InputRefused as `keep_upload` and `import_wave`.
    """
    upload_id = keep_upload(keys, project_id, file_name, content, choices.kind, today)
    upload = find_upload(keys, project_id, upload_id)
    if upload is None:
        raise InputRefused(FieldFault("file", "upload_gone"))
    save_choices(keys, upload, choices)
    try:
        return import_wave(keys, project_id, upload_id, today)
    except InputRefused:
        forget_upload(upload)
        raise


def find_imported_waves(project_id: UUID) -> list[ImportedWave]:
    """Return a project's waves that were gathered elsewhere, in their order."""
    return storage.find_imported_waves(reading(), project_id)


def count_imported(wave_id: UUID) -> int:
    """Return how many responses a wave came in with, by its kept counts."""
    return sum(counts.find_counts(reading(), wave_id)[1].values())


def releases_holding(project_id: UUID, wave: ImportedWave) -> list[int]:
    """Return the numbers of the releases, published or not, that an import stays because of."""
    return storage.find_releases_holding(reading(), project_id, wave.key)


def undo_import(project_id: UUID, wave_id: UUID) -> int:
    """Remove an imported wave with every row of it; return how many responses it had.

    Raises InputRefused for a wave that was not imported, or that a release holds, published or
    not: what was shown must stay possible to account for.
    """
    with writing() as session:
        waves = {wave.id: wave for wave in storage.find_imported_waves(session, project_id)}
        if wave_id not in waves:
            raise InputRefused(FieldFault("wave", "unknown_choice"))
        holding = storage.find_releases_holding(session, project_id, waves[wave_id].key)
        if holding:
            numbers = ", ".join(map(str, holding))
            raise InputRefused(FieldFault("wave", "import_released", {"numbers": numbers}))
        # From here on nothing shows it; where this is cut off, the upkeep does the rest.
        storage.hide_wave(session, wave_id)
    return _remove(wave_id)


def forget_old_uploads(today: date, now: datetime) -> None:
    """Remove the files of earlier days, and what imports that were cut off have left.

    A file that is being imported stays until that is over, unless its project is past its date.
    `now` is the time in UTC, as background work writes its signs of life.
    """
    with writing() as session:
        at_work = storage.find_uploads_at_work(session, now - SILENCE)
        storage.delete_old_uploads(session, today, at_work)
        for wave_id in storage.find_unfinished(session):
            # The wave has its file's id. While that is there, the import may be going on.
            if storage.find_upload(session, wave_id) is None:
                storage.delete_wave(session, wave_id)


def _remove(wave_id: UUID, first_response: UUID | None = None) -> int:
    """Remove a wave that nothing shows any more, part by part; return how many responses it had.

    With `first_response`, only while the wave is still that run's: of a wave that another run has
    begun anew, or has finished, nothing is touched.
    """
    removed = 0
    while True:
        with writing() as session:
            if first_response and not storage.is_own_run(session, wave_id, first_response):
                return removed
            count = storage.delete_some(session, wave_id, STORED_AT_ONCE)
            if count == 0:
                return removed + storage.delete_wave(session, wave_id)
        removed += count


def _refuse_unready(rehearsal: Rehearsal, choices: ImportChoices) -> None:
    if rehearsal.obstacles:
        raise InputRefused(*rehearsal.obstacles)
    if rehearsal.fault_count and not choices.leaves_out_faulty:
        values = {"count": rehearsal.faulty_line_count}
        raise InputRefused(FieldFault("file", "lines_faulty", values))
    if not rehearsal.people:
        raise InputRefused(FieldFault("file", "nothing_to_import"))


def _record(person: ImportedPerson, frame: ImportFrame, key: Key) -> SentResponse:
    instrument = frame.instruments.get(person.asked)
    has_answers = instrument is not None and any(name != "help" for name in person.answers)
    return SentResponse(
        id=uuid4(),
        unit_id=frame.units[person.unit].id,
        audience=person.audience,
        instrument_key=instrument.key if instrument is not None and has_answers else "",
        instrument_version=instrument.version if instrument is not None and has_answers else 0,
        pseudonym=(
            None if person.reference is None else pseudonym_of(key, person.asked, person.reference)
        ),
        answers=person.answers,
        scores=person.scores,
    )


def _store(
    wave_id: UUID,
    project_id: UUID,
    planned: PlannedImport,
    trial: Trial,
    records: Sequence[SentResponse],
    tell: Tell,
) -> None:
    if len(records) <= STORED_AT_ONCE:
        with writing() as session:
            _begin(session, wave_id, project_id, planned)
            storage.add_responses(session, wave_id, "", records)
            _finish(session, wave_id, planned, trial, records)
        return
    # A run that was given up as lost may live on beside the one begun instead of it. Each knows
    # its wave by its own first response, which comes with the wave and goes last.
    first = records[0].id
    try:
        for start in range(0, len(records), STORED_AT_ONCE):
            tell("storing_responses", start, len(records))
            with writing() as session:
                if start == 0:
                    _begin(session, wave_id, project_id, planned)
                else:
                    _refuse_overtaken(session, wave_id, first)
                part = records[start : start + STORED_AT_ONCE]
                storage.add_responses(session, wave_id, "", part)
        with writing() as session:
            _refuse_overtaken(session, wave_id, first)
            _finish(session, wave_id, planned, trial, records)
    except BaseException:
        _remove(wave_id, first)
        raise


def _begin(session: Session, wave_id: UUID, project_id: UUID, planned: PlannedImport) -> None:
    if storage.find_upload(session, wave_id) is None:
        # Meanwhile it was imported by another run, or forgotten.
        raise InputRefused(FieldFault("file", "upload_gone"))
    if wave_id in storage.find_unfinished(session, project_id):
        # An import of this file that was cut off, or that counts as lost.
        storage.delete_wave(session, wave_id)
    storage.begin_wave(session, place_wave(session, wave_id, project_id, planned))


def _refuse_overtaken(session: Session, wave_id: UUID, first_response: UUID) -> None:
    if not storage.is_own_run(session, wave_id, first_response):
        raise InputRefused(FieldFault("file", "upload_gone"))


def _finish(
    session: Session,
    wave_id: UUID,
    planned: PlannedImport,
    trial: Trial,
    records: Sequence[SentResponse],
) -> None:
    used = {(record.instrument_key, record.instrument_version) for record in records}
    storage.finish_wave(
        session,
        wave_id,
        instruments={
            audience: (instrument.key, instrument.version)
            for audience, instrument in trial.frame.instruments.items()
            if (instrument.key, instrument.version) in used
        },
        relations={key: str(relation) for key, relation in trial.frame.relations.items()},
        counted_on=planned.closes_on,
        left_out_count=trial.rehearsal.faulty_line_count,
    )
    storage.delete_upload(session, wave_id)
