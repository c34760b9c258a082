"""How many have answered, day by day, and where it leads at the latest pace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from babel.dates import format_date
from reportlab.graphics.shapes import Circle, Drawing, Group, Line, Rect, String
from reportlab.lib.colors import Color

from survey_service.charts import style
from survey_service.measurement.field_progress import DayCount, Pace, expect_on

SMALLEST_TOP = 10
"""Answers the axis reaches at least: a first answer must not fill the picture."""

_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class CurveSize:
    """How large a curve is drawn, in points."""

    width: float
    height: float
    font_size: float


PAGE_CURVE = CurveSize(1040, 300, 16)
NARROW_CURVE = CurveSize(280, 220, 13)


@dataclass(frozen=True, slots=True)
class CurveWords:
    """What stands in the picture: beside the last count, the expected end, and half of all."""

    latest: str
    expected: str
    half: str


@dataclass(frozen=True, slots=True)
class Curve:
    """Counts that may be seen, oldest first, from a wave's opening to its closing day."""

    days: Sequence[DayCount]
    opens_on: date
    closes_on: date
    roster: int
    pace: Pace | None


def draw_progress_curve(curve: Curve, words: CurveWords, size: CurveSize, language: str) -> Drawing:
    """Draw the counts as a line and, dashed, where the latest pace leads by the closing day.

    Args:
        curve: what is drawn; with no count at all the picture has axes only.
        words: in the reader's language.
        size: see the constants of this module.
        language: "da" or "en", for the dates.
    """
    style.register_fonts()
    drawing = Drawing(size.width, size.height)
    frame = _Frame(curve, size)
    drawing.add(_draw_axes(curve, frame, size, language))
    half = -(-curve.roster // 2)
    if half <= frame.top:
        drawing.add(_draw_half(frame, half, words.half, size))
    if curve.days:
        drawing.add(_draw_counts(curve, frame, words, size))
    return drawing


class _Frame:
    """Where days and counts lie in the picture."""

    def __init__(self, curve: Curve, size: CurveSize) -> None:
        seen = [found.day for found in curve.days]
        self.first = min([curve.opens_on, *seen])
        self.last = max([curve.closes_on, *seen])
        most = max([found.sent for found in curve.days], default=0)
        if curve.pace is not None:
            most = max(most, curve.pace.expected)
        self.step = _choose_step(max(SMALLEST_TOP, most * 1.1))
        self.top = self.step * -(-max(SMALLEST_TOP, most * 1.1) // self.step)
        widest = style.measure_text(str(round(self.top)), style.REGULAR, size.font_size)
        self.left = widest + size.font_size * 0.8
        self.bottom = size.font_size * 1.9
        self.right = size.width - size.font_size * 0.7
        self.height = size.height - self.bottom - size.font_size * 1.2

    def x(self, day: date) -> float:
        days = max(1, (self.last - self.first).days)
        return self.left + (self.right - self.left) * (day - self.first).days / days

    def y(self, count: float) -> float:
        return self.bottom + self.height * count / self.top


def _choose_step(most: float) -> int:
    """Return the distance of the axis' lines: 1, 2 or 5 times a power of ten, about four lines."""
    size = 1
    while True:
        for step in _STEPS:
            if step * size * 5 >= most:
                return step * size
        size *= 10


def _draw_axes(curve: Curve, frame: _Frame, size: CurveSize, language: str) -> Group:
    group = Group()
    for place in range(round(frame.top / frame.step) + 1):
        count = place * frame.step
        group.add(_line(frame.left, frame.y(count), frame.right, frame.y(count), style.LINE, 1))
        label = _text(frame.left - size.font_size * 0.5, frame.y(count) - size.font_size * 0.35,
                      str(count), size, "end", style.QUIET_INK)  # fmt: skip
        group.add(label)
    for day, anchor in ((curve.opens_on, "start"), (curve.closes_on, "end")):
        words = format_date(day, "d. MMM" if language == "da" else "d MMM", locale=language)
        x = frame.left if anchor == "start" else frame.x(day)
        group.add(_text(x, size.font_size * 0.35, words, size, anchor, style.QUIET_INK))
    return group


def _draw_half(frame: _Frame, half: int, words: str, size: CurveSize) -> Group:
    group = Group()
    line = _line(frame.left, frame.y(half), frame.right, frame.y(half), style.OCHRE, 1.5)
    group.add(line)
    # Below the line at its end: the counts come from the left, and their end has words above it.
    below = frame.y(half) - size.font_size
    group.add(_text(frame.right, below, words, size, "end", style.OCHRE))
    return group


def _draw_counts(curve: Curve, frame: _Frame, words: CurveWords, size: CurveSize) -> Group:
    group = Group()
    places = [(frame.x(found.day), frame.y(found.sent)) for found in curve.days]
    latest = places[-1]
    if curve.pace is not None and curve.closes_on > curve.days[-1].day:
        end = frame.x(curve.closes_on), frame.y(curve.pace.expected)
        group.add(_draw_ahead(curve, curve.pace, frame))
        group.add(_dot(*end, size.font_size * 0.32, style.WHITE))
        group.add(_label(end, words.expected, size, is_end=True))
    for (x1, y1), (x2, y2) in pairwise(places):
        group.add(_line(x1, y1, x2, y2, style.BLUE, 3))
    for x, y in places[:-1]:
        group.add(_dot(x, y, 2.5, style.BLUE))
    group.add(_dot(*latest, size.font_size * 0.36, style.BLUE))
    group.add(_label(latest, words.latest, size, is_end=latest[0] > size.width / 2))
    return group


def _draw_ahead(curve: Curve, pace: Pace, frame: _Frame) -> Group:
    """Return a dash for every day ahead, along the flattening curve."""
    group = Group()
    latest = curve.days[-1].day
    length = (curve.closes_on - latest).days
    days = [latest + timedelta(days=day) for day in range(length + 1)]
    places = [
        (frame.x(day), frame.y(expect_on(curve.days, pace, curve.roster, day))) for day in days
    ]
    for (x1, y1), (x2, y2) in pairwise(places):
        middle = x1 + (x2 - x1) * 0.55, y1 + (y2 - y1) * 0.55
        group.add(_line(x1, y1, *middle, style.BLUE, 2))
    return group


def _label(place: tuple[float, float], words: str, size: CurveSize, *, is_end: bool) -> Group:
    """Return words above a point, on a ground of their own so that no line runs through them."""
    x, y = place[0], place[1] + size.font_size * 0.65
    width = style.measure_text(words, style.BOLD, size.font_size)
    x = max(x, width + size.font_size * 3) if is_end else x
    group = Group()
    ground = Rect(x - width if is_end else x, y - 2, width, size.font_size)
    ground.fillColor, ground.strokeColor = style.WHITE, None
    group.add(ground)
    label = _text(x, y, words, size, "end" if is_end else "start", style.INK)
    label.fontName = style.BOLD
    group.add(label)
    return group


def _line(x1: float, y1: float, x2: float, y2: float, colour: Color, width: float) -> Line:
    found = Line(x1, y1, x2, y2)
    found.strokeColor, found.strokeWidth, found.strokeLineCap = colour, width, 1
    return found


def _dot(x: float, y: float, radius: float, fill: Color) -> Circle:
    found = Circle(x, y, radius)
    found.fillColor, found.strokeColor, found.strokeWidth = fill, style.BLUE, 2
    return found


def _text(x: float, y: float, words: str, size: CurveSize, anchor: str, colour: Color) -> String:
    found = String(x, y, words)
    found.fontName, found.fontSize, found.fillColor = style.REGULAR, size.font_size, colour
    found.textAnchor = anchor
    return found
