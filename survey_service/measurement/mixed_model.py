"""The mixed model of an open cohort: `score ~ wave + (1|unit) + (1|unit:wave) + (1|respondent)`.

REML with Satterthwaite's degrees of freedom (Kuznetsova, Brockhoff, Christensen 2017, J. Stat.
Softw. 82(13)) and the rules of docs/methods.md for few units and for components at zero.
Respondents may change unit, miss waves and answer a wave more than once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from survey_service.measurement.cohort_statistics import (
    Answers,
    CohortStatistics,
    EntangledError,
    Floats,
    code_answers,
    summarise,
)
from survey_service.measurement.restricted_likelihood import (
    RATIO_COUNT,
    RESPONDENT,
    UNIT,
    UNIT_WAVE,
    Evaluation,
    RestrictedLikelihood,
)
from survey_service.measurement.score_table import Codes
from survey_service.measurement.variance_components import VarianceComponents, estimate_components

FEWEST_RANDOM_UNITS = 5
"""With fewer units than this they are fixed effects: a variance among them cannot be learnt."""

_TERM_NAMES = {UNIT: "unit", UNIT_WAVE: "unit:wave", RESPONDENT: "respondent"}
_NO_VARIATION = 1e-12
_NOT_ESTIMABLE = 1e-8


class FitStatus(StrEnum):
    """What the fit allows: inference, or why only estimates, or nothing."""

    INFERENCE = "inference"
    NO_ANSWERS = "no_answers"
    ONE_UNIT = "one_unit"
    NO_VARIATION = "no_variation"
    NO_RESIDUAL = "no_residual"
    TOO_LITTLE_DATA = "too_little_data"
    SEASON_UNKNOWN = "season_unknown"
    TOO_ENTANGLED = "too_entangled"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A wave mean or a difference of two; None where it cannot be had."""

    value: float | None = None
    standard_error: float | None = None
    df: float | None = None


@dataclass(frozen=True, slots=True)
class CohortShape:
    """How many units, waves and non-empty cells (a unit in a wave) the answers fill."""

    unit_count: int
    wave_count: int
    cell_count: int

    @property
    def season_degrees(self) -> int:
        """d = cells - units - waves + 1: what is left to learn unit:wave from."""
        return self.cell_count - self.unit_count - self.wave_count + 1

    @property
    def fewest_degrees(self) -> int:
        """The degrees of freedom below which Satterthwaite's are not believed."""
        return max(1, min(self.unit_count - 1, self.season_degrees))


@dataclass(frozen=True, slots=True)
class FixedEffects:
    """Coefficients (waves first, then units where fixed) as `basis` @ what was estimated."""

    basis: Floats
    evaluation: Evaluation


@dataclass(frozen=True, slots=True)
class CohortFit:
    """The fitted model; a wave is numbered by its code in the data it was fitted to.

    `terms` are the random terms the data allow, `components.kept` those not estimated at zero.
    """

    status: FitStatus
    shape: CohortShape
    wave_codes: tuple[int, ...]
    centre: float
    terms: tuple[int, ...]
    effects: FixedEffects | None
    components: VarianceComponents | None

    @property
    def season_in_model(self) -> bool:
        """Whether unit:wave could be asked of the data, at zero or not."""
        return UNIT_WAVE in self.terms

    @property
    def units_fixed(self) -> bool:
        """Whether units are fixed effects because they are two to four."""
        return 1 < self.shape.unit_count < FEWEST_RANDOM_UNITS

    def standard_deviations(self) -> Mapping[str, float | None]:
        """Per component its standard deviation: 0 where dropped, None where not in the model."""
        found: dict[str, float | None] = dict.fromkeys([*_TERM_NAMES.values(), "residual"])
        if self.components is None or self.status == FitStatus.NO_RESIDUAL:
            return found
        residual = float(np.sqrt(self.components.residual_variance))
        for term in self.terms:
            kept = term in self.components.kept
            ratio = float(self.components.ratios[term]) if kept else 0.0
            found[_TERM_NAMES[term]] = float(np.sqrt(ratio)) * residual
        return found | {"residual": residual}

    def mean(self, wave: int) -> Estimate:
        """Model mean of one wave; over units alike where units are fixed effects."""
        return self._estimate({wave: 1.0}, self.centre)

    def contrast(self, from_wave: int, to_wave: int) -> Estimate:
        """Model mean of `to_wave` less that of `from_wave`."""
        return self._estimate({from_wave: -1.0, to_wave: 1.0}, 0.0)

    def _estimate(self, weights: Mapping[int, float], centre: float) -> Estimate:
        if self.effects is None or not set(weights) <= set(self.wave_codes):
            return Estimate()
        combination = np.zeros(len(self.effects.basis))
        for wave, weight in weights.items():
            combination[self.wave_codes.index(wave)] = weight
        inferable = self.components if self.status == FitStatus.INFERENCE else None
        return combine(combination, centre, self.effects, inferable, self)


def fit_cohort(respondent: Codes, unit: Codes, wave: Codes, score: Floats) -> CohortFit:
    """Fit the open cohort's mixed model to the scores of one audience and principle.

    Args:
        respondent: per answer a code, -1 for a person who gave no name.
        unit: per answer a code >= 0.
        wave: per answer a code >= 0.
        score: per answer, 0-100; NaN where it was not computable, which leaves the answer out.

    Returns:
        The fit; its status says where inference or even estimates are impossible. Data never
        raise.
    """
    scored = np.isfinite(score)
    respondent, unit, wave, score = respondent[scored], unit[scored], wave[scored], score[scored]
    if not len(score):
        shape = CohortShape(0, 0, 0)
        return CohortFit(FitStatus.NO_ANSWERS, shape, (), 0.0, (), None, None)
    answers = code_answers(respondent, unit, wave, score)
    waves = tuple(int(code) for code in np.unique(wave))
    try:
        statistics = summarise(answers)
    except EntangledError:
        shape = CohortShape(answers.unit_count, answers.wave_count, 0)
        return CohortFit(FitStatus.TOO_ENTANGLED, shape, waves, 0.0, (), None, None)
    return _fit(answers, statistics, waves)


def fit_within_unit(fit: CohortFit, respondent: Codes, wave: Codes, score: Floats) -> CohortFit:
    """Estimate one unit's own wave means with the variances of the fit over all units.

    Its answers alone cannot tell a change from a good or bad season, so unit:wave, and with it
    every other variance and the degrees of freedom, are borrowed.

    Args:
        fit: the fit over all units, of the same audience and principle.
        respondent: per answer of the unit a code, -1 for a person who gave no name.
        wave: per answer a code, as in `fit`.
        score: per answer, 0-100; NaN leaves the answer out.
    """
    scored = np.isfinite(score)
    if not scored.any():
        return replace(fit, status=FitStatus.NO_ANSWERS, wave_codes=(), effects=None)
    wave = wave[scored]
    answers = code_answers(respondent[scored], np.zeros_like(wave), wave, score[scored])
    statistics = summarise(answers)
    likelihood = RestrictedLikelihood(statistics, (np.eye(answers.wave_count)[None],))
    ratios = np.zeros(RATIO_COUNT)
    if fit.components is not None:
        ratios = np.where(np.arange(RATIO_COUNT) == UNIT, 0.0, fit.components.ratios)
    found = likelihood.evaluate(ratios)
    slopes = found.covariance_slope.copy()
    slopes[UNIT] = 0.0  # the unit is itself, not one drawn from many
    evaluation = replace(found, covariance_slope=slopes)
    status = fit.status
    if status == FitStatus.INFERENCE and not fit.season_in_model:
        status = FitStatus.SEASON_UNKNOWN
    return replace(
        fit,
        status=status,
        wave_codes=tuple(int(code) for code in np.unique(wave)),
        centre=statistics.centre,
        effects=FixedEffects(np.eye(answers.wave_count), evaluation),
    )


def combine(
    combination: Floats,
    centre: float,
    effects: FixedEffects,
    components: VarianceComponents | None,
    rules: "CohortFit",
) -> Estimate:
    """Estimate one combination of coefficients, with Satterthwaite's degrees of freedom.

    `df = 2 v^2 / (g' C g)` with v the squared standard error, g its gradient in the variance
    parameters and C their covariance; then the bounds that `rules` gives. Without `components`
    there is an estimate but no inference; None throughout where the data do not connect what is
    to be compared.
    """
    inside = effects.basis.T @ combination
    if np.max(np.abs(effects.basis @ inside - combination)) > _NOT_ESTIMABLE:
        return Estimate()
    found = effects.evaluation
    value = float(inside @ found.coefficients) + centre
    if components is None:
        return Estimate(value)
    relative = float(inside @ found.covariance @ inside)
    squared_error = components.residual_variance * relative
    slopes = np.einsum("i,kij,j->k", inside, found.covariance_slope, inside)
    gradient = np.r_[relative, components.residual_variance * slopes[list(components.kept)]]
    df = _bound_degrees(_satterthwaite(squared_error, gradient, components), components, rules)
    return Estimate(value, float(np.sqrt(squared_error)), df)


def _satterthwaite(
    squared_error: float, gradient: Floats, components: VarianceComponents
) -> float | None:
    if components.parameter_covariance is None:
        return None
    spread = float(gradient @ components.parameter_covariance @ gradient)
    return 2 * squared_error**2 / spread if spread > 0 else None


def _bound_degrees(
    satterthwaite: float | None, components: VarianceComponents, rules: CohortFit
) -> float:
    fewest = float(rules.shape.fewest_degrees)
    if satterthwaite is None:
        return fewest
    if rules.season_in_model and UNIT_WAVE not in components.kept:
        # A zero estimate from few units proves little: without this cap, false alarms.
        satterthwaite = min(satterthwaite, float(rules.shape.season_degrees))
    return max(satterthwaite, fewest)


def _fit(answers: Answers, statistics: CohortStatistics, waves: tuple[int, ...]) -> CohortFit:
    shape = CohortShape(answers.unit_count, answers.wave_count, _count_cells(statistics))
    terms = _choose_terms(answers, shape)
    designs, basis = _lay_out_designs(statistics, shape)
    likelihood = RestrictedLikelihood(statistics, designs)
    status = _check(likelihood, shape)
    if status not in {FitStatus.INFERENCE, FitStatus.ONE_UNIT}:
        effects = FixedEffects(basis, likelihood.evaluate(np.zeros(RATIO_COUNT)))
        return CohortFit(status, shape, waves, statistics.centre, terms, effects, None)
    components = estimate_components(likelihood, terms)
    if not components.bounded and RESPONDENT in terms:
        # A few people who happened to change alike leave no residual between their answers.
        # Taking their answers as other people's is then the cautious reading.
        terms = tuple(term for term in terms if term != RESPONDENT)
        components = estimate_components(likelihood, terms)
    if not components.bounded:
        status = FitStatus.NO_RESIDUAL
    effects = FixedEffects(basis, components.evaluation)
    return CohortFit(status, shape, waves, statistics.centre, terms, effects, components)


def _check(likelihood: RestrictedLikelihood, shape: CohortShape) -> FitStatus:
    statistics = likelihood.statistics
    size = statistics.answer_count * (1 + statistics.centre**2)
    if statistics.sum_of_squares <= _NO_VARIATION**2 * size:
        return FitStatus.NO_VARIATION
    if likelihood.degrees < 1:
        return FitStatus.TOO_LITTLE_DATA
    if _vanishes(likelihood.evaluate(np.zeros(RATIO_COUNT)).residual_sum, statistics):
        return FitStatus.NO_RESIDUAL
    return FitStatus.ONE_UNIT if shape.unit_count == 1 else FitStatus.INFERENCE


def _vanishes(residual_sum: float, statistics: CohortStatistics) -> bool:
    return residual_sum <= _NO_VARIATION * statistics.sum_of_squares


def _count_cells(statistics: CohortStatistics) -> int:
    return sum(int(np.count_nonzero(batch.counts)) for batch in statistics.batches)


def _choose_terms(answers: Answers, shape: CohortShape) -> tuple[int, ...]:
    """Random terms the data can tell from the residual, from each other and from fixed effects."""
    terms = []
    if answers.person_count < len(answers) and not _same_groups(answers, shape):
        terms.append(RESPONDENT)
    if FEWEST_RANDOM_UNITS <= shape.unit_count < len(answers):
        terms.append(UNIT)
    if shape.season_degrees >= 1 and shape.cell_count < len(answers):
        terms.append(UNIT_WAVE)
    return tuple(terms)


def _same_groups(answers: Answers, shape: CohortShape) -> bool:
    """Whether every unit, or every cell, is one person and every person in one of them."""
    people = answers.person_count
    if people not in {shape.unit_count, shape.cell_count}:
        return False
    cell = answers.unit * answers.wave_count + answers.wave
    for group, count in ((answers.unit, shape.unit_count), (cell, shape.cell_count)):
        pairs = np.unique(group * people + answers.person)
        if len(pairs) == people == count:
            return True
    return False


def _lay_out_designs(
    statistics: CohortStatistics, shape: CohortShape
) -> tuple[tuple[Floats, ...], Floats]:
    """Design per batch and the basis of what can be estimated at all.

    One column per wave, so coefficients are means; where units are fixed, sum contrasts of
    units besides, so those means are over units alike.
    """
    waves = np.eye(shape.wave_count)
    if not 1 < shape.unit_count < FEWEST_RANDOM_UNITS:
        sizes = [batch.unit_ids.shape[1] for batch in statistics.batches]
        return tuple(np.tile(waves, (size, 1))[None] for size in sizes), waves
    units = np.vstack([np.eye(shape.unit_count - 1), -np.ones(shape.unit_count - 1)])
    designs = []
    for batch in statistics.batches:
        blocks, size = batch.unit_ids.shape
        by_unit = np.repeat(units[batch.unit_ids], shape.wave_count, axis=1)
        by_wave = np.broadcast_to(
            np.tile(waves, (size, 1)), (blocks, *by_unit.shape[1:2], len(waves))
        )
        designs.append(np.concatenate([by_wave, by_unit], axis=2))
    basis = _estimable_basis(statistics, designs)
    return tuple(design @ basis for design in designs), basis


def _estimable_basis(statistics: CohortStatistics, designs: list[Floats]) -> Floats:
    filled = [
        design[batch.counts > 0] for batch, design in zip(statistics.batches, designs, strict=True)
    ]
    _, singular, right = np.linalg.svd(np.concatenate(filled), full_matrices=False)
    rank = int(np.sum(singular > _NOT_ESTIMABLE * singular[0]))
    if rank == right.shape[1]:
        return np.eye(rank)
    basis: Floats = right[:rank].T
    return basis
