"""Units against the whole: one audience and wave, every unit by every principle."""

from collections.abc import Mapping, Sequence

from flask import g

from survey_service.charts.figures import format_difference, format_interval, format_score
from survey_service.charts.heat_map import (
    PAGE_HEAT,
    HeatCell,
    HeatRow,
    UnitPlace,
    describe_heat_map,
    draw_heat_map,
    heat_rows,
)
from survey_service.measurement.released_details import ReleasedUnitFigure, UnitStanding
from survey_service.measurement.unit_tree import in_tree_order
from survey_service.reporting.releasing import PublishedRelease
from survey_service.storage import projects
from survey_service.storage.database import reading
from survey_service.storage.projects import ProjectRecord
from survey_service.web.language import translate
from survey_service.web.workspace.frame import WITHHELD, audience_name, own_units
from survey_service.web.workspace.results_frame import (
    Block,
    Choice,
    Section,
    Tab,
    Table,
    choose_audience,
    details_of,
    measure_names,
    picture,
    wave_names,
)

NO_BREAK = "\N{NO-BREAK SPACE}"
SIGNS = {
    UnitStanding.ABOVE: f"{NO_BREAK}▲",
    UnitStanding.BELOW: f"{NO_BREAK}▼",
    UnitStanding.NOT_CERTAIN: "",
}


def build_units(release: PublishedRelease, query: Mapping[str, str]) -> Section:
    """Return units by principles for one audience and wave; the newest wave there is first."""
    figures = details_of(release).unit_figures
    places = _places(release.project)
    seen = {place.key for place in places}
    found = [figure for figure in figures if figure.unit in seen]
    audience, audiences = choose_audience(
        release, (figure.audience for figure in found), query.get("audience")
    )
    if audience is None:
        return Section("units")
    waves = {
        wave: name
        for wave, name in wave_names(release).items()
        if any((figure.audience, figure.wave) == (audience, wave) for figure in found)
    }
    wave = query.get("wave", "")
    wave = wave if wave in waves else list(waves)[-1]
    own = [figure for figure in found if (figure.audience, figure.wave) == (audience, wave)]
    choices = [
        audiences,
        Choice(
            translate("workspace.units.wave"),
            [Tab(name, {"wave": key}, key == wave) for key, name in waves.items()],
        ),
    ]
    block = _block(release, (audience, wave), places, own)
    return Section("units", [block], choices, {"audience": audience, "wave": wave})


def _places(project: ProjectRecord) -> list[UnitPlace]:
    """Return the units the reader may see, each followed by those below it."""
    own = own_units(project)
    tree = projects.find_unit_tree(reading(), project.municipality_id)
    return [
        UnitPlace(unit.key, unit.name, depth)
        for unit, depth in in_tree_order(tree)
        if own is None or unit.key in own
    ]


def _block(
    release: PublishedRelease,
    chosen: tuple[str, str],
    places: Sequence[UnitPlace],
    own: Sequence[ReleasedUnitFigure],
) -> Block:
    names = {
        key: name
        for key, name in measure_names(release).items()
        if any(figure.principle == key for figure in own)
    }
    rows = heat_rows(release.figures, *chosen, list(names), places, g.language)
    title = f"{audience_name(chosen[0])}, {wave_names(release)[chosen[1]]}"
    columns = list(names.values())
    return Block(
        heading=title,
        name="overblik",
        texts=[_finding(rows, columns), translate("workspace.units.reading")],
        charts=picture(
            draw_heat_map(rows, columns, PAGE_HEAT, g.language),
            None,
            title=title,
            description=describe_heat_map(rows, columns, g.language),
            identifier="units",
        ),
        tables=[_overview(rows, columns)],
        folded=[_all_figures(names, places, own)],
    )


def _finding(rows: Sequence[HeatRow], columns: Sequence[str]) -> str:
    cells = [cell for row in rows for cell in row.cells if cell is not None]
    certain = sum(cell.standing is not UnitStanding.NOT_CERTAIN for cell in cells)
    if not certain:
        return translate("workspace.units.none_certain")
    return translate(
        f"workspace.units.{'one' if certain == 1 else 'some'}_certain",
        count=certain,
        units=len(rows) - 1,
        principles=len(columns),
    )


def _overview(rows: Sequence[HeatRow], columns: Sequence[str]) -> Table:
    return Table(
        translate("workspace.units.caption"),
        [translate("workspace.units.unit"), *columns],
        [[row.name, *map(_cell_text, row.cells)] for row in rows],
    )


def _cell_text(cell: HeatCell | None) -> str:
    if cell is None:
        return WITHHELD
    written = format_score(cell.mean, g.language)
    if cell.difference is not None:
        written += f"{NO_BREAK}({format_difference(cell.difference, g.language)})"
    return written + SIGNS[cell.standing]


def _all_figures(
    names: Mapping[str, str], places: Sequence[UnitPlace], own: Sequence[ReleasedUnitFigure]
) -> Table:
    found = {(figure.unit, figure.principle): figure for figure in own}
    return Table(
        translate("workspace.units.all_caption"),
        [
            translate("workspace.units.unit"),
            translate("workspace.results.principle"),
            translate("workspace.units.mean"),
            translate("workspace.units.difference"),
            translate("workspace.results.interval"),
            translate("workspace.units.standing"),
        ],
        [
            [place.name, name, *_figure_cells(found[place.key, key])]
            for place in places
            for key, name in names.items()
            if (place.key, key) in found
        ],
        translate("workspace.units.all_summary"),
    )


def _figure_cells(figure: ReleasedUnitFigure) -> list[str]:
    difference, interval = WITHHELD, WITHHELD
    if figure.difference is not None:
        difference = format_difference(figure.difference.value, g.language)
        if figure.difference.low is not None and figure.difference.high is not None:
            interval = format_interval(figure.difference.low, figure.difference.high, g.language)
    return [
        format_score(figure.mean, g.language),
        difference,
        interval,
        translate(f"workspace.units.{figure.standing.value}"),
    ]
