"""The results page of one release: finding in words, picture, table, and who answered."""

from collections.abc import Mapping, Sequence

from flask import g, render_template, url_for
from markupsafe import Markup

from survey_service.briefs.context import Speech
from survey_service.briefs.findings import find_words
from survey_service.catalogue import load_framework
from survey_service.charts.description import describe_wave_dots
from survey_service.charts.figures import format_difference, format_interval, format_score
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
from survey_service.web.access import may_open
from survey_service.web.language import translate
from survey_service.web.workspace.brief_choice import offered_briefs
from survey_service.web.workspace.frame import WITHHELD, audience_name, project_frame
from survey_service.web.workspace.primary_notes import primary_notes
from survey_service.web.workspace.results_frame import (
    Block,
    Section,
    Table,
    choose_audience,
    figure_links,
    picture,
    release_words,
    render_section,
    section_links,
    wave_names,
)
from survey_service.web.workspace.wording_notes import wording_notes


def render_no_release(project: ProjectRecord) -> str:
    """Tell that there is nothing to show yet, and what to do about it."""
    return render_template(
        "workspace/no_results.html",
        **project_frame(project, "results"),
        release_url=(
            url_for("workspace.release", project_id=project.id)
            if may_open("workspace.release")
            else None
        ),
    )


def render_results(release: PublishedRelease, query: Mapping[str, str]) -> str:
    """Show one audience of a release; one that it does not hold gives the first."""
    section = build_comparison(release, query)
    if not section.blocks:
        return render_section(release, section)
    (block,), audience = section.blocks, section.query["audience"]
    return render_template(
        "workspace/results.html",
        **project_frame(release.project, "results"),
        headline=block.heading,
        findings=_findings(release, audience),
        audiences=[
            {
                "label": tab.label,
                "url": url_for(
                    "workspace.results",
                    project_id=release.project.id,
                    number=release.number,
                    **tab.query,
                ),
                "current": tab.current,
            }
            for tab in section.choices[0].tabs
        ],
        block=block,
        links=figure_links(release, section, block),
        release=release_words(release),
        sections=section_links(release, "comparison"),
        brief_form={
            "url": url_for("workspace.brief", project_id=release.project.id, number=release.number),
            "briefs": offered_briefs(release.project),
        },
        all_briefs_url=(
            url_for("workspace.all_briefs", project_id=release.project.id, number=release.number)
            if may_open("workspace.all_briefs")
            else None
        ),
        details=_details(release, audience, wave_names(release)),
        tables_url=url_for(
            "workspace.result_tables", project_id=release.project.id, number=release.number
        ),
    )


def build_comparison(release: PublishedRelease, query: Mapping[str, str]) -> Section:
    """Return one audience's waves compared, as picture and table."""
    figures = release.figures
    audience, choice = choose_audience(
        release, (mean.audience for mean in figures.wave_means), query.get("audience")
    )
    if audience is None:
        return Section("comparison")
    framework = load_framework(release.project.framework)
    names = {found.key: found.short.read_in(g.language) for found in framework.principles}
    labels = PictureLabels(audience_name(audience), names, wave_names(release))
    block = Block(
        heading=translate(
            "workspace.results.headline",
            audience=audience_name(audience),
            waves=", ".join(labels.waves.values()),
        ),
        name="maalinger",
        charts=picture(
            draw_wave_dots(figures, audience, labels, g.language, size=PAGE_SIZE),
            draw_wave_dots(figures, audience, labels, g.language, size=NARROW_PAGE_SIZE),
            title=labels.audience,
            description=describe_wave_dots(figures, audience, labels, g.language),
            identifier="waves",
        ),
        tables=[_table(figures, audience, labels, rows_of(figures, audience, names))],
        folded=_other_pairs(figures, audience, labels),
        texts=[translate("workspace.results.one_interval")],
        notes=[*wording_notes(release, audience), *_withheld_notes(release, audience)],
    )
    return Section("comparison", [block], [choice], {"audience": audience})


def _withheld_notes(release: PublishedRelease, audience: str) -> list[str]:
    """Tell evaluators, who chose what was named beforehand, why it may not be shown."""
    return primary_notes(release, audience) if may_open("workspace.release") else []


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
) -> Table:
    first, last = compared_waves(figures)
    contrasts = {
        found.principle: found
        for found in figures.contrasts
        if (found.audience, found.from_wave, found.to_wave) == (audience, first, last)
    }
    return Table(
        translate(
            "workspace.results.caption",
            audience=labels.audience,
            first=labels.waves[first],
            last=labels.waves[last],
        ),
        [
            translate("workspace.results.principle"),
            *labels.waves.values(),
            translate("workspace.results.change"),
            translate("workspace.results.interval"),
            translate("workspace.results.conclusion"),
        ],
        [_table_row(row, contrasts.get(row.principle)) for row in rows],
    )


def _other_pairs(figures: ReleasedFigures, audience: str, labels: PictureLabels) -> Sequence[Table]:
    """Return the waves compared pair by pair, beside the pair that is shown above."""
    shown = compared_waves(figures)
    order = list(labels.principles)
    found = [
        contrast
        for contrast in figures.contrasts
        if contrast.audience == audience and (contrast.from_wave, contrast.to_wave) != shown
    ]
    found.sort(key=lambda one: order.index(one.principle) if one.principle in order else len(order))
    if not found:
        return ()
    return (
        Table(
            translate("workspace.results.pairs_caption", audience=labels.audience),
            [
                translate("workspace.results.principle"),
                translate("workspace.results.pair"),
                translate("workspace.results.change"),
                translate("workspace.results.interval"),
                translate("workspace.results.conclusion"),
            ],
            [_pair_row(contrast, labels) for contrast in found],
            translate("workspace.results.pairs_open"),
        ),
    )


def _pair_row(contrast: ReleasedContrast, labels: PictureLabels) -> list[str]:
    change, interval = WITHHELD, WITHHELD
    if contrast.difference is not None:
        change = format_difference(contrast.difference, g.language, 1)
    if contrast.ci_low is not None and contrast.ci_high is not None:
        interval = format_interval(contrast.ci_low, contrast.ci_high, g.language, 1)
    return [
        labels.principles.get(contrast.principle, contrast.principle),
        translate(
            "workspace.results.pair_of",
            first=labels.waves[contrast.from_wave],
            last=labels.waves[contrast.to_wave],
        ),
        change,
        interval,
        translate(f"verdict.{contrast.verdict}"),
    ]


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
    release: PublishedRelease, audience: str, waves: Mapping[str, str]
) -> list[dict[str, str]]:
    counts = [found for found in release.figures.counts if found.audience == audience]
    sent = " · ".join(WITHHELD if found.sent is None else str(found.sent) for found in counts)
    margin = format_score(release.figures.margin, g.language)
    return [
        {
            "heading": sent,
            "text": translate("workspace.results.answers", waves=", ".join(waves.values())),
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
