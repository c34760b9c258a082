"""A principle that is measured with uncertainty weakens the words of the brief."""

from dataclasses import replace

import pytest
from brief_builder import a_context
from released_figures_builder import some_figures

from survey_service.briefs.context import Speech
from survey_service.briefs.findings import find_words


def points_of(figures, language):
    return find_words(figures, "citizen", Speech(a_context(), language)).points


def marked(figures, principle):
    return replace(
        figures,
        contrasts=tuple(
            replace(found, is_poorly_measured=found.principle == principle)
            for found in figures.contrasts
        ),
    )


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("da", "Spørgsmålene hænger ikke godt sammen, så læs konklusionen med forbehold."),
        ("en", "The questions do not go well together, so read the conclusion with caution."),
    ],
)
def test_a_poorly_measured_principle_is_named_with_what_is_wrong(language, words):
    said = points_of(marked(some_figures(), "hopes"), language)[-1]
    assert words in said
    assert "<b>" in said


def test_nothing_is_said_where_every_principle_is_measured_well():
    assert not any("hænger ikke godt sammen" in said for said in points_of(some_figures(), "da"))


def test_nothing_is_said_of_a_principle_with_too_few_answers():
    said = points_of(marked(some_figures(n=4), "hopes"), "da")
    assert not any("hænger ikke godt sammen" in sentence for sentence in said)


@pytest.mark.parametrize(
    ("language", "words"),
    [("da", "udviklingen er ikke til at stole på"), ("en", "the trend is not to be trusted")],
)
def test_a_principle_with_a_question_that_works_differently_is_named(language, words):
    figures = some_figures()
    distorted = replace(
        figures,
        contrasts=tuple(
            replace(found, is_distorted=found.principle == "hopes") for found in figures.contrasts
        ),
    )
    said = points_of(distorted, language)[-1]
    assert "Håb" in said
    assert words in said
    assert words not in "".join(points_of(figures, language))
