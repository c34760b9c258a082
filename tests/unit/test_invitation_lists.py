"""Lists of people to invite, as spreadsheets write them; and lists a spreadsheet opens safely."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service.exchange.invitation_lists import (
    LINES_AT_MOST,
    ListedPerson,
    read_invitation_list,
    write_guarded_csv,
)
from survey_service.faults import InputRefused

HEADER = "reference;afdeling;målgruppe"


def rules_of(content: bytes) -> list[tuple[int | None, str]]:
    with pytest.raises(InputRefused) as refusal:
        read_invitation_list(content)
    return [(fault.line, fault.rule) for fault in refusal.value.faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_a_list_is_read_in_every_encoding_and_with_every_delimiter(
    encoding: str, delimiter: str
) -> None:
    lines = [["Reference", "Afdeling", "Målgruppe", "Navn"], ["P1", "Hjørnet", "pårørende", "Åse"]]
    content = "\r\n".join(delimiter.join(line) for line in lines).encode(encoding)
    assert read_invitation_list(content).people == (
        ListedPerson(2, "P1", "Hjørnet", "pårørende", name="Åse"),
    )


def test_an_address_may_stand_in_one_cell_or_in_several() -> None:
    several = f"{HEADER};adresse 1;postnr;by\nP1;house;borger;Vej 1/3;8900;Randers"
    one = f"{HEADER};adresse\nP1;house;borger;Vej 1/3 / 8900 / Randers"
    quoted = f'{HEADER};address\nP1;house;borger;"Vej 1/3\n8900\nRanders"'
    for listed in (one, quoted):
        [person] = read_invitation_list(listed.encode()).people
        assert person.address == ("Vej 1/3", "8900", "Randers")
    [person] = read_invitation_list(several.encode()).people
    assert person.address == ("Vej 1/3", "8900 Randers")


def test_columns_that_mean_nothing_here_are_named_and_left_out() -> None:
    listed = f"{HEADER};telefon;noter\nP1;house;borger;12345678;sover længe"
    found = read_invitation_list(listed.encode())
    assert found.ignored_columns == ("telefon", "noter")
    assert "sover" not in repr(found.people)


def test_blank_lines_are_left_out_and_lines_keep_their_numbers() -> None:
    people = read_invitation_list(f"{HEADER}\n\nP1;a;b\n;;\nP2;a;b\n".encode()).people
    assert [(person.line, person.reference) for person in people] == [(3, "P1"), (5, "P2")]


@pytest.mark.parametrize(("listed", "expected"), [
    ("", [(None, "people_empty")]),
    (HEADER, [(None, "people_empty")]),
    ("afdeling;målgruppe\nhouse;borger", [(None, "people_no_reference")]),
    ("reference;navn\nP1;Ib", [(None, "people_no_unit"), (None, "people_no_audience")]),
    (f"{HEADER}\nP1;house\nP2;house;borger;x", [(2, "people_cells"), (3, "people_cells")]),
    (f'{HEADER}\n"P1;house;borger', [(2, "people_quotes")]),
    (f"{HEADER};navn;name\nP1;house;borger;Ib;Bo", [(None, "people_column_twice")]),
    (f"{HEADER};navn;navn\nP1;house;borger;Ib;Bo", [(1, "people_column_twice")]),
    ("\n".join([HEADER] * (LINES_AT_MOST + 2)), [(None, "people_too_long")]),
])  # fmt: skip
def test_what_is_no_list_is_refused_with_every_fault(
    listed: str, expected: list[tuple[int | None, str]]
) -> None:
    assert rules_of(listed.encode()) == expected


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=12), min_size=1, max_size=4))
def test_no_cell_that_is_written_begins_as_a_formula(cells: list[str]) -> None:
    import csv
    import io

    written = write_guarded_csv(["a"] * len(cells), [cells]).decode("utf-8-sig")
    _, *rows = csv.reader(io.StringIO(written, newline=""), delimiter=";")
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("cell", ["=1+1", "+45", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_a_formula_is_disarmed_by_an_apostrophe_and_nothing_else_is_changed(cell: str) -> None:
    written = write_guarded_csv(["a", "b"], [[cell, "Ib; Bo"]]).decode("utf-8-sig")
    assert f"'{cell}" in written
    assert '"Ib; Bo"' in written
