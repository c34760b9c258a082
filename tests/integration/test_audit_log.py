"""The audit log on disk: one chain whoever writes, and nothing removed unnoticed but by time."""

import json
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from audit_builder import NOON, add_entries, chain_of, entries_of, tamper
from builders import Installation
from click.testing import CliRunner, Result

from survey_service.accounts import audit
from survey_service.accounts.audit import Break
from survey_service.cli import main

APPEND_FIFTY = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from survey_service.accounts import audit
from survey_service.storage.keys import KeyStore
from survey_service.web.application import create_app
folder = Path(sys.argv[1])
with create_app(folder).app_context():
    for _ in range(50):
        moment = datetime(2026, 3, 4, tzinfo=UTC)
        audit.record(KeyStore(folder / "keys"), audit.TERMINAL, "backup_written", now=moment)
"""


def command(installation: Installation, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--instance", str(installation.folder), *arguments])


def head_file(installation: Installation) -> str:
    return (installation.folder / "audit.head").read_text("ascii")


def test_entries_keep_whole_minutes_and_follow_each_other(installation: Installation) -> None:
    add_entries(installation, 2)
    first, second = entries_of(installation)
    assert (first["position"], second["position"]) == (1, 2)
    assert second["previous_hash"] == first["entry_hash"]
    assert str(first["happened_at"]) == "2026-03-04 12:00:00"
    assert chain_of(installation).holds


def test_the_head_lies_outside_the_database_for_its_owner_only(installation: Installation) -> None:
    add_entries(installation, 3)
    position, entry_hash, _ = head_file(installation).split(" ")
    assert (int(position), entry_hash) == (3, entries_of(installation)[2]["entry_hash"])
    assert stat.S_IMODE((installation.folder / "audit.head").stat().st_mode) == 0o600


@pytest.mark.parametrize(("statement", "position", "kind"), [
    ("UPDATE audit_entry SET outcome = 'refused' WHERE position = 2", 2, Break.CHANGED),
    ("DELETE FROM audit_entry WHERE position = 2", 2, Break.MISSING),
    ("DELETE FROM audit_entry WHERE position > 2", 3, Break.END_CUT),
    ("DELETE FROM audit_entry WHERE position < 3", 3, Break.BEGINNING_CUT),
    ("DELETE FROM audit_entry", 1, Break.END_CUT),
])  # fmt: skip
def test_what_somebody_with_the_database_does_is_found(
    installation: Installation, statement: str, position: int, kind: Break
) -> None:
    add_entries(installation, 4)
    tamper(installation, statement)
    state = chain_of(installation)
    assert (state.position, state.kind) == (position, kind)


def test_entries_after_a_cut_end_do_not_hide_it(installation: Installation) -> None:
    add_entries(installation, 4)
    tamper(installation, "DELETE FROM audit_entry WHERE position > 2")
    add_entries(installation, 3)
    state = chain_of(installation)
    assert (state.position, state.kind) == (3, Break.MISSING)
    assert chain_of(installation, start=5).holds


@pytest.mark.parametrize("how", ["removed", "emptied", "forged"])
def test_entries_after_a_lost_head_do_not_hide_that(installation: Installation, how: str) -> None:
    add_entries(installation, 4)
    tamper(installation, "DELETE FROM audit_entry WHERE position > 2")
    path = installation.folder / "audit.head"
    if how == "removed":
        path.unlink()
    elif how == "emptied":
        path.write_text("")
    else:
        last = entries_of(installation)[-1]["entry_hash"]
        path.write_text(f"{2:020d} {last} {'0' * 64}\n")
    assert chain_of(installation).kind is Break.HEAD_LOST
    add_entries(installation, 2)
    state = chain_of(installation)
    assert (state.position, state.kind) == (3, Break.HEAD_LOST)
    assert [row["action"] for row in entries_of(installation)][2:] == [
        "audit_head_lost", "backup_written", "backup_written",
    ]  # fmt: skip


def test_another_key_does_not_fit(installation: Installation) -> None:
    add_entries(installation, 2)
    (installation.folder / "keys" / "audit.key").write_text("ab" * 32)
    state = chain_of(installation)
    assert (state.position, state.kind) == (1, Break.CHANGED)


def test_threads_and_processes_that_write_at_once_keep_one_chain(
    installation: Installation,
) -> None:
    program = [sys.executable, "-c", APPEND_FIFTY, str(installation.folder)]
    other = subprocess.Popen(program)
    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(add_entries, installation, 50) for _ in range(2)]:
            done.result()
    assert other.wait(60) == 0
    state = chain_of(installation)
    assert (state.entry_count, state.holds) == (150, True)
    assert int(head_file(installation).split(" ")[0]) == 150


# ---- Time ----


def test_entries_past_their_months_go_and_the_log_still_holds(installation: Installation) -> None:
    add_entries(installation, 3)  # in March 2026
    add_entries(installation, 2, NOON + timedelta(days=40))  # in April
    with installation.context():
        assert audit.shorten(installation.keys, 24, NOON + timedelta(days=730)) == 0
        in_april = NOON.replace(year=2028, month=4, day=1)
        assert audit.shorten(installation.keys, 24, in_april) == 3
        assert audit.shorten(installation.keys, 24, in_april) == 0
    rows = entries_of(installation)
    assert [row["position"] for row in rows] == [4, 5, 6]
    assert (rows[-1]["action"], rows[-1]["actor"], rows[-1]["object_id"]) == (
        "audit_shortened", "service", "4",
    )  # fmt: skip
    assert chain_of(installation).holds
    tamper(installation, "DELETE FROM audit_entry WHERE position = 4")
    assert chain_of(installation).kind is Break.BEGINNING_CUT


def test_a_log_whose_entries_are_all_too_old_begins_with_what_tells_so(
    installation: Installation,
) -> None:
    add_entries(installation, 3)
    with installation.context():
        assert audit.shorten(installation.keys, 1, NOON + timedelta(days=100)) == 3
    assert [row["position"] for row in entries_of(installation)] == [4]
    assert chain_of(installation).holds
    add_entries(installation, 1, NOON + timedelta(days=100))
    with installation.context():
        assert audit.shorten(installation.keys, 1, NOON + timedelta(days=200)) == 2
    assert chain_of(installation).holds


def test_an_installation_s_own_months_are_kept_by_its_upkeep(installation: Installation) -> None:
    (installation.folder / "settings.toml").write_text("audit_months = 1\n")
    add_entries(installation, 3, NOON.replace(year=2020))  # the command has the machine's clock
    assert command(installation, "purge").exit_code == 0
    actions = [row["action"] for row in entries_of(installation)]
    assert actions[-2:] == ["audit_shortened", "upkeep_done"]
    assert chain_of(installation).holds


@pytest.mark.parametrize("value", ["0", "121", "true", '"24"', "1.5"])
def test_months_that_cannot_be_are_refused(installation: Installation, value: str) -> None:
    (installation.folder / "settings.toml").write_text(f"audit_months = {value}\n")
    result = command(installation, "audit", "verify")
    assert result.exit_code == 2
    assert "audit_months: expected a whole number from 1 to 120, found" in result.stderr


# ---- The terminal ----


def test_verify_tells_how_many_entries_hold(installation: Installation) -> None:
    add_entries(installation, 3)
    result = command(installation, "audit", "verify")
    assert (result.exit_code, result.stdout) == (0, "3 entries, each as it was written\n")


def test_verify_ends_with_1_and_the_first_broken_entry(installation: Installation) -> None:
    add_entries(installation, 4)
    tamper(installation, "UPDATE audit_entry SET action = 'x' WHERE position IN (2, 3)")
    result = command(installation, "audit", "verify")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "entry 2: expected it as it was written, found it changed\n"
    assert command(installation, "audit", "verify", "--from", "4").exit_code == 0


def test_the_list_as_json_holds_every_field_newest_first(installation: Installation) -> None:
    add_entries(installation, 2)
    listed = json.loads(command(installation, "audit", "list", "--format", "json").stdout)
    assert listed["schema_version"] == 1
    assert [entry["position"] for entry in listed["entries"]] == [2, 1]
    newest = listed["entries"][0]
    assert (newest["happened_at"], newest["actor"], newest["action"], newest["outcome"]) == (
        "2026-03-04T12:00Z", "terminal", "backup_written", "done",
    )  # fmt: skip
    only = command(installation, "audit", "list", "--action", "audit_fetched").stdout
    assert len(only.splitlines()) == 1  # the listing before was itself entered


def test_what_the_terminal_changes_is_entered_with_its_end(installation: Installation) -> None:
    add = ("users", "add", "lea@x.example", "--municipality", "randers")
    assert command(installation, *add).exit_code == 0
    assert command(installation, *add).exit_code == 2  # taken
    assert command(installation, "users", "disable", "lea@x.example").exit_code == 0
    assert command(installation, "users", "list").exit_code == 0
    assert command(installation, "backup", str(installation.folder / "b.sqlite3")).exit_code == 0
    [account] = installation.rows("account")
    found = [(row["action"], row["actor"], row["object_id"], row["outcome"])
             for row in entries_of(installation)]  # fmt: skip
    assert found == [
        ("account_added", "terminal", str(account["id"]), "done"),
        ("account_added", "terminal", "", "refused"),
        ("account_disabled", "terminal", str(account["id"]), "done"),
        ("backup_written", "terminal", "", "done"),
    ]
    assert chain_of(installation).holds


def test_answers_that_end_with_their_time_are_entered_once(installation: Installation) -> None:
    for code in installation.invite("p1"):
        installation.visitor().enter(code)
    with installation.context():
        from survey_service.storage.database import writing
        from survey_service.storage.tables import Project

        with writing() as session:
            found = session.get(Project, installation.project_id)
            assert found is not None
            found.retained_until = installation.clock.today - timedelta(days=1)
    for _ in range(2):
        with installation.context():
            from survey_service.fieldwork.retention import purge_expired

            purge_expired(installation.keys, installation.clock.today)
    [entry] = entries_of(installation)
    assert (entry["action"], entry["actor"], entry["object_id"]) == (
        "project_purged", "service", str(installation.project_id),
    )  # fmt: skip
