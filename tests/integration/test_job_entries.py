"""Background work that was not done is in the audit log: whose, about what, and no contents."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from accounts_builder import NAME, add_person
from audit_builder import entries_of, told
from builders import Installation

from survey_service import jobs
from survey_service.cli.daily import _look
from survey_service.jobs import Cancelled, JobFailed, JobRequest, JobResult, running
from survey_service.jobs.kinds import KINDS
from survey_service.storage.database import writing
from survey_service.storage.jobs import add_job

SECRET = "what somebody answered"


def end_with(error: Exception) -> Callable[[JobRequest], JobResult]:
    def work(_request: JobRequest) -> JobResult:
        raise error

    return work


def run(installation: Installation, kind: str, **parameters: object) -> None:
    """Begin work as Eva and wait until it has ended and is entered."""
    account_id = add_person(installation)
    with installation.context():
        jobs.start_job(kind, installation.project_id, account_id, parameters)
    for thread in threading.enumerate():
        if thread.name == f"job-{kind}":
            thread.join(20)


@pytest.mark.parametrize(
    "error",
    [JobFailed("nothing_to_release", secret=SECRET), OSError(28, SECRET), ValueError(SECRET)],
)
def test_work_that_failed_is_entered_under_whoever_began_it(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setitem(KINDS, "release", end_with(error))
    run(installation, "release")
    assert told(installation) == [("job_failed", NAME, "failed")]
    [entry] = entries_of(installation)
    assert (entry["object_kind"], entry["object_id"]) == ("project", str(installation.project_id))
    assert entry["municipality_id"] == installation.municipality_id
    assert SECRET not in repr(entry)


@pytest.mark.parametrize(("name", "kind"), [("batch", "mail_invitations"), ("upload", "import")])
def test_it_is_about_the_same_object_as_what_began_it(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    object_id = uuid4()
    monkeypatch.setitem(KINDS, kind, end_with(JobFailed("not_at_all")))
    run(installation, kind, **{name: object_id.hex}, contact=SECRET)
    [entry] = entries_of(installation)
    assert (entry["object_kind"], entry["object_id"]) == (name, str(object_id))
    assert SECRET not in repr(entry)


@pytest.mark.parametrize("error", [Cancelled(), JobFailed("mail_stopped")])
def test_work_that_was_stopped_on_request_says_so_whatever_its_kind_calls_it(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def work(_request: JobRequest) -> JobResult:
        [row] = installation.rows("job")
        jobs.cancel_job(row["id"])  # type: ignore[arg-type]
        raise error

    monkeypatch.setitem(KINDS, "release", work)
    run(installation, "release")
    assert told(installation) == [("job_stopped", NAME, "unfinished")]


def test_work_that_was_done_is_not_entered_again(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KINDS, "release", lambda _request: JobResult({"number": 7}))
    run(installation, "release")
    assert told(installation) == []


def lose(installation: Installation, account_id: UUID, seconds: float) -> None:
    """Leave work behind as a process does that died so long ago."""
    begun = running._now() - timedelta(seconds=seconds)
    with installation.context(), writing() as session:
        add_job(session, "release", installation.project_id, account_id, json.dumps({}), begun)


def test_the_hourly_look_enters_work_that_was_lost_once(installation: Installation) -> None:
    lose(installation, add_person(installation), running.SECONDS_UNTIL_LOST + 1)
    for _ in range(2):
        _look(installation.app)
    assert told(installation) == [("job_lost", NAME, "failed")]
    [row] = installation.rows("job")
    assert (row["status"], row["result"]) == ("failed", '{"failure": "lost"}')


def test_work_that_shows_a_sign_of_life_is_not_lost(installation: Installation) -> None:
    lose(installation, add_person(installation), running.SECONDS_UNTIL_LOST - 60)
    _look(installation.app)
    assert told(installation) == []


def test_the_hourly_look_removes_work_of_earlier_days(installation: Installation) -> None:
    lose(installation, add_person(installation), 3600 * 24 * running.DAYS_KEPT + 60)
    _look(installation.app)
    assert installation.rows("job") == []
    assert told(installation) == [("job_lost", NAME, "failed")]
