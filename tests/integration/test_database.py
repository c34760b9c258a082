"""The database: what is acknowledged is kept, whoever else writes at the same time."""

import multiprocessing
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from builders import Installation, answers_of

from survey_service.storage.database import database, reading, writing
from survey_service.storage.tables import Municipality


def test_sqlite_is_set_up_to_survive_a_power_cut(installation: Installation) -> None:
    with installation.context(), database.engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    # https://www.sqlite.org/pragma.html#pragma_synchronous: 2 is FULL.
    assert found == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1,
    }  # fmt: skip


def test_a_write_that_fails_changes_nothing(installation: Installation) -> None:
    before = installation.contents()

    def fail() -> None:
        with writing() as session:
            session.add(Municipality(key="x", name="X"))
            session.flush()
            raise RuntimeError

    with installation.context(), pytest.raises(RuntimeError):
        fail()
    assert installation.contents() == before


def test_foreign_keys_are_enforced(installation: Installation) -> None:
    with (
        installation.context(),
        pytest.raises(sa.exc.IntegrityError),
        writing() as session,
    ):
        session.execute(
            sa.text("UPDATE unit SET municipality_id = :id"), {"id": installation.project_id.hex}
        )


def test_a_reader_is_not_held_up_by_a_writer(installation: Installation) -> None:
    with installation.context(), writing() as session:
        session.execute(sa.text("UPDATE project SET title = 'Nyt'"))
        outside = sqlite3.connect(installation.database_file, timeout=0.1)
        [[title]] = outside.execute("SELECT title FROM project")
        outside.close()
        assert title == "Fælles mål"
    with installation.context():
        assert reading().execute(sa.text("SELECT title FROM project")).scalar() == "Nyt"


ANSWERS_EACH = 6


def _answer_in_another_process(folder: str, codes: list[str], results: object) -> None:
    from builders import Visitor

    from survey_service.web.application import create_app

    app = create_app(Path(folder))
    acknowledged: list[tuple[str, int, str]] = []
    failures: list[str] = []
    for turn, code in enumerate(codes):
        visitor = Visitor(app.test_client())
        visitor.enter(code)
        for number in range(2, 2 + ANSWERS_EACH):
            value = str((turn + number) % 5 + 1)
            visitor.question(number)
            fields = visitor.form(f"/svar/{number}") | {"answer": value}
            page = visitor.client.post(f"/svar/{number}", data=fields)
            if page.status_code == 303:
                acknowledged.append((code, number, value))
            else:
                failures.append(f"{page.status_code} {page.get_data(as_text=True)[:200]}")
        if turn % 2:
            visitor.send()
            if visitor.path != "/tak":
                failures.append(f"sending: {visitor.path}")
    results.put((acknowledged, failures))  # type: ignore[attr-defined]


def test_two_processes_writing_at_once_lose_no_acknowledged_answer(
    installation: Installation,
) -> None:
    process_count, people_each = 2, 25
    codes = installation.invite(*(f"p{n}" for n in range(process_count * people_each)))
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    workers = [
        context.Process(
            target=_answer_in_another_process,
            args=(str(installation.folder), codes[turn::process_count], results),
        )
        for turn in range(process_count)
    ]
    for worker in workers:
        worker.start()
    gathered = [results.get(timeout=240) for _ in workers]
    for worker in workers:
        worker.join(timeout=60)
    assert [failure for _, failures in gathered for failure in failures] == []
    acknowledged = [entry for entries, _ in gathered for entry in entries]
    assert len(acknowledged) == process_count * people_each * ANSWERS_EACH

    from builders import asked

    key = installation.keys.wave_key(installation.waves["baseline"])
    response_of = {row["code_hash"]: row["id"] for row in installation.rows("response")}
    stored = answers_of(installation)
    for code, number, value in acknowledged:
        response = response_of[key.fingerprint("code", code)]
        assert stored[response][asked()[number - 1]] == value  # type: ignore[index]
