"""How many citizens answered on their own, how many with help, how many had somebody else do it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

HELP_ITEM = "help"
ALONE, WITH_HELP, BY_OTHER = "alone", "with_help", "by_other"

LARGEST_QUIET_SHIFT = 0.10
"""A share answered with help that moves by more than this between waves is pointed out."""


@dataclass(frozen=True, slots=True)
class HelpGiven:
    """Who gave the citizens' answers in one wave; those who did not say are not counted."""

    wave: str
    alone_count: int
    with_help_count: int
    by_other_count: int

    @property
    def own_count(self) -> int:
        """Citizens who answered themselves and said whether they had help."""
        return self.alone_count + self.with_help_count

    @property
    def share(self) -> float | None:
        """The share 0-1 of those who answered themselves that had help; None of nobody."""
        return self.with_help_count / self.own_count if self.own_count else None


def count_help(
    answers: Mapping[tuple[str, str], int], waves: Sequence[str]
) -> tuple[HelpGiven, ...]:
    """Return the counts of every wave, in their order.

    Args:
        answers: (wave, answer to the question who answers) to how many gave it.
        waves: in their order.
    """
    return tuple(
        HelpGiven(wave, *(answers.get((wave, value), 0) for value in (ALONE, WITH_HELP, BY_OTHER)))
        for wave in waves
    )


def find_shift(found: HelpGiven, earlier: Sequence[HelpGiven]) -> HelpGiven | None:
    """Return the earlier wave whose share lies furthest from this one's, if over 10 points away."""
    shifts = [
        (abs(found.share - other.share), other)
        for other in earlier
        if found.share is not None and other.share is not None
    ]
    largest, other = max(shifts, key=lambda pair: pair[0], default=(0.0, found))
    # Rounded, so that 0.3 less 0.2 is no more than 0.1.
    return other if round(largest, 9) > LARGEST_QUIET_SHIFT else None
