"""A real survey from answers to comparison, against R.

The State Anxiety Inventory of R's psychTools: `psych::alpha` with `check.keys = FALSE` on the items
turned the same way gives .911273 at t1, `lme4::lmer` and `lmerTest` give the comparisons.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
ELSEWHERE = CHECKOUT.parent / "shared"
RESPONSES = ELSEWHERE / "data" / "sai_responses.csv"
INSTRUMENT = CHECKOUT / "tests" / "reference" / "state_anxiety_inventory.yaml"

pytestmark = pytest.mark.real_survey


def run(*arguments: str | Path) -> str:
    program = "from survey_service.cli import main; main()"
    command = [sys.executable, "-c", program, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=CHECKOUT, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Every pair of waves as R found it, and as found here."""
    scores = tmp_path_factory.mktemp("sai") / "scores.csv"
    run("score-file", RESPONSES, "--instrument", INSTRUMENT, "--output", scores)
    printed = run("compare-file", scores, "--waves", "t1,t2,t3,t4", "--format", "json")
    found = {(row["from"], row["to"]): row for row in json.loads(printed)["comparisons"]}
    expected = json.loads((ELSEWHERE / "oracles" / "sai.json").read_text())
    assert len(found) == len(expected) == 6
    return [(row, found[row["from"], row["to"]]) for row in expected]


def test_the_same_people_are_counted(
    pairs: list[tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    for expected, found in pairs:
        for key in ("n_from", "n_to", "n_both"):
            assert found[key] == expected[key]


@pytest.mark.parametrize(
    ("key", "tolerance"),
    [
        # R's answers are written with 12 digits.
        ("mean_from", {"rel": 1e-11}),
        ("mean_to", {"rel": 1e-11}),
        ("adjusted_mean_from", {"abs": 1e-4}),
        ("adjusted_mean_to", {"abs": 1e-4}),
        ("difference", {"abs": 1e-5}),
        ("standard_error", {"abs": 1e-5}),
        ("df", {"rel": 1e-3}),
        ("p", {"abs": 1e-4}),
        ("ci_low", {"abs": 3e-3}),
        ("ci_high", {"abs": 3e-3}),
        ("effect_size", {"abs": 1e-5}),
        ("equivalence_p", {"abs": 1e-4}),
    ],
)
def test_the_figures_are_those_of_r(
    pairs: list[tuple[dict[str, Any], dict[str, Any]]], key: str, tolerance: dict[str, float]
) -> None:
    for expected, found in pairs:
        assert found[key] == pytest.approx(expected[key], **tolerance)


def test_alpha_is_that_of_r() -> None:
    printed = run("reliability-file", RESPONSES, "--instrument", INSTRUMENT, "--format", "json")
    by_wave = {row["wave"]: row for row in json.loads(printed)["reliabilities"]}

    assert list(by_wave) == ["t1", "t2", "t3", "t4"]
    assert by_wave["t1"]["alpha"] == pytest.approx(0.911273, abs=5e-7)
    assert by_wave["t1"]["complete_alpha"] == pytest.approx(0.911733, abs=5e-7)
    assert by_wave["t1"]["items"] == 20
