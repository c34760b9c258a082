"""Answers become columns of item scores."""

import numpy as np
import pytest

from survey_service.measurement.instrument import Block, Instrument, Item, Option, Scale
from survey_service.measurement.item_table import (
    DONT_KNOW_CODE,
    NOT_REACHED_CODE,
    ItemScores,
    Response,
    mean_of_rated,
    tabulate_responses,
)
from survey_service.texts import Wording

WORDS = Wording({"en": "words"})
FIVE = Scale("five", tuple(Option(str(number), WORDS) for number in range(1, 6)))


def rated_item(key, measure, *, turned=False):
    return Item(key, Block.PRINCIPLE, WORDS, measure=measure, scale=FIVE, reversed=turned)


def small_instrument():
    free_text = Item("words", Block.FREE_TEXT, WORDS)
    items = (rated_item("a", "hopes"), rated_item("b", "hopes", turned=True), free_text)
    return Instrument("small", 1, "citizen", "guide", WORDS, (*items, rated_item("c", "early")))


def response(answers, *, wave="baseline", audience="citizen", unit="north"):
    return Response("", unit, audience, wave, answers)


def test_only_rated_items_become_columns():
    table = tabulate_responses(small_instrument(), [response({"a": "1"})], ["baseline"])
    assert table.item_keys == ("a", "b", "c")
    assert table.measure_names == ("hopes", "early")


def test_scores_run_from_0_to_100_and_reversed_items_are_turned():
    table = tabulate_responses(
        small_instrument(), [response({"a": "2", "b": "2"}), response({"a": "5", "b": "5"})], []
    )
    scores = table.scores_of("citizen", measure="hopes").scores
    np.testing.assert_array_equal(scores, [[25.0, 75.0], [100.0, 0.0]])


def test_what_was_not_rated_is_kept_apart_and_has_no_score():
    table = tabulate_responses(small_instrument(), [response({"a": "dk", "b": "na"})], [])
    assert table.codes[0, 0] == DONT_KNOW_CODE
    assert table.codes[0, 2] == NOT_REACHED_CODE
    assert np.isnan(table.scores_of("citizen").scores).all()


def test_scores_of_one_audience_and_wave_leave_out_the_others():
    responses = [
        response({"a": "1"}),
        response({"a": "5"}, wave="final"),
        response({"a": "5"}, audience="citizen-proxy"),
    ]
    table = tabulate_responses(small_instrument(), responses, ["baseline", "final"])
    assert table.scores_of("citizen", "baseline").scores[:, 0].tolist() == [0.0]


def test_an_answer_that_is_no_option_is_refused_by_name():
    with pytest.raises(ValueError, match=r"item a: expected 1-5, found '6'"):
        tabulate_responses(small_instrument(), [response({"a": "6"})], [])


def test_a_mean_takes_half_of_the_items_and_at_least_two():
    missing = np.nan
    scores = np.array([[40.0, 60.0, missing, missing], [40.0, missing, missing, missing]])
    found = mean_of_rated(scores)
    assert found[0] == 50.0
    assert np.isnan(found[1])


def test_item_scores_outside_0_to_100_are_refused():
    with pytest.raises(ValueError, match=r"scores: expected 0-100 or NaN, found 101"):
        ItemScores(np.array([[101.0, 5.0]]), ("a", "b"))


def test_item_scores_and_item_keys_must_agree_in_number():
    with pytest.raises(ValueError, match="respondents x 3 items"):
        ItemScores(np.array([[1.0, 5.0]]), ("a", "b", "c"))


def test_only_keeps_the_items_asked_for_in_that_order():
    scale = ItemScores(np.array([[10.0, 20.0, 30.0]]), ("a", "b", "c"))
    assert scale.only(("c", "a")).scores.tolist() == [[30.0, 10.0]]


def test_units_and_rows_must_agree_in_number():
    with pytest.raises(ValueError, match=r"units: expected one per respondent \(1\), found 2"):
        ItemScores(np.array([[1.0, 5.0]]), ("a", "b"), np.array(["north", "south"]))
