"""Each unit beside the whole: its mean on a principle in a wave, and whether it stands apart."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import stdtr, stdtrit

from survey_service.measurement.comparison import ComparisonPlan
from survey_service.measurement.holm import adjust_by_holm
from survey_service.measurement.mixed_model import CohortFit, Estimate
from survey_service.measurement.unit_fits import UnitFit, UnitFits
from survey_service.measurement.unit_tree import Parents, units_within

CONFIDENCE_TAIL = 0.975


@dataclass(frozen=True, slots=True)
class UnitMean:
    """One unit's mean on one principle in one wave, 0-100, and what it lies above the whole.

    A unit with others below it is a level: its figures hold theirs. `own_n` are the answers given
    in the unit itself, `n` those below it as well. `half_width` is half the 95 % interval of
    `difference`; both, and p, are None where they cannot be computed or mean nothing.
    """

    audience: str
    principle: str
    wave: str
    unit: str
    is_level: bool
    n: int
    own_n: int
    mean: float | None
    difference: float | None = None
    half_width: float | None = None
    p: float | None = None
    p_adjusted: float | None = None


@dataclass(frozen=True, slots=True)
class _Cell:
    """One unit's own answers in one wave: how many, and their mean with borrowed uncertainty."""

    n: int
    estimate: Estimate


def unit_means(
    fits: Sequence[UnitFits], plan: ComparisonPlan, parents: Parents
) -> tuple[UnitMean, ...]:
    """Return every unit's and level's mean per audience, principle and wave beside the whole's.

    Args:
        fits: of every audience and principle.
        plan: waves in order, and the minimum under which nothing is tested.
        parents: each unit's parent, None at the top; units it does not name stand at the top.

    A unit's mean m is that of its own brief: its answers alone, every variance, the season's
    included, borrowed from the fit over all units. The whole is the model's mean, in which a unit
    weighs p: 1 / (unit variance + m's variance), or alike where units are fixed effects. A level
    is made of its units by q, their shares of its answers. The difference's variance, the units'
    own levels taken as given, is `sum over units of (q - p)^2 var(m)`; its degrees of freedom are
    the fewest of the units in it. Holm is applied within a picture: one audience and wave.
    """
    found = [mean for of_principle in fits for mean in _means_of(of_principle, plan, parents)]
    return _adjust(found)


def _means_of(fits: UnitFits, plan: ComparisonPlan, parents: Parents) -> Iterator[UnitMean]:
    own = {unit: _cells_of(found, len(plan.waves)) for unit, found in fits.units.items()}
    for place, wave in enumerate(plan.waves):
        cells = {unit: found[place] for unit, found in own.items() if place in found}
        if not cells:
            continue
        for mean in _beside_the_whole(cells, fits.whole, place, plan.minimum, parents):
            yield replace(mean, audience=fits.audience, principle=fits.principle, wave=wave)


def _cells_of(own: UnitFit, wave_count: int) -> dict[int, _Cell]:
    counts = np.bincount(own.answers.wave, minlength=wave_count)
    return {
        int(wave): _Cell(int(counts[wave]), own.fit.mean(int(wave)))
        for wave in np.flatnonzero(counts)
    }


def _beside_the_whole(
    cells: Mapping[str, _Cell], fit: CohortFit, wave: int, minimum: int, parents: Parents
) -> Iterator[UnitMean]:
    whole, weights = fit.mean(wave).value, _weights_in_whole(cells, fit)
    for unit, inside in units_within(cells, parents).items():
        count = sum(cells[name].n for name in inside)
        shares = {name: cells[name].n / count for name in inside}
        mean = _pool([(cells[name].estimate.value, share) for name, share in shares.items()])
        found = UnitMean(
            audience="",
            principle="",
            wave="",
            unit=unit,
            is_level=unit in parents.values(),
            n=count,
            own_n=cells[unit].n if unit in cells else 0,
            mean=mean,
        )
        # A level of one unit below repeats it, and one of all units is the whole.
        repeats = inside.isdisjoint({unit}) and len(inside) == 1
        repeats = repeats or len(inside) == len(cells)
        if mean is None or whole is None or repeats:
            yield found
            continue
        difference = mean - whole
        error, df = _uncertainty(cells, shares, weights)
        yield _test(replace(found, difference=difference), error, df, tested=count >= minimum)


def _pool(values: Sequence[tuple[float | None, float]]) -> float | None:
    total = 0.0
    for value, share in values:
        if value is None:
            return None
        total += value * share
    return total


def _weights_in_whole(cells: Mapping[str, _Cell], fit: CohortFit) -> dict[str, float]:
    errors = {unit: cell.estimate.standard_error for unit, cell in cells.items()}
    if fit.units_fixed or not all(errors.values()):
        return dict.fromkeys(cells, 1 / len(cells))
    between = fit.standard_deviations()["unit"] or 0.0
    precisions = {unit: 1 / (between**2 + (error or 0.0) ** 2) for unit, error in errors.items()}
    total = sum(precisions.values())
    return {unit: precision / total for unit, precision in precisions.items()}


def _uncertainty(
    cells: Mapping[str, _Cell], shares: Mapping[str, float], weights: Mapping[str, float]
) -> tuple[float | None, float | None]:
    """Return the standard error of the difference and its degrees of freedom."""
    variance, degrees = 0.0, []
    for unit, cell in cells.items():
        error, df = cell.estimate.standard_error, cell.estimate.df
        if error is None or df is None:
            return None, None
        variance += (shares.get(unit, 0.0) - weights[unit]) ** 2 * error**2
        degrees.append(df)
    return float(np.sqrt(variance)), min(degrees)


def _test(found: UnitMean, error: float | None, df: float | None, *, tested: bool) -> UnitMean:
    if error is None or df is None or error <= 0 or found.difference is None:
        return found
    p = float(2 * stdtr(df, -abs(found.difference) / error)) if tested else None
    return replace(found, half_width=error * float(stdtrit(df, CONFIDENCE_TAIL)), p=p)


def _adjust(found: Sequence[UnitMean]) -> tuple[UnitMean, ...]:
    pictures: dict[tuple[str, str], list[int]] = {}
    for place, mean in enumerate(found):
        pictures.setdefault((mean.audience, mean.wave), []).append(place)
    adjusted = list(found)
    for places in pictures.values():
        p_values = adjust_by_holm([found[place].p for place in places])
        for place, p in zip(places, p_values, strict=True):
            adjusted[place] = replace(found[place], p_adjusted=p)
    return tuple(adjusted)
