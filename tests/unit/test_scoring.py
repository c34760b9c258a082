"""Scores by hand, at the edges of the missing rule, and the laws they keep."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service.catalogue import load_instruments
from survey_service.measurement.instrument import (
    NON_ANSWERS,
    Block,
    Instrument,
    Item,
    Option,
    Scale,
)
from survey_service.measurement.scoring import (
    MeasureScore,
    required_count,
    score_item,
    score_measure,
    score_recovery_values,
    score_response,
)
from survey_service.texts import Wording

WORDS = Wording({"da": "ord", "en": "words"})


def scale_of(option_count: int) -> Scale:
    numbers = range(1, option_count + 1)
    return Scale("scale", tuple(Option(str(number), WORDS) for number in numbers))


def rated(key: str, *, options: int = 5, turned: bool = False, measure: str = "hopes") -> Item:
    return Item(
        key, Block.PRINCIPLE, WORDS, measure=measure, scale=scale_of(options), reversed=turned
    )


def rated_items(count: int) -> list[Item]:
    return [rated(f"q{number}") for number in range(count)]


answers = st.sampled_from(["1", "2", "3", "4", "5", *NON_ANSWERS, None])


@pytest.mark.parametrize(
    ("options", "answer", "expected"),
    [(5, "1", 0.0), (5, "2", 25.0), (5, "3", 50.0), (5, "4", 75.0), (5, "5", 100.0),
     (2, "1", 0.0), (2, "2", 100.0), (11, "4", 30.0)],
)  # fmt: skip
def test_an_option_becomes_its_place_between_0_and_100(
    options: int, answer: str, expected: float
) -> None:
    assert score_item(rated("q", options=options), answer) == pytest.approx(expected)


@pytest.mark.parametrize(("answer", "expected"), [("1", 100.0), ("2", 75.0), ("5", 0.0)])
def test_a_reversed_item_counts_from_the_other_end(answer: str, expected: float) -> None:
    assert score_item(rated("q", turned=True), answer) == expected


@pytest.mark.parametrize("answer", [None, "dk", "na", "skip"])
def test_dont_know_not_relevant_skipped_and_not_reached_are_not_scored(answer: str | None) -> None:
    assert score_item(rated("q"), answer) is None


@pytest.mark.parametrize("answer", ["0", "6", "", "x", "1.5", " 1", "٣"])
def test_what_is_no_option_is_refused(answer: str) -> None:
    with pytest.raises(ValueError, match="item q: expected 1-5, found"):
        score_item(rated("q"), answer)


def test_an_item_without_a_scale_is_not_scored() -> None:
    item = Item("comment", Block.FREE_TEXT, WORDS)
    with pytest.raises(ValueError, match="item comment: expected a rated item"):
        score_item(item, "written")


@given(answers)
def test_reversing_twice_is_identity(answer: str | None) -> None:
    item = rated("q")
    once = dataclasses.replace(item, reversed=not item.reversed)
    twice = dataclasses.replace(once, reversed=not once.reversed)
    assert score_item(twice, answer) == score_item(item, answer)


@given(st.sampled_from("12345"))
def test_a_score_and_its_reverse_add_to_100(answer: str) -> None:
    forward = score_item(rated("q"), answer)
    backward = score_item(rated("q", turned=True), answer)
    assert forward is not None
    assert backward is not None
    assert forward + backward == 100


# At least half of the items and at least two of them; one, if there is only one.
@pytest.mark.parametrize(
    ("items", "required"), [(1, 1), (2, 2), (3, 2), (4, 2), (5, 3), (6, 3), (7, 4), (10, 5)]
)
def test_how_many_items_must_be_rated(items: int, required: int) -> None:
    assert required_count(items) == required


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 9])
def test_the_missing_rule_holds_exactly_at_its_boundary(count: int) -> None:
    items = rated_items(count)
    needed = required_count(count)
    enough = {item.key: "5" for item in items[:needed]}
    too_few = {item.key: "5" for item in items[: needed - 1]}
    assert score_measure("hopes", items, enough) == MeasureScore("hopes", 100.0, needed, count)
    assert score_measure("hopes", items, too_few) == MeasureScore("hopes", None, needed - 1, count)


def test_a_measure_is_the_mean_of_its_rated_items() -> None:
    # 25, 100 and, turned, 75: mean 200 / 3. The fourth is not known.
    items = [rated("a"), rated("b"), rated("c", turned=True), rated("d")]
    found = score_measure("hopes", items, {"a": "2", "b": "5", "c": "2", "d": "dk"})
    assert found.score == pytest.approx(66.66666667)
    assert (found.rated_count, found.item_count) == (3, 4)


@given(st.dictionaries(st.sampled_from([f"q{n}" for n in range(6)]), answers), st.randoms())
def test_the_order_of_answers_is_irrelevant(given_answers: dict[str, str], random: object) -> None:
    items = rated_items(6)
    kept = {key: value for key, value in given_answers.items() if value is not None}
    mixed = list(kept.items())
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert score_measure("hopes", items, dict(mixed)) == score_measure("hopes", items, kept)


@given(st.lists(st.sampled_from("12345"), min_size=2, max_size=12))
def test_a_score_lies_between_the_lowest_and_the_highest_item(values: list[str]) -> None:
    items = rated_items(len(values))
    found = score_measure(
        "hopes", items, {item.key: value for item, value in zip(items, values, strict=True)}
    )
    singles = [25.0 * (int(value) - 1) for value in values]
    assert found.score is not None
    assert min(singles) - 1e-9 <= found.score <= max(singles) + 1e-9
    assert found.score == pytest.approx(sum(singles) / len(singles))


def test_answers_to_questions_outside_the_questionnaire_change_nothing() -> None:
    instrument = load_instruments()[0]
    answered = {item.key: "3" for item in instrument.items if item.scale is not None}
    assert score_response(instrument, answered | {"stranger": "1"}) == score_response(
        instrument, answered
    )


@pytest.mark.parametrize("instrument", load_instruments(), ids=lambda found: found.key)
def test_the_middle_of_every_scale_scores_50_on_every_measure(instrument: Instrument) -> None:
    answered = {item.key: "3" for item in instrument.items if item.scale is not None}
    found = score_response(instrument, answered)
    assert {score.score for score in found} == {50.0}
    assert sum(score.rated_count for score in found) == len(answered)


def test_the_recovery_values_group_the_same_items_anew() -> None:
    first = dataclasses.replace(rated("a"), values=("hope", "choice"))
    second = dataclasses.replace(rated("b"), values=("hope",))
    instrument = Instrument("own", 1, "citizen", "recovery-2023", WORDS, (first, second))
    found = score_recovery_values(instrument, {"a": "5", "b": "1"})
    assert found == (MeasureScore("hope", 50.0, 2, 2), MeasureScore("choice", 100.0, 1, 1))
