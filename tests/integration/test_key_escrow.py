"""A project's key on two papers: split, lost with everything else, and put back."""

import hashlib
import logging
import re
import shutil
import stat
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from audit_builder import told
from builders import RETAINED_UNTIL, Installation
from click.testing import CliRunner, Result

from survey_service.cli import main
from survey_service.fieldwork.key_shares import lines_of_text
from survey_service.fieldwork.upkeep import do_upkeep
from survey_service.storage.database import database
from survey_service.storage.keys import Key, KeyRefused

Build = Callable[..., Installation]


def run(folder: Path, *arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, ["--instance", str(folder), *arguments], input=typed)


@pytest.fixture
def papers(installation: Installation, tmp_path: Path) -> tuple[Path, Path]:
    """Both halves of the project's key, as text."""
    return split(installation, tmp_path, "half")


def split(installation: Installation, folder: Path, name: str) -> tuple[Path, Path]:
    found = folder / f"{name}-a.txt", folder / f"{name}-b.txt"
    result = run(
        installation.folder, "keys", "escrow", "--project", "goals", "--format", "text",
        "--output-a", str(found[0]), "--output-b", str(found[1]),
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    return found


def use(command: str, installation: Installation, papers: tuple[Path, Path]) -> Result:
    return run(
        installation.folder, "keys", command, "--project", "goals",
        "--half", str(papers[0]), "--half", str(papers[1]),
    )  # fmt: skip


def lose_key(installation: Installation) -> Key:
    key = installation.keys.project_key(installation.project_id)
    installation.keys.destroy_project_key(installation.project_id)
    return key


def files_of(folder: Path) -> dict[str, str]:
    """Every file's contents, hashed; the database and the log of what is done apart."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(("survey.sqlite3", "audit."))
    }


def test_the_papers_are_their_owners_alone_and_the_log_tells_that_they_were_made(
    installation: Installation, papers: tuple[Path, Path], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert [stat.S_IMODE(path.stat().st_mode) for path in papers] == [0o600, 0o600]
    assert told(installation) == [("key_escrowed", "", "done")]
    [entry] = installation.rows("audit_entry")
    assert (entry["object_kind"], entry["object_id"]) == ("project", str(installation.project_id))
    key = installation.keys.project_key(installation.project_id)
    on_disk = b"".join(p.read_bytes() for p in installation.folder.glob("survey.sqlite3*"))
    for path in papers:
        assert key.secret.hex() not in path.read_text()
        for line in lines_of_text(path.read_text()):
            assert line.encode() not in on_disk
            assert line not in caplog.text


def test_existing_files_are_not_overwritten_and_no_half_is_left(
    installation: Installation, tmp_path: Path
) -> None:
    first, second = tmp_path / "a.pdf", tmp_path / "b.pdf"
    second.write_text("earlier")
    result = run(
        installation.folder, "keys", "escrow", "--project", "goals",
        "--output-a", str(first), "--output-b", str(second),
    )  # fmt: skip
    assert result.exit_code == 2
    assert result.stderr == f"{second}: expected a new file, found: file exists\n"
    assert not first.exists()
    assert second.read_text() == "earlier"


def test_both_halves_in_one_file_are_refused_in_words(
    installation: Installation, tmp_path: Path
) -> None:
    result = run(
        installation.folder, "keys", "escrow", "--project", "goals",
        "--output-a", str(tmp_path / "one.pdf"), "--output-b", str(tmp_path / "." / "one.pdf"),
    )  # fmt: skip
    assert result.exit_code == 2
    assert "--output-b: expected another file than --output-a" in result.stderr
    assert not (tmp_path / "one.pdf").exists()


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_printed_papers_hold_one_half_each_as_they_are_typed(
    installation: Installation, tmp_path: Path, language: str
) -> None:
    pdfs = tmp_path / "a.pdf", tmp_path / "b.pdf"
    result = run(
        installation.folder, "keys", "escrow", "--project", "goals", "--language", language,
        "--output-a", str(pdfs[0]), "--output-b", str(pdfs[1]),
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    lost = lose_key(installation)
    texts = []
    for pdf in pdfs:
        read = subprocess.run(
            ["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True
        )
        texts.append(read.stdout)
        assert read.stdout.count("\f") == 1
    typed = "\n".join(line for text in texts for line in lines_of_text(text)) + "\n"
    result = run(installation.folder, "keys", "restore", "--project", "goals", typed=typed)
    assert result.exit_code == 0, result.stderr
    assert installation.keys.project_key(installation.project_id) == lost


def test_a_mistyped_line_is_named_and_asked_for_again_without_being_repeated(
    installation: Installation, papers: tuple[Path, Path]
) -> None:
    first, second = (lines_of_text(path.read_text()) for path in papers)
    wrong = first[1][:-1] + ("0" if first[1][-1] != "0" else "1")
    typed = [first[0], wrong, "short", *first[1:], "".join(second)]
    lost = lose_key(installation)
    result = run(
        installation.folder, "keys", "restore", "--project", "goals", typed="\n".join(typed) + "\n"
    )
    assert result.exit_code == 0, result.stderr
    assert "line 2: expected check characters that fit, found others" in result.stderr
    assert "line 2: expected 18 characters, found 5" in result.stderr
    assert result.stdout == "project goals: the key is back\n"
    for line in (*typed, "short"):
        assert line not in result.stdout + result.stderr
    assert installation.keys.project_key(installation.project_id) == lost
    assert told(installation)[-1] == ("key_restored", "", "done")


def test_a_mistyped_line_in_a_file_is_named(
    installation: Installation, papers: tuple[Path, Path]
) -> None:
    text = papers[0].read_text()
    line = lines_of_text(text)[3]
    papers[0].write_text(text.replace(line, line[:-1] + ("0" if line[-1] != "0" else "1")))
    lose_key(installation)
    result = use("restore", installation, papers)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{papers[0]}: line 4: expected check characters that fit")
    assert told(installation)[-1] == ("key_restored", "", "refused")


def test_one_half_alone_restores_nothing(
    installation: Installation, papers: tuple[Path, Path]
) -> None:
    lose_key(installation)
    for halves in ((papers[0], papers[0]), (papers[1], papers[1])):
        result = use("restore", installation, halves)
        assert result.exit_code == 2
        assert "expected A and B, found" in result.stderr
    with pytest.raises(KeyRefused):
        installation.keys.project_key(installation.project_id)


def test_halves_of_two_splittings_are_refused(
    installation: Installation, papers: tuple[Path, Path], tmp_path: Path
) -> None:
    others = split(installation, tmp_path, "later")
    lose_key(installation)
    result = use("restore", installation, (papers[0], others[1]))
    assert result.exit_code == 2
    assert "found two of different ones" in result.stderr


def test_another_key_in_use_is_neither_overwritten_nor_drilled_away(
    installation: Installation, papers: tuple[Path, Path]
) -> None:
    lose_key(installation)
    another = installation.keys.create_project_key(installation.project_id)
    for command, message in (
        ("restore", "expected no key or this one, found another"),
        ("drill", "expected those of the key in use, found those of another"),
    ):
        result = use(command, installation, papers)
        assert result.exit_code == 2
        assert message in result.stderr
    assert installation.keys.project_key(installation.project_id) == another


def test_the_key_in_use_stays_when_it_is_restored_again(
    installation: Installation, papers: tuple[Path, Path]
) -> None:
    result = use("restore", installation, papers)
    assert result.exit_code == 0
    assert "was there already, nothing was changed" in result.stdout


def test_past_the_retention_date_a_key_is_neither_split_nor_put_back(
    installation: Installation, papers: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    after = RETAINED_UNTIL + timedelta(days=1)
    with installation.context():
        do_upkeep(installation.keys, after)
    monkeypatch.setattr("survey_service.web.application.copenhagen_today", lambda: after)
    result = use("restore", installation, papers)
    assert result.exit_code == 2
    assert "expected a retention date that has not passed, found 2028-12-31" in result.stderr
    with pytest.raises(KeyRefused):
        installation.keys.project_key(installation.project_id)


def test_a_drill_shows_that_the_halves_are_right_changes_nothing_and_is_remembered(
    build: Build, tmp_path: Path
) -> None:
    installation = build(offers_free_text=True)
    [code] = installation.invite("p1")
    installation.visitor().enter(code).question(32).answer("Ord")
    papers = split(installation, tmp_path, "half")
    files, rows = files_of(installation.folder), installation.contents()
    result = use("drill", installation, papers)
    assert result.exit_code == 0, result.stderr
    assert "it is the key in use" in result.stdout
    assert "it opens what somebody wrote" in result.stdout
    assert "Ord" not in result.stdout
    assert (files_of(installation.folder), installation.contents()) == (files, rows)
    listed = run(installation.folder, "keys", "list").stdout
    today = max(str(row["happened_at"])[:10] for row in installation.rows("audit_entry"))
    assert f"split {today}, tried {today}" in listed


def test_a_drill_finds_halves_of_a_key_that_does_not_open_what_was_written(
    build: Build, tmp_path: Path
) -> None:
    installation = build(offers_free_text=True)
    [code] = installation.invite("p1")
    installation.visitor().enter(code).question(32).answer("Ord")
    lose_key(installation)
    installation.keys.create_project_key(installation.project_id)
    result = use("drill", installation, split(installation, tmp_path, "half"))
    assert result.exit_code == 2
    assert "that the project's words are sealed with, found another" in result.stderr


def test_the_list_shows_kinds_names_and_marks_and_no_key(installation: Installation) -> None:
    result = run(installation.folder, "keys", "list")
    assert result.exit_code == 0
    kinds = [line.split()[:2] for line in result.stdout.splitlines()]
    assert kinds == [["project", "goals"], ["session", "session"], ["wave", "goals/baseline"]]
    assert "split never, tried never" in result.stdout
    marks = re.findall(r"[0-9A-F]{4}(?:-[0-9A-F]{4}){3}", result.stdout)
    assert len(set(marks)) == 3
    for path in (installation.folder / "keys").glob("*.key"):
        secret = path.read_text().strip()
        assert secret[:16].upper() not in result.stdout.replace("-", "").upper()


def test_after_everything_was_lost_backup_and_papers_bring_back_who_is_linked_to_whom(
    installation: Installation, tmp_path: Path
) -> None:
    [code] = installation.invite("borger-17")
    visitor = installation.visitor()
    visitor.enter(code).answer_first(4)
    withdrawal_code = visitor.send().withdrawal_code or ""
    installation.close_wave()
    [before] = installation.rows("response")
    papers = split(installation, tmp_path, "half")
    backup = tmp_path / "backup.sqlite3"
    assert run(installation.folder, "backup", str(backup)).exit_code == 0
    with installation.context():
        database.engine.dispose()
    shutil.rmtree(installation.folder)

    result = run(installation.folder, "restore", str(backup))
    assert result.exit_code == 0, result.stderr
    assert "project goals: its key is missing; run: survey-service keys restore" in result.stdout
    assert stat.S_IMODE(installation.database_file.stat().st_mode) == 0o600
    assert "no key is in use" in use("drill", installation, papers).stdout
    assert use("restore", installation, papers).exit_code == 0

    from survey_service.web.application import create_app

    installation.app = create_app(installation.folder, today=installation.clock)
    installation.open_wave("final")
    [again] = installation.invite("borger-17", wave="final")
    [newcomer] = installation.invite("borger-18", wave="final")
    for one in (again, newcomer):
        later = installation.visitor()
        later.enter(one).answer_first(4)
        later.send()
    after = [row for row in installation.rows("response") if row["id"] != before["id"]]
    linked = [row["pseudonym"] == before["pseudonym"] for row in after]
    assert sorted(linked) == [False, True]
    someone = installation.visitor().get("/fortryd").submit("/fortryd", code=withdrawal_code)
    assert someone.path == "/trukket-tilbage"
    assert before["id"] not in {row["id"] for row in installation.rows("response")}
