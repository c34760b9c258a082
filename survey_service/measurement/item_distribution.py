"""How the answers to one item spread over its options."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from survey_service.measurement.comparison import Reason
from survey_service.measurement.item_table import (
    DONT_KNOW_CODE,
    NOT_APPLICABLE_CODE,
    NOT_REACHED_CODE,
    SKIPPED_CODE,
    ItemTable,
)

Codes = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class OptionCount:
    """How many chose one option (from 1), and their share 0-1 of the rated answers."""

    option: int
    count: int
    share: float | None


@dataclass(frozen=True, slots=True)
class ItemDistribution:
    """One item as one audience answered it in one wave; shares 0-1, None where nobody did.

    `high_share` is the share of the `n_rated` in the upper options, with its Wilson 95 % interval;
    for a reversed item the upper options are those that score high, its lowest. `dont_know_share`
    is of the `n_reached` who came to the item at all.
    """

    audience: str
    wave: str
    principle: str
    item: str
    n_reached: int
    n_rated: int
    options: tuple[OptionCount, ...]
    high_options: tuple[int, ...]
    high_share: float | None
    high_share_low: float | None
    high_share_high: float | None
    dont_know_share: float | None
    dont_know_count: int
    not_applicable_count: int
    skipped_count: int
    reason: Reason | None


def item_distributions(table: ItemTable) -> tuple[ItemDistribution, ...]:
    """Return the distribution of every item, audience and wave that has responses."""
    return tuple(
        _distribution(table, column, audience, wave, codes[:, column])
        for audience in table.audience_names
        for wave in table.wave_order
        for codes in [table.codes[table.rows_of(audience, wave)]]
        if len(codes)
        for column in range(len(table.item_keys))
    )


def upper_options(option_count: int, *, turned: bool = False) -> tuple[int, ...]:
    """Return the options that count as high: the upper half, without the middle of an odd number.

    Two of five, two of four, three of seven; for a reversed item as many of the lowest.
    Raises ValueError for fewer than two options.
    """
    if option_count < 2:
        raise ValueError(f"option_count: expected 2 or more, found {option_count}")
    high = option_count // 2
    return tuple(range(1, high + 1) if turned else range(option_count - high + 1, option_count + 1))


def wilson_interval(count: int, total: int, level: float = 0.95) -> tuple[float, float]:
    """Return the score interval of a share, both limits on 0-1.

    Raises ValueError unless `0 <= count <= total` and `total >= 1`.
    Source: Wilson (1927), Journal of the American Statistical Association 22; Newcombe (1998),
    Statistics in Medicine 17, method 3.
    """
    if not 0 <= count <= total or total < 1:
        raise ValueError(f"share: expected 0 <= count <= total, 1 or more, found {count}/{total}")
    found = stats.binomtest(count, total).proportion_ci(level, method="wilson")
    return float(found.low), float(found.high)


def _distribution(
    table: ItemTable, column: int, audience: str, wave: str, codes: Codes
) -> ItemDistribution:
    option_count = int(table.option_counts[column])
    rated = codes[codes >= 1]
    counts = np.bincount(rated, minlength=option_count + 1)[1:]
    high_options = upper_options(option_count, turned=bool(table.reversed_items[column]))
    high = int(np.isin(rated, high_options).sum())
    reached = int((codes != NOT_REACHED_CODE).sum())
    unknown = int((codes == DONT_KNOW_CODE).sum())
    low_limit, high_limit = wilson_interval(high, len(rated)) if len(rated) else (None, None)
    return ItemDistribution(
        audience=audience,
        wave=wave,
        principle=table.measures[column],
        item=table.item_keys[column],
        n_reached=reached,
        n_rated=len(rated),
        options=tuple(
            OptionCount(option, int(count), _share(int(count), len(rated)))
            for option, count in enumerate(counts, start=1)
        ),
        high_options=high_options,
        high_share=_share(high, len(rated)),
        high_share_low=low_limit,
        high_share_high=high_limit,
        dont_know_share=_share(unknown, reached),
        dont_know_count=unknown,
        not_applicable_count=int((codes == NOT_APPLICABLE_CODE).sum()),
        skipped_count=int((codes == SKIPPED_CODE).sum()),
        reason=None if len(rated) else Reason("no_answers", "Nobody rated the item."),
    )


def _share(count: int, total: int) -> float | None:
    return count / total if total else None
