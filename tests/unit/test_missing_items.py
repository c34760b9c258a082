"""Scores adjusted for the difficulty of the items that were rated."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_service.measurement.item_table import ItemTable
from survey_service.measurement.missing_items import (
    check_missing_items,
    check_missing_items_of,
    fit_item_difficulties,
)

OPTIONS = 101
"""Percent scales keep the arithmetic of the examples plain: option 1 is 0, option 101 is 100."""


def table_of(rows, waves=None):
    scores = np.asarray(rows, dtype=float)
    count, width = scores.shape
    return ItemTable(
        codes=np.where(np.isnan(scores), 0, np.nan_to_num(scores) + 1).astype(np.int16),
        item_keys=tuple("abcdefgh"[:width]),
        measures=("hopes",) * width,
        option_counts=np.full(width, OPTIONS, dtype=np.int16),
        reversed_items=np.zeros(width, dtype=bool),
        respondents=np.array([f"p{row}" for row in range(count)]),
        units=np.full(count, "north"),
        audiences=np.full(count, "citizen"),
        waves=np.array(waves if waves is not None else ["baseline"] * count),
        wave_order=("baseline", "final"),
    )


MISSING = np.nan
EASY_TO_HARD = np.array([15.0, 5.0, -5.0, -15.0])


def test_whoever_left_out_the_easy_items_is_lifted_by_what_they_would_have_added():
    # Everyone is a level plus +15, +5, -5, -15. The third rated only the two hard items at a
    # level of 50: 45 and 35, mean 40; adjusted 50.
    rows = [60 + EASY_TO_HARD, 30 + EASY_TO_HARD, [MISSING, MISSING, 45.0, 35.0]]
    found = check_missing_items_of(table_of(rows), "citizen", "hopes")
    assert [value for _, value in found.difficulties] == pytest.approx(EASY_TO_HARD.tolist())
    wave = found.waves[0]
    assert (wave.n, wave.incomplete_count) == (3, 1)
    assert wave.mean == pytest.approx((60 + 30 + 40) / 3)
    assert wave.adjusted_mean == pytest.approx((60 + 30 + 50) / 3)
    assert found.largest_shift == pytest.approx(10 / 3)
    assert found.largest_person_shift == pytest.approx(10.0)


def test_difficulties_do_not_depend_on_who_happened_to_rate_an_item():
    # Only the person at level 80 rated the last item: its raw mean is high, its difficulty low.
    rows = np.array([[85.0, 80, 75], [25, 20, MISSING], [35, 30, MISSING]])
    np.testing.assert_allclose(fit_item_difficulties(rows), [5, 0, -5], atol=1e-9)


def test_waves_are_shifted_each_for_themselves():
    rows = [60 + EASY_TO_HARD, [MISSING, MISSING, 45.0, 35.0]]
    found = check_missing_items_of(table_of(rows, ["baseline", "final"]), "citizen", "hopes")
    assert [wave.shift for wave in found.waves] == pytest.approx([0.0, 10.0])


def test_a_respondent_with_too_few_items_has_no_score_to_adjust():
    rows = [60 + EASY_TO_HARD, [MISSING, MISSING, MISSING, 35.0]]
    assert check_missing_items_of(table_of(rows), "citizen", "hopes").waves[0].n == 1


def test_a_wave_without_scores_has_no_mean():
    found = check_missing_items_of(table_of([60 + EASY_TO_HARD]), "citizen", "hopes")
    assert (found.waves[1].n, found.waves[1].mean, found.waves[1].shift) == (0, None, None)


def test_items_never_rated_by_the_same_people_give_a_reason():
    rows = [[50.0, 40, MISSING, MISSING], [MISSING, MISSING, 40, 30]]
    (found,) = check_missing_items(table_of(rows))
    assert (found.largest_shift, found.reason.code) == (None, "items_not_linked")


def test_nobody_rating_anything_gives_a_reason():
    (found,) = check_missing_items(table_of([[MISSING, MISSING]]))
    assert (found.largest_shift, found.reason.code) == (None, "no_answers")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_where_nothing_is_missing_nothing_moves(seed):
    rows = np.random.default_rng(seed).integers(0, 101, (12, 4)).astype(float)
    found = check_missing_items_of(table_of(rows), "citizen", "hopes")
    assert found.largest_person_shift == pytest.approx(0.0, abs=1e-9)
