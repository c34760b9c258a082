"""The municipalities of the installation, for its administrators."""

from uuid import UUID

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import StringField

from survey_service.faults import InputRefused
from survey_service.fieldwork import municipalities
from survey_service.storage.setup import MunicipalityRecord
from survey_service.web.access import Access, access
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.forms import WorkspaceForm
from survey_service.web.workspace.frame import workspace_frame


class MunicipalityForm(WorkspaceForm):
    """A municipality's name."""

    name = StringField()


@pages.route("/kommuner", methods=["GET", "POST"], endpoint="municipalities")
@access(Access.ADMINISTRATOR)
def list_municipalities() -> ResponseReturnValue:
    """List the municipalities, and add one where the administrator is of none."""
    form = MunicipalityForm()
    may_add = current_user.record.municipality_id is None
    status = 200
    if form.is_sent():
        if not may_add:
            abort(403)
        try:
            municipalities.add_municipality(form.name.data or "")
        except InputRefused as refusal:
            form.refuse(refusal.faults)
            status = 400
        else:
            return redirect(url_for("workspace.municipalities"), code=303)
    page = render_template(
        "workspace/setup/municipalities.html",
        **workspace_frame(),
        form=form,
        may_add=may_add,
        municipalities=_own(),
    )
    return page, status


@pages.route("/kommuner/<uuid:municipality_id>", methods=["GET", "POST"])
@access(Access.ADMINISTRATOR)
def rename_municipality(municipality_id: UUID) -> ResponseReturnValue:
    """Give a municipality another name."""
    found = next((one for one in _own() if one.id == municipality_id), None)
    if found is None:
        abort(404)
    form = MunicipalityForm(data={"name": found.name})
    status = 200
    if form.is_sent():
        try:
            municipalities.rename_municipality(municipality_id, form.name.data or "")
        except InputRefused as refusal:
            form.refuse(refusal.faults)
            status = 400
        else:
            return redirect(url_for("workspace.municipalities"), code=303)
    page = render_template(
        "workspace/setup/municipality.html", **workspace_frame(), form=form, municipality=found
    )
    return page, status


def _own() -> list[MunicipalityRecord]:
    own = current_user.record.municipality_id
    return [one for one in municipalities.list_municipalities() if own is None or one.id == own]
