"""p-values adjusted together in the families that a plan settles beforehand."""

from collections.abc import Sequence

from survey_service.measurement.comparison import ComparisonPlan, PrimaryContrast

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
    """Adjust by Holm within each family; what has no p-value is no test and stays None.

    The k-th smallest of m becomes the largest of (m - j + 1) p_(j) over j <= k, at most 1.
    Source: Holm 1979, Scand. J. Stat. 6:65-70.
    """
    adjusted: list[float | None] = [None] * len(p_values)
    for family in set(families):
        tested = [
            (p, position)
            for position, p in enumerate(p_values)
            if p is not None and families[position] == family
        ]
        largest = 0.0
        for rank, (p, position) in enumerate(sorted(tested)):
            largest = max(largest, min(1.0, (len(tested) - rank) * p))
            adjusted[position] = largest
    return tuple(adjusted)
