"""Letters, slips, reminders and posters: what is on the paper, and for whom."""

import io
import re

import pytest
import segno
from letter_builder import CODE, LINK, a_letter, a_slip, letter_facts
from pypdf import PageObject, PdfReader

from survey_service.briefs.letters import (
    Letter,
    write_letters,
    write_poster,
    write_reminder_letters,
    write_slips,
)
from survey_service.briefs.letters.qr_code import QUIET_ZONE, QrCode

NUMBER = rb"-?\d*\.?\d+"
RECTANGLE = re.compile(rb"(%s) (%s) (%s) (%s) re" % ((NUMBER,) * 4))


def read(written: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(written))


def words_of(page: PageObject) -> str:
    return " ".join(page.extract_text().split())


def elements(reader: PdfReader) -> list[tuple[str, str | None, str | None]]:
    """Tag, language and alternative text of every element, in reading order."""
    found: list[tuple[str, str | None, str | None]] = []

    def visit(element: object) -> None:
        entries = element.get_object()  # type: ignore[attr-defined]
        if not isinstance(entries, dict) or "/S" not in entries:
            return
        found.append((entries["/S"], entries.get("/Lang"), entries.get("/Alt")))
        for kid in entries["/K"]:
            visit(kid)

    visit(reader.trailer["/Root"]["/StructTreeRoot"]["/K"])
    return found


def test_each_person_gets_a_page_with_name_address_code_deadline_and_whom_to_call() -> None:
    reader = read(write_letters([a_letter(), a_letter(name="Bo")], letter_facts()))
    first, second = map(words_of, reader.pages)
    for told in ("Åse Æblegård Eksempelvej 1 8900 Randers C", "Kære Åse Æblegård", CODE,
                 "svar.randers.example", "1. april 2026", "70 201 201", "Du kan sige nej",
                 "aldrig for færre end 5", "dpo@randers.example"):  # fmt: skip
        assert told in first, told
    assert "Kære Bo" in second
    assert "Åse" not in second


def test_a_letter_is_in_its_readers_language_and_marked_so() -> None:
    reader = read(write_letters([a_letter(), a_letter("en")], letter_facts()))
    assert "Du kan sige nej" in words_of(reader.pages[0])
    assert "You can say no" in words_of(reader.pages[1])
    letters = [language for tag, language, _ in elements(reader) if tag == "/Sect"]
    others = [language for tag, language, _ in elements(reader) if tag == "/Div"]
    assert letters == ["da-DK", "en-GB"]
    assert others == ["en-GB", "da-DK"]  # the line for whoever reads the other language


def test_nobodys_name_is_needed() -> None:
    letter = Letter("", (), "da", "staff", a_slip(audience="staff"))
    [page] = read(write_letters([letter], letter_facts())).pages
    assert "Hej" in words_of(page)
    assert "betydning for dit arbejde" in words_of(page)


def test_names_that_look_like_markup_are_printed_as_they_are() -> None:
    letter = a_letter(name="<b>Ib & Co</b>")
    [page] = read(write_letters([letter], letter_facts())).pages
    assert "Kære <b>Ib & Co</b>" in words_of(page)


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_longest_letter_still_fits_its_page(language: str) -> None:
    letter = Letter("Navn " * 30, ("Adresselinje " * 5,) * 5, language, "relative",
                    a_slip(language, "relative"))  # fmt: skip
    assert len(read(write_letters([letter], letter_facts())).pages) == 1


def test_eight_slips_stand_on_a_sheet() -> None:
    reader = read(write_slips([a_slip()] * 9, letter_facts()))
    assert [words_of(page).count(CODE) for page in reader.pages] == [8, 1]


def test_a_slip_with_the_longest_words_still_fits() -> None:
    slip = a_slip("en", "partner", "Fremskudt rådgivning og Mestringsvejledning i Nordbyen")
    assert words_of(read(write_slips([slip], letter_facts())).pages[0]).count(CODE) == 1


def test_a_reminder_goes_to_everybody_thanks_those_who_answered_and_holds_no_code() -> None:
    letter = a_letter(with_code=False)
    reader = read(write_reminder_letters([letter], letter_facts()))
    words = words_of(reader.pages[0])
    assert "Ingen får at vide, hvem der har svaret" in words
    assert "Har du svaret, så tak!" in words
    assert CODE not in words
    assert not [tag for tag, _, _ in elements(reader) if tag == "/Figure"]


def test_a_poster_says_that_answers_are_anonymous_and_shows_its_address() -> None:
    link = "https://svar.randers.example/aaben/abc-DEF_123"
    [page] = read(write_poster(link, letter_facts(), "da")).pages
    assert "Dine svar er anonyme" in words_of(page)
    assert "svar.randers.example/aaben/abc-DEF_123" in words_of(page)


def test_the_code_in_the_picture_is_told_in_words_and_without_the_secret() -> None:
    [alternative] = [
        found for tag, _, found in elements(read(write_letters([a_letter()], letter_facts())))
        if tag == "/Figure"
    ]  # fmt: skip
    assert alternative == ("QR-kode, der åbner siden svar.randers.example, hvor du kan svare.")


def test_the_squares_on_the_paper_are_those_of_the_standards_code() -> None:
    """Read the dark rectangles off the page and hold them against segno's modules, one by one."""
    size = 90.0
    rows = segno.make_qr(LINK, error="m").matrix
    module = size / (len(rows) + 2 * QUIET_ZONE)
    reader = read(_page_with(QrCode(LINK, size, "QR")))
    content = reader.pages[0].get_contents().get_data()
    light, *dark = [tuple(map(float, found)) for found in RECTANGLE.findall(content)]
    assert light == pytest.approx((0, 0, size, size))
    painted = [[0] * len(row) for row in rows]
    for left, bottom, width, height in dark:
        assert height == pytest.approx(module, abs=0.01)
        row = round((size - bottom) / module) - 1 - QUIET_ZONE
        start = round(left / module) - QUIET_ZONE
        for column in range(start, start + round(width / module)):
            painted[row][column] = 1
    assert painted == [list(row) for row in rows]


def _page_with(code: QrCode) -> bytes:
    from survey_service.briefs.tagged_pdf import DocumentFacts, TaggedCanvas

    target, facts = io.BytesIO(), letter_facts()
    document = DocumentFacts("QR", "Randers Kommune", "QR", "da-DK", facts.dated)
    canvas = TaggedCanvas(target, facts=document, pagesize=(100, 100), pageCompression=0)
    code.drawOn(canvas, 0, 0)
    canvas.save()
    return target.getvalue()
