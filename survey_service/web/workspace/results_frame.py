"""What the pages of a release share: the way between them, blocks, tables, words for figures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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
from survey_service.web.access import may_open
from survey_service.web.language import has_text, long_date, translate
from survey_service.web.workspace.frame import WITHHELD, audience_name, project_frame

SECTION_PATHS = {
    "units": "afdelinger",
    "gaps": "maalgrupper",
    "values": "vaerdier",
    "items": "spoergsmaal",
    "respondents": "svarere",
    "reliability": "paalidelighed",
    "wording": "ordlyd",
    "method": "metode",
}
"""Each page's last word in its address."""

COMPARISON_PATH = "sammenligning"
"""What the first page's figures begin with in their addresses."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of words; the first cell of a row names it. `summary` opens a folded one."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture as `<svg>`, for wide or narrow screens, with its extent in points."""

    kind: str
    svg: Markup
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Block:
    """One card of a page: whatever it has of heading, sentences, warnings, pictures and tables.

    `name` is its own in the address of the figure; without one it has no address.
    """

    heading: str = ""
    name: str = ""
    texts: Sequence[str] = ()
    notes: Sequence[str] = ()
    points: Sequence[str] = ()
    charts: Sequence[Chart] = ()
    tables: Sequence[Table] = ()
    folded: Sequence[Table] = ()


@dataclass(frozen=True, slots=True)
class Tab:
    """One choice on a page: the query that makes it, and its words."""

    label: str
    query: Mapping[str, Any]
    current: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """What can be chosen on a page, as a row of tabs."""

    label: str
    tabs: Sequence[Tab]


@dataclass(frozen=True, slots=True)
class Section:
    """What one page of a release shows; `query` names what is chosen, of all there is."""

    name: str
    blocks: Sequence[Block] = ()
    choices: Sequence[Choice] = ()
    query: Mapping[str, Any] = field(default_factory=dict)

    @property
    def chosen(self) -> str:
        """The names of what is chosen, for headings away from the page."""
        return ", ".join(tab.label for choice in self.choices for tab in choice.tabs if tab.current)


def choose_audience(
    release: PublishedRelease, found: Iterable[str], chosen: str | None
) -> tuple[str | None, Choice]:
    """Return the audience to show, None if there are none, and the tabs to choose another.

    Args:
        release: says which is the primary one: it comes first.
        found: the audiences there is anything of.
        chosen: the one asked for; one that is not found gives the first.
    """
    audiences = order_audiences(release, found)
    audience = chosen if chosen in audiences else next(iter(audiences), None)
    tabs = [Tab(audience_name(one), {"audience": one}, one == audience) for one in audiences]
    return audience, Choice(translate("workspace.results.audiences"), tabs)


def render_section(release: PublishedRelease, section: Section) -> str:
    """Return one of the pages of a release."""
    shown = list(section.blocks)
    return render_template(
        "workspace/result_section.html",
        **project_frame(release.project, "results"),
        heading=translate(f"workspace.{section.name}.heading"),
        purpose=translate(f"workspace.{section.name}.purpose"),
        release=release_words(release),
        sections=section_links(release, section.name),
        choices=[
            {
                "label": choice.label,
                "tabs": [
                    {
                        "label": tab.label,
                        "url": section_url(release, section.name, **{**section.query, **tab.query}),
                        "current": tab.current,
                    }
                    for tab in choice.tabs
                ],
            }
            for choice in section.choices
            if len(choice.tabs) > 1
        ],
        blocks=[(block, figure_links(release, section, block)) for block in shown],
        nothing=None if shown else translate("workspace.sections.nothing"),
    )


def release_words(release: PublishedRelease) -> dict[str, object]:
    """Return a release's number and date as pages tell them."""
    return {"number": release.number, "date": long_date(release.released_on)}


def figure_name(section: Section, block: Block) -> str:
    """Return a figure's name in addresses: the page's path and the block's own name."""
    path = SECTION_PATHS.get(section.name, COMPARISON_PATH)
    return f"{path}-{block.name}"


def figure_heading(section: Section, block: Block) -> str:
    """Return what a figure is about, away from its page."""
    if section.name == "comparison":
        return block.heading
    page = translate(f"workspace.{section.name}.heading")
    return f"{page}: {block.heading}" if block.heading and block.heading != page else page


def figure_links(
    release: PublishedRelease, section: Section, block: Block
) -> dict[str, object] | None:
    """Return the ways to a figure on a page of its own and to its files; None without a name."""
    tables = [*block.tables, *block.folded]
    if not block.name or not (tables or block.charts):
        return None
    place: dict[str, Any] = {
        "project_id": release.project.id,
        "figure": figure_name(section, block),
        "number": release.number,
        **section.query,
    }
    return {
        "heading": figure_heading(section, block),
        "page": url_for("workspace.figure", **place),
        "picture": url_for("workspace.figure_picture", **place) if block.charts else None,
        "tables": [
            url_for("workspace.figure_table", place=number, **place)
            for number in range(1, len(tables) + 1)
        ],
    }


def section_links(release: PublishedRelease, current: str) -> list[dict[str, object]]:
    """Return the way between the pages of a release that the reader may open."""
    first = url_for("workspace.results", project_id=release.project.id, number=release.number)
    addresses = {"comparison": first} | {
        section: section_url(release, section) for section in SECTION_PATHS if may_read(section)
    }
    addresses["briefs"] = url_for(
        "workspace.briefs", project_id=release.project.id, number=release.number
    )
    return [
        {
            "label": translate(f"workspace.sections.{section}"),
            "url": url,
            "current": section == current,
        }
        for section, url in addresses.items()
    ]


def may_read(section: str) -> bool:
    """Whether the signed-in person may read a page: exact figures are the evaluator's alone."""
    return section != "method" or may_open("workspace.release")


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
    wide: Drawing, narrow: Drawing | None, *, title: str, description: str, identifier: str
) -> list[Chart]:
    """Return a picture for wide and for narrow screens; the stylesheet shows one of them.

    Without a narrow one the table below speaks for itself there.
    """
    return [
        Chart(
            kind,
            Markup(  # noqa: S704 - every text in it is escaped by draw_svg
                draw_svg(
                    drawing,
                    title=title,
                    description=description,
                    identifier=f"{identifier}-{kind}",
                )
            ),
            float(drawing.width),
            float(drawing.height),
        )
        for kind, drawing in (("wide", wide), ("narrow", narrow))
        if drawing is not None
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
