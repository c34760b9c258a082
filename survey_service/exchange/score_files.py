"""SCORES.csv: one score per respondent, wave and principle, in and out."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from survey_service.exchange.columns import DECIMAL_MARKS, NameColumn, ScoreColumn, find_repeats
from survey_service.exchange.delimited import DELIMITERS, DelimitedFile, open_delimited
from survey_service.exchange.faults import FaultLog, quote
from survey_service.measurement.score_table import Codes, ScoreRow, ScoreTable

NAME_COLUMNS = ("respondent", "unit", "audience", "wave", "principle")
SCORE = "score"
FRAMEWORK = "framework"
REQUIRED_COLUMNS = (*NAME_COLUMNS, SCORE)


@dataclass(frozen=True, slots=True)
class FramedPrinciple:
    """A principle as it is called in one framework; None where the file names no framework."""

    framework: str | None
    principle: str


@dataclass(frozen=True, slots=True)
class ScoreFile:
    """A SCORES.csv as read.

    Where it names more than one framework, `table.principles` tells them apart, because the same
    principle in two frameworks rests on two wordings; `framed` takes each of them apart again.
    `recognised` says how the file is written, `unused_columns` what was not read.
    """

    table: ScoreTable
    framed: dict[str, FramedPrinciple]
    recognised: str
    unused_columns: tuple[str, ...]


def read_scores(path: Path, waves: Sequence[str]) -> ScoreFile:
    """Read a SCORES.csv into columns.

    Args:
        path: comma or semicolon, decimal point or comma, UTF-8 or Windows-1252.
        waves: every wave that may occur, in their order.

    Raises:
        BadInputError: with every fault of the file.
    """
    source = open_delimited(path, (*REQUIRED_COLUMNS, FRAMEWORK))
    log = FaultLog(path)
    require_columns(source, REQUIRED_COLUMNS, log)
    reading = _Reading.start(source, waves, log)
    lines = reading.read(source, log)
    named = {name: column.finish() for name, column in reading.names.items()}
    for name in NAME_COLUMNS[1:]:
        refuse_empty(*named[name], lines, name, log)
    _refuse_unknown_waves(*named["wave"], lines, len(waves), log)
    principle, framed = _frame(named["principle"], named.get(FRAMEWORK))
    table = _tabulate(named, principle, tuple(framed), reading.score.finish())
    _refuse_repeats(table, lines, named["respondent"][1], log)
    log.raise_if_any()
    used = (*REQUIRED_COLUMNS, FRAMEWORK)
    unused = tuple(name for name in source.columns if name not in used)
    mark = reading.score.decimal_mark
    decimal = DECIMAL_MARKS[mark] if mark else "no decimals"
    described = f"{DELIMITERS[source.delimiter]}, {decimal}, {source.encoding}"
    return ScoreFile(table, framed, described, unused)


def write_scores(rows: Iterator[ScoreRow], stream: TextIO) -> None:
    """Write scores with comma and decimal point, in full precision, as `read_scores` reads them."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(REQUIRED_COLUMNS)
    writer.writerows(
        (
            row.respondent,
            row.unit,
            row.audience,
            row.wave,
            row.principle,
            "" if row.score is None else repr(row.score),
        )
        for row in rows
    )


def require_columns(source: DelimitedFile, required: Sequence[str], log: FaultLog) -> None:
    """Raise BadInputError when a required column is missing; nothing below could be judged."""
    shown = quote(", ".join(source.columns))
    for name in required:
        if name not in source.columns:
            log.add(source.header_line, name, "a column of this name", f"only {shown}")
    log.raise_if_any()


def refuse_empty(
    codes: Codes, names: Sequence[str], lines: NDArray[np.int64], column: str, log: FaultLog
) -> None:
    """Note a fault for every row whose name in this column is empty."""
    if "" in names:
        for row in np.flatnonzero(codes == names.index("")):
            log.add(int(lines[row]), column, "a name", quote(""))


@dataclass(slots=True)
class _Reading:
    """The columns of a SCORES.csv while they grow."""

    names: dict[str, NameColumn]
    score: ScoreColumn

    @classmethod
    def start(cls, source: DelimitedFile, waves: Sequence[str], log: FaultLog) -> "_Reading":
        wanted = [*NAME_COLUMNS, *([FRAMEWORK] if FRAMEWORK in source.columns else [])]
        names = {name: NameColumn(waves if name == "wave" else ()) for name in wanted}
        return cls(names, ScoreColumn(SCORE, log))

    def read(self, source: DelimitedFile, log: FaultLog) -> NDArray[np.int64]:
        """Read every row and return the line of each."""
        position = {name: index for index, name in enumerate(source.columns)}
        parts: list[NDArray[np.int64]] = []
        for block in source.blocks(log):
            parts.append(np.asarray(block.lines, dtype=np.int64))
            for name, column in self.names.items():
                column.add(block.cells[position[name]])
            self.score.add(block.cells[position[SCORE]], block.lines)
        if not parts:
            if not log.faults:
                log.add(source.header_line, None, "rows below the header", "none")
            log.raise_if_any()
        return np.concatenate(parts)


def _refuse_unknown_waves(
    codes: Codes, names: Sequence[str], lines: NDArray[np.int64], known: int, log: FaultLog
) -> None:
    """Note one fault per unknown wave, not per row: it is one mistake."""
    expected = f"one of the waves {', '.join(names[:known])}"
    for code in range(known, len(names)):
        rows = np.flatnonzero(codes == code)
        if names[code]:
            times = f", {len(rows)} times" if len(rows) > 1 else ""
            log.add(int(lines[rows[0]]), "wave", expected, f"{quote(names[code])}{times}")


def _frame(
    principle: tuple[Codes, tuple[str, ...]], framework: tuple[Codes, tuple[str, ...]] | None
) -> tuple[Codes, dict[str, FramedPrinciple]]:
    """Return principle codes told apart by framework, and what each name stands for."""
    codes, names = principle
    if framework is None or len(framework[1]) < 2:
        only = framework[1][0] or None if framework is not None else None
        return codes, {name: FramedPrinciple(only, name) for name in names}
    framework_codes, frameworks = framework
    both = framework_codes.astype(np.int64) * len(names) + codes
    pairs, first, inverse = np.unique(both, return_index=True, return_inverse=True)
    rank = np.empty(len(pairs), dtype=np.int32)
    rank[np.argsort(first)] = np.arange(len(pairs), dtype=np.int32)
    framed: dict[str, FramedPrinciple] = {}
    for pair in pairs[np.argsort(first)]:
        in_framework, name = frameworks[pair // len(names)], names[pair % len(names)]
        label = f"{in_framework}: {name}" if in_framework else name
        framed[label] = FramedPrinciple(in_framework or None, name)
    return rank[inverse], framed


def _tabulate(
    named: dict[str, tuple[Codes, tuple[str, ...]]],
    principle: Codes,
    principles: tuple[str, ...],
    score: NDArray[np.float64],
) -> ScoreTable:
    respondent, people = named["respondent"]
    if "" in people:
        respondent = np.where(respondent == people.index(""), -1, respondent).astype(np.int32)
    unit, units = named["unit"]
    audience, audiences = named["audience"]
    wave, waves = named["wave"]
    return ScoreTable(
        respondent, unit, audience, wave, principle, score, units, audiences, waves, principles
    )


def _refuse_repeats(
    table: ScoreTable, lines: NDArray[np.int64], people: Sequence[str], log: FaultLog
) -> None:
    columns = (
        (table.respondent, len(people)),
        (table.audience, len(table.audiences)),
        (table.wave, len(table.waves)),
        (table.principle, len(table.principles)),
    )
    rows = np.flatnonzero(table.respondent >= 0).astype(np.int32)
    for row, earlier in find_repeats(columns, rows):
        log.add(
            int(lines[row]),
            "respondent",
            "one score per respondent, audience, wave and principle",
            f"{quote(people[table.respondent[row]])} again, as on line {lines[earlier]}",
        )
