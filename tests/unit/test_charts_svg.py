"""SVG for pages: readable by all, and nothing in it that a strict content policy blocks."""

import re
from xml.etree import ElementTree

import pytest
from released_figures_builder import some_figures
from reportlab.graphics.shapes import Drawing, Group, Line, Polygon, Rect, String, Wedge
from test_charts_wave_dots import LABELS, words_in

from survey_service.charts import style
from survey_service.charts.svg import draw_svg
from survey_service.charts.wave_dots import PAGE_SIZE, draw_wave_dots

NAMESPACE = "{http://www.w3.org/2000/svg}"


def svg_of(drawing, **of):
    names = {"title": "Titel", "description": "Håb & drømme", "identifier": "waves"} | of
    return draw_svg(drawing, **names)


def parsed(written):
    return ElementTree.fromstring(written)  # noqa: S314 - our own output


def a_picture():
    return draw_wave_dots(some_figures(), "citizen", LABELS, "da", size=PAGE_SIZE)


def test_the_picture_is_one_image_with_title_and_description():
    root = parsed(svg_of(a_picture()))
    assert root.get("role") == "img"
    title, description = root.find(f"{NAMESPACE}title"), root.find(f"{NAMESPACE}desc")
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert (title.text, description.text) == ("Titel", "Håb & drømme")


def test_nothing_in_it_needs_an_exception_from_a_strict_content_policy():
    written = svg_of(a_picture())
    assert not re.search(r"\sstyle=|<style|<script|\son\w+=|href=|<foreignObject", written)


def test_every_word_of_the_drawing_is_in_the_svg():
    drawing = a_picture()
    found = [text.text for text in parsed(svg_of(drawing)).iter(f"{NAMESPACE}text")]
    assert found == words_in(drawing)


def test_the_font_is_plex_with_a_fallback():
    assert "IBM Plex Sans" in svg_of(a_picture())
    assert "sans-serif" in svg_of(a_picture())


def test_y_grows_downwards_in_svg():
    drawing = Drawing(100, 50)
    drawing.add(Line(0, 10, 100, 40, strokeColor=style.INK))
    line = parsed(svg_of(drawing)).find(f"{NAMESPACE}line")
    assert (line.get("y1"), line.get("y2")) == ("40", "10")


def test_words_are_escaped():
    drawing = Drawing(100, 50)
    drawing.add(String(0, 0, "<script>a & b"))
    written = svg_of(drawing, title='"<b>"', description="<i>")
    assert "<script>" not in written
    assert "<b>" not in written
    assert "<i>" not in written


def test_groups_rectangles_and_polygons_are_drawn():
    drawing = Drawing(100, 50)
    drawing.add(Group(Rect(0, 0, 10, 20, fillColor=style.TINT), Polygon([0, 0, 10, 0, 5, 5])))
    root = parsed(svg_of(drawing))
    rectangle = root.find(f"{NAMESPACE}rect")
    assert (rectangle.get("y"), rectangle.get("fill")) == ("30", "#eaf2f5")
    assert root.find(f"{NAMESPACE}polygon").get("points") == "0,50 10,50 5,45"


def test_an_unknown_shape_is_refused():
    drawing = Drawing(100, 50)
    drawing.add(Wedge(10, 10, 5, 0, 90))
    with pytest.raises(TypeError, match="found Wedge"):
        svg_of(drawing)
