"""The signed-in pages. A module of pages registers them when it is imported, so all of them are."""

from survey_service.web.workspace import (
    account_pages,
    batch_pages,
    case_review_page,
    decision_pages,
    figure_pages,
    follow_pages,
    invitation_pages,
    job_pages,
    kept_form_pages,
    mail_pages,
    municipality_pages,
    open_link_pages,
    own_account_pages,
    project_pages,
    release_pages,
    results,
    setup,
    single_sign_on,
    wave_pages,
)
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.kept_form import ask_to_sign_in
from survey_service.web.workspace.signing_in import load_user

__all__ = [
    "account_pages",
    "ask_to_sign_in",
    "batch_pages",
    "case_review_page",
    "decision_pages",
    "figure_pages",
    "follow_pages",
    "invitation_pages",
    "job_pages",
    "kept_form_pages",
    "load_user",
    "mail_pages",
    "municipality_pages",
    "open_link_pages",
    "own_account_pages",
    "pages",
    "project_pages",
    "release_pages",
    "results",
    "setup",
    "single_sign_on",
    "wave_pages",
]
