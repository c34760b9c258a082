"""p-values adjusted together in the families that a plan settles beforehand."""

from collections.abc import Sequence

from survey_service.measurement.comparison import ComparisonPlan, PrimaryContrast
from survey_service.measurement.holm import adjust_by_holm

PRIMARY, OTHER, ALL = "primary", "other", "all"


def name_family(plan: ComparisonPlan, audience: str, from_wave: str, to_wave: str) -> str:
    """Say which family a contrast belongs to.

    The principles of the primary audience and contrast are one family, everything else is
    another; without a primary contrast everything is one.
    """
    if plan.primary is None:
        return ALL
    same = plan.primary == PrimaryContrast(audience, from_wave, to_wave)
    return PRIMARY if same else OTHER


def adjust_by_family(
    p_values: Sequence[float | None], families: Sequence[str]
) -> tuple[float | None, ...]:
    """Adjust by Holm within each family; what has no p-value is no test and stays None."""
    adjusted: list[float | None] = [None] * len(p_values)
    for family in set(families):
        members = [place for place, own in enumerate(families) if own == family]
        for place, p in zip(members, adjust_by_holm([p_values[m] for m in members]), strict=True):
            adjusted[place] = p
    return tuple(adjusted)
