"""Columns of text as integer codes and as numbers, block by block."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from survey_service.exchange.faults import FaultLog, quote
from survey_service.measurement.score_table import Codes

NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?", re.ASCII)
NUMBER_CHARACTERS = re.compile(r"[0-9.,eE+\-\n]*")
"""What a whole block of scores may consist of to be read without looking at each cell."""

DECIMAL_MARKS = {".": "decimal point", ",": "decimal comma"}


class NameColumn:
    """Names as codes in order of first appearance; `known` ones come first.

    Blanks around a name are dropped, and letters written as base and accent are composed, so that
    names that look alike are alike.
    """

    def __init__(self, known: Sequence[str] = ()) -> None:
        self._index: defaultdict[str, int] = defaultdict()
        self._index.default_factory = self._index.__len__
        self._parts: list[Codes] = []
        for name in map(_tidy, known):
            self._index.setdefault(name, len(self._index))

    def add(self, cells: Sequence[str]) -> None:
        """Append the cells of one block."""
        self._parts.append(np.fromiter(map(self._index.__getitem__, cells), np.int32, len(cells)))

    def finish(self) -> tuple[Codes, tuple[str, ...]]:
        """Return one code per row, and the names the codes point into."""
        codes = np.concatenate(self._parts) if self._parts else np.empty(0, np.int32)
        tidied: dict[str, int] = {}
        merged = [tidied.setdefault(_tidy(name), len(tidied)) for name in self._index]
        if len(tidied) < len(merged):
            codes = np.asarray(merged, dtype=np.int32)[codes]
        return codes, tuple(tidied)


class ScoreColumn:
    """Scores 0-100 with a decimal point or a decimal comma, the same in the whole file."""

    def __init__(self, name: str, log: FaultLog) -> None:
        self._name = name
        self._log = log
        self._parts: list[NDArray[np.float64]] = []
        self.decimal_mark: str | None = None

    def add(self, cells: Sequence[str], lines: Sequence[int]) -> None:
        """Append the cells of one block; an empty one is NaN, anything but 0-100 a fault."""
        values = self._read_whole(cells)
        if values is None:
            values = np.asarray(
                [self._read(cell.strip(), line) for cell, line in zip(cells, lines, strict=True)]
            )
        self._parts.append(values)

    def finish(self) -> NDArray[np.float64]:
        """Return one score per row."""
        return np.concatenate(self._parts) if self._parts else np.empty(0)

    def _read_whole(self, cells: Sequence[str]) -> NDArray[np.float64] | None:
        """Return the scores of a block in which nothing is odd, else None."""
        joined = "\n".join(cells)
        marks = {mark for mark in DECIMAL_MARKS if mark in joined}
        if self.decimal_mark is not None:
            marks.add(self.decimal_mark)
        if len(marks) > 1 or not NUMBER_CHARACTERS.fullmatch(joined):
            return None
        texts = joined.replace(",", ".").split("\n")
        try:
            values = np.asarray([float(text) if text else np.nan for text in texts])
        except ValueError:
            return None
        inside = (values >= 0) & (values <= 100) | np.isnan(values)
        if len(values) != len(cells) or not inside.all():
            return None
        self.decimal_mark = next(iter(marks), None)
        return values

    def _read(self, cell: str, line: int) -> float:
        if not cell:
            return np.nan
        if not NUMBER.fullmatch(cell):
            self._log.add(line, self._name, "a number 0-100 or an empty cell", quote(cell))
            return np.nan
        for mark, name in DECIMAL_MARKS.items():
            if mark in cell:
                self.decimal_mark = self.decimal_mark or mark
                if mark != self.decimal_mark:
                    expected = f"a {DECIMAL_MARKS[self.decimal_mark]} as elsewhere in the file"
                    self._log.add(line, self._name, expected, f"{quote(cell)} with a {name}")
                    return np.nan
        value = float(cell.replace(",", "."))
        if not 0 <= value <= 100:
            self._log.add(line, self._name, "a number 0-100 or an empty cell", quote(cell))
            return np.nan
        return value


def find_repeats(columns: Iterable[tuple[Codes, int]], rows: Codes) -> NDArray[np.intp]:
    """Find the rows that have the same codes as an earlier row.

    Args:
        columns: codes per row from 0 and how many names there are, one pair per column.
        rows: the rows to look at, ascending.

    Returns:
        pairs (n, 2): a row, and the earlier row before it with the same codes.
    """
    key = np.zeros(len(rows), dtype=np.int64)
    span = 1
    for codes, size in columns:
        if span * max(size, 1) > np.iinfo(np.int64).max:
            distinct, key = np.unique(key, return_inverse=True)
            span = len(distinct)
        key = key * size + codes[rows]
        span *= max(size, 1)
    order = np.argsort(key, kind="stable")
    same = np.flatnonzero(key[order][1:] == key[order][:-1])
    return np.column_stack((rows[order[same + 1]], rows[order[same]])).astype(np.intp)


def _tidy(name: str) -> str:
    return unicodedata.normalize("NFC", name.strip())
