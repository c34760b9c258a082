"""What we promise about who may know what, held against the bytes on disk."""

import logging
import re
import sqlite3
import stat
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from builders import Installation

from survey_service.fieldwork.access_codes import format_code
from survey_service.storage import tables
from survey_service.storage.database import Base, database
from survey_service.storage.sealing import unseal

Build = Callable[..., Installation]

CONTACT = "hemmelig.modtager@borger.example"
REFERENCE = "deltager-nummer-4711"
WORDS = "Personalet lytter til mine drømme"


@pytest.fixture
def answered(build: Build, caplog: pytest.LogCaptureFixture) -> tuple[Installation, list[str]]:
    """An open wave with one sent response, one draft and one unused code, and the codes."""
    caplog.set_level(logging.DEBUG)
    installation = build(offers_free_text=True)
    codes = installation.invite(REFERENCE, REFERENCE + "b", REFERENCE + "c", contact=CONTACT)
    for code, is_sent in zip(codes, (True, False), strict=False):
        visitor = installation.visitor()
        visitor.get(f"/k/{code}").answer_first(4)
        visitor.question(32).answer(WORDS)
        if is_sent:
            codes.append((visitor.send().withdrawal_code or "").replace("-", ""))
    return installation, codes


def bytes_on_disk(installation: Installation) -> bytes:
    """Everything in the database file and what lies beside it."""
    return b"".join(
        path.read_bytes() for path in sorted(installation.folder.glob("survey.sqlite3*"))
    )


def test_the_files_and_the_log_hold_no_code_reference_contact_or_words(
    answered: tuple[Installation, list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    installation, codes = answered
    assert len(codes) == 4
    assert all(len(code) == 11 for code in codes)
    everything = bytes_on_disk(installation) + caplog.text.encode()
    assert b"hopes_asked" in everything  # the answers are there to be found
    secrets = [*codes, *map(format_code, codes), CONTACT, REFERENCE, WORDS, "drømme"]
    for secret in secrets:
        assert secret.encode() not in everything
        assert secret.lower().encode() not in everything


def test_the_register_can_be_opened_with_the_waves_key_only(
    answered: tuple[Installation, list[str]],
) -> None:
    installation, codes = answered
    key = installation.keys.wave_key(installation.waves["baseline"])
    rows = installation.rows("invitation")
    opened = {unseal(key, "register", bytes(row["sealed_code"]), "invitation") for row in rows}  # type: ignore[arg-type]
    assert opened == set(codes[:3])
    contacts = {unseal(key, "contact", bytes(row["sealed_contact"]), "invitation") for row in rows}  # type: ignore[arg-type]
    assert contacts == {CONTACT}


def test_no_value_leads_from_the_register_to_a_response(
    answered: tuple[Installation, list[str]],
) -> None:
    installation, _ = answered

    def values(table: str) -> set[object]:
        return {
            value
            for row in installation.rows(table)
            for name, value in row.items()
            # The wave and the language say no more than the promise allows; the first e-mail goes
            # to everybody.
            if value is not None and name not in {"wave_id", "language", "is_mailed"}
        }

    register = values("invitation")
    for table in ("admission", "response", "answer", "score", "free_text", "open_link"):
        assert register.isdisjoint(values(table)), table


def test_no_foreign_key_joins_the_register_or_the_words_to_anything_but_the_wave() -> None:
    for name in ("invitation", "free_text"):
        keys = Base.metadata.tables[name].foreign_keys
        assert {key.column.table.name for key in keys} == {"wave"}


def test_the_words_lie_without_unit_and_share_no_value_with_the_response(
    answered: tuple[Installation, list[str]],
) -> None:
    installation, _ = answered
    assert set(Base.metadata.tables["free_text"].columns.keys()) == {
        "holder_hash", "item_key", "wave_id", "sealed_text", "is_sent",
        "audience", "review", "sealed_quote",
    }  # fmt: skip
    holders = {row["holder_hash"] for row in installation.rows("free_text")}
    assert len(holders) == 2
    for row in installation.rows("response"):
        assert holders.isdisjoint(row.values())


def test_there_is_no_answered_flag_in_the_register() -> None:
    assert set(Base.metadata.tables["invitation"].columns.keys()) == {
        "id", "wave_id", "batch_id", "language", "sealed_contact", "sealed_code", "is_mailed",
    }  # fmt: skip


def test_only_what_tells_of_those_who_sign_in_keeps_a_time_of_day() -> None:
    kept = [
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, sa.DateTime | sa.Time)
    ]
    assert set(kept) == {
        "account.one_time_until",
        "sign_in_failure.last_failed_at",
        "kept_form.kept_at",
        "job.created_at",
        "job.seen_at",
        "audit_entry.happened_at",
    }


def test_a_response_keeps_no_date_but_its_week() -> None:
    for table in (tables.Response, tables.Answer, tables.ScoreRecord, tables.FreeText,
                  tables.Admission, tables.Invitation):  # fmt: skip
        dates = {
            column.name for column in table.__table__.columns if isinstance(column.type, sa.Date)
        }
        assert dates <= {"sent_week"}, table


def test_every_table_is_without_rowid_and_has_no_counting_key(installation: Installation) -> None:
    with sqlite3.connect(installation.database_file) as connection:
        found = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
        for name, statement in found.items():
            if name == "alembic_version":
                continue
            assert "WITHOUT ROWID" in statement.upper(), name
            with pytest.raises(sqlite3.OperationalError):
                connection.execute(f'SELECT rowid FROM "{name}"')  # noqa: S608
            assert "AUTOINCREMENT" not in statement.upper()
    connection.close()
    assert set(found) - {"alembic_version"} == set(Base.metadata.tables)


def test_keys_of_responses_are_random(installation: Installation) -> None:
    for code in installation.invite(*map(str, range(8))):
        installation.visitor().enter(code)
    found = [row["id"] for row in installation.rows("response")]
    assert {getattr(key, "version", None) for key in found} == {4}


def test_after_closing_nobody_can_tell_who_was_invited_or_when_anything_was_sent(
    answered: tuple[Installation, list[str]],
) -> None:
    installation, _ = answered
    installation.open_link()
    gone = {
        str(row[column]).encode()
        for table, column in (("admission", "code_hash"), ("open_link", "token_hash"),
                              ("response", "code_hash"))
        for row in installation.rows(table)
    }  # fmt: skip
    gone |= {bytes(row["sealed_code"]) for row in installation.rows("invitation")}  # type: ignore[arg-type]
    [draft] = [row for row in installation.rows("response") if not row["is_sent"]]
    gone.add(draft["id"].hex.encode())  # type: ignore[attr-defined]
    assert len(gone) == 3 + 1 + 3 + 1
    before = bytes_on_disk(installation)
    assert all(value in before for value in gone)
    key_file = installation.folder / "keys" / f"wave-{installation.waves['baseline'].hex}.key"
    assert key_file.exists()

    installation.close_wave()

    assert not key_file.exists()
    for table in ("admission", "invitation", "open_link"):
        assert installation.rows(table) == []
    [response] = installation.rows("response")
    assert response["code_hash"] is None
    assert response["sent_week"] is None
    assert response["is_sent"]
    after = bytes_on_disk(installation)
    assert [value for value in gone if value in after] == []


def test_after_closing_the_days_of_counting_are_gone(build: Build) -> None:
    from datetime import timedelta

    from builders import TODAY

    from survey_service.fieldwork.counting import take_counts

    installation = build()
    for day, code in enumerate(installation.invite("p1", "p2")):
        visitor = installation.visitor()
        visitor.enter(code).answer_first(2)
        visitor.send()
        with installation.context():
            take_counts(installation.waves["baseline"], TODAY + timedelta(days=day + 1))
    assert len({count["as_of"] for count in installation.rows("response_count")}) == 3
    installation.clock.today = TODAY + timedelta(days=30)
    installation.close_wave()
    days = {count["as_of"] for count in installation.rows("response_count")}
    assert days == {TODAY + timedelta(days=30)}


def test_what_was_deleted_while_the_wave_is_open_is_overwritten(
    answered: tuple[Installation, list[str]],
) -> None:
    installation, codes = answered
    [draft] = [row for row in installation.rows("response") if not row["is_sent"]]
    installation.visitor().enter(codes[1]).get("/stop").submit("/slet")
    with installation.context(), database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1
        connection.rollback()
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert draft["id"].hex.encode() not in bytes_on_disk(installation)  # type: ignore[attr-defined]


def test_after_closing_the_withdrawal_code_can_no_longer_be_derived(
    answered: tuple[Installation, list[str]],
) -> None:
    installation, codes = answered
    installation.close_wave()
    visitor = installation.visitor().get("/fortryd").submit("/fortryd", code=codes[3])
    assert visitor.path == "/trukket-tilbage"  # whoever kept it can use it
    assert installation.rows("response") == []


def test_key_files_lie_outside_the_database_and_for_their_owner_only(
    answered: tuple[Installation, list[str]],
) -> None:
    installation, _ = answered
    files = sorted((installation.folder / "keys").iterdir())
    names = {re.sub(r"[0-9a-f]{32}", "ID", path.name) for path in files}
    assert names == {"session.key", "project-ID.key", "wave-ID.key"}
    on_disk = bytes_on_disk(installation)
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.read_text().strip().encode() not in on_disk
        assert bytes.fromhex(path.read_text()) not in on_disk


def test_an_installation_whose_session_key_others_may_read_does_not_start(
    installation: Installation,
) -> None:
    from survey_service.storage.keys import KeyRefused
    from survey_service.web.application import create_app

    (installation.folder / "keys" / "session.key").chmod(0o644)
    with pytest.raises(KeyRefused, match="expected mode 600, found 644"):
        create_app(installation.folder)


def test_a_failure_leaves_neither_answer_nor_code_in_the_log(
    installation: Installation, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from survey_service.fieldwork import answering

    [code] = installation.invite("p1")
    visitor = installation.visitor()
    visitor.enter(code).question(2)

    def fail(*_args: object) -> None:
        raise RuntimeError(f"the answer 4 of {code}")

    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(answering, "save_answer", fail)
    visitor.answer("4")
    monkeypatch.setattr(answering, "enter_with_code", fail)
    visitor.get(f"/k/{code}")
    assert visitor.status == 500
    assert caplog.text.count("RuntimeError") == 2
    assert code not in caplog.text
    assert "the answer" not in caplog.text
    assert code not in visitor.text
