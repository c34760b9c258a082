"""What must hold for scales, items and instruments, however they were made."""

import pytest

from survey_service.measurement.instrument import Block, Instrument, Item, Option, Scale
from survey_service.texts import Wording

TEXT = Wording({"da": "Tekst"})


def build_scale(*values):
    return Scale("s", tuple(Option(value, TEXT) for value in values or ("1", "2", "3")))


def build_rated(key, measure="hopes"):
    return Item(key, Block.PRINCIPLE, TEXT, measure=measure, scale=build_scale())


def build_instrument(*items):
    return Instrument("q", 1, "citizen", "", TEXT, items)


@pytest.mark.parametrize("values", [("1",), ("0", "1"), ("2", "1"), ("1", "3"), ("a", "b")])
def test_a_scale_has_two_or_more_options_numbered_from_one(values):
    with pytest.raises(ValueError, match="scale s: expected options 1-n, 2 or more, found"):
        build_scale(*values)


def test_a_rated_item_needs_a_measure():
    with pytest.raises(ValueError, match="item a: a scale and a measure go together"):
        Item("a", Block.PRINCIPLE, TEXT, scale=build_scale())


def test_a_measure_needs_a_scale():
    with pytest.raises(ValueError, match="item a: a scale and a measure go together"):
        Item("a", Block.PRINCIPLE, TEXT, measure="hopes")


def test_an_item_has_a_scale_or_options_but_not_both():
    options = (Option("x", TEXT), Option("y", TEXT))
    with pytest.raises(ValueError, match="item a: expected a scale or options, found both"):
        Item("a", Block.PRINCIPLE, TEXT, measure="m", scale=build_scale(), options=options)


def test_a_rated_item_accepts_its_options_and_the_three_non_answers():
    assert build_rated("a").accepted_values == {"1", "2", "3", "dk", "na", "skip"}


def test_a_background_item_accepts_its_own_options():
    options = (Option("peer", TEXT), Option("other", TEXT))
    item = Item("role", Block.BACKGROUND, TEXT, options=options)
    assert item.answer_options == options
    assert item.accepted_values == {"peer", "other", "dk", "na", "skip"}


def test_a_free_text_has_nothing_to_choose_from():
    assert Item("more", Block.FREE_TEXT, TEXT).accepted_values == frozenset()


def test_an_item_cannot_be_listed_twice():
    with pytest.raises(ValueError, match=r"instrument q: items listed twice: \['a'\]"):
        build_instrument(build_rated("a"), build_rated("a"))


def test_an_instrument_without_items_is_refused():
    with pytest.raises(ValueError, match="instrument q: expected at least one item, found none"):
        build_instrument()


def test_rated_items_are_grouped_by_measure_in_the_questionnaires_order():
    instrument = build_instrument(
        build_rated("b1", "b"),
        build_rated("a1", "a"),
        Item("more", Block.FREE_TEXT, TEXT),
        build_rated("b2", "b"),
    )
    grouped = [(name, [item.key for item in items]) for name, items in instrument.measures.items()]
    assert grouped == [("b", ["b1", "b2"]), ("a", ["a1"])]


def test_an_item_is_found_by_its_key():
    item = build_rated("a")
    assert build_instrument(item).by_key["a"] is item
