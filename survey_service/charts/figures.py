"""Figures as a reader of Danish or English writes them."""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path

from babel.numbers import format_decimal

from survey_service.texts import load_texts

CHART_TEXTS = Path(__file__).parent / "texts.toml"

MINUS = "\N{MINUS SIGN}"


def round_shown(value: float, decimals: int = 0) -> Decimal:
    """Return a number as it is shown: a half goes away from nought, as readers expect of 2,5.

    What counts is the number as it is written, not the nearest binary one; nought has no sign.
    """
    written = Decimal(repr(float(value)))
    return written.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP) + 0


def format_score(value: float, language: str, decimals: int = 0) -> str:
    """Return a score or a count, with the language's decimal mark and `decimals` decimals."""
    return _format(value, language, decimals, "")


def format_difference(value: float, language: str, decimals: int = 0) -> str:
    """Return a difference in points with its sign; one that rounds to nought has none."""
    return _format(value, language, decimals, "+")


def format_change(value: float, language: str) -> str:
    """Return a whole difference with its sign and unit: "+1 point", "−8 points"."""
    unit = "unit.point" if abs(round_shown(value)) == 1 else "unit.points"
    written = format_difference(value, language)
    return load_texts(CHART_TEXTS)[unit].read_in(language).format(number=written)


def format_number(value: float, language: str) -> str:
    """Return a number with as many decimals as it needs, two at most: 5, 7,5."""
    return str(format_decimal(value, format="#,##0.##", locale=language)).replace("-", MINUS)


def format_interval(low: float, high: float, language: str, decimals: int = 0) -> str:
    """Return an interval in words, because a dash beside a minus sign misleads: "−2 til 7"."""
    word = "til" if language == "da" else "to"
    return (
        f"{format_score(low, language, decimals)} {word} {format_score(high, language, decimals)}"
    )


@lru_cache(maxsize=4096)
def _format(value: float, language: str, decimals: int, plus: str) -> str:
    rounded = round_shown(value, decimals)
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    text = str(format_decimal(abs(rounded), format=pattern, locale=language))
    sign = MINUS if rounded < 0 else plus if rounded > 0 else ""
    return sign + text
