"""Response rates per unit, so that no unit held back follows from the total and the others."""

from collections.abc import Collection, Iterable, Mapping

from survey_service.measurement.field_disclosure import FieldUnit, ShownUnits, find_shown_units
from survey_service.measurement.figure_rounding import round_share
from survey_service.measurement.project_analysis import WaveRate
from survey_service.measurement.released_details import ReleasedRate
from survey_service.measurement.response_rate import ResponseRate
from survey_service.measurement.unit_tree import Parents

SeenUnits = Mapping[tuple[str, str], ShownUnits]
"""By wave and audience, what was shown while its answers came in."""


def disclose_rates(
    rates: Iterable[WaveRate],
    minimum: int,
    parents: Parents = {},  # noqa: B006 - never written to
    seen: SeenUnits = {},  # noqa: B006 - never written to
) -> tuple[ReleasedRate, ...]:
    """Return the rates that may be shown.

    The totals of an audience and of the levels above units are known, so units are held back in
    company, as they were while answers came in: `field_disclosure` says how. A unit with others
    below it has a rate of its own people alone.

    Args:
        rates: unsuppressed; units of the tree that are not among them asked nobody.
        minimum: answers; of people to ask it takes `field_disclosure.SMALLEST_ROSTER`.
        parents: the tree of units; without it all stand side by side.
        seen: what was shown before.
    """
    groups: dict[tuple[str, str], list[ResponseRate]] = {}
    for found in rates:
        groups.setdefault((found.wave, found.rate.audience), []).append(found.rate)
    return tuple(
        _release_rate(group[0], rate)
        for group, found in groups.items()
        for rate in _shown(found, minimum, parents, seen.get(group))
    )


def keep_back_again(
    rates: Iterable[ReleasedRate], earlier: Iterable[tuple[Collection[str], Iterable[ReleasedRate]]]
) -> tuple[ReleasedRate, ...]:
    """Return the rates without those of units that an earlier release of their wave kept back.

    Args:
        rates: as `disclose_rates` returned them.
        earlier: of every earlier release the waves it holds and the rates it shows.

    The totals are known, so a unit that stood back keeps others from being found by subtraction
    for as long as they stand in any release.
    """
    shown_before = [
        (waves, {(rate.wave, rate.audience, rate.unit) for rate in shown})
        for waves, shown in earlier
    ]
    return tuple(
        rate
        for rate in rates
        if all(
            rate.wave not in waves or (rate.wave, rate.audience, rate.unit) in shown
            for waves, shown in shown_before
        )
    )


def _shown(
    rates: list[ResponseRate], minimum: int, parents: Parents, seen: ShownUnits | None
) -> list[ResponseRate]:
    by_unit = {rate.unit: rate for rate in rates}
    units = [_lay_out(key, by_unit.get(key), parents) for key in sorted({*by_unit, *parents})]
    shown = find_shown_units(units, minimum, seen=seen)
    has_others_below = {unit.parent for unit in units}
    return [
        rate
        for rate in rates
        if rate.unit in (shown.own_parts if rate.unit in has_others_below else shown.units)
    ]


def _lay_out(key: str, rate: ResponseRate | None, parents: Parents) -> FieldUnit:
    if rate is None:
        return FieldUnit(key, parents.get(key), 0, 0)
    return FieldUnit(key, parents.get(key), rate.answered, rate.roster or 0)


def _release_rate(wave: str, rate: ResponseRate) -> ReleasedRate:
    roster = rate.roster or 0
    return ReleasedRate(
        wave=wave,
        unit=rate.unit,
        audience=rate.audience,
        answered=rate.answered,
        roster=roster,
        rate=round_share(rate.rate, roster),
    )
