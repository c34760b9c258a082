"""`survey-service compare-file`: scores in, comparisons out, or one line per fault."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from survey_service.cli import main

HEADER = "respondent,unit,audience,wave,principle,score\n"
WAVES = ("--waves", "baseline,final")

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run compare-file on a SCORES.csv of this content in an empty directory."""
    monkeypatch.chdir(tmp_path)

    def run_on(content: str | bytes, *options: str) -> Result:
        encoded = content if isinstance(content, bytes) else content.encode()
        Path("scores.csv").write_bytes(encoded)
        return CliRunner().invoke(main, ["compare-file", "scores.csv", *options])

    return run_on


def scores(audience: str = "citizen", principle: str = "hopes", columns: str = "") -> str:
    """Scores of 8 units x 6 people x 2 waves, most of them answering twice."""
    generator = random.Random(3)
    rows = []
    for person in range(48):
        level = generator.gauss(50, 8)
        for wave in ("baseline", "final"):
            if generator.random() < 0.85:
                score = min(max(level + generator.gauss(0, 6), 0), 100)
                row = f"c{person},unit-{person % 8},{audience},{wave},{principle},{score!r}"
                rows.append(f"{row}{columns}\n")
    return "".join(rows)


def comparisons(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    printed: dict[str, Any] = json.loads(result.stdout)
    assert (printed["schema_version"], printed["suppressed"]) == (1, False)
    assert printed["method"]
    found: list[dict[str, Any]] = printed["comparisons"]
    return found


def test_every_audience_principle_and_pair_of_waves_is_compared(run: Run) -> None:
    content = HEADER + scores() + scores("staff") + scores(principle="network")
    found = comparisons(run(content, "--waves", "baseline,midterm,final", "--format", "json"))

    assert sorted({(row["audience"], row["principle"]) for row in found}) == [
        ("citizen", "hopes"),
        ("citizen", "network"),
        ("staff", "hopes"),
    ]
    assert ("baseline", "final") in {(row["from"], row["to"]) for row in found}


def test_means_and_counts_are_those_of_the_file(run: Run) -> None:
    content = HEADER + scores()
    cells = [line.split(",") for line in content.splitlines()[1:]]
    first = [float(cell[5]) for cell in cells if cell[3] == "baseline"]
    (row,) = comparisons(run(content, *WAVES, "--format", "json"))

    assert row["n_from"] == len(first)
    assert row["mean_from"] == pytest.approx(sum(first) / len(first), rel=1e-12)


def test_what_cannot_be_computed_is_null(run: Run) -> None:
    rows = "c1,u,a,baseline,hopes,\nc2,u,a,final,hopes,50\n"
    (row,) = comparisons(run(HEADER + rows, *WAVES, "--format", "json"))

    assert (row["verdict"], row["p"], row["standard_error"]) == ("too_few", None, None)


def test_comma_and_semicolon_files_give_the_same_figures(run: Run) -> None:
    content = HEADER + scores()
    danish = content.replace(",", ";").replace(".", ",").encode("cp1252")
    options = (*WAVES, "--format", "json")

    result = run(danish, *options)
    assert result.stderr == "scores.csv: semicolon, decimal comma, UTF-8\n"
    assert comparisons(result) == comparisons(run(content, *options))


def test_the_primary_contrast_is_marked(run: Run) -> None:
    options = ("--primary", "citizen:baseline:final", "--format", "json")
    found = comparisons(run(HEADER + scores() + scores("staff"), *WAVES, *options))

    assert {row["audience"]: row["is_primary"] for row in found} == {
        "citizen": True,
        "staff": False,
    }


def test_frameworks_are_compared_apart_and_named(run: Run) -> None:
    header = HEADER.replace("\n", ",framework\n")
    content = header + scores(columns=",2020") + scores(columns=",2023")
    found = comparisons(run(content, *WAVES, "--format", "json"))

    assert [(row["framework"], row["principle"]) for row in found] == [
        ("2020", "hopes"),
        ("2023", "hopes"),
    ]


def test_the_minimum_decides_what_is_too_few(run: Run) -> None:
    content = HEADER + scores()
    found = comparisons(run(content, *WAVES, "--minimum", "60", "--format", "json"))

    assert {row["verdict"] for row in found} == {"too_few"}


def test_the_table_is_the_default_and_marked_unsuppressed(run: Run) -> None:
    result = run(HEADER + scores(principle="[bold]hopes"), *WAVES)

    assert result.exit_code == 0, result.output
    assert "[bold]hopes" in result.stdout
    assert "baseline to final" in result.stdout
    assert "Unsuppressed" in result.stdout


def test_a_column_that_is_not_used_is_said(run: Run) -> None:
    result = run(HEADER.replace("\n", ",sex\n") + scores(columns=",f"), *WAVES)

    assert "scores.csv: column sex is not used\n" in result.stderr


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            HEADER + "c1,u,a,final,hopes,abc\n",
            "line 2: column score: expected a number 0-100 or an empty cell, found 'abc'",
        ),
        (
            HEADER + "c1,u,a,final,hopes,nan\n",
            "line 2: column score: expected a number 0-100 or an empty cell, found 'nan'",
        ),
        (
            HEADER + "c1,u,a,later,hopes,1\n",
            "line 2: column wave: expected one of the waves baseline, final, found 'later'",
        ),
        (
            HEADER + "c1,u,a,final,hopes,1\nc1,u,a,final,hopes,1\n",
            "line 3: column respondent: expected one score per respondent, audience, wave and "
            "principle, found 'c1' again, as on line 2",
        ),
        (HEADER + "c1,u,a\n", "line 2: expected 6 cells as in the header, found 3"),
        (HEADER, "line 1: expected rows below the header, found none"),
        ("", "expected a header line, found an empty file"),
    ],
)
def test_bad_input_is_told_in_one_line(run: Run, content: str, told: str) -> None:
    result = run(content, *WAVES, "--format", "json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"scores.csv: {told}\n"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--waves", "baseline"), "expected two or more different names, found 'baseline'"),
        (("--waves", "final,final"), "expected two or more different names, found 'final,final'"),
        (("--waves", "baseline,,final"), "expected two or more different names"),
        ((*WAVES, "--margin", "0"), "expected points over 0, at most 100, found 0.0"),
        ((*WAVES, "--margin", "nan"), "expected points over 0, at most 100, found nan"),
        ((*WAVES, "--minimum", "1"), "expected 2 answers or more, found 1"),
        ((*WAVES, "--primary", "citizen:final"), "expected AUDIENCE:FROM:TO"),
        ((*WAVES, "--primary", "citizen:baseline:later"), "expected waves out of baseline, final"),
        ((*WAVES, "--primary", "citizen:final:baseline"), "expected FROM before TO in --waves"),
        ((*WAVES, "--primary", "staff:baseline:final"), "expected an audience out of citizen"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(
    run: Run, options: tuple[str, ...], told: str
) -> None:
    result = run(HEADER + scores(), *options)

    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr
    assert options[-2] in result.stderr
