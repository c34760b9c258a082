"""`brief-file`: from a file of scores to a two-page brief, without a database."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pypdf import PdfReader

from survey_service.cli import main

CHECKOUT = Path(__file__).resolve().parents[2]
COHORT = CHECKOUT / "tests" / "reference" / "data" / "open_cohort_small.csv"
REAL_SURVEY = CHECKOUT.parent / "shared" / "data" / "sai_responses.csv"
WAVES = "baseline,midterm,final"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def words_of(path: Path) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(path).pages)


def test_a_brief_is_two_pages_that_name_what_was_measured(tmp_path: Path) -> None:
    brief = tmp_path / "brief.pdf"

    made = run("brief-file", COHORT, "--waves", WAVES, "--title", "Prøven", "--output", brief)

    assert made.exit_code == 0, made.output
    assert len(PdfReader(brief).pages) == 2
    assert "Prøven" in words_of(brief)


def test_the_brief_shows_the_models_means_rounded_and_no_raw_ones(tmp_path: Path) -> None:
    # R's answer for principle-1, baseline and final: model means 64.339 and 60.667, difference
    # -3.673; the raw means are 63.58 and 62.24.
    brief = tmp_path / "brief.pdf"

    run("brief-file", COHORT, "--waves", WAVES, "--language", "en", "--output", brief)

    words = words_of(brief)
    assert "64.3" in words
    assert "60.7" in words
    assert "−3.7" in words
    assert "63.6" not in words


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [("--minimum", "4", "5 answers or more"), ("--primary", "nobody:baseline:final", "citizen")],
)
def test_an_option_that_cannot_be_is_refused(
    tmp_path: Path, option: str, value: str, expected: str
) -> None:
    brief = tmp_path / "brief.pdf"

    refused = run("brief-file", COHORT, "--waves", WAVES, option, value, "--output", brief)

    assert refused.exit_code == 2
    assert expected in refused.output
    assert not brief.exists()


def test_a_faulty_file_leaves_an_earlier_brief_as_it_was(tmp_path: Path) -> None:
    brief, faulty = tmp_path / "brief.pdf", tmp_path / "scores.csv"
    brief.write_bytes(b"earlier")
    faulty.write_text("respondent,unit,audience,wave,principle,score\na,u,citizen,final,p,101\n")

    refused = run("brief-file", faulty, "--waves", WAVES, "--output", brief)

    assert refused.exit_code == 2
    assert "line 2" in refused.output
    assert brief.read_bytes() == b"earlier"


@pytest.mark.real_survey
def test_a_real_survey_becomes_a_brief(tmp_path: Path) -> None:
    # R: t1 and t3 have model means 32.364 and 34.634, difference 2.270, and equivalence p .0009
    # against 5 points with p .007: certain, but smaller than the margin.
    scores, brief = tmp_path / "scores.csv", tmp_path / "brief.pdf"
    instrument = CHECKOUT / "tests" / "reference" / "state_anxiety_inventory.yaml"
    run("score-file", REAL_SURVEY, "--instrument", instrument, "--output", scores)

    made = run(
        "brief-file", scores, "--waves", "t1,t2,t3,t4", "--primary", "respondent:t1:t3",
        "--title", "State Anxiety Inventory", "--language", "en", "--output", brief,
    )  # fmt: skip

    assert made.exit_code == 0, made.output
    words = words_of(brief)
    assert "32.4" in words
    assert "34.6" in words
    assert "No relevant change" in words
