"""What may leave the house: minimum cells and rounding, in one place with one result type."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from survey_service.measurement.comparison import (
    MINIMUM_ANSWERS,
    ComparisonReport,
    Contrast,
    Verdict,
    WaveMean,
)
from survey_service.measurement.field_disclosure import SMALLEST_ROSTER
from survey_service.measurement.figure_rounding import (
    round_mean,
    round_points,
    round_to_five_points,
)
from survey_service.measurement.released_details import ReleasedDetails

WHOLE_NUMBERS_UNDER = 10
"""Figures of fewer answers than this are shown as whole numbers, with the verdict in words only."""

WITHHELD_REASON = "too_few_answers"
"""The only reason code of a contrast that is not shown, whatever kept it back."""

SEAM_REASON = "wording_changed"
"""The reason code of every contrast of a wave that asked in other words, whoever answered it."""

RELEASED_METHOD_NUMBERS = frozenset(
    {"alpha", "confidence", "confidence_level", "margin", "minimum", "power", "schema_version"}
)
"""Numbers of the method that are settings. Every other number describes the data: kept back."""


@dataclass(frozen=True, slots=True)
class ReleasedMean:
    """A wave's model mean as it may be shown; every figure None where it is withheld or missing."""

    audience: str
    principle: str
    wave: str
    n: int | None
    adjusted_mean: float | None
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True, slots=True)
class ReleasedContrast:
    """A contrast as it may be shown. Withheld and not computable look the same: None, too_few.

    Where the wording of the principle changed between the waves there is no figure either, and the
    verdict says so whatever the number of answers.

    `equivalence_power` (0-1, to the nearest 0.05) is the chance to conclude "no relevant change"
    if nothing has changed. `is_poorly_measured` where the reliability of either wave is under .60;
    `is_distorted` where an item behaves differently in the two, so that the trend is not to be
    trusted.
    """

    audience: str
    principle: str
    from_wave: str
    to_wave: str
    n_from: int | None
    n_to: int | None
    n_both: int | None
    adjusted_mean_from: float | None
    adjusted_mean_to: float | None
    difference: float | None
    ci_low: float | None
    ci_high: float | None
    minimum_detectable_difference: float | None
    verdict: Verdict
    reason_code: str
    is_primary: bool
    equivalence_power: float | None = None
    is_poorly_measured: bool = False
    is_distorted: bool = False


@dataclass(frozen=True, slots=True)
class ReleasedCount:
    """How many answered in one wave and audience; None where it is withheld."""

    audience: str
    wave: str
    sent: int | None
    roster: int | None


@dataclass(frozen=True, slots=True)
class ReleasedFigures:
    """The only type that pages, briefs and figure exports accept.

    `details` is None in releases made before there were any.
    """

    minimum: int
    margin: float
    waves: tuple[str, ...]
    counts: tuple[ReleasedCount, ...]
    wave_means: tuple[ReleasedMean, ...]
    contrasts: tuple[ReleasedContrast, ...]
    method: Mapping[str, object]
    details: ReleasedDetails | None = None


def disclose(
    report: ComparisonReport,
    counts: Mapping[tuple[str, str], tuple[int, int | None]],
    waves: tuple[str, ...],
    minimum: int,
    margin: float,
    *,
    audiences: tuple[str, ...] | None = None,
    principles: tuple[str, ...] | None = None,
) -> ReleasedFigures:
    """Suppress and round what `compare` found.

    - No figure for fewer than `minimum` answers to that very figure.
    - 5-9 answers (in either wave of a contrast): a whole-number mean and the verdict in words.
    - 10 answers and more: means, differences and intervals to one decimal; counts as they are.
    - Stayers, leavers and joiners of a contrast are each 0 or at least `minimum`.
    - No mean at an end of the scale, where everybody answered alike.
    - Never a raw mean, p, standard error, standard deviation or degrees of freedom.
    - A principle asked about in other words is neither compared nor shown beside the other waves.
    - A withheld figure looks like one that does not exist: the result holds every combination of
      audience, principle and pair of waves, and an audience or principle with nothing to show is
      listed only where the plan (`audiences`, `counts`, `principles`) names it.

    Complementary suppression: neither a total over audiences, waves or units nor a figure per unit
    is published here, so no withheld count is the difference of two published ones. What earlier
    releases and other levels of the unit tree have shown is the release's own audit.

    Args:
        report: unsuppressed figures.
        counts: (audience, wave) to (sent answers, people on the roster or None if not known).
        waves: in their order.
        minimum: smallest number of answers to a figure, 5 or more.
        margin: points.
        audiences: the audiences asked; None for those in `counts` and those with a figure to show.
        principles: the principles asked about; None for those with a figure to show.

    Raises:
        ValueError: for a minimum under 5.
    """
    if minimum < MINIMUM_ANSWERS:
        raise ValueError(f"minimum: expected {MINIMUM_ANSWERS} answers or more, found {minimum}")
    means = [release_mean(found, minimum) for found in report.wave_means if found.wave in waves]
    contrasts = [_release_contrast(found, minimum) for found in report.contrasts]
    figures = [figure for figure in [*means, *contrasts] if figure is not None]
    if audiences is None:
        audiences = _names([key[0] for key in counts] + [figure.audience for figure in figures])
    if principles is None:
        principles = _names(figure.principle for figure in figures)
    return ReleasedFigures(
        minimum=minimum,
        margin=margin,
        waves=waves,
        counts=tuple(
            _release_count(audience, wave, counts.get((audience, wave)), minimum)
            for audience in audiences
            for wave in waves
        ),
        wave_means=_fill_means(means, audiences, principles, waves),
        contrasts=tuple(
            _silence(contrast) if _crosses_seam(contrast, report) else contrast
            for contrast in _fill_contrasts(
                contrasts, audiences, principles, waves, _primary_of(report)
            )
        ),
        method=_release_method(report.method),
    )


def hide_place(
    figures: ReleasedFigures, audience: str, wave: str, principle: str
) -> ReleasedFigures:
    """Return the figures without one audience's mean on a principle in a wave, nor its contrasts.

    They look like those of too few answers.
    """
    return replace(
        figures,
        wave_means=tuple(
            _no_mean(audience, principle, wave)
            if (mean.audience, mean.wave, mean.principle) == (audience, wave, principle)
            else mean
            for mean in figures.wave_means
        ),
        contrasts=tuple(
            _no_contrast(audience, principle, ends, found.is_primary)
            if (found.audience, found.principle) == (audience, principle)
            and wave in (ends := (found.from_wave, found.to_wave))
            and found.verdict is not Verdict.WORDING_CHANGED
            else found
            for found in figures.contrasts
        ),
    )


def groups_are_safe(n_from: int, n_to: int, n_both: int, minimum: int) -> bool:
    """Return whether stayers, leavers and joiners of two waves are each 0 or at least `minimum`."""
    groups = (n_both, n_from - n_both, n_to - n_both)
    return all(group == 0 or group >= minimum for group in groups)


def is_shown(contrast: Contrast, minimum: int) -> bool:
    """Return whether a contrast may be shown at all, here and in every analysis beside it."""
    enough = min(contrast.n_from, contrast.n_to) >= minimum
    safe = groups_are_safe(contrast.n_from, contrast.n_to, contrast.n_both, minimum)
    ends = (
        (contrast.adjusted_mean_from, contrast.n_from),
        (contrast.adjusted_mean_to, contrast.n_to),
    )
    alike = any(mean is not None and _round_mean(mean, n) is None for mean, n in ends)
    return (
        enough
        and safe
        and not alike
        and _is_number(contrast.difference)
        and contrast.verdict not in {Verdict.TOO_FEW, Verdict.WORDING_CHANGED}
    )


def release_mean(found: WaveMean, minimum: int) -> ReleasedMean | None:
    """Return a wave's mean as it may be shown, None where it may not."""
    mean = _round_mean(found.adjusted_mean, found.n)
    if found.n < minimum or mean is None:
        return None
    few = found.n < WHOLE_NUMBERS_UNDER
    return ReleasedMean(
        audience=found.audience,
        principle=found.principle,
        wave=found.wave,
        n=found.n,
        adjusted_mean=mean,
        ci_low=None if few else round_points(found.ci_low),
        ci_high=None if few else round_points(found.ci_high),
    )


def _release_contrast(found: Contrast, minimum: int) -> ReleasedContrast | None:
    if not is_shown(found, minimum):
        return None
    few = min(found.n_from, found.n_to) < WHOLE_NUMBERS_UNDER
    return ReleasedContrast(
        audience=found.audience,
        principle=found.principle,
        from_wave=found.from_wave,
        to_wave=found.to_wave,
        n_from=found.n_from,
        n_to=found.n_to,
        n_both=found.n_both,
        adjusted_mean_from=_round_mean(found.adjusted_mean_from, found.n_from),
        adjusted_mean_to=_round_mean(found.adjusted_mean_to, found.n_to),
        difference=None if few else round_points(found.difference),
        ci_low=None if few else round_points(found.ci_low),
        ci_high=None if few else round_points(found.ci_high),
        minimum_detectable_difference=(
            None if few else round_points(found.minimum_detectable_difference)
        ),
        verdict=found.verdict,
        reason_code=found.reason.code,
        is_primary=found.is_primary,
        equivalence_power=None if few else round_to_five_points(found.equivalence_power),
    )


def _round_mean(mean: float | None, n: int) -> float | None:
    return round_mean(mean, 0 if n < WHOLE_NUMBERS_UNDER else 1)


def _release_count(
    audience: str, wave: str, found: tuple[int, int | None] | None, minimum: int
) -> ReleasedCount:
    sent, roster = found if found is not None else (0, None)
    return ReleasedCount(
        audience=audience,
        wave=wave,
        sent=sent if sent >= minimum else None,
        roster=roster
        if roster is not None and roster >= SMALLEST_ROSTER and min(sent, roster) >= minimum
        else None,
    )


def _fill_means(
    means: Iterable[ReleasedMean | None],
    audiences: tuple[str, ...],
    principles: tuple[str, ...],
    waves: tuple[str, ...],
) -> tuple[ReleasedMean, ...]:
    shown = {(mean.audience, mean.principle, mean.wave): mean for mean in means if mean}
    return tuple(
        shown.get((audience, principle, wave)) or _no_mean(audience, principle, wave)
        for audience in audiences
        for principle in principles
        for wave in waves
    )


def _fill_contrasts(
    contrasts: Iterable[ReleasedContrast | None],
    audiences: tuple[str, ...],
    principles: tuple[str, ...],
    waves: tuple[str, ...],
    primary: frozenset[tuple[str, str, str]],
) -> tuple[ReleasedContrast, ...]:
    shown = {
        (contrast.audience, contrast.principle, contrast.from_wave, contrast.to_wave): contrast
        for contrast in contrasts
        if contrast
    }
    return tuple(
        shown.get((audience, principle, *pair))
        or _no_contrast(audience, principle, pair, (audience, *pair) in primary)
        for audience in audiences
        for principle in principles
        for pair in combinations(waves, 2)
    )


def _crosses_seam(contrast: ReleasedContrast, report: ComparisonReport) -> bool:
    ends = contrast.from_wave, contrast.to_wave
    return any((wave, contrast.principle) in report.seams for wave in ends)


def _silence(contrast: ReleasedContrast) -> ReleasedContrast:
    """Say that the wording changed: of every audience alike, so that it tells of no answers."""
    pair = contrast.from_wave, contrast.to_wave
    empty = _no_contrast(contrast.audience, contrast.principle, pair, contrast.is_primary)
    return replace(empty, verdict=Verdict.WORDING_CHANGED, reason_code=SEAM_REASON)


def _primary_of(report: ComparisonReport) -> frozenset[tuple[str, str, str]]:
    """Return audience and waves named beforehand, so that withheld rows of theirs say so too."""
    return frozenset(
        (found.audience, found.from_wave, found.to_wave)
        for found in report.contrasts
        if found.is_primary
    )


def _no_mean(audience: str, principle: str, wave: str) -> ReleasedMean:
    return ReleasedMean(audience, principle, wave, None, None, None, None)


def _no_contrast(
    audience: str, principle: str, pair: tuple[str, str], is_primary: bool
) -> ReleasedContrast:
    return ReleasedContrast(
        audience=audience,
        principle=principle,
        from_wave=pair[0],
        to_wave=pair[1],
        n_from=None,
        n_to=None,
        n_both=None,
        adjusted_mean_from=None,
        adjusted_mean_to=None,
        difference=None,
        ci_low=None,
        ci_high=None,
        minimum_detectable_difference=None,
        verdict=Verdict.TOO_FEW,
        reason_code=WITHHELD_REASON,
        is_primary=is_primary,
    )


def _release_method(method: Mapping[str, object]) -> Mapping[str, object]:
    """Return the method's words and settings; numbers that describe the data stay behind."""
    kept: dict[str, object] = {}
    for key, value in method.items():
        if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
            kept[key] = list(value)
        elif _is_worded(value) or (
            key in RELEASED_METHOD_NUMBERS and isinstance(value, int | float)
        ):
            kept[key] = value
    return kept


def _is_worded(value: object) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(part, str) for part in value.values())
    return value is None or isinstance(value, str | bool)


def _names(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(keys))


def _is_number(value: float | None) -> bool:
    return value is not None and math.isfinite(value)
