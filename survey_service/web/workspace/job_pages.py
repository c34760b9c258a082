"""Work in the background: how far it is, what it came to, and stopping it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import abort, current_app, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from survey_service.jobs import JobState, cancel_job, find_job
from survey_service.jobs.result_files import result_path
from survey_service.storage.projects import ProjectRecord
from survey_service.web.access import Access, access
from survey_service.web.language import translate
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.forms import require_confirmed
from survey_service.web.workspace.frame import find_own_project, project_frame

UNFINISHED = {"waiting", "running"}


@dataclass(frozen=True, slots=True)
class Way:
    """Where work leads once it is done: the room it belongs to, and the address for its result."""

    room: str
    address: Callable[[UUID, Mapping[str, object]], str]


WAYS: dict[str, Way] = {
    "release": Way(
        "results",
        lambda project_id, values: url_for(
            "workspace.results", project_id=project_id, number=values.get("number")
        ),
    ),
    "briefs": Way(
        "results",
        lambda project_id, values: url_for(
            "workspace.results", project_id=project_id, number=values.get("number")
        ),
    ),
    "mail_invitations": Way("invitations", lambda _, values: _batch_url(values)),
    "mail_reminders": Way("invitations", lambda _, values: _batch_url(values)),
    "import": Way(
        "earlier_waves",
        lambda project_id, values: url_for(
            "workspace.earlier_waves", project_id=project_id, importeret=values["wave"]
        ),
    ),
}
"""Every kind of work in `jobs.kinds` has its way here."""


@pages.get("/opgave/<uuid:job_id>", endpoint="job")
@access(Access.EVALUATOR)
def show_job(job_id: UUID) -> ResponseReturnValue:
    """Show how far a piece of work is; a script asks again by itself, a link does without it."""
    project, state = _find_own(job_id)
    way = WAYS[state.kind]
    share = 100 * state.done // state.total if state.total else None
    return render_template(
        "workspace/job.html",
        **project_frame(project, way.room),
        heading=translate(f"job.{state.kind}.heading"),
        purpose=translate(f"job.{state.kind}.purpose"),
        is_going_on=state.status in UNFINISHED,
        status=_status_text(state),
        step=translate(f"job.step.{state.step.replace(' ', '_')}") if state.step else None,
        share=share,
        amount=(
            translate("job.amount", done=state.done, total=state.total) if state.total else None
        ),
        reload_url=url_for("workspace.job", job_id=job_id),
        cancel_url=url_for("workspace.cancel_job", job_id=job_id),
        result=_result(project, state, way),
        back_url=url_for("workspace.project", project_id=project.id),
    )


@pages.post("/opgave/<uuid:job_id>/afbryd", endpoint="cancel_job")
@access(Access.EVALUATOR)
def stop_job(job_id: UUID) -> ResponseReturnValue:
    """Ask a piece of work to stop."""
    _find_own(job_id)
    require_confirmed()
    cancel_job(job_id)
    return redirect(url_for("workspace.job", job_id=job_id), code=303)


@pages.get("/opgave/<uuid:job_id>/fil", endpoint="job_file")
@access(Access.EVALUATOR)
def fetch_job_file(job_id: UUID) -> ResponseReturnValue:
    """Give the file that a piece of work made."""
    _, state = _find_own(job_id)
    path = result_path(current_app.extensions["survey_settings"].instance, job_id)
    if state.status != "done" or state.file_name is None or not path.is_file():
        abort(404)
    return send_file(path.absolute(), as_attachment=True, download_name=state.file_name)


def _batch_url(values: Mapping[str, object]) -> str:
    return url_for("workspace.batch", batch_id=UUID(hex=str(values["batch"])))


def _find_own(job_id: UUID) -> tuple[ProjectRecord, JobState]:
    state = find_job(job_id)
    if state is None:
        abort(404)
    return find_own_project(state.project_id), state


def _status_text(state: JobState) -> str:
    if state.status == "failed":
        return translate(f"job.failed.{state.failure}", **state.values)
    if state.status == "done":
        return translate(f"job.{state.kind}.done", **state.values)
    return translate(f"job.status.{state.status}")


def _result(project: ProjectRecord, state: JobState, way: Way) -> dict[str, str] | None:
    if state.status != "done":
        return None
    if state.file_name is not None:
        url = url_for("workspace.job_file", job_id=state.id)
        return {"url": url, "label": translate("job.fetch", name=state.file_name)}
    return {
        "url": way.address(project.id, state.values),
        "label": translate(f"job.{state.kind}.open"),
    }
