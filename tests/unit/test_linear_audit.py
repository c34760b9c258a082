"""What adding and subtracting sums tells, held against exact fractions and every small union."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from exact_algebra import rank
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_service.measurement.linear_audit import (
    PRIME,
    Patience,
    TooManyWays,
    find_exposed,
    find_opening,
    invert,
)


def audit(sizes, rows, minimum=5, owners=None, patience=None):
    """Each row holds what one of each class's people counts; a column per class unless told."""
    matrix = np.asarray(rows, dtype=np.int64).reshape(len(rows), -1) % PRIME
    owners = np.arange(len(sizes)) if owners is None else np.asarray(owners)
    return find_exposed(matrix, owners, sizes, minimum, patience or Patience(10**12))


def test_a_total_less_its_parts_tells_of_the_few_that_are_left():
    assert audit([10, 3, 20], [[1, 1, 1], [1, 0, 0], [0, 0, 1]]) == {1}


def test_five_that_are_left_are_enough():
    assert audit([10, 5, 20], [[1, 1, 1], [1, 0, 0], [0, 0, 1]]) is None


def test_two_small_units_hide_each_other_from_one_total():
    assert audit([10, 3, 20, 4], [[1, 1, 1, 1], [1, 0, 0, 0], [0, 0, 1, 0]]) is None


def test_a_second_total_with_other_weights_tells_them_apart():
    rows = [[1, 1, 1, 1], [3, 5, 7, 9], [1, 0, 0, 0], [0, 0, 1, 0]]
    assert audit([10, 3, 20, 4], rows) in ({1}, {3})


def test_two_means_of_nearly_the_same_people_tell_how_two_of_them_differ():
    # ten people both times, one of them exchanged for another
    assert audit([9, 1, 1], [[1, 1, 0], [1, 0, 1]]) == {1, 2}


def test_whoever_left_an_item_out_follows_from_the_items_and_the_score():
    # eleven rated two items, one the first alone: the score less half of each item
    half = invert(2)
    rows = [[half, half, 1], [1, 0, 1], [0, 1, 0]]
    assert audit([11, 1], rows, owners=[0, 0, 1]) == {1}
    assert audit([11, 1], rows[:2], owners=[0, 0, 1]) is None


def test_without_figures_nobody_is_exposed():
    none = np.zeros((0, 2), dtype=np.int64)
    assert find_exposed(none, np.arange(2), [3, 4], 5, Patience(1)) is None


def test_a_row_opens_where_it_has_a_part_in_telling():
    rows = np.asarray([[1, 1, 1, 1], [0, 0, 0, 1], [1, 0, 0, 0], [0, 0, 1, 0]], dtype=np.int64)
    sizes = [10, 3, 20, 30]
    assert audit(sizes, rows) == {1}
    assert find_opening(rows, np.arange(4), frozenset({1}), [3, 2, 1, 0]) == 3
    # of the twenty the last row alone tells
    assert find_opening(rows, np.arange(4), frozenset({2}), [0, 1, 2, 3]) == 3
    assert find_opening(rows[:2], np.arange(4), frozenset({1}), range(2)) is None


def test_more_ways_than_can_be_tried_are_refused_and_not_guessed():
    random = np.random.default_rng(3)
    rows = random.integers(1, 1000, (6, 9))
    with pytest.raises(TooManyWays):
        audit([1] * 9, rows, minimum=4, patience=Patience(0))
    # six rows leave four of the nine at least, which is the minimum
    assert audit([1] * 9, rows, minimum=4) is None


def test_what_the_first_look_tells_is_told_without_patience():
    # twenty units of three, and one sum over them all
    assert audit([3] * 20, [[1] * 20], patience=Patience(0)) is None


# --- every small union, in exact fractions ------------------------------------------------------


def tells_of(rows, owners, union):
    """Whether some combination is not nought, and nought on everybody outside the union."""
    outside = [[entry for entry, own in zip(row, owners, strict=True) if own not in union]
               for row in rows]  # fmt: skip
    return rank(rows) > rank(outside)


def small_unions(sizes, minimum):
    for count in range(1, minimum):
        for union in combinations(range(len(sizes)), count):
            if sum(sizes[one] for one in union) < minimum:
                yield frozenset(union)


systems = st.integers(1, 9).flatmap(
    lambda width: st.tuples(
        st.lists(st.integers(1, 8), min_size=width, max_size=width),
        st.lists(
            st.lists(st.sampled_from([0, 0, 1, 1, 1, 2, 3]), min_size=width, max_size=width),
            min_size=1,
            max_size=7,
        ),
        st.lists(st.integers(0, width - 1), min_size=width, max_size=width),
        st.booleans(),
    )
)
"""Sizes of classes, rows, and whose each column is: everybody's own, or several to one."""


@settings(max_examples=400, deadline=None)
@given(systems, st.integers(2, 7))
def test_it_finds_somebody_exactly_where_trying_every_union_does(system, minimum):
    sizes, numbers, owners, is_shared = system
    owners = owners if is_shared else list(range(len(sizes)))
    rows = [[Fraction(number) for number in row] for row in numbers]
    exposed = [union for union in small_unions(sizes, minimum) if tells_of(rows, owners, union)]
    found = audit(sizes, numbers, minimum, owners)
    assert (found is None) is (not exposed)
    if found is not None:
        assert sum(sizes[one] for one in found) < minimum
        assert tells_of(rows, owners, found)


@settings(max_examples=200, deadline=None)
@given(systems)
def test_taking_away_what_opens_again_and_again_ends_it(system):
    sizes, numbers, _, _ = system
    rows = [list(row) for row in numbers]
    owners = list(range(len(sizes)))
    while rows and (found := audit(sizes, rows)) is not None:
        matrix = np.asarray(rows, dtype=np.int64)
        opening = find_opening(matrix, np.arange(len(sizes)), found, range(len(rows)))
        assert opening is not None
        del rows[opening]
    left = [[Fraction(number) for number in row] for row in rows]
    assert not any(tells_of(left, owners, union) for union in small_unions(sizes, 5))
