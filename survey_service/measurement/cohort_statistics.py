"""What REML needs to know of an open cohort, in sums whose size does not grow with the answers.

Wave means, units and seasons of units are all constant within a cell, one unit in one wave.
So once the respondents are absorbed, the likelihood knows the scores only through sums per cell
and sums over the pairs of cells that share a respondent. Cells of units that share no respondent
stay apart and form blocks of their own: one unit per block when nobody changes unit.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from survey_service.measurement.score_table import Codes

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


LARGEST_PAIR_TABLE = 50_000_000
"""Numbers in the pair sums of one batch (400 MB): about 2,300 cells joined by movers."""


class EntangledError(Exception):
    """So many units share people who moved that their pair sums do not fit into memory."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The scores of one audience and principle; the codes are 0, 1, … without gaps.

    `person` counts an empty respondent as a person of their own.
    """

    person: Integers
    unit: Integers
    wave: Integers
    score: Floats
    person_count: int
    unit_count: int
    wave_count: int

    def __len__(self) -> int:
        """How many answers there are."""
        return len(self.score)


@dataclass(frozen=True, slots=True)
class BlockBatch:
    """Blocks of equally many units; `cells` per block = units_per_block * waves, unit by unit.

    The first axis of the pair arrays follows `CohortStatistics.answers_per_person`. Cells without
    answers are kept as zeros, which leave the likelihood alone.
    """

    unit_ids: Integers
    """(blocks, units_per_block)"""
    counts: Floats
    """(blocks, cells): answers"""
    sums: Floats
    """(blocks, cells): centred scores"""
    pair_counts: Floats
    """(K, blocks, cells, cells): over persons, answers in one cell times answers in the other"""
    pair_sums: Floats
    """(K, blocks, cells): over persons, answers in the cell times the person's centred sum"""


@dataclass(frozen=True, slots=True)
class CohortStatistics:
    """Sums over one audience and principle; scores are centred at `centre` against cancellation."""

    answer_count: int
    wave_count: int
    centre: float
    sum_of_squares: float
    answers_per_person: Floats
    """(K,): the different numbers of answers that a person gave"""
    persons: Floats
    """(K,): how many persons gave so many"""
    squared_person_sums: Floats
    """(K,): their squared centred sums, added up"""
    batches: tuple[BlockBatch, ...]


def code_answers(respondent: Codes, unit: Codes, wave: Codes, score: Floats) -> Answers:
    """Number persons, units and waves without gaps, in the order of their codes.

    Args:
        respondent: per answer a code, or -1 for a person who gave no name.
        unit: per answer a code.
        wave: per answer a code.
        score: per answer a finite number.
    """
    named = respondent >= 0
    person = np.empty(len(score), dtype=np.int64)
    person[named], named_count = _without_gaps(respondent[named])
    unnamed_count = len(score) - int(named.sum())
    person[~named] = named_count + np.arange(unnamed_count)
    unit_codes, unit_count = _without_gaps(unit)
    wave_codes, wave_count = _without_gaps(wave)
    people = named_count + unnamed_count
    return Answers(person, unit_codes, wave_codes, score, people, unit_count, wave_count)


def summarise(answers: Answers) -> CohortStatistics:
    """Add the answers up, in one pass per number of answers that a person can have given.

    Raises EntangledError when a batch would hold more than LARGEST_PAIR_TABLE numbers.
    """
    centre = float(answers.score.mean())
    centred = answers.score - centre
    per_person = np.bincount(answers.person, minlength=answers.person_count)
    person_sums = add_up(answers.person, centred, answers.person_count)
    levels = np.unique(per_person)
    blocks = tuple(_lay_out_blocks(answers, per_person))
    for unit_ids in blocks:
        pairs = unit_ids.size * unit_ids.shape[1] * answers.wave_count**2
        if len(levels) * pairs > LARGEST_PAIR_TABLE:
            raise EntangledError(f"{unit_ids.shape[1]} units joined by people who moved")
    cell_pairs = _CellPairs(answers, centred, per_person, person_sums)
    return CohortStatistics(
        answer_count=len(answers),
        wave_count=answers.wave_count,
        centre=centre,
        sum_of_squares=float(centred @ centred),
        answers_per_person=levels.astype(np.float64),
        persons=np.asarray([np.sum(per_person == level) for level in levels], dtype=np.float64),
        squared_person_sums=np.asarray(
            [np.sum(person_sums[per_person == level] ** 2) for level in levels]
        ),
        batches=tuple(_fill(unit_ids, levels, answers, cell_pairs) for unit_ids in blocks),
    )


def add_up(codes: Codes | Integers, values: Floats, count: int) -> Floats:
    """Sum the values per code 0 … count - 1."""
    return np.asarray(np.bincount(codes, weights=values, minlength=count), dtype=np.float64)


def _without_gaps(codes: Codes) -> tuple[Integers, int]:
    if not len(codes):
        return codes.astype(np.int64), 0
    present = np.zeros(int(codes.max()) + 1, dtype=bool)
    present[codes] = True
    position = np.cumsum(present) - 1
    return position[codes], int(position[-1]) + 1


def _lay_out_blocks(answers: Answers, per_person: Integers) -> Iterator[Integers]:
    """Group units joined by somebody who answered in both; yield blocks of the same size."""
    shared = np.flatnonzero(per_person[answers.person] > 1)
    order = shared[np.argsort(answers.person[shared], kind="stable")]
    one, other = answers.unit[order[:-1]], answers.unit[order[1:]]
    moved = (answers.person[order[:-1]] == answers.person[order[1:]]) & (one != other)
    size = answers.unit_count
    joined = sparse.coo_array((np.ones(int(moved.sum())), (one[moved], other[moved])), (size, size))
    _, block = connected_components(joined, directed=False)
    members = np.argsort(block, kind="stable")
    sizes = np.bincount(block)
    for units_per_block in np.unique(sizes):
        chosen = members[sizes[block[members]] == units_per_block]
        yield chosen.reshape(-1, units_per_block).astype(np.int64)


class _CellPairs:
    """Sums over the persons with a given number of answers, per cell and pair of cells."""

    def __init__(
        self, answers: Answers, centred: Floats, per_person: Integers, person_sums: Floats
    ) -> None:
        self.cell = answers.unit * answers.wave_count + answers.wave
        self.cell_count = answers.unit_count * answers.wave_count
        self.person = answers.person
        self.centred = centred
        self.per_answer = per_person[answers.person]
        self.person_sums = person_sums
        self.counts = np.bincount(self.cell, minlength=self.cell_count).astype(np.float64)
        self.sums = add_up(self.cell, centred, self.cell_count)
        self._found = {level: self._add_up(level) for level in np.unique(per_person)}

    def of(self, level: int) -> tuple[sparse.coo_array, Floats]:
        return self._found[level]

    def _add_up(self, level: int) -> tuple[sparse.coo_array, Floats]:
        chosen = self.per_answer == level
        cell = self.cell[chosen]
        if level == 1:  # one answer makes no pair: spares the product most answers would enter
            answered = np.bincount(cell, minlength=self.cell_count).astype(np.float64)
            sums = add_up(cell, self.centred[chosen], self.cell_count)
            return sparse.diags_array(answered).tocoo(), sums
        person = self.person[chosen]
        people, row = np.unique(person, return_inverse=True)
        answered = sparse.csr_array(
            (np.ones(len(cell)), (row, cell)), shape=(len(people), self.cell_count)
        )
        return (answered.T @ answered).tocoo(), answered.T @ self.person_sums[people]


def _fill(
    unit_ids: Integers, levels: Integers, answers: Answers, cell_pairs: _CellPairs
) -> BlockBatch:
    waves = answers.wave_count
    block_count, units_per_block = unit_ids.shape
    cell_ids = (unit_ids[:, :, None] * waves + np.arange(waves)).reshape(block_count, -1)
    cells = units_per_block * waves
    block_of = np.full(cell_pairs.cell_count, -1)
    place_of = np.zeros(cell_pairs.cell_count, dtype=np.int64)
    block_of[cell_ids] = np.arange(block_count)[:, None]
    place_of[cell_ids] = np.arange(cells)
    pair_counts = np.zeros((len(levels), block_count, cells, cells))
    pair_sums = np.empty((len(levels), block_count, cells))
    for position, level in enumerate(levels):
        pairs, sums = cell_pairs.of(level)
        here = block_of[pairs.row] >= 0
        row, column = pairs.row[here], pairs.col[here]
        pair_counts[position, block_of[row], place_of[row], place_of[column]] = pairs.data[here]
        pair_sums[position] = sums[cell_ids]
    counts, sums = cell_pairs.counts[cell_ids], cell_pairs.sums[cell_ids]
    return BlockBatch(unit_ids, counts, sums, pair_counts, pair_sums)
