"""How a comparison was made and what it cannot show: the method table in words and numbers."""

from collections import Counter
from collections.abc import Mapping, Sequence

from survey_service.measurement.comparison import ComparisonPlan, Contrast

FORMULA = "score ~ wave + (1|unit) + (1|unit:wave) + (1|respondent)"

LIMITS = (
    "There is no comparison group: a change may have other causes than the project.",
    "People who recover may leave the service and no longer answer, which lowers the mean.",
    "Staff may rate their own practice lower as they learn what the principles ask.",
    "Those who do not answer may differ from those who do.",
    "Means are of those who answered; a mean weighted by roster is a different figure.",
    "No change shown is not the same as no change: see the smallest difference that the data"
    " would have shown.",
)
"""What the design cannot show, as plain statements."""


def describe_method(
    plan: ComparisonPlan, contrasts: Sequence[Contrast], left_out_waves: Sequence[str] = ()
) -> Mapping[str, object]:
    """Say how the contrasts were computed, with the power that the margin had in them."""
    primary = plan.primary
    powers = [c.equivalence_power for c in contrasts if c.equivalence_power is not None]
    seams = sorted(f"{wave}: {principle}" for wave, principle in plan.seams)
    changed = {"wording_changed": seams} if seams else {}
    return {
        "estimator": "REML (restricted maximum likelihood), one fit per audience and principle",
        "formula": FORMULA,
        "df_method": (
            "Satterthwaite; at most d where unit:wave is estimated at zero, at least"
            " min(units - 1, d) and 1, with d = cells - units - waves + 1"
        ),
        "units": "two to four units are fixed effects with sum contrasts; one unit: no inference",
        "waves": list(plan.waves),
        "waves_left_out": list(left_out_waves),
        "margin": plan.margin,
        "minimum": plan.minimum,
        "primary": None
        if primary is None
        else {"audience": primary.audience, "from": primary.from_wave, "to": primary.to_wave},
        "multiplicity": (
            "Holm over the principles of the primary audience and contrast, and over everything"
            " else together; equivalence p-values likewise. The promise of at most 5 % false"
            " claims is made for the primary family."
            if primary is not None
            else "Holm over all contrasts together; equivalence p-values likewise. No primary"
            " contrast was named."
        ),
        "families": dict(Counter(c.family for c in contrasts if c.p is not None)),
        "effect_size": (
            "difference / sqrt((var_from + var_to) / 2) * (1 - 3 / (4 (n_from + n_to - 2) - 1))"
        ),
        "power": {
            "text": (
                "Chance to conclude no relevant change if nothing changed, at Holm's first step"
                " and so a lower bound: max(0, 2 P(T_df < margin / SE - t(1 - .05 / m, df)) - 1)"
                " with m tests in the family"
            ),
            "lowest": min(powers, default=None),
            "highest": max(powers, default=None),
        },
        "limits": list(LIMITS),
        **changed,
    }
