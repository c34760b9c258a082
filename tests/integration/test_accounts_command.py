"""survey-service users: add, list, disable, reset, from an empty installation on."""

import json
import shutil
from pathlib import Path

import pytest
from accounts_builder import NAME, account_of, add_person, enter
from builders import Installation
from click.testing import CliRunner, Result

from survey_service.accounts.roles import Role
from survey_service.cli import main
from survey_service.storage import accounts
from survey_service.storage.database import writing


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--instance", str(folder), "users", *arguments])


def test_the_first_administrator_comes_before_any_municipality(
    tmp_path: Path, empty_database: Path
) -> None:
    shutil.copyfile(empty_database, tmp_path / "survey.sqlite3")
    result = run(tmp_path, "add", "anna@x.example", "--all-municipalities")
    assert (result.exit_code, result.stderr) == (0, "")
    listed = json.loads(run(tmp_path, "list", "--format", "json").stdout)
    assert listed == {
        "schema_version": 1,
        "users": [
            {"name": "anna@x.example", "role": "administrator", "municipality": None,
             "units": [], "two_step": False, "state": "one-time password"},
        ],
    }  # fmt: skip


def test_a_unit_leader_is_limited_to_the_units_that_are_named(installation: Installation) -> None:
    result = run(
        installation.folder, "add", "lea@x.example", "--role", "unit_leader",
        "--municipality", "randers", "--unit", "house", "--unit", "home",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    units = {row["unit_id"] for row in installation.rows("account_unit")}
    assert units == {installation.units["house"], installation.units["home"]}
    newcomer = enter(installation.visitor(), "lea@x.example", result.stdout.split()[-1])
    assert newcomer.heading == "Vælg din egen adgangskode"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--role", "unit_leader", "--municipality", "randers"],
         "--unit: expected at least one for a unit_leader, found none"),
        (["--role", "viewer", "--municipality", "randers", "--unit", "moon"],
         "--unit: expected a unit of the municipality, found moon"),
        (["--role", "evaluator", "--municipality", "randers", "--unit", "house"],
         "--unit: expected a unit_leader, case_reviewer or viewer,"
         " found a role that works on whole projects"),
        (["--all-municipalities", "--unit", "house"],
         "--unit: expected --municipality with it, found none"),
        (["--all-municipalities", "--role", "viewer"],
         "--role: expected administrator with --all-municipalities, found another role"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_one_line_and_adds_nobody(
    installation: Installation, arguments: list[str], message: str
) -> None:
    result = run(installation.folder, "add", "a@x.example", *arguments)
    assert (result.exit_code, result.stderr, result.stdout) == (2, message + "\n", "")
    assert installation.rows("account") == []


def test_the_list_is_a_table_with_a_column_under_each_heading(installation: Installation) -> None:
    add_person(installation, "a@x.example", Role.ADMINISTRATOR, everywhere=True)
    add_person(installation, "longer.name@x.example", Role.VIEWER, units=("house", "home"))
    lines = run(installation.folder, "list").stdout.splitlines()
    assert [line.split("  ")[0] for line in lines] == [
        "name", "a@x.example", "longer.name@x.example",
    ]  # fmt: skip
    for heading, first, second in (
        ("role", "administrator", "viewer"),
        ("municipality", "all", "randers"),
        ("units", "all", "Botilbud, Psykiatriens Hus"),
        ("two_step", "off", "off"),
        ("state", "active", "active"),
    ):
        place = lines[0].index(heading)
        assert lines[1][place:].startswith(first)
        assert lines[2][place:].startswith(second)


def test_a_disabled_user_is_out_at_once(installation: Installation) -> None:
    add_person(installation)
    session = enter(installation.visitor())
    result = run(installation.folder, "disable", " EVA@kommune.example ")
    assert (result.exit_code, result.stdout) == (0, f"{NAME} may no longer sign in\n")
    assert session.get("/arbejdsrum/").path == "/arbejdsrum/log-ind"


def test_the_last_administrator_for_all_is_not_disabled(installation: Installation) -> None:
    add_person(installation, NAME, Role.ADMINISTRATOR, everywhere=True)
    before = installation.contents()
    result = run(installation.folder, "disable", NAME)
    assert result.exit_code == 2
    assert result.stderr == (
        "name: expected another administrator for all municipalities to remain, found none\n"
    )
    assert installation.contents() == before


def test_a_reset_prints_a_new_password_and_takes_the_second_step_away(
    installation: Installation,
) -> None:
    eva = add_person(installation)
    with installation.context(), writing() as session:
        accounts.set_totp_secret(session, eva, b"sealed", 1)
    session_before = enter(installation.visitor())
    result = run(installation.folder, "reset", NAME)
    assert result.exit_code == 0
    assert session_before.get("/arbejdsrum/").path == "/arbejdsrum/log-ind"
    assert not account_of(installation, eva).has_two_step
    newcomer = enter(installation.visitor(), NAME, result.stdout.split()[-1])
    assert newcomer.heading == "Vælg din egen adgangskode"


@pytest.mark.parametrize("command", ["disable", "reset"])
def test_an_unknown_name_is_one_line_and_status_2(installation: Installation, command: str) -> None:
    result = run(installation.folder, command, "nobody@x.example")
    assert result.exit_code == 2
    assert result.stderr == "name: expected somebody who may sign in, found nobody@x.example\n"
