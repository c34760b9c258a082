"""Rosters: how many people there are to ask, per wave, unit and audience."""

from uuid import UUID

from flask import g, redirect, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from survey_service.faults import FieldFault, InputRefused
from survey_service.fieldwork import rosters
from survey_service.fieldwork.list_faults import first_faults
from survey_service.fieldwork.rosters import cell_field
from survey_service.fieldwork.setup_steps import ProjectSetup, read_setup
from survey_service.fieldwork.unit_tree import TreeRow, read_tree
from survey_service.storage import projects
from survey_service.storage.database import reading
from survey_service.storage.projects import ProjectRecord, WaveRecord
from survey_service.texts import LANGUAGES, load_texts
from survey_service.web.access import Access, access
from survey_service.web.language import TEXTS, translate
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.forms import WorkspaceForm, require_confirmed
from survey_service.web.workspace.frame import audience_name
from survey_service.web.workspace.setup.room import (
    find_setup_project,
    find_setup_wave,
    in_words,
    refuse,
    step_page,
    step_url,
)
from survey_service.web.workspace.setup.uploads import (
    LIST_MEGABYTES,
    ListForm,
    ListTooLarge,
    blank_list_form,
    read_list_form,
)

UNITS_IN_A_TABLE = 150
"""Above this many units a roster comes as a list: nobody fills in so many fields."""


@pages.get("/projekt/<uuid:project_id>/opsaetning/population", endpoint="setup_rosters")
@access(Access.EVALUATOR)
def wave_rosters(project_id: UUID) -> ResponseReturnValue:
    """List the waves with how many people there are to ask in each."""
    project = find_setup_project(project_id)
    found = read_setup(project)
    return step_page(
        project,
        "rosters",
        waves=[_wave_row(found, wave) for wave in found.waves],
        waves_url=step_url(project_id, "waves"),
        next_url=step_url(project_id, "comparison"),
    )


@pages.route(
    "/projekt/<uuid:project_id>/opsaetning/population/<uuid:wave_id>",
    methods=["GET", "POST"],
    endpoint="setup_roster",
)
@access(Access.EVALUATOR)
def roster(project_id: UUID, wave_id: UUID) -> ResponseReturnValue:
    """Show a wave's roster as a table, and store what is typed into it."""
    project = find_setup_project(project_id)
    wave = find_setup_wave(project, wave_id)
    rows = _table_rows(project)
    audiences = _audiences(project, wave)
    form = _roster_form(wave, rows, audiences)
    status = 200
    if form.is_sent():
        typed = {
            (row.unit.id, audience): str(form[cell_field(row.unit.id, audience)].data or "")
            for row in rows
            for audience in audiences
        }
        try:
            rosters.save_roster(project, wave_id, typed)
        except InputRefused as refusal:
            refuse(form, refusal)
            status = 400
        else:
            return redirect(_roster_url(project, wave), code=303)
    return _roster_page(project, wave, form, blank_list_form()), status


@pages.post(
    "/projekt/<uuid:project_id>/opsaetning/population/<uuid:wave_id>/liste",
    endpoint="setup_roster_list",
)
@access(Access.EVALUATOR)
def roster_list(project_id: UUID, wave_id: UUID) -> ResponseReturnValue:
    """Store a wave's roster from a list, all of it or nothing."""
    project = find_setup_project(project_id)
    wave = find_setup_wave(project, wave_id)
    try:
        form = read_list_form()
    except ListTooLarge:
        form = blank_list_form()
        form.refuse([FieldFault("file", "table_too_large", {"limit": LIST_MEGABYTES})])
        return _roster_page(project, wave, _stored_form(project, wave), form), 413
    form.is_sent()
    try:
        listed = rosters.read_people(form.content, _column_names(_audiences(project, wave)))
        rosters.import_roster(project, wave_id, listed)
    except InputRefused as refusal:
        form.show_content()
        form.refuse(in_words(fault) for fault in first_faults(refusal))
        return _roster_page(project, wave, _stored_form(project, wave), form), 400
    return redirect(_roster_url(project, wave), code=303)


@pages.post(
    "/projekt/<uuid:project_id>/opsaetning/population/<uuid:wave_id>/kopier",
    endpoint="setup_roster_copy",
)
@access(Access.EVALUATOR)
def copy_roster(project_id: UUID, wave_id: UUID) -> ResponseReturnValue:
    """Begin with the roster of the wave before."""
    project = find_setup_project(project_id)
    wave = find_setup_wave(project, wave_id)
    require_confirmed()
    try:
        rosters.copy_roster(project, wave_id)
    except InputRefused as refusal:
        form = _stored_form(project, wave)
        refuse(form, refusal)
        return _roster_page(project, wave, form, blank_list_form()), 409
    return redirect(_roster_url(project, wave), code=303)


def _roster_page(
    project: ProjectRecord, wave: WaveRecord, form: WorkspaceForm, list_form: ListForm
) -> str:
    rows, audiences = _table_rows(project), _audiences(project, wave)
    found = read_setup(project)
    sums = found.roster_sums.get(wave.id, {})
    return step_page(
        project,
        "roster",
        wave_label=wave.label(g.language),
        form=form,
        list_form=list_form,
        audiences=[
            {"name": audience_name(audience), "sum": sums.get(audience, 0)}
            for audience in audiences
        ],
        rows=[
            {
                "name": row.unit.name,
                "depth": row.depth,
                "cells": [
                    {"field": form[cell_field(row.unit.id, audience)], "name": name}
                    for audience, name in ((one, audience_name(one)) for one in audiences)
                ],
            }
            for row in rows
        ],
        has_units=bool(found.units),
        too_few=_too_few(project, wave),
        fixed_reason=rosters.find_fixed_reason(wave, project.id),
        can_copy=_has_roster_before(found, wave),
        minimum=project.minimum,
        back_url=step_url(project.id, "rosters"),
        units_url=step_url(project.id, "units"),
        instruments_url=step_url(project.id, "instruments"),
        copy_url=url_for("workspace.setup_roster_copy", project_id=project.id, wave_id=wave.id),
        list_url=url_for("workspace.setup_roster_list", project_id=project.id, wave_id=wave.id),
    )


def _wave_row(found: ProjectSetup, wave: WaveRecord) -> dict[str, object]:
    asked = found.asked_in(wave.id)
    sums = found.roster_sums.get(wave.id, {})
    return {
        "label": wave.label(g.language),
        "url": _roster_url(found.project, wave),
        "sums": [(audience_name(audience), sums.get(audience, 0)) for audience in asked],
    }


def _roster_url(project: ProjectRecord, wave: WaveRecord) -> str:
    return url_for("workspace.setup_roster", project_id=project.id, wave_id=wave.id)


def _audiences(project: ProjectRecord, wave: WaveRecord) -> list[str]:
    return read_setup(project).asked_in(wave.id)


def _table_rows(project: ProjectRecord) -> list[TreeRow]:
    rows = read_tree(project.municipality_id)
    return rows if len(rows) <= UNITS_IN_A_TABLE else []


def _roster_form(wave: WaveRecord, rows: list[TreeRow], audiences: list[str]) -> WorkspaceForm:
    stored = rosters.read_roster(wave.id)
    cells = [(row.unit.id, audience) for row in rows for audience in audiences]
    fields = {cell_field(*cell): StringField() for cell in cells}
    data = {cell_field(*cell): str(stored[cell]) for cell in cells if cell in stored}
    form: WorkspaceForm = type("RosterForm", (WorkspaceForm,), fields)(data=data)
    return form


def _stored_form(project: ProjectRecord, wave: WaveRecord) -> WorkspaceForm:
    """Return the table's form with what is stored, whatever else was sent."""
    return _roster_form(wave, _table_rows(project), _audiences(project, wave))


def _too_few(project: ProjectRecord, wave: WaveRecord) -> list[str]:
    record = projects.find_wave(reading(), wave.id)
    found = [] if record is None else rosters.find_too_few_listed(project, record)
    return [
        translate("workspace.setup.too_few_listed", audience=audience_name(audience))
        for audience in found
    ]


def _has_roster_before(found: ProjectSetup, wave: WaveRecord) -> bool:
    places = [one.id for one in found.waves]
    place = places.index(wave.id)
    return place > 0 and bool(found.roster_sums.get(places[place - 1]))


def _column_names(audiences: list[str]) -> dict[str, str]:
    """Return what a list's columns may be called for each audience: its key, or its name."""
    texts = load_texts(TEXTS)
    names = {audience: audience for audience in audiences}
    for audience in audiences:
        wording = texts.get(f"audience.{audience}")
        for language in LANGUAGES if wording is not None else ():
            names[wording.read_in(language).casefold()] = audience  # type: ignore[union-attr]
    return names
