"""The picture of units by principles, read back from its SVG."""

from dataclasses import replace

import pytest
from defusedxml import ElementTree
from released_figures_builder import some_figures
from reportlab.lib.colors import Color

from survey_service.charts import style
from survey_service.charts.heat_map import (
    EDGES,
    PAGE_HEAT,
    SHADES,
    HeatCell,
    HeatRow,
    UnitPlace,
    describe_heat_map,
    draw_heat_map,
    heat_rows,
)
from survey_service.charts.svg import draw_svg
from survey_service.measurement.released_details import (
    ReleasedDetails,
    ReleasedInterval,
    ReleasedUnitFigure,
    UnitStanding,
)

SVG = "{http://www.w3.org/2000/svg}"
COLUMNS = ("Håb og drømme", "Netværk og fællesskaber")
ROWS = (
    HeatRow(
        "Alle afdelinger",
        (
            HeatCell(54.3, None, UnitStanding.NOT_CERTAIN),
            HeatCell(43.0, None, UnitStanding.NOT_CERTAIN),
        ),
        is_whole=True,
    ),
    HeatRow(
        "Botilbud",
        (HeatCell(61.0, 7.0, UnitStanding.ABOVE), HeatCell(40.0, -3.0, UnitStanding.NOT_CERTAIN)),
    ),
    HeatRow("Støttecentre", (HeatCell(31.0, None, UnitStanding.BELOW), None), depth=1),
)


def drawn(rows=ROWS, columns=COLUMNS, language="da"):
    drawing = draw_heat_map(rows, columns, PAGE_HEAT, language)
    return ElementTree.fromstring(draw_svg(drawing, title="t", description="d", identifier="heat"))


def words(svg):
    return [found.text for found in svg.iter(f"{SVG}text")]


def test_every_mean_is_written_and_every_difference_with_its_sign():
    found = words(drawn())
    assert {"54", "43", "61", "+7", "40", "−3", "31"} <= set(found)


def test_what_is_not_shown_is_a_dash():
    # one in the key and one in the table
    assert words(drawn()).count("–") == 2


def test_certain_differences_have_a_triangle_and_a_thick_edge_besides_their_shade():
    svg = drawn()
    # one of each kind in the key, one of each in the table
    assert len(list(svg.iter(f"{SVG}polygon"))) == 4
    widths = [found.get("stroke-width") for found in svg.iter(f"{SVG}rect")]
    assert widths.count("2.5") == 2
    assert widths.count("0.75") == 4


def test_a_triangle_points_up_above_and_down_below():
    def tips(standing):
        row = HeatRow("x", (HeatCell(50.0, None, standing),))
        polygon = list(drawn((row,), ("Håb",)).iter(f"{SVG}polygon"))[-1]
        heights = [float(point.split(",")[1]) for point in polygon.get("points").split()]
        return heights[2] - heights[0]  # below the base is positive in SVG

    assert tips(UnitStanding.ABOVE) < 0 < tips(UnitStanding.BELOW)


def test_everything_lies_inside_the_picture():
    svg = drawn((*ROWS, HeatRow("En afdeling med et meget langt navn " * 3, ROWS[1].cells, 2)))
    width, height = float(svg.get("width")), float(svg.get("height"))
    for rect in svg.iter(f"{SVG}rect"):
        x, y, w, h = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
        assert 0 <= x <= x + w <= width
        assert 0 <= y <= y + h <= height
    for text in svg.iter(f"{SVG}text"):
        assert 0 <= float(text.get("x")) <= width
        assert 0 <= float(text.get("y")) <= height


def luminance(colour: Color) -> float:
    """WCAG 2's relative luminance."""
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.red, colour.green, colour.blue)
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("ground", [*SHADES.values(), style.PAPER, style.TINT])
@pytest.mark.parametrize("ink", [style.INK, style.QUIET_INK])
def test_numbers_are_legible_on_every_shade(ground, ink):
    assert (luminance(ground) + 0.05) / (luminance(ink) + 0.05) >= 4.5


@pytest.mark.parametrize("standing", [UnitStanding.ABOVE, UnitStanding.BELOW])
def test_triangles_and_edges_stand_out_from_their_shade(standing):
    ground, edge = luminance(SHADES[standing]), luminance(EDGES[standing])
    assert (ground + 0.05) / (edge + 0.05) >= 3


def test_the_picture_in_words_names_every_cell():
    assert describe_heat_map(ROWS, COLUMNS, "da") == (
        "Alle afdelinger: Håb og drømme 54, Netværk og fællesskaber 43."
        " Botilbud: Håb og drømme 61, sikkert over helheden, Netværk og fællesskaber 40."
        " Støttecentre: Håb og drømme 31, sikkert under helheden,"
        " Netværk og fællesskaber vises ikke."
    )


def a_figure(unit, principle="hopes", **of):
    values = {"audience": "citizen", "wave": "final", "is_level": False, "mean": 61.0,
              "difference": ReleasedInterval(-7.0, -12.0, -2.0),
              "standing": UnitStanding.BELOW}  # fmt: skip
    return ReleasedUnitFigure(unit=unit, principle=principle, **(values | of))


def rows_of(*figures):
    released = replace(some_figures(), details=ReleasedDetails(unit_figures=figures))
    places = (UnitPlace("home", "Botilbud", 1), UnitPlace("house", "Psykiatriens Hus", 1))
    return heat_rows(released, "citizen", "final", ("hopes", "network"), places, "da")


def test_rows_are_the_whole_and_the_units_of_which_anything_is_shown():
    whole, home = rows_of(a_figure("home"), a_figure("elsewhere"))
    # the builder's citizens end at 68 on hopes and 52 on network
    assert [cell.mean for cell in whole.cells] == [68.0, 52.0]
    assert (home.name, home.cells) == (
        "Botilbud", (HeatCell(61.0, -7.0, UnitStanding.BELOW), None))  # fmt: skip


def test_figures_of_another_audience_or_wave_are_left_out():
    assert len(rows_of(a_figure("home", wave="baseline"), a_figure("home", audience="staff"))) == 1
