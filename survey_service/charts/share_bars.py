"""Shares as bars: how answers spread over the options, or how many of a unit have answered."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.graphics.shapes import Drawing, Group, Rect
from reportlab.lib.colors import Color, HexColor, linearlyInterpolatedColor

from survey_service.charts import style
from survey_service.charts.figures import round_shown
from survey_service.charts.keys import draw_keys, draw_text, place_keys

LOWEST_SHADE = HexColor("#dbe7ec")
"""The lowest option; the highest is BLUE. The shades differ in greyscale too."""

_DARK_INK_UP_TO = 0.55
"""Place on the way from LOWEST_SHADE to BLUE up to which dark type is legible on a segment."""


@dataclass(frozen=True, slots=True)
class ShareBar:
    """One bar: its name, shares 0-1 from left to right, and what stands at its end."""

    name: str
    shares: tuple[float, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class BarSize:
    """How large bars are drawn, in points."""

    width: float
    font_size: float
    bar_height: float


PAGE_BARS = BarSize(1040, 16, 26)
NARROW_BARS = BarSize(340, 14, 24)


def draw_share_bars(
    bars: Sequence[ShareBar], keys: Sequence[str], size: BarSize, language: str
) -> Drawing:
    """Draw one bar below the other, each with its name above it.

    Args:
        bars: in order from the top; shares of a bar add up to 1 at most, but for rounding.
        keys: the segments' names, as many as a bar has shares; empty where a bar speaks for itself.
        size: see the constants of this module.
        language: "da" or "en".
    """
    style.register_fonts()
    leading = size.font_size * 1.3
    names = [style.wrap_text(bar.name, style.REGULAR, size.font_size, size.width) for bar in bars]
    heights = [len(lines) * leading + size.bar_height + size.font_size * 1.3 for lines in names]
    key_rows = place_keys(keys, size.width, size.font_size, gap=2.6)
    head = len(key_rows) * leading * 1.15 + (size.font_size if keys else 0)
    colours = [_shade(_depth(place, len(keys))) for place in range(len(keys))]
    drawing = Drawing(size.width, max(head + sum(heights), 1))
    y = float(drawing.height)
    for row in key_rows:
        y -= leading * 1.15
        drawing.add(draw_keys(row, y, colours, size.font_size))
    y = drawing.height - head
    for bar, lines, height in zip(bars, names, heights, strict=True):
        for number, line in enumerate(lines):
            drawing.add(draw_text(0, y - (number + 0.8) * leading, line, size.font_size))
        base = y - len(lines) * leading - size.bar_height - size.font_size * 0.3
        drawing.add(_draw_bar(bar, base, size, language))
        y -= height
    return drawing


def write_share(share: float, language: str) -> str:
    """Return a share 0-1 in per cent: "33 %" in Danish, "33%" in English."""
    written = round_shown(round(share * 100, 9))
    return f"{written} %" if language == "da" else f"{written}%"


def _draw_bar(bar: ShareBar, base: float, size: BarSize, language: str) -> Group:
    group = Group()
    room = size.width - size.font_size * 4.6 if bar.note else size.width
    ground = Rect(0, base, room, size.bar_height)
    ground.fillColor, ground.strokeColor = style.WHITE, style.LINE
    group.add(ground)
    left, total = 0.0, max(1.0, sum(bar.shares))
    for place, share in enumerate(bar.shares):
        width = room * share / total
        if width <= 0:
            continue
        segment = Rect(left, base, width, size.bar_height)
        depth = _depth(place, len(bar.shares))
        segment.fillColor, segment.strokeColor = _shade(depth), style.WHITE
        group.add(segment)
        written = write_share(share, language)
        if len(bar.shares) > 1 and width > style.measure_text(written, style.REGULAR, 13) + 8:
            label = draw_text(left + width / 2, base + size.bar_height / 2 - 4.5, written, 13)
            label.textAnchor = "middle"
            label.fillColor = style.INK if depth <= _DARK_INK_UP_TO else style.WHITE
            group.add(label)
        left += width
    if bar.note:
        note = draw_text(size.width, base + size.bar_height * 0.3, bar.note, size.font_size)
        note.textAnchor = "end"
        group.add(note)
    return group


def _depth(place: int, count: int) -> float:
    return 1.0 if count == 1 else place / (count - 1)


def _shade(depth: float) -> Color:
    return linearlyInterpolatedColor(LOWEST_SHADE, style.BLUE, 0, 1, depth)
