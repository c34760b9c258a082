"""Fixtures for everyone, and the rule that nothing is skipped where it would not be seen."""

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from builders import Installation, Visitor, build_installation, make_empty_database

from survey_service.storage.database import database

BESIDE_CHECKOUT = Path(__file__).parents[2] / "shared"
"""Where a real survey lies, and what R made of it: beside the checkout, if at all."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests on the real survey where it is not there; pytest tells how many."""
    if BESIDE_CHECKOUT.is_dir():
        return
    left_out = [item for item in items if item.get_closest_marker("real_survey")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="module")
def little_garbage() -> Iterator[None]:
    """Set what there is apart: statsmodels' multipletests collects all garbage at every call."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """With CI set, report a skipped test as failed: what was not checked is not known to hold."""
    report = yield
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.longrepr = f"{item.nodeid}: {reason} (with CI set, a skipped test fails)"
    return report


@pytest.fixture(autouse=True)
def no_outside_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep tests away from a database the developer's shell names."""
    monkeypatch.delenv("SURVEY_SERVICE_DATABASE", raising=False)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy; migrating anew would cost each test a second."""
    return make_empty_database(tmp_path_factory.mktemp("empty"))


@pytest.fixture
def build(tmp_path: Path, empty_database: Path) -> Iterator[Callable[..., Installation]]:
    """Build an installation in the test's directory; see builders.build_installation."""
    built: list[Installation] = []

    def make(folder: str = "instance", **choices: Any) -> Installation:
        built.append(build_installation(tmp_path / folder, empty_database, **choices))
        return built[-1]

    yield make
    for installation in built:
        with installation.context():
            database.engine.dispose()


@pytest.fixture
def installation(build: Callable[..., Installation]) -> Installation:
    """An installation with an open wave and a planned one."""
    return build()


@pytest.fixture
def visitor(installation: Installation) -> Visitor:
    """Somebody with a fresh browser."""
    return installation.visitor()
