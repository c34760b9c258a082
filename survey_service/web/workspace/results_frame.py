"""What the pages of a release share: the way between them, blocks, tables, words for figures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import g, render_template, url_for
from markupsafe import Markup
from reportlab.graphics.shapes import Drawing

from survey_service.catalogue import load_framework, load_instrument
from survey_service.charts.figures import format_difference, format_interval, format_score
from survey_service.charts.share_bars import write_share
from survey_service.charts.svg import draw_svg
from survey_service.measurement.instrument import Audience, Instrument
from survey_service.measurement.released_details import ReleasedDetails, ReleasedInterval
from survey_service.reporting.releasing import PublishedRelease
from survey_service.storage import projects
from survey_service.storage.database import reading
from survey_service.web.language import has_text, long_date, translate
from survey_service.web.workspace.frame import WITHHELD, project_frame

SECTION_PATHS = {
    "gaps": "maalgrupper",
    "items": "spoergsmaal",
    "respondents": "svarere",
    "reliability": "paalidelighed",
    "method": "metode",
}
"""Each page's last word in its address."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of words; the first cell of a row names it. `summary` opens a folded one."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One card of a page: whatever it has of heading, sentences, warnings, pictures and tables."""

    heading: str = ""
    texts: Sequence[str] = ()
    notes: Sequence[str] = ()
    points: Sequence[str] = ()
    charts: Sequence[Mapping[str, object]] = ()
    tables: Sequence[Table] = ()
    folded: Sequence[Table] = ()


@dataclass(frozen=True, slots=True)
class Tab:
    """One choice on a page: the query that makes it, and its words."""

    label: str
    query: Mapping[str, str]
    current: bool


def render_section(
    release: PublishedRelease,
    section: str,
    blocks: Iterable[Block],
    tabs: Sequence[Tab] = (),
) -> str:
    """Return one of the pages of a release."""
    return render_template(
        "workspace/result_section.html",
        **project_frame(release.project, "results"),
        heading=translate(f"workspace.{section}.heading"),
        purpose=translate(f"workspace.{section}.purpose"),
        release={"number": release.number, "date": long_date(release.released_on)},
        sections=section_links(release, section),
        tabs_label=translate("workspace.results.audiences"),
        tabs=[
            {
                "label": tab.label,
                "url": section_url(release, section, **tab.query),
                "current": tab.current,
            }
            for tab in tabs
        ],
        blocks=list(blocks) or [Block(texts=[translate("workspace.sections.nothing")])],
    )


def section_links(release: PublishedRelease, current: str) -> list[dict[str, object]]:
    """Return the way between the pages of a release; `comparison` is the first of them."""
    first = url_for("workspace.results", project_id=release.project.id, number=release.number)
    addresses = {"comparison": first} | {
        section: section_url(release, section) for section in SECTION_PATHS
    }
    return [
        {
            "label": translate(f"workspace.sections.{section}"),
            "url": url,
            "current": section == current,
        }
        for section, url in addresses.items()
    ]


def section_url(release: PublishedRelease, section: str, **query: Any) -> str:
    """Return the address of one of the pages of a release."""
    return url_for(
        "workspace.result_section",
        project_id=release.project.id,
        section=SECTION_PATHS[section],
        number=release.number,
        **query,
    )


def details_of(release: PublishedRelease) -> ReleasedDetails:
    """Return a release's details; none at all where it was made before there were any."""
    return release.figures.details or ReleasedDetails()


def order_audiences(release: PublishedRelease, found: Iterable[str]) -> list[str]:
    """Return audiences once each, the primary one first, then as the service lists them."""
    known = [audience.value for audience in Audience]
    primary = release.project.primary_audience

    def place(audience: str) -> tuple[bool, int]:
        return audience != primary, known.index(audience) if audience in known else len(known)

    return sorted(dict.fromkeys(found), key=place)


def measure_names(release: PublishedRelease) -> dict[str, str]:
    """Return the principles' short names by key, then the names of the other measures."""
    framework = load_framework(release.project.framework)
    names = {found.key: found.short.read_in(g.language) for found in framework.principles}
    for measure in ("outcomes", "overall"):
        if has_text(f"measure.{measure}"):
            names[measure] = translate(f"measure.{measure}")
    return names


def wave_names(release: PublishedRelease) -> dict[str, str]:
    """Return the waves' names by key, in their order."""
    return {wave.key: wave.label(g.language) for wave in release.waves}


def instrument_of(release: PublishedRelease, audience: str) -> Instrument | None:
    """Return the newest version of the questionnaire an audience had in these waves."""
    asked = Audience.CITIZEN if audience == Audience.CITIZEN_PROXY else audience
    versions = [
        found[asked]
        for wave in release.waves
        for found in [projects.find_wave_instruments(reading(), wave.id)]
        if asked in found
    ]
    return load_instrument(*max(versions, key=lambda pair: pair[1])) if versions else None


def picture(
    wide: Drawing, narrow: Drawing, *, title: str, description: str, identifier: str
) -> list[dict[str, object]]:
    """Return a picture for wide and for narrow screens; the stylesheet shows one of them."""
    return [
        {
            "kind": kind,
            "svg": Markup(  # noqa: S704 - every text in it is escaped by draw_svg
                draw_svg(
                    drawing,
                    title=title,
                    description=description,
                    identifier=f"{identifier}-{kind}",
                )
            ),
        }
        for kind, drawing in (("wide", wide), ("narrow", narrow))
    ]


def listed(names: Sequence[str]) -> str:
    """Return "a, b og c"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {translate('workspace.sections.and')} {names[-1]}"


def share_text(share: float | None) -> str:
    """Return a share in per cent, or the sign for what is not shown."""
    return WITHHELD if share is None else write_share(share, g.language)


def score_text(value: float | None, decimals: int = 1) -> str:
    """Return a score or number, or the sign for what is not shown."""
    return WITHHELD if value is None else format_score(value, g.language, decimals)


def difference_text(found: ReleasedInterval | None) -> str:
    """Return a difference in points with its interval: "+3,2 (0,1 til 6,3)"."""
    if found is None:
        return WITHHELD
    written = format_difference(found.value, g.language, 1)
    return written + _limits(found.low, found.high)


def mean_text(found: ReleasedInterval | None) -> str:
    """Return a mean with its interval: "44,9 (38,9 til 50,9)"."""
    if found is None:
        return WITHHELD
    return format_score(found.value, g.language, 1) + _limits(found.low, found.high)


def exact_text(value: float | None) -> str:
    """Return a number with the digits it was released with; very small ones as "under 0,0001"."""
    if value is None:
        return WITHHELD
    mark = "," if g.language == "da" else "."
    if 0 < abs(value) < 0.0001:
        return translate("workspace.sections.under", limit=f"0{mark}0001")
    written = f"{value:.6f}".rstrip("0").rstrip(".")
    return written.replace(".", mark).replace("-", "\N{MINUS SIGN}")


def _limits(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return f" ({format_interval(low, high, g.language, 1)})"
