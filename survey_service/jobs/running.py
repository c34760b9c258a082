"""Background work, in threads of the process that was asked for it.

Its state is a row that every process reads, so that any of them can show how far it is and ask it
to stop. A process that dies leaves a row nobody refreshes: after `SECONDS_UNTIL_LOST` it counts as
lost, and can be started again.
"""

import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import cast
from uuid import UUID

from flask import Flask, current_app

from survey_service.jobs import result_files
from survey_service.jobs.entering import JobEnd, enter_end
from survey_service.jobs.kinds import KINDS
from survey_service.jobs.work import Cancelled, JobFailed, JobRequest, Work
from survey_service.storage import jobs as storage
from survey_service.storage.database import database, reading, writing
from survey_service.storage.jobs import UNFINISHED, JobRecord

SECONDS_UNTIL_LOST = 300
"""Longer than the database is ever kept busy by rewriting its file."""

SECONDS_BETWEEN_SIGNS = 5.0
SECONDS_BETWEEN_WRITES = 0.5
DAYS_KEPT = 1

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class JobState:
    """How work stands: waiting, running, done, failed, cancelled or lost.

    `values` are its result's, `failure` the rule it failed by.
    """

    id: UUID
    kind: str
    project_id: UUID
    status: str
    step: str
    done: int
    total: int
    values: Mapping[str, object]
    failure: str | None
    file_name: str | None


def start_job(
    kind: str, project_id: UUID, account_id: UUID, parameters: Mapping[str, object] | None = None
) -> UUID:
    """Begin work in the background and return its id.

    Where the same work is under way already, from this page or another, that one's id is returned.
    Raises KeyError for an unknown kind.
    """
    work = KINDS[kind]
    text = json.dumps(parameters or {}, sort_keys=True)
    app = cast("Flask", current_app._get_current_object())  # type: ignore[attr-defined] # noqa: SLF001 - Flask's documented way to hand it to a thread
    give_up_lost_jobs(app)
    with writing() as session:
        for found in storage.find_unfinished(session, kind, project_id, text):
            return found.id
        job_id = storage.add_job(session, kind, project_id, account_id, text, _now())
    threading.Thread(target=_run, args=(app, job_id, work), name=f"job-{kind}", daemon=True).start()
    return job_id


def find_job(job_id: UUID) -> JobState | None:
    """Return how work stands, None if there is none with this id."""
    record = storage.find_job(reading(), job_id)
    if record is None:
        return None
    result = json.loads(record.result or "{}")
    is_lost = record.status in UNFINISHED and _is_lost(record)
    return JobState(
        id=record.id,
        kind=record.kind,
        project_id=record.project_id,
        status="lost" if is_lost else record.status,
        step=record.step,
        done=record.done,
        total=record.total,
        values=result.get("values", {}),
        failure=result.get("failure"),
        file_name=result.get("file"),
    )


def cancel_job(job_id: UUID) -> None:
    """Ask work to stop at its next step; nothing happens if it has ended."""
    with writing() as session:
        storage.change_job(session, job_id, is_cancel_requested=True)


def give_up_lost_jobs(app: Flask) -> None:
    """End the work of processes that died, and enter it in the audit log."""
    unfinished = storage.find_all_unfinished(reading())
    for found in filter(_is_lost, unfinished):
        with writing() as session:
            is_ours = storage.finish_job(
                session, found.id, "failed", json.dumps({"failure": "lost"})
            )
        if is_ours:
            _enter(app, found, JobEnd.LOST)


def forget_old_jobs(instance: Path) -> None:
    """Remove work of earlier days with its files."""
    with writing() as session:
        forgotten = storage.delete_jobs_before(session, _now() - timedelta(days=DAYS_KEPT))
    for job_id in forgotten:
        result_files.remove(instance, job_id)


def _run(app: Flask, job_id: UUID, work: Work) -> None:
    """Do the work while a second thread gives a sign of life."""
    is_over = threading.Event()
    with app.app_context():
        signs = threading.Thread(target=_give_signs, args=(app, job_id, is_over), daemon=True)
        signs.start()
        try:
            status, result = _do(app, job_id, work)
        finally:
            is_over.set()
            signs.join()
        with writing() as session:
            is_ours = storage.finish_job(session, job_id, status, json.dumps(result))
            record = storage.find_job(session, job_id)
        if is_ours and record is not None and status != "done":
            # Some kinds tell in words of their own that they were stopped.
            _enter(app, record, JobEnd.STOPPED if record.is_cancel_requested else JobEnd.FAILED)
        database.session.remove()


def _enter(app: Flask, record: JobRecord, end: JobEnd) -> None:
    try:
        enter_end(app.extensions["survey_keys"], record, end, app.extensions["survey_now"]())
    except Exception as error:  # noqa: BLE001 - in a thread nobody would catch it, and a trace tells
        log.error("job: %s", type(error).__name__)  # noqa: TRY400 - likewise


def _do(app: Flask, job_id: UUID, work: Work) -> tuple[str, dict[str, object]]:
    """Return the status work ends with and what it came to."""
    instance: Path = app.extensions["survey_settings"].instance
    try:
        found = work(_request(app, job_id))
        if found.file is not None:
            result_files.save(instance, job_id, found.file)
    except Cancelled:
        return "cancelled", {}
    except JobFailed as error:
        return "failed", {"failure": error.rule, "values": dict(error.values)}
    except OSError as error:
        log.error("job: %s", type(error).__name__)  # noqa: TRY400 - a trace could repeat contents
        return "failed", {"failure": "disk"}
    except Exception as error:  # noqa: BLE001 - whatever it is, the page must tell that it ended
        log.error("job: %s", type(error).__name__)  # noqa: TRY400 - likewise
        return "failed", {"failure": "unexpected"}
    result: dict[str, object] = {"values": dict(found.values)}
    return "done", result | ({"file": found.file.name} if found.file else {})


def _request(app: Flask, job_id: UUID) -> JobRequest:
    record = storage.find_job(reading(), job_id)
    if record is None:
        raise JobFailed("lost")
    return JobRequest(
        keys=app.extensions["survey_keys"],
        project_id=record.project_id,
        account_id=record.account_id,
        parameters=json.loads(record.parameters),
        today=app.extensions["survey_today"](),
        tell=_Telling(job_id),
    )


class _Telling:
    """Writes down how far one piece of work is, not oftener than anybody looks."""

    def __init__(self, job_id: UUID) -> None:
        self.job_id = job_id
        self.written_at = float("-inf")
        self.step = ""

    def __call__(self, step: str, done: int = 0, total: int = 0) -> None:
        """Take note of the step; raises Cancelled once somebody asked to stop."""
        is_soon = monotonic() - self.written_at < SECONDS_BETWEEN_WRITES
        if step == self.step and is_soon:
            return
        self.step, self.written_at = step, monotonic()
        with writing() as session:
            is_ours = storage.change_job(
                session,
                self.job_id,
                status="running",
                step=step,
                done=done,
                total=total,
                seen_at=_now(),
            )
            record = storage.find_job(session, self.job_id)
        # Work that was given up as lost may have been begun anew: this one must not go on.
        if record is None or not is_ours or record.is_cancel_requested:
            raise Cancelled


def _give_signs(app: Flask, job_id: UUID, is_over: threading.Event) -> None:
    with app.app_context():
        while not is_over.wait(SECONDS_BETWEEN_SIGNS):
            try:
                with writing() as session:
                    storage.change_job(session, job_id, seen_at=_now())
            except Exception as error:  # noqa: BLE001 - a database that is busy now may not be next
                log.warning("job: %s", type(error).__name__)
        database.session.remove()


def _is_lost(record: JobRecord) -> bool:
    return _now() - record.seen_at > timedelta(seconds=SECONDS_UNTIL_LOST)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
