"""Verdicts become plain words by rules."""

import pytest
from brief_builder import a_context, principles_named
from hypothesis import given, settings
from hypothesis import strategies as st
from released_figures_builder import PRINCIPLES, WAVES, a_contrast, a_report, some_figures

from survey_service.briefs.context import Speech
from survey_service.briefs.findings import find_words
from survey_service.measurement.comparison import Reason, Verdict
from survey_service.measurement.disclosure import disclose

THREE = {"hopes": "Håb", "network": "Netværk", "respect": "Respekt"}


def words(verdicts, names=THREE, audience="citizen", language="da", primary="citizen", **of):
    found = [
        a_contrast(
            audience,
            key,
            verdict=verdict,
            is_primary=audience == primary,
            **({"difference": -8.0 if verdict is Verdict.DECLINED else 9.96} | of),
        )
        for key, verdict in zip(names, verdicts, strict=True)
    ]
    figures = disclose(a_report([], found), {}, WAVES, 5, 5.0, principles=tuple(names))
    context = a_context(
        principles=principles_named(names), audiences=(audience,), primary_audience=primary
    )
    return find_words(figures, audience, Speech(context, language))


UP, DOWN = Verdict.IMPROVED, Verdict.DECLINED
SAME, UNCLEAR, FEW = Verdict.NO_RELEVANT_CHANGE, Verdict.CANNOT_TELL, Verdict.TOO_FEW


@pytest.mark.parametrize(
    ("verdicts", "headline"),
    [
        ((UP, UP, DOWN), "Fremgang på to af tre principper og tilbagegang på ét."),
        ((UP, UP, UP), "Fremgang på alle tre principper."),
        ((DOWN, SAME, SAME), "Tilbagegang på ét af tre principper."),
        ((SAME, SAME, FEW), "Ingen betydende ændring på to af tre principper."),
        (
            (UP, UNCLEAR, UNCLEAR),
            "Fremgang på ét af tre principper. To kan ikke afgøres.",
        ),
        ((UNCLEAR, UNCLEAR, FEW), "Vi kan ikke se, om der er sket en ændring."),
        (
            (FEW, FEW, FEW),
            "Vi viser ingen konklusion, fordi den ville bygge på eller røbe noget om for få"
            " personer.",
        ),
    ],
)
def test_the_headline_counts_what_was_found(verdicts, headline):
    assert words(verdicts).headline == headline


def test_english_counts_alike():
    found = words((UP, UP, DOWN), language="en")
    assert found.headline == "Improvement on two of three principles and decline on one."


def test_outside_what_was_named_beforehand_the_words_are_more_careful():
    found = words((UP, UP, DOWN), audience="staff")
    assert found.headline == (
        "Svarene tyder på fremgang på to af tre principper og tilbagegang på ét."
    )
    assert found.points[0].startswith("<b>Tegn på fremgang:</b>")
    assert found.points[1].startswith("<b>Tegn på tilbagegang:</b>")


def test_careful_words_do_not_rule_anything_out():
    found = words((SAME, SAME, SAME), audience="staff")
    assert found.headline == (
        "Svarene tyder på ingen betydende ændring på nogen af de tre principper."
    )
    assert "usandsynlig" not in found.points[0]


def test_where_nothing_was_named_beforehand_all_are_one_family_and_none_is_careful():
    found = words((UP, UP, DOWN), audience="staff", primary=None)
    assert found.headline == "Fremgang på to af tre principper og tilbagegang på ét."


def test_a_change_names_principles_with_points_and_signs():
    found = words((UP, UP, DOWN))
    assert found.points[0] == "<b>Fremgang:</b> Håb (+10 point); Netværk (+10 point)."
    assert found.points[1] == "<b>Tilbagegang:</b> Respekt (−8 point)."


def test_no_relevant_change_says_what_is_ruled_out():
    assert words((SAME, FEW, FEW)).points[0] == (
        "<b>Ingen betydende ændring:</b> Håb. En ændring på 5 point eller mere er usandsynlig."
    )


def test_cannot_tell_says_how_large_a_change_would_have_shown():
    assert words((UNCLEAR, UNCLEAR, FEW), minimum_detectable_difference=7.4).points[0] == (
        "<b>Kan ikke afgøres:</b> Håb; Netværk. Vi kan ikke se, om der er sket en ændring. "
        "En ændring skulle have været på omkring 8 point, før vi med rimelig sikkerhed havde "
        "set den."
    )


def test_without_that_figure_cannot_tell_makes_no_promise():
    point = words((UNCLEAR, FEW, FEW), n_from=8, n_both=8, n_to=8).points[0]
    assert point.endswith("Vi kan ikke se, om der er sket en ændring.")


def test_under_ten_answers_a_change_is_told_without_points():
    point = words((UP, FEW, FEW), n_from=8, n_both=8, n_to=8).points[0]
    assert point == "<b>Fremgang:</b> Håb."


def test_a_change_that_surely_passes_the_margin_says_so():
    point = words((UP, FEW, FEW), reason=Reason("by_at_least_margin", "…")).points[0]
    assert point.endswith("Ændringen er med stor sikkerhed på mindst 5 point: Håb.")


def test_too_few_answers_name_the_principles_and_no_figure():
    assert words((FEW, FEW, FEW)).points == (
        "<b>Vises ikke:</b> Håb; Netværk; Respekt. Enten har for få svaret, eller også kunne"
        " konklusionen røbe noget om nogle få, der er kommet til eller faldet fra.",
    )


def test_a_single_principle_is_named_in_the_headline():
    found = words((UP,), {"state-anxiety": "state-anxiety"}, audience="respondent", primary=None)
    assert found.headline == "Fremgang på state-anxiety."
    assert found.name == "respondent"


def test_names_are_never_markup():
    found = words((UP,), {"odd": "<b>A & B</b>"})
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in found.points[0]


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_word_significant_is_never_used(language):
    found = find_words(some_figures(), "citizen", Speech(a_context(), language))
    assert "signif" not in " ".join((found.headline, *found.points)).lower()


@settings(deadline=None)
@given(st.lists(st.sampled_from(Verdict), min_size=8, max_size=8), st.sampled_from(("da", "en")))
def test_every_principle_is_told_of_exactly_once(verdicts, language):
    told = " ".join(words(verdicts, PRINCIPLES, language=language).points)
    assert all(told.count(name) == 1 for name in PRINCIPLES.values())
