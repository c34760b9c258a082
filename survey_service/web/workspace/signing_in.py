"""Signing in and out: a page for name and password, one for the code, and the session between."""

import math
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, login_user
from wtforms import PasswordField, StringField

from survey_service.accounts.lock_out import TooManyTries
from survey_service.accounts.sign_in import OneTimePasswordOver, find_session_user, sign_in
from survey_service.accounts.two_step import check_code
from survey_service.storage.accounts import AccountRecord
from survey_service.web.access import BY_SINGLE_SIGN_ON, Access, access
from survey_service.web.installation import the_keys, the_moment
from survey_service.web.language import translate
from survey_service.web.rate_limits import note_failed_try
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.forms import WorkspaceForm, require_confirmed
from survey_service.web.workspace.kept_form import (
    page_after_sign_in,
    what_goes_along,
)

HALF_WAY = "half_signed_in"
HALF_WAY_LASTS = timedelta(minutes=5)
KEPT_SETTINGS = ("language", "display")


@dataclass(frozen=True)
class SignedIn(UserMixin):  # type: ignore[misc]
    """Somebody signed in, as Flask-Login wants it."""

    record: AccountRecord

    def get_id(self) -> str:
        """Return what the session keeps: whose it is, and up to which change it is good."""
        return session_id(self.record)


class SignInForm(WorkspaceForm):
    """Name and password."""

    name = StringField()
    password = PasswordField()


class CodeForm(WorkspaceForm):
    """The code of the second step."""

    code = StringField()


def load_user(user_id: str) -> SignedIn | None:
    """Return who a session belongs to, None once it was ended or they may no longer sign in."""
    record = _find_by_session_id(user_id)
    return None if record is None else SignedIn(record)


def session_id(record: AccountRecord) -> str:
    """Return what a session keeps of an account."""
    return f"{record.id.hex}.{record.session_version}"


def begin_session(record: AccountRecord, *, by_single_sign_on: bool = False) -> None:
    """Sign somebody in, in a new session.

    Nothing the browser held before goes on, so that a session planted there is worth nothing.
    """
    renew_session()
    if by_single_sign_on:
        session[BY_SINGLE_SIGN_ON] = True
    login_user(SignedIn(record))


def let_in(record: AccountRecord, *, by_single_sign_on: bool = False) -> ResponseReturnValue:
    """Sign somebody in and show them where their work begins."""
    begin_session(record, by_single_sign_on=by_single_sign_on)
    return redirect(page_after_sign_in(record.id), code=303)


def stay_signed_in(record: AccountRecord) -> None:
    """Go on in this browser after all sessions were ended by its own doing."""
    begin_session(record, by_single_sign_on=bool(session.get(BY_SINGLE_SIGN_ON)))


def renew_session() -> None:
    """Empty this browser's session, apart from how it wants pages to look."""
    kept = {name: session[name] for name in KEPT_SETTINGS if name in session} | what_goes_along()
    session.clear()
    session.update(kept)


def find_half_way() -> AccountRecord | None:
    """Return who has given their password in this browser and whose code is still asked for."""
    return _find_half_way()


def too_many_tries_text(refused: TooManyTries) -> str:
    """Return how long to wait, in the reader's language and whole minutes."""
    minutes = max(1, math.ceil(refused.wait.total_seconds() / 60))
    if minutes == 1:
        return translate("fault.too_many_tries_one")
    return translate("fault.too_many_tries", minutes=minutes)


@pages.route("/log-ind", methods=["GET", "POST"], endpoint="sign_in")
@access(Access.PUBLIC)
def sign_in_page() -> ResponseReturnValue:
    """Ask for name and password."""
    form = SignInForm()
    if not form.is_sent():
        return render_template("workspace/sign_in.html", error=None, name="")
    name = form.name.data or ""
    try:
        record = sign_in(the_keys(), name, form.password.data or "", the_moment())
    except TooManyTries as refused:
        error = too_many_tries_text(refused)
        return render_template("workspace/sign_in.html", error=error, name=name), 429
    except OneTimePasswordOver:
        error = translate("error.one_time_password_over")
        return render_template("workspace/sign_in.html", error=error, name=name), 400
    if record is None:
        note_failed_try()
        error = translate("error.sign_in_failed")
        return render_template("workspace/sign_in.html", error=error, name=name), 400
    if record.has_two_step:
        return _go_half_way(record)
    return let_in(record)


@pages.route("/log-ind/kode", methods=["GET", "POST"])
@access(Access.PUBLIC)
def sign_in_code() -> ResponseReturnValue:
    """Ask for the code of who has just given name and password."""
    record = _find_half_way()
    if record is None:
        session.pop(HALF_WAY, None)
        return redirect(url_for("workspace.sign_in"), code=303)
    form = CodeForm()
    if not form.is_sent():
        return _code_page(form)
    try:
        is_right = check_code(the_keys(), record, form.code.data or "", the_moment())
    except TooManyTries as refused:
        form.code.errors = [too_many_tries_text(refused)]
        return _code_page(form), 429
    if not is_right:
        note_failed_try()
        form.code.errors = [translate("fault.two_step_code")]
        return _code_page(form), 400
    return let_in(record)


@pages.post("/log-ud")
@access(Access.PUBLIC)
def sign_out() -> ResponseReturnValue:
    """Forget who is signed in."""
    require_confirmed()
    renew_session()
    return redirect(url_for("workspace.sign_in"), code=303)


def _go_half_way(record: AccountRecord) -> ResponseReturnValue:
    renew_session()
    until = the_moment() + HALF_WAY_LASTS
    session[HALF_WAY] = {"account": session_id(record), "until": int(until.timestamp())}
    return redirect(url_for("workspace.sign_in_code"), code=303)


def _find_half_way() -> AccountRecord | None:
    """Return who gave their password less than five minutes ago; it gives no rights by itself."""
    try:
        stored = session[HALF_WAY]
        is_over = the_moment().timestamp() > int(stored["until"])
        return None if is_over else _find_by_session_id(stored["account"])
    except (KeyError, TypeError, ValueError):
        return None


def _find_by_session_id(stored: str) -> AccountRecord | None:
    account, _, version = stored.partition(".")
    try:
        return find_session_user(UUID(hex=account), int(version))
    except ValueError:
        return None


def _code_page(form: CodeForm) -> str:
    return render_template("workspace/accounts/code.html", form=form)
