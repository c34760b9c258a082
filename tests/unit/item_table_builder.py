"""Builds item tables from option numbers, for the tests of what is computed from them."""

import numpy as np

from survey_service.measurement.item_table import ItemTable


def item_table(codes, *, measures=None, audience="citizen", waves=None, units=None, options=5):
    """Return a table of one audience; `codes` are option numbers or codes under 1."""
    codes = np.asarray(codes, dtype=np.int16)
    count, width = codes.shape
    return ItemTable(
        codes=codes,
        item_keys=tuple("abcdefghij"[:width]),
        measures=tuple(measures) if measures is not None else ("hopes",) * width,
        option_counts=np.full(width, options, dtype=np.int16),
        reversed_items=np.zeros(width, dtype=bool),
        respondents=np.array([f"p{row}" for row in range(count)]),
        units=np.asarray(units) if units is not None else np.full(count, "north"),
        audiences=np.full(count, audience),
        waves=np.asarray(waves) if waves is not None else np.full(count, "baseline"),
        wave_order=("baseline", "final"),
    )


def rated_alike(random, traits, shifts, noise=18.0):
    """Return option numbers 1-5 of items that all reflect `traits` (0-100), shifted per item."""
    raw = traits[:, None] + np.asarray(shifts) + random.normal(0, noise, (len(traits), len(shifts)))
    return np.clip(np.rint(raw / 25), 0, 4).astype(int) + 1


def two_waves(random, first_traits, second_traits, first_shifts, second_shifts, unit_count=8):
    """Return a table of two waves of different people, spread over units in turn."""
    codes = np.vstack(
        [
            rated_alike(random, first_traits, first_shifts),
            rated_alike(random, second_traits, second_shifts),
        ]
    )
    numbers = np.concatenate([np.arange(len(first_traits)), np.arange(len(second_traits))])
    waves = np.repeat(["baseline", "final"], [len(first_traits), len(second_traits)])
    units = np.array([f"unit-{number % unit_count}" for number in numbers])
    return item_table(codes, waves=waves, units=units)
