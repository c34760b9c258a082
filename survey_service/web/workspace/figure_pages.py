"""Every figure of a release by an address of its own: to point at, to print, and as files.

What computes or draws is imported when one of these pages is asked for: a process that only takes
answers never loads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING
from uuid import UUID

from flask import abort, g, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from survey_service.web.access import Access, access
from survey_service.web.language import long_date, translate
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.frame import find_own_project, project_frame
from survey_service.web.workspace.release_pages import find_shown_release

if TYPE_CHECKING:
    from survey_service.reporting.releasing import PublishedRelease
    from survey_service.web.workspace.results_frame import Block, Section

CHOICES = ("audience", "pair", "wave")
FIGURE = "/projekt/<uuid:project_id>/resultater/figur/<figure>"


@pages.get(FIGURE, endpoint="figure")
@access(Access.READER)
def show_figure(project_id: UUID, figure: str) -> ResponseReturnValue:
    """Show one figure of a release on a page of its own, made to be printed."""
    from survey_service.web.workspace.results_frame import (
        figure_heading,
        figure_links,
        release_words,
        section_url,
    )

    release, section, block = _find_figure(project_id, figure)
    back = (
        url_for("workspace.results", project_id=project_id, number=release.number, **section.query)
        if section.name == "comparison"
        else section_url(release, section.name, **section.query)
    )
    return render_template(
        "workspace/result_figure.html",
        **project_frame(release.project, "results"),
        heading=figure_heading(section, block),
        chosen=section.chosen,
        block=block,
        links=figure_links(release, section, block),
        release=release_words(release),
        source=_source(release),
        back_url=back,
    )


@pages.get(f"{FIGURE}/billede.svg", endpoint="figure_picture")
@access(Access.READER)
def download_picture(project_id: UUID, figure: str) -> ResponseReturnValue:
    """Give a figure's picture as an SVG file that says where it comes from."""
    from survey_service.exchange.figure_files import Picture, write_picture
    from survey_service.web.workspace.results_frame import figure_heading

    release, section, block = _find_figure(project_id, figure)
    chart = next((chart for chart in block.charts if chart.kind == "wide"), None)
    if chart is None:
        abort(404)
    heading = figure_heading(section, block)
    if section.chosen not in heading:
        heading += f" ({section.chosen})"
    found = Picture(str(chart.svg), chart.width, chart.height)
    content = write_picture(found, heading, _source(release))
    return _send(content, "image/svg+xml", _file_name(release, section, figure, "svg"))


@pages.get(f"{FIGURE}/tabel-<int:place>.csv", endpoint="figure_table")
@access(Access.READER)
def download_table(project_id: UUID, figure: str, place: int) -> ResponseReturnValue:
    """Give one of a figure's tables as a CSV file."""
    from survey_service.exchange.figure_files import write_table

    release, section, block = _find_figure(project_id, figure)
    tables = [*block.tables, *block.folded]
    if not 1 <= place <= len(tables):
        abort(404)
    table = tables[place - 1]
    ending = "csv" if len(tables) == 1 else f"{place}.csv"
    content = write_table(table.columns, table.rows, g.language)
    return _send(content, "text/csv", _file_name(release, section, figure, ending))


@pages.get("/projekt/<uuid:project_id>/resultater/tabeller.zip", endpoint="result_tables")
@access(Access.READER)
def download_tables(project_id: UUID) -> ResponseReturnValue:
    """Give every table of a release that the reader may see, as CSV files in one archive."""
    from survey_service.exchange.figure_files import TableFile, write_archive
    from survey_service.web.workspace.result_sections import every_section
    from survey_service.web.workspace.results_frame import figure_name

    release = _find_release(project_id)
    files = [
        TableFile(
            f"{_slug(figure_name(section, block), section.query)}-{place}.csv",
            table.caption,
            table.columns,
            table.rows,
        )
        for section in every_section(release)
        for block in section.blocks
        if block.name
        for place, table in enumerate([*block.tables, *block.folded], start=1)
    ]
    notes = [_source(release), translate("workspace.figure.archive_note")]
    content = write_archive(files, notes, release.released_on, g.language)
    name = f"tabeller-{release.project.key}-udgivelse-{release.number}.zip"
    return _send(content, "application/zip", name)


def _find_release(project_id: UUID) -> PublishedRelease:
    project = find_own_project(project_id)
    release = find_shown_release(project.id)
    if release is None:
        abort(404)
    return release


def _find_figure(project_id: UUID, figure: str) -> tuple[PublishedRelease, Section, Block]:
    from survey_service.web.workspace.result_sections import find_figure

    release = _find_release(project_id)
    query = {name: request.args[name] for name in CHOICES if name in request.args}
    return release, *find_figure(release, figure, query)


def _source(release: PublishedRelease) -> str:
    said = translate(
        "workspace.figure.source",
        project=release.project.title,
        municipality=release.project.municipality_name,
        number=release.number,
        date=long_date(release.released_on),
        minimum=release.figures.minimum,
    )
    if release.project.is_simulated:
        said += " " + translate("workspace.layout.simulated")
    return said


def _file_name(release: PublishedRelease, section: Section, figure: str, ending: str) -> str:
    return f"{_slug(figure, section.query)}-udgivelse-{release.number}.{ending}"


def _slug(figure: str, query: Mapping[str, str]) -> str:
    words = "-".join([figure, *query.values()])
    return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in words)


def _send(content: bytes, media_type: str, name: str) -> ResponseReturnValue:
    return send_file(BytesIO(content), mimetype=media_type, as_attachment=True, download_name=name)
