"""survey-service upgrade, serve and users: what they do, and how they refuse."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders import Installation
from click.testing import CliRunner, Result

from survey_service.accounts.sign_in import sign_in
from survey_service.cli import main


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--instance", str(folder), *arguments])


def test_upgrade_makes_an_installation_out_of_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "instance"
    result = run(folder, "upgrade")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "the database is up to date" in result.stdout
    assert (folder / "survey.sqlite3").exists()
    # Others on the machine have no business in it.
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert run(folder, "upgrade").exit_code == 0


ADD_USER = ["users", "add", "a@kommune.example", "--all-municipalities"]


@pytest.mark.parametrize("command", [["serve"], ADD_USER])
def test_an_old_database_is_refused_with_the_command_to_run(
    tmp_path: Path, command: list[str]
) -> None:
    result = run(tmp_path, *command)
    assert result.exit_code == 2
    assert f"run: survey-service --instance {tmp_path} upgrade" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", [["serve"], ADD_USER, ["audit", "verify"], ["keys", "list"]])
def test_where_nothing_is_installed_a_refused_command_leaves_nothing(
    tmp_path: Path, command: list[str]
) -> None:
    assert run(tmp_path, *command).exit_code == 2
    assert list(tmp_path.iterdir()) == []
    assert run(tmp_path / "mistyped", *command).exit_code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [["upgrade"], ["serve"], ADD_USER])
def test_settings_that_cannot_be_used_are_one_line_and_status_2(
    tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "settings.toml").write_text('https = "perhaps"\n')
    result = run(tmp_path, *command)
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        f"{tmp_path / 'settings.toml'}: https: expected true or false, found 'perhaps'"
    ]


def test_a_key_that_others_may_read_is_one_line_and_status_2(installation: Installation) -> None:
    (installation.folder / "keys" / "session.key").chmod(0o604)
    result = run(installation.folder, "serve")
    assert result.exit_code == 2
    assert "expected mode 600, found 604" in result.stderr


def test_an_added_user_can_sign_in_with_the_printed_password(installation: Installation) -> None:
    result = run(
        installation.folder, "users", "add", "Eva@kommune.example", "--municipality", "randers"
    )
    assert result.exit_code == 0, result.stderr
    password = result.stdout.split()[-1]
    assert len(password) >= 20
    with installation.context():
        found = sign_in(installation.keys, "eva@kommune.example", password, datetime.now(UTC))
        assert found is not None
        assert found.municipality_id == installation.municipality_id
        assert found.role == "evaluator"


def test_a_user_of_all_municipalities_sees_all(installation: Installation) -> None:
    result = run(
        installation.folder, "users", "add", "a@x.example", "--role", "administrator",
        "--all-municipalities",
    )  # fmt: skip
    assert result.exit_code == 0
    [account] = installation.rows("account")
    assert (account["municipality_id"], account["role"]) == (None, "administrator")


def test_a_taken_name_is_refused_whatever_its_case(installation: Installation) -> None:
    owner = ["--municipality", "randers"]
    assert run(installation.folder, "users", "add", "eva@kommune.example", *owner).exit_code == 0
    before = installation.contents()
    result = run(installation.folder, "users", "add", " EVA@kommune.example", *owner)
    assert result.exit_code == 2
    assert result.stderr == "name: eva@kommune.example is taken\n"
    assert installation.contents() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a@x.example", "--municipality", "atlantis"],
         "--municipality: expected a known key, found atlantis"),
        (["  ", "--all-municipalities"], "name: expected an e-mail address, found nothing"),
        (["a@x.example", "--all-municipalities", "--role", "king"],
         "survey-service users add: --role: 'king' is not one of 'administrator', 'evaluator',"
         " 'unit_leader', 'case_reviewer', 'viewer'"),
        (["a@x.example"], "survey-service users add:"
         " expected --municipality KEY or --all-municipalities, found neither"),
        (["a@x.example", "--municipality", "randers", "--all-municipalities"],
         "survey-service users add:"
         " expected --municipality KEY or --all-municipalities, found both"),
    ],
)  # fmt: skip
def test_bad_input_is_status_2_and_adds_nobody(
    installation: Installation, arguments: list[str], message: str
) -> None:
    result = run(installation.folder, "users", "add", *arguments)
    assert result.exit_code == 2
    assert result.stderr == message + "\n"
    assert installation.rows("account") == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["compare-file", "x"],
         "survey-service compare-file: --waves: expected a value, found none"),
        (["compare-file", "x", "--waves", "a"],
         "survey-service compare-file: --waves: expected two or more different names, found 'a'"),
        (["compare-file", "x", "--waves", "a,b", "--margin", "0"],
         "survey-service compare-file: --margin: expected points over 0, at most 100, found 0.0"),
        (["brief-file", "x", "--waves", "a,b", "--primary", "x", "--output", "y"],
         "survey-service brief-file: --primary: expected AUDIENCE:FROM:TO, found 'x'"),
        (["compare-file", "--waves", "a,b"],
         "survey-service compare-file: SCORES: expected a value, found none"),
        (["serve", "--haste"],
         "survey-service serve: --haste: expected an option of this command; see --help"),
        (["frobnicate"], "survey-service: No such command 'frobnicate'"),
    ],
)  # fmt: skip
def test_a_bad_option_is_one_line_and_status_2(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    result = run(tmp_path, *arguments)
    assert (result.exit_code, result.stderr, result.stdout) == (2, message + "\n", "")


@pytest.mark.parametrize("command", [[], ["compare-file"], ["users", "add"]])
def test_help_tells_how_a_command_is_used(tmp_path: Path, command: list[str]) -> None:
    result = run(tmp_path, *command, "--help")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("Usage: ")


def test_the_server_answers_does_its_upkeep_and_its_log_names_neither_people_nor_pages(
    installation: Installation, tmp_path: Path
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path / "log.txt"
    command = [sys.executable, "-c", "from survey_service.cli import main; main()"]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*command, "--instance", installation.folder, "serve", "--port", str(port)],
            stdout=output,
            stderr=output,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
    try:
        page = _fetch(f"http://127.0.0.1:{port}/", server)
        assert "Velkommen" in page
        _wait_for_upkeep(installation.folder / "upkeep.done")
        for oddity in (
            b"GET /k/1000-0000-00H HTTP/9.9\r\n\r\n",
            b"NONSENSE 1000-0000-00H\r\n\r\n",
            b"GET /k/1000-0000-00H HTTP/1.1\r\nHost: x\r\nBad Header\r\n\r\n",
        ):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                connection.sendall(oddity)
                connection.recv(1000)
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/k/1000-0000-00J", timeout=30)
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=60) == 0
    text = log.read_text()
    assert "Invalid request" in text  # what it is silent on did reach it
    assert "1000-0000" not in text
    assert "127.0.0.1" not in text


def _wait_for_upkeep(mark: Path) -> None:
    deadline = time.monotonic() + 60
    while not (mark.is_file() and mark.read_text()):
        assert time.monotonic() < deadline, "the server does no upkeep"
        time.sleep(0.2)


def _fetch(address: str, server: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 90
    while True:
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(address, timeout=30) as page:  # noqa: S310
                return str(page.read().decode())
        except urllib.error.URLError:
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.3)
