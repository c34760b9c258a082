"""Files on their way in: kept sealed until they are imported, forgotten or a day old.

What a file is called and what was said of it are sealed as its contents are: a file is often named
after somebody, and the words of a column that was chosen wrongly may be names.
"""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

from survey_service.exchange.faults import BadInputError
from survey_service.exchange.wave_files import FileOutline, WaveTable, outline_file, read_wave_table
from survey_service.faults import FieldFault, InputRefused
from survey_service.fieldwork.import_choices import (
    FileKind,
    ImportChoices,
    read_choices,
    write_choices,
)
from survey_service.fieldwork.typed_input import tidy
from survey_service.storage import importing as storage
from survey_service.storage.database import reading, writing
from survey_service.storage.importing import UploadRecord
from survey_service.storage.keys import Key, KeyStore
from survey_service.storage.sealing import seal, seal_bytes, unseal, unseal_bytes

LARGEST_FILE = 20 * 1024 * 1024

FILE_NAME_LIMIT = 200
_CONTENT, _NAME, _CHOICES = "upload", "upload-name", "upload-choices"
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
    key, upload_id = keys.project_key(project_id), uuid4()
    sheet = outline.sheets[0] if outline.sheets else ""
    record = UploadRecord(
        id=upload_id,
        project_id=project_id,
        uploaded_on=today,
        sealed_file_name=seal(key, _NAME, name, upload_id.hex),
        sealed_choices=_seal_choices(key, upload_id, ImportChoices(kind=kind, sheet=sheet)),
    )
    sealed_content = seal_bytes(key, _CONTENT, content, upload_id.hex)
    with writing() as session:
        storage.add_upload(session, record, sealed_content)
    return upload_id


def find_upload(keys: KeyStore, project_id: UUID, upload_id: UUID) -> WaitingUpload | None:
    """Return one of a project's files on their way in, None if there is none with this id."""
    record = storage.find_upload(reading(), upload_id)
    if record is None or record.project_id != project_id:
        return None
    return _open_record(keys.project_key(project_id), record)


def find_uploads(keys: KeyStore, project_id: UUID) -> list[WaitingUpload]:
    """Return a project's files on their way in, newest first."""
    records = storage.find_uploads(reading(), project_id)
    if not records:
        return []  # a project that is past its date has no key any more, and no files
    key = keys.project_key(project_id)
    found = [_open_record(key, record) for record in records]
    found.sort(key=lambda upload: upload.file_name)
    return sorted(found, key=lambda upload: upload.uploaded_on, reverse=True)


def save_choices(keys: KeyStore, upload: WaitingUpload, choices: ImportChoices) -> None:
    """Keep what was said of a file, so that it can be gone on with later."""
    sealed = _seal_choices(keys.project_key(upload.project_id), upload.id, choices)
    with writing() as session:
        storage.save_choices(session, upload.id, sealed)


def with_choices(upload: WaitingUpload, **said: object) -> WaitingUpload:
    """Return the file with some of its choices changed; nothing is stored."""
    return replace(upload, choices=replace(upload.choices, **said))  # type: ignore[arg-type]


def forget_upload(upload: WaitingUpload) -> None:
    """Remove a file and all that was said of it."""
    with writing() as session:
        storage.delete_upload(session, upload.id)


def outline_upload(keys: KeyStore, upload: WaitingUpload) -> FileOutline:
    """Say how a file is written and which sheets it has. Raises InputRefused once it is gone."""
    return outline_file(Path(upload.file_name), _open_content(keys, upload))


def read_upload(keys: KeyStore, upload: WaitingUpload) -> WaveTable:
    """Read a file's lines, or those of the chosen sheet.

    Raises InputRefused for what is wrong with the file as a whole.
    """
    content = _open_content(keys, upload)
    try:
        return read_wave_table(Path(upload.file_name), content, upload.choices.sheet)
    except BadInputError as error:
        raise refuse_file(error) from error


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


def _open_record(key: Key, record: UploadRecord) -> WaitingUpload:
    bound_to = record.id.hex
    return WaitingUpload(
        record.id,
        record.project_id,
        unseal(key, _NAME, record.sealed_file_name, bound_to),
        record.uploaded_on,
        read_choices(unseal(key, _CHOICES, record.sealed_choices, bound_to)),
    )


def _open_content(keys: KeyStore, upload: WaitingUpload) -> bytes:
    sealed = storage.load_upload(reading(), upload.id)
    if sealed is None:
        raise InputRefused(FieldFault("file", "upload_gone"))
    return unseal_bytes(keys.project_key(upload.project_id), _CONTENT, sealed, upload.id.hex)


def _seal_choices(key: Key, upload_id: UUID, choices: ImportChoices) -> bytes:
    return seal(key, _CHOICES, write_choices(choices), upload_id.hex)
