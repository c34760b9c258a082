"""How much two releases differ by, counted by hand."""

import numpy as np
from item_table_builder import item_table

from survey_service.measurement.differencing import (
    changed_too_little,
    count_basis,
    unchanged_places,
    uneven_places,
)
from survey_service.measurement.score_table import ScoreRow, tabulate

BEFORE = {("citizen", "baseline", ""): 80, ("citizen", "baseline", "hopes"): 78}


def now(responses: int, hopes: int) -> dict[tuple[str, str, str], int]:
    return {("citizen", "baseline", ""): responses, ("citizen", "baseline", "hopes"): hopes}


def test_nothing_changed_is_no_hindrance():
    assert changed_too_little(BEFORE, BEFORE, 5) == ()


def test_one_to_four_changed_are_too_few():
    for withdrawn in (1, 4):
        found = changed_too_little(BEFORE, now(80 - withdrawn, 78 - withdrawn), 5)
        assert found == (("citizen", "baseline"),)


def test_five_changed_are_enough():
    assert changed_too_little(BEFORE, now(75, 73), 5) == ()


def test_five_people_of_whom_one_was_scored_are_too_few_for_that_score():
    assert changed_too_little(BEFORE, now(75, 77), 5) == (("citizen", "baseline"),)


def test_an_audience_that_vanished_with_its_last_four_answers_has_changed_too_little():
    before = BEFORE | {("relative", "baseline", ""): 4}
    assert changed_too_little(before, BEFORE, 5) == (("relative", "baseline"),)


def test_a_wave_that_was_not_released_yet_is_free():
    assert changed_too_little(BEFORE, BEFORE | {("citizen", "final", ""): 3}, 5) == ()


def test_responses_scores_and_rated_items_are_counted():
    table = item_table(np.array([[1, 2, 3], [1, -1, 0]]), waves=["final"] * 2, units=["a"] * 2)
    rows = [ScoreRow("p", "a", "citizen", "final", "hopes", score) for score in (50.0, None)]
    basis = count_basis(tabulate(rows, ["final"]), {"citizen": table})
    assert basis == {
        ("citizen", "final", ""): 2,
        ("citizen", "final", "hopes"): 1,
        ("citizen", "final", "item:a"): 2,
        ("citizen", "final", "item:b"): 1,
        ("citizen", "final", "item:c"): 1,
    }


def test_an_audience_and_wave_is_unchanged_while_no_count_of_it_differs():
    two_waves = BEFORE | {("citizen", "final", ""): 60, ("staff", "final", ""): 30}
    later = two_waves | now(75, 73)
    assert unchanged_places(two_waves, later) == {
        ("citizen", "final"),
        ("staff", "final"),
        ("staff", "baseline"),
    }


def test_what_was_written_is_counted_by_itself_and_changes_no_figure():
    with_words = BEFORE | {("citizen", "baseline", "words:comment"): 12}
    assert unchanged_places(with_words, BEFORE) == {("citizen", "baseline")}


def test_of_a_release_whose_counts_are_not_known_nothing_is_unchanged():
    assert unchanged_places({}, BEFORE) == frozenset()


ITEM = ("citizen", "baseline", "hopes", "a")


def test_those_who_withdrew_are_even_where_all_of_them_were_scored_and_rated_the_item():
    before = BEFORE | {("citizen", "baseline", "item:a"): 77}
    even = now(74, 72) | {("citizen", "baseline", "item:a"): 71}
    assert uneven_places(before, even, [ITEM]) == frozenset()
    one_left_it_out = now(74, 72) | {("citizen", "baseline", "item:a"): 72}
    assert uneven_places(before, one_left_it_out, [ITEM]) == {ITEM[:3]}
    one_had_no_score = now(73, 72) | {("citizen", "baseline", "item:a"): 71}
    assert uneven_places(before, one_had_no_score, [ITEM]) == {ITEM[:3]}
