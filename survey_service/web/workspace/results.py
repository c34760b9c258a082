"""The results of a release, releasing, and making a brief.

What computes or draws is imported when one of these pages is asked for: a process that only takes
answers never loads it.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING
from uuid import UUID

from flask import current_app, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from survey_service.texts import DEFAULT_LANGUAGE, LANGUAGES
from survey_service.web.access import Access, access
from survey_service.web.errors import ReleaseRefused, ReleaseStands
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.forms import require_confirmed
from survey_service.web.workspace.frame import find_own_project

if TYPE_CHECKING:
    from survey_service.reporting.releasing import PublishedRelease


@pages.get("/projekt/<uuid:project_id>/resultater", endpoint="results")
@access(Access.EVALUATOR)
def show_results(project_id: UUID) -> ResponseReturnValue:
    """Show one audience's comparison of a release as words, picture and table."""
    from survey_service.web.workspace.results_page import render_no_release, render_results

    project = find_own_project(project_id)
    release = _find_release(project_id)
    if release is None:
        return render_no_release(project)
    return render_results(release, request.args.get("audience"))


@pages.get(
    "/projekt/<uuid:project_id>/resultater/"
    "<any(maalgrupper, spoergsmaal, svarere, paalidelighed, metode):section>",
    endpoint="result_section",
)
@access(Access.EVALUATOR)
def show_result_section(project_id: UUID, section: str) -> ResponseReturnValue:
    """Show one of the further pages of a release."""
    from survey_service.web.workspace.result_sections import render_result_section
    from survey_service.web.workspace.results_page import render_no_release

    project = find_own_project(project_id)
    release = _find_release(project_id)
    if release is None:
        return render_no_release(project)
    return render_result_section(release, section, request.args)


@pages.post("/projekt/<uuid:project_id>/udgivelser", endpoint="release")
@access(Access.EVALUATOR)
def release(project_id: UUID) -> ResponseReturnValue:
    """Freeze what may be shown of all closed waves as a new release."""
    from survey_service.reporting.releasing import (
        NothingToRelease,
        TooFewChanged,
        release_project,
    )

    project = find_own_project(project_id)
    require_confirmed()
    try:
        release_project(project.id, current_app.extensions["survey_today"]())
    except NothingToRelease as error:
        raise ReleaseRefused from error
    except TooFewChanged as error:
        raise ReleaseStands from error
    return redirect(url_for("workspace.results", project_id=project.id), code=303)


@pages.post("/projekt/<uuid:project_id>/resultatbrev", endpoint="brief")
@access(Access.EVALUATOR)
def brief(project_id: UUID) -> ResponseReturnValue:
    """Make the brief of a release and give it to download."""
    from survey_service.reporting.brief_making import brief_file_name, make_brief
    from survey_service.reporting.releasing import find_release

    project = find_own_project(project_id)
    require_confirmed()
    chosen = request.form.get("language", DEFAULT_LANGUAGE)
    language = chosen if chosen in LANGUAGES else DEFAULT_LANGUAGE
    published = find_release(project.id, request.args.get("number", type=int))
    return send_file(
        BytesIO(make_brief(published, language)),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=brief_file_name(published, language),
    )


def _find_release(project_id: UUID) -> PublishedRelease | None:
    from survey_service.reporting.releasing import ReleaseUnknown, find_release

    try:
        return find_release(project_id, request.args.get("number", type=int))
    except ReleaseUnknown:
        return None
