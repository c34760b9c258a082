"""Files on their way in, and the waves that come of them: stored, found, and taken back."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, Table, delete, func, insert, select, update
from sqlalchemy.orm import Session

from survey_service.storage.jobs import UNFINISHED
from survey_service.storage.projects import set_wave_instruments
from survey_service.storage.responses import SentResponse, delete_responses, rows_of_sent
from survey_service.storage.tables import (
    Job,
    Project,
    Release,
    Response,
    ResponseCount,
    RosterCell,
    UnitCount,
    Upload,
    Wave,
    WaveInstrument,
    WavePrinciple,
)

ASKED, IMPORTING, IMPORTED = "asked", "importing", "imported"


@dataclass(frozen=True, slots=True)
class UploadRecord:
    """A file on its way in, without its contents."""

    id: UUID
    project_id: UUID
    uploaded_on: date
    sealed_file_name: bytes
    sealed_choices: bytes


@dataclass(frozen=True, slots=True)
class ImportedWave:
    """A wave that was gathered elsewhere; `relations` per principle of the project.

    `left_out_count` is how many faulty lines of its file were left out.
    """

    id: UUID
    key: str
    label_da: str
    label_en: str
    opens_on: date
    closes_on: date
    framework: str | None
    left_out_count: int | None
    relations: Mapping[str, str]

    def label(self, language: str) -> str:
        """Return the wave's name in the interface."""
        return self.label_en if language == "en" else self.label_da


@dataclass(frozen=True, slots=True)
class NewWave:
    """What a wave is stored with before its responses come in."""

    id: UUID
    project_id: UUID
    key: str
    position: int
    label_da: str
    label_en: str
    opens_on: date
    closes_on: date
    framework: str


def add_upload(session: Session, record: UploadRecord, sealed_content: bytes) -> None:
    """Store a sealed file."""
    session.add(
        Upload(
            id=record.id,
            project_id=record.project_id,
            uploaded_on=record.uploaded_on,
            sealed_file_name=record.sealed_file_name,
            sealed_choices=record.sealed_choices,
            sealed_content=sealed_content,
        )
    )
    session.flush()


def find_upload(session: Session, upload_id: UUID) -> UploadRecord | None:
    """Return a file without its contents, None if there is none with this id."""
    row = session.execute(_select_uploads().where(Upload.id == upload_id)).first()
    return None if row is None else UploadRecord(*row)


def find_uploads(session: Session, project_id: UUID) -> list[UploadRecord]:
    """Return a project's files on their way in, in no order that means anything."""
    rows = session.execute(_select_uploads().where(Upload.project_id == project_id))
    return [UploadRecord(*row) for row in rows]


def load_upload(session: Session, upload_id: UUID) -> bytes | None:
    """Return a file's sealed contents, None if it is gone."""
    return session.scalars(select(Upload.sealed_content).where(Upload.id == upload_id)).first()


def save_choices(session: Session, upload_id: UUID, sealed: bytes) -> None:
    """Keep what was chosen for a file."""
    session.execute(update(Upload).where(Upload.id == upload_id).values(sealed_choices=sealed))


def delete_upload(session: Session, upload_id: UUID) -> None:
    """Remove a file; nothing happens if it is gone."""
    session.execute(delete(Upload).where(Upload.id == upload_id))


def find_uploads_at_work(session: Session, seen_since: datetime) -> set[UUID]:
    """Return the files that background work is importing, by its signs of life since then."""
    rows = session.scalars(
        select(Job.parameters).where(
            Job.kind == "import", Job.status.in_(UNFINISHED), Job.seen_at >= seen_since
        )
    )
    return {UUID(hex=json.loads(parameters)["upload"]) for parameters in rows}


def delete_old_uploads(session: Session, today: date, at_work: Collection[UUID]) -> None:
    """Remove the files of earlier days but those `at_work`, and all of projects past their date."""
    expired = select(Project.id).where(Project.retained_until < today)
    is_old = (Upload.uploaded_on < today) & Upload.id.not_in(list(at_work))
    session.execute(delete(Upload).where(is_old | Upload.project_id.in_(expired)))


def begin_wave(session: Session, wave: NewWave) -> None:
    """Store a wave that nothing shows before `finish_wave`; later ones move one place on."""
    session.execute(
        update(Wave)
        .where(Wave.project_id == wave.project_id, Wave.position >= wave.position)
        .values(position=Wave.position + 1)
    )
    session.add(
        Wave(
            id=wave.id,
            project_id=wave.project_id,
            key=wave.key,
            position=wave.position,
            label_da=wave.label_da,
            label_en=wave.label_en,
            status="closed",
            opens_on=wave.opens_on,
            closes_on=wave.closes_on,
            origin=IMPORTING,
            framework=wave.framework,
        )
    )
    session.flush()


def add_responses(
    session: Session, wave_id: UUID, notice_version: str, records: Sequence[SentResponse]
) -> None:
    """Store some of a wave's responses as sent, without week.

    Every table's rows come in the order of the responses' ids. Those are random, so it tells
    nothing, and it is the order the tables lie in: many rows find their place at once.
    """
    ordered = sorted(records, key=lambda record: record.id.hex)
    # Straight to the tables: objects would cost as much again.
    connection = session.connection()
    for table, rows in rows_of_sent(wave_id, notice_version, None, ordered):
        connection.execute(insert(cast("Table", table.__table__)), rows)


def finish_wave(
    session: Session,
    wave_id: UUID,
    *,
    instruments: Mapping[str, tuple[str, int]],
    relations: Mapping[str, str],
    counted_on: date,
    left_out_count: int,
) -> None:
    """Let a wave be seen, with its questionnaires, its wording's relations and its counts."""
    set_wave_instruments(session, wave_id, instruments)
    for principle, relation in relations.items():
        session.add(WavePrinciple(wave_id=wave_id, principle=principle, relation=relation))
    _keep_counts(session, wave_id, counted_on)
    session.execute(
        update(Wave)
        .where(Wave.id == wave_id)
        .values(origin=IMPORTED, left_out_count=left_out_count)
    )


def find_imported_waves(session: Session, project_id: UUID) -> list[ImportedWave]:
    """Return a project's waves that were gathered elsewhere, in their order."""
    rows = session.execute(
        select(
            Wave.id,
            Wave.key,
            Wave.label_da,
            Wave.label_en,
            Wave.opens_on,
            Wave.closes_on,
            Wave.framework,
            Wave.left_out_count,
        )
        .where(Wave.project_id == project_id, Wave.origin == IMPORTED)
        .order_by(Wave.position)
    ).all()
    relations = find_relations(session, [row[0] for row in rows])
    return [ImportedWave(**row._asdict(), relations=relations.get(row[1], {})) for row in rows]


def find_relations(session: Session, wave_ids: Collection[UUID]) -> dict[str, dict[str, str]]:
    """Return per wave's key how its wording of each principle relates to the project's.

    Waves that the service asked itself are not in it: their wording is the project's.
    """
    rows = session.execute(
        select(Wave.key, WavePrinciple.principle, WavePrinciple.relation)
        .join(Wave, Wave.id == WavePrinciple.wave_id)
        .where(WavePrinciple.wave_id.in_(list(wave_ids)))
    )
    found: dict[str, dict[str, str]] = {}
    for wave, principle, relation in rows:
        found.setdefault(wave, {})[principle] = relation
    return found


def find_frameworks(session: Session, wave_ids: Collection[UUID]) -> dict[str, str]:
    """Return by wave's key the framework that imported waves were asked in."""
    rows = session.execute(
        select(Wave.key, Wave.framework).where(
            Wave.id.in_(list(wave_ids)), Wave.framework.is_not(None)
        )
    )
    return {key: framework for key, framework in rows if framework is not None}


def find_releases_holding(session: Session, project_id: UUID, wave_key: str) -> list[int]:
    """Return the numbers of the releases, published or not, that hold a wave."""
    rows = session.execute(
        select(Release.number, Release.content).where(Release.project_id == project_id)
    )
    return sorted(number for number, content in rows if wave_key in json.loads(content)["waves"])


def find_unfinished(session: Session, project_id: UUID | None = None) -> list[UUID]:
    """Return the waves of which only a part came in: an import that is going on or was cut off."""
    statement = select(Wave.id).where(Wave.origin == IMPORTING)
    if project_id is not None:
        statement = statement.where(Wave.project_id == project_id)
    return list(session.scalars(statement))


def hide_wave(session: Session, wave_id: UUID) -> None:
    """Let nothing show a wave any more that is on its way out."""
    session.execute(update(Wave).where(Wave.id == wave_id).values(origin=IMPORTING))


def is_own_run(session: Session, wave_id: UUID, first_response: UUID) -> bool:
    """Say whether a wave is still coming in, from the run that stored this response with it.

    It stays so until the transaction ends.
    """
    coming = select(Wave.id).where(Wave.id == wave_id, Wave.origin == IMPORTING)
    if session.scalar(coming.with_for_update()) is None:
        return False
    own = select(Response.id).where(Response.id == first_response, Response.wave_id == wave_id)
    return session.scalar(own) is not None


def delete_some(session: Session, wave_id: UUID, at_most: int) -> int:
    """Delete some of a wave's responses with all of theirs, and return how many.

    The last by their ids go first. Where not more than `at_most` are left none is deleted: they
    go with the wave.
    """
    chosen = select(Response.id).where(Response.wave_id == wave_id)
    ids = list(session.scalars(chosen.order_by(Response.id.desc()).limit(at_most + 1)))
    if len(ids) <= at_most:
        return 0
    return delete_responses(session, Response.id.in_(ids[:at_most]))


def delete_wave(session: Session, wave_id: UUID) -> int:
    """Remove a wave with all that belongs to it; return how many responses it had."""
    found = select(Wave.project_id, Wave.position).where(Wave.id == wave_id)
    row = session.execute(found.with_for_update()).first()
    if row is None:
        return 0
    removed = delete_responses(session, Response.wave_id == wave_id)
    for table in (ResponseCount, UnitCount, RosterCell, WaveInstrument, WavePrinciple):
        session.execute(delete(table).where(table.wave_id == wave_id))
    session.execute(delete(Wave).where(Wave.id == wave_id))
    session.execute(
        update(Wave)
        .where(Wave.project_id == row[0], Wave.position > row[1])
        .values(position=Wave.position - 1)
    )
    return removed


def _keep_counts(session: Session, wave_id: UUID, counted_on: date) -> None:
    totals: dict[str, int] = {}
    rows = session.execute(
        select(Response.unit_id, Response.audience, func.count())
        .where(Response.wave_id == wave_id, Response.is_sent)
        .group_by(Response.unit_id, Response.audience)
    ).all()
    for unit_id, audience, sent in rows:
        session.add(UnitCount(wave_id=wave_id, unit_id=unit_id, audience=audience, sent=sent))
        totals[audience] = totals.get(audience, 0) + sent
    for audience, sent in totals.items():
        session.add(ResponseCount(wave_id=wave_id, audience=audience, as_of=counted_on, sent=sent))


def _select_uploads() -> Select[Any]:
    return select(*(getattr(Upload, name) for name in UploadRecord.__dataclass_fields__))
