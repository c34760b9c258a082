"""Each unit's own change between two waves, with an uncertainty borrowed from all units.

Of one unit, one audience and principle, with waves a and b:

    difference = mean_b - mean_a
    variance   = 2 * var(unit:wave) + var(mean_a | people) + var(mean_b | people)
                 - 2 * cov(mean_a, mean_b | people)

Means, the people's variances and the covariance that those who answered both times give are those
of the unit's own generalised least squares with the components of the fit over all units. With
everybody once, n_a and n_b answers, it is

    2 * var(unit:wave) + (var(respondent) + var(residual)) * (1 / n_a + 1 / n_b)

A unit's season counts twice, which is why a unit's change is far less sure than the whole's. The
degrees of freedom are Satterthwaite's for that variance, with the bounds of `mixed_model`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from scipy.special import stdtr, stdtrit

from survey_service.measurement.comparison import ComparisonPlan
from survey_service.measurement.holm import adjust_by_holm
from survey_service.measurement.unit_fits import UnitFit, UnitFits
from survey_service.measurement.unit_tree import Parents, units_within

CONFIDENCE_TAIL = 0.975


@dataclass(frozen=True, slots=True)
class UnitChange:
    """One unit's change on one principle between two waves, in points of 0-100.

    `n_both` are the unit's people with an answer in both. `half_width` is half the 95 % interval
    of `difference`; it and p are None where they cannot be computed or mean nothing, and p where a
    wave has fewer answers than the plan's minimum. `p_adjusted` is Holm's over the principles of
    the unit, audience and pair of waves.
    """

    audience: str
    principle: str
    unit: str
    from_wave: str
    to_wave: str
    n_from: int
    n_to: int
    n_both: int
    difference: float
    half_width: float | None = None
    p: float | None = None
    p_adjusted: float | None = None


def unit_changes(
    fits: Sequence[UnitFits], plan: ComparisonPlan, parents: Parents
) -> tuple[UnitChange, ...]:
    """Return every unit's change between every two waves it answered in.

    Args:
        fits: of every audience and principle.
        plan: waves in order, and the minimum under which nothing is tested.
        parents: each unit's parent. A unit with others below it that answered is left out: its
            mean would also change because other parts of it answered.
    """
    found = [change for of_principle in fits for change in _changes_of(of_principle, plan, parents)]
    return _adjust(found)


def _changes_of(fits: UnitFits, plan: ComparisonPlan, parents: Parents) -> Iterator[UnitChange]:
    within = units_within(fits.units, parents)
    for unit, own in fits.units.items():
        if within[unit] != {unit}:
            continue
        for pair in combinations(own.fit.wave_codes, 2):
            change = _change_of(own, pair, plan)
            if change is not None:
                yield replace(change, audience=fits.audience, principle=fits.principle, unit=unit)


def _change_of(own: UnitFit, pair: tuple[int, int], plan: ComparisonPlan) -> UnitChange | None:
    estimate = own.fit.contrast(*pair)
    if estimate.value is None:
        return None
    n_from, n_to, n_both = _count(own, pair)
    found = UnitChange(
        audience="",
        principle="",
        unit="",
        from_wave=plan.waves[pair[0]],
        to_wave=plan.waves[pair[1]],
        n_from=n_from,
        n_to=n_to,
        n_both=n_both,
        difference=estimate.value,
    )
    error, df = estimate.standard_error, estimate.df
    if error is None or df is None or error <= 0:
        return found
    tested = min(n_from, n_to) >= plan.minimum
    p = float(2 * stdtr(df, -abs(estimate.value) / error)) if tested else None
    return replace(found, half_width=error * float(stdtrit(df, CONFIDENCE_TAIL)), p=p)


def _count(own: UnitFit, pair: tuple[int, int]) -> tuple[int, int, int]:
    answers = own.answers
    in_wave = [answers.wave == wave for wave in pair]
    people = [answers.respondent[here & (answers.respondent >= 0)] for here in in_wave]
    both = len(np.intersect1d(*people))
    return int(in_wave[0].sum()), int(in_wave[1].sum()), both


def _adjust(found: Sequence[UnitChange]) -> tuple[UnitChange, ...]:
    families: dict[tuple[str, str, str, str], list[int]] = {}
    for place, change in enumerate(found):
        family = change.audience, change.unit, change.from_wave, change.to_wave
        families.setdefault(family, []).append(place)
    adjusted = list(found)
    for places in families.values():
        p_values = adjust_by_holm([found[place].p for place in places])
        for place, p in zip(places, p_values, strict=True):
            adjusted[place] = replace(found[place], p_adjusted=p)
    return tuple(adjusted)
