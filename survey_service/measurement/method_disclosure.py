"""The evaluator's method table: exact figures to two significant digits, and nothing more."""

from collections.abc import Iterable, Mapping

from survey_service.measurement.comparison import Contrast, WaveMean
from survey_service.measurement.disclosure import WHOLE_NUMBERS_UNDER, is_shown
from survey_service.measurement.figure_rounding import (
    round_coefficient,
    round_mean,
    round_points,
    round_significant,
    round_to_five_points,
)
from survey_service.measurement.released_details import ReleasedMethodRow


def disclose_method_rows(
    contrasts: Iterable[Contrast], minimum: int, wave_means: Iterable[WaveMean] = ()
) -> tuple[ReleasedMethodRow, ...]:
    """Return a row per contrast that may be shown; with 5-9 answers in a wave counts alone.

    `wave_means` are the same comparison's: the raw means' intervals come from them.
    """
    means = {(mean.audience, mean.principle, mean.wave): mean for mean in wave_means}
    return tuple(_row(contrast, means) for contrast in contrasts if is_shown(contrast, minimum))


def _row(
    contrast: Contrast, wave_means: Mapping[tuple[str, str, str], WaveMean]
) -> ReleasedMethodRow:
    key = contrast.audience, contrast.principle
    raw_from = wave_means.get((*key, contrast.from_wave))
    raw_to = wave_means.get((*key, contrast.to_wave))
    few = min(contrast.n_from, contrast.n_to) < WHOLE_NUMBERS_UNDER

    def points(value: float | None) -> float | None:
        return None if few else round_points(value)

    def exact(value: float | None) -> float | None:
        return None if few else round_significant(value)

    robust = None if few else contrast.design_robust
    return ReleasedMethodRow(
        audience=contrast.audience,
        principle=contrast.principle,
        from_wave=contrast.from_wave,
        to_wave=contrast.to_wave,
        family=contrast.family,
        n_from=contrast.n_from,
        n_to=contrast.n_to,
        n_both=contrast.n_both,
        mean_from=None if few else round_mean(contrast.mean_from),
        mean_to=None if few else round_mean(contrast.mean_to),
        difference=points(contrast.difference),
        standard_error=exact(contrast.standard_error),
        df=exact(contrast.df),
        p=exact(contrast.p),
        p_adjusted=exact(contrast.p_adjusted),
        effect_size=None if few else round_coefficient(contrast.effect_size),
        equivalence_p=exact(contrast.equivalence_p),
        equivalence_p_adjusted=exact(contrast.equivalence_p_adjusted),
        equivalence_power=None if few else round_to_five_points(contrast.equivalence_power),
        equivalence_ci_low=points(contrast.equivalence_ci_low),
        equivalence_ci_high=points(contrast.equivalence_ci_high),
        components={}
        if few
        else {name: round_significant(value) for name, value in contrast.components.items()},
        robust_method=robust.method if robust else None,
        robust_unit_count=robust.unit_count if robust else None,
        robust_difference=round_points(robust.difference) if robust else None,
        robust_p=round_significant(robust.p) if robust else None,
        disagrees=robust.disagrees if robust else None,
        mean_from_low=points(raw_from.mean_ci_low) if raw_from else None,
        mean_from_high=points(raw_from.mean_ci_high) if raw_from else None,
        mean_to_low=points(raw_to.mean_ci_low) if raw_to else None,
        mean_to_high=points(raw_to.mean_ci_high) if raw_to else None,
    )
