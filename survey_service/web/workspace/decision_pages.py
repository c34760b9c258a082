"""What was decided after a release: for each principle and unit, what, by which role, by when."""

from uuid import UUID

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, StringField

from survey_service.catalogue import load_framework
from survey_service.faults import InputRefused
from survey_service.fieldwork.decisions import (
    NewDecision,
    decide,
    find_own_decision,
    list_decisions,
    mark_done,
    remove_decision,
)
from survey_service.storage import projects
from survey_service.storage.database import reading
from survey_service.storage.decisions import DecisionRecord
from survey_service.storage.projects import ProjectRecord
from survey_service.web.access import Access, access, may_open
from survey_service.web.installation import the_day
from survey_service.web.language import long_date, translate
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.forms import ConfirmForm, WorkspaceForm, require_confirmed
from survey_service.web.workspace.frame import find_own_project, own_units, project_frame


class DecisionForm(WorkspaceForm):
    """One decision."""

    principle = StringField()
    unit = StringField()
    text = StringField()
    responsible = StringField()
    due_on = DateField(format=["%Y-%m-%d", "%d-%m-%Y"])


@pages.get("/projekt/<uuid:project_id>/beslutninger", endpoint="decisions")
@access(Access.READER)
def show_decisions(project_id: UUID) -> ResponseReturnValue:
    """Show what was decided, principle by principle, and a form for more."""
    return _page(find_own_project(project_id), DecisionForm())


@pages.post("/projekt/<uuid:project_id>/beslutninger", endpoint="decide")
@access(Access.LEADER)
def add_decision(project_id: UUID) -> ResponseReturnValue:
    """Store a decision."""
    project, form = find_own_project(project_id), DecisionForm()
    form.is_sent()
    form.due_on.errors = []  # a date that cannot be read is told with the other faults
    new = NewDecision(
        principle=form.principle.data or "",
        unit=form.unit.data or "",
        text=form.text.data or "",
        responsible=form.responsible.data or "",
        due_on=form.due_on.data,
    )
    try:
        decide(project, new, own_units(project), the_day())
    except InputRefused as refused:
        form.refuse(refused.faults)
        return _page(project, form), 400
    _tell_lacking(new)
    return _back_to(project_id)


@pages.post("/beslutning/<uuid:decision_id>/udfoert", endpoint="decision_done")
@access(Access.LEADER)
def change_done(decision_id: UUID) -> ResponseReturnValue:
    """Mark a decision as carried out, or as not yet after all."""
    _, found = _find_own(decision_id)
    require_confirmed()
    mark_done(decision_id, None if found.done_on else the_day())
    return _back_to(found.project_id)


@pages.route(
    "/beslutning/<uuid:decision_id>/slet", methods=["GET", "POST"], endpoint="remove_decision"
)
@access(Access.LEADER)
def remove(decision_id: UUID) -> ResponseReturnValue:
    """Ask before removing a decision, then do it."""
    project, found = _find_own(decision_id)
    if not ConfirmForm().is_sent():
        return render_template(
            "workspace/confirm.html",
            **project_frame(project, "decisions"),
            heading=translate("workspace.decisions.remove_heading"),
            text=found.text,
            consequences=[translate("workspace.decisions.remove_consequence")],
            action=request.path,
            button=translate("workspace.decisions.remove"),
            back_url=url_for("workspace.decisions", project_id=project.id),
        )
    remove_decision(decision_id)
    return _back_to(project.id)


def _tell_lacking(new: NewDecision) -> None:
    """Tell which characters of a decision are question marks in the briefs that quote it."""
    # The type of the briefs is slow to load and the pages for reading do without it.
    from survey_service.briefs.glyphs import find_lacking

    lacking = find_lacking((new.text, new.responsible))
    if lacking:
        flash(translate("workspace.done.decision_added"))
        flash(translate("workspace.briefs.lacking", characters=" ".join(lacking)))


def _find_own(decision_id: UUID) -> tuple[ProjectRecord, DecisionRecord]:
    found = find_own_decision(decision_id, None)
    if found is None:
        abort(404)
    project = find_own_project(found.project_id)
    if find_own_decision(decision_id, own_units(project)) is None:
        abort(404)
    return project, found


def _page(project: ProjectRecord, form: DecisionForm) -> str:
    limit = own_units(project)
    principles = load_framework(project.framework).principles
    decisions = list_decisions(project.id, limit)
    units = projects.find_unit_tree(reading(), project.municipality_id)
    return render_template(
        "workspace/decisions.html",
        **project_frame(project, "decisions"),
        groups=[
            {
                "principle": principle.wording.read_in(g.language),
                "decisions": [
                    _shown(found, limit) for found in decisions if found.principle == principle.key
                ],
            }
            for principle in principles
            if any(found.principle == principle.key for found in decisions)
        ],
        form=form if may_open("workspace.decide") else None,
        action=url_for("workspace.decide", project_id=project.id),
        principles=[(found.key, found.wording.read_in(g.language)) for found in principles],
        units=[
            *([("", translate("workspace.decisions.whole"))] if limit is None else []),
            *((unit.key, unit.name) for unit in units if limit is None or unit.key in limit),
        ],
    )


def _shown(found: DecisionRecord, limit: frozenset[str] | None) -> dict[str, object]:
    may_change = may_open("workspace.decide") and (limit is None or found.unit_key in limit)
    return {
        "text": found.text,
        "unit": found.unit_name or translate("workspace.decisions.whole"),
        "responsible": found.responsible,
        "due_on": long_date(found.due_on),
        "release": found.release_number,
        "done_on": long_date(found.done_on) if found.done_on else None,
        "is_late": found.done_on is None and found.due_on < the_day(),
        "done_url": url_for("workspace.decision_done", decision_id=found.id),
        "remove_url": url_for("workspace.remove_decision", decision_id=found.id),
        "may_change": may_change,
    }


def _back_to(project_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("workspace.decisions", project_id=project_id), code=303)
