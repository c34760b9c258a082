"""One demonstration for all browser tests, one Chromium per process, a person per test."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from demonstration import (
    EVALUATOR,
    PASSWORD,
    Demonstration,
    make_demonstration,
    serve_demonstration,
)
from person import Person
from playwright.sync_api import Browser, sync_playwright

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; it keeps left pages in memory as people's browsers do."""
    executable = shutil.which("chromium")
    if executable is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=CHROMIUM_ARGUMENTS,
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demonstration(
    chromium: Browser,  # noqa: ARG001 - without a browser nothing is made
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Demonstration]:
    """The simulated project: made once, and served from a copy by each test process."""
    own, shared = tmp_path_factory.mktemp("browser") / "demo", tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    shutil.copytree(make_demonstration(shared), own)
    with serve_demonstration(own) as served:
        yield served


@pytest.fixture
def meet(chromium: Browser, demonstration: Demonstration) -> Iterator[Callable[..., Person]]:
    """Meet people, each with a browser of their own; nothing may go wrong in any of them."""
    met: list[Person] = []

    def meet_one(**choices: Any) -> Person:
        met.append(Person(chromium, demonstration.url, **choices))
        return met[-1]

    yield meet_one
    troubles = [trouble for person in met for trouble in person.troubles]
    for person in met:
        person.context.close()
    assert troubles == []


@pytest.fixture
def person(meet: Callable[..., Person]) -> Person:
    """Somebody with a browser."""
    return meet()


@pytest.fixture
def evaluator(person: Person) -> Person:
    """Somebody who has signed in."""
    person.open("/arbejdsrum/").page.get_by_label("E-mail").fill(EVALUATOR)
    person.page.get_by_label("Adgangskode").fill(PASSWORD)
    return person.press("Log ind")
