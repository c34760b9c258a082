"""The paper with half a key: one page, readable aloud, whatever the names are."""

import datetime
from pathlib import Path

import pytest
from pdf_ua.checkers import VeraPdf, check_aloud, has_java

from survey_service.briefs.key_papers import KeyPaper, write_page, write_text
from survey_service.fieldwork.key_shares import lines_of_text

LINES = ["219X-6YZT-3PF7-4JC0-ZM", *["P28M-ER6C-9TDM-Y17H-0V"] * 4]


def a_paper(language: str = "da", title: str = "Fælles mål") -> KeyPaper:
    return KeyPaper(
        letter="A",
        other_letter="B",
        municipality="Randers Kommune",
        title=title,
        project="goals",
        recognition="B091-4760-CC4E-9B4F",
        split_mark="AF9QQYGX",
        dated=datetime.date(2026, 3, 4),
        shred_after=datetime.date(2028, 12, 31),
        language=language,
        lines=LINES,
        scanned="".join(LINES).replace("-", ""),
    )


def test_the_text_says_what_it_is_for_who_keeps_it_and_when_it_is_shredded() -> None:
    text = " ".join(write_text(a_paper()).split())
    for expected in (
        "Nøgle til Fælles mål: halvdel A",
        "Halvdel B ligger hos en anden person",
        "survey-service keys drill --project goals",
        "Nøglens kendemærke: B091-4760-CC4E-9B4F",
        "Makuleres efter: 31. december 2028",
    ):
        assert expected in text


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("title", ["M", "En meget lang titel 5 " * 9])
def test_restoring_finds_the_five_lines_among_the_words(language: str, title: str) -> None:
    assert lines_of_text(write_text(a_paper(language, title))) == LINES


@pytest.mark.skipif(not has_java(), reason="needs java and javac")
def test_the_page_holds_to_pdf_ua_also_with_the_longest_names(tmp_path: Path) -> None:
    files = []
    for language in ("da", "en"):
        for name, title in (("short", "Fælles mål"), ("long", "Ærø & <Mål> " * 16)):
            files.append(tmp_path / f"{name}-{language}.pdf")
            files[-1].write_bytes(write_page(a_paper(language, title)))
    _, broken = VeraPdf.compile(tmp_path).check(files)
    assert {path.name: rules for path, rules in broken.items()} == {path.name: [] for path in files}
    aloud = check_aloud(files, tmp_path / "aloud.json")
    assert {rule for rules in aloud.values() for rule in rules} == set()
