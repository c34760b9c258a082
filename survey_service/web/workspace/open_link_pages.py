"""A wave's open links: make one per unit and audience, with its poster, and withdraw them."""

from uuid import UUID

from flask import Response, abort, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from survey_service.faults import FieldFault, InputRefused
from survey_service.fieldwork import invitations
from survey_service.fieldwork.waves import WaveStatus
from survey_service.storage.projects import ProjectRecord, UnitRecord, WaveRecord
from survey_service.texts import LANGUAGES
from survey_service.web.access import Access, access
from survey_service.web.installation import the_keys
from survey_service.web.language import translate
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.forms import WorkspaceForm, require_confirmed
from survey_service.web.workspace.frame import (
    asked_audiences,
    audience_name,
    find_own_wave,
    own_unit_records,
    project_frame,
)
from survey_service.web.workspace.invitation_words import letter_facts, public_address


class LinkForm(WorkspaceForm):
    """Whose link to make; or, for a poster, the link that was just made."""

    unit = StringField()
    audience = StringField()
    token = StringField()
    language = StringField()


@pages.route("/maaling/<uuid:wave_id>/aabne-links", methods=["GET", "POST"])
@access(Access.EVALUATOR)
def open_links(wave_id: UUID) -> ResponseReturnValue:
    """Show which open links there are, and make one; it is shown this once."""
    project, wave = _find_open_wave(wave_id)
    form = LinkForm()
    if not form.is_sent():
        return _links_page(project, wave, form)
    try:
        unit, audience = _choice(project, wave, form)
    except InputRefused as refusal:
        form.refuse(refusal.faults)
        return _links_page(project, wave, form), 400
    token = invitations.make_open_link(the_keys(), wave_id, unit.id, audience)
    return _links_page(project, wave, form, made=(unit, audience, token))


@pages.post("/maaling/<uuid:wave_id>/plakat.pdf")
@access(Access.EVALUATOR)
def poster(wave_id: UUID) -> ResponseReturnValue:
    """Give the poster of the link that was just made."""
    from survey_service.briefs.letters import write_poster

    project, wave = _find_open_wave(wave_id)
    form = LinkForm()
    is_sent = form.is_sent()
    language = form.language.data or ""
    if not is_sent or language not in LANGUAGES:
        abort(404)
    if not invitations.is_open_link(the_keys(), wave_id, form.token.data or ""):
        abort(404)
    facts = letter_facts(project, wave, current_app.extensions["survey_today"]())
    content = write_poster(_link(form.token.data or ""), facts, language)
    response = Response(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = "attachment; filename=plakat.pdf"
    return response


@pages.route(
    "/maaling/<uuid:wave_id>/aabne-links/<uuid:unit_id>/<audience>/luk", methods=["GET", "POST"]
)
@access(Access.EVALUATOR)
def withdraw_links(wave_id: UUID, unit_id: UUID, audience: str) -> ResponseReturnValue:
    """Ask, then make the links of a unit and audience lead nowhere."""
    project, wave = _find_open_wave(wave_id)
    units = {unit.id: unit for unit in own_unit_records(project)}
    if unit_id not in units or audience not in asked_audiences(wave):
        abort(404)
    back_url = url_for("workspace.open_links", wave_id=wave_id)
    if request.method == "POST":
        require_confirmed()
        invitations.withdraw_open_links(wave_id, unit_id, audience)
        return redirect(back_url, code=303)
    whose = {"unit": units[unit_id].name, "audience": audience_name(audience)}
    return render_template(
        "workspace/confirm.html",
        **project_frame(project, "invitations"),
        heading=translate("workspace.invitations.withdraw_heading"),
        text=translate("workspace.invitations.withdraw_text", **whose),
        consequences=[
            translate("workspace.invitations.withdraw_posters"),
            translate("workspace.invitations.withdraw_answers"),
        ],
        action=request.path,
        button=translate("workspace.invitations.withdraw_button"),
        back_url=back_url,
    )


def _find_open_wave(wave_id: UUID) -> tuple[ProjectRecord, WaveRecord]:
    project, wave = find_own_wave(wave_id)
    if wave.status != WaveStatus.OPEN:
        raise invitations.InvitationRefused(f"wave {wave.key}: expected open, found {wave.status}")
    return project, wave


def _choice(project: ProjectRecord, wave: WaveRecord, form: LinkForm) -> tuple[UnitRecord, str]:
    units = {unit.id.hex: unit for unit in own_unit_records(project)}
    faults = []
    if form.unit.data not in units:
        faults.append(FieldFault("unit", "unknown_choice"))
    if form.audience.data not in asked_audiences(wave):
        faults.append(FieldFault("audience", "unknown_choice"))
    if faults:
        raise InputRefused(*faults)
    return units[form.unit.data or ""], form.audience.data or ""


def _links_page(
    project: ProjectRecord,
    wave: WaveRecord,
    form: LinkForm,
    made: tuple[UnitRecord, str, str] | None = None,
) -> str:
    units = own_unit_records(project)
    names = {unit.id: unit.name for unit in units}
    existing = invitations.find_open_links(wave.id)
    rows = [
        {
            "unit": names[unit_id],
            "audience": audience_name(audience),
            "count": count,
            "url": url_for("workspace.withdraw_links", wave_id=wave.id, unit_id=unit_id,
                           audience=audience),
        }
        for (unit_id, audience), count in existing.items()
        if unit_id in names
    ]  # fmt: skip
    return render_template(
        "workspace/invitations/links.html",
        **project_frame(project, "invitations"),
        form=form,
        wave=wave.label(g.language),
        rows=sorted(rows, key=lambda row: (str(row["unit"]), str(row["audience"]))),
        units=[(unit.id.hex, unit.name) for unit in units],
        audiences=[(audience, audience_name(audience)) for audience in asked_audiences(wave)],
        made=(
            {"unit": made[0].name, "audience": audience_name(made[1]), "token": made[2],
             "link": _link(made[2])}
            if made
            else None
        ),
        languages=[(language, translate(f"workspace.invitations.language_{language}"))
                   for language in LANGUAGES],
        action=url_for("workspace.open_links", wave_id=wave.id),
        poster_url=url_for("workspace.poster", wave_id=wave.id),
        back_url=url_for("workspace.invitations", project_id=project.id),
    )  # fmt: skip


def _link(token: str) -> str:
    return f"{public_address()}{url_for('answer.follow_link', token=token)}"
