"""The signed-in pages."""

from survey_service.web.workspace import job_pages, project_pages, results
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.signing_in import load_user

__all__ = ["job_pages", "load_user", "pages", "project_pages", "results"]
