"""Which of people's own words a release may quote: enough wrote, few stand, none tell who left."""

import pytest

from survey_service.measurement.dataclass_json import from_plain, to_plain
from survey_service.measurement.quote_disclosure import (
    MOST_QUOTES,
    QuotedBefore,
    count_words_basis,
    disclose_quotes,
    may_be_read,
)
from survey_service.measurement.released_details import ReleasedDetails, ReleasedQuote

PLACE = ("citizen", "final", "comment")
BASIS_KEY = ("citizen", "final", "words:comment")


def quoted(texts, wrote, minimum=5, before=()):
    return [one.text for one in disclose_quotes({PLACE: texts}, {PLACE: wrote}, minimum, before)]


@pytest.mark.parametrize(("wrote", "minimum", "expected"), [
    (0, 5, False), (4, 5, False), (5, 5, True), (9, 10, False), (10, 10, True),
])  # fmt: skip
def test_words_are_read_only_where_the_minimum_wrote(
    wrote: int, minimum: int, expected: bool
) -> None:
    assert may_be_read(wrote, minimum) is expected
    assert bool(quoted(["Tak"], wrote, minimum)) is expected


def test_no_project_can_have_a_minimum_under_five() -> None:
    with pytest.raises(ValueError, match="expected 5 people or more, found 4"):
        may_be_read(100, 4)


def test_words_of_people_whose_number_is_not_known_are_not_quoted() -> None:
    assert disclose_quotes({PLACE: ["Tak"]}, {}, 5) == ()


def test_a_question_has_at_most_so_many_quotes_each_once() -> None:
    texts = [f"Tekst {number}" for number in range(30)]
    found = quoted(texts, 30)
    assert len(found) == MOST_QUOTES
    assert len(set(found)) == MOST_QUOTES
    assert quoted(["Tak", "Tak", ""], 30) == ["Tak"]


def test_neither_order_of_arrival_nor_a_choice_decides_what_is_quoted() -> None:
    texts = [f"Tekst {number}" for number in range(30)]
    assert quoted(texts, 30) == quoted(texts[::-1], 30)
    assert quoted(texts, 30) != texts[:MOST_QUOTES]


def test_audiences_waves_and_questions_stand_apart() -> None:
    proxy = ("citizen-proxy", "final", "comment")
    found = disclose_quotes({PLACE: ["Mine"], proxy: ["Hans"]}, {PLACE: 9, proxy: 4}, 5)
    assert found == (ReleasedQuote(*PLACE, "Mine"),)


@pytest.mark.parametrize(("before", "now", "shown"), [
    (12, 12, True),    # nobody withdrew
    (12, 11, False),   # the quote that is missing would be that one's
    (12, 8, False),    # one of four
    (12, 7, True),     # one of five
    (12, 4, False),    # too few are left
])  # fmt: skip
def test_a_few_withdrawals_since_a_release_silence_the_question(
    before: int, now: int, shown: bool
) -> None:
    earlier = QuotedBefore(frozenset({PLACE}), {BASIS_KEY: before})
    assert bool(quoted(["Tak"], now, before=[earlier])) is shown


def test_every_release_that_quoted_counts_and_one_that_did_not_counts_nothing() -> None:
    first = QuotedBefore(frozenset({PLACE}), {BASIS_KEY: 12})
    silent = QuotedBefore(frozenset(), {BASIS_KEY: 11})
    assert quoted(["Tak"], 11, before=[silent]) == ["Tak"]
    assert quoted(["Tak"], 11, before=[silent, first]) == []
    assert quoted(["Tak"], 7, before=[silent, first]) == ["Tak"]


def test_where_nobody_knows_any_more_how_many_wrote_nothing_is_quoted_again() -> None:
    assert quoted(["Tak"], 12, before=[QuotedBefore(frozenset({PLACE}), {})]) == []


def test_those_who_wrote_are_counted_under_a_name_of_their_own() -> None:
    assert count_words_basis({PLACE: 7, ("staff", "final", "comment"): 0}) == {BASIS_KEY: 7}


def test_a_release_of_before_quotes_reads_and_one_with_them_comes_back_as_it_was() -> None:
    written = to_plain(ReleasedDetails())
    del written["quotes"]
    assert from_plain(ReleasedDetails, written).quotes == ()
    details = ReleasedDetails(quotes=(ReleasedQuote(*PLACE, "Tak »alle«"),))
    assert from_plain(ReleasedDetails, to_plain(details)) == details
