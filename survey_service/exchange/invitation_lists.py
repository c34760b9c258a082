"""Lists of people to invite, as an evaluator's spreadsheet holds them; and lists for mail merge."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from survey_service.exchange.delimited import DelimitedFile, parse_delimited
from survey_service.exchange.faults import BadInputError, Fault, FaultLog
from survey_service.faults import FieldFault, InputRefused

LINES_AT_MOST = 20_000
FIELD = "people"
"""The form field a list is pasted into; its faults are told there."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "reference": ("reference", "ref", "løbenummer", "løbenr"),
    "unit": ("afdeling", "enhed", "unit"),
    "audience": ("målgruppe", "gruppe", "audience", "group"),
    "language": ("sprog", "language"),
    "name": ("navn", "name"),
    "email": ("e-mail", "email", "mail", "e-mailadresse", "e-post"),
}
"""What a column may be called, in Danish and English; every column that begins with one of
ADDRESS_BEGINNINGS belongs to the address."""

POSTCODES = ("postnr", "postnummer", "postcode")
CITIES = ("by", "city")
ADDRESS_BEGINNINGS = ("adresse", "address", *POSTCODES, *CITIES)
REQUIRED = ("reference", "unit", "audience")

AUDIENCE_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("borger", "borgere", "citizen", "citizens"), "citizen"),
    **dict.fromkeys(("medarbejder", "medarbejdere", "personale", "staff"), "staff"),
    **dict.fromkeys(("leder", "ledere", "leader", "leaders"), "leader"),
    **dict.fromkeys(("pårørende", "relative", "relatives"), "relative"),
    **dict.fromkeys(("partner", "partnere", "samarbejdspartner", "samarbejdspartnere"), "partner"),
    "partners": "partner",
}
LANGUAGE_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("", "da", "dansk", "danish"), "da"),
    **dict.fromkeys(("en", "engelsk", "english"), "en"),
}

FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")
_ADDRESS_BREAK = re.compile(r"\s*(?:/(?=\s)|\r\n|\n|\r)\s*")
_KNOWN = tuple(name for names in COLUMNS.values() for name in names)
# What a file's faults are called on pages; any other is told as a list that cannot be read.
_FILE_RULES = {
    "empty_file": "people_empty",
    "column_twice": "people_column_twice",
    "column_nameless": "people_column_nameless",
    "cells": "people_cells",
    "quotes": "people_quotes",
}


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """One line of a list, its cells as written but for blanks around them; `line` counts from 1."""

    line: int
    reference: str
    unit: str
    audience: str
    language: str = ""
    name: str = ""
    address: tuple[str, ...] = ()
    email: str = ""


@dataclass(frozen=True, slots=True)
class InvitationList:
    """The people of a list, and the columns of it that mean nothing here and were left out.

    `unread` are the faults of lines that are not among the people: nobody is invited while there
    are any.
    """

    people: tuple[ListedPerson, ...]
    ignored_columns: tuple[str, ...] = ()
    unread: tuple[FieldFault, ...] = ()


def read_invitation_list(content: bytes) -> InvitationList:
    """Read a list with a header line: CSV from any spreadsheet, or cells pasted from one.

    Args:
        content: the file's bytes, or the pasted text as UTF-8.

    Raises:
        InputRefused: for what is no such list; what its lines say is not judged here.
    """
    if content.count(b"\n") > LINES_AT_MOST:
        found = content.count(b"\n")
        raise InputRefused(
            FieldFault(FIELD, "people_too_long", {"limit": LINES_AT_MOST, "found": found})
        )
    try:
        return _read(content)
    except BadInputError as error:
        raise InputRefused(*_told(error.faults)) from error


def decode_list(content: bytes) -> str:
    """Return a file's text, to be shown and put right. Raises InputRefused for what is no text."""
    try:
        return content.decode(parse_delimited(Path(FIELD), content).encoding.codec)
    except BadInputError as error:
        rules = {fault.rule for fault in error.faults}
    if "not_text" in rules:
        raise InputRefused(FieldFault("file", "people_not_text"))
    # Its header is at fault, which is told where the list is read.
    return content.decode("utf-8-sig", errors="replace")


def write_guarded_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a semicolon-separated file that Danish Excel opens as it is, in UTF-8 with its mark.

    A cell that a spreadsheet would take for a formula is given an apostrophe in front.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_guarded(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _read(content: bytes) -> InvitationList:
    file = parse_delimited(Path(FIELD), content, _KNOWN)
    log = FaultLog(Path(FIELD))
    places, address_places = _find_columns(file)
    people = tuple(
        _person(line, cells, places, address_places)
        for block in file.blocks(log)
        for line, cells in zip(block.lines, zip(*block.cells, strict=True), strict=True)
    )
    unread = _told(log.faults)
    if not people:
        raise InputRefused(*unread) if unread else InputRefused(FieldFault(FIELD, "people_empty"))
    used = {*places.values(), *(place for line in address_places for place in line)}
    ignored = tuple(name for place, name in enumerate(file.columns) if place not in used)
    return InvitationList(people, ignored, unread)


def _told(faults: Iterable[Fault]) -> tuple[FieldFault, ...]:
    return tuple(
        FieldFault(
            FIELD,
            _FILE_RULES.get(fault.rule, "people_unreadable"),
            {"column": fault.column or ""},
            fault.line,
        )
        for fault in faults
    )


def _find_columns(file: DelimitedFile) -> tuple[dict[str, int], list[tuple[int, ...]]]:
    """Return the place of each known column, and those that make up each line of the address."""
    names = [name.strip().casefold() for name in file.columns]
    places: dict[str, int] = {}
    faults = []
    for column, known in COLUMNS.items():
        found = [place for place, name in enumerate(names) if name in known]
        if len(found) > 1:
            faults.append(FieldFault(FIELD, "people_column_twice", {"column": known[0]}))
        elif found:
            places[column] = found[0]
        elif column in REQUIRED:
            faults.append(FieldFault(FIELD, f"people_no_{column}"))
    if faults:
        raise InputRefused(*faults)
    beginnings = [re.split(r"[\s\d_.-]", name)[0] for name in names]
    address_places: list[tuple[int, ...]] = []
    for place, beginning in enumerate(beginnings):
        if place in places.values() or beginning not in ADDRESS_BEGINNINGS:
            continue
        last = address_places[-1] if address_places else ()
        if beginning in CITIES and last and beginnings[last[-1]] in POSTCODES:
            address_places[-1] = (*last, place)  # on one line, as letters are addressed
        else:
            address_places.append((place,))
    return places, address_places


def _person(
    line: int,
    cells: Sequence[str],
    places: Mapping[str, int],
    address_places: Sequence[tuple[int, ...]],
) -> ListedPerson:
    found = {column: cells[place].strip() for column, place in places.items()}
    address = [
        part
        for line_places in address_places
        for part in _ADDRESS_BREAK.split(" ".join(cells[place].strip() for place in line_places))
    ]
    return ListedPerson(
        line, address=tuple(part.strip() for part in address if part.strip()), **found
    )


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_BEGINNINGS) else cell
