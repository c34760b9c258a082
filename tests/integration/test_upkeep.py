"""The day's upkeep: no order of arrival in the file, no key or answer past its time."""

import os
import sqlite3
import stat
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from builders import RETAINED_UNTIL, TODAY, Installation
from click.testing import CliRunner

from survey_service.cli import main
from survey_service.cli.daily import start_upkeep
from survey_service.fieldwork import upkeep
from survey_service.fieldwork.upkeep import daily_upkeep, do_upkeep
from survey_service.storage.database import compact, database
from survey_service.storage.keys import KeyRefused

PEOPLE = 14


def answer_one_after_the_other(installation: Installation) -> list[str]:
    """Have PEOPLE open a questionnaire each; return their responses' ids as stored, in order."""
    found: list[str] = []
    for code in installation.invite(*(f"p{number}" for number in range(PEOPLE))):
        installation.visitor().enter(code)
        found += [
            row["id"].hex  # type: ignore[attr-defined]
            for row in installation.rows("response")
            if row["id"].hex not in found  # type: ignore[attr-defined]
        ]
    return found


def orders_in_pages(file: Path, ids: list[str]) -> list[list[str]]:
    """The order in which the ids lie in every page of the file that holds all of them."""
    with sqlite3.connect(file) as connection:
        [[page_size]] = connection.execute("PRAGMA page_size")
    connection.close()
    contents = file.read_bytes()
    pages = [contents[at : at + page_size] for at in range(0, len(contents), page_size)]
    return [
        sorted(ids, key=lambda found, page=page: page.index(found.encode()))  # type: ignore[misc]
        for page in pages
        if all(found.encode() in page for found in ids)
    ]


def empty_the_log(installation: Installation) -> None:
    with installation.context(), database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def mark_of(installation: Installation) -> Path:
    return installation.folder / "upkeep.done"


def test_before_upkeep_a_page_tells_the_order_of_arrival(installation: Installation) -> None:
    # Why upkeep is needed. Where this fails, SQLite has come to fill its pages otherwise.
    arrived = answer_one_after_the_other(installation)
    empty_the_log(installation)
    assert arrived[::-1] in orders_in_pages(installation.database_file, arrived)


def test_after_upkeep_no_page_tells_the_order_of_arrival(installation: Installation) -> None:
    arrived = answer_one_after_the_other(installation)
    with installation.context():
        assert daily_upkeep(installation.keys, TODAY, mark_of(installation))
    orders = orders_in_pages(installation.database_file, arrived)
    assert orders
    assert arrived not in orders
    assert arrived[::-1] not in orders


def test_after_upkeep_the_log_of_what_was_written_is_empty(installation: Installation) -> None:
    answer_one_after_the_other(installation)
    log = installation.database_file.with_name("survey.sqlite3-wal")
    assert log.stat().st_size
    with installation.context():
        daily_upkeep(installation.keys, TODAY, mark_of(installation))
        assert log.stat().st_size == 0


def test_upkeep_is_done_once_a_day(installation: Installation) -> None:
    mark = mark_of(installation)
    with installation.context():
        done = [daily_upkeep(installation.keys, TODAY, mark) for _ in range(2)]
        done.append(daily_upkeep(installation.keys, TODAY + timedelta(days=1), mark))
    assert done == [True, False, True]
    assert stat.S_IMODE(mark.stat().st_mode) == 0o600


def test_upkeep_that_a_reader_held_up_is_tried_again(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with installation.context():
        monkeypatch.setattr(upkeep, "compact", lambda: False)
        assert not daily_upkeep(installation.keys, TODAY, mark_of(installation))
        monkeypatch.undo()
        assert daily_upkeep(installation.keys, TODAY, mark_of(installation))


def test_a_reader_in_the_log_is_told_and_not_taken_for_done(installation: Installation) -> None:
    reader = sqlite3.connect(installation.database_file, isolation_level=None)
    try:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM response").fetchall()
        with installation.context():
            with database.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA busy_timeout=100")
            assert not do_upkeep(installation.keys, TODAY).is_compacted
            reader.execute("COMMIT")
            assert do_upkeep(installation.keys, TODAY).is_compacted
    finally:
        reader.close()


def test_who_answers_while_the_file_is_rewritten_loses_nothing(installation: Installation) -> None:
    [code] = installation.invite("p1")
    visitor = installation.visitor().enter(code)
    is_over = threading.Event()
    rewritten: list[bool] = []

    def rewrite() -> None:
        while not is_over.is_set():
            with installation.context():
                rewritten.append(compact())

    rewriting = threading.Thread(target=rewrite)
    rewriting.start()
    try:
        visitor.answer_first(10)
    finally:
        is_over.set()
        rewriting.join()
    assert len(installation.rows("answer")) == 10
    assert rewritten


def test_upkeep_counts_who_has_sent_once_a_day(installation: Installation) -> None:
    [code] = installation.invite("p1")
    visitor = installation.visitor()
    visitor.enter(code).answer_first(4)
    visitor.send()
    tomorrow = TODAY + timedelta(days=1)
    with installation.context():
        daily_upkeep(installation.keys, tomorrow, mark_of(installation))
    counted = {
        row["audience"]: row["sent"]
        for row in installation.rows("response_count")
        if row["as_of"] == tomorrow
    }
    assert counted == {"citizen": 1, "relative": 0, "staff": 0}


def test_upkeep_destroys_the_key_that_a_closing_cut_short_left(installation: Installation) -> None:
    wave_id = installation.waves["baseline"]
    installation.close_wave()
    installation.keys.create_wave_key(wave_id)
    with installation.context():
        do_upkeep(installation.keys, TODAY)
    with pytest.raises(KeyRefused):
        installation.keys.wave_key(wave_id)


def test_upkeep_keeps_the_key_of_an_open_wave(installation: Installation) -> None:
    before = installation.keys.wave_key(installation.waves["baseline"])
    with installation.context():
        do_upkeep(installation.keys, TODAY)
    assert installation.keys.wave_key(installation.waves["baseline"]) == before


def test_upkeep_purges_on_the_day_after_the_retention_date(installation: Installation) -> None:
    answer_one_after_the_other(installation)
    with installation.context():
        assert do_upkeep(installation.keys, RETAINED_UNTIL).purged == ()
        [purged] = do_upkeep(installation.keys, RETAINED_UNTIL + timedelta(days=1)).purged
    assert purged.response_count == PEOPLE
    with pytest.raises(KeyRefused):
        installation.keys.project_key(installation.project_id)


def test_the_server_does_its_upkeep_by_itself(installation: Installation) -> None:
    thread = start_upkeep(installation.app)
    for _ in range(600):
        thread.join(timeout=0.1)
        mark = mark_of(installation)
        if mark.is_file() and mark.read_text() == TODAY.isoformat():
            return
    pytest.fail("no upkeep was done")


def test_a_backup_opens_holds_everything_and_is_its_owners_alone(
    installation: Installation, tmp_path: Path
) -> None:
    arrived = answer_one_after_the_other(installation)
    file = tmp_path / "backup.sqlite3"
    result = CliRunner().invoke(main, ["--instance", str(installation.folder), "backup", str(file)])
    assert result.exit_code == 0, result.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with sqlite3.connect(file) as connection:
        stored = {row[0] for row in connection.execute("SELECT id FROM response")}
    connection.close()
    assert stored == set(arrived)
    orders = orders_in_pages(file, arrived)
    assert orders
    assert arrived not in orders
    assert arrived[::-1] not in orders


def test_a_backup_overwrites_nothing(installation: Installation, tmp_path: Path) -> None:
    file = tmp_path / "backup.sqlite3"
    file.write_text("earlier")
    result = CliRunner().invoke(main, ["--instance", str(installation.folder), "backup", str(file)])
    assert result.exit_code == 2
    assert result.stderr == f"{file}: expected a new file, found: file exists\n"
    assert file.read_text() == "earlier"


def test_what_a_command_makes_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "instance"
    before = os.umask(0o022)
    try:
        result = CliRunner().invoke(main, ["--instance", str(folder), "upgrade"])
    finally:
        os.umask(before)
    assert result.exit_code == 0, result.output
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode) & 0o077 for path in folder.glob("survey.*")
    }
    assert "survey.sqlite3" in modes
    assert set(modes.values()) == {0}


def test_the_lock_file_is_its_owners_alone_whoever_makes_it(installation: Installation) -> None:
    lock = installation.folder / "survey.sqlite3.lock"
    lock.unlink()
    before = os.umask(0)
    try:
        installation.invite("p1")
    finally:
        os.umask(before)
    assert stat.S_IMODE(lock.stat().st_mode) == 0o600
