"""Two audiences side by side: per principle their two means, and the gap as the line between."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.graphics.shapes import Circle, Drawing, Group, Line, Rect, String

from survey_service.charts import style


@dataclass(frozen=True, slots=True)
class GapRow:
    """One principle's means, 0-100, and the gap written out."""

    name: str
    first: float
    second: float
    written: str


@dataclass(frozen=True, slots=True)
class GapSize:
    """How large the picture is drawn, in points; names stand above a narrow one's lines."""

    width: float
    row_height: float
    font_size: float
    name_width: float
    radius: float


PAGE_GAPS = GapSize(1040, 42, 17, 270, 8)
NARROW_GAPS = GapSize(340, 54, 14, 0, 6)


def draw_gap_dots(rows: Sequence[GapRow], audiences: tuple[str, str], size: GapSize) -> Drawing:
    """Draw a row per principle on 0-100: a disc for the first audience, a square for the second.

    Args:
        rows: in order from the top.
        audiences: the two names.
        size: see the constants of this module.
    """
    style.register_fonts()
    head = size.font_size * 4
    drawing = Drawing(size.width, head + size.row_height * max(len(rows), 1))
    left, right = size.name_width + 12, size.width - size.font_size * 3.6
    drawing.add(_draw_legend(audiences, drawing.height - size.font_size * 1.2, size))
    top = drawing.height - head
    for score in range(0, 101, 20):
        x = left + score / 100 * (right - left)
        drawing.add(_line(x, 0, x, top, style.LINE, 0.5))
        label = _text(x, top + 5, str(score), size.font_size * 0.85)
        label.textAnchor, label.fillColor = "middle", style.QUIET_INK
        drawing.add(label)
    for number, row in enumerate(rows):
        drawing.add(_draw_row(row, top - number * size.row_height, (left, right), size))
    return drawing


def _draw_row(row: GapRow, top: float, plot: tuple[float, float], size: GapSize) -> Group:
    left, right = plot
    group = Group()
    above = size.name_width == 0
    middle = top - size.row_height * (0.7 if above else 0.5)
    name_at = top - size.font_size * 1.2 if above else middle - size.font_size * 0.33
    room = size.name_width or size.width
    name = style.shorten_text(row.name, style.REGULAR, size.font_size, room)
    group.add(_text(0, name_at, name, size.font_size))
    first, second = (left + score / 100 * (right - left) for score in (row.first, row.second))
    group.add(_line(first, middle, second, middle, style.MIDDLE_BLUE, 3))
    group.add(_square(second, middle, size))
    group.add(_disc(first, middle, size))
    gap = _text(size.width, middle - size.font_size * 0.33, row.written, size.font_size)
    gap.textAnchor, gap.fontName = "end", style.BOLD
    group.add(gap)
    return group


def _draw_legend(audiences: tuple[str, str], baseline: float, size: GapSize) -> Group:
    group = Group()
    middle = baseline + size.font_size * 0.33
    group.add(_disc(size.radius, middle, size))
    group.add(_text(size.radius * 3, baseline, audiences[0], size.font_size))
    x = size.radius * 3 + style.measure_text(audiences[0], style.REGULAR, size.font_size) * 1.06
    x += size.font_size * 2
    group.add(_square(x, middle, size))
    group.add(_text(x + size.radius * 2, baseline, audiences[1], size.font_size))
    return group


def _disc(x: float, y: float, size: GapSize) -> Circle:
    disc = Circle(x, y, size.radius)
    disc.fillColor, disc.strokeColor = style.BLUE, None
    return disc


def _square(x: float, y: float, size: GapSize) -> Rect:
    half = size.radius * 0.85
    square = Rect(x - half, y - half, 2 * half, 2 * half)
    square.fillColor, square.strokeColor, square.strokeWidth = style.WHITE, style.OCHRE, 2.5
    return square


def _line(x1: float, y1: float, x2: float, y2: float, colour: object, width: float) -> Line:
    line = Line(x1, y1, x2, y2)
    line.strokeColor, line.strokeWidth = colour, width
    return line


def _text(x: float, y: float, words: str, font_size: float) -> String:
    found = String(x, y, words)
    found.fontName, found.fontSize, found.fillColor = style.REGULAR, font_size, style.INK
    return found
