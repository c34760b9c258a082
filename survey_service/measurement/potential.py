"""Which principles have most potential, and whether the order is more than chance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from survey_service.measurement.audience_gap import AudienceGap
from survey_service.measurement.clustered_regression import Estimate, estimate_mean
from survey_service.measurement.holm import adjust_by_holm
from survey_service.measurement.potential_status import PotentialStatus
from survey_service.measurement.score_table import ScoreTable

Floats = NDArray[np.float64]
Names = NDArray[np.str_]

NAMED_COUNT = 3
LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class RankedPrinciple:
    """One principle in the order of potential; rank 1 is the lowest mean, None without one."""

    principle: str
    rank: int | None
    n: int
    mean: float | None


@dataclass(frozen=True, slots=True)
class PrinciplePair:
    """How much higher one principle scored than another among the same people, in points."""

    lower: str
    higher: str
    difference: Estimate
    p_adjusted: float | None


@dataclass(frozen=True, slots=True)
class PotentialRanking:
    """The principles of one audience and wave by score, and whether the lowest may be named.

    `lowest` are the three with the lowest means; they are those *with most potential* only under
    the status of that name, otherwise the lowest in an uncertain order.
    """

    audience: str
    wave: str
    status: PotentialStatus
    lowest: tuple[str, ...]
    ranking: tuple[RankedPrinciple, ...]
    pairs: tuple[PrinciplePair, ...]


@dataclass(frozen=True, slots=True)
class RankedGap:
    """A gap between two audiences in the order of its size; `certain` where Holm's p is < .05."""

    rank: int | None
    gap: AudienceGap
    p_adjusted: float | None
    certain: bool


def rank_potential(
    table: ScoreTable, audience: str, wave: str, minimum: int = 5
) -> PotentialRanking:
    """Rank the principles by mean score and say whether the three lowest stand apart.

    Args:
        table: scores 0-100. Pairs rest on respondents with a name in it; others count in means
            alone, so give anonymous responses names of their own.
        audience: whose scores.
        wave: of which wave.
        minimum: principles with fewer scores are not ranked.

    Raises:
        ValueError: for a name the table does not have, or two scores of one person on a principle.

    The three are named only when each of them scored lower than each of the others: for every such
    pair the mean difference within respondents, clustered on units, has Holm's p under .05. As all
    pairs must hold, a wrong name among the three has a chance of at most about 5 %.
    """
    scores, units, people_named = _spread(table, audience, wave)
    ranking = _rank_by_mean(table.principles, scores, minimum)
    ranked = [entry.principle for entry in ranking if entry.rank is not None]
    if len(ranked) <= NAMED_COUNT:
        status = PotentialStatus.TOO_FEW_PRINCIPLES
        return PotentialRanking(audience, wave, status, (), ranking, ())
    lowest, others = ranked[:NAMED_COUNT], ranked[NAMED_COUNT:]
    pairs = _compare_pairs(table.principles, scores[people_named], units, lowest, others)
    apart = all(_is_apart(pair) for pair in pairs)
    status = PotentialStatus.MOST_POTENTIAL if apart else PotentialStatus.ORDER_UNCERTAIN
    return PotentialRanking(audience, wave, status, tuple(lowest), ranking, pairs)


def rank_gaps(gaps: Sequence[AudienceGap]) -> tuple[RankedGap, ...]:
    """Rank gaps between two audiences by size, largest first; those without a figure come last.

    Whether a gap is certain is adjusted by Holm over all of them. The order itself is not tested.
    """
    adjusted = adjust_by_holm([gap.gap.p for gap in gaps])
    ordered = sorted(zip(gaps, adjusted, strict=True), key=lambda pair: _size(pair[0]))
    return tuple(
        RankedGap(
            rank=position if gap.gap.value is not None else None,
            gap=gap,
            p_adjusted=p,
            certain=p is not None and p < LEVEL,
        )
        for position, (gap, p) in enumerate(ordered, start=1)
    )


def _spread(table: ScoreTable, audience: str, wave: str) -> tuple[Floats, Names, NDArray[np.intp]]:
    """Return scores as people x principles, the named people's units, and which rows they are."""
    for kind, name, names in (
        ("audience", audience, table.audiences),
        ("wave", wave, table.waves),
    ):
        if name not in names:
            raise ValueError(f"{kind}: expected one of {names}, found {name!r}")
    rows = np.flatnonzero(
        (table.audience == table.audiences.index(audience))
        & (table.wave == table.waves.index(wave))
        & ~np.isnan(table.score)
    )
    # Every row without a respondent is a person of its own, numbered below the others.
    people = table.respondent[rows].astype(np.int64)
    unnamed = people < 0
    people[unnamed] = -1 - np.arange(unnamed.sum())
    persons, first, index = np.unique(people, return_index=True, return_inverse=True)
    scores = np.full((len(persons), len(table.principles)), np.nan)
    scores[index, table.principle[rows]] = table.score[rows]
    if int((~np.isnan(scores)).sum()) < len(rows):
        raise ValueError(
            f"wave {wave}: expected one score per respondent and principle, found two or more"
        )
    named = np.flatnonzero(persons >= 0)
    units = np.asarray(table.units, dtype=np.str_)[table.unit[rows[first[named]]]]
    return scores, units, named


def _rank_by_mean(
    principles: tuple[str, ...], scores: Floats, minimum: int
) -> tuple[RankedPrinciple, ...]:
    counts = (~np.isnan(scores)).sum(axis=0)
    sums = np.nan_to_num(scores).sum(axis=0)
    ranked = [index for index in range(len(principles)) if counts[index] >= max(minimum, 1)]
    ranked.sort(key=lambda index: (sums[index] / counts[index], index))
    listed = [
        RankedPrinciple(
            principles[index], rank, int(counts[index]), float(sums[index] / counts[index])
        )
        for rank, index in enumerate(ranked, start=1)
    ]
    listed += [
        RankedPrinciple(principles[index], None, int(counts[index]), None)
        for index in range(len(principles))
        if index not in ranked and counts[index] > 0
    ]
    return tuple(listed)


def _compare_pairs(
    principles: tuple[str, ...],
    scores: Floats,
    units: Names,
    lowest: Sequence[str],
    others: Sequence[str],
) -> tuple[PrinciplePair, ...]:
    column = {principle: index for index, principle in enumerate(principles)}
    found = []
    for lower in lowest:
        for higher in others:
            difference = scores[:, column[higher]] - scores[:, column[lower]]
            both = np.flatnonzero(~np.isnan(difference))
            found.append((lower, higher, estimate_mean(difference[both], units[both])))
    adjusted = adjust_by_holm([estimate.p for _, _, estimate in found])
    return tuple(
        PrinciplePair(lower, higher, estimate, p)
        for (lower, higher, estimate), p in zip(found, adjusted, strict=True)
    )


def _is_apart(pair: PrinciplePair) -> bool:
    if pair.p_adjusted is None or pair.difference.value is None:
        return False
    return pair.p_adjusted < LEVEL and pair.difference.value > 0


def _size(gap: AudienceGap) -> tuple[bool, float]:
    value = gap.gap.value
    return value is None, 0.0 if value is None else -abs(value)
