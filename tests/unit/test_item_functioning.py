"""Items that behave differently between groups."""

import numpy as np
import pytest
from item_table_builder import item_table, rated_alike, two_waves

from survey_service.measurement.item_functioning import (
    compare_items,
    compare_items_between_audiences,
    compare_items_between_waves,
    untrusted_principles,
)
from survey_service.measurement.item_table import ItemScores


def flagged(found):
    return {item.item for item in found if item.flagged}


def between_waves(table):
    return compare_items_between_waves(table, "citizen", "baseline", "final")


def test_an_item_that_one_wave_rates_higher_than_equals_did_is_flagged():
    random = np.random.default_rng(1)
    people, later = random.normal(45, 15, 200), random.normal(45, 15, 200)
    found = between_waves(two_waves(random, people, later, [0] * 5, [0, 0, 25, 0, 0]))
    assert flagged(found) == {"c"}
    assert untrusted_principles(found) == ("hopes",)
    # It was moved by 25 points before rounding to options, which cuts some at the upper end.
    moved = next(item for item in found if item.item == "c")
    assert moved.difference.value == pytest.approx(25, abs=6)


def test_a_true_gap_between_the_groups_alone_flags_nothing():
    # The groups stand 20 points apart on everything. Compared by raw rest scores of three items,
    # whose reliability is about .65, every item would seem to differ by some 7 points.
    random = np.random.default_rng(2)
    low, high = random.normal(40, 14, 400), random.normal(60, 14, 400)
    found = between_waves(two_waves(random, low, high, [0] * 4, [0] * 4))
    assert flagged(found) == set()
    assert max(abs(item.difference.value) for item in found) < 4


def test_audiences_are_compared_on_the_items_they_share():
    random = np.random.default_rng(3)
    units = [f"unit-{number % 6}" for number in range(180)]
    citizens = item_table(rated_alike(random, random.normal(45, 15, 180), [0] * 5), units=units)
    staff = item_table(
        rated_alike(random, random.normal(55, 15, 180), [0, 30, 0, 0]),
        units=units,
        audience="staff",
    )
    found = compare_items_between_audiences(citizens, "citizen", staff, "staff", "baseline")
    assert [item.item for item in found] == ["a", "b", "c", "d"]
    assert flagged(found) == {"b"}


def test_swapping_the_groups_negates_the_difference():
    random = np.random.default_rng(4)
    scales = [
        ItemScores(
            25.0 * (rated_alike(random, random.normal(50, 15, 60), [0] * 4) - 1),
            tuple("abcd"),
            np.array([f"unit-{number % 5}" for number in range(60)]),
        )
        for _ in range(2)
    ]
    one = compare_items([("hopes", scales[0], scales[1])])
    other = compare_items([("hopes", scales[1], scales[0])])
    for first, second in zip(one, other, strict=True):
        assert first.difference.value == pytest.approx(-second.difference.value)


def test_two_shared_items_are_too_few_to_compare():
    table = item_table([[1, 2], [3, 4]])
    assert between_waves(table) == ()


def test_fewer_than_ten_answers_in_a_group_give_a_reason():
    random = np.random.default_rng(5)
    found = between_waves(
        two_waves(random, random.normal(50, 15, 9), random.normal(50, 15, 40), [0] * 3, [0] * 3)
    )
    assert {item.difference.reason.code for item in found} == {"too_few"}
    assert flagged(found) == set()


def test_other_items_that_say_nothing_give_a_reason():
    random = np.random.default_rng(6)
    codes = random.integers(1, 6, (400, 3))
    table = item_table(codes, waves=np.repeat(["baseline", "final"], 200))
    assert {item.difference.reason.code for item in between_waves(table)} == {"rest_unreliable"}


def test_one_unit_gives_a_difference_without_a_flag():
    random = np.random.default_rng(7)
    people, later = random.normal(45, 15, 100), random.normal(45, 15, 100)
    table = two_waves(random, people, later, [0] * 4, [0, 0, 0, 40], unit_count=1)
    found = between_waves(table)
    assert found[3].difference.value > 20
    assert found[3].difference.reason.code == "one_unit"
    assert flagged(found) == set()
