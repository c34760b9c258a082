"""What background work is given, what it gives back, and how it tells how far it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol
from uuid import UUID

from survey_service.jobs.result_files import ResultFile
from survey_service.storage.keys import KeyStore


class Cancelled(Exception):
    """Somebody asked this work to stop."""


class JobFailed(Exception):
    """This work cannot be done; `rule` is the text that tells why (`job.failed.<rule>`)."""

    def __init__(self, rule: str, **values: object) -> None:
        super().__init__(rule)
        self.rule, self.values = rule, values


class Tell(Protocol):
    """Tells how far work is: `step` is its text (`job.step.<step>`). Raises Cancelled."""

    def __call__(self, step: str, done: int = 0, total: int = 0) -> None:
        """Take note of the step, and of how much of it is done."""


@dataclass(frozen=True, slots=True)
class JobRequest:
    """What a kind of work is given."""

    keys: KeyStore
    project_id: UUID
    account_id: UUID
    parameters: Mapping[str, object]
    today: date
    tell: Tell


@dataclass(frozen=True, slots=True)
class JobResult:
    """What work came to: `values` for the page to show, and a file to fetch, if it made one."""

    values: Mapping[str, object] = field(default_factory=dict)
    file: ResultFile | None = None


Work = Callable[[JobRequest], JobResult]
