"""Every command is told of where those who run the service look."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from survey_service.cli import main

ROOT = Path(__file__).parents[2]
DOCS = "\n".join(
    file.read_text("utf-8") for file in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
)


def commands(group: click.Group = main, above: str = "") -> Iterator[str]:
    """Every command by its whole name: "keys escrow"."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{above}{name} ")
        else:
            yield f"{above}{name}"


def is_told(name: str) -> bool:
    """Whether the docs name a command after the program's name, or by itself as code."""
    return bool(re.search(rf"survey-service(?: --instance \S+)? {name}\b|`{name}\b", DOCS))


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_is_documented(name: str) -> None:
    group, _, last = name.rpartition(" ")
    in_list = bool(group) and re.search(rf"`{group} \w+`,(?: `[\w ]+`,)* `{last}`", DOCS)
    assert is_told(name) or in_list, name


def test_a_command_nobody_wrote_of_would_be_found() -> None:
    assert len(set(commands())) > 20
    assert not is_told("keys forget")
