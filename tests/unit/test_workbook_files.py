"""XLSX: values are read as a person typed them, and everything that could harm is refused."""

import io
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest

from survey_service.exchange.faults import BadInputError
from survey_service.exchange.wave_files import outline_file, read_wave_table
from survey_service.exchange.workbook_files import (
    LARGEST_COLUMN_COUNT,
    column_letter,
    list_sheets,
    read_sheet,
)

PATH = Path("maaling.xlsx")


def workbook(rows, sheet="Svar", others=()):
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    for name in others:
        book.create_sheet(name).append(["Vejledning"])
    return saved(book)


def saved(book):
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_parts(content, replace=None, **parts):
    """The archive with further parts, or with bytes replaced in each part."""
    stream = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(content))
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in source.infolist():
            data = source.read(part)
            archive.writestr(part.filename, data.replace(*replace) if replace else data)
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/"), data)
    return stream.getvalue()


def rule_of(content, path=PATH):
    with pytest.raises(BadInputError) as refused:
        read_wave_table(path, content)
    (fault,) = refused.value.faults
    return fault.rule


PLAIN = workbook([["Nr", "Afdeling", "Spm 1"], [101, "Botilbud", 4]])


# --- what is read -------------------------------------------------------------------------------


def test_cells_become_the_text_a_person_would_have_typed():
    content = workbook(
        [
            ["Nr", "Tal", "Dato", "Tid", "Sandt", "Tekst"],
            [
                101,
                3.5,
                date(2020, 9, 30),
                datetime.combine(date(2020, 9, 30), time(12, 5)),
                True,
                "  ordlyd ",
            ],
            ["101.0", 4.0, None, None, False, ""],
        ]
    )
    table = read_wave_table(PATH, content)
    assert table.columns == ("Nr", "Tal", "Dato", "Tid", "Sandt", "Tekst")
    assert list(table.rows[0]) == ["101", "3.5", "2020-09-30", "2020-09-30T12:05:00", "TRUE",
                                   "ordlyd"]  # fmt: skip
    assert list(table.rows[1]) == ["101.0", "4", "", "", "FALSE", ""]
    assert table.recognised == "XLSX"


def test_lines_are_those_of_the_sheet_also_below_empty_rows():
    table = read_wave_table(PATH, workbook([[], ["Nr"], [], [1], [None], [2]]))
    assert (table.header_line, list(table.lines)) == (2, [4, 6])


def test_a_sheet_can_be_chosen_and_the_first_is_taken_otherwise():
    content = workbook([["a"], ["x"]], sheet="Data", others=["Vejledning"])
    assert list_sheets(PATH, content) == ("Data", "Vejledning")
    assert read_wave_table(PATH, content).columns == ("a",)
    assert read_wave_table(PATH, content, "Vejledning").columns == ("Vejledning",)


def test_an_unknown_sheet_is_refused():
    with pytest.raises(BadInputError, match="one of the sheets Svar"):
        list(read_sheet(PATH, PLAIN, "Ark 2"))


def test_a_row_with_cells_beyond_the_header_is_told_and_left_out():
    table = read_wave_table(PATH, workbook([["a", "b"], [1, 2], [1, 2, 3]]))
    assert (list(table.lines), [fault.line for fault in table.ragged]) == ([2], [3])


@pytest.mark.parametrize(("place", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ")])
def test_columns_are_called_as_the_spreadsheet_calls_them(place, letter):
    assert column_letter(place) == letter


def test_formulas_are_told_by_column_and_line_and_their_stored_value_is_not_taken():
    table = read_wave_table(PATH, workbook([["Nr", "Sum"], [1, 2], [2, "=A2*2"], [3, "=A3"]]))
    assert table.formulas == {"Sum": [3, 4]}
    assert table.rows[1][1] == "=A2*2"


def test_a_formula_for_a_column_name_is_refused_at_once():
    assert rule_of(workbook([["Nr", '="Spm"&1'], [1, 2]])) == "formula_header"


@pytest.mark.parametrize(
    ("header", "rule"),
    [(["Nr", None, "b"], "column_nameless"), (["Nr", "a", "a"], "column_twice")],
)
def test_a_column_needs_a_name_of_its_own(header, rule):
    assert rule_of(workbook([header, [1, 2, 3]])) == rule


def test_an_empty_sheet_is_refused():
    assert rule_of(workbook([])) == "empty_file"


# --- what is refused before anything is parsed --------------------------------------------------


def test_macros_are_refused_whatever_the_file_is_called():
    assert rule_of(with_parts(PLAIN, **{"xl__vbaProject.bin": b"\x00"})) == "macros"
    macro_type = (b"spreadsheetml.sheet.main+xml", b"ms-excel.sheet.macroEnabled.main+xml")
    assert rule_of(with_parts(PLAIN, replace=macro_type)) == "macros"


@pytest.mark.parametrize("part", ["xl__externalLinks__externalLink1.xml", "xl__connections.xml"])
def test_links_to_elsewhere_are_refused(part):
    assert rule_of(with_parts(PLAIN, **{part: b"<x/>"})) == "links"


def test_a_zip_bomb_is_refused_by_its_directory_without_being_unpacked():
    # 64 MB of zeros pack about a thousand to one.
    assert rule_of(with_parts(PLAIN, **{"xl__media__image1.png": bytes(64 * 1024 * 1024)})) == (
        "bomb"
    )


def test_a_bomb_of_many_parts_is_refused():
    parts = {f"xl__media__image{number}.png": b"x" for number in range(1_001)}
    assert rule_of(with_parts(PLAIN, **parts)) == "bomb"


def test_parts_that_share_the_same_bytes_are_refused():
    # Every part claims the whole archive for itself: what is packed exceeds what there is.
    content = bytearray(with_parts(PLAIN, **{"xl__a.png": b"x" * 5000}))
    place = content.rfind(b"xl/a.png") - 46  # the part's entry in the directory at the end
    assert content[place : place + 4] == b"PK\x01\x02"
    content[place + 20 : place + 24] = len(content).to_bytes(4, "little")
    assert rule_of(bytes(content)) == "bomb"


def test_a_directory_that_lies_about_a_size_gives_no_more_than_it_says():
    content = bytearray(with_parts(PLAIN, **{"xl__more.xml": b"<x>" + b" " * 900_000 + b"</x>"}))
    place = content.rfind(b"xl/more.xml") - 46
    content[place + 24 : place + 28] = (10).to_bytes(4, "little")
    assert rule_of(bytes(content)) == "broken"


BILLION_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    b'<!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>'
)
OUTSIDE_ENTITY = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("head", [BILLION_LAUGHS, OUTSIDE_ENTITY], ids=["laughs", "outside"])
def test_entities_in_a_sheet_are_refused(head):
    source = zipfile.ZipFile(io.BytesIO(PLAIN))
    sheet = source.read("xl/worksheets/sheet1.xml")
    body = sheet[sheet.index(b"<worksheet") :]
    assert rule_of(with_parts(PLAIN, replace=(sheet, head + body))) == "entities"


def test_entities_hidden_in_another_encoding_are_refused_by_the_parser():
    source = zipfile.ZipFile(io.BytesIO(PLAIN))
    sheet = source.read("xl/worksheets/sheet1.xml")
    body = sheet[sheet.index(b"<worksheet") :].decode()
    head = BILLION_LAUGHS.decode().replace('"1.0"', '"1.0" encoding="UTF-16"')
    assert rule_of(with_parts(PLAIN, replace=(sheet, (head + body).encode("utf-16")))) == "broken"


def test_an_old_workbook_and_an_encrypted_one_are_told_apart():
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert rule_of(old) == "old_workbook"
    assert rule_of(old + "EncryptedPackage".encode("utf-16-le")) == "encrypted"


def test_another_kind_of_archive_is_refused():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("content.xml", "<office/>")
    assert rule_of(stream.getvalue()) == "no_workbook"


@pytest.mark.parametrize("broken", [b"PK\x03\x04 and no more", PLAIN[:-40]])
def test_a_broken_archive_is_refused(broken):
    assert rule_of(broken) == "broken"


def test_a_sheet_that_is_no_sheet_is_refused():
    assert rule_of(with_parts(PLAIN, replace=(b"<row", b"<rooow><"))) == "broken"


def test_too_many_columns_are_refused():
    header = [f"c{number}" for number in range(LARGEST_COLUMN_COUNT + 1)]
    assert rule_of(workbook([header])) == "wide"
    assert rule_of(",".join(header).encode(), Path("x.csv")) == "wide"


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr("survey_service.exchange.workbook_files.LARGEST_ROW_COUNT", 3)
    monkeypatch.setattr("survey_service.exchange.wave_files.LARGEST_ROW_COUNT", 3)
    rows = [["a"], *[[number] for number in range(4)]]
    assert rule_of(workbook(rows)) == "long"
    assert rule_of(b"a\n1\n2\n3\n4\n", Path("x.csv")) == "long"
    assert len(read_wave_table(PATH, workbook(rows[:4])).rows) == 3


# --- CSV, as Danish Excel writes it -------------------------------------------------------------


def test_danish_excel_is_recognised_and_said():
    content = "Nr;Afdeling;Håb\r\n1;Støttecentre;66,7\r\n2;Botilbud;\r\n".encode("cp1252")
    table = read_wave_table(Path("x.csv"), content)
    assert table.columns == ("Nr", "Afdeling", "Håb")
    assert [list(row) for row in table.rows] == [["1", "Støttecentre", "66,7"],
                                                 ["2", "Botilbud", ""]]  # fmt: skip
    assert table.recognised == "semicolon, Windows-1252"
    assert outline_file(Path("x.csv"), content).recognised == "semicolon, Windows-1252"


@pytest.mark.parametrize(
    ("content", "recognised"),
    [
        (b"a\tb\n1\t2\n", "tab, UTF-8"),
        ("a,æ\n1,2\n".encode("utf-8-sig"), "comma, UTF-8 with BOM"),
        (b'a;b\n"1;2";3\n', "semicolon, UTF-8"),
    ],
)
def test_other_ways_of_writing_are_recognised(content, recognised):
    assert read_wave_table(Path("x.csv"), content).recognised == recognised


def test_a_line_with_too_few_cells_is_told_and_left_out():
    table = read_wave_table(Path("x.csv"), b"a,b\n1,2\n1\n3,4\n")
    assert (list(table.lines), [fault.line for fault in table.ragged]) == ([2, 4], [3])


def test_what_is_no_text_is_refused():
    assert rule_of(b"a,b\n\x00\x01,2\n", Path("x.csv")) == "not_text"
    assert rule_of(b"", Path("x.csv")) == "empty_file"


def test_a_column_that_is_not_there_is_refused():
    with pytest.raises(KeyError, match="expected one of"):
        read_wave_table(PATH, PLAIN).values_of("Alder")
