"""A new project, and what it is called, rests on, asks and keeps."""

from uuid import UUID

from flask import g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import BooleanField, StringField

from survey_service.catalogue import load_frameworks
from survey_service.faults import InputRefused
from survey_service.fieldwork import project_setup
from survey_service.fieldwork.municipalities import list_municipalities
from survey_service.fieldwork.waves import WaveStatus
from survey_service.storage import projects, setup
from survey_service.storage.database import reading
from survey_service.storage.projects import ProjectRecord
from survey_service.web.access import Access, access, may_open
from survey_service.web.installation import the_day, the_keys
from survey_service.web.language import translate
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.forms import WorkspaceForm
from survey_service.web.workspace.frame import workspace_frame
from survey_service.web.workspace.setup.room import (
    find_setup_project,
    go_on,
    refuse,
    step_page,
)

DEFAULT_FRAMEWORK = "recovery-2023"


class NewProjectForm(WorkspaceForm):
    """What a project begins with."""

    title = StringField()
    municipality = StringField()
    framework = StringField()


class BasicsForm(WorkspaceForm):
    """What a project is called, rests on, asks and keeps."""

    title = StringField()
    framework = StringField()
    retained_until = StringField()
    offers_free_text = BooleanField()


@pages.route("/projekt/nyt", methods=["GET", "POST"], endpoint="new_project")
@access(Access.EVALUATOR)
def new_project() -> ResponseReturnValue:
    """Begin a project."""
    own = current_user.record.municipality_id
    choices = [(str(one.id), one.name) for one in list_municipalities() if own in {None, one.id}]
    form = NewProjectForm(data={"framework": DEFAULT_FRAMEWORK})
    status = 200
    if form.is_sent():
        try:
            project_id = project_setup.create_project(
                the_keys(),
                _chosen_municipality(form, choices),
                form.title.data or "",
                form.framework.data or "",
                the_day(),
            )
        except InputRefused as refusal:
            refuse(form, refusal)
            status = 400
        else:
            return redirect(url_for("workspace.setup", project_id=project_id), code=303)
    page = render_template(
        "workspace/setup/new_project.html",
        **workspace_frame(),
        form=form,
        municipalities=choices,
        frameworks=_framework_choices(),
        municipalities_url=_municipalities_url(),
    )
    return page, status


@pages.route(
    "/projekt/<uuid:project_id>/opsaetning/projekt",
    methods=["GET", "POST"],
    endpoint="setup_basics",
)
@access(Access.EVALUATOR)
def basics(project_id: UUID) -> ResponseReturnValue:
    """Change what a project is called, rests on, asks and keeps."""
    project = find_setup_project(project_id)
    is_asking = any(
        wave.status == WaveStatus.OPEN for wave in projects.find_waves(reading(), project_id)
    )
    form = BasicsForm(
        data={
            "title": project.title,
            "framework": project.framework,
            "retained_until": project.retained_until.isoformat(),
            "offers_free_text": setup.offers_free_text(reading(), project_id),
        }
    )
    status = 200
    if form.is_sent():
        try:
            project_setup.save_basics(
                project_id,
                title=form.title.data or "",
                framework=form.framework.data or None,
                retained_until=form.retained_until.data or "",
                offers_free_text=None if is_asking else bool(form.offers_free_text.data),
                today=the_day(),
            )
        except InputRefused as refusal:
            refuse(form, refusal)
            status = 400
        else:
            return go_on(project, "basics")
    return _basics_page(project, form, is_asking=is_asking), status


def _municipalities_url() -> str | None:
    """Return where a municipality is made, None for who cannot make one."""
    if current_user.record.municipality_id is None and may_open("workspace.municipalities"):
        return url_for("workspace.municipalities")
    return None


def _basics_page(project: ProjectRecord, form: BasicsForm, *, is_asking: bool) -> str:
    choices = _framework_choices()
    return step_page(
        project,
        "basics",
        form=form,
        frameworks=choices,
        framework_name=dict(choices).get(project.framework, project.framework),
        is_asking=is_asking,
        free_text_told=translate(
            "workspace.setup.free_text_asked"
            if setup.offers_free_text(reading(), project.id)
            else "workspace.setup.free_text_not_asked"
        ),
    )


def _chosen_municipality(form: NewProjectForm, choices: list[tuple[str, str]]) -> UUID:
    chosen = form.municipality.data or ""
    if len(choices) == 1:
        return UUID(choices[0][0])
    # One of another municipality is refused like one that is not there.
    return UUID(chosen) if chosen in {value for value, _ in choices} else UUID(int=0)


def _framework_choices() -> list[tuple[str, str]]:
    found = load_frameworks()
    ordered = sorted(found, key=lambda one: (one.current is not None, one.key))
    return [(one.key, one.title.read_in(g.language)) for one in ordered]
