"""Who may open a page: every route declares its rule, and one place enforces it."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from survey_service.accounts.sign_in import Role

View = TypeVar("View", bound=Callable[..., Any])


class Access(StrEnum):
    """The rules a route can declare."""

    PUBLIC = "public"
    EVALUATOR = "evaluator"


_ROLES = {Access.EVALUATOR: {Role.EVALUATOR, Role.ADMINISTRATOR}}


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
        return redirect(url_for("workspace.sign_in"), code=303)
    if current_user.record.role not in _ROLES[rule]:
        abort(403)
    return None
