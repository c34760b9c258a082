"""What the picture of the waves shows, read from released figures, and the same in words."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from survey_service.measurement.comparison import Verdict
from survey_service.measurement.disclosure import (
    ReleasedContrast,
    ReleasedFigures,
    ReleasedMean,
)

SMALLEST_AXIS = 40
"""Points an axis spans at least, so that a small change never looks large."""


@dataclass(frozen=True, slots=True)
class WaveRow:
    """One principle's row: a mean per wave (None where withheld).

    `interval` is that of the later of the two compared waves.
    """

    principle: str
    name: str
    means: tuple[float | None, ...]
    interval: tuple[float, float] | None
    difference: float | None
    verdict: Verdict


def compared_waves(figures: ReleasedFigures) -> tuple[str, str]:
    """Return the pair of waves to report on: the one named beforehand, else first and last."""
    for contrast in figures.contrasts:
        if contrast.is_primary:
            return contrast.from_wave, contrast.to_wave
    return figures.waves[0], figures.waves[-1]


def compared_places(figures: ReleasedFigures) -> tuple[int, int]:
    """Return the places of the compared waves among all of them, from 0."""
    first, last = compared_waves(figures)
    return figures.waves.index(first), figures.waves.index(last)


def shown_contrasts(figures: ReleasedFigures, audience: str) -> Mapping[str, ReleasedContrast]:
    """Return one audience's contrasts of the compared waves, by principle."""
    pair = compared_waves(figures)
    return {
        contrast.principle: contrast
        for contrast in figures.contrasts
        if contrast.audience == audience and (contrast.from_wave, contrast.to_wave) == pair
    }


def rows_of(
    figures: ReleasedFigures, audience: str, principles: Mapping[str, str]
) -> tuple[WaveRow, ...]:
    """Return a row for each of `principles` (key to name), in their order."""
    contrasts = shown_contrasts(figures, audience)
    _, last = compared_places(figures)
    means = {
        (mean.principle, mean.wave): mean
        for mean in figures.wave_means
        if mean.audience == audience
    }
    rows = []
    for key, name in principles.items():
        of_waves = [means.get((key, wave)) for wave in figures.waves]
        contrast = contrasts.get(key)
        rows.append(
            WaveRow(
                principle=key,
                name=name,
                means=tuple(mean.adjusted_mean if mean else None for mean in of_waves),
                interval=_interval_of(of_waves[last]),
                difference=contrast.difference if contrast else None,
                verdict=contrast.verdict if contrast else Verdict.TOO_FEW,
            )
        )
    return tuple(rows)


def common_axis(figures: ReleasedFigures, audiences: tuple[str, ...]) -> tuple[int, int]:
    """Return tens between which every mean, and every interval drawn, of these audiences lies."""
    ends = [
        value
        for mean in figures.wave_means
        if mean.audience in audiences
        for value in (
            mean.adjusted_mean,
            *((mean.ci_low, mean.ci_high) if mean.wave == compared_waves(figures)[1] else ()),
        )
        if value is not None
    ]
    if not ends:
        return 0, 100
    low = max(0, math.floor(min(ends) / 10) * 10)
    high = min(100, math.ceil(max(ends) / 10) * 10)
    while high - low < SMALLEST_AXIS:
        low, high = max(0, low - 10), min(100, high + 10)
    return low, high


def _interval_of(mean: ReleasedMean | None) -> tuple[float, float] | None:
    if mean is None or mean.ci_low is None or mean.ci_high is None:
        return None
    return mean.ci_low, mean.ci_high
