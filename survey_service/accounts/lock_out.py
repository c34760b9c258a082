"""How long a name has to wait after failed tries: the longer, the more there were.

A try is counted before it is looked at, so that many at once are as many as one after the other.
Names are kept as keyed hashes, and unknown names are counted as known ones are.
"""

from datetime import datetime, timedelta

from survey_service.storage import accounts
from survey_service.storage.accounts import FailureRecord
from survey_service.storage.database import reading, writing

FREE_FAILURES = 5
LONGEST_WAIT = timedelta(minutes=30)
KEPT_FOR = timedelta(days=1)


class TooManyTries(Exception):
    """Somebody has to wait before the next try; `wait` tells how long."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"tries: expected a wait of {wait}, found a try")
        self.wait = wait


def wait_after(failure_count: int) -> timedelta:
    """Return the wait after so many failures in a row: 0 under 5, then 1, 2, 4 … 30 minutes."""
    if failure_count < FREE_FAILURES:
        return timedelta()
    doublings = min(failure_count - FREE_FAILURES, 10)
    return min(timedelta(minutes=2**doublings), LONGEST_WAIT)


def count_try(name_hash: str, now: datetime) -> None:
    """Count a try as failed until `forget_tries` tells otherwise.

    Args:
        name_hash: keyed hash of who is said to try.
        now: the moment, in UTC.

    Raises:
        TooManyTries: while a wait lasts; the try is not counted and must not be looked at.
    """
    moment = now.replace(tzinfo=None)
    # Most tries in a wait end here, without keeping writers waiting.
    _require_no_wait(accounts.find_failures(reading(), name_hash), moment)
    with writing() as session:
        found = accounts.find_failures(session, name_hash)
        _require_no_wait(found, moment)
        count = 1 if found is None else found.count + 1
        accounts.set_failures(session, name_hash, count, moment)


def forget_tries(*name_hashes: str) -> None:
    """Forget the failures of who succeeded."""
    with writing() as session:
        for name_hash in name_hashes:
            accounts.clear_failures(session, name_hash)


def forget_old_failures(now: datetime) -> None:
    """Remove what failed more than a day ago (`now` in UTC); part of the daily upkeep."""
    with writing() as session:
        accounts.delete_failures_before(session, now.replace(tzinfo=None) - KEPT_FOR)


def _require_no_wait(found: FailureRecord | None, moment: datetime) -> None:
    if found is None:
        return
    left = found.last_failed_at + wait_after(found.count) - moment
    if left > timedelta():
        raise TooManyTries(left)
