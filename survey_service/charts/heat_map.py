"""Units by principles: each one's mean, what it lies above or below the whole, and which certainly.

Colour never stands alone: a certain difference has a triangle and a thick edge besides its shade,
every cell its number, so the picture reads in grey and by those who do not tell colours apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.graphics.shapes import Drawing, Group, Polygon, Rect, String
from reportlab.lib.colors import Color, HexColor

from survey_service.charts import style
from survey_service.charts.figures import CHART_TEXTS, format_difference, format_score
from survey_service.measurement.disclosure import ReleasedFigures
from survey_service.measurement.released_details import ReleasedUnitFigure, UnitStanding
from survey_service.texts import load_texts

WITHHELD = "–"

SHADES: dict[UnitStanding, Color] = {
    UnitStanding.ABOVE: HexColor("#c3dfec"),
    UnitStanding.BELOW: HexColor("#f3d3ae"),
    UnitStanding.NOT_CERTAIN: style.WHITE,
}
EDGES: dict[UnitStanding, Color] = {
    UnitStanding.ABOVE: style.BLUE,
    UnitStanding.BELOW: style.RED,
    UnitStanding.NOT_CERTAIN: style.LINE,
}


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One mean 0-100 and, where it is shown, what it lies above the whole's."""

    mean: float
    difference: float | None
    standing: UnitStanding


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One unit, or the whole, with a cell per principle; None is not shown. `depth` indents."""

    name: str
    cells: tuple[HeatCell | None, ...]
    depth: int = 0
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class UnitPlace:
    """A unit's key and name, and how deep it lies in the tree."""

    key: str
    name: str
    depth: int


@dataclass(frozen=True, slots=True)
class HeatSize:
    """How large the picture is drawn, in points."""

    width: float
    row_height: float
    font_size: float
    name_width: float


PAGE_HEAT = HeatSize(1040, 52, 16, 230)
BRIEF_HEAT = HeatSize(480, 26, 8, 104)


def heat_rows(
    figures: ReleasedFigures,
    audience: str,
    wave: str,
    principles: Sequence[str],
    units: Sequence[UnitPlace],
    language: str,
) -> tuple[HeatRow, ...]:
    """Return the whole's row and one per unit of which anything is shown.

    Args:
        figures: a release.
        audience: whose answers.
        wave: in which wave.
        principles: the columns.
        units: those that may be seen, in their order.
        language: "da" or "en".
    """
    wholes = {
        found.principle: found.adjusted_mean
        for found in figures.wave_means
        if (found.audience, found.wave) == (audience, wave)
    }
    own = {
        (found.unit, found.principle): found
        for found in (figures.details.unit_figures if figures.details else ())
        if (found.audience, found.wave) == (audience, wave)
    }
    whole = HeatRow(
        load_texts(CHART_TEXTS)["heat.whole"].read_in(language),
        tuple(_whole_cell(wholes.get(principle)) for principle in principles),
        is_whole=True,
    )
    rows = [
        HeatRow(
            unit.name,
            tuple(_unit_cell(own.get((unit.key, principle))) for principle in principles),
            unit.depth,
        )
        for unit in units
    ]
    return (whole, *(row for row in rows if any(row.cells)))


def draw_heat_map(
    rows: Sequence[HeatRow], columns: Sequence[str], size: HeatSize, language: str
) -> Drawing:
    """Draw a row per unit and a column per principle.

    Args:
        rows: in order from the top.
        columns: the principles' names, as many as a row has cells.
        size: see the constants of this module.
        language: "da" or "en".
    """
    style.register_fonts()
    cell_width = (size.width - size.name_width) / max(len(columns), 1)
    small = size.font_size * 0.85
    names = [style.wrap_text(name, style.BOLD, small, cell_width * 0.94) for name in columns]
    head = max((len(lines) for lines in names), default=1) * small * 1.25 + small
    legend = size.font_size * 2
    drawing = Drawing(size.width, legend + head + size.row_height * len(rows))
    drawing.add(_draw_legend(drawing.height - size.font_size * 1.1, size, language))
    top = drawing.height - legend - head
    for place, lines in enumerate(names):
        x = size.name_width + (place + 0.5) * cell_width
        for number, line in enumerate(reversed(lines)):
            drawing.add(_text(x, top + small * (0.6 + 1.25 * number), line, small, bold=True))
    for number, row in enumerate(rows):
        drawing.add(
            _draw_row(row, top - (number + 1) * size.row_height, cell_width, size, language)
        )
    return drawing


def describe_heat_map(rows: Sequence[HeatRow], columns: Sequence[str], language: str) -> str:
    """Return every row of the picture as a sentence."""
    pattern = load_texts(CHART_TEXTS)["heat.alt_row"].read_in(language)
    return " ".join(
        pattern.format(
            name=row.name,
            cells=", ".join(
                _describe_cell(cell, name, language)
                for cell, name in zip(row.cells, columns, strict=True)
            ),
        )
        for row in rows
    )


def _whole_cell(mean: float | None) -> HeatCell | None:
    return None if mean is None else HeatCell(mean, None, UnitStanding.NOT_CERTAIN)


def _unit_cell(found: ReleasedUnitFigure | None) -> HeatCell | None:
    if found is None:
        return None
    difference = None if found.difference is None else found.difference.value
    return HeatCell(found.mean, difference, found.standing)


def _describe_cell(cell: HeatCell | None, principle: str, language: str) -> str:
    texts = load_texts(CHART_TEXTS)
    if cell is None:
        return texts["heat.alt_withheld"].read_in(language).format(principle=principle)
    kind = "mean" if cell.standing is UnitStanding.NOT_CERTAIN else cell.standing.value
    mean = format_score(cell.mean, language)
    return texts[f"heat.alt_{kind}"].read_in(language).format(principle=principle, mean=mean)


def _draw_row(row: HeatRow, base: float, cell_width: float, size: HeatSize, language: str) -> Group:
    group = Group()
    indent = row.depth * size.font_size
    font = style.BOLD if row.is_whole else style.REGULAR
    room = size.name_width - indent - size.font_size * 0.5
    lines = style.wrap_text(row.name, font, size.font_size, room)[:2]
    middle = base + size.row_height / 2
    for number, line in enumerate(lines):
        y = middle + size.font_size * (0.62 * (len(lines) - 1) - 1.24 * number - 0.34)
        shown = style.shorten_text(line, font, size.font_size, room)
        group.add(_text(indent, y, shown, size.font_size, bold=row.is_whole, anchor="start"))
    for place, cell in enumerate(row.cells):
        left = size.name_width + place * cell_width
        group.add(_draw_cell(cell, (left, base, cell_width), size, language, whole=row.is_whole))
    return group


def _draw_cell(
    cell: HeatCell | None,
    place: tuple[float, float, float],
    size: HeatSize,
    language: str,
    *,
    whole: bool,
) -> Group:
    left, base, width = place
    group, gap = Group(), size.row_height * 0.04
    standing = UnitStanding.NOT_CERTAIN if cell is None else cell.standing
    box = Rect(left + gap, base + gap, width - 2 * gap, size.row_height - 2 * gap)
    box.fillColor = style.TINT if whole else style.PAPER if cell is None else SHADES[standing]
    certain = standing is not UnitStanding.NOT_CERTAIN
    box.strokeColor, box.strokeWidth = EDGES[standing], 2.5 if certain else 0.75
    group.add(box)
    x, middle = left + width / 2, base + size.row_height / 2
    has_note = cell is not None and (cell.difference is not None or certain)
    y = middle - size.font_size * (0.34 if not has_note else -0.08)
    written = WITHHELD if cell is None else format_score(cell.mean, language)
    group.add(_text(x, y, written, size.font_size, bold=cell is not None))
    if cell is not None and has_note:
        _add_note(group, cell, (x, middle - size.font_size * 0.98), size, language)
    return group


def _add_note(
    group: Group, cell: HeatCell, place: tuple[float, float], size: HeatSize, language: str
) -> None:
    small = size.font_size * 0.8
    x, y = place
    written = "" if cell.difference is None else format_difference(cell.difference, language)
    if cell.standing is UnitStanding.NOT_CERTAIN:
        group.add(_text(x, y, written, small, quiet=True))
        return
    width = style.measure_text(written, style.BOLD, small)
    sign = small * 0.75
    left = x - (width + sign + (small * 0.3 if written else 0)) / 2
    group.add(_triangle(left, y, sign, cell.standing))
    if written:
        group.add(_text(left + sign + small * 0.3, y, written, small, bold=True, anchor="start"))


def _draw_legend(baseline: float, size: HeatSize, language: str) -> Group:
    group, x = Group(), 0.0
    texts, font = load_texts(CHART_TEXTS), size.font_size * 0.85
    for key in ("above", "below", "withheld"):
        words = texts[f"heat.{key}"].read_in(language)
        if key == "withheld":
            group.add(_text(x + font * 0.5, baseline, WITHHELD, font, bold=True))
        else:
            group.add(_triangle(x, baseline, font * 0.8, UnitStanding(key)))
        group.add(_text(x + font * 1.3, baseline, words, font, anchor="start"))
        x += font * 3.4 + style.measure_text(words, style.REGULAR, font)
    return group


def _triangle(left: float, base: float, size: float, standing: UnitStanding) -> Polygon:
    up = standing is UnitStanding.ABOVE
    low, high = base, base + size * 0.9
    points = [left, low if up else high, left + size, low if up else high]
    shape = Polygon([*points, left + size / 2, high if up else low])
    shape.fillColor, shape.strokeColor = EDGES[standing], None
    return shape


def _text(
    x: float,
    y: float,
    words: str,
    font_size: float,
    *,
    bold: bool = False,
    quiet: bool = False,
    anchor: str = "middle",
) -> String:
    found = String(x, y, words)
    found.fontName, found.fontSize = style.BOLD if bold else style.REGULAR, font_size
    found.fillColor, found.textAnchor = style.QUIET_INK if quiet else style.INK, anchor
    return found
