"""One's own account: what one may do, the password, two-step sign-in, signing out everywhere."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import cast

from cryptography.exceptions import InvalidTag
from flask import current_app, flash, g, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup
from wtforms import PasswordField

from survey_service.accounts import two_step
from survey_service.accounts.administration import describe_account
from survey_service.accounts.lock_out import TooManyTries
from survey_service.accounts.sign_in import (
    change_password,
    confirm_password,
    end_sessions,
    find_user,
)
from survey_service.accounts.two_step import TwoStepStart
from survey_service.faults import InputRefused
from survey_service.storage.accounts import AccountRecord
from survey_service.texts import LANGUAGES
from survey_service.web.access import Access, access
from survey_service.web.installation import the_keys, the_moment
from survey_service.web.language import translate
from survey_service.web.settings import Settings
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.forms import WorkspaceForm, require_confirmed
from survey_service.web.workspace.frame import workspace_frame
from survey_service.web.workspace.kept_form import page_after_sign_in
from survey_service.web.workspace.signing_in import (
    CodeForm,
    renew_session,
    stay_signed_in,
    too_many_tries_text,
)

SETTING_UP = "two_step_setup"
"""Where a session keeps the sealed secret until its first code confirms it."""


class PasswordForm(WorkspaceForm):
    """The password so far, and the new one twice."""

    current_password = PasswordField()
    password = PasswordField()
    repeated = PasswordField()


class KnownPasswordForm(WorkspaceForm):
    """The password, for a step that makes the account less safe."""

    current_password = PasswordField()


@pages.get("/min-konto", endpoint="own_account")
@access(Access.SIGNED_IN)
def show_own_account() -> str:
    """Show what somebody may do, and how their account is kept safe."""
    record = _own()
    overview = describe_account(record)
    return render_template(
        "workspace/accounts/own_account.html",
        **workspace_frame(),
        account={
            "name": record.name,
            "role": translate(f"workspace.role.{record.role}"),
            "role_text": translate(f"workspace.role_text.{record.role}"),
            "municipality": overview.municipality_name,
            "units": overview.unit_names,
            "has_two_step": record.has_two_step,
            "recovery_codes": two_step.count_recovery_codes(record),
        },
    )


@pages.route("/min-konto/adgangskode", methods=["GET", "POST"])
@access(Access.SIGNED_IN)
def own_password() -> ResponseReturnValue:
    """Change one's own password; every other browser is signed out."""
    form, record = PasswordForm(), _own()
    if not form.is_sent():
        return _password_page(form)
    if not _knows_password(form.current_password):
        return _password_page(form), 400
    names = [_settings().service_name.read_in(language) for language in LANGUAGES]
    try:
        changed = change_password(record, form.password.data or "", form.repeated.data or "", names)
    except InputRefused as refused:
        form.refuse(refused.faults)
        return _password_page(form), 400
    stay_signed_in(changed)
    if record.must_change_password:
        return redirect(page_after_sign_in(changed.id), code=303)
    return _done(translate("workspace.own_account.password_changed"))


@pages.route("/min-konto/totrinslogin", methods=["GET", "POST"], endpoint="two_step")
@access(Access.SIGNED_IN)
def set_up_two_step() -> ResponseReturnValue:
    """Turn two-step sign-in on: show the QR code, and ask for a first code."""
    form, record = CodeForm(), _own()
    if record.has_two_step:
        return redirect(url_for("workspace.own_account"), code=303)
    start = _start_or_resume(record)
    if not form.is_sent():
        return _set_up_page(form, start)
    try:
        codes = two_step.confirm_two_step(
            the_keys(), record, start.sealed, form.code.data or "", the_moment()
        )
    except InputRefused as refused:
        form.refuse(refused.faults)
        return _set_up_page(form, start), 400
    _stay_signed_in_anew(record)
    return _codes_page(codes, is_new=True)


@pages.route("/min-konto/totrinslogin/slaa-fra", methods=["GET", "POST"])
@access(Access.SIGNED_IN)
def end_two_step() -> ResponseReturnValue:
    """Turn two-step sign-in off, for who knows the password."""
    form, record = KnownPasswordForm(), _own()
    if not record.has_two_step:
        return redirect(url_for("workspace.own_account"), code=303)
    if not form.is_sent():
        return _known_password_page(form, "end_two_step")
    if not _knows_password(form.current_password):
        return _known_password_page(form, "end_two_step"), 400
    two_step.end_two_step(record.id)
    _stay_signed_in_anew(record)
    return _done(translate("workspace.own_account.two_step_ended"))


@pages.route("/min-konto/totrinslogin/nye-koder", methods=["GET", "POST"])
@access(Access.SIGNED_IN)
def recovery_codes() -> ResponseReturnValue:
    """Make new recovery codes, for who knows the password; the old ones are good no more."""
    form, record = KnownPasswordForm(), _own()
    if not record.has_two_step:
        return redirect(url_for("workspace.own_account"), code=303)
    if not form.is_sent():
        return _known_password_page(form, "recovery_codes")
    if not _knows_password(form.current_password):
        return _known_password_page(form, "recovery_codes"), 400
    return _codes_page(two_step.renew_recovery_codes(the_keys(), record), is_new=False)


@pages.post("/min-konto/log-ud-alle-steder")
@access(Access.SIGNED_IN)
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session of one's own, this one too."""
    require_confirmed()
    end_sessions(_own())
    renew_session()
    return redirect(url_for("workspace.sign_in"), code=303)


def _knows_password(field: PasswordField) -> bool:
    """Whether the password so far was typed; else the field tells what is wrong."""
    try:
        if confirm_password(the_keys(), _own(), field.data or "", the_moment()):
            return True
        field.errors = [translate("fault.wrong_password")]
    except TooManyTries as refused:
        field.errors = [too_many_tries_text(refused)]
    return False


def _start_or_resume(record: AccountRecord) -> TwoStepStart:
    """Keep the secret while somebody fetches their telephone or mistypes a code."""
    name = _settings().service_name.read_in(g.language)
    try:
        sealed = b64decode(session[SETTING_UP], validate=True)
        return two_step.resume_two_step(the_keys(), record, name, sealed)
    except (KeyError, TypeError, ValueError, InvalidTag):
        start = two_step.start_two_step(the_keys(), record, name)
        session[SETTING_UP] = b64encode(start.sealed).decode()
        return start


def _stay_signed_in_anew(record: AccountRecord) -> None:
    changed = find_user(record.id)
    if changed is not None:
        stay_signed_in(changed)


def _done(message: str) -> ResponseReturnValue:
    flash(message)
    return redirect(url_for("workspace.own_account"), code=303)


def _password_page(form: PasswordForm) -> str:
    # Until a one-time password is replaced, the other rooms would only lead back here.
    is_first = _own().must_change_password
    frame = {"user_name": _own().name} if is_first else workspace_frame()
    return render_template(
        "workspace/accounts/password.html", **frame, form=form, is_first=is_first
    )


def _set_up_page(form: CodeForm, start: TwoStepStart) -> str:
    import segno

    drawn = segno.make(start.address, error="m", micro=False).svg_inline(
        border=4, dark="#000", light="#fff", omitsize=True
    )
    groups = [start.secret[first : first + 4] for first in range(0, len(start.secret), 4)]
    return render_template(
        "workspace/accounts/two_step.html",
        **workspace_frame(),
        form=form,
        picture=Markup(drawn),  # noqa: S704 - drawn here, from an address that is only dots in it
        secret=" ".join(groups),
    )


def _codes_page(codes: Sequence[str], *, is_new: bool) -> str:
    return render_template(
        "workspace/accounts/recovery_codes.html", **workspace_frame(), codes=codes, is_new=is_new
    )


def _known_password_page(form: KnownPasswordForm, step: str) -> str:
    return render_template(
        "workspace/accounts/known_password.html",
        **workspace_frame(),
        form=form,
        heading=translate(f"workspace.known_password.{step}_heading"),
        text=translate(f"workspace.known_password.{step}_text"),
        button=translate(f"workspace.known_password.{step}_button"),
        action=url_for(f"workspace.{step}"),
    )


def _own() -> AccountRecord:
    return cast("AccountRecord", current_user.record)


def _settings() -> Settings:
    return cast("Settings", current_app.extensions["survey_settings"])
