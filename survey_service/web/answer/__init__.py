"""The public pages on which people answer."""

from survey_service.web.answer import around, pausing, views  # noqa: F401 - they add their pages
from survey_service.web.answer.blueprint import pages

__all__ = ["pages"]
