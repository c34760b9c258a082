"""Delimited text files of many origins read as blocks of columns, with the line of every row."""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path

from survey_service.exchange.faults import BadInputError, FaultLog, quote, refuse

BLOCK_ROWS = 500
"""Rows taken at a time: whole columns to work on, small enough to stay in the processor's cache."""

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}

# An æ, ø, å, é or ü as UTF-8 writes it. Windows-1252 would read "Ã¦", which nobody writes.
UTF8_LETTER = re.compile(rb"\xc3[\x80-\xbf]")

CONTROL_CHARACTERS = bytes(code for code in range(32) if code not in b"\t\n\f\r")

SIGNATURES = {
    b"PK\x03\x04": "a spreadsheet or zip archive (save the sheet as CSV)",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (save the sheet as CSV)",
    codecs.BOM_UTF16_LE: "UTF-16 (save as CSV UTF-8)",
    codecs.BOM_UTF16_BE: "UTF-16 (save as CSV UTF-8)",
}


class Encoding(StrEnum):
    """The encodings recognised, as they are told to people."""

    UTF8 = "UTF-8"
    UTF8_BOM = "UTF-8 with BOM"
    WINDOWS = "Windows-1252"

    @property
    def codec(self) -> str:
        """Python's name of it."""
        return {Encoding.UTF8: "utf-8", Encoding.UTF8_BOM: "utf-8-sig"}.get(self, "cp1252")


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of a file: `lines` is where each begins, `cells` holds one sequence per column."""

    lines: Sequence[int]
    cells: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class DelimitedFile:
    """A file whose header has been read; `columns` are its named columns in their order."""

    path: Path
    content: bytes
    encoding: Encoding
    delimiter: str
    header_line: int
    columns: tuple[str, ...]

    def blocks(self, log: FaultLog) -> Iterator[Block]:
        """Yield the rows below the header, blank ones left out; those that do not fit are faults.

        Rows may end in empty cells beyond the header's columns, as spreadsheets write them.
        """
        blocks = self._quoted_blocks(log) if b'"' in self.content else self._plain_blocks(log)
        yield from blocks

    def _plain_blocks(self, log: FaultLog) -> Iterator[Block]:
        """Split whole blocks at once: without quotes a delimiter is a delimiter."""
        text = io.TextIOWrapper(io.BytesIO(self.content), encoding=self.encoding.codec)
        line = 1 + sum(1 for _ in islice(text, self.header_line))
        width, delimiter = len(self.columns), self.delimiter
        blank = delimiter * (width - 1) + "\n"
        while rows := list(islice(text, BLOCK_ROWS)):
            lines = range(line, line + len(rows))
            line += len(rows)
            if {row.count(delimiter) for row in rows} == {width - 1} and blank not in rows:
                joined = "".join(rows).removesuffix("\n").replace("\n", delimiter)
                cells = joined.split(delimiter)
                yield Block(lines, tuple(cells[column::width] for column in range(width)))
            else:
                split = [row.removesuffix("\n").split(delimiter) for row in rows]
                yield from _fit(split, lines, width, log)

    def _quoted_blocks(self, log: FaultLog) -> Iterator[Block]:
        reader = _RowReader(self.content, self.encoding, self.delimiter)
        while reader.take(1) and reader.lines[0] < self.header_line:
            pass
        while rows := reader.take(BLOCK_ROWS):
            yield from _fit(rows, reader.lines, len(self.columns), log)
        if reader.error is not None:
            log.add(reader.next_line, None, "well-formed quotes", reader.error, "quotes")


def open_delimited(path: Path, known: Sequence[str]) -> DelimitedFile:
    """Recognise encoding and delimiter of a file and read its header.

    Args:
        path: a CSV file, or anything else that can be read once.
        known: columns that may be expected, by which the delimiter is recognised.

    Raises:
        BadInputError: for what is no delimited text, a repeated column or one without a name.
    """
    return parse_delimited(path, read_bytes(path), known)


def parse_delimited(path: Path, content: bytes, known: Sequence[str] = ()) -> DelimitedFile:
    """Recognise encoding and delimiter of what is in memory already and read its header.

    Args:
        path: what the file is called in faults; nothing is read from there.
        content: a CSV file's bytes, or text that was pasted, as UTF-8.
        known: columns that may be expected, by which the delimiter is recognised.

    Raises:
        BadInputError: for what is no delimited text, a repeated column or one without a name.
    """
    if not content.removeprefix(codecs.BOM_UTF8).strip():
        raise refuse(path, "a header line", "an empty file", rule="empty_file")
    encoding = _recognise_encoding(path, content)
    delimiter, line, header = _read_header(path, content, encoding, known)
    while header and not header[-1]:
        header.pop()
    log = FaultLog(path)
    for position, name in enumerate(header):
        if not name:
            log.add(line, str(position + 1), "a column name", quote(name), "column_nameless")
        elif name in header[:position]:
            found = f"it again in position {position + 1}"
            log.add(line, name, "this column once", found, "column_twice")
    log.raise_if_any()
    return DelimitedFile(path, content, encoding, delimiter, line, tuple(header))


def read_bytes(path: Path) -> bytes:
    """Return a file's contents. Raises BadInputError where there are none to be read."""
    if path.is_dir():
        raise refuse(path, "a file", "a directory")
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise refuse(path, "a file", "nothing of that name") from None
    except OSError as error:
        raise refuse(path, "a readable file", error.strerror or str(error)) from error
    return content


class _RowReader:
    """Reads rows in blocks and keeps where each begins, which the csv module does not tell."""

    def __init__(self, content: bytes, encoding: Encoding, delimiter: str) -> None:
        text = io.TextIOWrapper(io.BytesIO(content), encoding=encoding.codec, newline="")
        self._reader = csv.reader(text, delimiter=delimiter, strict=True)
        self.lines: list[int] = []
        self.next_line = 1
        self.error: str | None = None

    def take(self, count: int) -> list[list[str]]:
        """Return the next rows, at most `count`; a malformed one ends the reading."""
        rows: list[list[str]] = []
        self.lines = []
        if self.error is not None:
            return rows
        try:
            for row in islice(self._reader, count):
                rows.append(row)
                self.lines.append(self.next_line)
                self.next_line = self._reader.line_num + 1
        except csv.Error as error:
            self.error = str(error)
        return rows


def _recognise_encoding(path: Path, content: bytes) -> Encoding:
    for signature, kind in SIGNATURES.items():
        if content.startswith(signature):
            raise refuse(path, "a text file (CSV)", kind, rule="not_text")
    if len(content.translate(None, CONTROL_CHARACTERS)) < len(content):
        first = min(content.find(code) for code in CONTROL_CHARACTERS if code in content)
        raise _refuse_byte(path, content, first)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        not_utf8 = error.start
    else:
        return Encoding.UTF8_BOM if content.startswith(codecs.BOM_UTF8) else Encoding.UTF8
    if UTF8_LETTER.search(content):
        raise _refuse_byte(path, content, not_utf8)
    try:
        content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise _refuse_byte(path, content, error.start) from error
    return Encoding.WINDOWS


def _refuse_byte(path: Path, content: bytes, position: int) -> BadInputError:
    line = content.count(b"\n", 0, position) + 1
    found = f"the byte 0x{content[position]:02x}"
    return refuse(path, "text in one encoding, UTF-8 or Windows-1252", found, line, "not_text")


def _read_header(
    path: Path, content: bytes, encoding: Encoding, known: Sequence[str]
) -> tuple[str, int, list[str]]:
    """Return the delimiter that finds most of the known columns, the header's line and cells."""
    found: list[tuple[int, int, str, int, list[str]]] = []
    error = ""
    for delimiter in DELIMITERS:
        reader = _RowReader(content, encoding, delimiter)
        while rows := reader.take(1):
            cells = [cell.strip() for cell in rows[0]]
            if any(cells):
                known_count = len(set(cells) & set(known))
                found.append((known_count, len(cells), delimiter, reader.lines[0], cells))
                break
        error = reader.error or error
    if not found:
        raise refuse(path, "a header line", error or "only empty lines", rule="empty_file")
    _, _, delimiter, line, cells = max(found, key=lambda candidate: candidate[:2])
    return delimiter, line, cells


def _fit(rows: list[list[str]], lines: Sequence[int], width: int, log: FaultLog) -> Iterator[Block]:
    """Yield the rows cut to the header's width, without blank and ragged ones."""
    kept_lines: list[int] = []
    kept_rows: list[list[str]] = []
    for line, row in zip(lines, rows, strict=True):
        if len(row) != width or not row[0]:
            if not any(map(str.strip, row)):
                continue
            if len(row) < width or any(map(str.strip, row[width:])):
                log.add(line, None, f"{width} cells as in the header", f"{len(row)}", "cells")
                continue
        kept_lines.append(line)
        kept_rows.append(row[:width])
    if kept_rows:
        yield Block(kept_lines, tuple(zip(*kept_rows, strict=True)))
