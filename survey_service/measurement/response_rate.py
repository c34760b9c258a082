"""How many of those there were to ask have answered, per unit and audience."""

from collections.abc import Mapping
from dataclasses import dataclass

from survey_service.measurement.comparison import Reason


@dataclass(frozen=True, slots=True)
class ResponseRate:
    """One unit and audience: answers, people to ask, and the share 0-1; None with a reason."""

    unit: str
    audience: str
    answered: int
    roster: int | None
    rate: float | None
    reason: Reason | None


def response_rates(
    answered: Mapping[tuple[str, str], int], roster: Mapping[tuple[str, str], int]
) -> tuple[ResponseRate, ...]:
    """Return the response rate of every (unit, audience) that has answers or people to ask.

    Args:
        answered: (unit, audience) to sent answers, 0 or more.
        roster: (unit, audience) to people there are to ask, 0 or more; absent where not known.

    Raises:
        ValueError: for a negative count.
    """
    for name, counts in (("answered", answered), ("roster", roster)):
        for (unit, audience), count in counts.items():
            if count < 0:
                raise ValueError(f"{name} of {unit}, {audience}: expected 0 or more, found {count}")
    return tuple(
        _rate(unit, audience, answered.get((unit, audience), 0), roster.get((unit, audience)))
        for unit, audience in sorted({*answered, *roster})
    )


def _rate(unit: str, audience: str, answered: int, roster: int | None) -> ResponseRate:
    reason = None
    if roster is None:
        reason = Reason("no_roster", "How many there were to ask is not known.")
    elif roster == 0 and answered == 0:
        reason = Reason("empty_roster", "There was nobody to ask.")
    elif roster < answered:
        reason = Reason("roster_too_small", "More people answered than the roster holds.")
    rate = None if reason is not None or not roster else answered / roster
    return ResponseRate(unit, audience, answered, roster, rate, reason)
