"""The public pages on which people answer."""

from survey_service.web.answer.views import pages

__all__ = ["pages"]
