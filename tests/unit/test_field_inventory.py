"""The inventory of fields says something of every table and column there is."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from survey_service.storage.retention import PURGED_TABLES

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_inventory", DOCS / "make_inventory.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def said(maker: ModuleType) -> dict[str, Any]:
    return dict(maker.read_said())


def test_the_committed_inventory_is_what_the_models_and_the_lines_say(
    maker: ModuleType, said: dict[str, Any]
) -> None:
    written = (DOCS / "field-inventory.md").read_text("utf-8")
    assert written == maker.make_inventory(said), "run make inventory"


def test_a_column_without_a_line_is_found(maker: ModuleType, said: dict[str, Any]) -> None:
    columns = {name: line for name, line in said["answer"]["columns"].items() if name != "value"}
    said["answer"] = {**said["answer"], "columns": columns}
    with pytest.raises(ValueError, match=r"answer: nothing said of \['value'\]"):
        maker.make_inventory(said)


def test_a_table_without_lines_is_found(maker: ModuleType, said: dict[str, Any]) -> None:
    del said["answer"]
    with pytest.raises(ValueError, match=r"tables: nothing said of \['answer'\]"):
        maker.make_inventory(said)


def test_a_line_without_its_kind_of_data_is_found(maker: ModuleType, said: dict[str, Any]) -> None:
    columns = {**said["answer"]["columns"], "value": "an option"}
    said["answer"] = {**said["answer"], "columns": columns}
    with pytest.raises(ValueError, match=r"answer\.value: expected"):
        maker.make_inventory(said)


def test_whatever_is_about_somebody_who_answers_is_purged(said: dict[str, Any]) -> None:
    about_people = {
        name
        for name, told in said.items()
        if any(re.match("personal|pseudonymous", line) for line in told["columns"].values())
    }
    assert about_people - set(PURGED_TABLES) == set()


def test_what_the_inventory_keeps_until_the_retention_date_is_purged(said: dict[str, Any]) -> None:
    kept = {name for name, told in said.items() if told["kept"].startswith("retention date")}
    assert kept - set(PURGED_TABLES) == set()
