"""The evaluator's side: pair a tablet with a unit, see the paired ones, end a pairing."""

from uuid import UUID

from flask import abort, make_response, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import logout_user
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from wtforms import StringField

from survey_service.fieldwork import kiosk
from survey_service.fieldwork.kiosk import KioskRefused, PairingRefused
from survey_service.storage.projects import ProjectRecord
from survey_service.web.access import Access, access
from survey_service.web.form_data import PostedFields
from survey_service.web.installation import the_keys
from survey_service.web.kiosk.cookies import keep_pairing, pairing_token
from survey_service.web.kiosk.leaving import drop_unfinished
from survey_service.web.kiosk.views import pages
from survey_service.web.language import translate
from survey_service.web.workspace.forms import require_confirmed
from survey_service.web.workspace.frame import find_own_project, project_frame

__all__ = ["pages"]


class PairForm(FlaskForm):  # type: ignore[misc]
    """Which unit the tablet stands in, and what it is called."""

    Meta = PostedFields

    unit = StringField()
    name = StringField()


@pages.get("/arbejdsrum/projekt/<uuid:project_id>/tablets")
@access(Access.EVALUATOR)
def tablets(project_id: UUID) -> ResponseReturnValue:
    """Show a project's units with their paired tablets."""
    return _tablets_page(find_own_project(project_id))


@pages.post("/arbejdsrum/projekt/<uuid:project_id>/tablets")
@access(Access.EVALUATOR)
def pair(project_id: UUID) -> ResponseReturnValue:
    """Make this browser the tablet of a unit and sign out of it."""
    project, form = find_own_project(project_id), PairForm()
    if not form.validate():
        raise CSRFError
    name = form.name.data or ""
    try:
        token = kiosk.pair_tablet(the_keys(), project_id, _unit_id(form.unit.data), name)
    except PairingRefused:
        error = translate("error.tablet_name" if name.strip() else "error.tablet_name_missing")
        return _tablets_page(project, error=error, name=name, unit=form.unit.data), 400
    _end_earlier_pairing()
    drop_unfinished()
    response = make_response(redirect(url_for("kiosk.start"), code=303))
    keep_pairing(response, token)
    logout_user()
    session.clear()
    return response


@pages.post("/arbejdsrum/tablet/<uuid:kiosk_id>/afmeld")
@access(Access.EVALUATOR)
def revoke(kiosk_id: UUID) -> ResponseReturnValue:
    """End a tablet's pairing."""
    found = kiosk.find_paired_tablet(kiosk_id)
    if found is None:
        abort(404)
    find_own_project(found.project_id)
    require_confirmed()
    kiosk.revoke_tablet(kiosk_id)
    return redirect(url_for("kiosk.tablets", project_id=found.project_id), code=303)


def _tablets_page(
    project: ProjectRecord, error: str | None = None, name: str = "", unit: str | None = None
) -> str:
    paired = kiosk.find_paired_tablets(project.id)
    return render_template(
        "kiosk/tablets.html",
        **project_frame(project, "invitations"),
        units=paired.units,
        tablets=paired.tablets,
        action=url_for("kiosk.pair", project_id=project.id),
        back_url=url_for("workspace.project", project_id=project.id),
        error=error,
        name=name,
        chosen_unit=unit,
    )


def _unit_id(posted: str | None) -> UUID:
    try:
        return UUID(posted or "")
    except ValueError:
        raise PairingRefused("unit: expected the id of a unit") from None


def _end_earlier_pairing() -> None:
    """One browser is one tablet: what it was paired as before must not stay in the list."""
    try:
        earlier = kiosk.find_tablet(the_keys(), pairing_token())
    except KioskRefused:
        return
    kiosk.revoke_tablet(earlier.id)
