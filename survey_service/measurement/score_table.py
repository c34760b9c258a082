"""Scores of many respondents as columns: what comparisons are made from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """One row per respondent, wave and principle; every column has the same length.

    Names are tuples that the integer columns point into. `respondent` is -1 for an empty
    respondent, who is a person of their own. `score` is 0-100, NaN where it was not computable.
    """

    respondent: Codes
    unit: Codes
    audience: Codes
    wave: Codes
    principle: Codes
    score: NDArray[np.float64]
    units: tuple[str, ...]
    audiences: tuple[str, ...]
    waves: tuple[str, ...]
    principles: tuple[str, ...]

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.score)


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One score as a row; `respondent` may be empty, `score` None where not computable."""

    respondent: str
    unit: str
    audience: str
    wave: str
    principle: str
    score: float | None


def tabulate(rows: Iterable[ScoreRow], waves: Sequence[str]) -> ScoreTable:
    """Turn rows into columns; `waves` in their order. Other names keep their first appearance."""
    listed = list(rows)

    def encode(names: Iterable[str], known: Sequence[str] = ()) -> tuple[Codes, tuple[str, ...]]:
        index = {name: code for code, name in enumerate(known)}
        codes = [index.setdefault(name, len(index)) for name in names]
        return np.asarray(codes, dtype=np.int32), tuple(index)

    respondent, people = encode(row.respondent for row in listed)
    if "" in people:
        respondent = np.where(respondent == people.index(""), -1, respondent).astype(np.int32)
    unit, units = encode(row.unit for row in listed)
    audience, audiences = encode(row.audience for row in listed)
    wave, wave_names = encode((row.wave for row in listed), waves)
    principle, principles = encode(row.principle for row in listed)
    score = np.asarray(
        [np.nan if row.score is None else row.score for row in listed], dtype=np.float64
    )
    return ScoreTable(
        respondent, unit, audience, wave, principle, score, units, audiences, wave_names, principles
    )
