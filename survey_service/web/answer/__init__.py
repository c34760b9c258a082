"""The public pages on which people answer."""

from survey_service.web.answer import (  # noqa: F401 - they add their pages
    around,
    letters,
    notices,
    own_data_pages,
    pausing,
    views,
)
from survey_service.web.answer.blueprint import pages

__all__ = ["pages"]
