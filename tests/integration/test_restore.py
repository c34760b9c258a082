"""survey-service restore: a backup in place of the database, checked before anything is touched."""

import hashlib
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest
from audit_builder import add_entries, told
from builders import Installation
from click.testing import CliRunner, Result

from survey_service.cli import main
from survey_service.storage.database import database
from survey_service.web.application import create_app


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--instance", str(folder), *arguments])


@pytest.fixture
def backup(installation: Installation, tmp_path: Path) -> Path:
    """A backup taken while one code had been answered with, and another not."""
    first, _ = installation.invite("p1", "p2")
    visitor = installation.visitor()
    visitor.enter(first).answer_first(3)
    visitor.send()
    file = tmp_path / "backup.sqlite3"
    assert run(installation.folder, "backup", str(file)).exit_code == 0
    return file


def let_go(installation: Installation) -> None:
    with installation.context():
        database.engine.dispose()


def test_a_backup_comes_back_whole_for_its_owner_alone_and_stays_as_it_was(
    installation: Installation, backup: Path
) -> None:
    before, written = installation.contents(), hashlib.sha256(backup.read_bytes()).digest()
    installation.invite("p3")
    let_go(installation)
    result = run(installation.folder, "restore", str(backup), "--replace")
    assert result.exit_code == 0, result.stderr
    assert stat.S_IMODE(installation.database_file.stat().st_mode) == 0o600
    assert installation.contents() == before
    assert hashlib.sha256(backup.read_bytes()).digest() == written
    assert sorted(path.name for path in backup.parent.glob("backup*")) == [backup.name]
    assert told(installation)[-1] == ("database_restored", "", "done")


def test_an_installation_that_is_there_is_not_overwritten_unless_told(
    installation: Installation, backup: Path
) -> None:
    installation.invite("p3")
    before = installation.contents()
    result = run(installation.folder, "restore", str(backup))
    assert result.exit_code == 2
    assert result.stderr == (
        f"{installation.database_file}: expected no database, found one;"
        " stop the server and give --replace\n"
    )
    assert installation.contents() == before


def test_what_was_written_after_the_backup_does_not_come_back_by_the_wal_file(
    installation: Installation, backup: Path
) -> None:
    late = installation.invite("late")
    left = installation.folder / "survey.sqlite3-wal"
    assert left.stat().st_size
    kept = left.read_bytes()
    let_go(installation)
    left.write_bytes(kept)  # as a server that was killed leaves it
    assert run(installation.folder, "restore", str(backup), "--replace").exit_code == 0
    app = create_app(installation.folder, today=installation.clock)
    installation.app = app
    assert len(installation.rows("invitation")) == 2
    assert installation.visitor().enter(late[0]).status == 400


def test_where_keys_are_lost_it_says_which_and_what_to_do(backup: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    result = run(folder, "restore", str(backup))
    assert result.exit_code == 0, result.stderr
    assert "project goals: its key is missing" in result.stdout
    assert "wave goals/baseline: its key is missing; its codes no longer work" in result.stdout
    assert "answers withdrawn since the backup was made are there again" in result.stdout
    assert "audit:" not in result.stdout  # the backup was the first thing to be entered
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_lost_keys_of_accounts_and_of_the_log_are_told_of_too(
    installation: Installation, tmp_path: Path
) -> None:
    from datetime import UTC, datetime

    import pyotp

    from survey_service.accounts import two_step
    from survey_service.accounts.administration import Scope, add_account

    now, file = datetime(2026, 3, 4, tzinfo=UTC), tmp_path / "backup.sqlite3"
    with installation.context():
        account, _ = add_account(None, "eva@x.example", Scope("administrator", None, ()), now)
        start = two_step.start_two_step(installation.keys, account, "Service")
        code = pyotp.TOTP(start.secret).at(now)
        two_step.confirm_two_step(installation.keys, account, start.sealed, code, now)
    add_entries(installation, 1)
    assert run(installation.folder, "backup", str(file)).exit_code == 0
    result = run(tmp_path / "new", "restore", str(file))
    assert "accounts: the key is missing; nobody's one-time codes fit" in result.stdout
    assert "audit: the key is missing; the log goes on under a new one" in result.stdout


def test_with_the_keys_at_hand_codes_go_on_working(
    installation: Installation, backup: Path, tmp_path: Path
) -> None:
    [code] = installation.invite("p4")  # after the backup: unknown to it
    folder = tmp_path / "new"
    shutil.copytree(installation.folder / "keys", folder / "keys")
    result = run(folder, "restore", str(backup))
    assert "missing" not in result.stdout
    installation.app = create_app(folder, today=installation.clock)
    assert installation.visitor().enter(code).status == 400
    assert len(installation.rows("admission")) == 2


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\x00" + bytes(5000)])
def test_what_is_no_backup_is_refused_and_nothing_made(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "backup.sqlite3"
    file.write_bytes(content)
    result = run(tmp_path / "new", "restore", str(file))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{file}: expected a backup of this service, found none")
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "new" / "survey.sqlite3").exists()


def test_a_damaged_backup_is_refused(backup: Path, tmp_path: Path) -> None:
    content = bytearray(backup.read_bytes())
    content[8192:60000] = bytes(60000 - 8192)
    backup.write_bytes(content)
    result = run(tmp_path / "new", "restore", str(backup))
    assert result.exit_code == 2
    assert not (tmp_path / "new" / "survey.sqlite3").exists()


def test_a_backup_of_a_newer_version_is_refused(backup: Path, tmp_path: Path) -> None:
    with sqlite3.connect(backup) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    result = run(tmp_path / "new", "restore", str(backup))
    assert result.exit_code == 2
    assert "found 9999; it was made by a newer version of the service" in result.stderr
