"""The unit tree: shown, added to, and one unit renamed, moved or removed."""

from collections.abc import Iterable
from uuid import UUID

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from survey_service.faults import InputRefused
from survey_service.fieldwork import unit_tree
from survey_service.fieldwork.unit_tree import DEPTH_LIMIT, TreeRow
from survey_service.storage.projects import ProjectRecord
from survey_service.storage.setup import UnitPlace
from survey_service.web.access import Access, access
from survey_service.web.language import translate
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.forms import ConfirmForm, WorkspaceForm, require_confirmed
from survey_service.web.workspace.frame import project_frame
from survey_service.web.workspace.setup.room import (
    find_setup_project,
    refuse,
    step_page,
    step_url,
    step_values,
    told,
)

UNITS_IN_A_CHOICE = 300
"""Above this many a list to choose the unit above from would be longer than anybody reads."""

_INDENT = "\N{NO-BREAK SPACE}" * 3


class UnitForm(WorkspaceForm):
    """A unit's name, and the unit above it."""

    name = StringField()
    parent = StringField()


@pages.route(
    "/projekt/<uuid:project_id>/opsaetning/afdelinger",
    methods=["GET", "POST"],
    endpoint="setup_units",
)
@access(Access.EVALUATOR)
def units(project_id: UUID) -> ResponseReturnValue:
    """Show the unit tree, and add a unit to it."""
    project = find_setup_project(project_id)
    form = UnitForm()
    status = 200
    if form.is_sent():
        try:
            unit_tree.add_unit(
                project.municipality_id, form.name.data or "", _parent(form.parent.data)
            )
        except InputRefused as refusal:
            refuse(form, refusal)
            status = 400
        else:
            return redirect(step_url(project_id, "units"), code=303)
    rows = unit_tree.read_tree(project.municipality_id)
    page = step_page(
        project,
        "units",
        form=form,
        rows=[_row(project, row) for row in rows],
        parents=parent_choices(rows) if len(rows) <= UNITS_IN_A_CHOICE else None,
        list_url=url_for("workspace.setup_unit_list", project_id=project_id),
        next_url=step_url(project_id, "waves"),
    )
    return page, status


@pages.route(
    "/projekt/<uuid:project_id>/opsaetning/afdelinger/<uuid:unit_id>",
    methods=["GET", "POST"],
    endpoint="setup_unit",
)
@access(Access.EVALUATOR)
def unit(project_id: UUID, unit_id: UUID) -> ResponseReturnValue:
    """Rename or move a unit."""
    project = find_setup_project(project_id)
    found = _find(project, unit_id)
    form = UnitForm(data={"name": found.name, "parent": found.parent_id or ""})
    status = 200
    stays = unit_id in unit_tree.unmovable_units(project.municipality_id)
    if form.is_sent():
        parent_id = found.parent_id if stays else _parent(form.parent.data)
        try:
            unit_tree.change_unit(project.municipality_id, unit_id, form.name.data or "", parent_id)
        except InputRefused as refusal:
            refuse(form, refusal)
            status = 400
        else:
            return redirect(step_url(project_id, "units"), code=303)
    return _unit_page(project, found, form, stays=stays), status


@pages.route(
    "/projekt/<uuid:project_id>/opsaetning/afdelinger/<uuid:unit_id>/ny",
    methods=["GET", "POST"],
    endpoint="setup_unit_below",
)
@access(Access.EVALUATOR)
def unit_below(project_id: UUID, unit_id: UUID) -> ResponseReturnValue:
    """Add a unit below another."""
    project = find_setup_project(project_id)
    above = _find(project, unit_id)
    form = UnitForm()
    status = 200
    if form.is_sent():
        try:
            unit_tree.add_unit(project.municipality_id, form.name.data or "", unit_id)
        except InputRefused as refusal:
            refuse(form, refusal)
            status = 400
        else:
            return redirect(step_url(project_id, "units"), code=303)
    page = render_template(
        "workspace/setup/unit_below.html",
        **project_frame(project, "setup"),
        **step_values(project, "units"),
        form=form,
        above=above.name,
        back_url=step_url(project_id, "units"),
    )
    return page, status


@pages.route(
    "/projekt/<uuid:project_id>/opsaetning/afdelinger/<uuid:unit_id>/fjern",
    methods=["GET", "POST"],
    endpoint="setup_unit_remove",
)
@access(Access.EVALUATOR)
def remove_unit(project_id: UUID, unit_id: UUID) -> ResponseReturnValue:
    """Ask before a unit is removed, then do it."""
    project = find_setup_project(project_id)
    found = _find(project, unit_id)
    form = ConfirmForm()
    if not form.is_submitted():
        return _removal_page(project, found)
    require_confirmed()
    try:
        unit_tree.remove_unit(project.municipality_id, unit_id)
    except InputRefused as refusal:
        return _removal_page(project, found, [told(fault) for fault in refusal.faults]), 409
    return redirect(step_url(project_id, "units"), code=303)


def parent_choices(rows: Iterable[TreeRow]) -> list[tuple[str, str]]:
    """Return the units one can put another below, indented as the tree is."""
    top = ("", translate("workspace.setup.unit_top"))
    below = (
        (str(row.unit.id), _INDENT * row.depth + row.unit.name)
        for row in rows
        if row.depth + 1 < DEPTH_LIMIT
    )
    return [top, *below]


def _unit_page(project: ProjectRecord, found: UnitPlace, form: UnitForm, *, stays: bool) -> str:
    rows = unit_tree.read_tree(project.municipality_id)
    names = {row.unit.id: row.unit.name for row in rows}
    top = translate("workspace.setup.unit_top")
    return render_template(
        "workspace/setup/unit.html",
        **project_frame(project, "setup"),
        **step_values(project, "units"),
        form=form,
        unit=found,
        stays=stays,
        parent_name=names[found.parent_id] if found.parent_id else top,
        parents=parent_choices(_outside(rows, found.id)),
        back_url=step_url(project.id, "units"),
        below_url=url_for("workspace.setup_unit_below", project_id=project.id, unit_id=found.id),
        remove_url=url_for("workspace.setup_unit_remove", project_id=project.id, unit_id=found.id),
    )


def _outside(rows: list[TreeRow], unit_id: UUID) -> Iterable[TreeRow]:
    """Yield the units that are not below one, nor it."""
    depth: int | None = None
    for row in rows:
        if depth is not None and row.depth > depth:
            continue
        depth = row.depth if row.unit.id == unit_id else None
        if depth is None:
            yield row


def _removal_page(project: ProjectRecord, found: UnitPlace, faults: Iterable[str] = ()) -> str:
    return render_template(
        "workspace/setup/removal.html",
        **project_frame(project, "setup"),
        heading=translate("workspace.setup.remove_unit_heading", name=found.name),
        text=translate("workspace.setup.remove_unit_text"),
        consequences=[translate("workspace.setup.remove_unit_lost")],
        faults=list(faults),
        button=translate("workspace.setup.remove_unit"),
        back_url=url_for("workspace.setup_unit", project_id=project.id, unit_id=found.id),
    )


def _row(project: ProjectRecord, row: TreeRow) -> dict[str, object]:
    url = url_for("workspace.setup_unit", project_id=project.id, unit_id=row.unit.id)
    return {"name": row.unit.name, "key": row.unit.key, "depth": row.depth, "url": url}


def _find(project: ProjectRecord, unit_id: UUID) -> UnitPlace:
    found = unit_tree.find_own_unit(project.municipality_id, unit_id)
    if found is None:
        abort(404)
    return found


def _parent(typed: str | None) -> UUID | None:
    """Return the unit above that was chosen; what is no unit becomes one nobody has."""
    if not typed:
        return None
    try:
        return UUID(typed)
    except ValueError:
        return UUID(int=0)
