"""What may leave the house: minimum cells and rounding, in one place with one result type."""

from collections.abc import Mapping
from dataclasses import dataclass

from survey_service.measurement.comparison import ComparisonReport, Verdict

WHOLE_NUMBERS_UNDER = 10
"""Figures of fewer answers than this are shown as whole numbers, with the verdict in words only."""


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
    """A contrast as it may be shown. Withheld and not computable look the same: None, too_few."""

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


@dataclass(frozen=True, slots=True)
class ReleasedCount:
    """How many answered in one wave and audience; None where it is withheld."""

    audience: str
    wave: str
    sent: int | None
    roster: int | None


@dataclass(frozen=True, slots=True)
class ReleasedFigures:
    """The only type that pages, briefs and figure exports accept."""

    minimum: int
    margin: float
    waves: tuple[str, ...]
    counts: tuple[ReleasedCount, ...]
    wave_means: tuple[ReleasedMean, ...]
    contrasts: tuple[ReleasedContrast, ...]
    method: Mapping[str, object]


def disclose(
    report: ComparisonReport,
    counts: Mapping[tuple[str, str], tuple[int, int | None]],
    waves: tuple[str, ...],
    minimum: int,
    margin: float,
) -> ReleasedFigures:
    """Suppress and round what `compare` found.

    Args:
        report: unsuppressed figures.
        counts: (audience, wave) to (sent answers, people on the roster or None if not known).
        waves: in their order.
        minimum: smallest number of answers to a figure, 5 or more.
        margin: points.

    Raises:
        ValueError: for a minimum under 5.
    """
    raise NotImplementedError
