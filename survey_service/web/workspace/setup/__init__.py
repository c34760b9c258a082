"""The room in which a project is set up. Each module registers its pages when it is imported."""

from survey_service.web.workspace.setup import (
    basics_pages,
    comparison_pages,
    contacts_pages,
    instrument_page,
    notice_pages,
    overview_pages,
    roster_pages,
    unit_list_pages,
    unit_pages,
    wave_pages,
)

__all__ = [
    "basics_pages",
    "comparison_pages",
    "contacts_pages",
    "instrument_page",
    "notice_pages",
    "overview_pages",
    "roster_pages",
    "unit_list_pages",
    "unit_pages",
    "wave_pages",
]
