"""Work in the background: followed from any page, stopped on request, and never half done."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from uuid import UUID, uuid4

import pytest
from builders import Installation, Visitor
from flask import Flask

from survey_service import jobs
from survey_service.accounts.sign_in import Role, add_user
from survey_service.jobs import (
    Cancelled,
    JobFailed,
    JobRequest,
    JobResult,
    JobState,
    ResultFile,
    running,
)
from survey_service.jobs.kinds import KINDS
from survey_service.storage import projects
from survey_service.storage.database import writing
from survey_service.texts import load_texts
from survey_service.web.language import TEXTS
from survey_service.web.workspace.job_pages import WAYS

NAME, PASSWORD = "kari@kommune.example", "fire grønne hatte"


class Workshop:
    """Work that waits at every step until the test lets it go on."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.may_go_on = threading.Event()
        self.times_begun = 0

    def work(self, request: JobRequest) -> JobResult:
        """Tell three steps; wait after the first."""
        self.times_begun += 1
        request.tell("reading", 0, 3)
        self.begun.set()
        assert self.may_go_on.wait(20)
        request.tell("comparison", 2, 3)
        return JobResult({"number": 7})


@pytest.fixture
def workshop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    found = Workshop()
    monkeypatch.setitem(KINDS, "release", found.work)
    monkeypatch.setattr(running, "SECONDS_BETWEEN_WRITES", 0.0)
    yield found
    found.may_go_on.set()


@pytest.fixture
def account_id(installation: Installation) -> UUID:
    with installation.context():
        return add_user(NAME, PASSWORD, Role.EVALUATOR, installation.municipality_id)


def start(installation: Installation, account_id: UUID) -> UUID:
    with installation.context():
        return jobs.start_job("release", installation.project_id, account_id)


def wait_for_end(installation: Installation, job_id: UUID) -> JobState:
    """The state once no thread works on it any more."""
    for thread in threading.enumerate():
        if thread.name == "job-release":
            thread.join(20)
    with installation.context():
        found = jobs.find_job(job_id)
    assert found is not None
    return found


def fail_with(error: Exception) -> "object":
    def work(_request: JobRequest) -> JobResult:
        raise error

    return work


def test_every_kind_has_its_way_and_its_words() -> None:
    texts = load_texts(TEXTS)
    assert set(KINDS) == set(WAYS)
    for kind in KINDS:
        assert {f"job.{kind}.heading", f"job.{kind}.purpose", f"job.{kind}.done"} <= set(texts)


def test_work_is_followed_to_its_result(
    installation: Installation, account_id: UUID, workshop: Workshop
) -> None:
    job_id = start(installation, account_id)
    assert workshop.begun.wait(20)
    with installation.context():
        seen = jobs.find_job(job_id)
    assert seen is not None
    assert (seen.status, seen.step, seen.done, seen.total) == ("running", "reading", 0, 3)
    workshop.may_go_on.set()
    ended = wait_for_end(installation, job_id)
    assert (ended.status, ended.values) == ("done", {"number": 7})


def test_two_people_who_press_at_once_start_one_work(
    installation: Installation, account_id: UUID, workshop: Workshop
) -> None:
    first = start(installation, account_id)
    assert workshop.begun.wait(20)
    assert start(installation, account_id) == first
    workshop.may_go_on.set()
    wait_for_end(installation, first)
    assert workshop.times_begun == 1


def test_work_stops_at_its_next_step_when_asked(
    installation: Installation, account_id: UUID, workshop: Workshop
) -> None:
    job_id = start(installation, account_id)
    assert workshop.begun.wait(20)
    with installation.context():
        jobs.cancel_job(job_id)
    workshop.may_go_on.set()
    ended = wait_for_end(installation, job_id)
    assert (ended.status, ended.step, ended.values) == ("cancelled", "comparison", {})


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (JobFailed("nothing_to_release"), "nothing_to_release"),
        (OSError(28, "No space left on device"), "disk"),
        (ValueError("what somebody answered"), "unexpected"),
    ],
)
def test_failing_work_tells_why_and_logs_no_contents(
    installation: Installation,
    account_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    failure: str,
) -> None:
    monkeypatch.setitem(KINDS, "release", fail_with(error))  # type: ignore[arg-type]
    ended = wait_for_end(installation, start(installation, account_id))
    assert (ended.status, ended.failure) == ("failed", failure)
    assert "somebody" not in caplog.text


def test_work_whose_process_died_counts_as_lost_and_can_be_started_again(
    installation: Installation,
    account_id: UUID,
    workshop: Workshop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job_id = start(installation, account_id)
    assert workshop.begun.wait(20)
    monkeypatch.setattr(running, "SECONDS_UNTIL_LOST", -1)
    with installation.context():
        seen = jobs.find_job(job_id)
    assert seen is not None
    assert seen.status == "lost"
    second = start(installation, account_id)
    assert second != job_id
    monkeypatch.undo()
    workshop.may_go_on.set()
    # What was given up stays given up: it ends at its next step and takes nothing back.
    assert wait_for_end(installation, job_id).status == "failed"
    with installation.context():
        found = jobs.find_job(second)
    assert found is not None
    assert found.status == "done"


def make_file(_request: JobRequest) -> JobResult:
    return JobResult(
        file=ResultFile("breve.zip", "application/zip", lambda target: target.write(b"PK"))
    )


def signed_in(visitor: Visitor) -> Visitor:
    visitor.get("/arbejdsrum/log-ind")
    return visitor.submit("/arbejdsrum/log-ind", name=NAME, password=PASSWORD)


def test_a_file_can_be_fetched_and_is_gone_a_day_later(
    installation: Installation,
    visitor: Visitor,
    account_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(KINDS, "release", make_file)
    job_id = start(installation, account_id)
    assert wait_for_end(installation, job_id).file_name == "breve.zip"
    [path] = (installation.folder / "output" / "jobs").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    signed_in(visitor)
    visitor.get(f"/arbejdsrum/opgave/{job_id}")
    assert "Hent breve.zip" in visitor.text
    with visitor.client.get(f"/arbejdsrum/opgave/{job_id}/fil") as fetched:
        assert fetched.data == b"PK"
        assert "breve.zip" in fetched.headers["Content-Disposition"]
    monkeypatch.setattr(running, "DAYS_KEPT", -1)
    with installation.context():
        jobs.forget_old_jobs(installation.folder)
    assert not path.exists()
    assert visitor.get(f"/arbejdsrum/opgave/{job_id}").status == 404


def test_a_file_that_cannot_be_written_leaves_nothing_behind(
    installation: Installation, account_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: Path, _target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(KINDS, "release", make_file)
    monkeypatch.setattr(Path, "replace", refuse)
    ended = wait_for_end(installation, start(installation, account_id))
    assert (ended.status, ended.failure) == ("failed", "disk")
    assert list((installation.folder / "output" / "jobs").iterdir()) == []


@pytest.mark.parametrize(
    ("error", "ending"),
    [
        (OSError(28, "No space left on device"), ("failed", "disk")),
        (Cancelled(), ("cancelled", None)),
        (ValueError("what somebody answered"), ("failed", "unexpected")),
    ],
)
def test_a_file_half_written_is_never_served_and_does_not_stay(
    installation: Installation,
    visitor: Visitor,
    account_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    ending: tuple[str, str | None],
) -> None:
    def write(target: BinaryIO) -> None:
        target.write(b"PK" * 4096)
        raise error

    def make_half(_request: JobRequest) -> JobResult:
        return JobResult(file=ResultFile("breve.zip", "application/zip", write))

    monkeypatch.setitem(KINDS, "release", make_half)
    job_id = start(installation, account_id)
    ended = wait_for_end(installation, job_id)
    assert (ended.status, ended.failure) == ending
    assert list((installation.folder / "output" / "jobs").iterdir()) == []
    signed_in(visitor)
    assert visitor.get(f"/arbejdsrum/opgave/{job_id}/fil").status == 404
    assert "breve.zip" not in visitor.get(f"/arbejdsrum/opgave/{job_id}").text


def test_the_page_tells_how_far_it_is_and_stops_it(
    installation: Installation, visitor: Visitor, account_id: UUID, workshop: Workshop
) -> None:
    job_id = start(installation, account_id)
    assert workshop.begun.wait(20)
    signed_in(visitor)
    visitor.get(f"/arbejdsrum/opgave/{job_id}")
    assert "Læser svarene." in visitor.text
    assert "0 af 3" in visitor.text
    visitor.submit(f"/arbejdsrum/opgave/{job_id}/afbryd")
    workshop.may_go_on.set()
    assert wait_for_end(installation, job_id).status == "cancelled"
    assert "afbrudt" in visitor.get(f"/arbejdsrum/opgave/{job_id}").text


def test_work_of_another_municipality_is_not_found(
    installation: Installation, visitor: Visitor, account_id: UUID, workshop: Workshop
) -> None:
    workshop.may_go_on.set()
    job_id = start(installation, account_id)
    wait_for_end(installation, job_id)
    with installation.context():
        with writing() as session:
            elsewhere = projects.add_municipality(session, "herning", "Herning Kommune")
        add_user("h@kommune.example", PASSWORD, Role.EVALUATOR, elsewhere)
    visitor.get("/arbejdsrum/log-ind")
    visitor.submit("/arbejdsrum/log-ind", name="h@kommune.example", password=PASSWORD)
    for address in (f"/arbejdsrum/opgave/{job_id}", f"/arbejdsrum/opgave/{job_id}/fil"):
        assert visitor.get(address).status == 404, address
    assert visitor.get(f"/arbejdsrum/opgave/{uuid4()}").status == 404


def test_no_state_is_left_of_what_never_was(installation: Installation) -> None:
    app: Flask = installation.app
    with app.app_context():
        assert jobs.find_job(uuid4()) is None
        with pytest.raises(KeyError):
            jobs.start_job("unknown", installation.project_id, uuid4())
