"""What the pages of the set-up share: whose project it is, the steps, and how a step is saved."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from survey_service.faults import FieldFault, InputRefused
from survey_service.storage import projects
from survey_service.storage.database import reading
from survey_service.storage.projects import ProjectRecord, WaveRecord
from survey_service.web.language import translate
from survey_service.web.workspace.forms import WorkspaceForm, fault_text
from survey_service.web.workspace.frame import (
    audience_name,
    find_own_project,
    own_units,
    project_frame,
)

STEPS = (
    "basics",
    "units",
    "waves",
    "instruments",
    "rosters",
    "comparison",
    "notices",
    "contacts",
    "overview",
)
"""The steps in their order; each is the page `workspace.setup_<step>`."""

_PAGES_OF_STEPS = {"instrument": "instruments", "roster": "rosters", "notice": "notices"}


def find_setup_project(project_id: UUID) -> ProjectRecord:
    """Return a project the signed-in person may set up; any other is not found.

    Who is limited to some units may not change what holds for all: 403.
    """
    project = find_own_project(project_id)
    if own_units(project) is not None:
        abort(403)
    return project


def find_setup_wave(project: ProjectRecord, wave_id: UUID) -> WaveRecord:
    """Return a wave of a project; any other is not found."""
    waves = projects.find_waves(reading(), project.id)
    found = next((wave for wave in waves if wave.id == wave_id), None)
    if found is None:
        abort(404)
    return found


def step_url(project_id: UUID, step: str) -> str:
    """Return where a step's page is."""
    return url_for(f"workspace.setup_{step}", project_id=project_id)


def step_page(project: ProjectRecord, step: str, **values: object) -> str:
    """Return a step's page: where it stands among the others, and what it is for."""
    return render_template(
        f"workspace/setup/{step}.html",
        **project_frame(project, "setup"),
        **step_values(project, step),
        **values,
    )


def step_values(project: ProjectRecord, step: str) -> dict[str, object]:
    """Return what the head of a step's page shows."""
    return {
        "heading": translate(f"workspace.setup.{step}"),
        "purpose": translate(f"workspace.setup.{step}_purpose"),
        "position": _position(_PAGES_OF_STEPS.get(step, step)),
        "setup_url": url_for("workspace.setup", project_id=project.id),
        "is_registered": project.registered_on is not None,
    }


def _position(step: str) -> str:
    """Return where a step stands; the overview comes after those that are counted."""
    total = len(STEPS) - 1
    if step == STEPS[-1]:
        return translate("workspace.setup.position_last", total=total)
    return translate("workspace.setup.position", number=STEPS.index(step) + 1, total=total)


def go_on(project: ProjectRecord, step: str) -> ResponseReturnValue:
    """Lead to the step after one that was saved."""
    return redirect(step_url(project.id, STEPS[STEPS.index(step) + 1]), code=303)


def refuse(form: WorkspaceForm, refusal: InputRefused) -> None:
    """Show a use case's faults in a form."""
    form.refuse(in_words(fault) for fault in refusal.faults)


def in_words(fault: FieldFault) -> FieldFault:
    """Return a fault that names an audience as people call it."""
    if "audience" not in fault.values:
        return fault
    audience = audience_name(str(fault.values["audience"]))
    return replace(fault, values={**fault.values, "audience": audience})


def told(fault: FieldFault) -> str:
    """Return a fault in the reader's language."""
    return fault_text(in_words(fault))


def texts_of(form: WorkspaceForm, names: tuple[str, ...]) -> Mapping[str, str]:
    """Return what was typed into some of a form's fields."""
    return {name: str(form[name].data or "") for name in names}
