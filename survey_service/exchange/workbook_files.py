"""XLSX workbooks read as rows of text, after making sure that they hold nothing but values.

A workbook is a zip archive of XML. Before anything is parsed its directory is checked: how many
parts, how large unpacked, no macros, no links to elsewhere. Parsing goes through defusedxml, which
refuses entities. Values of formulas are not taken: what is stored beside a formula is whatever some
program once computed.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from survey_service.exchange.faults import BadInputError, refuse

LARGEST_ROW_COUNT = 200_000
LARGEST_COLUMN_COUNT = 500
LARGEST_PART_COUNT = 1_000
LARGEST_UNPACKED = 200 * 1024 * 1024
LARGEST_RATIO = 100
RATIO_FROM = 1024 * 1024
"""Unpacked bytes from which a part's ratio counts: a small one packs well and harms nobody."""

ZIP_SIGNATURE = b"PK"
OLD_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")

_MACRO_NAMES = ("vbaproject.bin", "vbadata.xml")
_MACRO_FOLDERS = ("xl/macrosheets/", "xl/activex/", "xl/embeddings/")
_LINK_PLACES = ("xl/externallinks/", "xl/connections.xml", "xl/querytables/")
_FORBIDDEN_XML = (b"<!DOCTYPE", b"<!ENTITY")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of a sheet that holds anything: its number from 1, its cells as text.

    `formulas` are the places of the cells that hold a formula, whose value is not to be trusted.
    """

    number: int
    cells: Sequence[str]
    formulas: Sequence[int] = ()


def is_workbook(content: bytes) -> bool:
    """Whether this is a workbook of any kind, and so nothing to be read as text."""
    return content.startswith((ZIP_SIGNATURE, OLD_SIGNATURE))


def list_sheets(path: Path, content: bytes) -> tuple[str, ...]:
    """Return the names of a workbook's sheets in their order.

    Args:
        path: what the file is called in faults; nothing is read from there.
        content: its bytes.

    Raises:
        BadInputError: for what is no XLSX of values alone, or too large to be opened.
    """
    with _open(path, content) as archive:
        _check_archive(path, content, archive)
    book = _load(path, content)
    try:
        return tuple(sheet.title for sheet in book.worksheets)
    finally:
        book.close()


def read_sheet(path: Path, content: bytes, sheet: str) -> Iterator[SheetRow]:
    """Yield the rows of one sheet that hold anything.

    Numbers are written with a decimal point, whole ones without decimals; dates as 2020-09-30.

    Raises:
        BadInputError: as `list_sheets`, for an unknown sheet, and for too many rows or columns.
    """
    names = list_sheets(path, content)
    if sheet not in names:
        raise refuse(path, f"one of the sheets {', '.join(names)}", repr(sheet), rule="no_sheet")
    book = _load(path, content)
    try:
        yield from _rows(path, book[sheet])
    except BadInputError:
        raise
    except Exception as error:  # openpyxl lets many kinds through from broken XML
        raise _broken(path) from error
    finally:
        book.close()


def column_letter(position: int) -> str:
    """Return how a spreadsheet calls a column: 0 is A, 26 is AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _rows(path: Path, sheet: Any) -> Iterator[SheetRow]:
    # What the sheet claims to span may be wrong, and then cells would be left out.
    sheet.reset_dimensions()
    count = 0
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if len(row) > LARGEST_COLUMN_COUNT and _width(row) > LARGEST_COLUMN_COUNT:
            found = f"{_width(row)} in row {number}"
            raise refuse(path, f"{LARGEST_COLUMN_COUNT} columns at most", found, rule="wide")
        cells = [_as_text(cell.value) for cell in row[:LARGEST_COLUMN_COUNT]]
        if not any(cells):
            continue
        count += 1
        if count > LARGEST_ROW_COUNT + 1:
            raise refuse(path, f"{LARGEST_ROW_COUNT} rows at most", "more", rule="long")
        formulas = [place for place, cell in enumerate(row) if cell.data_type == "f"]
        yield SheetRow(number, cells, formulas)


def _width(row: Sequence[Any]) -> int:
    return max((place for place, cell in enumerate(row, 1) if cell.value is not None), default=0)


def _as_text(value: object) -> str:
    """Write a cell as a person would have typed it."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
    # Array formulas and the like are objects; their row tells of them as formulas.
    return str(value).strip()


def _open(path: Path, content: bytes) -> zipfile.ZipFile:
    if content.startswith(OLD_SIGNATURE):
        rule = "encrypted" if ENCRYPTED_STREAM in content else "old_workbook"
        found = "an encrypted one" if rule == "encrypted" else "an old one (.xls)"
        raise refuse(path, "a workbook of the kind .xlsx", found, rule=rule)
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as error:
        raise _broken(path) from error


def _check_archive(path: Path, content: bytes, archive: zipfile.ZipFile) -> None:
    """Refuse what must not be unpacked or trusted, by the archive's directory alone."""
    parts = archive.infolist()
    _check_sizes(path, content, parts)
    names = {part.filename.lower().replace("\\", "/") for part in parts}
    if any(part.flag_bits & 0x1 for part in parts):
        raise refuse(path, "a workbook without password", "an encrypted one", rule="encrypted")
    if "xl/workbook.xml" not in names or "[content_types].xml" not in names:
        raise refuse(path, "a workbook of the kind .xlsx", "another archive", rule="no_workbook")
    if any(name.endswith(_MACRO_NAMES) or name.startswith(_MACRO_FOLDERS) for name in names):
        raise refuse(path, "a workbook without macros", "macros", rule="macros")
    if any(name.startswith(_LINK_PLACES) for name in names):
        raise refuse(path, "a workbook without links", "links to other files", rule="links")
    _check_parts(path, archive, parts)


def _check_sizes(path: Path, content: bytes, parts: Sequence[zipfile.ZipInfo]) -> None:
    unpacked, packed = sum(p.file_size for p in parts), sum(p.compress_size for p in parts)
    is_bomb = (
        len(parts) > LARGEST_PART_COUNT
        or unpacked > LARGEST_UNPACKED
        # Parts that overlap would be unpacked again and again from the same bytes.
        or packed > len(content)
        or any(_is_suspicious(part) for part in parts)
    )
    if is_bomb:
        found = f"{len(parts)} parts of {unpacked} bytes out of {len(content)}"
        raise refuse(path, "a workbook of ordinary size", found, rule="bomb")


def _is_suspicious(part: zipfile.ZipInfo) -> bool:
    is_large = part.file_size > RATIO_FROM
    return is_large and part.file_size > LARGEST_RATIO * max(part.compress_size, 1)


def _check_parts(path: Path, archive: zipfile.ZipFile, parts: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse macro types and document types; unpacking may not give more than the directory said.

    zipfile stops at the size the directory names, so what was checked there holds here too.
    """
    for part in parts:
        name = part.filename.lower()
        if not name.endswith((".xml", ".rels")):
            continue
        try:
            text = archive.read(part)
        except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError) as error:
            raise _broken(path) from error
        if any(mark in text for mark in _FORBIDDEN_XML):
            raise refuse(path, "plain XML", "a document type or entity", rule="entities")
        if name == "[content_types].xml" and b"macroEnabled" in text:
            raise refuse(path, "a workbook without macros", "macros", rule="macros")


def _load(path: Path, content: bytes) -> Any:
    import openpyxl
    from openpyxl import DEFUSEDXML

    if not DEFUSEDXML:
        raise RuntimeError("openpyxl: expected defusedxml to read with, found none")
    try:
        return openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=False, keep_links=False
        )
    except Exception as error:  # openpyxl lets many kinds through from broken XML
        raise _broken(path) from error


def _broken(path: Path) -> BadInputError:
    return refuse(path, "a workbook that can be opened", "a broken one", rule="broken")
