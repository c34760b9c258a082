"""The page that offers to send what was typed before a session ended."""

from dataclasses import dataclass
from urllib.parse import unquote, urlencode, urlsplit
from uuid import UUID

from flask import Response, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from wtforms import StringField

from survey_service.accounts import kept_forms
from survey_service.accounts.kept_forms import KeptForm
from survey_service.web.access import Access, access
from survey_service.web.errors import refusal_page
from survey_service.web.language import translate
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.forms import WorkspaceForm
from survey_service.web.workspace.frame import find_own_project, find_own_wave, workspace_frame
from survey_service.web.workspace.kept_form import (
    SENT_AGAIN,
    find_own_forms,
    forget_form,
    is_from_here,
    keep_posted_form,
    was_session_of_another,
)

NOT_TAKEN = {403, 404, 405, 413}
"""Answers of a page that has not even looked at what was sent to it."""


class ForgetForm(WorkspaceForm):
    """Which kept form is to be thrown away."""

    name = StringField()


@dataclass(frozen=True, slots=True)
class ShownForm:
    """A kept form on the page that offers to send it."""

    name: str
    action: str
    place: str
    form: KeptForm

    @property
    def texts(self) -> list[str]:
        """What somebody may have typed, to be read and copied; choices and keys are left out."""
        found = [value.strip() for _, value in self.form.fields]
        return [value for value in found if len(value) > 1 and not _is_key(value)]


@pages.get("/fortsaet", endpoint="kept_forms")
@access(Access.SIGNED_IN)
def show_kept_forms() -> ResponseReturnValue:
    """Offer to send what was typed before the session ended."""
    found = find_own_forms(current_user.record.id)
    shown = [_shown(form, kept_forms.name_of(token)) for token, form in found.items()]
    return render_template("workspace/kept_form.html", forms=shown, **workspace_frame())


@pages.post("/fortsaet/kasser", endpoint="forget_kept_form")
@access(Access.SIGNED_IN)
def throw_away() -> ResponseReturnValue:
    """Throw away what was typed."""
    form = ForgetForm()
    if not form.is_sent():
        raise CSRFError
    forget_form(form.name.data or "")
    rest = bool(find_own_forms(current_user.record.id))
    return redirect(url_for("workspace.kept_forms" if rest else "workspace.projects"), code=303)


@pages.after_app_request
def forget_what_was_sent(response: Response) -> Response:
    """Forget a kept form once its page has taken it, so that it is not offered a second time."""
    if f"{SENT_AGAIN}=" not in request.environ.get("QUERY_STRING", ""):
        return response  # nearly always, and pages of those who answer shall cost nothing more
    name = request.args.get(SENT_AGAIN)
    is_taken = response.status_code < 500 and response.status_code not in NOT_TAKEN
    if name and is_taken and request.method == "POST" and current_user.is_authenticated:
        forget_form(name)
    return response


@pages.errorhandler(CSRFError)
def offer_to_send_again(error: CSRFError) -> ResponseReturnValue:
    """Offer to send a form whose token is of an earlier session, instead of losing what it holds.

    That is what happens to a page that stayed open while somebody signed in again elsewhere. It is
    sent only by pressing a button on our own page, as the token is there to make sure of.
    """
    if _may_send_again() and keep_posted_form(current_user.record.id) == "kept":
        return redirect(url_for("workspace.kept_forms"), code=303)
    return refusal_page(error)


def _may_send_again() -> bool:
    is_work = current_user.is_authenticated and request.endpoint != "workspace.forget_kept_form"
    return is_work and is_from_here() and not was_session_of_another(current_user.record.id)


def _shown(form: KeptForm, name: str) -> ShownForm:
    action = form.path + ("&" if "?" in form.path else "?") + urlencode({SENT_AGAIN: name})
    return ShownForm(name, action, _place_of(form.path), form)


def _place_of(path: str) -> str:
    """Return what people call the place an address belongs to: its project, and its wave."""
    own_path = unquote(urlsplit(path).path).removeprefix(request.script_root)
    try:
        _, values = current_app.create_url_adapter(request).match(own_path, method="POST")  # type: ignore[union-attr]
        if "wave_id" in values:
            project, wave = find_own_wave(values["wave_id"])
            return f"{project.title}, {wave.label(g.language)}"
        if "project_id" in values:
            return find_own_project(values["project_id"]).title
    except HTTPException:
        pass  # gone, or no longer theirs to see: then it has no name for them
    return translate("workspace.kept_form.workspace")


def _is_key(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True
