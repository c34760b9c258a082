"""The analyses beside the comparison, as they may be shown.

Rows that may not be shown are left out, so that a withheld figure looks like one that does not
exist; within a row a figure is None where it is withheld or could not be computed. Shares are
0-1 and rounded already, as is everything else here: only `detail_disclosure` makes these.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from survey_service.measurement.potential_status import PotentialStatus


@dataclass(frozen=True, slots=True)
class ReleasedInterval:
    """A difference or mean in points with its 95 % limits, to one decimal."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class ReleasedGap:
    """Two audiences on the items they share: the first's mean less the second's.

    `certain` where Holm's p over the principles is under .05. `is_distorted` where some shared
    item behaves differently between the two, so that the gap is not to be trusted. `rank` 1 is
    the widest gap of the wave.
    """

    principle: str
    wave: str
    first_audience: str
    second_audience: str
    shared_item_count: int
    n_first: int
    n_second: int
    mean_first: float
    mean_second: float
    gap: ReleasedInterval
    rank: int | None
    certain: bool
    is_distorted: bool


class ItemFlagKind(StrEnum):
    """Why an item is pointed out."""

    AGAINST_PRINCIPLE = "against_principle"
    BETWEEN_WAVES = "between_waves"
    BETWEEN_AUDIENCES = "between_audiences"


@dataclass(frozen=True, slots=True)
class ReleasedItemFlag:
    """An item that misleads. `points` is its own change, or how much more it is rated by equals.

    `other_audience` is named between audiences alone; `from_wave` and `to_wave` are then the same.
    """

    kind: ItemFlagKind
    audience: str
    other_audience: str | None
    principle: str
    item: str
    from_wave: str
    to_wave: str
    points: float


@dataclass(frozen=True, slots=True)
class ReleasedItem:
    """One item as one audience answered it in one wave.

    `option_shares` are of the `n_rated`, from the lowest option; empty where withheld.
    `high_options` are those that count as high. `dont_know_share` is of those who reached it.
    """

    audience: str
    wave: str
    principle: str
    item: str
    n_rated: int
    option_shares: tuple[float, ...]
    high_options: tuple[int, ...]
    high_share: float | None
    high_share_low: float | None
    high_share_high: float | None
    dont_know_share: float | None


@dataclass(frozen=True, slots=True)
class ReleasedReliability:
    """How far a principle's items measure one thing; `is_poor` where alpha is under .60."""

    audience: str
    wave: str
    principle: str
    n: int
    item_count: int
    alpha: float | None
    alpha_low: float | None
    alpha_high: float | None
    omega: float | None
    standard_error_of_measurement: float | None
    floor_share: float | None
    ceiling_share: float | None
    is_poor: bool


@dataclass(frozen=True, slots=True)
class ReleasedReliableChange:
    """Shares of followed people who moved for certain; chance alone gives 2.5 % each way."""

    reliability: float
    reliability_name: str
    smallest_certain_change: float
    share_up: float
    share_down: float


@dataclass(frozen=True, slots=True)
class ReleasedPanel:
    """Followed people of one principle and pair of waves.

    `tipping_points` is how much worse (over 0) or better (under 0) than expected the drop-outs
    must have been for the verdict to fall; `tipping_possible` whether the mean they would need
    lies on 0-100.
    """

    audience: str
    principle: str
    from_wave: str
    to_wave: str
    n_both: int
    n_left: int
    n_joined: int
    stayer_mean_from: float | None
    stayer_mean_to: float | None
    change: ReleasedInterval | None
    leavers_less_stayers: ReleasedInterval | None
    joiners_less_stayers: ReleasedInterval | None
    tipping_points: float | None
    tipping_possible: bool | None
    reliable_change: ReleasedReliableChange | None


@dataclass(frozen=True, slots=True)
class ReleasedRate:
    """Answers of one unit and audience in one wave, of those there were to ask."""

    wave: str
    unit: str
    audience: str
    answered: int
    roster: int
    rate: float | None


@dataclass(frozen=True, slots=True)
class ReleasedWeightedMean:
    """The roster-weighted mean: another estimand than the model's mean, never mixed with it."""

    audience: str
    principle: str
    wave: str
    n: int
    mean: ReleasedInterval
    effective_size: int | None


@dataclass(frozen=True, slots=True)
class ReleasedMissingCheck:
    """How far a mean moves, in points, if scores are adjusted for which items were rated."""

    audience: str
    principle: str
    wave: str
    n: int
    incomplete_share: float
    shift: float


@dataclass(frozen=True, slots=True)
class ReleasedPotential:
    """The principles of one audience and wave, lowest mean first, and what may be said of them."""

    audience: str
    wave: str
    status: PotentialStatus
    lowest: tuple[str, ...]
    ranking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReleasedMethodRow:
    """One contrast for the evaluator's method table: two significant digits where it is exact.

    Raw means stand here alone. With 5-9 answers in a wave only the counts are given. `robust_…`
    is the line without the model, `disagrees` where the two do not conclude alike.
    """

    audience: str
    principle: str
    from_wave: str
    to_wave: str
    family: str
    n_from: int
    n_to: int
    n_both: int
    mean_from: float | None
    mean_to: float | None
    difference: float | None
    standard_error: float | None
    df: float | None
    p: float | None
    p_adjusted: float | None
    effect_size: float | None
    equivalence_p: float | None
    equivalence_p_adjusted: float | None
    equivalence_power: float | None
    equivalence_ci_low: float | None
    equivalence_ci_high: float | None
    components: Mapping[str, float | None]
    robust_method: str | None
    robust_unit_count: int | None
    robust_difference: float | None
    robust_p: float | None
    disagrees: bool | None
    mean_from_low: float | None = None
    mean_from_high: float | None = None
    mean_to_low: float | None = None
    mean_to_high: float | None = None


@dataclass(frozen=True, slots=True)
class ReleasedHelp:
    """Who gave the citizens' answers in one wave.

    `with_help_share` is of the `n` who answered themselves, `by_other_share` of all who told who
    answered. `shifted_from` names the earlier wave whose share of help lies furthest away, where
    that is more than 10 points.
    """

    wave: str
    n: int
    with_help_share: float | None
    by_other_share: float | None
    shifted_from: str | None


class UnitStanding(StrEnum):
    """Where a unit's mean lies beside the whole's; named only where it is more than noise."""

    ABOVE = "above"
    BELOW = "below"
    NOT_CERTAIN = "not_certain"


@dataclass(frozen=True, slots=True)
class ReleasedUnitFigure:
    """One unit's mean on one principle in one wave, in whole points, beside the whole's.

    A level is a unit with others below it, whose answers its mean holds. `difference` is the mean
    less the whole's with its 95 % interval, None under 10 answers; the limits are None where its
    uncertainty cannot be told. `standing` is adjusted by Holm over the units and principles of the
    audience and wave.
    """

    audience: str
    principle: str
    wave: str
    unit: str
    is_level: bool
    mean: float
    difference: ReleasedInterval | None
    standing: UnitStanding


@dataclass(frozen=True, slots=True)
class ReleasedQuote:
    """What somebody of an audience wrote to a question, redacted; never whose, or of which unit."""

    audience: str
    wave: str
    item: str
    text: str


class UnitMovement(StrEnum):
    """Where a unit went between two waves; named only where it is more than noise."""

    IMPROVED = "improved"
    DECLINED = "declined"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class ReleasedUnitChange:
    """One unit's change on one principle between two waves, in whole points.

    `difference` is that of the two means as they are shown, with its 95 % interval; None under 10
    answers in either wave, and the limits are None where its uncertainty cannot be told. `movement`
    is adjusted by Holm over the principles of the unit, audience and pair of waves.
    """

    audience: str
    principle: str
    unit: str
    from_wave: str
    to_wave: str
    difference: ReleasedInterval | None
    movement: UnitMovement


@dataclass(frozen=True, slots=True)
class ReleasedDetails:
    """Everything beside the comparison that pages and exports may show."""

    gaps: tuple[ReleasedGap, ...] = ()
    item_flags: tuple[ReleasedItemFlag, ...] = ()
    items: tuple[ReleasedItem, ...] = ()
    reliabilities: tuple[ReleasedReliability, ...] = ()
    panels: tuple[ReleasedPanel, ...] = ()
    response_rates: tuple[ReleasedRate, ...] = ()
    weighted_means: tuple[ReleasedWeightedMean, ...] = ()
    missing_items: tuple[ReleasedMissingCheck, ...] = ()
    potentials: tuple[ReleasedPotential, ...] = ()
    method_rows: tuple[ReleasedMethodRow, ...] = ()
    help_given: tuple[ReleasedHelp, ...] = ()
    unit_figures: tuple[ReleasedUnitFigure, ...] = ()
    unit_changes: tuple[ReleasedUnitChange, ...] = ()
    quotes: tuple[ReleasedQuote, ...] = ()
