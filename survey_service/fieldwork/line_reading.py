"""One line of a file understood: whose it is, and what its cells stand for."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from survey_service.exchange.wave_files import WaveTable
from survey_service.exchange.workbook_files import column_letter
from survey_service.faults import FieldFault
from survey_service.fieldwork.column_mapping import (
    NOT_REACHED,
    ImportFrame,
    columns_of,
    meaning_of,
    place_of,
)
from survey_service.fieldwork.import_choices import ImportChoices, Target
from survey_service.fieldwork.invitations import looks_like_cpr
from survey_service.fieldwork.typed_input import tidy

SHOWN_CHARACTERS = 40
_NUMBER = re.compile(r"\d+([.,]\d*)?|[.,]\d+", re.ASCII)

Note = Callable[[FieldFault], None]


@dataclass(frozen=True, slots=True)
class UsedColumn:
    """A column that stands for something; `meaning` is what its words stand for, if they are."""

    name: str
    place: int
    target: str
    meaning: Mapping[str, str | None] | None
    is_turned: bool
    formula_lines: frozenset[int]


@dataclass(frozen=True, slots=True)
class Line:
    """One line that belongs to the wave, its faults noted already.

    `cells` are what the columns of questions and scores stand for, by their name; those that are
    empty or were not reached are left out. `is_faulty` where anything about the line is wrong.
    """

    number: int
    unit: str
    audience: str
    reference: str | None
    help: str | None
    principle: str | None
    cells: Mapping[str, str | float]
    is_faulty: bool


class LineReader:
    """Reads the lines of one table as the choices say; faults go to whoever notes them."""

    def __init__(
        self, table: WaveTable, frame: ImportFrame, choices: ImportChoices, note: Note
    ) -> None:
        self._frame, self._choices, self._note = frame, choices, note
        self.columns = _used_columns(table, frame, choices)
        self._by_target = {column.target: column for column in self.columns}
        self._cells = [column for column in self.columns if _holds_figures(column.target)]
        self.decimal_mark: str | None = None
        self._fault_count = 0

    def has(self, *targets: str) -> bool:
        """Whether any column stands for one of these targets, or for one that begins like it."""
        return any(column.target.startswith(targets) for column in self.columns)

    def read(self, number: int, row: Sequence[str]) -> Line | None:
        """Return a line, None for one of another wave."""
        if self._is_of_another_wave(row):
            return None
        before = self._fault_count
        self._check_formulas(number)
        self._check_framework(number, row)
        unit = self._read_name(Target.UNIT, number, row) or ""
        audience = self._choices.audience or self._read_name(Target.AUDIENCE, number, row) or ""
        help_given = self._read_word(Target.HELP, number, row, "unknown_help")
        principle = None
        if self.has(Target.PRINCIPLE):
            principle = self._read_name(Target.PRINCIPLE, number, row)
        cells = {
            column.name: value
            for column in self._cells
            if (value := self._read_cell(column, number, row[column.place])) is not None
        }
        return Line(
            number=number,
            unit=unit,
            audience=audience,
            reference=self._read_reference(number, row),
            help=None if help_given == NOT_REACHED else help_given,
            principle=principle,
            cells=cells,
            is_faulty=self._fault_count > before,
        )

    def refuse(self, column: str, rule: str, line: int, **values: object) -> None:
        """Note a fault of a line."""
        self._fault_count += 1
        self._note(FieldFault(column, rule, values, line))

    def name_of(self, target: str) -> str:
        """Return what the column that stands for this is called; empty where there is none."""
        column = self._by_target.get(target)
        return column.name if column is not None else ""

    def _is_of_another_wave(self, row: Sequence[str]) -> bool:
        column = self._by_target.get(Target.WAVE)
        if column is None or column.meaning is None:
            return False
        return column.meaning.get(tidy(row[column.place])) is None

    def _check_formulas(self, number: int) -> None:
        for column in self.columns:
            if number in column.formula_lines:
                cell = f"{column_letter(column.place)}{number}"
                self.refuse(column.name, "cell_formula", number, cell=cell)

    def _check_framework(self, number: int, row: Sequence[str]) -> None:
        column = self._by_target.get(Target.FRAMEWORK)
        if column is None:
            return
        found = tidy(row[column.place])
        if found and found != self._frame.framework:
            expected = self._frame.framework
            self.refuse(column.name, "other_framework", number, found=found, expected=expected)

    def _read_name(self, target: str, number: int, row: Sequence[str]) -> str | None:
        """Return what a unit's, audience's or principle's name stands for; it may not be empty."""
        column = self._by_target.get(target)
        if column is None:
            return None
        if not tidy(row[column.place]):
            self.refuse(column.name, "cell_empty", number)
            return None
        return self._read_word(target, number, row, f"unknown_{target}")

    def _read_word(self, target: str, number: int, row: Sequence[str], rule: str) -> str | None:
        column = self._by_target.get(target)
        if column is None or column.meaning is None:
            return None
        found = tidy(row[column.place])
        stands_for = column.meaning.get(found)
        if found and stands_for is None:
            self.refuse(column.name, rule, number, found=_shorten(found))
        return stands_for

    def _read_reference(self, number: int, row: Sequence[str]) -> str | None:
        column = self._by_target.get(Target.RESPONDENT)
        found = tidy(row[column.place]) if column is not None else ""
        if column is None or not found:
            return None
        if looks_like_cpr(found):
            # The number itself is told nowhere: it is what must not be kept.
            self.refuse(column.name, "looks_like_cpr", number)
        return found

    def _read_cell(self, column: UsedColumn, number: int, cell: str) -> str | float | None:
        found = tidy(cell)
        if not found:
            return None
        if column.meaning is None:
            return self._read_score(column, number, found)
        stands_for = column.meaning.get(found)
        if stands_for is None:
            self.refuse(column.name, "unknown_answer", number, found=_shorten(found))
        if stands_for is None or stands_for == NOT_REACHED:
            return None
        if column.is_turned and stands_for.isdigit():
            return str(self._option_count(column) + 1 - int(stands_for))
        return stands_for

    def _option_count(self, column: UsedColumn) -> int:
        if column.target.startswith(Target.OLDER):
            return self._choices.older_options
        return len(self._frame.items[column.target.removeprefix(Target.ITEM)].answer_options)

    def _read_score(self, column: UsedColumn, number: int, found: str) -> float | None:
        if _NUMBER.fullmatch(found) is None:
            self.refuse(column.name, "no_score", number, found=_shorten(found))
            return None
        mark = "," if "," in found else "." if "." in found else None
        if mark is not None:
            self.decimal_mark = self.decimal_mark or mark
            if mark != self.decimal_mark:
                self.refuse(column.name, "two_decimal_marks", number, found=_shorten(found))
                return None
        score = float(found.replace(",", "."))
        if not 0 <= score <= 100:
            self.refuse(column.name, "no_score", number, found=_shorten(found))
            return None
        return score


def words_by_place(
    table: WaveTable, frame: ImportFrame, choices: ImportChoices
) -> dict[str, list[str]]:
    """Return every word that is to be understood, per place, in the order of its first cell."""
    found: dict[str, dict[str, None]] = {}
    for column, target in columns_of(frame, choices, table.columns).items():
        place = place_of(frame, target)
        if place is not None:
            words = dict.fromkeys(tidy(cell) for cell in dict.fromkeys(table.values_of(column)))
            found.setdefault(place, {}).update(words)
    return {place: [word for word in words if word] for place, words in found.items()}


def _used_columns(
    table: WaveTable, frame: ImportFrame, choices: ImportChoices
) -> tuple[UsedColumn, ...]:
    meanings = {
        place: meaning_of(frame, choices, place, words)
        for place, words in words_by_place(table, frame, choices).items()
    }
    return tuple(
        UsedColumn(
            name=column,
            place=table.columns.index(column),
            target=target,
            meaning=meanings.get(place_of(frame, target) or ""),
            is_turned=column in choices.turned,
            formula_lines=frozenset(table.formulas.get(column, ())),
        )
        for column, target in columns_of(frame, choices, table.columns).items()
        if target
    )


def _holds_figures(target: str) -> bool:
    return target.startswith((Target.ITEM, Target.OLDER, Target.MEASURE)) or target == Target.SCORE


def _shorten(found: str) -> str:
    return found if len(found) <= SHOWN_CHARACTERS else f"{found[:SHOWN_CHARACTERS]}…"
