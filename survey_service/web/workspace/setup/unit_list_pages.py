"""Units from a list: what it would change is shown before anything is stored."""

from uuid import UUID

from flask import redirect, render_template
from flask.typing import ResponseReturnValue

from survey_service.faults import FieldFault, InputRefused
from survey_service.fieldwork.list_faults import first_faults
from survey_service.fieldwork.unit_list import (
    UnitPlan,
    import_units,
    plan_units,
    read_units,
)
from survey_service.storage.projects import ProjectRecord
from survey_service.storage.setup import UnitPlace
from survey_service.web.access import Access, access
from survey_service.web.language import translate
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.frame import project_frame
from survey_service.web.workspace.setup.room import find_setup_project, step_url, step_values
from survey_service.web.workspace.setup.uploads import (
    LIST_MEGABYTES,
    ListForm,
    ListTooLarge,
    blank_list_form,
    read_list_form,
)

SHOWN_UNITS = 20


@pages.route(
    "/projekt/<uuid:project_id>/opsaetning/afdelinger/liste",
    methods=["GET", "POST"],
    endpoint="setup_unit_list",
)
@access(Access.EVALUATOR)
def unit_list(project_id: UUID) -> ResponseReturnValue:
    """Take in a list of units: first what it would change, then the change."""
    project = find_setup_project(project_id)
    try:
        form = read_list_form()
    except ListTooLarge:
        form = blank_list_form()
        form.refuse([FieldFault("file", "table_too_large", {"limit": LIST_MEGABYTES})])
        return _page(project, form), 413
    if not form.is_sent():
        return _page(project, form)
    try:
        listed = read_units(form.content)
        if form.confirm.data:
            import_units(project.municipality_id, listed)
            return redirect(step_url(project_id, "units"), code=303)
        plan = plan_units(project.municipality_id, listed)
    except InputRefused as refusal:
        form.show_content()
        form.refuse(first_faults(refusal))
        return _page(project, form), 400
    form.show_content()
    return _page(project, form, plan)


def _page(project: ProjectRecord, form: ListForm, plan: UnitPlan | None = None) -> str:
    groups = []
    if plan is not None:
        parts = {"added": plan.added, "renamed": plan.renamed, "moved": plan.moved}
        groups = [_group(kind, units) for kind, units in parts.items() if units]
    return render_template(
        "workspace/setup/unit_list.html",
        **project_frame(project, "setup"),
        **step_values(project, "units"),
        form=form,
        is_checked=plan is not None,
        groups=groups,
        back_url=step_url(project.id, "units"),
    )


def _group(kind: str, units: tuple[UnitPlace, ...]) -> dict[str, object]:
    number = "one" if len(units) == 1 else "many"
    return {
        "heading": translate(f"workspace.setup.list_{kind}_{number}", count=len(units)),
        "names": [unit.name for unit in units[:SHOWN_UNITS]],
        "more": max(0, len(units) - SHOWN_UNITS),
    }
