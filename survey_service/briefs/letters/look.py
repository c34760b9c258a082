"""Type and measures of letters; sizes are in points. Large and airy: they are read at home."""

from functools import cache

from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm

from survey_service.charts import style

PAGE_WIDTH, PAGE_HEIGHT = A4
MARGIN = 20 * mm
TEXT_WIDTH = PAGE_WIDTH - 2 * MARGIN
ADDRESS_TOP = 45 * mm
"""From the paper's upper edge: where a window envelope shows the address."""

ADDRESS_HEIGHT = 36 * mm
ADDRESS_WIDTH = 88 * mm
ADDRESS_LINES = 6
BODY_TOP = 88 * mm
BODY_TOP_WITHOUT_ADDRESS = 34 * mm
BOTTOM = 14 * mm


@cache
def paragraph_style(
    size: float,
    *,
    bold: bool = False,
    quiet: bool = False,
    after: float = 0,
    before: float = 0,
    indent: float = 0,
    centred: bool = False,
    ratio: float = 1.35,
) -> ParagraphStyle:
    """Return a style of type `size`, with space before and after in points."""
    style.register_fonts()
    colour: Color = style.QUIET_INK if quiet else style.INK
    return ParagraphStyle(
        f"letter {size} {bold} {quiet} {after} {before} {indent} {centred}",
        fontName=style.BOLD if bold else style.REGULAR,
        bulletFontName=style.REGULAR,
        fontSize=size,
        leading=size * ratio,
        textColor=colour,
        spaceBefore=before,
        spaceAfter=after,
        leftIndent=indent,
        alignment=1 if centred else 0,
        splitLongWords=1,
    )
