"""Several versions of one questionnaire as one table: items with the same key are the same."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from survey_service.measurement.item_table import NOT_REACHED_CODE, ItemTable


def join_versions(tables: Sequence[ItemTable]) -> ItemTable:
    """Put the responses to several versions of one instrument below each other.

    Args:
        tables: one per version, the newest last; they list the waves in the same order.

    Returns:
        A table with every item of any version. The newest version to have an item settles what it
        counts towards and how it is scored. Where an older version offered another number of
        options or turned the item the other way, its answers cannot be read on the newer scale:
        they count as not reached, as do the items that a version does not have.

    Raises:
        ValueError: for no tables, or waves in different orders.
    """
    if not tables or len({table.wave_order for table in tables}) > 1:
        orders = sorted({table.wave_order for table in tables})
        raise ValueError(f"tables: expected one or more, waves in one order, found {orders}")
    if len(tables) == 1:
        return tables[0]
    newest: dict[str, tuple[ItemTable, int]] = {}
    for table in reversed(tables):
        for column, key in enumerate(table.item_keys):
            newest.setdefault(key, (table, column))
    found = list(newest.values())
    return ItemTable(
        codes=np.vstack([_recode(table, newest) for table in tables]),
        item_keys=tuple(newest),
        measures=tuple(table.measures[column] for table, column in found),
        option_counts=np.asarray([t.option_counts[c] for t, c in found], dtype=np.int16),
        reversed_items=np.asarray([t.reversed_items[c] for t, c in found], dtype=np.bool_),
        respondents=np.concatenate([table.respondents for table in tables]),
        units=np.concatenate([table.units for table in tables]),
        audiences=np.concatenate([table.audiences for table in tables]),
        waves=np.concatenate([table.waves for table in tables]),
        wave_order=tables[0].wave_order,
    )


def _recode(table: ItemTable, newest: dict[str, tuple[ItemTable, int]]) -> NDArray[np.int16]:
    columns = {key: column for column, key in enumerate(table.item_keys)}
    codes = np.full((len(table), len(newest)), NOT_REACHED_CODE, dtype=np.int16)
    for place, (key, (other, there)) in enumerate(newest.items()):
        here = columns.get(key)
        if here is None:
            continue
        if (table.option_counts[here], table.reversed_items[here]) == (
            other.option_counts[there],
            other.reversed_items[there],
        ):
            codes[:, place] = table.codes[:, here]
    return codes
