"""The signed-in pages."""

from survey_service.web.workspace import (
    account_pages,
    case_review_page,
    job_pages,
    kept_form_pages,
    own_account_pages,
    project_pages,
    results,
    single_sign_on,
)
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.kept_form import ask_to_sign_in
from survey_service.web.workspace.signing_in import load_user

__all__ = [
    "account_pages",
    "case_review_page",
    "job_pages",
    "kept_form_pages",
    "load_user",
    "own_account_pages",
    "pages",
    "project_pages",
    "results",
    "single_sign_on",
]
