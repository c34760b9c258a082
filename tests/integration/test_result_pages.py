"""From recorded answers to the evaluator's pages and `survey-service compare`."""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import Installation, Visitor, build_installation, instrument_of
from click.testing import CliRunner

from survey_service.accounts.sign_in import Role, add_user
from survey_service.cli import main
from survey_service.fieldwork.recording import GatheredResponse, record_responses
from survey_service.fieldwork.rosters import set_roster
from survey_service.reporting.releasing import find_release, release_project
from survey_service.storage.database import database, writing
from survey_service.storage.results import add_release

EVALUATOR, PASSWORD = "kari@example.org", "fire grønne hatte"
SIGN_IN = "/arbejdsrum/log-ind"
SECTIONS = (
    "afdelinger",
    "maalgrupper",
    "vaerdier",
    "spoergsmaal",
    "svarere",
    "paalidelighed",
    "ordlyd",
    "metode",
)
DESIGN_KEYS = {
    "audience",
    "principle",
    "from",
    "to",
    "n_from",
    "n_to",
    "n_both",
    "mean_from",
    "mean_to",
    "adjusted_mean_from",
    "adjusted_mean_to",
    "difference",
    "standard_error",
    "df",
    "ci_low",
    "ci_high",
    "p",
    "p_adjusted",
    "effect_size",
    "equivalence_p",
    "minimum_detectable_difference",
    "verdict",
    "reason",
    "components",
}


def answer_wave(installation: Installation, wave: str, seed: int, relatives: int = 0) -> None:
    """Record 24 citizens, 16 staff and some relatives, and close the wave."""
    draw = random.Random(seed)
    groups = {"citizen": 24, "staff": 16, "relative": relatives}
    gathered = []
    for audience, count in groups.items():
        items = [item for item in instrument_of(audience).items if item.scale is not None]
        for number in range(count):
            level = draw.choice((2, 3, 4))
            answers = {item.key: str(level + draw.choice((-1, 0, 1))) for item in items}
            if audience == "citizen":
                with_help = number < (6 if wave == "baseline" else 12)
                answers["help"] = "with_help" if with_help else "alone"
            unit = installation.units["house" if number % 2 else "home"]
            gathered.append(GatheredResponse(unit, audience, f"{audience}-{number}", answers))
    with installation.context():
        record_responses(
            installation.keys, installation.waves[wave], gathered, installation.clock.today
        )
    installation.close_wave(wave)


@pytest.fixture(scope="module")
def answered(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> Iterator[Installation]:
    """Two closed waves with answers, rosters known, and an evaluator; its release is number 1."""
    installation = build_installation(tmp_path_factory.mktemp("pages") / "one", empty_database)
    roster = {
        (installation.units[unit], audience): 30
        for unit in ("house", "home")
        for audience in ("citizen", "staff")
    }
    with installation.context():
        for wave_id in installation.waves.values():
            set_roster(wave_id, roster)
    answer_wave(installation, "baseline", 1)
    installation.open_wave("final")
    answer_wave(installation, "final", 2, relatives=4)
    with installation.context():
        add_user(EVALUATOR, PASSWORD, Role.EVALUATOR, installation.municipality_id)
        release_project(installation.project_id, installation.clock.today)
    yield installation
    with installation.context():
        database.engine.dispose()


@pytest.fixture
def evaluator(answered: Installation) -> Visitor:
    """The evaluator, signed in."""
    visitor = answered.visitor().get(SIGN_IN)
    return visitor.submit(SIGN_IN, name=EVALUATOR, password=PASSWORD)


def page(
    evaluator: Visitor, answered: Installation, section: str, query: str = "", number: int = 1
) -> Visitor:
    results = f"/arbejdsrum/projekt/{answered.project_id}/resultater"
    return evaluator.get(f"{results}/{section}?number={number}{query}")


@pytest.mark.parametrize("section", SECTIONS)
def test_every_page_of_a_release_tells_what_it_is_for_and_has_tables_with_captions(
    evaluator, answered, section
):
    shown = page(evaluator, answered, section)
    assert shown.status == 200
    assert '<p class="purpose">Her ' in shown.html
    assert shown.html.count("<table") == shown.html.count("<caption>") >= 1
    assert " style=" not in shown.html


def test_the_pages_of_a_release_are_there_in_english(evaluator, answered):
    page(evaluator, answered, "metode")
    evaluator.submit("/sprog", language="en")
    told = [page(evaluator, answered, section).text for section in SECTIONS]
    assert all("page shows" in text or "figures a specialist needs" in text for text in told)


@pytest.mark.parametrize("section", SECTIONS)
def test_nobody_sees_the_pages_without_signing_in(answered, section):
    visitor = answered.visitor()
    page(visitor, answered, section)
    assert visitor.path == SIGN_IN


def test_the_comparison_leads_to_every_other_page(evaluator, answered):
    evaluator.get(f"/arbejdsrum/projekt/{answered.project_id}/resultater?number=1")
    for section in SECTIONS:
        assert f"/resultater/{section}?" in evaluator.html


def test_four_relatives_are_nowhere_to_be_seen(evaluator, answered):
    for section in SECTIONS:
        assert "Pårørende" not in page(evaluator, answered, section).text.replace(
            "borgere, medarbejdere og pårørende", ""
        )


def test_a_question_is_shown_in_the_words_it_was_asked_in(evaluator, answered):
    wording = instrument_of("citizen").by_key["hopes_asked"].wording.read_in("da")
    assert wording in page(evaluator, answered, "spoergsmaal").text


def test_another_audience_can_be_chosen(evaluator, answered):
    shown = page(evaluator, answered, "spoergsmaal", "&audience=staff")
    assert re.search(r'aria-current="page">Medarbejdere', shown.html)


def test_response_rates_are_told_per_unit(evaluator, answered):
    assert "12 af 30 (40 %)" in page(evaluator, answered, "svarere").text


@pytest.mark.parametrize("section", ["spoergsmaal", "svarere"])
def test_that_shares_of_few_answers_come_in_steps_of_five_is_told(evaluator, answered, section):
    told = "Ved færre end 20 svar vises andele i trin på 5 procentpoint."
    assert told in page(evaluator, answered, section).text


def test_help_with_answering_is_told_and_a_shift_pointed_out(evaluator, answered):
    text = page(evaluator, answered, "svarere").text
    assert "baseline 24 25 %" in text
    assert "final 24 50 %" in text
    assert "flyttet sig mere end 10 point fra baseline til final" in text


def test_a_release_from_before_these_figures_says_that_there_are_none(evaluator, answered):
    rows = answered.rows("release")
    content = json.loads(str(rows[0]["content"]))
    del content["details"]
    with answered.context(), writing() as session:
        number = add_release(session, answered.project_id, answered.clock.today, content)
    shown = page(evaluator, answered, "maalgrupper", number=number)
    assert "Der er ingen tal at vise her" in shown.text


def compare(answered: Installation, *options: str):
    return CliRunner().invoke(
        main, ["--instance", str(answered.folder), "compare", *options], catch_exceptions=False
    )


def test_compare_prints_the_figures_of_the_release_with_every_key_of_compare_file(answered):
    result = compare(answered, "--project", "goals", "--format", "json")
    assert result.exit_code == 0
    printed = json.loads(result.stdout)
    assert printed["suppressed"] is True
    assert set(printed["comparisons"][0]) >= DESIGN_KEYS
    with answered.context():
        figures = find_release(answered.project_id, 1).figures
    assert [(row["principle"], row["difference"], row["verdict"])
            for row in printed["comparisons"]] == [
        (row.principle, row.difference, row.verdict.value) for row in figures.contrasts
    ]  # fmt: skip
    assert len(printed["items"]) == len(figures.details.items)


def test_compare_prints_one_section_as_a_table_and_its_steps_on_standard_error(answered):
    result = compare(answered, "--project", "goals", "--section", "reliabilities")
    assert "alpha" in result.stdout
    assert "panel …" in result.stderr
    assert "panel …" not in result.stdout


def test_compare_refuses_an_unknown_project_in_one_line(answered):
    result = compare(answered, "--project", "nope")
    assert result.exit_code == 2
    assert result.stderr == "--project: expected a known key (goals), found nope\n"


def test_compare_refuses_a_project_without_two_closed_waves_in_one_line(installation):
    result = compare(installation, "--project", "goals")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "expected two closed waves or more, found 0" in result.stderr
