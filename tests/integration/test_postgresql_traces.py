"""What a stolen PostgreSQL data directory tells: neither order nor time of arrival, nor the gone.

The server's own log of writes (pg_wal) apart, as docs/privacy.md says.
"""

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from builders import TODAY, Installation

from survey_service.fieldwork.upkeep import do_upkeep
from survey_service.storage.database import Base, compact, database
from survey_service.storage.postgresql_traces import TRACED_TABLES

pytestmark = pytest.mark.long

PEOPLE = 12
TRACED = [table.name for table in TRACED_TABLES]
Rows = list[tuple[str, int]]


def ask(installation: Installation, statement: str, **values: object) -> list[tuple]:  # type: ignore[type-arg]
    """Rows of a query, as somebody with the files could make one."""
    with installation.context(), database.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(statement), values)]


def keyed(installation: Installation, table: str, trace: str) -> Rows:
    """Each row's key and its trace as a number: xmin, or place in the file."""
    key = next(found.key for found in TRACED_TABLES if found.name == table)
    number = {
        "xmin": "xmin::text::bigint",
        "ctid": "(ctid::text::point)[0] * 100000 + (ctid::text::point)[1]",
    }[trace]
    return [
        (str(key_value).replace("-", ""), int(found))
        for key_value, found in ask(installation, f"SELECT {key}, {number} FROM {table}")  # noqa: S608
    ]


def answer_one_after_the_other(installation: Installation) -> list[str]:
    """Have PEOPLE invited and answer one by one; return the ids of responses in that order."""
    arrived: list[str] = []
    for number in range(PEOPLE):
        [code] = installation.invite(f"p{number}", contact=f"p{number}@x.example")
        visitor = installation.visitor()
        visitor.enter(code).answer_first(2)
        visitor.question(32).answer(f"{number:02}" + "x" * 6000)
        if number % 2:
            visitor.send()
        known = {row["id"].hex for row in installation.rows("response")}  # type: ignore[attr-defined]
        arrived += sorted(known - set(arrived))
    return arrived


@pytest.fixture
def arrived(postgresql: Installation) -> list[str]:
    return answer_one_after_the_other(postgresql)


def in_order(rows: Rows) -> list[str]:
    return [key for key, _ in sorted(rows, key=lambda row: row[1])]


def keep(installation: Installation) -> None:
    with installation.context():
        assert do_upkeep(installation.keys, TODAY).is_compacted


def test_before_upkeep_numbers_tell_the_order_and_join_register_and_answers(
    postgresql: Installation, arrived: list[str]
) -> None:
    # Why upkeep is needed. Where this fails, PostgreSQL has come to keep its rows otherwise.
    started = [key for key, _ in sorted(keyed(postgresql, "free_text", "xmin"), key=lambda r: r[1])]
    assert len(set(started)) == PEOPLE
    drafts = {str(row["id"]).replace("-", "") for row in postgresql.rows("response")
              if not row["is_sent"]}  # fmt: skip
    found = [key for key in in_order(keyed(postgresql, "response", "xmin")) if key in drafts]
    assert found == [key for key in arrived if key in drafts]
    register = {number for _, number in keyed(postgresql, "invitation", "xmin")}
    assert register == {number for _, number in keyed(postgresql, "admission", "xmin")}
    assert len(register) == PEOPLE


def test_after_upkeep_numbers_and_places_tell_of_keys_alone(
    postgresql: Installation, arrived: list[str]
) -> None:
    before = postgresql.contents()
    keep(postgresql)
    after = postgresql.contents()
    assert {name: rows for name, rows in after.items() if name in TRACED} == {
        name: rows for name, rows in before.items() if name in TRACED
    }
    for table in TRACED:
        numbers: dict[str, set[int]] = {}
        for key, number in keyed(postgresql, table, "xmin"):
            numbers.setdefault(key[0], set()).add(number)
        assert all(len(found) == 1 for found in numbers.values()), table
        order = [number for _, [number] in sorted((key, list(n)) for key, n in numbers.items())]
        assert order == sorted(order), table
        placed = in_order(keyed(postgresql, table, "ctid"))
        assert placed == sorted(placed), table
    assert in_order(keyed(postgresql, "response", "ctid")) != arrived
    register = {number for _, number in keyed(postgresql, "invitation", "xmin")}
    assert register.isdisjoint(number for _, number in keyed(postgresql, "admission", "xmin"))
    columns = "cmin::text, cmax::text, xmax::text"
    for table in TRACED:
        assert len(ask(postgresql, f"SELECT DISTINCT {columns} FROM {table}")) <= 1, table  # noqa: S608


def large_values_in_order(installation: Installation) -> list[str]:
    """The holders of long words by the numbers under which their words lie apart."""
    [[apart]] = ask(
        installation,
        "SELECT reltoastrelid::regclass::text FROM pg_class WHERE relname = 'free_text'",
    )
    pieces = ask(installation, f"SELECT chunk_id, chunk_data FROM {apart} WHERE chunk_seq = 0")  # noqa: S608
    holders = ask(installation, "SELECT holder_hash, sealed_text FROM free_text")
    numbers = {bytes(piece)[:64]: int(number) for number, piece in pieces}
    assert len(pieces) == len(holders)
    return in_order([(holder, numbers[bytes(sealed)[:64]]) for holder, sealed in holders])


@pytest.mark.usefixtures("arrived")
def test_after_upkeep_long_words_lie_in_the_order_of_their_keys(postgresql: Installation) -> None:
    before = large_values_in_order(postgresql)
    assert before != sorted(before)
    keep(postgresql)
    after = large_values_in_order(postgresql)
    # By steps of the key's first digit, and within a step in the order of the file: that of keys.
    assert after == sorted(after)


@pytest.mark.usefixtures("arrived")
def test_after_closing_all_rows_of_a_table_have_one_number(postgresql: Installation) -> None:
    keep(postgresql)
    [code] = postgresql.invite("late")
    visitor = postgresql.visitor()
    visitor.enter(code).answer_first(2)
    visitor.send()
    postgresql.close_wave()
    for table in ("response", "answer", "score", "free_text"):
        rows = keyed(postgresql, table, "xmin")
        assert len(rows) > 1, table
        assert len({number for _, number in rows}) == 1, table
        placed = in_order(keyed(postgresql, table, "ctid"))
        assert placed == sorted(placed), table
    for table in ("admission", "invitation", "pause_code", "open_link"):
        assert keyed(postgresql, table, "xmin") == []


def data_files(installation: Installation) -> bytes:
    """Everything the server keeps on disk, its log of writes apart."""
    with installation.context(), database.engine.connect() as connection:
        plain = connection.execution_options(isolation_level="AUTOCOMMIT")
        plain.exec_driver_sql("CHECKPOINT")
        folder = Path(str(plain.exec_driver_sql("SHOW data_directory").scalar_one()))
    return b"".join(
        path.read_bytes() for path in sorted((folder / "base").rglob("*")) if path.is_file()
    )


@pytest.mark.usefixtures("arrived")
def test_after_closing_the_files_hold_no_leftovers_of_the_register(
    postgresql: Installation,
) -> None:
    gone = {bytes(row["sealed_code"]) for row in postgresql.rows("invitation")}  # type: ignore[arg-type]
    gone |= {str(row["code_hash"]).encode() for row in postgresql.rows("admission")}
    drafts = [row for row in postgresql.rows("response") if not row["is_sent"]]
    gone |= {row["id"].bytes for row in drafts}  # type: ignore[attr-defined]
    assert len(gone) == 2 * PEOPLE + PEOPLE // 2
    before = data_files(postgresql)
    assert all(value in before for value in gone)
    postgresql.close_wave()
    after = data_files(postgresql)
    assert [value for value in gone if value in after] == []


def test_after_upkeep_the_files_hold_no_withdrawn_answer(
    postgresql: Installation, arrived: list[str]
) -> None:
    [code] = postgresql.invite("late")
    visitor = postgresql.visitor()
    visitor.enter(code).answer_first(2)
    [draft] = {row["id"].bytes for row in postgresql.rows("response")} - {  # type: ignore[attr-defined]
        bytes.fromhex(known) for known in arrived
    }
    assert draft in data_files(postgresql)
    visitor.get("/stop").submit("/slet")
    keep(postgresql)
    assert draft not in data_files(postgresql)


@pytest.mark.usefixtures("arrived")
def test_who_answers_meanwhile_loses_nothing(postgresql: Installation) -> None:
    [code] = postgresql.invite("late")
    visitor = postgresql.visitor().enter(code)
    is_over, rounds = threading.Event(), 0

    def rewrite() -> None:
        nonlocal rounds
        while not is_over.is_set():
            with postgresql.context():
                compact()
            rounds += 1

    rewriting = threading.Thread(target=rewrite)
    rewriting.start()
    try:
        visitor.answer_first(8)
        statuses = {visitor.question(number).status for number in range(1, 9)}
    finally:
        is_over.set()
        rewriting.join()
    assert rounds
    assert statuses == {200}
    assert len(postgresql.rows("answer")) == 3 * PEOPLE + 8  # words are noted as an answer too


def test_every_table_that_tells_of_those_who_answer_is_rewritten() -> None:
    # What names a response, a code or a holder of words; counts and batches are of many at once.
    telling = {
        table.name
        for table in Base.metadata.sorted_tables
        if {"response_id", "pseudonym", "code_hash", "holder_hash", "sealed_code", "client_id",
            "withdrawal_hash"} & set(table.columns.keys()) and table.name != "recovery_code"
    }  # fmt: skip
    assert telling <= set(TRACED)
