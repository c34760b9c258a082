"""Several versions of one questionnaire read as one table."""

from dataclasses import replace

import numpy as np
import pytest
from item_table_builder import item_table

from survey_service.measurement.instrument_versions import join_versions


def test_items_with_the_same_key_are_the_same_item():
    old, new = item_table([[1, 2]]), item_table([[3, 4], [5, 5]])
    assert join_versions([old, new]).codes.tolist() == [[1, 2], [3, 4], [5, 5]]


def test_an_item_that_a_version_does_not_have_counts_as_not_reached_in_it():
    old, new = item_table([[1]]), item_table([[3, 4]])
    joined = join_versions([old, new])
    assert (joined.item_keys, joined.codes.tolist()) == (("a", "b"), [[1, 0], [3, 4]])


def test_an_item_that_only_the_older_version_has_is_kept():
    joined = join_versions([item_table([[1, 2]]), item_table([[3]])])
    assert (joined.item_keys, joined.codes.tolist()) == (("a", "b"), [[1, 2], [3, 0]])


def test_answers_on_another_scale_are_not_read_on_the_newer_one():
    joined = join_versions([item_table([[4]], options=7), item_table([[4]], options=5)])
    assert (joined.codes.tolist(), joined.option_counts.tolist()) == ([[0], [4]], [5])


def test_answers_to_an_item_turned_the_other_way_are_not_read_with_the_newer_ones():
    old, new = item_table([[4]]), item_table([[4]])
    joined = join_versions([replace(old, reversed_items=np.array([True])), new])
    assert joined.codes.tolist() == [[0], [4]]


def test_the_newest_version_says_what_an_item_counts_towards():
    old, new = item_table([[4]], measures=["hopes"]), item_table([[4]], measures=["network"])
    assert join_versions([old, new]).measures == ("network",)


def test_waves_in_different_orders_are_refused():
    old = item_table([[4]])
    with pytest.raises(ValueError, match="waves in one order"):
        join_versions([old, replace(old, wave_order=("final", "baseline"))])
