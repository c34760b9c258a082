"""That background work did not come to its end is entered in the audit log, like what began it."""

import json
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from survey_service.accounts import audit
from survey_service.accounts.audit import SERVICE, Outcome
from survey_service.storage import accounts
from survey_service.storage.database import reading
from survey_service.storage.jobs import JobRecord
from survey_service.storage.keys import KeyStore


class JobEnd(StrEnum):
    """How work ended that was not done; each is the word it is entered by."""

    FAILED = "job_failed"
    STOPPED = "job_stopped"
    LOST = "job_lost"


_OUTCOMES = {
    JobEnd.FAILED: Outcome.FAILED,
    JobEnd.STOPPED: Outcome.UNFINISHED,
    JobEnd.LOST: Outcome.FAILED,
}


def enter_end(keys: KeyStore, job: JobRecord, end: JobEnd, now: datetime) -> None:
    """Enter that work was not done, under whoever began it; never why, which may tell contents.

    Args:
        keys: the installation's keys.
        job: the work as it was stored.
        end: how it ended.
        now: the moment, in UTC.
    """
    account = accounts.find_account(reading(), job.account_id)
    actor = SERVICE if account is None else audit.actor_of(account)
    audit.record(keys, actor, end, _object_of(job), _OUTCOMES[end], now=now)


def _object_of(job: JobRecord) -> tuple[str, str]:
    """Return what the work was about: the same as the entry that it was begun by."""
    parameters = json.loads(job.parameters)
    for kind in ("batch", "upload"):
        if kind in parameters:
            return kind, str(UUID(hex=str(parameters[kind])))
    return "project", str(job.project_id)
