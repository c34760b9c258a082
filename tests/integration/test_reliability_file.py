"""`survey-service reliability-file`: answers in, reliabilities out, or one line per fault."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from survey_service.cli import main

INSTRUMENT = """\
key: own
version: 1
audience: citizen
title: {en: "Own questions"}
scale: five
scales:
  - key: five
    options: [{en: "1"}, {en: "2"}, {en: "3"}, {en: "4"}, {en: "5"}]
items:
  - {key: heard, measure: respect, wording: {en: "heard"}}
  - {key: met, measure: respect, wording: {en: "met"}}
  - {key: pushed, measure: respect, reversed: true, wording: {en: "pushed"}}
"""
HEADER = "respondent,unit,audience,wave,heard,met,pushed\n"

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run reliability-file on a RESPONSES.csv of this content in an empty directory."""
    monkeypatch.chdir(tmp_path)
    Path("own.yaml").write_text(INSTRUMENT, encoding="utf-8")

    def run_on(content: str, *options: str) -> Result:
        Path("responses.csv").write_text(content, encoding="utf-8")
        arguments = ["reliability-file", "responses.csv", "--instrument", "own.yaml", *options]
        return CliRunner().invoke(main, arguments)

    return run_on


def test_alpha_is_given_per_audience_wave_and_principle(run: Run) -> None:
    # By hand: with pushed turned, all three items agree in every response, so alpha is 1.
    answers = [("1,1,5"), ("2,2,4"), ("4,4,2")]
    rows = [f"c{row},u,citizen,final,{cells}\n" for row, cells in enumerate(answers)]
    result = run(HEADER + "".join(rows), "--format", "json")

    assert result.exit_code == 0, result.output
    (row,) = json.loads(result.stdout)["reliabilities"]
    assert (row["audience"], row["wave"], row["principle"]) == ("citizen", "final", "respect")
    assert row["alpha"] == pytest.approx(1.0, abs=1e-12)
    assert (row["n"], row["items"]) == (3, 3)
    assert {"alpha_low", "alpha_high", "omega"} <= row.keys()


def test_what_cannot_be_computed_is_null_with_its_reason(run: Run) -> None:
    result = run(HEADER + "c1,u,citizen,final,1,2,3\n", "--format", "json")

    assert result.exit_code == 0, result.output
    (row,) = json.loads(result.stdout)["reliabilities"]
    assert (row["alpha"], row["omega"]) == (None, None)
    assert row["reason"]["code"] == "one_respondent"


def test_the_table_is_the_default(run: Run) -> None:
    rows = "c1,u,citizen,final,1,2,3\nc2,u,citizen,final,2,4,1\n"
    result = run(HEADER + rows)

    assert result.exit_code == 0, result.output
    assert "respect" in result.stdout
    assert "Unsuppressed" in result.stdout


def test_bad_input_is_told_in_one_line(run: Run) -> None:
    result = run(HEADER + "c1,u,citizen,final,1,2,9\n", "--format", "json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "responses.csv: line 2: column pushed: "
        "expected 1-5, dk, na, skip or an empty cell, found '9'\n"
    )
