"""Every word of a whole brief, as a committee reads it. UPDATE_GOLDEN=1 writes them anew."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from brief_builder import a_context, in_both
from released_figures_builder import some_figures

from survey_service.briefs.context import BRIEF_TEXTS, Speech
from survey_service.briefs.findings import find_words
from survey_service.briefs.method_words import method_points, reading_points
from survey_service.texts import load_texts

GOLDEN = Path(__file__).parents[1] / "golden"


def told(language, **of):
    speech = Speech(a_context(**of), language)
    figures = some_figures()
    lines = []
    for audience in speech.context.ordered_audiences:
        found = find_words(figures, audience, speech)
        lines += [found.name, found.headline, *found.points, ""]
    return "\n".join(
        [
            *lines,
            *(said.text for said in reading_points(figures, speech)),
            "",
            *(said.text for said in method_points(figures, speech)),
        ]
    )


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_words_are_those_once_read_and_approved(language):
    path = GOLDEN / f"brief_words_{language}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(told(language) + "\n", encoding="utf-8")
    assert told(language) + "\n" == path.read_text(encoding="utf-8")


def test_only_limits_that_apply_are_told():
    words = told("da", audiences=("relative",), primary_audience="relative")
    assert "ingen sammenligningsgruppe" in words
    assert "Borgere, der får det bedre" not in words
    assert "Medarbejdere kan vurdere" not in words


def test_without_a_primary_contrast_the_promise_is_for_all():
    words = told("da", primary_audience=None)
    assert "Ingen sammenligning var udpeget på forhånd" in words
    assert "Det løfte gælder ikke" not in words


def test_the_chance_to_find_no_relevant_change_stands_beside_the_margin():
    assert "»ingen betydende ændring« mindst omkring 45 % for hvert princip (Borgere)" in told("da")


@pytest.mark.parametrize("key", load_texts(BRIEF_TEXTS))
def test_both_languages_fill_the_same_places(key):
    places = [
        sorted(part.split("}")[0] for part in text.split("{")[1:])
        for text in load_texts(BRIEF_TEXTS)[key].by_language.values()
    ]
    assert places[0] == places[1]


def told_before_the_last_wave():
    named = in_both("baseline", "baseline"), in_both("opfølgning", "follow-up")
    speech = Speech(a_context(primary_waves=named), "da")
    figures = some_figures(primary=None)  # the wave named beforehand is not among these
    found = find_words(figures, "citizen", speech)
    return found, "\n".join(said.text for said in method_points(figures, speech))


def test_another_contrast_is_never_said_to_have_been_named_beforehand():
    _, method = told_before_the_last_wave()
    assert "(baseline til opfølgning) er ikke målt endnu" in method
    assert "Det løfte gælder ikke" not in method
    assert "baseline til slut" not in method


def test_a_contrast_of_the_primary_audience_that_was_not_named_is_worded_with_care():
    found, _ = told_before_the_last_wave()
    assert "Tegn på fremgang" in found.points[0]


def test_without_power_the_rule_of_thumb_is_told():
    figures = some_figures()
    none = replace(
        figures,
        contrasts=tuple(replace(found, equivalence_power=0.0) for found in figures.contrasts),
    )
    words = "\n".join(said.text for said in method_points(none, Speech(a_context(), "da")))
    assert "omkring 80 svar" in words
    assert "mindst omkring" not in words


def test_the_reading_guide_tells_why_interval_and_conclusion_may_differ():
    assert "selv om intervallet ikke rummer 0" in told("da")
