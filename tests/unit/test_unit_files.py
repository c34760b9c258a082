"""Lists of units and of people to ask, as spreadsheets write them."""

import pytest

from survey_service.exchange.faults import BadInputError
from survey_service.exchange.unit_files import (
    PeopleLine,
    UnitLine,
    read_people_lines,
    read_unit_lines,
)

AUDIENCES = {"borgere": "citizen", "citizen": "citizen", "medarbejdere": "staff"}


def rules(refusal: pytest.ExceptionInfo[BadInputError]) -> list[tuple[int | None, str]]:
    return [(fault.line, fault.rule) for fault in refusal.value.faults]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_danish_letters_and_every_delimiter_are_recognised(delimiter: str, encoding: str) -> None:
    lines = ["Navn;Overordnet;Nøgle", "Center;;c", "", "Støttecentre på Åen;c;å1"]
    content = "\r\n".join(lines).replace(";", delimiter).encode(encoding)
    assert read_unit_lines(content) == [
        UnitLine(2, "c", "Center", ""),
        UnitLine(4, "å1", "Støttecentre på Åen", "c"),
    ]


def test_a_name_that_begins_like_a_formula_is_text() -> None:
    [unit] = read_unit_lines(b"name\n=1+1")
    assert unit.name == "=1+1"


def test_a_quoted_name_may_hold_the_delimiter() -> None:
    [unit] = read_unit_lines(b'name,parent\n"Hus, nord",')
    assert unit.name == "Hus, nord"


def test_a_list_without_a_column_for_the_name_is_refused() -> None:
    with pytest.raises(BadInputError) as refusal:
        read_unit_lines(b"title;parent\nHus;")
    assert rules(refusal) == [(1, "no_name_column")]


def test_every_line_that_is_too_short_or_too_long_is_told() -> None:
    with pytest.raises(BadInputError) as refusal:
        read_unit_lines(b"name;parent\nA;\nB\nC;A\nD;A;x")
    assert rules(refusal) == [(3, "cells"), (5, "cells")]


@pytest.mark.parametrize(
    ("content", "rule"),
    [(b"", "empty_file"), (b"  \n\n", "empty_file"), (b"PK\x03\x04 sheet", "not_text"),
     (b"name\n\x00\x01", "not_text"), (b"name;name\nA;B", "column_twice")],
)  # fmt: skip
def test_what_is_no_list_is_refused_for_what_it_is(content: bytes, rule: str) -> None:
    with pytest.raises(BadInputError) as refusal:
        read_unit_lines(content)
    assert [fault.rule for fault in refusal.value.faults] == [rule]


def test_people_are_read_per_audience_under_any_of_its_names() -> None:
    content = "Afdeling;Borgere;Medarbejdere;Noter\nHus;130;9;bemærkning\nHjem;;0;".encode()
    assert read_people_lines(content, AUDIENCES) == [
        PeopleLine(2, "Hus", {"citizen": "130", "staff": "9"}),
        PeopleLine(3, "Hjem", {"citizen": "", "staff": "0"}),
    ]


def test_a_list_without_its_columns_tells_of_its_ragged_lines_too() -> None:
    with pytest.raises(BadInputError) as refusal:
        read_people_lines(b"Noter;Uge\nx;1;2\ny;1", AUDIENCES)
    assert rules(refusal) == [
        (1, "no_name_column"), (1, "no_audience_column"), (2, "cells"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "rule"),
    [("Borgere", "no_name_column"), ("Afdeling;Noter;Uge", "no_audience_column"),
     ("Afdeling;Borgere;citizen", "column_twice")],
)  # fmt: skip
def test_a_list_of_people_needs_a_unit_and_each_audience_once(header: str, rule: str) -> None:
    with pytest.raises(BadInputError) as refusal:
        read_people_lines(f"{header}\n".encode() + b"x;1;2", AUDIENCES)
    assert rules(refusal) == [(1, rule)]
