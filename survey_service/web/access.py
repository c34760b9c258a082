"""Who may open a page: every route declares its rule, and one place enforces it."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar, cast

from flask import Flask, abort, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from survey_service.accounts.roles import Role

View = TypeVar("View", bound=Callable[..., Any])


class Access(StrEnum):
    """The rules a route can declare: everybody, or those who signed in with one of some roles."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    READER = "reader"
    LEADER = "leader"
    EVALUATOR = "evaluator"
    CASE_REVIEWER = "case_reviewer"
    ADMINISTRATOR = "administrator"


ROLES = {
    Access.SIGNED_IN: set(Role),
    # Case reviewers judge single cases for the evaluator; survey results are not theirs to read.
    Access.READER: {Role.ADMINISTRATOR, Role.EVALUATOR, Role.UNIT_LEADER, Role.VIEWER},
    Access.LEADER: {Role.ADMINISTRATOR, Role.EVALUATOR, Role.UNIT_LEADER},
    Access.EVALUATOR: {Role.ADMINISTRATOR, Role.EVALUATOR},
    Access.CASE_REVIEWER: {Role.ADMINISTRATOR, Role.EVALUATOR, Role.CASE_REVIEWER},
    Access.ADMINISTRATOR: {Role.ADMINISTRATOR},
}
"""Who may open a route with a rule, by role; a route's own page narrows it to what is theirs."""

BY_SINGLE_SIGN_ON = "single_sign_on"
"""What a session holds of somebody who came by another sign-in service, without our password."""

CHANGE_PASSWORD = "workspace.own_password"  # noqa: S105 - the name of a page


def access(rule: Access) -> Callable[[View], View]:
    """Declare who may open a route."""

    def declare(view: View) -> View:
        view.access_rule = rule  # type: ignore[attr-defined]
        return view

    return declare


def access_rule_of(app: Flask, endpoint: str) -> Access | None:
    """Return the rule a route declares, None if it declares none."""
    if endpoint == "static":
        return Access.PUBLIC
    return getattr(app.view_functions[endpoint], "access_rule", None)


def may_open(endpoint: str) -> bool:
    """Whether the signed-in person's role may open a route; for links that would lead nowhere."""
    rule = access_rule_of(current_app, endpoint)
    return rule is Access.PUBLIC or (rule is not None and _has_role(rule))


def enforce_access() -> ResponseReturnValue | None:
    """Stop a request that its route's rule does not allow; run before every request."""
    if request.endpoint is None:
        return None
    rule = access_rule_of(current_app, request.endpoint)
    if rule is Access.PUBLIC:
        return None
    if rule is None:
        abort(403)
    if not current_user.is_authenticated:
        # What was typed in a form whose session ended is kept there.
        return cast("ResponseReturnValue", current_app.login_manager.unauthorized())  # type: ignore[attr-defined]
    if current_user.record.must_change_password and not session.get(BY_SINGLE_SIGN_ON):
        # A one-time password is known to whoever made it: nothing else before it is replaced.
        if request.endpoint != CHANGE_PASSWORD:
            return redirect(url_for(CHANGE_PASSWORD), code=303)
        return None
    if not _has_role(rule):
        abort(403)
    return None


def _has_role(rule: Access) -> bool:
    return current_user.is_authenticated and current_user.record.role in ROLES[rule]
