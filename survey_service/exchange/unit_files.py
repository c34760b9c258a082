"""Lists of units and of people to ask, as they come out of a spreadsheet."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from survey_service.exchange.delimited import DelimitedFile, parse_delimited
from survey_service.exchange.faults import BadInputError, FaultLog

KEY_COLUMNS = ("key", "nøgle", "nr", "nummer", "id")
NAME_COLUMNS = ("name", "navn", "afdeling", "unit", "enhed")
PARENT_COLUMNS = ("parent", "overordnet", "hører under", "del af", "part of")
UNIT_COLUMNS = (*NAME_COLUMNS, *KEY_COLUMNS)

_PASTED = Path("list")


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit as a list has it, with its line; `parent` is a key or a name, empty at the top."""

    line: int
    key: str
    name: str
    parent: str


@dataclass(frozen=True, slots=True)
class PeopleLine:
    """What a list says of a unit: how many people per audience, as it was written."""

    line: int
    unit: str
    people: Mapping[str, str]


def read_unit_lines(content: bytes, log: FaultLog | None = None) -> list[UnitLine]:
    """Return the units of a list with a column for the name, and others for key and parent.

    Args:
        content: a CSV file's bytes, or pasted text as UTF-8.
        log: takes the faults of lines that cannot be read, which are left out then.

    Raises:
        BadInputError: for what is no such list; rule "no_name_column" where the name is missing.
    """
    known = (*KEY_COLUMNS, *NAME_COLUMNS, *PARENT_COLUMNS)
    columns, file = _open(content, known)
    name = _find_column(columns, NAME_COLUMNS)
    key, parent = _find_column(columns, KEY_COLUMNS), _find_column(columns, PARENT_COLUMNS)
    if name is None:
        raise _refuse_columns(file, columns, ("a column name", "no_name_column"))
    return [
        UnitLine(line, _cell(cells, key), cells[name], _cell(cells, parent))
        for line, cells in _read_rows(file, log)
    ]


def read_people_lines(
    content: bytes, audiences: Mapping[str, str], log: FaultLog | None = None
) -> list[PeopleLine]:
    """Return how many people a list counts per unit and audience.

    Args:
        content: a CSV file's bytes, or pasted text as UTF-8.
        audiences: what a column may be called, in lower case, to the audience it is about.
        log: takes the faults of lines that cannot be read, which are left out then.

    Raises:
        BadInputError: for what is no such list; rule "no_name_column" or "no_audience_column"
            where those are missing, "column_twice" where two columns are about one audience.
    """
    columns, file = _open(content, (*UNIT_COLUMNS, *audiences))
    unit = _find_column(columns, KEY_COLUMNS)
    unit = _find_column(columns, NAME_COLUMNS) if unit is None else unit
    found = [(audiences[name], place) for place, name in enumerate(columns) if name in audiences]
    places = dict(found)
    faults = []
    if unit is None:
        faults.append(("a column for the unit", "no_name_column"))
    if len(places) < len(found):
        faults.append(("one column per audience", "column_twice"))
    if not places:
        faults.append(("a column for an audience", "no_audience_column"))
    if unit is None or faults:
        raise _refuse_columns(file, columns, *faults)
    return [
        PeopleLine(line, cells[unit], {name: cells[place] for name, place in places.items()})
        for line, cells in _read_rows(file, log)
    ]


def _open(content: bytes, known: tuple[str, ...]) -> tuple[list[str], DelimitedFile]:
    """Return the columns in lower case, and the file they head."""
    # The delimiter is found by the names as they stand in the file, whatever their case.
    spellings = [spell(name) for name in known for spell in (str, str.capitalize, str.upper)]
    file = parse_delimited(_PASTED, content, spellings)
    columns = [unicodedata.normalize("NFC", name).strip().casefold() for name in file.columns]
    return columns, file


def _read_rows(
    file: DelimitedFile, log: FaultLog | None = None
) -> list[tuple[int, tuple[str, ...]]]:
    """Return every row with its line. Raises BadInputError for ragged ones, unless `log` takes
    them.
    """
    found = FaultLog(_PASTED) if log is None else log
    rows = [
        (line, cells)
        for block in file.blocks(found)
        for line, cells in zip(block.lines, zip(*block.cells, strict=True), strict=True)
    ]
    if log is None:
        found.raise_if_any()
    return rows


def _find_column(columns: list[str], names: tuple[str, ...]) -> int | None:
    return next((columns.index(name) for name in names if name in columns), None)


def _cell(cells: tuple[str, ...], column: int | None) -> str:
    return "" if column is None else cells[column]


def _refuse_columns(
    file: DelimitedFile, columns: list[str], *faults: tuple[str, str]
) -> BadInputError:
    """Return the error for a header, what was expected and the rule, and for ragged rows below."""
    log = FaultLog(_PASTED)
    for expected, rule in faults:
        log.add(file.header_line, None, expected, ", ".join(columns)[:200], rule)
    _read_rows(file, log)
    return BadInputError(tuple(log.faults), log.uncounted)
