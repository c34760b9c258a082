"""Items that moved against their principle."""

import numpy as np
import pytest
from item_table_builder import item_table, two_waves
from scipy import stats

from survey_service.measurement.contrary_items import ItemMovement, find_contrary_items


def traits(random, mean, count=160):
    return random.normal(mean, 15, count)


def movements(table):
    return {
        change.item: change.movement
        for change in find_contrary_items(table, "citizen", "baseline", "final")
    }


def test_an_item_that_fell_while_the_others_rose_is_pointed_out():
    random = np.random.default_rng(1)
    table = two_waves(random, traits(random, 45), traits(random, 55), [0] * 4, [0, 0, 0, -30])
    found = movements(table)
    assert found["d"] is ItemMovement.AGAINST
    assert {found["a"], found["b"], found["c"]} == {ItemMovement.NOT_SHOWN}


def test_an_item_that_rose_less_than_the_others_is_not_against_them():
    random = np.random.default_rng(2)
    table = two_waves(random, traits(random, 40), traits(random, 60), [0] * 4, [0, 0, 0, -12])
    assert ItemMovement.AGAINST not in movements(table).values()


def test_changes_are_the_differences_of_means():
    codes = [[1, 2], [3, 4], [5, 4], [3, 2]]
    table = item_table(
        codes,
        waves=["baseline", "baseline", "final", "final"],
        units=["north", "south", "north", "south"],
    )
    first = find_contrary_items(table, "citizen", "baseline", "final")[0]
    # Item a: 0 and 50, then 100 and 50. Item b: 25 and 75, then 75 and 25.
    assert first.change.value == pytest.approx(50.0)
    assert first.rest_change.value == pytest.approx(0.0)
    assert first.apart.value == pytest.approx(50.0)


def test_with_one_unit_nothing_is_tested():
    random = np.random.default_rng(3)
    table = two_waves(
        random, traits(random, 45), traits(random, 55), [0] * 3, [0, 0, -40], unit_count=1
    )
    assert set(movements(table).values()) == {ItemMovement.NOT_TESTED}


def test_a_wave_without_answers_tests_nothing():
    found = find_contrary_items(item_table([[1, 2], [3, 4]]), "citizen", "baseline", "final")
    assert {change.movement for change in found} == {ItemMovement.NOT_TESTED}
    assert found[0].change.value is None


def test_an_item_alone_in_its_principle_is_left_out():
    table = item_table([[1, 2, 3], [3, 4, 5]], measures=["hopes", "hopes", "early"])
    found = find_contrary_items(table, "citizen", "baseline", "final")
    assert [change.item for change in found] == ["a", "b"]


def test_without_any_true_change_at_most_5_percent_of_waves_name_an_item():
    random = np.random.default_rng(4)
    alarms = 0
    for _ in range(200):
        table = two_waves(random, traits(random, 50, 80), traits(random, 50, 80), [0] * 4, [0] * 4)
        alarms += ItemMovement.AGAINST in movements(table).values()
    # 5 % true alarms in 200 runs pass this bound with a chance of about 1 %.
    assert alarms <= stats.binom.ppf(0.99, 200, 0.05)
