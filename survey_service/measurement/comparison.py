"""Waves of an open cohort compared per audience and principle, and what may be said of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from survey_service.measurement.score_table import ScoreTable

DEFAULT_MARGIN = 5.0
"""Points on 0-100 under which a change is not relevant, unless the project says otherwise."""

MINIMUM_ANSWERS = 5


class Verdict(StrEnum):
    """What may be said of one contrast, in the order in which they are tried."""

    TOO_FEW = "too_few"
    NO_RELEVANT_CHANGE = "no_relevant_change"
    IMPROVED = "improved"
    DECLINED = "declined"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class PrimaryContrast:
    """The audience and pair of waves named before the first wave opened."""

    audience: str
    from_wave: str
    to_wave: str


@dataclass(frozen=True, slots=True)
class ComparisonPlan:
    """What a project settled before it measured: `margin` in points, waves in their order."""

    waves: tuple[str, ...]
    margin: float = DEFAULT_MARGIN
    primary: PrimaryContrast | None = None
    minimum: int = MINIMUM_ANSWERS


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a verdict or an estimate is as it is: a stable code and an English sentence."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class WaveMean:
    """One audience, principle and wave: raw mean and model mean with its 95 % interval, 0-100.

    None where it cannot be computed.
    """

    audience: str
    principle: str
    wave: str
    n: int
    mean: float | None
    adjusted_mean: float | None
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True, slots=True)
class Contrast:
    """One pair of waves for one principle and audience, in points; None where not computable."""

    audience: str
    principle: str
    from_wave: str
    to_wave: str
    n_from: int
    n_to: int
    n_both: int
    mean_from: float | None
    mean_to: float | None
    adjusted_mean_from: float | None
    adjusted_mean_to: float | None
    difference: float | None
    standard_error: float | None
    df: float | None
    ci_low: float | None
    ci_high: float | None
    p: float | None
    p_adjusted: float | None
    effect_size: float | None
    equivalence_p: float | None
    equivalence_p_adjusted: float | None
    minimum_detectable_difference: float | None
    verdict: Verdict
    reason: Reason
    is_primary: bool
    components: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class ComparisonReport:
    """Everything `compare` found; `method` says how, in words and numbers."""

    method: Mapping[str, object]
    wave_means: tuple[WaveMean, ...]
    contrasts: tuple[Contrast, ...]


def compare(table: ScoreTable, plan: ComparisonPlan) -> ComparisonReport:
    """Compare every pair of waves per audience and principle.

    Args:
        table: scores 0-100, one row per respondent, wave and principle.
        plan: waves in order, margin, primary contrast and minimum.
    """
    raise NotImplementedError
