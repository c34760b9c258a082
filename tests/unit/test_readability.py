"""LIX and warnings, against counts made by hand."""

import pytest

from survey_service.measurement.instrument import Block, Instrument, Item, Option, Scale
from survey_service.measurement.readability import (
    count_instrument,
    count_texts,
    find_double_barrelled,
    find_negations,
    review_instrument,
)
from survey_service.texts import Wording


def danish(text):
    return Wording({"da": text})


def build_scale():
    options = (Option("1", danish("Overhovedet ingenting")), Option("2", danish("Fuldstændigt")))
    return Scale("s", options)


def build_item(key, text, help_text=None):
    return Item(
        key,
        Block.PRINCIPLE,
        danish(text),
        measure="m",
        scale=build_scale(),
        help=danish(help_text) if help_text else None,
    )


def build_instrument(*items, audience="citizen", title="Din mening"):
    return Instrument("q", 1, audience, "", danish(title), items)


def test_lix_of_two_sentences_is_what_a_hand_count_gives():
    # Det er en kort tekst (5) + Den har to sætninger (4) = 9 words in 2 sentences; one long word.
    # 9 / 2 + 100 * 1 / 9 = 4.5 + 11.11…
    count = count_texts(["Det er en kort tekst. Den har to sætninger."])
    assert (count.words, count.long_words, count.sentences) == (9, 1, 2)
    assert count.lix == pytest.approx(15.6111, abs=1e-4)


def test_a_word_of_seven_letters_is_long_and_one_of_six_is_not():
    # støtte has 6 letters, støtten has 7.
    assert count_texts(["støtte"]).long_words == 0
    assert count_texts(["støtten"]).long_words == 1


def test_danish_letters_count_as_one_letter_each():
    # Six letters in ten bytes.
    assert count_texts(["rærøåå"]).long_words == 0


def test_a_hyphened_word_is_one_word_measured_by_its_letters():
    # e-mail has 5 letters; peer-medarbejder has 15.
    count = count_texts(["e-mail peer-medarbejder"])
    assert (count.words, count.long_words) == (2, 1)


def test_every_text_ends_a_sentence_with_or_without_a_mark():
    assert count_texts(["Hvem svarer", "Er du glad?", "Ja."]).sentences == 3


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Hvad? Hvem! Nå.", 3),
        ("Vælg en: den første", 2),
        ("Vent ... og se", 2),
        ("Kl. 3.5 er et tal", 2),
    ],
)
def test_sentences_end_at_marks_followed_by_space(text, sentences):
    assert count_texts([text]).sentences == sentences


def test_no_words_give_a_lix_of_zero():
    assert count_texts([]).lix == 0
    assert count_texts(["… ?"]).lix == 0


def test_a_questionnaire_counts_title_questions_and_help_but_not_options():
    # Din mening (2) / Er du glad? (3) / Svar kort (2): 7 words, 3 sentences, none long.
    instrument = build_instrument(build_item("glad", "Er du glad?", "Svar kort"))
    count = count_instrument(instrument)
    assert (count.words, count.long_words, count.sentences) == (7, 0, 3)


def test_texts_in_another_language_are_not_counted():
    item = Item("q", Block.FREE_TEXT, Wording({"en": "Anything else to say?"}))
    assert count_instrument(build_instrument(item)).words == 2


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Er du ikke aldrig glad?", "da", ("ikke", "aldrig")),
        ("Ingen hjælp?", "da", ("ingen",)),
        ("Får du klikkerne og vejen?", "da", ()),
        ("Don't you ever say no?", "en", ("don't", "no")),
        ("Do you know enough to note it?", "en", ()),
        ("Nicht wahr?", "de", ()),
    ],
)
def test_negations_are_found_as_whole_words(text, language, expected):
    assert find_negations(text, language) == expected


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Er personalet venligt og hurtigt?", "da", ("og",)),
        ("Får du råd og/eller hjælp?", "da", ("og/eller",)),
        ("Får du den støtte og opbakning, du har brug for?", "da", ()),
        ("Også du?", "da", ()),
        ("Are the staff kind as well as quick?", "en", ("as well as",)),
        ("Do you understand the order?", "en", ()),
    ],
)
def test_two_thoughts_in_one_question_are_found(text, language, expected):
    assert find_double_barrelled(text, language) == expected


def test_a_remark_names_item_language_and_words():
    remarks = review_instrument(build_instrument(build_item("sure", "Er du ikke glad og tryg?")))
    assert [str(remark) for remark in remarks] == [
        "items[sure] (da): negation: ikke in “Er du ikke glad og tryg?”",
        "items[sure] (da): two thoughts: og in “Er du ikke glad og tryg?”",
    ]


def test_a_hard_questionnaire_is_remarked_on_for_citizens_only():
    # Six long words in one sentence, title of two short ones: 8 / 2 + 100 * 6 / 8 = 79.
    hard = build_item(
        "hard",
        "Socialpsykiatriens rehabiliteringsindsats understøtter borgernes "
        "individuelle selvbestemmelse?",
    )
    citizens = review_instrument(build_instrument(hard, audience="citizen"))
    assert [str(remark) for remark in citizens] == [
        "instrument (da): LIX: expected at most 25, found 79.0"
    ]
    assert review_instrument(build_instrument(hard, audience="staff")) == ()
