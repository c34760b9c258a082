"""Tables and pictures as files: what a spreadsheet makes of them, and what it must not."""

import io
import zipfile
from datetime import date

import pytest
from defusedxml import ElementTree

from survey_service.exchange.figure_files import (
    Picture,
    TableFile,
    guard_cell,
    write_archive,
    write_picture,
    write_table,
)

SVG = "{http://www.w3.org/2000/svg}"


def test_a_danish_table_has_its_mark_semicolons_and_decimal_commas():
    found = write_table(["Princip", "Ændring"], [["Håb", "−3,2"]], "da")
    assert found == "\ufeffPrincip;Ændring\r\nHåb;-3,2\r\n".encode()


def test_an_english_table_has_commas_and_decimal_points():
    assert write_table(["Principle", "Change"], [["Hopes", "+3.2"]], "en") == (
        "\ufeffPrinciple,Change\r\nHopes,3.2\r\n".encode()
    )


def test_a_cell_with_the_delimiter_or_quotes_is_quoted():
    assert write_table(['a;"b"'], [], "da") == b'\xef\xbb\xbf"a;""b"""\r\n'


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(\"x\")", "--1"],
)  # fmt: skip
def test_no_cell_begins_a_formula(cell):
    assert guard_cell(cell) == f"'{cell}"


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("−3,2", "-3,2"),
        ("+3,2", "3,2"),
        ("-3", "-3"),
        ("1.234,5", "1.234,5"),
        ("–", "–"),
        ("+3,2 (0,1 til 6,3)", "3,2 (0,1 til 6,3)"),
        ("−3,2 (−6,3 til −0,1)", "−3,2 (−6,3 til −0,1)"),
        ("81\xa0(+31)", "81 (+31)"),
        ("▲ Fremgang", "▲ Fremgang"),
        ("", ""),
    ],
)
def test_numbers_are_numbers_and_words_stay_words(cell, written):
    assert guard_cell(cell) == written


def an_archive(files):
    return write_archive(files, ["Kilde: prøve"], date(2026, 3, 4), "da")


def test_an_archive_holds_each_table_once_and_tells_what_it_is_about():
    files = [TableFile("a.csv", "Om a", ["x"], [["1"]]), TableFile("a.csv", "Igen", ["y"], []),
             TableFile("b.csv", "Om b", ["z"], [])]  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(an_archive(files))) as opened:
        assert opened.namelist() == ["laes-mig.txt", "a.csv", "b.csv"]
        assert opened.read("a.csv") == b"\xef\xbb\xbfx\r\n1\r\n"
        assert opened.read("laes-mig.txt").decode("utf-8-sig").splitlines() == [
            "Kilde: prøve", "", "a.csv: Om a", "b.csv: Om b"]  # fmt: skip
        assert {found.date_time for found in opened.infolist()} == {(2026, 3, 4, 0, 0, 0)}


def test_the_same_tables_give_the_same_bytes():
    files = [TableFile("a.csv", "Om a", ["x"], [["1"]])]
    assert an_archive(files) == an_archive(files)


def test_a_picture_has_its_heading_above_and_its_source_below_with_nothing_unescaped():
    inner = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100"><rect/></svg>'
    found = ElementTree.fromstring(
        write_picture(Picture(inner, 200, 100), "A < B & C", "Kilde: <b>x</b> " + "ord " * 40)
    )
    texts = list(found.iter(f"{SVG}text"))
    assert texts[0].text == "A < B & C"
    assert "".join(text.text for text in texts[1:]).startswith("Kilde: <b>x</b>")
    nested = found.find(f"{SVG}svg")
    bottom = float(nested.get("y")) + float(nested.get("height"))
    assert all(float(text.get("y")) > bottom for text in texts[1:])
    _, top, _, height = map(float, found.get("viewBox").split())
    assert top + height > max(float(text.get("y")) for text in texts)
