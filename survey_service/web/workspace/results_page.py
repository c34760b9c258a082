"""The results page of one release: finding in words, picture, table, and who answered."""

from flask import g, render_template, url_for
from markupsafe import Markup

from survey_service.briefs.context import Speech
from survey_service.briefs.findings import find_words
from survey_service.catalogue import load_framework
from survey_service.charts.description import describe_wave_dots
from survey_service.charts.figures import format_difference, format_interval, format_score
from survey_service.charts.svg import draw_svg
from survey_service.charts.wave_dots import (
    NARROW_PAGE_SIZE,
    PAGE_SIZE,
    PictureLabels,
    draw_wave_dots,
)
from survey_service.charts.wave_rows import WaveRow, compared_waves, rows_of
from survey_service.measurement.disclosure import ReleasedContrast, ReleasedFigures
from survey_service.reporting.brief_making import context_of
from survey_service.reporting.releasing import PublishedRelease
from survey_service.storage.projects import ProjectRecord
from survey_service.web.language import long_date, translate
from survey_service.web.workspace.frame import WITHHELD, audience_name, project_frame
from survey_service.web.workspace.results_frame import section_links


def render_no_release(project: ProjectRecord) -> str:
    """Tell that there is nothing to show yet, and what to do about it."""
    return render_template(
        "workspace/no_results.html",
        **project_frame(project, "results"),
        release_url=url_for("workspace.release", project_id=project.id),
    )


def render_results(release: PublishedRelease, audience: str | None) -> str:
    """Show one audience of a release; one that it does not hold gives the first."""
    figures = release.figures
    audiences = list(dict.fromkeys(mean.audience for mean in figures.wave_means))
    primary = release.project.primary_audience
    audiences.sort(key=lambda found: found != primary)
    chosen = audience if audience in audiences else audiences[0]
    framework = load_framework(release.project.framework)
    names = {found.key: found.short.read_in(g.language) for found in framework.principles}
    labels = PictureLabels(
        audience_name(chosen),
        names,
        {wave.key: wave.label(g.language) for wave in release.waves},
    )
    rows = rows_of(figures, chosen, names)
    return render_template(
        "workspace/results.html",
        **project_frame(release.project, "results"),
        headline=translate(
            "workspace.results.headline",
            audience=audience_name(chosen),
            waves=", ".join(labels.waves.values()),
        ),
        findings=_findings(release, chosen),
        audiences=[
            {
                "label": audience_name(found),
                "url": url_for(
                    "workspace.results",
                    project_id=release.project.id,
                    number=release.number,
                    audience=found,
                ),
                "current": found == chosen,
            }
            for found in audiences
        ],
        charts=_charts(figures, chosen, labels),
        reading=translate("workspace.results.one_interval"),
        table=_table(figures, chosen, labels, rows),
        release={"number": release.number, "date": long_date(release.released_on)},
        sections=section_links(release, "comparison"),
        brief_form={
            "url": url_for("workspace.brief", project_id=release.project.id, number=release.number)
        },
        details=_details(release, chosen, labels),
    )


def _charts(
    figures: ReleasedFigures, audience: str, labels: PictureLabels
) -> list[dict[str, object]]:
    """Return the picture for wide and for narrow screens; the stylesheet shows one of them."""
    description = describe_wave_dots(figures, audience, labels, g.language)
    return [
        {
            "kind": kind,
            "svg": Markup(  # noqa: S704 - every text in it is escaped by draw_svg
                draw_svg(
                    draw_wave_dots(figures, audience, labels, g.language, size=size),
                    title=labels.audience,
                    description=description,
                    identifier=f"waves-{kind}",
                )
            ),
        }
        for kind, size in (("wide", PAGE_SIZE), ("narrow", NARROW_PAGE_SIZE))
    ]


def _findings(release: PublishedRelease, audience: str) -> dict[str, object]:
    """Return the finding in the brief's own words, so that page and brief never disagree."""
    speech = Speech(context_of(release, g.language, None), g.language)
    found = find_words(release.figures, audience, speech)
    return {
        "headline": Markup(found.headline),  # noqa: S704 - names in it are escaped by find_words
        "points": [Markup(point) for point in found.points],  # noqa: S704 - likewise
    }


def _table(
    figures: ReleasedFigures, audience: str, labels: PictureLabels, rows: tuple[WaveRow, ...]
) -> dict[str, object]:
    first, last = compared_waves(figures)
    contrasts = {
        found.principle: found
        for found in figures.contrasts
        if (found.audience, found.from_wave, found.to_wave) == (audience, first, last)
    }
    return {
        "caption": translate(
            "workspace.results.caption",
            audience=labels.audience,
            first=labels.waves[first],
            last=labels.waves[last],
        ),
        "columns": [
            translate("workspace.results.principle"),
            *labels.waves.values(),
            translate("workspace.results.change"),
            translate("workspace.results.interval"),
            translate("workspace.results.conclusion"),
        ],
        "rows": [_table_row(row, contrasts.get(row.principle)) for row in rows],
    }


def _table_row(row: WaveRow, contrast: ReleasedContrast | None) -> list[str]:
    interval = WITHHELD
    if contrast is not None and contrast.ci_low is not None and contrast.ci_high is not None:
        interval = format_interval(contrast.ci_low, contrast.ci_high, g.language, 1)
    return [
        row.name,
        *(WITHHELD if mean is None else format_score(mean, g.language, 1) for mean in row.means),
        WITHHELD if row.difference is None else format_difference(row.difference, g.language, 1),
        interval,
        translate(f"verdict.{row.verdict}"),
    ]


def _details(
    release: PublishedRelease, audience: str, labels: PictureLabels
) -> list[dict[str, str]]:
    counts = [found for found in release.figures.counts if found.audience == audience]
    sent = " · ".join(WITHHELD if found.sent is None else str(found.sent) for found in counts)
    margin = format_score(release.figures.margin, g.language)
    return [
        {
            "heading": sent,
            "text": translate("workspace.results.answers", waves=", ".join(labels.waves.values())),
        },
        {
            "heading": translate("workspace.results.margin", margin=margin),
            "text": translate("workspace.results.margin_text"),
        },
        {
            "heading": translate("workspace.results.limits"),
            "text": translate("workspace.results.limits_text"),
        },
    ]
