"""One audience and principle cut out of a score table, and described wave by wave."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from survey_service.measurement.cohort_statistics import (
    Answers,
    Floats,
    Integers,
    add_up,
    code_answers,
)
from survey_service.measurement.score_table import Codes, ScoreTable

SCALE_ENDS = (0.0, 100.0)


@dataclass(frozen=True, slots=True)
class Cohort:
    """The computable scores of one audience and principle; `wave` counts the plan's waves."""

    audience: str
    principle: str
    respondent: Codes
    unit: Codes
    wave: Codes
    score: Floats

    def of_unit(self, unit: int) -> "Cohort":
        """Only the answers of one unit, by its code."""
        return self._where(self.unit == unit)

    def without_waves(self, waves: Sequence[int]) -> "Cohort":
        """Only the answers of the other waves, by their places in the plan."""
        return self._where(~np.isin(self.wave, waves)) if waves else self

    def _where(self, here: NDArray[np.bool_]) -> "Cohort":
        return Cohort(
            self.audience,
            self.principle,
            self.respondent[here],
            self.unit[here],
            self.wave[here],
            self.score[here],
        )


@dataclass(frozen=True, slots=True)
class CohortSummary:
    """Counts and raw moments; W waves of the plan, U units that answered at all.

    `mean` and `variance` are NaN where there are too few answers for them.
    """

    n: Integers
    """(W,)"""
    n_both: Integers
    """(W, W): persons with a score in both"""
    mean: Floats
    """(W,)"""
    variance: Floats
    """(W,)"""
    end_share: Floats
    """(W,): the larger share (0-1) of scores at one end of the scale"""
    unit_counts: Floats
    """(U, W)"""
    unit_sums: Floats
    """(U, W)"""


def split_cohorts(table: ScoreTable, waves: Sequence[str]) -> Iterator[Cohort]:
    """Yield the cohorts in the order of the table's audiences and principles.

    Rows of other waves and scores that were not computable are left out; a cohort of which
    nothing is left is still yielded.
    """
    position = {name: code for code, name in enumerate(waves)}
    plan_wave = np.asarray([position.get(name, -1) for name in table.waves], dtype=np.int32)
    wave = plan_wave[table.wave] if len(table) else table.wave
    usable = np.isfinite(table.score) & (wave >= 0)
    principle_count = len(table.principles)
    group = table.audience.astype(np.int64) * principle_count + table.principle
    asked = np.bincount(group, minlength=len(table.audiences) * principle_count)
    rows = np.flatnonzero(usable)
    rows = rows[np.argsort(group[rows], kind="stable")]
    ends = np.cumsum(np.bincount(group[rows], minlength=len(asked)))
    for found in np.flatnonzero(asked):
        chosen = rows[(ends[found - 1] if found else 0) : ends[found]]
        yield Cohort(
            table.audiences[found // principle_count],
            table.principles[found % principle_count],
            table.respondent[chosen],
            table.unit[chosen],
            wave[chosen],
            table.score[chosen],
        )


def summarise_cohort(cohort: Cohort, wave_count: int) -> CohortSummary:
    """Count and average the answers per wave, and per unit and wave."""
    wave, score = cohort.wave, cohort.score
    n = np.bincount(wave, minlength=wave_count)
    answers = code_answers(cohort.respondent, cohort.unit, wave, score)
    cell = answers.unit * wave_count + wave
    shape = (answers.unit_count, wave_count)
    cells = answers.unit_count * wave_count
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = add_up(wave, score, wave_count) / n
        spread = add_up(wave, (score - mean[wave]) ** 2, wave_count)
        variance = np.where(n > 1, spread / (n - 1), np.nan)
        at_ends = [
            np.bincount(wave[np.abs(score - end) < 1e-9], minlength=wave_count)
            for end in SCALE_ENDS
        ]
        end_share = np.max(at_ends, axis=0) / n
    return CohortSummary(
        n=n,
        n_both=_count_shared(answers, wave, wave_count),
        mean=mean,
        variance=variance,
        end_share=end_share,
        unit_counts=np.bincount(cell, minlength=cells).reshape(shape).astype(np.float64),
        unit_sums=add_up(cell, score, cells).reshape(shape),
    )


def _count_shared(answers: Answers, wave: Codes, wave_count: int) -> Integers:
    present: NDArray[np.bool_] = np.zeros((wave_count, answers.person_count), dtype=bool)
    present[wave, answers.person] = True
    shared = np.zeros((wave_count, wave_count), dtype=np.int64)
    for one in range(wave_count):
        for other in range(wave_count):
            shared[one, other] = np.count_nonzero(present[one] & present[other])
    return shared
