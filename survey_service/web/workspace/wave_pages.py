"""The steps of a wave: what each does, what it cannot undo, and what is missing before it."""

from datetime import date
from typing import cast
from uuid import UUID

from flask import current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey_service.fieldwork import waves
from survey_service.fieldwork.project_readiness import missing_before_opening
from survey_service.fieldwork.waves import WaveStatus
from survey_service.storage.keys import KeyStore
from survey_service.storage.projects import ProjectRecord, WaveRecord
from survey_service.web.access import Access, access
from survey_service.web.language import long_date, translate
from survey_service.web.workspace import offline_notes
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.forms import ConfirmForm, fault_text, require_confirmed
from survey_service.web.workspace.frame import find_own_wave, project_frame


@pages.route("/maaling/<uuid:wave_id>/<any(aabn, luk):step>", methods=["GET", "POST"])
@access(Access.EVALUATOR)
def change_wave(wave_id: UUID, step: str) -> ResponseReturnValue:
    """Ask before opening or closing a wave, then do it."""
    project, wave = find_own_wave(wave_id)
    if not ConfirmForm().is_submitted():
        return _ask(project, wave, "open" if step == "aabn" else "close")
    require_confirmed()
    change = waves.open_wave if step == "aabn" else waves.close_wave
    keys = cast("KeyStore", current_app.extensions["survey_keys"])
    change(keys, wave_id, current_app.extensions["survey_today"]())
    return redirect(url_for("workspace.project", project_id=project.id), code=303)


def _ask(project: ProjectRecord, wave: WaveRecord, step: str) -> str:
    expected = WaveStatus.PLANNED if step == "open" else WaveStatus.OPEN
    if wave.status != expected:
        raise waves.WaveStepRefused(f"wave {wave.key}: expected {expected}, found {wave.status}")
    today = current_app.extensions["survey_today"]()
    missing = missing_before_opening(wave.id) if step == "open" else ()
    return render_template(
        "workspace/project_step.html",
        **project_frame(project, "project"),
        heading=translate(f"workspace.step.{step}_heading", wave=wave.label(g.language)),
        purpose=translate(f"workspace.step.{step}_purpose"),
        timing=_timing(wave, step, today),
        does=[translate(f"workspace.step.{step}_{key}") for key in _DOES[step]],
        cannot=[translate(f"workspace.step.{step}_{key}") for key in _CANNOT[step]],
        first=offline_notes.before_closing(wave.id) if step == "close" else [],
        missing=[fault_text(fault) for fault in missing],
        setup_url=url_for("workspace.setup", project_id=project.id),
        action=request.path,
        button=translate(f"workspace.project.{step}_wave"),
        back_url=url_for("workspace.project", project_id=project.id),
    )


_DOES = {
    "open": ("answers", "codes", "counts"),
    "close": ("answers", "counts", "results"),
}
_CANNOT = {
    "open": ("registered", "roster", "hidden"),
    "close": ("again", "unsent", "codes", "keys"),
}


def _timing(wave: WaveRecord, step: str, today: date) -> str | None:
    """Tell of a step that is taken before its day, or after."""
    planned = wave.opens_on if step == "open" else wave.closes_on
    if today == planned:
        return None
    when = "early" if today < planned else "late"
    return translate(
        f"workspace.step.{step}_{when}", date=long_date(planned), days=abs((planned - today).days)
    )
