"""The dry run of an import: every line read as it would be stored, and every fault with its line.

Nothing is stored here. The import itself reads the lines the same way again, so that what was shown
is what comes in.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from survey_service.exchange.wave_files import WaveTable
from survey_service.faults import FieldFault
from survey_service.fieldwork.answering import HELP_ITEM, audience_of
from survey_service.fieldwork.column_mapping import ImportFrame
from survey_service.fieldwork.import_choices import FileKind, ImportChoices, Target
from survey_service.fieldwork.line_reading import Line, LineReader
from survey_service.fieldwork.line_scoring import LineScorer, take_scores
from survey_service.measurement.scoring import MeasureScore

FAULTS_KEPT = 200
GROUPS_KEPT = 200
LINES_TOLD = 10
LINES_PER_SIGN = 2_000


class Tell(Protocol):
    """Told how far work is; may raise to stop it."""

    def __call__(self, step: str, done: int = 0, total: int = 0) -> None:
        """Take note of the step, and of how much of it is done."""


def tell_nobody(step: str, done: int = 0, total: int = 0) -> None:
    """Do the work without anybody following it."""


@dataclass(frozen=True, slots=True)
class ImportedPerson:
    """One response as it would be stored; `reference` is not, None: anonymous.

    `asked` is the audience whose questionnaire it is, `audience` whose answers they are.
    """

    unit: str
    asked: str
    audience: str
    reference: str | None
    answers: Mapping[str, str]
    scores: Sequence[MeasureScore]


@dataclass(frozen=True, slots=True)
class FaultGroup:
    """One thing wrong in several lines: how many, and the first LINES_TOLD of them."""

    fault: FieldFault
    lines: tuple[int, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What an import would come to.

    `obstacles` are faults of the whole file; with any of them nothing else was read. `faults` are
    those of single lines, the first FAULTS_KEPT of `fault_count`; `fault_groups` are the same with
    equal ones together, so that one mistake does not hide the others. Lines of other waves and
    lines without any answer are no faults: they are left out and counted.
    """

    obstacles: tuple[FieldFault, ...]
    faults: tuple[FieldFault, ...] = ()
    fault_groups: tuple[FaultGroup, ...] = ()
    fault_count: int = 0
    faulty_line_count: int = 0
    line_count: int = 0
    other_wave_count: int = 0
    empty_count: int = 0
    people: tuple[ImportedPerson, ...] = ()
    is_scores_only: bool = False

    @property
    def counts(self) -> Mapping[tuple[str, str], int]:
        """Responses per (unit's key, audience)."""
        return Counter((person.unit, person.audience) for person in self.people)

    @property
    def score_counts(self) -> Mapping[tuple[str, str], int]:
        """Computable scores per (audience, measure)."""
        return Counter(
            (person.audience, score.measure)
            for person in self.people
            for score in person.scores
            if score.score is not None
        )

    @property
    def linked_count(self) -> int:
        """Responses with a reference, which other waves of the same person are linked by."""
        return sum(person.reference is not None for person in self.people)


@dataclass(slots=True)
class _Faults:
    kept: list[FieldFault] = field(default_factory=list)
    count: int = 0
    lines: set[int] = field(default_factory=set)
    alike: dict[object, list[int]] = field(default_factory=dict)
    first: dict[object, FieldFault] = field(default_factory=dict)

    def note(self, fault: FieldFault) -> None:
        self.count += 1
        line = fault.line or 0
        self.lines.add(line)
        if len(self.kept) < FAULTS_KEPT:
            self.kept.append(fault)
        key = fault.field, fault.rule, tuple(sorted(fault.values.items()))
        if key in self.alike or len(self.alike) < GROUPS_KEPT:
            self.alike.setdefault(key, []).append(line)
            self.first.setdefault(key, replace(fault, line=None))

    def groups(self) -> tuple[FaultGroup, ...]:
        return tuple(
            FaultGroup(self.first[key], tuple(sorted(lines)[:LINES_TOLD]), len(lines))
            for key, lines in self.alike.items()
        )


def rehearse(
    table: WaveTable, frame: ImportFrame, choices: ImportChoices, tell: Tell = tell_nobody
) -> Rehearsal:
    """Read every line as the choices say, and store nothing.

    Args:
        table: the file.
        frame: what the project knows.
        choices: what was said of the file; what was not is taken as the names suggest.
        tell: is told how many lines are read.
    """
    faults = _Faults()
    reader = LineReader(table, frame, choices, faults.note)
    obstacles = tuple(_obstacles(table, choices, reader))
    is_scores_only = choices.kind is FileKind.SCORES or reader.has(Target.OLDER)
    if obstacles:
        return Rehearsal(obstacles, is_scores_only=is_scores_only)
    for ragged in table.ragged:
        values = {"expected": len(table.columns), "found": ragged.found}
        faults.note(FieldFault("", "cells_unlike_header", values, ragged.line))
    collected = _Collector(reader, LineScorer(frame, choices, reader.columns))
    lines = zip(table.lines, table.rows, strict=True)
    for count, (number, row) in enumerate(lines):
        if count % LINES_PER_SIGN == 0:
            tell("reading_lines", count, len(table.rows))
        collected.take(reader.read(number, row))
    return Rehearsal(
        obstacles=(),
        faults=tuple(sorted(faults.kept, key=lambda fault: fault.line or 0)),
        fault_groups=faults.groups(),
        fault_count=faults.count,
        faulty_line_count=len(faults.lines),
        line_count=len(table.rows) + len(table.ragged),
        other_wave_count=collected.other_wave_count,
        empty_count=collected.empty_count,
        people=tuple(collected.people()),
        is_scores_only=is_scores_only,
    )


def find_obstacles(
    table: WaveTable, frame: ImportFrame, choices: ImportChoices
) -> tuple[FieldFault, ...]:
    """Return what is missing or said twice of the columns, so that no line could be read."""
    reader = LineReader(table, frame, choices, lambda _fault: None)
    return tuple(_obstacles(table, choices, reader))


class _Collector:
    """Makes people of lines: one of each, or of several where every line is one score."""

    def __init__(self, reader: LineReader, scorer: LineScorer) -> None:
        self._reader, self._scorer = reader, scorer
        self._is_long = reader.has(Target.PRINCIPLE)
        self._first_lines: dict[tuple[str, str], int] = {}
        self._people: list[ImportedPerson] = []
        self._long: dict[object, _LongPerson] = {}
        self._run: _LongPerson | None = None
        self.other_wave_count = 0
        self.empty_count = 0

    def take(self, line: Line | None) -> None:
        """Add what a line holds; one of another wave is only counted."""
        if line is None:
            self.other_wave_count += 1
        elif self._is_long:
            self._take_score(line)
        elif not line.is_faulty and not line.cells:
            self.empty_count += 1
        else:
            self._take_person(line)

    def people(self) -> Iterator[ImportedPerson]:
        """Yield everybody read so far."""
        yield from self._people
        for person in self._long.values():
            yield _make_person(person.line, {}, take_scores(person.scores))

    def _take_person(self, line: Line) -> None:
        scored = self._scorer.score(line, self._reader.refuse)
        is_first = self._check_first(line)
        if scored is not None and is_first and not line.is_faulty:
            self._people.append(_make_person(line, scored.answers, scored.scores))

    def _check_first(self, line: Line) -> bool:
        if line.reference is None:
            return True
        first = self._first_lines.setdefault((line.audience, line.reference), line.number)
        if first != line.number:
            column = self._reader.name_of(Target.RESPONDENT)
            self._reader.refuse(column, "respondent_twice", line.number, first=first)
        return first == line.number

    def _take_score(self, line: Line) -> None:
        if line.is_faulty or line.principle is None:
            return
        person = self._find_long(line)
        if line.principle in person.scores:
            column = self._reader.name_of(Target.PRINCIPLE)
            self._reader.refuse(column, "principle_twice", line.number, first=person.line.number)
        elif person.line.unit != line.unit:
            column = self._reader.name_of(Target.UNIT)
            self._reader.refuse(column, "unit_differs", line.number, first=person.line.number)
        else:
            score = line.cells.get(self._reader.name_of(Target.SCORE))
            person.scores[line.principle] = score if isinstance(score, float) else None

    def _find_long(self, line: Line) -> "_LongPerson":
        if line.reference is not None:
            key: object = (line.audience, line.reference)
            return self._long.setdefault(key, _LongPerson(line))
        # Without a reference, lines that follow each other belong together until a principle comes
        # again: so are they written, and taken apart they would count as several people.
        run = self._run
        same = run is not None and (run.line.unit, run.line.audience) == (line.unit, line.audience)
        if run is None or not same or line.principle in run.scores:
            run = self._run = self._long.setdefault(line.number, _LongPerson(line))
        return run


@dataclass(slots=True)
class _LongPerson:
    line: Line
    scores: dict[str, float | None] = field(default_factory=dict)


def _make_person(
    line: Line, answers: Mapping[str, str], scores: Sequence[MeasureScore]
) -> ImportedPerson:
    told = dict(answers) | ({HELP_ITEM: line.help} if line.help is not None else {})
    return ImportedPerson(
        unit=line.unit,
        asked=line.audience,
        audience=audience_of(line.audience, told),
        reference=line.reference,
        answers=told,
        scores=scores,
    )


def _obstacles(
    table: WaveTable, choices: ImportChoices, reader: LineReader
) -> Iterator[FieldFault]:
    """Yield what makes it pointless to read any line."""
    if not table.rows:
        yield FieldFault("columns", "no_lines")
    yield from _find_doubled(reader)
    if not reader.has(Target.UNIT):
        yield FieldFault("columns", "no_unit_column")
    if not choices.audience and not reader.has(Target.AUDIENCE):
        yield FieldFault("columns", "no_audience")
    if choices.kind is FileKind.RESPONSES:
        if not reader.has(Target.ITEM, Target.OLDER):
            yield FieldFault("columns", "no_question_column")
    elif reader.has(Target.PRINCIPLE) != reader.has(Target.SCORE):
        yield FieldFault("columns", "principle_without_score")
    elif reader.has(Target.PRINCIPLE) == reader.has(Target.MEASURE):
        both = reader.has(Target.PRINCIPLE)
        yield FieldFault("columns", "two_layouts" if both else "no_score_column")


def _find_doubled(reader: LineReader) -> Iterator[FieldFault]:
    """Yield what two columns claim to hold; several may count towards one principle."""
    named: dict[str, list[str]] = {}
    for column in reader.columns:
        if not column.target.startswith(Target.OLDER):
            named.setdefault(column.target, []).append(column.name)
    for columns in named.values():
        if len(columns) > 1:
            yield FieldFault("columns", "same_target", {"columns": ", ".join(columns)})
