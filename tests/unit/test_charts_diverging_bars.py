"""Answers to both sides of the middle."""

import pytest
from reportlab.graphics.shapes import Group, Line, Rect, String

from survey_service.charts.diverging_bars import DivergingBar, draw_diverging_bars, sides_of
from survey_service.charts.share_bars import BarSize

SIZE = BarSize(400, 10, 15)
KEYS = ("Slet ikke", "Lidt", "Noget", "Meget", "Helt")


def shapes(part):
    if isinstance(part, Group) or hasattr(part, "contents"):
        for inner in part.contents:
            yield from shapes(inner)
    else:
        yield part


def drawn(*shares, keys=KEYS):
    picture = draw_diverging_bars([DivergingBar("Bliver du hørt?", shares)], keys, SIZE, "da")
    return list(shapes(picture))


def bars(found):
    return sorted(
        (shape for shape in found if isinstance(shape, Rect) and shape.height == SIZE.bar_height),
        key=lambda bar: bar.x,
    )


def test_the_middle_option_belongs_to_neither_side():
    assert sides_of((0.1, 0.2, 0.3, 0.25, 0.15)) == pytest.approx((0.3, 0.4))


def test_a_scale_without_a_middle_is_halved():
    assert sides_of((0.1, 0.2, 0.3, 0.4)) == pytest.approx((0.3, 0.7))


def test_the_middle_option_lies_across_the_line_half_and_half():
    found = drawn(0.1, 0.2, 0.4, 0.2, 0.1)
    (line,) = (shape for shape in found if isinstance(shape, Line))
    middle = bars(found)[2]
    assert line.x1 == 200
    assert middle.x + middle.width / 2 == pytest.approx(200)


def test_widths_are_in_proportion_to_shares():
    widths = [bar.width for bar in bars(drawn(0.1, 0.2, 0.4, 0.2, 0.1))]
    assert [width / widths[0] for width in widths] == pytest.approx([1, 2, 4, 2, 1])


def test_an_option_nobody_chose_is_not_drawn():
    assert len(bars(drawn(0.0, 0.5, 0.0, 0.5, 0.0))) == 2


def test_both_sides_are_written_at_the_ends():
    words = [shape.text for shape in drawn(0.1, 0.15, 0.3, 0.25, 0.2) if isinstance(shape, String)]
    assert "25 %" in words
    assert "45 %" in words


def test_every_option_is_named_once():
    words = [shape.text for shape in drawn(0.1, 0.15, 0.3, 0.25, 0.2) if isinstance(shape, String)]
    assert [word for word in words if word in KEYS] == list(KEYS)


def test_nothing_reaches_beyond_the_picture():
    for shares in ((1.0, 0, 0, 0, 0), (0, 0, 0, 0, 1.0), (0, 0, 1.0, 0, 0)):
        for bar in bars(drawn(*shares)):
            assert bar.x >= 0
            assert bar.x + bar.width <= SIZE.width
