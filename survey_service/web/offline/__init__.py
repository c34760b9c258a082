"""Answering without network: what a page takes with it, and where it sends answers afterwards."""

from survey_service.web.offline.views import pages

__all__ = ["pages"]
