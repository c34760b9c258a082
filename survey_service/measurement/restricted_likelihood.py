"""REML of an open cohort: the criterion with its exact gradient, and where it is least.

With V = s2 (I + r Z_r Z_r' + u Z_u Z_u' + w Z_w Z_w') the three ratios (respondent, unit,
unit:wave) are variances over the residual variance s2, and the criterion is

    -2 log REML = log|V| + log|X'V^-1 X| + (y - Xb)'V^-1 (y - Xb) + constant.

The respondents are absorbed by (I + r 11')^-1 = I - r/(1 + n r) 11', what is left lives among the
cells of a block (Woodbury), and s2 and b are profiled out. Source: Harville 1977, JASA 72:320-338;
Bates, Maechler, Bolker, Walker 2015, J. Stat. Softw. 67(1).
"""

from dataclasses import dataclass

import numpy as np

from survey_service.measurement.cohort_statistics import BlockBatch, CohortStatistics, Floats

RESPONDENT, UNIT, UNIT_WAVE = 0, 1, 2
RATIO_COUNT = 3
_TINY = 1e-300


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The likelihood's parts at one set of ratios, with residual variance 1; p coefficients."""

    log_determinant: float
    """log|V| + log|X'V^-1 X|"""
    residual_sum: float
    """(y - Xb)'V^-1 (y - Xb) at the best b"""
    coefficients: Floats
    covariance: Floats
    """(p, p): (X'V^-1 X)^-1"""
    log_determinant_slope: Floats
    """(3,): per ratio"""
    residual_sum_slope: Floats
    """(3,): per ratio"""
    covariance_slope: Floats
    """(3, p, p): per ratio"""


class RestrictedLikelihood:
    """The REML criterion of an open cohort as a function of its three variance ratios.

    `designs` holds per batch the coefficients' design over the cells of a block, of shape
    (blocks or 1, cells, p).
    """

    def __init__(self, statistics: CohortStatistics, designs: tuple[Floats, ...]) -> None:
        self.statistics = statistics
        self.designs = designs
        self.degrees = statistics.answer_count - designs[0].shape[-1]

    def deviance(self, ratios: Floats) -> tuple[float, Floats]:
        """Return -2 log REML with s2 and b profiled out, less a constant, and its gradient."""
        found = self.evaluate(ratios)
        residual_sum = max(found.residual_sum, _TINY)
        value = found.log_determinant + self.degrees * np.log(residual_sum)
        slope = found.log_determinant_slope
        return value, slope + self.degrees * found.residual_sum_slope / residual_sum

    def evaluate(self, ratios: Floats) -> Evaluation:
        """Compute the parts of the likelihood at `ratios` (respondent, unit, unit:wave), each >= 0.

        The slopes follow from dV/d(ratio) = ZZ'; for respondents, from the slopes of the absorbed
        sums, with the best fitted cell values held still (envelope theorem).
        """
        statistics = self.statistics
        answers, respondent_ratio = statistics.answers_per_person, ratios[RESPONDENT]
        weight = respondent_ratio / (1 + answers * respondent_ratio)
        slope = 1 / (1 + answers * respondent_ratio) ** 2
        weights = np.stack([weight, slope])
        blocks = [
            _AbsorbedBlocks(batch, design, weights, ratios)
            for batch, design in zip(statistics.batches, self.designs, strict=True)
        ]
        information = sum(block.information for block in blocks)
        covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
        right_side = sum(block.right_side for block in blocks)
        coefficients = covariance @ right_side
        square = statistics.sum_of_squares - weight @ statistics.squared_person_sums
        square -= sum(block.explained for block in blocks)
        log_determinant = statistics.persons @ np.log1p(answers * respondent_ratio)
        log_determinant += sum(block.log_determinant for block in blocks)
        log_determinant += np.linalg.slogdet(information)[1]
        slopes = [block.slopes(covariance, coefficients) for block in blocks]
        log_slope = np.sum([part[0] for part in slopes], axis=0)
        log_slope[RESPONDENT] += statistics.persons @ (answers / (1 + answers * respondent_ratio))
        residual_slope = np.sum([part[1] for part in slopes], axis=0)
        residual_slope[RESPONDENT] -= slope @ statistics.squared_person_sums
        information_slope = np.sum([part[2] for part in slopes], axis=0)
        return Evaluation(
            log_determinant=float(log_determinant),
            residual_sum=float(square - right_side @ coefficients),
            coefficients=coefficients,
            covariance=covariance,
            log_determinant_slope=log_slope,
            residual_sum_slope=residual_slope,
            covariance_slope=-covariance @ information_slope @ covariance,
        )


class _AbsorbedBlocks:
    """One batch of blocks with respondents absorbed: A = Z'V0^-1 Z and b = Z'V0^-1 y over cells.

    With G the ratios of units and seasons over the cells, F = (I + A G)^-1 gives
    S = Z'V^-1 Z = F A and s = Z'V^-1 y = F b.
    """

    def __init__(self, batch: BlockBatch, design: Floats, weights: Floats, ratios: Floats) -> None:
        self.design = np.broadcast_to(design, (*batch.counts.shape, design.shape[-1]))
        self.by_unit = (*batch.unit_ids.shape, -1)
        self.unit_ratio, self.season_ratio = float(ratios[UNIT]), float(ratios[UNIT_WAVE])
        by_level = batch.pair_counts.reshape(weights.shape[1], -1)
        absorbed, self.absorbed_slope = (-weights @ by_level).reshape(
            2, *batch.pair_counts.shape[1:]
        )
        diagonal = np.arange(batch.counts.shape[1])
        absorbed[:, diagonal, diagonal] += batch.counts
        by_level = batch.pair_sums.reshape(weights.shape[1], -1)
        sums, self.sums_slope = (-weights @ by_level).reshape(2, *batch.sums.shape)
        sums = sums + batch.sums
        bordered = self._spread(absorbed)
        bordered[:, diagonal, diagonal] += 1
        self.log_determinant = float(np.linalg.slogdet(bordered)[1].sum())
        self.inverse: Floats = np.linalg.inv(bordered).astype(np.float64, copy=False)
        self.absorbed = absorbed
        self.marginal_sums = _times(self.inverse, sums)
        self.projected = self.inverse @ (absorbed @ design)
        self.information = _cross(self.design, self.projected)
        self.right_side = _cross(self.design, self.marginal_sums[..., None])[:, 0]
        self.explained = _dot(self._spread(sums), self.marginal_sums)

    def slopes(self, covariance: Floats, coefficients: Floats) -> tuple[Floats, Floats, Floats]:
        """Slopes of log-determinants, residual sum and information in the three ratios."""
        residual = self.marginal_sums - self.projected @ coefficients
        fitted = self.design @ coefficients + self._spread(residual)
        turned = np.ascontiguousarray(np.swapaxes(self.inverse, -1, -2))
        seen = turned @ self.design
        unit_sums = self._unit_sums(self.projected)
        information_slope = np.stack(
            [
                _cross(seen, self.absorbed_slope @ seen),
                -_cross(unit_sums, unit_sums),
                -_cross(self.projected, self.projected),
            ]
        )
        trace = np.einsum("kij,ij->k", information_slope, covariance)
        trace[RESPONDENT] += _dot(self._spread(turned), self.absorbed_slope)
        trace[UNIT] += _dot(self._spread(turned, 1.0, 0.0), self.absorbed)
        trace[UNIT_WAVE] += _dot(turned, self.absorbed)
        quadratic = _times(self.absorbed_slope, fitted) - 2 * self.sums_slope
        residual_slope = np.asarray(
            [
                _dot(fitted, quadratic),
                -np.sum(self._unit_sums(residual[..., None]) ** 2),
                -_dot(residual, residual),
            ]
        )
        return trace, residual_slope, information_slope

    def _spread(
        self, values: Floats, unit_ratio: float | None = None, season_ratio: float | None = None
    ) -> Floats:
        """Multiply by G over the last axis, where cells of one unit lie side by side."""
        unit_ratio = self.unit_ratio if unit_ratio is None else unit_ratio
        season_ratio = self.season_ratio if season_ratio is None else season_ratio
        shape = values.shape
        parted = values.reshape(*shape[:-1], self.by_unit[1], -1)
        totals = parted.sum(axis=-1, keepdims=True)
        spread: Floats = (unit_ratio * totals + season_ratio * parted).reshape(shape)
        return spread

    def _unit_sums(self, columns: Floats) -> Floats:
        sums: Floats = columns.reshape(*self.by_unit, columns.shape[-1]).sum(axis=2)
        return sums


def _cross(one: Floats, other: Floats) -> Floats:
    """Sum over blocks of one' other."""
    long = one.reshape(-1, one.shape[-1]), other.reshape(-1, other.shape[-1])
    product: Floats = np.einsum("ki,kj->ij", *long)
    return product


def _dot(one: Floats, other: Floats) -> float:
    # Not BLAS: on long vectors it starts threads, which on a busy machine wait for each other.
    return float(np.einsum("k,k->", one.reshape(-1), other.reshape(-1)))


def _times(matrices: Floats, vectors: Floats) -> Floats:
    product: Floats = (matrices @ vectors[..., None])[..., 0]
    return product
