"""The linter's security rules hold, and every exception to them has its reason beside it."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXCEPTION = re.compile(r"# noqa: (?=[A-Z0-9, ]*\bS\d{3})[A-Z0-9, ]+(?P<reason>.*)")


def test_the_security_rules_are_on() -> None:
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    assert "S" in lint["select"]


def test_every_exception_to_them_in_the_code_says_why() -> None:
    found = []
    for folder in ("survey_service", "migrations", "benchmarks"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for number, line in enumerate(file.read_text().splitlines(), 1):
                exception = EXCEPTION.search(line)
                if exception and not re.match(r"- \w.{5,}", exception["reason"].strip()):
                    found.append(f"{file.relative_to(ROOT)}:{number}")
    assert found == []


def test_every_security_rule_that_is_off_says_why() -> None:
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    off = [line for line in lines if re.match(r'\s+"S\d{3}",', line)]
    assert off
    assert [line for line in off if not re.search(r"# \w.{5,}", line)] == []
