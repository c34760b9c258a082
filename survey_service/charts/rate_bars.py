"""Response rates of units as bars, as they stand in the unit tree, beside the rate of all."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.graphics.shapes import Drawing, Group, Line, Rect, String
from reportlab.lib.colors import Color

from survey_service.charts import style


@dataclass(frozen=True, slots=True)
class RateBar:
    """One unit: how deep it stands in the tree, its share 0-1 (None: not shown), and its words."""

    name: str
    depth: int
    share: float | None
    note: str


@dataclass(frozen=True, slots=True)
class RateSize:
    """How large bars are drawn, in points; without a column for names they stand above."""

    width: float
    font_size: float
    bar_height: float
    name_width: float
    note_width: float


PAGE_RATES = RateSize(1040, 16, 22, 330, 170)
NARROW_RATES = RateSize(270, 14, 14, 0, 0)

_INDENT = 1.2


def draw_rate_bars(
    bars: Sequence[RateBar], whole: float | None, whole_words: str, size: RateSize
) -> Drawing:
    """Draw a bar per unit, with a mark on each where the whole stands.

    Args:
        bars: from the top.
        whole: the share 0-1 of all; None: no mark.
        whole_words: what stands above the marks.
        size: see the constants of this module.
    """
    style.register_fonts()
    leading = size.font_size * 1.3
    head = leading * 1.3 if whole is not None else 0.0
    rows = [_measure(bar, size, leading) for bar in bars]
    drawing = Drawing(size.width, max(1.0, head + sum(height for _, height in rows)))
    y = drawing.height - head
    for bar, (lines, height) in zip(bars, rows, strict=True):
        drawing.add(_draw_row(bar, lines, y, size, leading, whole))
        y -= height
    if whole is not None:
        drawing.add(_draw_whole(whole, whole_words, drawing.height - head, size))
    return drawing


def _measure(bar: RateBar, size: RateSize, leading: float) -> tuple[tuple[str, ...], float]:
    """Return the name's lines and the row's height."""
    indent = bar.depth * _INDENT * size.font_size
    if size.name_width:
        room = size.name_width - indent - size.font_size
        lines = style.wrap_text(bar.name, style.REGULAR, size.font_size, room)
        return lines, max(len(lines) * leading, size.bar_height) + size.font_size * 0.7
    words = f"{bar.name}: {bar.note}"
    lines = style.wrap_text(words, style.REGULAR, size.font_size, size.width - indent)
    return lines, len(lines) * leading + size.bar_height + size.font_size * 0.9


def _draw_row(
    bar: RateBar, lines: Sequence[str], y: float, size: RateSize, leading: float,
    whole: float | None,
) -> Group:  # fmt: skip
    group = Group()
    indent = bar.depth * _INDENT * size.font_size
    for number, line in enumerate(lines):
        group.add(_text(indent, y - (number + 0.85) * leading, line, size, style.INK))
    left, room = _bar_room(size)
    if size.name_width:
        base = y - size.bar_height - max(0.0, (leading - size.bar_height) / 2)
        note = _text(size.width, y - 0.85 * leading, bar.note, size, style.INK)
        note.textAnchor = "end"
        group.add(note)
    else:
        base = y - len(lines) * leading - size.bar_height - size.font_size * 0.2
    ground = Rect(left, base, room, size.bar_height)
    ground.fillColor, ground.strokeColor = style.TINT, None
    if bar.share is None:
        ground.fillColor, ground.strokeColor = style.WHITE, style.LINE
        ground.strokeDashArray = [4, 4]
    group.add(ground)
    if bar.share:
        filled = Rect(left, base, room * min(1.0, bar.share), size.bar_height)
        filled.fillColor, filled.strokeColor = style.BLUE, None
        group.add(filled)
    if whole is not None:
        x = left + room * min(1.0, whole)
        mark = Line(x, base - 3, x, base + size.bar_height + 3)
        mark.strokeColor, mark.strokeWidth = style.OCHRE, 3
        group.add(mark)
    return group


def _draw_whole(whole: float, words: str, top: float, size: RateSize) -> Group:
    group = Group()
    left, room = _bar_room(size)
    width = style.measure_text(words, style.REGULAR, size.font_size)
    x = left + room * min(1.0, whole)
    place = min(max(left, x - width / 2), size.width - width)
    group.add(_text(place, top + size.font_size * 0.5, words, size, style.OCHRE))
    return group


def _bar_room(size: RateSize) -> tuple[float, float]:
    return size.name_width, size.width - size.name_width - size.note_width


def _text(x: float, y: float, words: str, size: RateSize, colour: Color) -> String:
    found = String(x, y, words)
    found.fontName, found.fontSize, found.fillColor = style.REGULAR, size.font_size, colour
    return found
