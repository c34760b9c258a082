"""One style for every picture: colours, type and strokes. Sizes are in points."""

from functools import cache, lru_cache
from pathlib import Path

from reportlab.graphics.shapes import STATE_DEFAULTS
from reportlab.lib.colors import Color, HexColor
from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily, stringWidth
from reportlab.pdfbase.ttfonts import TTFont

INK = HexColor("#1a1f24")
QUIET_INK = HexColor("#4a545c")
"""Secondary text; 7.6:1 on white."""
BLUE = HexColor("#134458")
MIDDLE_BLUE = HexColor("#7fa6b8")
"""Waves between the first and the last: clearly lighter than BLUE in greyscale too."""
TINT = HexColor("#eaf2f5")
PAPER = HexColor("#f7f5f0")
LINE = HexColor("#c5cfd4")
WHITE = HexColor("#ffffff")
GREEN = HexColor("#1d6b45")
RED = HexColor("#a3341f")
OCHRE = HexColor("#7a6a2f")

REGULAR = "IBMPlexSans"
BOLD = "IBMPlexSans-SemiBold"
ITALIC = "IBMPlexSans-Italic"

_FONT_FILES = {
    REGULAR: "IBMPlexSans-Regular.ttf",
    BOLD: "IBMPlexSans-SemiBold.ttf",
    ITALIC: "IBMPlexSans-Italic.ttf",
}


@cache
def register_fonts() -> None:
    """Make the three cuts of IBM Plex Sans known to ReportLab; once per process."""
    folder = Path(__file__).parent / "fonts"
    for name, file in _FONT_FILES.items():
        registerFont(TTFont(name, str(folder / file)))
    # else every drawing in a PDF begins by naming a font that is not embedded
    STATE_DEFAULTS["fontName"] = REGULAR
    registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=ITALIC, boldItalic=BOLD)


@lru_cache(maxsize=8192)
def measure_text(text: str, font: str, size: float) -> float:
    """Return the width of one line of text in points."""
    register_fonts()
    return float(stringWidth(text, font, size))


def wrap_text(text: str, font: str, size: float, width: float) -> tuple[str, ...]:
    """Break text at spaces into lines no wider than `width`; a word too wide is broken inside."""
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if measure_text(joined, font, size) <= width:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        pieces = _break_word(word, font, size, width)
        lines[-1] = pieces[0]
        lines.extend(pieces[1:])
    return tuple(lines)


def shorten_text(text: str, font: str, size: float, width: float) -> str:
    """Return the text, cut and ended with an ellipsis where it is wider than `width`."""
    if measure_text(text, font, size) <= width:
        return text
    kept = text
    while kept and measure_text(f"{kept}…", font, size) > width:
        kept = kept[:-1].rstrip()
    return f"{kept}…"


def hex_of(colour: Color) -> str:
    """Return a colour as #rrggbb."""
    return f"#{colour.hexval()[2:]}"


def _break_word(word: str, font: str, size: float, width: float) -> list[str]:
    pieces = [""]
    for character in word:
        if pieces[-1] and measure_text(pieces[-1] + character, font, size) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces
