"""The scores of one line, by the rule every other score is made with.

Where a file holds questions of another questionnaire, its people have scores and no answers: their
answers would belong to no questionnaire here. A principle's score then rests on every column that
counts towards it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from survey_service.fieldwork.column_mapping import ImportFrame
from survey_service.fieldwork.import_choices import FileKind, ImportChoices, Target
from survey_service.fieldwork.line_reading import Line, UsedColumn
from survey_service.measurement.instrument import NON_ANSWERS, Instrument, Item
from survey_service.measurement.scoring import (
    MeasureScore,
    required_count,
    score_item,
    score_measure,
)

Refuse = Callable[..., None]


@dataclass(frozen=True, slots=True)
class ScoredLine:
    """What of a line is stored, beside whose it is."""

    answers: Mapping[str, str]
    scores: Sequence[MeasureScore]


class LineScorer:
    """Scores lines; equal patterns of answers are scored once."""

    def __init__(
        self, frame: ImportFrame, choices: ImportChoices, columns: Sequence[UsedColumn]
    ) -> None:
        self._frame, self._choices = frame, choices
        self._items = _columns_by_key(columns, Target.ITEM)
        self._older = _columns_by_key(columns, Target.OLDER)
        self._measures = _columns_by_key(columns, Target.MEASURE)
        self._audience_column = next((c.name for c in columns if c.target == Target.AUDIENCE), "")
        self._patterns: dict[object, MeasureScore] = {}

    def score(self, line: Line, refuse: Refuse) -> ScoredLine | None:
        """Return a line's answers and scores, None where its questions are not its audience's."""
        if self._choices.kind is FileKind.SCORES:
            found = {key: line.cells.get(column) for column, key in self._measures.items()}
            numbers = {k: v if isinstance(v, float) else None for k, v in found.items()}
            return ScoredLine({}, take_scores(numbers))
        if self._older:
            return ScoredLine({}, self._score_older(line))
        instrument = self._find_instrument(line, refuse)
        if instrument is None:
            return None
        answers = {
            key: str(line.cells[column])
            for column, key in self._items.items()
            if column in line.cells
        }
        measures = instrument.measures.items()
        scores = [self._score_pattern(measure, items, answers) for measure, items in measures]
        return ScoredLine(answers, scores)

    def _find_instrument(self, line: Line, refuse: Refuse) -> Instrument | None:
        """Return the questionnaire of a line's audience; a question that it lacks is a fault."""
        if not line.audience:
            return None
        instrument = self._frame.instruments.get(line.audience)
        if instrument is None:
            column, rule = self._audience_column, "audience_without_questionnaire"
            refuse(column, rule, line.number, audience=line.audience)
            return None
        strange = [
            column
            for column, key in self._items.items()
            if column in line.cells and key not in instrument.by_key
        ]
        for column in strange:
            refuse(column, "question_not_asked", line.number, audience=line.audience)
        return None if strange else instrument

    def _score_pattern(
        self, measure: str, items: Sequence[Item], answers: Mapping[str, str]
    ) -> MeasureScore:
        key = id(items), tuple(answers.get(item.key) for item in items)
        if key not in self._patterns:
            self._patterns[key] = score_measure(measure, items, answers)
        return self._patterns[key]

    def _score_older(self, line: Line) -> list[MeasureScore]:
        """Score each principle on the file's own questions, older and present ones alike."""
        found: dict[str, list[float | None]] = {}
        for column, principle in self._older.items():
            found.setdefault(principle, []).append(self._share(line.cells.get(column)))
        for column, key in self._items.items():
            item, value = self._frame.items[key], line.cells.get(column)
            if item.measure is not None:
                score = score_item(item, None if value is None else str(value))
                found.setdefault(item.measure, []).append(score)
        return [_average(principle, scores) for principle, scores in found.items()]

    def _share(self, value: str | float | None) -> float | None:
        """Return an option's place on 0-100; None for what is no rated answer."""
        if value is None or value in NON_ANSWERS:
            return None
        return 100.0 * (int(value) - 1) / (self._choices.older_options - 1)


def take_scores(scores: Mapping[str, float | None]) -> list[MeasureScore]:
    """Return scores that came as such; how many questions they rest on is not known."""
    return [MeasureScore(principle, score, 0, 0) for principle, score in scores.items()]


def _average(principle: str, scores: Sequence[float | None]) -> MeasureScore:
    rated = [score for score in scores if score is not None]
    enough = len(rated) >= required_count(len(scores))
    mean = sum(rated) / len(rated) if enough else None
    return MeasureScore(principle, mean, len(rated), len(scores))


def _columns_by_key(columns: Sequence[UsedColumn], kind: str) -> dict[str, str]:
    """Return the columns of one kind by name, with the question's or principle's key."""
    return {c.name: c.target.removeprefix(kind) for c in columns if c.target.startswith(kind)}
