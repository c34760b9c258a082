"""What may be said of one contrast, and why: the verdict in the order settled beforehand."""

from dataclasses import dataclass

from survey_service.measurement.comparison import Reason, Verdict

SIGNIFICANCE = 0.05
LARGEST_END_SHARE = 0.15
"""From this share of scores at one end of the scale on, a change may hide beyond the end."""

REASON_TEXTS = {
    "wording_changed": (
        "The principle was asked about in other words, so the waves cannot be compared."
    ),
    "too_few_answers": "At least one of the two waves has fewer than {minimum} answers.",
    "within_margin": "A change of {margin:g} points or more is ruled out.",
    "certain_but_smaller_than_margin": (
        "There is a change, but one of {margin:g} points or more is ruled out."
    ),
    "by_at_least_margin": "The change is at least {margin:g} points.",
    "size_uncertain": (
        "There is a change; whether it is as large as {margin:g} points is uncertain."
    ),
    "inconclusive": (
        "The answers show neither a change nor that a change of {margin:g} points is absent."
    ),
    "end_of_scale": (
        "No change is shown, but so many scores lie at an end of the scale that a change"
        " could hide beyond it."
    ),
    "one_unit": (
        "All answers come from one unit, so a change cannot be told from a good or bad season."
    ),
    "season_unknown": (
        "The answers do not show how much units vary from wave to wave, so the unit's own change"
        " cannot be told from a good or bad season."
    ),
    "no_variation": "All scores are alike, so there is nothing to judge a difference against.",
    "no_residual": (
        "Scores hardly vary within waves and respondents, so there is nothing to judge a"
        " difference against."
    ),
    "too_little_data": "There are no more answers than waves and units to estimate.",
    "too_entangled": (
        "So many people moved between so many units that the model is too large to fit."
    ),
    "not_connected": (
        "No chain of units with answers in both waves connects the two, so waves cannot be told"
        " from units."
    ),
}
"""Every reason by its code; `margin` in points and `minimum` in answers are filled in."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a verdict rests on; without inference the figures are None, `obstacle` says why."""

    enough_answers: bool
    difference: float | None
    ci_low: float | None
    ci_high: float | None
    p_adjusted: float | None
    equivalence_p_adjusted: float | None
    end_share: float | None
    obstacle: str | None


def conclude(evidence: Evidence, margin: float, minimum: int) -> tuple[Verdict, Reason]:
    """Return verdict and reason of one contrast.

    The order: too few; no relevant change; improved or declined; cannot tell.
    """
    verdict, code = _decide(evidence, margin)
    return verdict, explain(code, margin, minimum)


def explain(code: str, margin: float, minimum: int) -> Reason:
    """Return a reason with its sentence; KeyError for a code that has none."""
    return Reason(code, REASON_TEXTS[code].format(margin=margin, minimum=minimum))


def _decide(evidence: Evidence, margin: float) -> tuple[Verdict, str]:
    if not evidence.enough_answers:
        return Verdict.TOO_FEW, "too_few_answers"
    if evidence.obstacle is not None:
        return Verdict.CANNOT_TELL, evidence.obstacle
    changed = _is_below_significance(evidence.p_adjusted)
    equivalent = _is_below_significance(evidence.equivalence_p_adjusted)
    hidden = evidence.end_share is not None and evidence.end_share >= LARGEST_END_SHARE
    if equivalent and not hidden:
        code = "certain_but_smaller_than_margin" if changed else "within_margin"
        return Verdict.NO_RELEVANT_CHANGE, code
    if changed:
        return _name_change(evidence, margin)
    return Verdict.CANNOT_TELL, "end_of_scale" if equivalent else "inconclusive"


def _name_change(evidence: Evidence, margin: float) -> tuple[Verdict, str]:
    improved = evidence.difference is not None and evidence.difference > 0
    low, high = evidence.ci_low, evidence.ci_high
    passes = (low is not None and low >= margin) or (high is not None and high <= -margin)
    verdict = Verdict.IMPROVED if improved else Verdict.DECLINED
    return verdict, "by_at_least_margin" if passes else "size_uncertain"


def _is_below_significance(p: float | None) -> bool:
    return p is not None and p < SIGNIFICANCE
