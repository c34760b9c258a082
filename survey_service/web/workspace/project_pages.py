"""The projects, one project's waves and releases, and the steps of a wave."""

from typing import cast
from uuid import UUID

from flask import current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from survey_service.fieldwork import waves
from survey_service.fieldwork.waves import WaveStatus
from survey_service.storage import counts, projects, results
from survey_service.storage.database import reading
from survey_service.storage.keys import KeyStore
from survey_service.storage.projects import ProjectRecord, WaveRecord
from survey_service.web.access import Access, access
from survey_service.web.language import long_date, translate
from survey_service.web.workspace import offline_notes
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.forms import ConfirmForm, require_confirmed
from survey_service.web.workspace.frame import (
    WITHHELD,
    audience_name,
    find_own_project,
    find_own_wave,
    project_frame,
    workspace_frame,
)

SMALL_ROSTER = 10
"""People to ask: with fewer, counts that grow from day to day would tell who has answered."""


@pages.get("/", endpoint="projects")
@access(Access.SIGNED_IN)
def list_projects() -> ResponseReturnValue:
    """List the projects of the signed-in person's municipality."""
    record = current_user.record
    found = projects.find_projects(reading(), record.municipality_id)
    return render_template(
        "workspace/projects.html",
        **workspace_frame(),
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
        **project_frame(project, "project"),
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
    project, wave = find_own_wave(wave_id)
    form = ConfirmForm()
    if not form.is_submitted():
        return _confirm_page(project, wave, "open" if step == "aabn" else "close")
    require_confirmed()
    change = waves.open_wave if step == "aabn" else waves.close_wave
    keys = cast("KeyStore", current_app.extensions["survey_keys"])
    change(keys, wave_id, current_app.extensions["survey_today"]())
    return redirect(url_for("workspace.project", project_id=project.id), code=303)


def _results_url(project_id: UUID) -> str:
    return url_for("workspace.results", project_id=project_id)


def _wave_row(project: ProjectRecord, wave: WaveRecord) -> dict[str, object]:
    as_of, sent = counts.find_counts(reading(), wave.id)
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
        **project_frame(project, "project"),
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
