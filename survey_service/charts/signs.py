"""The sign and colour of a verdict. Signs are drawn, so they need no font and are never read aloud.

Colour never stands alone: the sign's shape and the word beside it say the same.
"""

from reportlab.graphics.shapes import Group, Line, Polygon, String
from reportlab.lib.colors import Color

from survey_service.charts import style
from survey_service.measurement.comparison import Verdict

VERDICT_COLOURS: dict[Verdict, Color] = {
    Verdict.IMPROVED: style.GREEN,
    Verdict.DECLINED: style.RED,
    Verdict.NO_RELEVANT_CHANGE: style.QUIET_INK,
    Verdict.CANNOT_TELL: style.OCHRE,
    Verdict.TOO_FEW: style.QUIET_INK,
    Verdict.WORDING_CHANGED: style.QUIET_INK,
}

VERDICT_SIGNS: dict[Verdict, str] = {
    Verdict.IMPROVED: "▲",
    Verdict.DECLINED: "▼",
    Verdict.NO_RELEVANT_CHANGE: "=",
    Verdict.CANNOT_TELL: "?",
    Verdict.TOO_FEW: "–",
    Verdict.WORDING_CHANGED: "//",
}
"""The same signs as characters, for pages."""


def draw_sign(verdict: Verdict, x: float, baseline: float, size: float) -> Group:
    """Return the sign of a verdict.

    Args:
        verdict: what may be said.
        x: left edge in points.
        baseline: the baseline of the word beside it.
        size: that word's font size; the sign is as high as its capitals.
    """
    colour = VERDICT_COLOURS[verdict]
    width = size * 0.62
    top = baseline + size * 0.66
    if verdict is Verdict.IMPROVED:
        return Group(_triangle(x, x + width, baseline, top, colour))
    if verdict is Verdict.DECLINED:
        return Group(_triangle(x, x + width, top, baseline, colour))
    if verdict is Verdict.CANNOT_TELL:
        mark = String(x + width / 2, baseline, "?", textAnchor="middle")
        mark.fontName, mark.fontSize, mark.fillColor = style.BOLD, size, colour
        return Group(mark)
    if verdict is Verdict.WORDING_CHANGED:
        # Two strokes, as an axis is broken where what follows is measured otherwise.
        strokes = (0.05, 0.5)
        return Group(
            *(_stroke(x + width * left, baseline, top, width * 0.45, colour) for left in strokes)
        )
    heights = (0.2, 0.45) if verdict is Verdict.NO_RELEVANT_CHANGE else (0.32,)
    return Group(
        *(_bar(x, x + width, baseline + size * height, colour, size * 0.12) for height in heights)
    )


def _triangle(left: float, right: float, base: float, tip: float, colour: Color) -> Polygon:
    shape = Polygon([left, base, right, base, (left + right) / 2, tip])
    shape.fillColor, shape.strokeColor = colour, None
    return shape


def _stroke(left: float, base: float, top: float, lean: float, colour: Color) -> Line:
    line = Line(left, base, left + lean, top)
    line.strokeColor, line.strokeWidth = colour, (top - base) * 0.16
    return line


def _bar(left: float, right: float, y: float, colour: Color, thickness: float) -> Line:
    line = Line(left, y, right, y)
    line.strokeColor, line.strokeWidth = colour, thickness
    return line
