"""Tables and pictures of released figures as files that spreadsheets and documents take."""

import csv
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO, StringIO
from xml.sax.saxutils import escape

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel reads æ, ø and å as other letters."""

DELIMITERS = {"da": ";", "en": ","}
"""What a spreadsheet of the language takes, where a decimal comma leaves no comma to part by."""

NO_BREAK = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
NUMBER = re.compile(rf"[{MINUS}+-]?\d+(?:[.,]\d+)*")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")

SOURCE_ROOM = 34
LINE = 22


@dataclass(frozen=True, slots=True)
class TableFile:
    """A table with its name in the archive and what it is about."""

    name: str
    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Picture:
    """An `<svg>` element and its extent in points."""

    svg: str
    width: float
    height: float


def write_table(columns: Sequence[str], rows: Sequence[Sequence[str]], language: str) -> bytes:
    """Return a table as CSV: UTF-8 with its mark, semicolons and decimal commas in Danish.

    Cells are the words of the page, but for what a spreadsheet would misread: a number has a plain
    minus and no plus, and no other cell can begin a formula.
    """
    stream = StringIO()
    writer = csv.writer(stream, delimiter=DELIMITERS[language], lineterminator="\r\n")
    writer.writerows([guard_cell(cell) for cell in row] for row in [columns, *rows])
    return (BYTE_ORDER_MARK + stream.getvalue()).encode()


def guard_cell(cell: str) -> str:
    """Return a cell as a spreadsheet reads it for what it is: a number, or words and no formula."""
    cell = cell.replace(NO_BREAK, " ")
    if NUMBER.fullmatch(cell):
        return cell.replace(MINUS, "-").removeprefix("+")
    # "+3,2 (0,1 til 6,3)": words to a spreadsheet, and without the plus no formula either.
    if cell.startswith("+") and cell[1:2].isdigit():
        return cell[1:]
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def write_archive(
    files: Sequence[TableFile], notes: Sequence[str], released_on: date, language: str
) -> bytes:
    """Return tables as CSV files in a ZIP archive, with a file that says what each is about.

    Args:
        files: in their order; a name that comes twice is kept once, with its first table.
        notes: lines for the beginning of that file.
        released_on: the date of every file within, so that the same release gives the same bytes.
        language: "da" or "en".
    """
    named = {file.name: file for file in reversed(files)}
    listed = [named[name] for name in dict.fromkeys(file.name for file in files)]
    contents = "\r\n".join([*notes, "", *(f"{file.name}: {file.caption}" for file in listed), ""])
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name: str, content: bytes) -> None:
            day = (max(released_on.year, 1980), released_on.month, released_on.day)
            archive.writestr(zipfile.ZipInfo(name, (*day, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)

        add({"da": "laes-mig.txt", "en": "read-me.txt"}[language], contents.encode("utf-8-sig"))
        for file in listed:
            add(file.name, write_table(file.columns, file.rows, language))
    return stream.getvalue()


def write_picture(picture: Picture, heading: str, source: str) -> bytes:
    """Return a picture as an SVG file on white, with its heading above and its source below."""
    lines = _break(source, picture.width)
    height = picture.height + 2 * LINE + SOURCE_ROOM + LINE * len(lines)
    below = picture.height + 2 * LINE + SOURCE_ROOM
    font = 'font-family="\'IBM Plex Sans\', system-ui, sans-serif" fill="#1a1f24"'
    words = "".join(
        f'<text x="0" y="{below + number * LINE:g}" font-size="14" {font}>{escape(line)}</text>'
        for number, line in enumerate(lines)
    )
    margin = 20
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="{-margin} {-margin} {picture.width + 2 * margin:g} {height + 2 * margin:g}" '
        f'width="{picture.width + 2 * margin:g}" height="{height + 2 * margin:g}">'
        f'<rect x="{-margin}" y="{-margin}" width="100%" height="100%" fill="#ffffff"/>'
        f'<text x="0" y="18" font-size="20" font-weight="600" {font}>{escape(heading)}</text>'
        f'<svg y="{2 * LINE}" width="{picture.width:g}" height="{picture.height:g}">'
        f"{picture.svg}</svg>{words}</svg>\n"
    ).encode()


def _break(words: str, width: float) -> list[str]:
    """Break a text into lines of about this width at 14 points."""
    room = max(20, int(width / 7.2))
    lines = [""]
    for word in words.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
