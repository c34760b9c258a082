"""What case reviewers see of a project until there are cases to review."""

from uuid import UUID

from flask import render_template

from survey_service.web.access import Access, access
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.frame import find_own_project, project_frame


@pages.get("/projekt/<uuid:project_id>/sagsgennemgang")
@access(Access.CASE_REVIEWER)
def case_review(project_id: UUID) -> str:
    """Say what the reviewing of cases will be."""
    project = find_own_project(project_id)
    return render_template(
        "workspace/accounts/case_review.html", **project_frame(project, "case_review")
    )
