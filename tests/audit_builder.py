"""Builders for the audit log: entries by hand, and what a stolen database lets somebody do."""

from collections.abc import Mapping
from datetime import UTC, datetime

import sqlalchemy as sa
from builders import Installation

from survey_service.accounts import audit
from survey_service.accounts.audit import TERMINAL, ChainState
from survey_service.storage.database import writing

NOON = datetime(2026, 3, 4, 12, 0, 59, 123, tzinfo=UTC)


def add_entries(installation: Installation, count: int, now: datetime = NOON) -> None:
    """Enter so many backups, one after the other."""
    with installation.context():
        for _ in range(count):
            audit.record(installation.keys, TERMINAL, "backup_written", now=now)


def chain_of(installation: Installation, start: int = 1) -> ChainState:
    """What checking the log comes to."""
    with installation.context():
        return audit.verify(installation.keys, start)


def tamper(installation: Installation, statement: str, **values: object) -> None:
    """Change the log's table as somebody with the database would."""
    with installation.context(), writing() as session:
        session.execute(sa.text(statement), values)


def entries_of(installation: Installation) -> list[Mapping[str, object]]:
    """What is entered, oldest first."""
    return sorted(installation.rows("audit_entry"), key=lambda row: int(str(row["position"])))


def told(installation: Installation) -> list[tuple[object, object, object]]:
    """Every entry's action, account and outcome, oldest first."""
    return [
        (row["action"], row["account_name"], row["outcome"]) for row in entries_of(installation)
    ]
