"""Each unit's own wave means, with the variances of the fit over all units: fitted once."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from survey_service.measurement.cohort_summary import Cohort, split_cohorts
from survey_service.measurement.comparison import ComparisonPlan
from survey_service.measurement.mixed_model import CohortFit, fit_cohort, fit_within_unit
from survey_service.measurement.score_table import ScoreTable


@dataclass(frozen=True, slots=True)
class UnitFit:
    """One unit's answers and its fit, whose variances are borrowed from all units."""

    answers: Cohort
    fit: CohortFit


@dataclass(frozen=True, slots=True)
class UnitFits:
    """One audience and principle: the fit over all units, and each unit's own by its name."""

    audience: str
    principle: str
    whole: CohortFit
    units: Mapping[str, UnitFit]


def fit_units(table: ScoreTable, plan: ComparisonPlan) -> tuple[UnitFits, ...]:
    """Return the fits of every audience and principle that anybody answered.

    Args:
        table: scores 0-100, one row per respondent, wave and principle.
        plan: waves in order; a wave that asked in words that carry no trend is left out.
    """
    return tuple(
        _fit(cohort, table)
        for whole in split_cohorts(table, plan.waves)
        if len((cohort := _without_seams(whole, plan)).score)
    )


def _fit(cohort: Cohort, table: ScoreTable) -> UnitFits:
    whole = fit_cohort(cohort.respondent, cohort.unit, cohort.wave, cohort.score)
    units = {}
    for code in np.unique(cohort.unit):
        own = cohort.of_unit(int(code))
        fit = fit_within_unit(whole, own.respondent, own.wave, own.score)
        units[table.units[code]] = UnitFit(own, fit)
    return UnitFits(cohort.audience, cohort.principle, whole, units)


def _without_seams(cohort: Cohort, plan: ComparisonPlan) -> Cohort:
    seams = [
        place for place, wave in enumerate(plan.waves) if plan.crosses_seam(cohort.principle, wave)
    ]
    return cohort.without_waves(seams)
