"""Releases: worked out for evaluators, then published as they are; and who sees which.

What computes is imported when it is asked for: a process that only takes answers never loads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import abort, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from survey_service import jobs
from survey_service.fieldwork.waves import WaveStatus
from survey_service.storage import projects
from survey_service.storage.database import reading
from survey_service.web import errors
from survey_service.web.access import Access, access, may_open
from survey_service.web.language import long_date, translate
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.forms import ConfirmForm, require_confirmed
from survey_service.web.workspace.frame import find_own_project, project_frame
from survey_service.web.workspace.retention_pages import purge_day

if TYPE_CHECKING:
    from survey_service.reporting.releasing import PublishedRelease

WAVES_TO_COMPARE = 2


@pages.post("/projekt/<uuid:project_id>/udgivelser", endpoint="release")
@access(Access.EVALUATOR)
def prepare(project_id: UUID) -> ResponseReturnValue:
    """Begin to work out what may be shown of all closed waves, for evaluators to see."""
    project = find_own_project(project_id)
    require_confirmed()
    closed = [
        wave
        for wave in projects.find_waves(reading(), project.id)
        if wave.status in {WaveStatus.CLOSED, WaveStatus.RELEASED}
    ]
    # Of a purged project there is nothing left to work out.
    if len(closed) < WAVES_TO_COMPARE or purge_day(project) is not None:
        raise errors.ReleaseRefused
    job_id = jobs.start_job("release", project.id, current_user.record.id)
    return redirect(url_for("workspace.job", job_id=job_id), code=303)


@pages.route(
    "/projekt/<uuid:project_id>/udgivelser/<int:number>/udgiv",
    methods=["GET", "POST"],
    endpoint="publish",
)
@access(Access.EVALUATOR)
def publish(project_id: UUID, number: int) -> ResponseReturnValue:
    """Ask before publishing a release, then let everybody see it who may read results."""
    from survey_service.reporting.releasing import (
        ReleaseOutdated,
        ReleaseUnknown,
        find_release,
        publish_release,
    )

    project = find_own_project(project_id)
    try:
        release = find_release(project.id, number)
    except ReleaseUnknown:
        abort(404)
    if not ConfirmForm().is_submitted():
        return _publish_page(release)
    require_confirmed()
    try:
        publish_release(project.id, number, current_app.extensions["survey_today"]())
    except ReleaseOutdated as error:
        raise errors.ReleaseOutdated from error
    return redirect(url_for("workspace.project", project_id=project.id), code=303)


def find_shown_release(project_id: UUID, number: int | None = None) -> PublishedRelease | None:
    """Return the release with a number, the one the address names by `number`, else the newest.

    To readers only what is published exists. One that is named and does not exist is not found;
    None: there is none at all yet. The page's frame tells of one that is not published.
    """
    from survey_service.reporting.releasing import ReleaseUnknown, find_release

    if number is None:
        number = request.args.get("number", type=int)
    try:
        release = find_release(project_id, number, only_published=not may_open("workspace.release"))
    except ReleaseUnknown:
        if number is not None:
            abort(404)
        return None
    g.shown_release = release
    return release


def _publish_page(release: PublishedRelease) -> str:
    project, values = release.project, {"number": release.number}
    names = ", ".join(wave.label(g.language) for wave in release.waves)
    return render_template(
        "workspace/confirm.html",
        **project_frame(project, "results"),
        heading=translate("workspace.publish.heading", **values),
        text=translate(
            "workspace.publish.text", date=long_date(release.released_on), waves=names, **values
        ),
        consequences=[
            translate(f"workspace.publish.{key}") for key in ("readers", "frozen", "final")
        ],
        action=request.path,
        button=translate("workspace.publish.button", **values),
        back_url=url_for("workspace.results", project_id=project.id, number=release.number),
    )
