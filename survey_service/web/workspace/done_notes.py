"""One place that tells somebody that what they did was done, on the page it leads to."""

from flask import Response, flash, request, session
from flask_login import current_user

from survey_service.web.language import has_text, translate
from survey_service.web.workspace.audit_actions import find_action
from survey_service.web.workspace.blueprint import pages

_TOLD = "_flashes"


@pages.after_request
def tell_done(response: Response) -> Response:
    """Tell that a step was done where it leads to another page, in the step's own words.

    The words are those of the audit log's action, `workspace.done.<action>`; a step without any
    leads to a page that tells of it, or to work in the background. What a page told itself stands.
    """
    is_done = request.method == "POST" and response.status_code == 303
    if is_done and not session.get(_TOLD) and current_user.is_authenticated:
        key = f"workspace.done.{_action()}"
        if has_text(key):
            flash(translate(key))
    return response


def _action() -> str:
    return find_action(str(request.endpoint), (request.view_args or {}).get("step"))
