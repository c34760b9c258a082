"""The signed-in pages of the evaluator."""

from survey_service.web.workspace import results
from survey_service.web.workspace.views import load_user, pages

__all__ = ["load_user", "pages", "results"]
