"""A thief with everything but the keys: database and -wal, two backups, the log, what lies beside.

On PostgreSQL: test_postgresql_traces.py.
"""

import io
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from builders import TODAY, Installation, Visitor, build_installation
from click.testing import CliRunner

from survey_service.cli import main
from survey_service.fieldwork.upkeep import daily_upkeep
from survey_service.storage.database import Base, database
from survey_service.storage.sealing import unseal

Build = Callable[..., Installation]
Rows = list[dict[str, object]]

PEOPLE = 16
REGISTER = ("invitation", "invitation_batch")
ANSWERS_SIDE = ("admission", "response", "answer", "score", "free_text", "open_link", "pause_code")
SHARED = {"wave_id", "language", "audience", "unit_id"}
"""What the promise allows to be known of everybody: wave, unit, audience, and the letter's language."""  # noqa: E501 - one sentence


@dataclass(frozen=True)
class Loot:
    """What was taken. `codes` are in no file: the test knows who answered, the thief does not."""

    installation: Installation
    first_backup: Path
    second_backup: Path
    codes: list[str]
    answered: list[str]
    log: str

    @property
    def backups(self) -> tuple[Path, Path]:
        return self.first_backup, self.second_backup

    def everything(self) -> bytes:
        """Every byte in the installation's directory but the keys, the backups and the log."""
        files = [path for path in self.installation.folder.rglob("*") if path.is_file()]
        taken = [path for path in files if path.parent.name != "keys"]
        names = {path.name for path in taken}
        assert {"survey.sqlite3", "survey.sqlite3-wal", "upkeep.done", "audit.head"} <= names
        return b"".join(path.read_bytes() for path in (*taken, *self.backups)) + self.log.encode()


@pytest.fixture(scope="module")
def loot(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Iterator[Loot]:
    """PEOPLE invited; five answered before the first backup, five between the two, two after."""
    folder = tmp_path_factory.mktemp("loot")
    written = io.StringIO()
    listener = logging.StreamHandler(written)
    logging.getLogger().addHandler(listener)
    level = logging.getLogger().level
    logging.getLogger().setLevel(logging.DEBUG)
    installation = build_installation(folder / "instance", empty_database, offers_free_text=True)
    codes = installation.invite(*(f"deltager-{n}" for n in range(PEOPLE)), contact="x@y.example")
    answered = codes[::2] + codes[1:9:2]
    files = folder / "first.sqlite3", folder / "second.sqlite3"
    for day, file, chosen in zip((0, 1), files, (answered[:5], answered[5:10]), strict=True):
        for code in chosen:
            answer(installation, code)
        do_daily_upkeep(installation, day)
        back_up(installation, file)
    for code in answered[10:]:
        answer(installation, code)
    logging.getLogger().removeHandler(listener)
    logging.getLogger().setLevel(level)
    yield Loot(installation, *files, codes, answered, written.getvalue())
    with installation.context():
        database.engine.dispose()


def do_daily_upkeep(installation: Installation, day: int) -> None:
    with installation.context():
        today = TODAY + timedelta(days=day)
        assert daily_upkeep(installation.keys, today, installation.folder / "upkeep.done")


def answer(installation: Installation, code: str) -> Visitor:
    visitor = installation.visitor()
    visitor.enter(code).answer_first(3)
    visitor.question(32).answer("Mine egne ord")
    return visitor.send()


def back_up(installation: Installation, file: Path) -> None:
    result = CliRunner().invoke(main, ["--instance", str(installation.folder), "backup", str(file)])
    assert result.exit_code == 0, result.output


def rows_of(file: Path, table: str) -> Rows:
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(f'SELECT * FROM "{table}"')]  # noqa: S608


def test_nothing_of_those_invited_differs_between_backups_though_people_answered(
    loot: Loot,
) -> None:
    assert [len(rows_of(file, "response")) for file in loot.backups] == [5, 10]
    for table in (*REGISTER, "admission", "open_link", "message_text"):
        first, second = (rows_of(file, table) for file in loot.backups)
        assert first == second, table
    assert len(rows_of(loot.first_backup, "invitation")) == PEOPLE


def test_between_backups_answers_appear_as_a_set_without_order(loot: Loot) -> None:
    known = {row["id"] for row in rows_of(loot.first_backup, "response")}
    rows = rows_of(loot.second_backup, "response")
    new = [row for row in rows if row["id"] not in known]
    assert len(new) == 5
    # Alike in everything that could tell them apart in time; keys are random.
    for column in ("wave_id", "is_sent", "sent_week", "notice_version", "audience"):
        assert len({row[column] for row in new}) == 1, column
    ids = [str(row["id"]) for row in rows]
    assert ids == sorted(ids)


def test_no_value_leads_from_the_register_to_an_answer_in_any_of_the_files(loot: Loot) -> None:
    files = (*loot.backups, loot.installation.database_file)

    def values(tables: tuple[str, ...]) -> set[object]:
        return {
            value
            for file in files
            for table in tables
            for row in rows_of(file, table)
            for column, value in row.items()
            # Short words, days and numbers are many people's; ids, hashes and seals are somebody's.
            if column not in SHARED and len(str(value)) > 12
        }

    register, answers = values(REGISTER), values(ANSWERS_SIDE)
    assert len(register) > 2 * PEOPLE
    assert len(answers) > 2 * PEOPLE
    assert register.isdisjoint(answers)


def test_the_way_there_is_by_the_key_alone(loot: Loot) -> None:
    # The other side of the promise: with the wave's key the register opens and leads to answers.
    key = loot.installation.keys.wave_key(loot.installation.waves["baseline"])
    sealed = [row["sealed_code"] for row in rows_of(loot.second_backup, "invitation")]
    codes = {unseal(key, "register", bytes(found), "invitation") for found in sealed}  # type: ignore[arg-type]
    assert codes == set(loot.codes)
    hashes = {row["code_hash"] for row in rows_of(loot.second_backup, "response")}
    assert hashes == {key.fingerprint("code", code) for code in loot.answered[:10]}


def test_rows_lie_in_the_order_of_random_keys_on_both_sides(loot: Loot) -> None:
    for file in loot.backups:
        for table, column in (("invitation", "id"), ("admission", "code_hash"),
                              ("response", "id"), ("free_text", "holder_hash")):  # fmt: skip
            found = [str(row[column]) for row in rows_of(file, table)]
            assert found == sorted(found), table
            assert len(found) > 4
    # So the place of a row says as much as its key, and that is a random number or a keyed hash.


def test_no_table_of_the_files_has_a_hidden_number(loot: Loot) -> None:
    for file in loot.backups:
        with closing(sqlite3.connect(file)) as connection:
            for table in Base.metadata.tables:
                with pytest.raises(sqlite3.OperationalError, match="no such column: rowid"):
                    connection.execute(f'SELECT rowid FROM "{table}"')  # noqa: S608


def test_no_code_reference_contact_word_or_key_lies_anywhere(loot: Loot) -> None:
    everything = loot.everything()
    assert b"hopes_asked" in everything
    keys = loot.installation.folder / "keys"
    secrets = [path.read_text().strip() for path in keys.iterdir()]
    for secret in (*loot.codes, "deltager-", "x@y.example", "Mine egne ord", *secrets):
        assert secret.encode() not in everything
    assert not any(bytes.fromhex(secret) in everything for secret in secrets)


def test_no_moment_of_anybody_who_answered_is_kept(loot: Loot) -> None:
    # What is dated on the answers' side is a week; the audit log tells of two backups, and
    # of nobody who answered.
    weeks = {row["sent_week"] for row in rows_of(loot.second_backup, "response")}
    assert len(weeks) == 1
    actions = {row["action"] for row in rows_of(loot.installation.database_file, "audit_entry")}
    assert actions == {"backup_written"}
    for table in ANSWERS_SIDE:
        for row in rows_of(loot.second_backup, table):
            dated = {column for column, value in row.items() if str(value).startswith("2026-")}
            assert dated <= {"sent_week", "expires_on"}, table


def test_of_what_was_withdrawn_between_two_backups_the_later_holds_nothing(
    build: Build, tmp_path: Path
) -> None:
    installation = build(offers_free_text=True)
    answer(installation, installation.invite("deltager-1")[0])
    withdrawal_code = answer(installation, installation.invite("deltager-2")[0]).withdrawal_code
    files = tmp_path / "first.sqlite3", tmp_path / "second.sqlite3"
    back_up(installation, files[0])
    before = {row["id"] for row in rows_of(files[0], "response")}
    installation.visitor().get("/fortryd").submit("/fortryd", code=withdrawal_code or "")
    do_daily_upkeep(installation, 1)
    back_up(installation, files[1])
    [kept] = rows_of(files[1], "response")
    [gone] = before - {kept["id"]}
    assert str(gone).encode() in files[0].read_bytes()
    assert str(gone).encode() not in files[1].read_bytes()
    assert str(gone).encode() not in installation.database_file.read_bytes()


# ---- With an account, or with somebody's letter ----


def test_who_invites_a_chosen_reference_again_gets_no_second_way_to_the_answers(
    build: Build,
) -> None:
    from survey_service.fieldwork.invitations import InvitationRefused

    for name, answers in (("answered", True), ("silent", False)):
        installation = build(name)
        [code] = installation.invite("B-017")
        if answers:
            answer_some(installation, code)
        for reference in ("B-017", " B-017 "):
            with pytest.raises(InvitationRefused, match="is listed twice or already has a code"):
                installation.invite(reference, contact="evaluator@x.example")
        assert len(installation.rows("invitation")) == 1


def test_who_invites_a_chosen_reference_to_the_next_wave_finds_it_as_any_other(
    build: Build,
) -> None:
    pages = []
    for name, answers in (("answered", True), ("silent", False)):
        installation = build(name)
        [code] = installation.invite("B-017")
        if answers:
            answer_some(installation, code)
        installation.close_wave()
        installation.open_wave("final")
        [own] = installation.invite("B-017", wave="final", contact="evaluator@x.example")
        visitor = installation.visitor().enter(own)
        seen = [visitor.text]
        for number in (1, 2, 3):
            seen.append(visitor.question(number).text)
            assert visitor.chosen == []
        seen.append(visitor.get("/gennemse").text)
        pages.append(seen)
    assert pages[0] == pages[1]


def answer_some(installation: Installation, code: str) -> None:
    visitor = installation.visitor()
    visitor.enter(code).answer_first(3)
    visitor.send()


def test_who_holds_the_letter_of_somebody_who_answered_finds_a_code_like_any_unknown_one(
    installation: Installation,
) -> None:
    [code] = installation.invite("B-017")
    answer_some(installation, code)
    used = installation.visitor().enter(code)
    unknown = installation.visitor().enter("1000-0000-00H")
    assert (used.status, used.text) == (unknown.status, unknown.text)
