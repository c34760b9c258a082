"""Which page of a release an address asks for."""

from collections.abc import Mapping

from survey_service.reporting.releasing import PublishedRelease
from survey_service.web.workspace.gaps_page import render_gaps
from survey_service.web.workspace.items_page import render_items
from survey_service.web.workspace.method_page import render_method
from survey_service.web.workspace.reliability_page import render_reliability
from survey_service.web.workspace.respondents_page import render_respondents
from survey_service.web.workspace.results_frame import SECTION_PATHS

_PAGES = {
    "items": render_items,
    "respondents": render_respondents,
    "reliability": render_reliability,
    "method": render_method,
}


def render_result_section(release: PublishedRelease, path: str, query: Mapping[str, str]) -> str:
    """Return the page with this last word in its address; KeyError for one there is not."""
    section = {word: name for name, word in SECTION_PATHS.items()}[path]
    if section == "gaps":
        return render_gaps(release, query.get("pair"))
    return _PAGES[section](release, query.get("audience"))
