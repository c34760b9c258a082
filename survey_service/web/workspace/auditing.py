"""One place that enters in the audit log what was done in the workspace, whatever page did it."""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, Response, current_app, g, request, url_for
from flask_login import current_user
from werkzeug.exceptions import HTTPException

from survey_service.accounts import audit
from survey_service.accounts.audit import UNKNOWN, Actor, Outcome, actor_of
from survey_service.accounts.sign_in import clean_name
from survey_service.storage import accounts
from survey_service.storage.database import reading
from survey_service.web.access import Access, access_rule_of
from survey_service.web.installation import the_keys, the_moment
from survey_service.web.workspace.audit_actions import (
    ANSWERS_WITH_A_FILE,
    ANSWERS_WITH_A_PAGE,
    CHANGES,
    DOWNLOADS,
    OBJECTS,
    READINGS,
    SIGN_INS,
    find_action,
)
from survey_service.web.workspace.signing_in import find_half_way

RETURN_FROM_PROVIDER = "workspace.single_sign_on_return"
LOCK_OUTS_TOLD_AFTER = timedelta(minutes=30)
"""How long a lock-out of one name is told of once: whoever keeps trying fills no log."""


def register(app: Flask) -> None:
    """Let the application enter what is done; after the access rules, and before other hooks."""
    app.before_request(_note_who_asks)
    app.after_request(_enter)


def name_object(kind: str, object_id: UUID) -> None:
    """Say what a step was about where its address does not: an object that was just made."""
    g.audit_object = (kind, str(object_id))


def is_entered(endpoint: str | None, method: str) -> bool:
    """Whether a request is entered; what only reads is not, nor what those who answer do."""
    if endpoint is None:
        return False
    if method == "GET":
        return endpoint in {*DOWNLOADS, *READINGS, RETURN_FROM_PROVIDER}
    if method in {"HEAD", "OPTIONS"}:
        return False
    if endpoint in CHANGES or endpoint in SIGN_INS:
        return True
    return access_rule_of(current_app, endpoint) not in {None, Access.PUBLIC}


def _note_who_asks() -> None:
    """Keep who it is before the step: signing out forgets them. Runs only where access is given."""
    if is_entered(request.endpoint, request.method):
        g.audit_is_allowed = True
        g.audit_actor = _signed_in()
        if request.endpoint == "workspace.sign_in_code":
            half_way = find_half_way()
            g.audit_actor = None if half_way is None else actor_of(half_way)


def _enter(response: Response) -> Response:
    if is_entered(request.endpoint, request.method) and not g.get("audit_is_entered"):
        g.audit_is_entered = True  # also where entering fails: the error's page comes by here too
        if request.endpoint in SIGN_INS | {RETURN_FROM_PROVIDER}:
            _enter_sign_in(response)
        else:
            _enter_step(response)
    return response


def _enter_step(response: Response) -> None:
    actor = g.get("audit_actor") or _signed_in()
    if actor is None:
        return  # nobody is signed in: they were asked to, and nothing happened
    endpoint, values = str(request.endpoint), request.view_args or {}
    action = {**DOWNLOADS, **READINGS}.get(endpoint) if request.method == "GET" else None
    action = action or find_action(endpoint, values.get("step"))
    about = g.get("audit_object") or _object_of(values) or _object_made(response)
    _record(actor, action, about or ("", ""), _outcome(response, endpoint))


def _enter_sign_in(response: Response) -> None:
    """Enter who signed in, or that it failed; of a name nobody has, only its keyed hash."""
    action = sign_in_action(response)
    if action is None:
        return
    # What a whole network is kept from says nothing of the name that was typed, and must not be
    # entered name by name: only its page tells when to try again.
    is_of_network = response.status_code == 429 and "Retry-After" in response.headers
    actor, about = (UNKNOWN, ("", "")) if is_of_network else _who_tried(action)
    outcome = Outcome.DONE if response.status_code < 400 else Outcome.REFUSED
    if action == "sign_in_locked_out":
        since = the_moment() - LOCK_OUTS_TOLD_AFTER
        if audit.was_recorded_since(action, about[1], since):
            return
    _record(actor, action, about, outcome)


def sign_in_action(response: Response) -> str | None:
    """Return the word for what came of a try to sign in, None where it was none."""
    status, is_from_provider = response.status_code, request.endpoint == RETURN_FROM_PROVIDER
    if status == 303:
        to = urlsplit(response.location or "").path
        if to == url_for("workspace.sign_in_code"):
            return "password_accepted"
        return "signed_in" if current_user.is_authenticated else None
    if status == 429:
        return "sign_in_locked_out"
    if status == (403 if is_from_provider else 400):
        return "sign_in_failed"
    return None


def _who_tried(action: str) -> tuple[Actor, tuple[str, str]]:
    actor = g.get("audit_actor")
    if request.endpoint == "workspace.sign_in":
        # Known and unknown names cost the same: one look, one entry.
        name = clean_name(request.form.get("name", ""))
        found = accounts.find_account_by_name(reading(), name)
        if found is None:
            return UNKNOWN, ("name", audit.hash_of_name(the_keys(), name))
        actor = actor_of(found)
    elif action == "signed_in":
        actor = _signed_in()
    if actor is None:
        return UNKNOWN, ("", "")
    return actor, ("account", str(actor.account_id))


def _outcome(response: Response, endpoint: str) -> Outcome:
    status = response.status_code
    if status >= 500:
        return Outcome.FAILED
    if status >= 400 or not g.get("audit_is_allowed"):
        return Outcome.REFUSED
    if endpoint in READINGS:
        return Outcome.DONE
    if request.method == "GET" or endpoint in ANSWERS_WITH_A_FILE:
        is_done = status < 300 and response.mimetype != "text/html"
    else:
        is_done = status >= 300 or endpoint in ANSWERS_WITH_A_PAGE
    return Outcome.DONE if is_done else Outcome.UNFINISHED


def _object_of(values: Mapping[str, object]) -> tuple[str, str] | None:
    """Return what an address is about; only ids and numbers of an address are looked at."""
    number, project_id = values.get("number"), values.get("project_id")
    if isinstance(number, int) and isinstance(project_id, UUID):
        return "release", f"{project_id}/{number}"
    for name, kind in OBJECTS.items():
        found = values.get(name)
        if isinstance(found, UUID):
            return kind, str(found)
    return None


def _object_made(response: Response) -> tuple[str, str] | None:
    """Return what the page is about that a step led to, where its own address says nothing."""
    if not 300 <= response.status_code < 400 or not response.location:
        return None
    adapter = current_app.create_url_adapter(request)
    if adapter is None:
        return None
    try:
        _, values = adapter.match(urlsplit(response.location).path, method="GET")
    except HTTPException:
        return None
    return _object_of(values)


def _signed_in() -> Actor | None:
    return actor_of(current_user.record) if current_user.is_authenticated else None


def _record(actor: Actor, action: str, about: tuple[str, str], outcome: Outcome) -> None:
    audit.record(the_keys(), actor, action, about, outcome, now=the_moment())
