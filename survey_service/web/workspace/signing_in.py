"""Signing in and out."""

from dataclasses import dataclass
from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, login_user, logout_user
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from wtforms import PasswordField, StringField

from survey_service.accounts.sign_in import find_user, sign_in
from survey_service.storage.accounts import AccountRecord
from survey_service.web.access import Access, access
from survey_service.web.language import translate
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.forms import require_confirmed


@dataclass(frozen=True)
class SignedIn(UserMixin):  # type: ignore[misc]
    """Somebody signed in, as Flask-Login wants it."""

    record: AccountRecord

    def get_id(self) -> str:
        """Return what the session keeps."""
        return self.record.id.hex


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Name and password."""

    name = StringField()
    password = PasswordField()


def load_user(user_id: str) -> SignedIn | None:
    """Return who a session belongs to, None if they may no longer sign in."""
    try:
        record = find_user(UUID(hex=user_id))
    except ValueError:
        return None
    return None if record is None else SignedIn(record)


@pages.route("/log-ind", methods=["GET", "POST"], endpoint="sign_in")
@access(Access.PUBLIC)
def sign_in_page() -> ResponseReturnValue:
    """Ask for name and password."""
    form = SignInForm()
    if not form.is_submitted():
        return render_template("workspace/sign_in.html", error=None, name="")
    if not form.validate():
        raise CSRFError
    name = form.name.data or ""
    record = sign_in(name, form.password.data or "")
    if record is None:
        error = translate("error.sign_in_failed")
        return render_template("workspace/sign_in.html", error=error, name=name), 400
    login_user(SignedIn(record))
    return redirect(url_for("workspace.projects"), code=303)


@pages.post("/log-ud")
@access(Access.PUBLIC)
def sign_out() -> ResponseReturnValue:
    """Forget who is signed in."""
    require_confirmed()
    logout_user()
    return redirect(url_for("workspace.sign_in"), code=303)
