"""Pictures of shares and of gaps: every figure is in the picture, nothing is wider than it."""

import pytest
from reportlab.graphics.shapes import Circle, Drawing, Group, Rect, String

from survey_service.charts.gap_dots import NARROW_GAPS, PAGE_GAPS, GapRow, draw_gap_dots
from survey_service.charts.share_bars import (
    NARROW_BARS,
    PAGE_BARS,
    ShareBar,
    draw_share_bars,
    write_share,
)
from survey_service.charts.svg import draw_svg

KEYS = ("slet ikke", "i mindre grad", "i nogen grad", "i høj grad", "i meget høj grad")
LONG = "Kommer der hurtigt hjælp, når du får det dårligt eller har brug for noget andet?"


def shapes(drawing, kind):
    def walk(group):
        for shape in group.contents:
            if isinstance(shape, Group):
                yield from walk(shape)
            elif isinstance(shape, kind):
                yield shape

    return list(walk(drawing))


@pytest.mark.parametrize("size", [PAGE_BARS, NARROW_BARS])
def test_bars_stay_within_the_picture(size):
    drawing = draw_share_bars([ShareBar(LONG, (0.1, 0.2, 0.3, 0.2, 0.21))], KEYS, size, "da")
    assert isinstance(drawing, Drawing)
    for rect in shapes(drawing, Rect):
        assert rect.x >= 0
        assert rect.x + rect.width <= size.width + 1e-6
        assert 0 <= rect.y <= drawing.height


def test_segments_are_as_wide_as_their_shares():
    drawing = draw_share_bars([ShareBar("a", (0.25, 0.75))], (), PAGE_BARS, "da")
    _, first, second = shapes(drawing, Rect)
    assert (first.width, second.width) == pytest.approx((260, 780))
    assert second.x == pytest.approx(260)


def test_the_key_names_every_option():
    drawing = draw_share_bars([ShareBar("a", (0.2,) * 5)], KEYS, NARROW_BARS, "da")
    assert set(KEYS) <= {text.text for text in shapes(drawing, String)}


def test_a_segment_of_nought_is_not_drawn():
    drawing = draw_share_bars([ShareBar("a", (0.0, 1.0))], (), PAGE_BARS, "da")
    assert len(shapes(drawing, Rect)) == 2


@pytest.mark.parametrize(("language", "written"), [("da", "33 %"), ("en", "33%")])
def test_per_cent_is_written_as_the_language_does(language, written):
    assert write_share(0.33, language) == written


@pytest.mark.parametrize("size", [PAGE_GAPS, NARROW_GAPS])
def test_the_lower_of_two_audiences_stands_to_the_left(size):
    drawing = draw_gap_dots([GapRow("Håb", 40, 60, "−20")], ("Borgere", "Medarbejdere"), size)
    disc = shapes(drawing, Circle)[-1]
    square = shapes(drawing, Rect)[-1]
    assert disc.cx < square.x
    assert "−20" in {text.text for text in shapes(drawing, String)}


def test_both_pictures_can_be_written_as_svg():
    for drawing in (
        draw_gap_dots([GapRow("Håb", 0, 100, "−100")], ("a", "b"), PAGE_GAPS),
        draw_share_bars([ShareBar("a", (1.0,), "100 %")], (), PAGE_BARS, "da"),
    ):
        assert "style=" not in draw_svg(drawing, title="t", description="d", identifier="i")
