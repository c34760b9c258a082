"""`survey-service brief`: any brief of a project's newest published release, or one clear line."""

import os
import re
from pathlib import Path

import pytest
from builders import Installation
from click.testing import CliRunner, Result
from pypdf import PdfReader
from test_result_pages import answered  # noqa: F401 - the fixture of the result pages

from survey_service.briefs import saving
from survey_service.briefs.content import BriefKind
from survey_service.briefs.context import OwnWords
from survey_service.cli import main
from survey_service.fieldwork.brief_words import LIMITS, save_words
from survey_service.measurement.comparison import ComparisonReport
from survey_service.measurement.disclosure import disclose
from survey_service.measurement.release_format import released_to_json
from survey_service.reporting.brief_making import BriefOrder, place_of
from survey_service.reporting.releasing import find_release
from survey_service.storage.database import writing
from survey_service.storage.results import add_release
from survey_service.storage.setup import ContactRecord, set_contacts

KINDS = ("committee", "leaders", "team", "participants")


@pytest.fixture
def made(answered: Installation) -> Installation:  # noqa: F811 - the fixture of that name
    return answered


def run(made: Installation, output: Path, *arguments: str, project: str = "goals") -> Result:
    command = ["--instance", str(made.folder), "brief", "--project", project, *arguments]
    return CliRunner().invoke(main, [*command, "--output", str(output)])


def words_of(path: Path) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(path).pages)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_written_as_a_tagged_pdf(made, tmp_path, kind):
    output = tmp_path / "brev.pdf"
    result = run(made, output, "--for", kind)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"{output}: written\n"
    assert PdfReader(output).trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert output.stat().st_mode & 0o077 == 0


def test_the_same_order_gives_the_same_bytes(made, tmp_path):
    for name in ("one.pdf", "two.pdf"):
        run(made, tmp_path / name, "--for", "leaders")
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()


def test_a_page_for_a_screen_is_written_in_english(made, tmp_path):
    output = tmp_path / "brief.html"
    assert (
        run(made, output, "--for", "leaders", "--language", "en", "--format", "html").exit_code == 0
    )
    page = output.read_text("utf-8")
    assert page.startswith('<!doctype html>\n<html lang="en-GB">')
    assert "what the answers show" in page


def test_a_unit_has_its_own_figures(made, tmp_path):
    output = tmp_path / "brev.pdf"
    result = run(made, output, "--for", "unit", "--unit", "house")
    assert (result.exit_code, result.stderr) == (0, f"{output}: written\n")
    assert "Psykiatriens Hus ved siden af alle afdelinger" in words_of(output)


def test_a_unit_without_figures_gets_the_calm_page_and_the_terminal_says_so(made, tmp_path):
    output = tmp_path / "brev.pdf"
    result = run(made, output, "--for", "unit", "--unit", "centre")
    assert result.exit_code == 0
    assert "unit centre: too few answers to show figures" in result.stderr
    assert "Vi kan ikke vise tal for Center for Psykiatri." in words_of(output)


def test_what_is_typed_stands_on_the_paper(made, tmp_path):
    (tmp_path / "steps.txt").write_text("Alle teams taler om håb.\n", "utf-8")
    (tmp_path / "start.txt").write_text("\ufeffKære udvalg", "utf-8")
    output = tmp_path / "brev.pdf"
    typed = (
        "--introduction",
        str(tmp_path / "start.txt"),
        "--next-steps",
        str(tmp_path / "steps.txt"),
    )
    assert run(made, output, "--for", "committee", *typed).exit_code == 0
    words = words_of(output)
    assert "Kære udvalg" in words
    assert "Alle teams taler om håb." in words


def test_the_letter_names_the_project_s_own_contacts_else_the_installation_s(made, tmp_path):
    output = tmp_path / "brev.pdf"
    run(made, output, "--for", "participants")
    assert "Livslinien: 70 201 201" in words_of(output).replace("\N{NO-BREAK SPACE}", " ")
    contact = ContactRecord("Huset", "The House", "89 15 00 00", "Hverdage", "Weekdays", None)
    with made.context(), writing() as session:
        set_contacts(session, made.project_id, [contact])
    run(made, output, "--for", "participants")
    assert "Huset: 89 15 00 00" in words_of(output).replace("\N{NO-BREAK SPACE}", " ")


def test_the_newest_words_saved_for_a_brief_stand_on_it_or_those_asked_for(made, tmp_path):
    order = BriefOrder("da", BriefKind.COMMITTEE)
    with made.context():
        place = place_of(find_release(made.project_id), order)
        for words in ("De første ord.", "De nye ord."):
            save_words(place, OwnWords(words), made.clock.today)
    output = tmp_path / "brev.pdf"
    assert run(made, output, "--for", "committee").exit_code == 0
    assert "De nye ord." in words_of(output)
    assert run(made, output, "--for", "committee", "--text-version", "1").exit_code == 0
    assert "De første ord." in words_of(output)
    assert "tekst 1" in words_of(output)


def test_a_text_that_was_never_saved_is_refused_in_a_line(made, tmp_path):
    output = tmp_path / "brev.pdf"
    result = run(made, output, "--for", "leaders", "--text-version", "7")
    assert result.exit_code == 2
    assert result.stderr == "--text-version: expected one of this brief's, found 7\n"
    assert not output.exists()


def test_a_saved_text_and_words_of_the_moment_exclude_each_other(made, tmp_path):
    (tmp_path / "start.txt").write_text("Kære udvalg", "utf-8")
    typed = ("--introduction", str(tmp_path / "start.txt"), "--text-version", "1")
    result = run(made, tmp_path / "brev.pdf", "--for", "committee", *typed)
    assert result.exit_code == 2
    assert "--text-version: expected alone" in result.stderr


def test_characters_the_type_lacks_are_named_on_the_terminal(made, tmp_path):
    (tmp_path / "start.txt").write_text("第一", "utf-8")
    output = tmp_path / "brev.pdf"
    result = run(made, output, "--for", "committee", "--introduction", str(tmp_path / "start.txt"))
    assert result.exit_code == 0
    assert "the type has no 第 (CJK UNIFIED IDEOGRAPH-7B2C)" in result.stderr
    assert "??" in words_of(output)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--for", "mayor"), "--for: 'mayor' is not one of"),
        (("--for", "unit"), "--unit: expected a key with --for unit, and only there, found none"),
        (("--for", "team", "--unit", "house"), "found one for team"),
        (("--for", "unit", "--unit", "nowhere"), "--unit: expected one of the municipality's"),
        (("--for", "team", "--introduction", "/no/such"), "expected a text file in UTF-8"),
    ],
)
def test_what_cannot_be_is_one_line_and_status_2(made, tmp_path, arguments, expected):
    output = tmp_path / "brev.pdf"
    result = run(made, output, *arguments)
    assert result.exit_code == 2
    assert expected in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not output.exists()


def refused_words(made: Installation, folder: Path, kind: str, **typed: str) -> str:
    """Return what the terminal says of words that are refused, the files' folder left out."""
    files = {"introduction": folder / "start.txt", "next-steps": folder / "steps.txt"}
    arguments = ["--for", kind]
    for option, text in typed.items():
        name = option.replace("_", "-")
        if name in files:
            files[name].write_text(text, "utf-8")
        arguments += [f"--{name}", str(files.get(name, text))]
    result = run(made, folder / "brev.pdf", *arguments)
    assert result.exit_code == 2
    assert not (folder / "brev.pdf").exists()
    return result.stderr.replace(f"{folder}/", "")


@pytest.mark.parametrize(
    ("kind", "typed", "told"),
    [
        (
            "committee",
            {"introduction": "x" * 501},
            "start.txt: expected at most 500 characters, found 501\n",
        ),
        (
            "team",
            {"next_steps": "a\n" + "x" * 301},
            "steps.txt, line 2: expected at most 300 characters, found 301\n",
        ),
        (
            "committee",
            {"next_steps": "a\nb\nc\nd\ne", "introduction": "x" * 501},
            "start.txt: expected at most 500 characters, found 501\n"
            "steps.txt: expected at most 4 steps, found 5\n",
        ),
        (
            "team",
            {"introduction": "\u200b"},
            "start.txt: expected text, found only characters that cannot be seen\n",
        ),
        (
            "committee",
            {"told_by": "2099-01-01"},
            "--told-by: expected with --for participants alone, found with --for committee\n",
        ),
        (
            "participants",
            {"told_by": "2026-03-03"},
            "--told-by: expected today or later, found a day in the past\n",
        ),
        (
            "participants",
            {"told_by": "2101-01-01"},
            "--told-by: expected a day from 2000 to 2100\n",
        ),
    ],
)
def test_what_the_page_for_words_refuses_the_terminal_refuses_in_a_line_each(
    made, tmp_path, kind, typed, told
):
    assert refused_words(made, tmp_path, kind, **typed) == told


def test_words_within_their_limits_that_need_another_page_are_refused(made, tmp_path):
    paragraphs = "\n\n".join("x" for _ in range(150))
    assert len(paragraphs) <= LIMITS[BriefKind.COMMITTEE].introduction
    told = refused_words(made, tmp_path, "committee", introduction=paragraphs)
    assert re.fullmatch(
        r"start\.txt: expected what has room on the brief's pages, "
        r"found about \d+ characters too many\n",
        told,
    )


def test_words_with_what_looks_like_a_cpr_number_are_refused(made, tmp_path):
    words = tmp_path / "skridt.txt"
    words.write_text("Ring til 010203-1234", "utf-8")
    output = tmp_path / "brev.pdf"
    result = run(made, output, "--for", "committee", "--next-steps", str(words))
    assert result.exit_code == 2
    assert result.stderr == f"{words}: expected no CPR number, found what looks like one\n"
    assert not output.exists()


def test_an_unknown_project_is_refused(made, tmp_path):
    result = run(made, tmp_path / "brev.pdf", "--for", "team", project="dreams")
    assert result.exit_code == 2
    assert result.stderr == "--project: expected a known key (goals), found dreams\n"


def test_without_a_release_there_is_no_brief(installation, tmp_path):
    result = run(installation, tmp_path / "brev.pdf", "--for", "team")
    assert result.exit_code == 2
    assert result.stderr == "project goals: expected a published release, found none\n"


def test_a_release_that_is_not_published_yet_makes_no_brief(installation, tmp_path):
    figures = disclose(ComparisonReport({}, (), ()), {}, ("baseline", "final"), 5, 5.0)
    with installation.context(), writing() as session:
        add_release(
            session,
            installation.project_id,
            installation.clock.today,
            released_to_json(figures),
            is_published=False,
        )
    result = run(installation, tmp_path / "brev.pdf", "--for", "team")
    assert result.exit_code == 2
    assert result.stderr == "project goals: expected a published release, found none\n"


def test_a_full_disk_leaves_the_old_file_and_no_draft(made, tmp_path, monkeypatch):
    output = tmp_path / "brev.pdf"
    output.write_bytes(b"old")

    def fail(_descriptor):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(saving.os, "fsync", fail)
    result = run(made, output, "--for", "committee")
    assert result.exit_code == 2
    assert (
        result.stderr == f"{output}: expected a file that can be written, found {os.strerror(28)}\n"
    )
    assert output.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [output]


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="no /dev/full here")
def test_a_device_is_written_to_and_never_replaced(made):
    result = run(made, Path("/dev/full"), "--for", "committee")
    assert result.exit_code == 2
    assert Path("/dev/full").is_char_device()
