"""Waves that were gathered in another system: uploaded, tried, imported, and taken back.

The file lies sealed with the project's key until it is imported or forgotten. What comes of it is
an ordinary closed wave: random ids, an order that tells nothing, people linked by the project's
key alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

from survey_service.exchange.faults import BadInputError
from survey_service.exchange.wave_files import FileOutline, WaveTable, outline_file, read_wave_table
from survey_service.faults import FieldFault, InputRefused
from survey_service.fieldwork.column_mapping import ImportFrame, frame_of
from survey_service.fieldwork.import_choices import (
    FileKind,
    ImportChoices,
    read_choices,
    write_choices,
)
from survey_service.fieldwork.import_plan import PlannedImport, place_wave, plan_import
from survey_service.fieldwork.invitations import pseudonym_of
from survey_service.fieldwork.rehearsing import (
    ImportedPerson,
    Rehearsal,
    Tell,
    rehearse,
    tell_nobody,
)
from survey_service.fieldwork.typed_input import tidy
from survey_service.storage import counts, projects
from survey_service.storage import importing as storage
from survey_service.storage.database import Session, reading, writing
from survey_service.storage.importing import ImportedWave, UploadRecord
from survey_service.storage.keys import Key, KeyStore
from survey_service.storage.projects import ProjectRecord
from survey_service.storage.responses import SentResponse
from survey_service.storage.sealing import seal_bytes, unseal_bytes

LARGEST_FILE = 20 * 1024 * 1024
STORED_AT_ONCE = 500
"""Responses per transaction: those who are answering meanwhile wait for one, not for all."""

FILE_NAME_LIMIT = 200
_PURPOSE = "upload"
_OWN_WORDS = frozenset(
    {"empty_file", "not_text", "column_nameless", "column_twice", "quotes", "no_sheet", "wide",
     "long", "encrypted", "old_workbook", "no_workbook", "macros", "links", "bomb", "entities",
     "broken", "formula_header"}
)  # fmt: skip
"""The kinds of fault of a whole file with words of their own, `fault.file_<rule>`."""


@dataclass(frozen=True, slots=True)
class WaitingUpload:
    """A file on its way in and what has been said of it so far."""

    id: UUID
    project_id: UUID
    file_name: str
    uploaded_on: date
    choices: ImportChoices


@dataclass(frozen=True, slots=True)
class Trial:
    """A file read for its project: the table, what it is understood by, and the dry run."""

    table: WaveTable
    frame: ImportFrame
    choices: ImportChoices
    rehearsal: Rehearsal


def keep_upload(
    keys: KeyStore, project_id: UUID, file_name: str, content: bytes, kind: FileKind, today: date
) -> UUID:
    """Store a file sealed with the project's key and return its id.

    Raises InputRefused for a file that is too large or can never be read; then nothing is stored.
    """
    if len(content) > LARGEST_FILE:
        raise InputRefused(FieldFault("file", "file_too_large", {"limit": 20}))
    name = tidy(Path(file_name.replace("\\", "/")).name)[-FILE_NAME_LIMIT:] or "fil"
    try:
        outline = outline_file(Path(name), content)
    except BadInputError as error:
        raise refuse_file(error) from error
    upload_id = uuid4()
    key = keys.project_key(project_id)
    sealed = seal_bytes(key, _PURPOSE, content, upload_id.hex)
    sheet = outline.sheets[0] if outline.sheets else ""
    choices = write_choices(ImportChoices(kind=kind, sheet=sheet))
    with writing() as session:
        storage.add_upload(session, upload_id, project_id, name, today, sealed)
        storage.save_choices(session, upload_id, choices)
    return upload_id


def find_upload(project_id: UUID, upload_id: UUID) -> WaitingUpload | None:
    """Return one of a project's files on their way in, None if there is none with this id."""
    record = storage.find_upload(reading(), upload_id)
    return None if record is None or record.project_id != project_id else _waiting(record)


def find_uploads(project_id: UUID) -> list[WaitingUpload]:
    """Return a project's files on their way in, newest first."""
    return [_waiting(record) for record in storage.find_uploads(reading(), project_id)]


def save_choices(upload: WaitingUpload, choices: ImportChoices) -> None:
    """Keep what was said of a file, so that it can be gone on with later."""
    with writing() as session:
        storage.save_choices(session, upload.id, write_choices(choices))


def forget_upload(upload: WaitingUpload) -> None:
    """Remove a file and all that was said of it."""
    with writing() as session:
        storage.delete_upload(session, upload.id)


def outline_upload(keys: KeyStore, upload: WaitingUpload) -> FileOutline:
    """Say how a file is written and which sheets it has. Raises InputRefused once it is gone."""
    return outline_file(Path(upload.file_name), _open(keys, upload))


def read_upload(keys: KeyStore, upload: WaitingUpload) -> WaveTable:
    """Read a file's lines, or those of the chosen sheet.

    Raises InputRefused for what is wrong with the file as a whole.
    """
    try:
        return read_wave_table(Path(upload.file_name), _open(keys, upload), upload.choices.sheet)
    except BadInputError as error:
        raise refuse_file(error) from error


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
        upload = find_upload(project_id, upload_id)
    if project is None or upload is None:
        raise InputRefused(FieldFault("file", "upload_gone"))
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
    with writing() as session:
        storage.save_choices(session, upload_id, write_choices(choices))
    try:
        return import_wave(keys, project_id, upload_id, today)
    except InputRefused:
        with writing() as session:
            storage.delete_upload(session, upload_id)
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


def forget_old_uploads(today: date) -> None:
    """Remove the files of earlier days, and what imports that were cut off have left."""
    with writing() as session:
        storage.delete_old_uploads(session, today)
        for wave_id in storage.find_unfinished(session):
            # The wave has its file's id. While that is there, the import may be going on.
            if storage.find_upload(session, wave_id) is None:
                storage.delete_wave(session, wave_id)


def refuse_file(error: BadInputError) -> InputRefused:
    """Return the refusal of a file as a whole, each fault with its line."""
    return InputRefused(
        *(
            FieldFault(
                "file",
                f"file_{fault.rule}" if fault.rule in _OWN_WORDS else "file_unreadable",
                {"column": fault.column or "", "found": fault.found},
                fault.line,
            )
            for fault in error.faults
        )
    )


def _remove(wave_id: UUID) -> int:
    """Remove a wave that nothing shows any more, part by part; return how many responses it had."""
    removed = 0
    while True:
        with writing() as session:
            count = storage.delete_some(session, wave_id, STORED_AT_ONCE)
        removed += count
        if count < STORED_AT_ONCE:
            break
    with writing() as session:
        return removed + storage.delete_wave(session, wave_id)


def _waiting(record: UploadRecord) -> WaitingUpload:
    return WaitingUpload(
        record.id,
        record.project_id,
        record.file_name,
        record.uploaded_on,
        read_choices(record.choices),
    )


def _open(keys: KeyStore, upload: WaitingUpload) -> bytes:
    sealed = storage.load_upload(reading(), upload.id)
    if sealed is None:
        raise InputRefused(FieldFault("file", "upload_gone"))
    return unseal_bytes(keys.project_key(upload.project_id), _PURPOSE, sealed, upload.id.hex)


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
    with writing() as session:
        _begin(session, wave_id, project_id, planned)
    try:
        for start in range(0, len(records), STORED_AT_ONCE):
            tell("storing_responses", start, len(records))
            with writing() as session:
                part = records[start : start + STORED_AT_ONCE]
                storage.add_responses(session, wave_id, "", part)
        with writing() as session:
            _finish(session, wave_id, planned, trial, records)
    except BaseException:
        _remove(wave_id)
        raise


def _begin(session: Session, wave_id: UUID, project_id: UUID, planned: PlannedImport) -> None:
    if wave_id in storage.find_unfinished(session, project_id):
        # An import of this file that was cut off; one that is going on is not begun twice.
        storage.delete_wave(session, wave_id)
    elif projects.find_wave(session, wave_id) is not None:
        raise InputRefused(FieldFault("file", "upload_gone"))
    storage.begin_wave(session, place_wave(session, wave_id, project_id, planned))


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


def with_choices(upload: WaitingUpload, **said: object) -> WaitingUpload:
    """Return the file with some of its choices changed; nothing is stored."""
    return replace(upload, choices=replace(upload.choices, **said))  # type: ignore[arg-type]
