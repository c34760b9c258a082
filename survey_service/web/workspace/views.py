"""Sign in, see the waves and how many answered, compare, and make briefs."""

from dataclasses import dataclass
from typing import cast
from uuid import UUID

from flask import Blueprint, abort, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, current_user, login_user, logout_user
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from wtforms import PasswordField, StringField

from survey_service.accounts.sign_in import find_user, sign_in
from survey_service.fieldwork import waves
from survey_service.fieldwork.waves import WaveStatus
from survey_service.storage import projects, results
from survey_service.storage.accounts import AccountRecord
from survey_service.storage.database import reading
from survey_service.storage.keys import KeyStore
from survey_service.storage.projects import ProjectRecord, WaveRecord
from survey_service.web.access import Access, access
from survey_service.web.language import has_text, long_date, translate
from survey_service.web.workspace import offline_notes

pages = Blueprint("workspace", __name__)

SMALL_ROSTER = 10
"""People to ask: with fewer, counts that grow from day to day would tell who has answered."""

WITHHELD = "–"
"""Stands for a figure that is not shown, whether withheld or not there."""


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


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    """A step that only needs confirming."""


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


@pages.get("/", endpoint="projects")
@access(Access.EVALUATOR)
def list_projects() -> ResponseReturnValue:
    """List the projects of the signed-in person's municipality."""
    record = current_user.record
    found = projects.find_projects(reading(), record.municipality_id)
    return render_template(
        "workspace/projects.html",
        user_name=record.name,
        projects=[
            {
                "title": project.title,
                "municipality": project.municipality_name,
                "url": url_for("workspace.project", project_id=project.id),
                "simulated": project.is_simulated,
            }
            for project in found
        ],
    )


@pages.get("/projekt/<uuid:project_id>", endpoint="project")
@access(Access.EVALUATOR)
def show_project(project_id: UUID) -> ResponseReturnValue:
    """Show a project's waves with their counts, and its releases."""
    project = find_own_project(project_id)
    releases = results.find_releases(reading(), project_id)
    found = projects.find_waves(reading(), project_id)
    return render_template(
        "workspace/project.html",
        **project_frame(project, "workspace.project"),
        waves=[_wave_row(project, wave) for wave in found],
        releases=[
            {
                "number": number,
                "date": long_date(released_on),
                "url": url_for("workspace.results", project_id=project_id, number=number),
            }
            for number, released_on in releases
        ],
        results_url=_results_url(project_id) if releases else None,
        can_release=any(wave.status == WaveStatus.CLOSED for wave in found),
        release_url=url_for("workspace.release", project_id=project_id),
    )


@pages.route("/maaling/<uuid:wave_id>/<any(aabn, luk):step>", methods=["GET", "POST"])
@access(Access.EVALUATOR)
def change_wave(wave_id: UUID, step: str) -> ResponseReturnValue:
    """Ask before opening or closing a wave, then do it."""
    wave = projects.find_wave(reading(), wave_id)
    if wave is None:
        abort(404)
    project = find_own_project(wave.project_id)
    form = ConfirmForm()
    if not form.is_submitted():
        return _confirm_page(project, wave, "open" if step == "aabn" else "close")
    require_confirmed()
    change = waves.open_wave if step == "aabn" else waves.close_wave
    keys = cast("KeyStore", current_app.extensions["survey_keys"])
    change(keys, wave_id, current_app.extensions["survey_today"]())
    return redirect(url_for("workspace.project", project_id=project.id), code=303)


def find_own_project(project_id: UUID) -> ProjectRecord:
    """Return a project the signed-in person may see; any other is not found."""
    project = projects.find_project(reading(), project_id)
    own = current_user.record.municipality_id
    if project is None or (own is not None and project.municipality_id != own):
        abort(404)
    return project


def require_confirmed() -> None:
    """Refuse a form without its token against forged requests."""
    if not ConfirmForm().validate():
        raise CSRFError


def project_frame(project: ProjectRecord, endpoint: str) -> dict[str, object]:
    """Return what the frame of every page of a project shows."""
    links = {
        "workspace.project": url_for("workspace.project", project_id=project.id),
        "workspace.results": _results_url(project.id),
    }
    return {
        "user_name": current_user.record.name,
        "project": {
            "title": project.title,
            "municipality": project.municipality_name,
            "simulated": project.is_simulated,
        },
        "nav": [
            {
                "label": translate(f"workspace.layout.nav_{name.rpartition('.')[2]}"),
                "url": url,
                "current": name == endpoint,
            }
            for name, url in links.items()
        ],
    }


def audience_name(audience: str) -> str:
    """Return an audience's name in the reader's language, or the word itself."""
    key = f"audience.{audience}"
    return translate(key) if has_text(key) else audience


def _results_url(project_id: UUID) -> str:
    return url_for("workspace.results", project_id=project_id)


def _wave_row(project: ProjectRecord, wave: WaveRecord) -> dict[str, object]:
    as_of, sent = waves.refresh_counts(wave, current_app.extensions["survey_today"]())
    roster = projects.find_roster_totals(reading(), wave.id)
    return {
        "label": wave.label(g.language),
        "status": translate(f"workspace.status.{wave.status}"),
        "opens_on": long_date(wave.opens_on),
        "closes_on": long_date(wave.closes_on),
        "as_of": long_date(as_of) if as_of else None,
        "counts": [
            {
                "audience": audience_name(audience),
                "sent": _sent_text(
                    wave, sent.get(audience, 0), roster.get(audience), project.minimum
                ),
                "roster": _count_text(roster.get(audience, 0), project.minimum),
            }
            for audience in sorted(set(sent) | set(roster))
        ],
        "action": _wave_action(wave),
        "notes": offline_notes.uncounted(wave.id),
    }


def _sent_text(wave: WaveRecord, sent: int, roster: int | None, minimum: int) -> str:
    """Return how many have answered; of a small roster nothing while the wave is open.

    There is no parent to count it at: these counts are of the whole project already, and a sum
    over audiences would give the small one away as soon as the others are shown.
    """
    if wave.status == WaveStatus.OPEN and roster is not None and roster < SMALL_ROSTER:
        return WITHHELD
    return _count_text(sent, minimum)


def _count_text(count: int, minimum: int) -> str:
    return str(count) if count >= minimum else WITHHELD


def _wave_action(wave: WaveRecord) -> dict[str, str] | None:
    steps = {WaveStatus.PLANNED: ("aabn", "open_wave"), WaveStatus.OPEN: ("luk", "close_wave")}
    found = steps.get(WaveStatus(wave.status))
    if found is None:
        return None
    step, text = found
    return {
        "url": url_for("workspace.change_wave", wave_id=wave.id, step=step),
        "label": translate(f"workspace.project.{text}"),
    }


_CONSEQUENCES = {
    "open": ("open_answers", "open_hidden", "open_registered"),
    "close": ("close_answers", "close_unsent", "close_keys"),
}


def _confirm_page(project: ProjectRecord, wave: WaveRecord, step: str) -> str:
    return render_template(
        "workspace/confirm.html",
        **project_frame(project, "workspace.project"),
        heading=translate(f"workspace.confirm.{step}_heading", wave=wave.label(g.language)),
        text=translate(f"workspace.confirm.{step}_text"),
        consequences=[
            *[translate(f"workspace.confirm.{key}") for key in _CONSEQUENCES[step]],
            *(offline_notes.before_closing(wave.id) if step == "close" else []),
        ],
        action=request.path,
        button=translate(f"workspace.confirm.{step}_button"),
        back_url=url_for("workspace.project", project_id=project.id),
    )
