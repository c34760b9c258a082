"""What may be said of the principles that scored lowest; light, for those who only show it."""

from enum import StrEnum


class PotentialStatus(StrEnum):
    """What may be said of the principles that scored lowest."""

    MOST_POTENTIAL = "most_potential"
    ORDER_UNCERTAIN = "order_uncertain"
    TOO_FEW_PRINCIPLES = "too_few_principles"
