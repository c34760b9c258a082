"""A table somebody measured with, out of a CSV file or a workbook's sheet: names and lines of text.

What the columns mean is said later, column by column; here they are only read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from survey_service.exchange.delimited import DELIMITERS, parse_delimited
from survey_service.exchange.faults import BadInputError, Fault, FaultLog, refuse
from survey_service.exchange.workbook_files import (
    LARGEST_COLUMN_COUNT,
    LARGEST_ROW_COUNT,
    SheetRow,
    column_letter,
    is_workbook,
    list_sheets,
    read_sheet,
)

WORKBOOK = "XLSX"


@dataclass(frozen=True, slots=True)
class FileOutline:
    """What a file is: `recognised` says it in words, `sheets` are a workbook's, else none."""

    recognised: str
    sheets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WaveTable:
    """The lines of a file below its header.

    `lines` says where each row begins, from 1 as a text editor or spreadsheet counts. `formulas`
    are the lines per column's name in which a cell holds a formula. `ragged` are lines whose cells
    do not fit the header; they are in no row.
    """

    columns: tuple[str, ...]
    lines: Sequence[int]
    rows: Sequence[Sequence[str]]
    recognised: str
    header_line: int
    formulas: Mapping[str, Sequence[int]]
    ragged: tuple[Fault, ...] = ()

    def values_of(self, column: str) -> Iterator[str]:
        """Yield a column's cells; KeyError for an unknown one."""
        if column not in self.columns:
            raise KeyError(f"column: expected one of {self.columns}, found {column!r}")
        place = self.columns.index(column)
        return (row[place] for row in self.rows)


def outline_file(path: Path, content: bytes) -> FileOutline:
    """Say what a file is, without reading its lines.

    Args:
        path: what the file is called in faults; nothing is read from there.
        content: its bytes.

    Raises:
        BadInputError: for what is neither delimited text nor a workbook of values alone.
    """
    if is_workbook(content):
        return FileOutline(WORKBOOK, list_sheets(path, content))
    source = parse_delimited(path, content)
    return FileOutline(f"{DELIMITERS[source.delimiter]}, {source.encoding}", ())


def read_wave_table(path: Path, content: bytes, sheet: str = "") -> WaveTable:
    """Read a file, or one sheet of a workbook; without a name the first.

    Raises:
        BadInputError: as `outline_file`, for a header that cannot be used, and for too many lines.
    """
    if is_workbook(content):
        chosen = sheet or list_sheets(path, content)[0]
        return _tabulate(path, read_sheet(path, content, chosen))
    source = parse_delimited(path, content)
    if len(source.columns) > LARGEST_COLUMN_COUNT:
        found = f"{len(source.columns)}"
        raise refuse(path, f"{LARGEST_COLUMN_COUNT} columns at most", found, rule="wide")
    log = FaultLog(path)
    lines: list[int] = []
    rows: list[Sequence[str]] = []
    for block in source.blocks(log):
        lines.extend(block.lines)
        rows.extend(zip(*block.cells, strict=True))
        if len(rows) > LARGEST_ROW_COUNT:
            raise refuse(path, f"{LARGEST_ROW_COUNT} rows at most", "more", rule="long")
    recognised = f"{DELIMITERS[source.delimiter]}, {source.encoding}"
    ragged = tuple(log.faults)
    return WaveTable(source.columns, lines, rows, recognised, source.header_line, {}, ragged)


def _tabulate(path: Path, rows: Iterator[SheetRow]) -> WaveTable:
    header = next(rows, None)
    if header is None:
        raise refuse(path, "a header line", "an empty sheet", rule="empty_file")
    columns = _name_columns(path, header)
    width = len(columns)
    lines: list[int] = []
    cells: list[Sequence[str]] = []
    formulas: dict[str, list[int]] = {}
    ragged: list[Fault] = []
    for row in rows:
        beyond = [place for place in range(width, len(row.cells)) if row.cells[place]]
        if beyond:
            expected = f"{width} cells as in the header"
            ragged.append(Fault(path, row.number, None, expected, f"{beyond[-1] + 1}", "cells"))
            continue
        lines.append(row.number)
        cells.append([*row.cells[:width], *[""] * (width - len(row.cells))])
        for place in row.formulas:
            formulas.setdefault(columns[place], []).append(row.number)
    return WaveTable(columns, lines, cells, WORKBOOK, header.number, formulas, tuple(ragged))


def _name_columns(path: Path, header: SheetRow) -> tuple[str, ...]:
    names = list(header.cells)
    while names and not names[-1]:
        names.pop()
    log = FaultLog(path)
    for place, name in enumerate(names):
        where = column_letter(place)
        if place in header.formulas:
            log.add(header.number, where, "a column name", "a formula", "formula_header")
        elif not name:
            log.add(header.number, where, "a column name", "an empty cell", "column_nameless")
        elif name in names[:place]:
            log.add(header.number, name, "this column once", f"it again in {where}", "column_twice")
    log.raise_if_any()
    return tuple(names)


__all__ = ["BadInputError", "FileOutline", "WaveTable", "outline_file", "read_wave_table"]
