"""Pictures of a field: what they say is where it should be, and nothing lies outside."""

from datetime import date, timedelta

import pytest
from reportlab.graphics.shapes import Circle, Group, Line, Rect, String

from survey_service.charts import style
from survey_service.charts.progress_curve import (
    NARROW_CURVE,
    PAGE_CURVE,
    Curve,
    CurveWords,
    draw_progress_curve,
)
from survey_service.charts.rate_bars import NARROW_RATES, PAGE_RATES, RateBar, draw_rate_bars
from survey_service.charts.svg import draw_svg
from survey_service.measurement.field_progress import DayCount, measure_pace

OPENED, CLOSES = date(2026, 3, 4), date(2026, 4, 3)
WORDS = CurveWords("40", "ca. 75", "halvdelen: 40")
LONG = "Mestringsvejledning og fremskudt rådgivning i hele kommunen"


def shapes(drawing, kind):
    def walk(group):
        for shape in group.contents:
            if isinstance(shape, Group):
                yield from walk(shape)
            elif isinstance(shape, kind):
                yield shape

    return list(walk(drawing))


def words_of(drawing):
    return [text.text for text in shapes(drawing, String)]


def a_curve(*sent: int, roster: int = 80) -> Curve:
    days = [DayCount(OPENED + timedelta(days=n), one) for n, one in enumerate(sent)]
    return Curve(days, OPENED, CLOSES, roster, measure_pace(days, CLOSES, roster))


@pytest.mark.parametrize("size", [PAGE_CURVE, NARROW_CURVE])
@pytest.mark.parametrize("sent", [(), (0, 40), (0, 6, 9, 12), (0, 400, 900)])
def test_everything_lies_within_the_picture(size, sent):
    drawing = draw_progress_curve(a_curve(*sent, roster=1000), WORDS, size, "da")
    for line in shapes(drawing, Line):
        assert 0 <= min(line.x1, line.x2) <= max(line.x1, line.x2) <= size.width
        assert 0 <= min(line.y1, line.y2) <= max(line.y1, line.y2) <= size.height
    for text in shapes(drawing, String):
        width = style.measure_text(text.text, text.fontName, text.fontSize)
        left = {"start": text.x, "end": text.x - width}[text.textAnchor]
        assert left >= 0, text.text
        assert left + width <= size.width, text.text
        assert text.y + text.fontSize <= size.height, text.text


def test_as_many_answers_again_lie_as_high_again():
    drawing = draw_progress_curve(a_curve(0, 20, 40), WORDS, PAGE_CURVE, "da")
    counted = [dot for dot in shapes(drawing, Circle) if dot.fillColor == style.BLUE]
    low, middle, high = sorted(dot.cy for dot in counted)
    assert high - middle == pytest.approx(middle - low)
    left, centre, right = sorted(dot.cx for dot in counted)
    assert right - centre == pytest.approx(centre - left)


def test_where_it_leads_is_drawn_apart_and_named():
    drawing = draw_progress_curve(a_curve(0, 40), WORDS, PAGE_CURVE, "da")
    [end] = [dot for dot in shapes(drawing, Circle) if dot.fillColor == style.WHITE]
    assert end.cx == max(dot.cx for dot in shapes(drawing, Circle))
    assert {"40", "ca. 75"} <= set(words_of(drawing))


def test_without_a_pace_nothing_is_drawn_ahead():
    drawing = draw_progress_curve(a_curve(40), WORDS, PAGE_CURVE, "da")
    assert "ca. 75" not in words_of(drawing)
    assert len(shapes(drawing, Circle)) == 1


def test_half_of_all_is_marked_once_it_is_in_sight():
    near = draw_progress_curve(a_curve(0, 40), WORDS, PAGE_CURVE, "da")
    far = draw_progress_curve(a_curve(6, 6, roster=80), WORDS, PAGE_CURVE, "da")
    assert "halvdelen: 40" in words_of(near)
    assert "halvdelen: 40" not in words_of(far)


@pytest.mark.parametrize(("language", "written"), [("da", "4. mar."), ("en", "4 Mar")])
def test_the_days_are_written_as_the_language_does(language, written):
    drawing = draw_progress_curve(a_curve(0, 40), WORDS, PAGE_CURVE, language)
    assert written in words_of(drawing)


@pytest.mark.parametrize("size", [PAGE_RATES, NARROW_RATES])
def test_bars_and_their_words_lie_within_the_picture(size):
    bars = [RateBar(LONG, 0, 1.0, "240 af 240, 100 %"), RateBar(LONG, 3, None, "–")]
    drawing = draw_rate_bars(bars, 0.98, "Alle: 98 %", size)
    for rect in shapes(drawing, Rect):
        assert rect.x >= 0
        assert rect.x + rect.width <= size.width + 1e-6
        assert 0 <= rect.y <= drawing.height - rect.height
    for text in shapes(drawing, String):
        width = style.measure_text(text.text, text.fontName, text.fontSize)
        left = text.x - (width if text.textAnchor == "end" else 0)
        assert left >= -1e-6, text.text
        assert left + width <= size.width + 1e-6, text.text


def test_a_bar_is_as_long_as_its_share():
    drawing = draw_rate_bars([RateBar("a", 0, 0.25, "5 af 20")], None, "", PAGE_RATES)
    ground, filled = shapes(drawing, Rect)
    assert filled.width == pytest.approx(ground.width / 4)


def test_a_unit_that_is_not_shown_has_no_bar_whatever_its_share():
    drawing = draw_rate_bars([RateBar("a", 0, None, "–")], None, "", PAGE_RATES)
    assert len(shapes(drawing, Rect)) == 1
    assert "–" in words_of(drawing)


def test_the_whole_is_marked_on_every_bar():
    bars = [RateBar(name, 0, 0.5, "10 af 20") for name in "ab"]
    drawing = draw_rate_bars(bars, 0.25, "Alle: 25 %", PAGE_RATES)
    grounds = [rect for rect in shapes(drawing, Rect) if rect.fillColor == style.TINT]
    marks = shapes(drawing, Line)
    assert [mark.x1 for mark in marks] == pytest.approx(
        [ground.x + ground.width / 4 for ground in grounds]
    )


def test_the_pictures_can_stand_on_a_page():
    curve = draw_progress_curve(a_curve(0, 40), WORDS, PAGE_CURVE, "da")
    bars = draw_rate_bars([RateBar("a & b", 0, 0.5, "1")], 0.4, "Alle", NARROW_RATES)
    for drawing in (curve, bars):
        svg = draw_svg(drawing, title="t", description="d", identifier="i")
        assert "style=" not in svg
