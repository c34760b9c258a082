"""Columns of text as codes, and rows that repeat an earlier one."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_service.exchange.columns import NameColumn, find_repeats


def codes(values: Sequence[int]) -> np.ndarray:
    return np.asarray(values, dtype=np.int32)


def test_known_names_come_first_even_where_they_do_not_occur() -> None:
    column = NameColumn(("baseline", "final"))
    column.add(["final", "later"])
    column.add(["final "])

    found, names = column.finish()
    assert names == ("baseline", "final", "later")
    assert found.tolist() == [1, 2, 1]


@settings(deadline=None)
@given(st.lists(st.lists(st.text("ab \u00e5", max_size=2), max_size=5), max_size=5))
def test_codes_point_at_the_names_that_were_added(blocks: list[list[str]]) -> None:
    column = NameColumn()
    for block in blocks:
        column.add(block)

    found, names = column.finish()
    added = [name.strip() for block in blocks for name in block]
    assert [names[code] for code in found] == added


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 2))))
def test_a_repeat_is_paired_with_the_row_before_it(rows: list[tuple[int, int, int]]) -> None:
    columns = [(codes([row[place] for row in rows]), 3) for place in range(3)]
    found = find_repeats(columns, codes(range(len(rows))))

    expected = [
        (later, max(earlier for earlier in range(later) if rows[earlier] == row))
        for later, row in enumerate(rows)
        if row in rows[:later]
    ]
    assert sorted(map(tuple, found.tolist())) == expected


def test_very_many_names_do_not_overflow_into_false_repeats() -> None:
    # Four columns of 2^20 names each have 2^80 combinations, more than 64 bits can tell apart.
    size = 2**20
    rows = [(size - 1, 0, 5, 7), (0, size - 1, 5, 7), (16, 0, 5, 7), (0, 0, 5, 7), (16, 0, 5, 7)]
    columns = [(codes([row[place] for row in rows]), size) for place in range(4)]

    assert find_repeats(columns, codes(range(5))).tolist() == [[4, 2]]
