"""Answers to both sides of the middle: low options to the left, high ones to the right.

The middle option of an uneven scale lies across the line. Bars of one picture share the line, so
that the eye compares sides; the shares of each side stand at the ends in words.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.graphics.shapes import Drawing, Group, Line, Rect
from reportlab.lib.colors import Color, HexColor, linearlyInterpolatedColor

from survey_service.charts import style
from survey_service.charts.keys import draw_keys, draw_text, place_keys
from survey_service.charts.share_bars import BarSize, write_share

LOWEST = HexColor("#8a5a1f")
"""The lowest option: as dark in grey as the highest, which lies on the other side of the line."""
MIDDLE = HexColor("#e4e1d8")
_PALE_LOW = HexColor("#d9b98c")
_PALE_HIGH = HexColor("#9dbccb")


@dataclass(frozen=True, slots=True)
class DivergingBar:
    """One question: its words and the shares 0-1 of its options, from the lowest."""

    name: str
    shares: tuple[float, ...]


def draw_diverging_bars(
    bars: Sequence[DivergingBar], keys: Sequence[str], size: BarSize, language: str
) -> Drawing:
    """Draw one bar below the other, each with its question above it, and the options' names last.

    Args:
        bars: in order from the top, all with as many shares as there are keys.
        keys: the options' names, from the lowest.
        size: see `share_bars`.
        language: "da" or "en".
    """
    style.register_fonts()
    leading = size.font_size * 1.25
    names = [style.wrap_text(bar.name, style.REGULAR, size.font_size, size.width) for bar in bars]
    heights = [len(lines) * leading + size.bar_height + size.font_size for lines in names]
    rows = place_keys(keys, size.width, size.font_size, gap=2.4, slack=1.06)
    foot = len(rows) * leading * 1.15 + size.font_size * 0.2
    colours = [_shade(place, len(keys)) for place in range(len(keys))]
    drawing = Drawing(size.width, foot + sum(heights))
    for number, row in enumerate(reversed(rows)):
        baseline = leading * (0.25 + 1.15 * number)
        drawing.add(draw_keys(row, baseline, colours, size.font_size))
    y = float(drawing.height)
    for bar, lines, height in zip(bars, names, heights, strict=True):
        for number, line in enumerate(lines):
            drawing.add(draw_text(0, y - (number + 0.8) * leading, line, size.font_size))
        base = y - len(lines) * leading - size.bar_height - size.font_size * 0.25
        drawing.add(_draw_bar(bar.shares, base, size, language))
        y -= height
    return drawing


def sides_of(shares: Sequence[float]) -> tuple[float, float]:
    """Return the shares below and above the middle option, which belongs to neither."""
    half = len(shares) // 2
    return sum(shares[:half]), sum(shares[len(shares) - half :])


def _draw_bar(shares: Sequence[float], base: float, size: BarSize, language: str) -> Group:
    group = Group()
    margin = size.font_size * 3.4
    centre = size.width / 2
    scale = (size.width / 2 - margin) / max(sum(shares), 1.0)
    half = len(shares) // 2
    middle = shares[half] if len(shares) % 2 else 0.0
    left = centre - (sum(shares[:half]) + middle / 2) * scale
    start = left
    for place, share in enumerate(shares):
        if share <= 0:
            continue
        segment = Rect(left, base, share * scale, size.bar_height)
        segment.fillColor, segment.strokeColor = _shade(place, len(shares)), style.WHITE
        group.add(segment)
        left += share * scale
    line = Line(centre, base - size.font_size * 0.25, centre, base + size.bar_height * 1.12)
    line.strokeColor, line.strokeWidth = style.INK, 0.7
    group.add(line)
    low, high = sides_of(shares)
    middle_of_bar = base + size.bar_height * 0.5 - size.font_size * 0.33
    gap = size.font_size * 0.4
    for x, share, anchor in ((start - gap, low, "end"), (left + gap, high, "start")):
        label = draw_text(x, middle_of_bar, write_share(share, language), size.font_size)
        label.textAnchor, label.fontName = anchor, style.BOLD
        group.add(label)
    return group


def _shade(place: int, count: int) -> Color:
    half = count // 2
    if count % 2 and place == half:
        return MIDDLE
    if place < half:
        return _mix(LOWEST, _PALE_LOW, place, half)
    return _mix(style.BLUE, _PALE_HIGH, count - 1 - place, half)


def _mix(end: Color, pale: Color, from_end: int, half: int) -> Color:
    mixed: Color = linearlyInterpolatedColor(end, pale, 0, max(half - 1, 1), from_end)
    return mixed
