"""`survey-service score-file`: answers in, scores out, or one line per fault."""

import subprocess
import sys
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
  - {key: pushed, measure: respect, reversed: true, wording: {en: "pushed"}}
"""
HEADER = "respondent,unit,audience,wave,help,heard,pushed\n"

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run score-file on a RESPONSES.csv of this content in an empty directory."""
    monkeypatch.chdir(tmp_path)
    Path("own.yaml").write_text(INSTRUMENT, encoding="utf-8")

    def run_on(content: bytes, output: str = "scores.csv", instrument: str = "own.yaml") -> Result:
        Path("responses.csv").write_bytes(content)
        arguments = ["score-file", "responses.csv", "--instrument", instrument, "--output", output]
        return CliRunner().invoke(main, arguments)

    return run_on


def test_scores_are_written_one_row_per_response_and_principle(run: Run) -> None:
    # By hand: 4 is 75, 2 reversed is 75; a single rated item out of two is too few.
    rows = "c1,Støtte,citizen,final,alone,4,2\n,Støtte,citizen,final,by_other,4,dk\n"
    result = run((HEADER + rows).encode())

    assert result.exit_code == 0, result.output
    assert Path("scores.csv").read_text(encoding="utf-8") == (
        "respondent,unit,audience,wave,principle,score\n"
        "c1,Støtte,citizen,final,respect,75.0\n"
        ",Støtte,citizen-proxy,final,respect,\n"
    )


def test_how_the_file_is_written_is_said_on_standard_error(run: Run) -> None:
    content = HEADER.replace(",", ";") + "c1;Støtte;citizen;final;;4;2\r\n"
    result = run(content.encode("cp1252"))

    assert result.stderr == "responses.csv: semicolon, Windows-1252\n"
    assert result.stdout == ""


def test_a_shift_in_answers_given_with_help_is_said(run: Run) -> None:
    def rows(wave: str, helped: int) -> str:
        return "".join(
            f"c{number},u,citizen,{wave},{'with_help' if number < helped else 'alone'},4,2\n"
            for number in range(10)
        )

    result = run((HEADER + rows("baseline", 1) + rows("midterm", 2) + rows("final", 5)).encode())

    assert result.stderr.splitlines()[1:] == [
        "responses.csv: citizen, baseline: 1 of 10 answered with help",
        "responses.csv: citizen, midterm: 2 of 10 answered with help",
        "responses.csv: citizen, final: 5 of 10 answered with help, "
        "a shift of +30 points since midterm",
    ]


def test_names_that_a_spreadsheet_would_run_are_written_as_they_are_and_told(run: Run) -> None:
    result = run((HEADER + "=1+1,@u,citizen,final,,4,2\n").encode())

    assert "=1+1,@u,citizen,final,respect,75.0\n" in Path("scores.csv").read_text()
    assert result.stderr.splitlines()[1:] == [
        "scores.csv: 2 names such as '=1+1' a spreadsheet may run as formulas: "
        "import the file as text"
    ]


ROW = "c1,u,citizen,final,,4,2\n"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            HEADER + ROW + "c2,u,citizen,final,,6,2\n",
            "line 3: column heard: expected 1-5, dk, na, skip or an empty cell, found '6'",
        ),
        (
            HEADER.replace("\n", ",heart\n") + "c1,u,citizen,final,,4,2,1\n",
            "line 1: column heart: expected an item of own, found 'heart'",
        ),
        (
            HEADER.replace(",pushed", "") + "c1,u,citizen,final,,4\n",
            "line 1: column pushed: expected a column of this name, "
            "found only 'respondent, unit, audience, wave, help, heard'",
        ),
        (
            HEADER.replace("pushed", "heard") + ROW,
            "line 1: column heard: expected this column once, found it again in position 7",
        ),
        (
            HEADER + ROW + ROW,
            "line 3: column respondent: expected one response per respondent, audience and wave, "
            "found 'c1' again, as on line 2",
        ),
        (HEADER + "c1,u,citizen\n", "line 2: expected 7 cells as in the header, found 3"),
        (HEADER, "line 1: expected rows below the header, found none"),
        ("", "expected a header line, found an empty file"),
        (
            HEADER + "c1,u\0,citizen,final,,4,2\n",
            "line 2: expected text in one encoding, UTF-8 or Windows-1252, found the byte 0x00",
        ),
        (
            "PK\x03\x04",
            "expected a text file (CSV), "
            "found a spreadsheet or zip archive (save the sheet as CSV)",
        ),
    ],
)
def test_bad_input_is_told_in_one_line_and_leaves_the_output_untouched(
    run: Run, content: str, told: str
) -> None:
    Path("scores.csv").write_text("of last year")
    result = run(content.encode())

    assert result.exit_code == 2
    assert result.stderr == f"responses.csv: {told}\n"
    assert Path("scores.csv").read_text() == "of last year"
    assert sorted(path.name for path in Path().iterdir()) == [
        "own.yaml",
        "responses.csv",
        "scores.csv",
    ]


def test_a_faulty_instrument_is_told_by_line(run: Run) -> None:
    Path("bad.yaml").write_text(INSTRUMENT.replace("scale: five", "scale: six"), encoding="utf-8")
    result = run((HEADER + ROW).encode(), instrument="bad.yaml")

    assert result.exit_code == 2
    assert result.stderr.startswith("bad.yaml:")
    assert not Path("scores.csv").exists()


@pytest.mark.parametrize(("instrument", "found"), [("none.yaml", "nothing"), (".", "a directory")])
def test_a_missing_instrument_is_told(run: Run, instrument: str, found: str) -> None:
    result = run((HEADER + ROW).encode(), instrument=instrument)

    assert result.exit_code == 2
    assert result.stderr == f"{instrument}: expected an instrument file, found {found}\n"


def test_the_responses_are_never_overwritten(run: Run) -> None:
    result = run((HEADER + ROW).encode(), output="responses.csv")

    assert result.exit_code == 2
    assert Path("responses.csv").read_text() == HEADER + ROW


def test_asking_for_help_loads_nothing_heavy() -> None:
    program = (
        "import sys\nfrom survey_service.cli import main\n"
        "main(['--help'], standalone_mode=False)\n"
        "heavy = {'numpy', 'scipy', 'statsmodels', 'pandas', 'reportlab'} & set(sys.modules)\n"
        "sys.exit(' '.join(sorted(heavy)) or 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
