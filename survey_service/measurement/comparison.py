"""Waves of an open cohort compared per audience and principle, and what may be said of it.

The types are light; the numerical libraries are read when something is compared.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from survey_service.measurement.score_table import ScoreTable

DEFAULT_MARGIN = 5.0
"""Points on 0-100 under which a change is not relevant, unless the project says otherwise."""

LARGEST_MARGIN = 100.0

MINIMUM_ANSWERS = 5


class Verdict(StrEnum):
    """What may be said of one contrast, in the order in which they are tried."""

    WORDING_CHANGED = "wording_changed"
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
    """What a project settled before it measured: `margin` in points, waves in their order.

    `seams` are waves and principles whose wording is another than the project's and carries no
    trend: such a wave is compared with no other on that principle, nor does it enter its model.
    """

    waves: tuple[str, ...]
    margin: float = DEFAULT_MARGIN
    primary: PrimaryContrast | None = None
    minimum: int = MINIMUM_ANSWERS
    seams: frozenset[tuple[str, str]] = frozenset()

    def __post_init__(self) -> None:
        if not self.waves or len(set(self.waves)) != len(self.waves):
            raise ValueError(f"waves: expected different names in order, found {self.waves}")
        if not 0 < self.margin <= LARGEST_MARGIN:
            raise ValueError(f"margin: expected above 0 and at most 100, found {self.margin}")
        if self.minimum < 1:
            raise ValueError(f"minimum: expected at least 1, found {self.minimum}")
        if self.primary is not None:
            pair = (self.primary.from_wave, self.primary.to_wave)
            if pair not in set(combinations(self.waves, 2)):
                raise ValueError(
                    f"primary: expected two waves in the order of {self.waves}, found {pair}"
                )
        unknown = sorted({wave for wave, _ in self.seams} - set(self.waves))
        if unknown:
            raise ValueError(f"seams: expected waves of {self.waves}, found {unknown}")

    def crosses_seam(self, principle: str, *waves: str) -> bool:
        """Whether any of these waves asked about the principle in words that carry no trend."""
        return any((wave, principle) in self.seams for wave in waves)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a verdict or an estimate is as it is: a stable code and an English sentence."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class WaveMean:
    """One audience, principle and wave: raw mean and model mean with its 95 % interval, 0-100.

    `mean_ci_…` are the raw mean's limits, which take every answer as independent. None where it
    cannot be computed.
    """

    audience: str
    principle: str
    wave: str
    n: int
    mean: float | None
    adjusted_mean: float | None
    ci_low: float | None
    ci_high: float | None
    mean_ci_low: float | None = None
    mean_ci_high: float | None = None


@dataclass(frozen=True, slots=True)
class DesignRobustLine:
    """The same contrast without the model: units' raw mean changes alone, in points.

    `method` is `unit_mean_paired_t` or `leave_one_unit_out_jackknife`. `disagrees` where it and
    the model do not conclude alike at 5 %.
    """

    method: str
    unit_count: int
    difference: float
    standard_error: float
    df: float
    p: float
    disagrees: bool


@dataclass(frozen=True, slots=True)
class Contrast:
    """One pair of waves for one principle and audience, in points; None where not computable.

    `ci_…` are 95 %, `equivalence_ci_…` 90 % limits. `family` is primary, other or all: the
    p-values adjusted together. `end_share` is the largest share (0-1) of scores at one end of the
    scale in either wave. `equivalence_power` is the least chance to conclude "no relevant change"
    after Holm if there is no change at all.
    """

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
    sd_from: float | None = None
    sd_to: float | None = None
    equivalence_ci_low: float | None = None
    equivalence_ci_high: float | None = None
    equivalence_power: float | None = None
    end_share: float | None = None
    family: str = "all"
    units_from: int = 0
    units_to: int = 0
    design_robust: DesignRobustLine | None = None


@dataclass(frozen=True, slots=True)
class ComparisonReport:
    """Everything `compare` found; `method` says how, in words and numbers.

    `unit` names the unit that a unit's own report is about. Contrasts are ordered by audience
    and principle as in the table, then by pairs of waves in their order. `seams` are the plan's.
    """

    method: Mapping[str, object]
    wave_means: tuple[WaveMean, ...]
    contrasts: tuple[Contrast, ...]
    unit: str | None = None
    seams: tuple[tuple[str, str], ...] = ()


def compare(table: ScoreTable, plan: ComparisonPlan) -> ComparisonReport:
    """Compare every pair of waves per audience and principle.

    Args:
        table: scores 0-100, one row per respondent, wave and principle. Rows of waves that the
            plan does not name are left out.
        plan: waves in order, margin, primary contrast and minimum.

    Returns:
        One contrast per audience, principle and pair of the plan's waves, also where nothing can
        be computed: its reason then says why. Never NaN or infinity. Across a seam there are
        only counts, and the contrast is a test in no family.
    """
    from survey_service.measurement.cohort_comparison import (
        compare_waves,
    )

    return compare_waves(table, plan)


def compare_units(table: ScoreTable, plan: ComparisonPlan) -> Mapping[str, ComparisonReport]:
    """Compare the waves within each unit, by the unit's name.

    A unit alone cannot tell a change from a good or bad season, so all variances are those of
    the fit over all units; without one there is an estimate but no inference.
    """
    from survey_service.measurement.cohort_comparison import (
        compare_waves_within_units,
    )

    return compare_waves_within_units(table, plan, table.units)


def compare_unit(table: ScoreTable, plan: ComparisonPlan, unit: str) -> ComparisonReport:
    """Compare the waves within one unit; see `compare_units`.

    Raises:
        ValueError: the table does not know the unit.
    """
    from survey_service.measurement.cohort_comparison import (
        compare_waves_within_units,
    )

    if unit not in table.units:
        raise ValueError(f"unit: expected one of {table.units}, found {unit!r}")
    return compare_waves_within_units(table, plan, (unit,))[unit]
