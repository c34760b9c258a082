"""The results of a release, and making a brief.

What computes or draws is imported when one of these pages is asked for: a process that only takes
answers never loads it.
"""

from __future__ import annotations

from io import BytesIO
from uuid import UUID

from flask import abort, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from survey_service.jobs import start_job
from survey_service.texts import DEFAULT_LANGUAGE, LANGUAGES
from survey_service.web.access import Access, access
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.forms import require_confirmed
from survey_service.web.workspace.frame import find_own_project
from survey_service.web.workspace.release_pages import find_shown_release


@pages.get("/projekt/<uuid:project_id>/resultater", endpoint="results")
@access(Access.READER)
def show_results(project_id: UUID) -> ResponseReturnValue:
    """Show one audience's comparison of a release as words, picture and table."""
    from survey_service.web.workspace.results_page import render_no_release, render_results

    project = find_own_project(project_id)
    release = find_shown_release(project_id)
    if release is None:
        return render_no_release(project)
    return render_results(release, request.args)


@pages.get(
    "/projekt/<uuid:project_id>/resultater/"
    "<any(afdelinger, maalgrupper, vaerdier, spoergsmaal, svarere, "
    "paalidelighed, ordlyd, metode):section>",
    endpoint="result_section",
)
@access(Access.READER)
def show_result_section(project_id: UUID, section: str) -> ResponseReturnValue:
    """Show one of the further pages of a release."""
    from survey_service.web.workspace.result_sections import render_result_section
    from survey_service.web.workspace.results_page import render_no_release

    project = find_own_project(project_id)
    release = find_shown_release(project_id)
    if release is None:
        return render_no_release(project)
    return render_result_section(release, section, request.args)


@pages.post("/projekt/<uuid:project_id>/resultatbrev", endpoint="brief")
@access(Access.READER)
def brief(project_id: UUID) -> ResponseReturnValue:
    """Make the brief of a release and give it to download."""
    from survey_service.briefs.content import BriefKind
    from survey_service.reporting.brief_making import order_brief
    from survey_service.web.workspace.brief_choice import (
        accessibility_url,
        offered_briefs,
        order_choice,
    )

    project = find_own_project(project_id)
    require_confirmed()
    chosen = request.form.get("language", DEFAULT_LANGUAGE)
    wanted = request.form.get("brief") or BriefKind.LEADERS.value
    release = find_shown_release(project.id)
    if release is None or wanted not in dict(offered_briefs(project)):
        abort(404)
    order = order_choice(wanted, chosen if chosen in LANGUAGES else DEFAULT_LANGUAGE)
    made = order_brief(release, order, accessibility_url())
    return send_file(
        BytesIO(made.written),
        mimetype=made.media_type,
        as_attachment=True,
        download_name=made.file_name,
    )


@pages.post("/projekt/<uuid:project_id>/resultatbreve", endpoint="all_briefs")
@access(Access.EVALUATOR)
def start_briefs(project_id: UUID) -> ResponseReturnValue:
    """Begin to write every brief of a release, and show how far it is."""
    project = find_own_project(project_id)
    require_confirmed()
    release = find_shown_release(project.id)
    if release is None:
        abort(404)
    job_id = start_job("briefs", project.id, current_user.record.id, {"number": release.number})
    return redirect(url_for("workspace.job", job_id=job_id), code=303)
