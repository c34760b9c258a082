"""What people wrote themselves, in the team's brief alone: as text, per audience, newest wave."""

from dataclasses import replace

import pytest
from brief_builder import ITEMS, a_brief, full_figures, in_both, some_details, words_in

from survey_service.briefs.content import BriefKind, Bullets, Heading
from survey_service.briefs.context import ItemName
from survey_service.briefs.glyphs import find_lacking
from survey_service.briefs.html import write_page
from survey_service.measurement.released_details import ReleasedQuote

ASKED = ItemName("citizen", "", "comment", in_both("Er der mere?", "Is there more?"), ())
QUOTES = (
    ReleasedQuote("citizen", "baseline", "comment", "Fra dengang"),
    ReleasedQuote("citizen", "final", "comment", "Jeg blev hørt & set <script>alert(1)</script>"),
    ReleasedQuote("citizen-proxy", "final", "comment", "Hun er glad for det"),
    ReleasedQuote("staff", "baseline", "comment", "Vi mangler tid"),
)


def told(kind=BriefKind.TEAM, language="da", quotes=QUOTES):
    figures = full_figures()
    figures = replace(figures, details=replace(some_details(), quotes=quotes))
    unit = "huset" if kind is BriefKind.UNIT else None
    return a_brief(kind, language, figures, unit, items=(*ITEMS, ASKED))


def quotes_under(content, heading):
    blocks = list(content.blocks())
    start = next(
        place for place, block in enumerate(blocks)
        if isinstance(block, Heading) and block.text == heading
    )  # fmt: skip
    listed = next(block for block in blocks[start:] if isinstance(block, Bullets))
    return [sentence.text for sentence in listed.items]


def test_each_audience_is_quoted_by_itself_from_its_newest_wave() -> None:
    content = told()
    assert quotes_under(content, "Borgere, slut") == [
        "»Jeg blev hørt &amp; set &lt;script&gt;alert(1)&lt;/script&gt;«"
    ]
    assert quotes_under(content, "Svar på borgeres vegne, slut") == ["»Hun er glad for det«"]
    assert quotes_under(content, "Medarbejdere, baseline") == ["»Vi mangler tid«"]
    assert "Fra dengang" not in words_in(content)


def test_what_was_typed_runs_on_no_page() -> None:
    page = write_page(told())
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_quotes_are_marked_the_english_way_in_english() -> None:
    assert quotes_under(told(language="en"), "Staff, baseline") == ["“Vi mangler tid”"]


def test_without_quotes_nothing_is_said_of_them() -> None:
    assert "Med egne ord" not in [
        block.text for block in told(quotes=()).blocks() if isinstance(block, Heading)
    ]


@pytest.mark.parametrize("kind", [kind for kind in BriefKind if kind is not BriefKind.TEAM])
def test_no_other_brief_quotes_anybody(kind: BriefKind) -> None:
    assert "Hun er glad for det" not in words_in(told(kind))


def test_characters_the_type_lacks_are_named() -> None:
    quote = ReleasedQuote("citizen", "final", "comment", "Godt 北")
    assert find_lacking(told(quotes=(quote,))) == ("北",)
