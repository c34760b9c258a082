"""Keys of a picture: a box of each colour with its words, in rows as wide as the picture."""

from collections.abc import Sequence

from reportlab.graphics.shapes import Group, Rect, String
from reportlab.lib.colors import Color

from survey_service.charts import style

KeyRow = list[tuple[int, float, str]]
"""Per key its place among all, where it stands, and its words."""


def place_keys(
    keys: Sequence[str], width: float, font_size: float, *, gap: float, slack: float = 1.0
) -> list[KeyRow]:
    """Return rows of keys, broken where the width ends.

    Args:
        keys: their words, in order.
        width: of the picture, in points.
        font_size: of the words, in points.
        gap: room for the box and after the words, in times the font size.
        slack: room for the words in a wider font, in times their width.
    """
    rows: list[KeyRow] = []
    x = width + 1.0
    for place, words in enumerate(keys):
        needed = style.measure_text(words, style.REGULAR, font_size) * slack + font_size * gap
        if x + needed > width:
            rows.append([])
            x = 0.0
        rows[-1].append((place, x, words))
        x += needed
    return rows


def draw_keys(row: KeyRow, baseline: float, colours: Sequence[Color], font_size: float) -> Group:
    """Draw one row of keys, each with the colour of its place."""
    group = Group()
    for place, x, words in row:
        box = Rect(x, baseline - font_size * 0.1, font_size, font_size)
        box.fillColor, box.strokeColor = colours[place], style.LINE
        group.add(box)
        group.add(draw_text(x + font_size * 1.4, baseline, words, font_size))
    return group


def draw_text(x: float, y: float, words: str, font_size: float) -> String:
    """Draw a line of text that begins at a place."""
    found = String(x, y, words)
    found.fontName, found.fontSize, found.fillColor = style.REGULAR, font_size, style.INK
    return found
