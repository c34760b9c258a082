"""From scores to findings: fit each cohort, infer, adjust in families, conclude."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from survey_service.measurement.cohort_summary import (
    Cohort,
    CohortSummary,
    split_cohorts,
    summarise_cohort,
)
from survey_service.measurement.comparison import (
    ComparisonPlan,
    ComparisonReport,
    Contrast,
    DesignRobustLine,
    Verdict,
    WaveMean,
)
from survey_service.measurement.comparison_method import describe_method
from survey_service.measurement.contrast_statistics import (
    Inference,
    equivalence_power,
    infer,
    interval,
    raw_interval,
    standardise,
)
from survey_service.measurement.design_robust import judge_without_model
from survey_service.measurement.mixed_model import (
    CohortFit,
    Estimate,
    FitStatus,
    fit_cohort,
    fit_within_unit,
)
from survey_service.measurement.multiplicity import PRIMARY, adjust_by_family, name_family
from survey_service.measurement.score_table import ScoreTable
from survey_service.measurement.verdict import Evidence, conclude, explain


@dataclass(frozen=True, slots=True)
class _FittedCohort:
    cohort: Cohort
    summary: CohortSummary
    fit: CohortFit


@dataclass(frozen=True, slots=True)
class _Finding:
    """A contrast before its p-values are adjusted; `one` and `other` count the plan's waves.

    Across a seam there is neither estimate nor inference: no test, so part of no family.
    """

    fitted: _FittedCohort
    one: int
    other: int
    estimate: Estimate
    inference: Inference
    robust: DesignRobustLine | None
    family: str
    is_seam: bool = False


def compare_waves(table: ScoreTable, plan: ComparisonPlan) -> ComparisonReport:
    """See `comparison.compare`."""
    fitted = [_fit(cohort, plan) for cohort in split_cohorts(table, plan.waves)]
    return _report(fitted, table, plan, None)


def compare_waves_within_units(
    table: ScoreTable, plan: ComparisonPlan, units: Sequence[str]
) -> Mapping[str, ComparisonReport]:
    """See `comparison.compare_units`; one fit per cohort serves all units."""
    whole = [_fit(cohort, plan) for cohort in split_cohorts(table, plan.waves)]
    reports = {}
    for unit in units:
        code = table.units.index(unit)
        own = [_fit_own(fitted, code, plan) for fitted in whole]
        reports[unit] = _report(own, table, plan, unit)
    return reports


def _fit(cohort: Cohort, plan: ComparisonPlan) -> _FittedCohort:
    told = _comparable(cohort, plan)
    fit = fit_cohort(told.respondent, told.unit, told.wave, told.score)
    return _FittedCohort(cohort, summarise_cohort(cohort, len(plan.waves)), fit)


def _fit_own(whole: _FittedCohort, unit: int, plan: ComparisonPlan) -> _FittedCohort:
    own = whole.cohort.of_unit(unit)
    told = _comparable(own, plan)
    fit = fit_within_unit(whole.fit, told.respondent, told.wave, told.score)
    return _FittedCohort(own, summarise_cohort(own, len(plan.waves)), fit)


def _comparable(cohort: Cohort, plan: ComparisonPlan) -> Cohort:
    """Leave out the waves that asked in other words, so that they touch no other contrast."""
    return cohort.without_waves(
        [
            position
            for position, wave in enumerate(plan.waves)
            if plan.crosses_seam(cohort.principle, wave)
        ]
    )


def _report(
    fitted: Sequence[_FittedCohort], table: ScoreTable, plan: ComparisonPlan, unit: str | None
) -> ComparisonReport:
    pairs = tuple(combinations(range(len(plan.waves)), 2))
    found = [_find(cohort, one, other, plan) for cohort in fitted for one, other in pairs]
    contrasts = _conclude_all(found, plan)
    means = tuple(mean for cohort in fitted for mean in _wave_means(cohort, plan))
    left_out = [wave for wave in table.waves if wave not in plan.waves]
    method = describe_method(plan, contrasts, left_out)
    return ComparisonReport(method, means, contrasts, unit, tuple(sorted(plan.seams)))


def _wave_means(fitted: _FittedCohort, plan: ComparisonPlan) -> list[WaveMean]:
    means = []
    for position, wave in enumerate(plan.waves):
        estimate = fitted.fit.mean(position)
        low, high = interval(estimate)
        n, mean = int(fitted.summary.n[position]), float(fitted.summary.mean[position])
        raw_low, raw_high = raw_interval(mean, float(fitted.summary.variance[position]), n)
        means.append(
            WaveMean(
                audience=fitted.cohort.audience,
                principle=fitted.cohort.principle,
                wave=wave,
                n=n,
                mean=_number(mean),
                adjusted_mean=estimate.value,
                ci_low=low,
                ci_high=high,
                mean_ci_low=raw_low,
                mean_ci_high=raw_high,
            )
        )
    return means


def _find(fitted: _FittedCohort, one: int, other: int, plan: ComparisonPlan) -> _Finding:
    names = plan.waves[one], plan.waves[other]
    family = name_family(plan, fitted.cohort.audience, *names)
    if plan.crosses_seam(fitted.cohort.principle, *names):
        return _Finding(fitted, one, other, Estimate(), Inference(), None, family, is_seam=True)
    estimate = fitted.fit.contrast(one, other)
    inference = infer(estimate, plan.margin)
    pair = [one, other]
    robust = judge_without_model(
        fitted.summary.unit_counts[:, pair],
        fitted.summary.unit_sums[:, pair],
        estimate.value,
        inference.p,
    )
    return _Finding(fitted, one, other, estimate, inference, robust, family)


def _conclude_all(found: Sequence[_Finding], plan: ComparisonPlan) -> tuple[Contrast, ...]:
    families = [finding.family for finding in found]

    def adjust(p_value: Callable[[Inference], float | None]) -> tuple[float | None, ...]:
        return adjust_by_family([p_value(finding.inference) for finding in found], families)

    adjusted = adjust(lambda inference: inference.p)
    equivalence = adjust(lambda inference: inference.equivalence_p)
    tests = Counter(f.family for f in found if f.inference.equivalence_p is not None)
    return tuple(
        replace(
            _conclude(finding, plan, p, equivalence_p),
            equivalence_power=equivalence_power(
                finding.estimate, plan.margin, tests[finding.family] or 1
            ),
        )
        for finding, p, equivalence_p in zip(found, adjusted, equivalence, strict=True)
    )


def _conclude(
    finding: _Finding,
    plan: ComparisonPlan,
    p_adjusted: float | None,
    equivalence_p_adjusted: float | None,
) -> Contrast:
    if finding.is_seam:
        return _stay_silent(finding, plan)
    evidence = _gather_evidence(finding, plan, p_adjusted, equivalence_p_adjusted)
    verdict, reason = conclude(evidence, plan.margin, plan.minimum)
    return Contrast(
        audience=finding.fitted.cohort.audience,
        principle=finding.fitted.cohort.principle,
        from_wave=plan.waves[finding.one],
        to_wave=plan.waves[finding.other],
        p_adjusted=p_adjusted,
        equivalence_p_adjusted=equivalence_p_adjusted,
        verdict=verdict,
        reason=reason,
        is_primary=finding.family == PRIMARY,
        end_share=evidence.end_share,
        family=finding.family,
        design_robust=finding.robust,
        **asdict(finding.inference),
        **_describe_model(finding),
        **_describe_waves(finding),
    )


def _stay_silent(finding: _Finding, plan: ComparisonPlan) -> Contrast:
    """Return the contrast of two wordings: how many answered each, and nothing else."""
    waves = _describe_waves(finding)
    counts = ("n_from", "n_to", "n_both", "units_from", "units_to")
    return Contrast(
        audience=finding.fitted.cohort.audience,
        principle=finding.fitted.cohort.principle,
        from_wave=plan.waves[finding.one],
        to_wave=plan.waves[finding.other],
        mean_from=None,
        mean_to=None,
        adjusted_mean_from=None,
        adjusted_mean_to=None,
        difference=None,
        standard_error=None,
        df=None,
        p_adjusted=None,
        effect_size=None,
        equivalence_p_adjusted=None,
        verdict=Verdict.WORDING_CHANGED,
        reason=explain("wording_changed", plan.margin, plan.minimum),
        is_primary=finding.family == PRIMARY,
        components={},
        family=finding.family,
        **asdict(finding.inference),
        **{name: waves[name] for name in counts},
    )


def _gather_evidence(
    finding: _Finding,
    plan: ComparisonPlan,
    p_adjusted: float | None,
    equivalence_p_adjusted: float | None,
) -> Evidence:
    summary, pair = finding.fitted.summary, [finding.one, finding.other]
    return Evidence(
        enough_answers=bool(np.all(summary.n[pair] >= plan.minimum)),
        difference=finding.estimate.value,
        ci_low=finding.inference.ci_low,
        ci_high=finding.inference.ci_high,
        p_adjusted=p_adjusted,
        equivalence_p_adjusted=equivalence_p_adjusted,
        end_share=_number(np.max(summary.end_share[pair])),
        obstacle=_name_obstacle(finding),
    )


def _describe_model(finding: _Finding) -> dict[str, Any]:
    fit, estimate = finding.fitted.fit, finding.estimate
    return {
        "adjusted_mean_from": fit.mean(finding.one).value,
        "adjusted_mean_to": fit.mean(finding.other).value,
        "difference": estimate.value,
        "standard_error": estimate.standard_error,
        "df": estimate.df,
        "components": fit.standard_deviations(),
    }


def _describe_waves(finding: _Finding) -> dict[str, Any]:
    summary, one, other = finding.fitted.summary, finding.one, finding.other
    sizes = int(summary.n[one]), int(summary.n[other])
    variances = _number(summary.variance[one]), _number(summary.variance[other])
    sd_from, sd_to = (None if v is None else float(np.sqrt(v)) for v in variances)
    units_from, units_to = np.count_nonzero(summary.unit_counts[:, [one, other]], axis=0)
    return {
        "n_from": sizes[0],
        "n_to": sizes[1],
        "n_both": int(summary.n_both[one, other]),
        "mean_from": _number(summary.mean[one]),
        "mean_to": _number(summary.mean[other]),
        "effect_size": standardise(finding.estimate.value, sizes, variances),
        "sd_from": sd_from,
        "sd_to": sd_to,
        "units_from": int(units_from),
        "units_to": int(units_to),
    }


def _name_obstacle(finding: _Finding) -> str | None:
    status = finding.fitted.fit.status
    if status != FitStatus.INFERENCE:
        return status.value
    if finding.estimate.value is None:
        return "not_connected"
    fit = finding.fitted.fit
    # Fixed units take up no season: its share of the difference would pass for a change.
    unknown = fit.units_fixed and fit.shape.season_degrees < 1
    return FitStatus.SEASON_UNKNOWN.value if unknown else None


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
