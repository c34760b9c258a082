"""Response rates per unit, so that no unit held back follows from the total and the others."""

from collections.abc import Iterable

from survey_service.measurement.figure_rounding import round_share
from survey_service.measurement.project_analysis import WaveRate
from survey_service.measurement.released_details import ReleasedRate
from survey_service.measurement.response_rate import ResponseRate

SMALLEST_SHARE_BASE = 10
"""A share is shown only of as many people to ask."""


def disclose_rates(rates: Iterable[WaveRate], minimum: int) -> tuple[ReleasedRate, ...]:
    """Return the rates that may be shown.

    The total of an audience and wave is published elsewhere, so units are held back in company:
    those with fewer than `minimum` answers, and then the smallest others until at least two units
    with answers are held back and theirs add up to at least `minimum`.
    """
    groups: dict[tuple[str, str], list[ResponseRate]] = {}
    for found in rates:
        groups.setdefault((found.wave, found.rate.audience), []).append(found.rate)
    return tuple(
        _release_rate(wave, rate, minimum)
        for (wave, _), group in groups.items()
        for rate in _shown(group, minimum)
    )


def _shown(group: list[ResponseRate], minimum: int) -> list[ResponseRate]:
    # A unit with nobody to ask and no answers hides nothing and nobody.
    cells = [rate for rate in group if rate.answered or rate.roster]
    hidden = [rate for rate in cells if _is_small(rate, minimum)]
    others = sorted((rate for rate in cells if rate not in hidden), key=lambda rate: rate.answered)
    while hidden and others and not _is_company(hidden, minimum):
        hidden.append(others.pop(0))
    if hidden and not _is_company(hidden, minimum):
        return []
    return [rate for rate in cells if rate not in hidden]


def _is_small(rate: ResponseRate, minimum: int) -> bool:
    # More answers than people to ask: the roster is wrong, and no rate can be told.
    return rate.rate is None or rate.answered < minimum or (rate.roster or 0) < minimum


def _is_company(hidden: list[ResponseRate], minimum: int) -> bool:
    answered = [rate.answered for rate in hidden if rate.answered]
    return len(answered) >= 2 and sum(answered) >= minimum


def _release_rate(wave: str, rate: ResponseRate, minimum: int) -> ReleasedRate:
    roster = rate.roster or 0
    enough = roster >= max(SMALLEST_SHARE_BASE, minimum)
    return ReleasedRate(
        wave=wave,
        unit=rate.unit,
        audience=rate.audience,
        answered=rate.answered,
        roster=roster,
        rate=round_share(rate.rate, roster) if enough else None,
    )
