"""Answers kept for statistics alone: no page, file, role or command shows one person's."""

import random
from collections.abc import Iterator

import pytest
from accounts_builder import add_person, enter
from builders import TODAY, Installation, Visitor, instrument_of
from click.testing import CliRunner
from werkzeug.routing import Rule

from survey_service.accounts.roles import Role
from survey_service.cli import main
from survey_service.fieldwork import notices
from survey_service.fieldwork.recording import GatheredResponse, record_responses
from survey_service.reporting.releasing import release_project

PEOPLE = 12
COMMANDS = {
    "audit", "backup", "brief", "brief-file", "compare", "compare-file", "demo", "import", "keys",
    "purge", "questionnaires", "reliability-file", "restore", "score-file", "serve", "upgrade",
    "users",
}  # fmt: skip
"""Whoever adds a command thinks of what it shows of one person, and adds it here."""

pytestmark = pytest.mark.long


@pytest.fixture
def statistics(installation: Installation) -> Installation:
    """Two released waves of citizens who were told that their answers are for statistics alone."""
    with installation.context():
        notices.save_notice(
            installation.project_id, "citizen", "statistics_only", "# Om\nOrd.", "# On\nWords."
        )
    items = [item for item in instrument_of("citizen").items if item.scale is not None]
    for seed, wave in enumerate(("baseline", "final")):
        draw = random.Random(seed)
        if wave == "final":
            installation.open_wave(wave)
        gathered = [
            GatheredResponse(installation.units["house"], "citizen", f"citizen-{number}",
                             {item.key: str(draw.choice((2, 3, 4))) for item in items})
            for number in range(PEOPLE)
        ]  # fmt: skip
        [code] = installation.invite("asked", wave=wave)
        installation.visitor().enter(code).answer_first(4).send()
        with installation.context():
            record_responses(installation.keys, installation.waves[wave], gathered, TODAY)
        installation.close_wave(wave)
    with installation.context():
        release_project(installation.project_id, TODAY)
    return installation


def marks_of_people(installation: Installation) -> set[str]:
    """What names one person's answers, in every form it could be written in."""
    found: set[str] = set()
    for row in installation.rows("response"):
        found |= {row["id"].hex, str(row["id"])}  # type: ignore[attr-defined]
        found |= {str(row[name]) for name in ("pseudonym", "withdrawal_hash") if row[name]}
    assert len(found) > 3 * PEOPLE
    return found


def addresses(installation: Installation, rule: Rule) -> Iterator[str]:
    """The addresses of a route for the project's own things."""
    converters = {name: type(rule._converters[name]).__name__ for name in rule.arguments}
    own = {"project_id": installation.project_id, "unit_id": installation.units["house"],
           "number": 1}  # fmt: skip
    for wave_id in installation.waves.values():
        values: dict[str, object] = {**own, "wave_id": wave_id}
        for name in set(rule.arguments) - set(values):
            if converters[name] != "AnyConverter":
                return
            values[name] = min(rule._converters[name].items)
        with installation.app.test_request_context():
            from flask import url_for

            yield url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})  # type: ignore[arg-type]


def shown_to(installation: Installation, browser: Visitor) -> Iterator[tuple[str, str]]:
    """Every page and file somebody can open, with what it holds."""
    for rule in installation.app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and "sign_out" not in rule.endpoint:
            for address in set(addresses(installation, rule)):
                page = browser.client.get(address)
                if page.status_code == 200:
                    yield address, page.get_data().decode("utf-8", "replace")


def test_no_page_file_or_command_shows_one_persons_answers(statistics: Installation) -> None:
    marks = marks_of_people(statistics)
    for role in Role:
        add_person(statistics, f"{role}@kommune.example", role)
        browser = enter(statistics.visitor(), f"{role}@kommune.example")
        opened = 0
        for address, text in shown_to(statistics, browser):
            assert not [mark for mark in marks if mark in text], (role, address)
            opened += 1
        assert opened > 10, role
    for command in (["compare", "--project", "goals", "--format", "json"], ["audit", "list"],
                    ["purge", "--dry-run"], ["keys", "list"]):  # fmt: skip
        result = CliRunner().invoke(main, ["--instance", str(statistics.folder), *command])
        assert result.exit_code == 0, result.output
        assert not [mark for mark in marks if mark in result.output], command


def test_there_is_no_command_that_exports_answers() -> None:
    assert set(main.commands) == COMMANDS
