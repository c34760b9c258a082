"""Which page of a release an address asks for, and which figure."""

from collections.abc import Callable, Iterator, Mapping

from flask import abort

from survey_service.reporting.releasing import PublishedRelease
from survey_service.web.workspace.gaps_page import build_gaps
from survey_service.web.workspace.items_page import build_items
from survey_service.web.workspace.method_page import build_method
from survey_service.web.workspace.reliability_page import build_reliability
from survey_service.web.workspace.respondents_page import build_respondents
from survey_service.web.workspace.results_frame import (
    COMPARISON_PATH,
    SECTION_PATHS,
    Block,
    Section,
    figure_name,
    may_read,
    render_section,
)
from survey_service.web.workspace.results_page import build_comparison
from survey_service.web.workspace.units_page import build_units
from survey_service.web.workspace.values_page import build_values
from survey_service.web.workspace.wording_page import build_wording

Build = Callable[[PublishedRelease, Mapping[str, str]], Section]

_BUILDERS: dict[str, Build] = {
    "comparison": build_comparison,
    "units": build_units,
    "gaps": build_gaps,
    "values": build_values,
    "items": build_items,
    "respondents": build_respondents,
    "reliability": build_reliability,
    "wording": build_wording,
    "method": build_method,
}


def render_result_section(release: PublishedRelease, path: str, query: Mapping[str, str]) -> str:
    """Return the page with this last word in its address; KeyError for one there is not."""
    return render_section(release, _build(release, path, query))


def find_figure(
    release: PublishedRelease, figure: str, query: Mapping[str, str]
) -> tuple[Section, Block]:
    """Return a figure by its name in addresses and what is chosen; any other is not found."""
    path = figure.partition("-")[0]
    if path != COMPARISON_PATH and path not in SECTION_PATHS.values():
        abort(404)
    section = _build(release, path, query)
    # A page shows its first audience for one it does not know; a figure is that one or none.
    if any(section.query.get(name, value) != value for name, value in query.items()):
        abort(404)
    found = [b for b in section.blocks if b.name and figure_name(section, b) == figure]
    if not found:
        abort(404)
    return section, found[0]


def every_section(release: PublishedRelease) -> Iterator[Section]:
    """Yield every page of a release that the reader may read, once for each thing to choose."""
    for name, build in _BUILDERS.items():
        if may_read(name):
            first = build(release, {})
            yield from _every_choice(first, lambda query, build=build: build(release, query))  # type: ignore[misc]


def _every_choice(
    first: Section, build: Callable[[Mapping[str, str]], Section]
) -> Iterator[Section]:
    if not first.choices:
        yield first
        return
    for tab in first.choices[0].tabs:
        section = first if tab.current else build(tab.query)
        if len(section.choices) < 2:
            yield section
            continue
        for other in section.choices[1].tabs:
            yield section if other.current else build({**tab.query, **other.query})


def _build(release: PublishedRelease, path: str, query: Mapping[str, str]) -> Section:
    names = {word: name for name, word in SECTION_PATHS.items()}
    name = names.get(path, "comparison")
    if not may_read(name):
        abort(403)
    return _BUILDERS[name](release, query)
