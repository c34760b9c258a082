"""Raking weights to the roster, and the roster-weighted mean: an estimand of its own.

Weights never enter the comparison of waves. The roster-weighted mean answers another question:
what the mean of all those on the roster would be, if the silent answered like the others of their
unit (and age group or sex, where those margins are given).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from survey_service.measurement.clustered_regression import Estimate, Names, estimate_mean
from survey_service.measurement.comparison import Reason

Floats = NDArray[np.float64]

LOWEST_WEIGHT, HIGHEST_WEIGHT = 0.3, 3.0
"""Weights are trimmed to this range around their mean of 1."""

MAXIMUM_ROUNDS = 500
TRIMMING_ROUNDS = 100
TOLERANCE = 1e-8
"""Raking has converged when no category's share is further than this from its target."""


@dataclass(frozen=True, slots=True)
class RakedWeights:
    """One weight per respondent with mean 1, or None with a reason.

    `converged` says whether raking reached the margins before trimming; `largest_gap` is how far
    any category's share still is from its target after it, 0-1. `coverage` is the lowest share of
    the roster, over the margins, in categories that somebody answered from; `unrepresented` names
    the others. `effective_size` is Kish's.
    """

    weights: Floats | None
    converged: bool
    rounds: int
    trimmed_count: int
    largest_gap: float | None
    effective_size: float | None
    coverage: float | None
    unrepresented: tuple[str, ...]
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class RosterWeightedMean:
    """The roster-weighted mean, 0-100. Not the model's mean, and never to be mixed with it."""

    estimand: str
    estimate: Estimate
    effective_size: float | None
    coverage: float | None


def rake(
    categories: Mapping[str, Sequence[str]], roster: Mapping[str, Mapping[str, int]]
) -> RakedWeights:
    """Return weights that give every margin of the respondents the roster's shares.

    Args:
        categories: per margin ("unit", "age_group", …) each respondent's category.
        roster: per margin and category the people there are, 0 or more.

    Raises:
        ValueError: for no margins, margins that differ between the two, columns of unlike length,
            a negative count, or a category the roster does not have.

    Iterative proportional fitting: every margin's weights in turn are multiplied by target over
    current total until all agree (Deming & Stephan 1940, Annals of Mathematical Statistics 11).
    Then, alternately, weights are trimmed to 0.3-3 times their mean and raked again until both
    hold; where they cannot, the limits win. Trimming is DeBell & Krosnick's (2009, ANES Technical
    Report nes012427) with a lower limit added.
    """
    codes, targets = _encode(categories, roster)
    refusal = _why_not(codes, targets, roster)
    if refusal is not None:
        return _without(refusal)
    present = [
        np.bincount(code, minlength=len(target)) > 0
        for code, target in zip(codes, targets, strict=True)
    ]
    shares = [
        np.where(found, target, 0.0) / target[found].sum()
        for target, found in zip(targets, present, strict=True)
    ]
    untrimmed, rounds, converged = _fit(np.ones(len(codes[0])), codes, shares)
    weights = _trim(untrimmed, codes, shares)
    outside = (untrimmed < LOWEST_WEIGHT) | (untrimmed > HIGHEST_WEIGHT)
    unrepresented = _unrepresented(roster, present)
    silent = Reason("empty_cell", "Nobody answered from some of the roster's categories.")
    return RakedWeights(
        weights=weights,
        converged=converged,
        rounds=rounds,
        trimmed_count=int(outside.sum()),
        largest_gap=_largest_gap(weights, codes, shares),
        effective_size=effective_size(weights),
        coverage=min(
            float(target[found].sum() / target.sum())
            for target, found in zip(targets, present, strict=True)
        ),
        unrepresented=unrepresented,
        reason=silent if unrepresented else None,
    )


def effective_size(weights: Floats) -> float:
    """Return Kish's effective sample size: `(sum w)^2 / sum w^2`.

    Raises ValueError for no weights or one that is not over 0.
    Source: Kish (1965), Survey sampling, chapter 11.
    """
    if len(weights) == 0 or not (weights > 0).all():
        raise ValueError(f"weights: expected one or more over 0, found {weights.tolist()[:5]}")
    return float(weights.sum() ** 2 / (weights**2).sum())


def roster_weighted_mean(scores: Floats, raked: RakedWeights, units: Names) -> RosterWeightedMean:
    """Return the roster-weighted mean of the scores with a unit-clustered 95 % interval.

    Args:
        scores: 0-100, one per respondent in the order of the weights, NaN where not computable.
        raked: what `rake` found.
        units: each respondent's unit.

    Raises:
        ValueError: for columns of unlike length.

    The weights are taken as known; the interval is about people like these, not about a draw from
    a finite roster, and so rather wide where most have answered.
    """
    name = "roster-weighted mean"
    if raked.weights is None:
        missing = Estimate(None, None, None, None, None, None, 0, 0, raked.reason)
        return RosterWeightedMean(name, missing, None, None)
    if not len(scores) == len(raked.weights) == len(units):
        raise ValueError(
            "scores, weights, units: expected one length, "
            f"found {len(scores)}, {len(raked.weights)} and {len(units)}"
        )
    scored = ~np.isnan(scores)
    weights = raked.weights[scored]
    return RosterWeightedMean(
        name,
        estimate_mean(scores[scored], units[scored], weights),
        effective_size(weights) if len(weights) else None,
        raked.coverage,
    )


def _encode(
    categories: Mapping[str, Sequence[str]], roster: Mapping[str, Mapping[str, int]]
) -> tuple[list[NDArray[np.intp]], list[Floats]]:
    if not categories or set(categories) != set(roster):
        raise ValueError(
            f"margins: expected the same, one or more, found {list(categories)} and {list(roster)}"
        )
    lengths = {len(column) for column in categories.values()}
    if len(lengths) > 1:
        raise ValueError(f"categories: expected one length, found {sorted(lengths)}")
    codes, targets = [], []
    for margin, people in roster.items():
        index = {category: code for code, category in enumerate(people)}
        unknown = sorted(set(categories[margin]) - set(index))
        if unknown:
            raise ValueError(f"{margin}: expected the roster's {list(index)}, found {unknown}")
        if min(people.values(), default=0) < 0:
            raise ValueError(f"{margin}: expected counts of 0 or more, found {dict(people)}")
        codes.append(np.asarray([index[name] for name in categories[margin]], dtype=np.intp))
        targets.append(np.asarray(list(people.values()), dtype=np.float64))
    return codes, targets


def _why_not(
    codes: list[NDArray[np.intp]], targets: list[Floats], roster: Mapping[str, Mapping[str, int]]
) -> Reason | None:
    if len(codes[0]) == 0:
        return Reason("no_answers", "Nobody answered.")
    for margin, code, target in zip(roster, codes, targets, strict=True):
        short = np.bincount(code, minlength=len(target)) > target
        if not short.any():
            continue
        category = list(roster[margin])[int(np.flatnonzero(short)[0])]
        empty = target[short][0] == 0
        return Reason(
            "empty_roster" if empty else "roster_too_small",
            f"More people answered than the roster holds: {margin} {category}.",
        )
    return None


def _unrepresented(
    roster: Mapping[str, Mapping[str, int]], present: list[NDArray[np.bool_]]
) -> tuple[str, ...]:
    return tuple(
        f"{margin}: {category}"
        for (margin, people), found in zip(roster.items(), present, strict=True)
        for (category, count), answered in zip(people.items(), found, strict=True)
        if count > 0 and not answered
    )


def _fit(
    weights: Floats, codes: list[NDArray[np.intp]], shares: list[Floats]
) -> tuple[Floats, int, bool]:
    """Rake until every margin agrees; return weights with mean 1, rounds, and whether it did."""
    for round_number in range(1, MAXIMUM_ROUNDS + 1):
        weights = _one_round(weights, codes, shares)
        if _largest_gap(weights, codes, shares) < TOLERANCE:
            return weights, round_number, True
    return weights, MAXIMUM_ROUNDS, False


def _trim(weights: Floats, codes: list[NDArray[np.intp]], shares: list[Floats]) -> Floats:
    for _ in range(TRIMMING_ROUNDS):
        if _within_limits(weights):
            return weights
        weights = _one_round(np.clip(weights, LOWEST_WEIGHT, HIGHEST_WEIGHT), codes, shares)
    # Margins and limits cannot both hold: the limits win, and the gap is reported.
    for _ in range(TRIMMING_ROUNDS):
        weights = np.clip(weights, LOWEST_WEIGHT, HIGHEST_WEIGHT)
        weights = weights / weights.mean()
        if _within_limits(weights):
            break
    return weights


def _one_round(weights: Floats, codes: list[NDArray[np.intp]], shares: list[Floats]) -> Floats:
    for code, share in zip(codes, shares, strict=True):
        totals = np.bincount(code, weights, len(share))
        weights = weights * (share / np.where(totals > 0, totals, 1.0))[code]
    return np.asarray(weights / weights.mean(), dtype=np.float64)


def _within_limits(weights: Floats) -> bool:
    return bool(
        weights.min() >= LOWEST_WEIGHT - TOLERANCE and weights.max() <= HIGHEST_WEIGHT + TOLERANCE
    )


def _largest_gap(weights: Floats, codes: list[NDArray[np.intp]], shares: list[Floats]) -> float:
    return max(
        float(np.abs(np.bincount(code, weights, len(share)) / weights.sum() - share).max())
        for code, share in zip(codes, shares, strict=True)
    )


def _without(reason: Reason) -> RakedWeights:
    return RakedWeights(None, False, 0, 0, None, None, None, (), reason)
