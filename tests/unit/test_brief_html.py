"""The twin for a screen: the same words as on paper, in well-formed, reachable HTML."""

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from brief_builder import a_brief, full_figures

from survey_service.briefs.content import BriefKind, Figure, Table
from survey_service.briefs.html import write_fragment, write_page
from survey_service.briefs.markup import plain

KINDS = tuple(BriefKind)


def tree(kind, language="da"):
    return ElementTree.fromstring(write_fragment(a_brief(kind, language)))  # noqa: S314 - our own


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["da", "en"])
def test_a_fragment_is_one_article_in_its_language(kind, language):
    article = tree(kind, language)
    assert article.tag == "article"
    assert article.get("lang") == {"da": "da-DK", "en": "en-GB"}[language]


@pytest.mark.parametrize("kind", KINDS)
def test_the_twin_says_every_sentence_and_cell_the_paper_says(kind):
    words = " ".join("".join(tree(kind).itertext()).split())
    content = a_brief(kind)
    for sentence in content.sentences():
        if "afdelingernes score ved slut" in sentence.text and "tal" not in sentence.text:
            continue  # the picture too wide for a phone; its table says the same
        assert " ".join(plain(sentence.text).split()) in words
    for block in content.blocks():
        if isinstance(block, Table):
            assert all(plain(cell.text) in words for row in block.rows for cell in row)


@pytest.mark.parametrize("kind", KINDS)
def test_a_fragment_has_no_style_and_no_script_so_that_a_strict_page_can_hold_it(kind):
    for element in tree(kind).iter():
        assert not element.tag.endswith(("script", "}style"))
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]


@pytest.mark.parametrize("kind", KINDS)
def test_identifiers_are_unique_and_every_picture_is_described(kind):
    found = [element.get("id") for element in tree(kind).iter() if element.get("id")]
    assert len(found) == len(set(found))
    pictures = [element for element in tree(kind).iter() if element.tag.endswith("}svg")]
    for picture in pictures:
        assert all(name in found for name in picture.get("aria-labelledby").split())


def test_units_by_principles_stand_in_their_table_alone():
    figures = [block for block in a_brief("team").blocks() if isinstance(block, Figure)]
    pictures = [element for element in tree("team").iter() if element.tag.endswith("}svg")]
    assert len(pictures) == len(figures) - 1


def test_table_headers_have_a_scope():
    heads = list(tree("leaders").iter("th"))
    assert heads
    assert {head.get("scope") for head in heads} == {"col", "row"}


@pytest.mark.parametrize("kind", ["leaders", "team"])
def test_a_table_s_caption_stands_still_while_the_table_scrolls(kind):
    article = tree(kind)
    tables = [block for block in a_brief(kind).blocks() if isinstance(block, Table)]
    regions = [one for one in article.iter("div") if one.get("role") == "region"]
    captions = {one.get("id"): "".join(one.itertext()) for one in article.iter("figcaption")}
    assert len(regions) == len(tables) > 1
    for block, region in zip(tables, regions, strict=True):
        assert not list(region.iter("caption")) + list(region.iter("figcaption"))
        named = {region.get("aria-labelledby"), region.find("table").get("aria-labelledby")}
        assert [captions[name] for name in named] == [plain(block.caption.text)]


def test_a_page_needs_nothing_beside_it():
    page = write_page(a_brief("committee", project_title="A & B <c>"))
    assert "<title>Resultatbrev til udvalget: A &amp; B &lt;c&gt;, Randers Kommune</title>" in page
    assert not re.search(r"(src=|<link|@import|url\()", page)
    HTMLParser().feed(page)


def test_another_release_writes_other_bytes():
    assert write_page(a_brief("unit")) != write_page(
        a_brief("unit", figures=full_figures(unit_figures=()))
    )
