"""The plan of the waves, and which questionnaire each audience gets in each of them."""

from uuid import UUID

from flask import g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, StringField

from survey_service.faults import InputRefused
from survey_service.fieldwork import wave_plan
from survey_service.fieldwork.wave_plan import TypedWave, instrument_field
from survey_service.fieldwork.waves import WaveStatus
from survey_service.measurement.instrument import Instrument
from survey_service.storage import projects, setup
from survey_service.storage.database import reading
from survey_service.storage.projects import ProjectRecord, WaveRecord
from survey_service.web.access import Access, access
from survey_service.web.installation import the_day
from survey_service.web.language import long_date, translate
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.forms import ConfirmForm, WorkspaceForm, require_confirmed
from survey_service.web.workspace.frame import audience_name, project_frame
from survey_service.web.workspace.setup.room import (
    find_setup_project,
    find_setup_wave,
    go_on,
    refuse,
    step_page,
    step_url,
    told,
)

_NAMES = ("label_da", "label_en", "opens_on", "closes_on")


@pages.route(
    "/projekt/<uuid:project_id>/opsaetning/maalinger",
    methods=["GET", "POST"],
    endpoint="setup_waves",
)
@access(Access.EVALUATOR)
def waves(project_id: UUID) -> ResponseReturnValue:
    """Show the plan of the waves, and change what may still change."""
    project = find_setup_project(project_id)
    found = projects.find_waves(reading(), project_id)
    form = _wave_form(found)
    status = 200
    if form.is_sent():
        try:
            wave_plan.save_waves(project_id, _typed_waves(form, found), the_day())
        except InputRefused as refusal:
            refuse(form, refusal)
            status = 400
        else:
            return go_on(project, "waves")
    return step_page(project, "waves", form=form, rows=_wave_rows(project, form, found)), status


@pages.route(
    "/projekt/<uuid:project_id>/opsaetning/maalinger/<uuid:wave_id>/fjern",
    methods=["GET", "POST"],
    endpoint="setup_wave_remove",
)
@access(Access.EVALUATOR)
def remove_wave(project_id: UUID, wave_id: UUID) -> ResponseReturnValue:
    """Ask before a planned wave is removed, then do it."""
    project = find_setup_project(project_id)
    wave = find_setup_wave(project, wave_id)
    form = ConfirmForm()
    if not form.is_submitted():
        return _removal_page(project, wave, [])
    require_confirmed()
    try:
        wave_plan.remove_wave(project_id, wave_id)
    except InputRefused as refusal:
        return _removal_page(project, wave, [told(fault) for fault in refusal.faults]), 409
    return redirect(step_url(project_id, "waves"), code=303)


@pages.route(
    "/projekt/<uuid:project_id>/opsaetning/spoergeskemaer",
    methods=["GET", "POST"],
    endpoint="setup_instruments",
)
@access(Access.EVALUATOR)
def instruments(project_id: UUID) -> ResponseReturnValue:
    """Choose which questionnaire each audience gets in each wave."""
    project = find_setup_project(project_id)
    found = projects.find_waves(reading(), project_id)
    fitting = wave_plan.fitting_instruments(project.framework)
    chosen = setup.find_instruments(reading(), [wave.id for wave in found])
    form = _instrument_form(found, fitting, chosen)
    status = 200
    if form.is_sent():
        typed = {
            (wave.id, audience): str(form[instrument_field(wave.id, audience)].data or "")
            for wave in found
            if wave.status == WaveStatus.PLANNED
            for audience in fitting
        }
        try:
            wave_plan.save_instruments(project_id, typed)
        except InputRefused as refusal:
            refuse(form, refusal)
            status = 400
        else:
            return go_on(project, "instruments")
    page = step_page(
        project,
        "instruments",
        form=form,
        waves=[_instrument_row(wave, form, fitting, chosen.get(wave.id, {})) for wave in found],
        has_instruments=bool(fitting),
        previews=_previews(project, fitting),
        waves_url=step_url(project_id, "waves"),
        changes=_version_changes(found, chosen),
    )
    return page, status


def _wave_form(found: list[WaveRecord]) -> WorkspaceForm:
    """Return a form with the fields of every wave and of one to add; at the start of three."""
    suggested = [] if found else wave_plan.suggest_waves(the_day())
    fields: dict[str, object] = {}
    data: dict[str, str] = {}
    for number in range(1, len(found) + (1 if found else len(suggested)) + 1):
        fields |= {f"{name}_{number}": StringField() for name in _NAMES}
        fields[f"wave_{number}"] = HiddenField()
        values: tuple[object, ...] = ("", "", "", "")
        if number <= len(found):
            wave = found[number - 1]
            values = (wave.label_da, wave.label_en, wave.opens_on, wave.closes_on)
            data[f"wave_{number}"] = wave.id.hex
        elif suggested:
            values = suggested[number - 1]
        data |= {f"{name}_{number}": str(value) for name, value in zip(_NAMES, values, strict=True)}
    form: WorkspaceForm = type("WaveForm", (WorkspaceForm,), fields)(data=data)
    return form


def _typed_waves(form: WorkspaceForm, found: list[WaveRecord]) -> list[TypedWave]:
    """Return the waves as typed; which wave a row is stands in the form, not in its order."""
    known = {wave.id.hex: wave for wave in found}
    typed = []
    number = 1
    while f"wave_{number}" in form:
        wave = known.get(str(form[f"wave_{number}"].data or ""))
        texts = {name: str(form[f"{name}_{number}"].data or "") for name in _NAMES}
        is_open = wave is not None and wave.status == WaveStatus.OPEN
        is_planned = wave is None or wave.status == WaveStatus.PLANNED
        typed.append(
            TypedWave(
                number=number,
                wave_id=wave.id if wave is not None else None,
                label_da=texts["label_da"],
                label_en=texts["label_en"],
                opens_on=texts["opens_on"] if is_planned else None,
                closes_on=texts["closes_on"] if is_planned or is_open else None,
            )
        )
        number += 1
    return typed


def _wave_rows(
    project: ProjectRecord, form: WorkspaceForm, found: list[WaveRecord]
) -> list[dict[str, object]]:
    known = {wave.id.hex: wave for wave in found}
    rows = []
    number = 1
    while f"wave_{number}" in form:
        wave = known.get(str(form[f"wave_{number}"].data or ""))
        row: dict[str, object] = {name: form[f"{name}_{number}"] for name in _NAMES}
        row |= {"wave": form[f"wave_{number}"], "number": number, "is_new": wave is None}
        row["status"] = "planned" if wave is None else wave.status
        if wave is not None:
            row |= {
                "label": wave.label(g.language),
                "key": wave.key,
                "is_imported": wave.origin != "asked",
                "status_name": translate(f"workspace.status.{wave.status}"),
                "opened": long_date(wave.opens_on),
                "closed": long_date(wave.closes_on),
                "remove_url": url_for(
                    "workspace.setup_wave_remove", project_id=project.id, wave_id=wave.id
                ),
            }
        rows.append(row)
        number += 1
    return rows


def _removal_page(project: ProjectRecord, wave: WaveRecord, faults: list[str]) -> str:
    return render_template(
        "workspace/setup/removal.html",
        **project_frame(project, "setup"),
        heading=translate("workspace.setup.remove_wave_heading", name=wave.label(g.language)),
        text=translate("workspace.setup.remove_wave_text"),
        consequences=[
            translate("workspace.setup.remove_wave_instruments"),
            translate("workspace.setup.remove_wave_roster"),
        ],
        faults=faults,
        button=translate("workspace.setup.remove_wave"),
        back_url=step_url(project.id, "waves"),
    )


def _instrument_form(
    found: list[WaveRecord],
    fitting: dict[str, list[Instrument]],
    chosen: dict[UUID, dict[str, tuple[str, int]]],
) -> WorkspaceForm:
    fields: dict[str, object] = {}
    data: dict[str, str] = {}
    for wave in found:
        for audience in fitting:
            name = instrument_field(wave.id, audience)
            fields[name] = StringField()
            version = chosen.get(wave.id, {}).get(audience)
            data[name] = "/".join(map(str, version)) if version else ""
    form: WorkspaceForm = type("InstrumentForm", (WorkspaceForm,), fields)(data=data)
    return form


def _instrument_row(
    wave: WaveRecord,
    form: WorkspaceForm,
    fitting: dict[str, list[Instrument]],
    chosen: dict[str, tuple[str, int]],
) -> dict[str, object]:
    names = {
        f"{one.key}/{one.version}": _version_name(one)
        for versions in fitting.values()
        for one in versions
    }
    none = translate("workspace.setup.instrument_none")
    return {
        "label": wave.label(g.language),
        "is_planned": wave.status == WaveStatus.PLANNED,
        "is_imported": wave.origin != "asked",
        "audiences": [
            {
                "name": audience_name(audience),
                "field": form[instrument_field(wave.id, audience)],
                "options": [
                    ("", none),
                    *((f"{one.key}/{one.version}", names[f"{one.key}/{one.version}"])
                      for one in versions),
                ],
                "chosen": names.get("/".join(map(str, chosen.get(audience, ()))), none),
            }
            for audience, versions in fitting.items()
        ],
    }  # fmt: skip


def _previews(
    project: ProjectRecord, fitting: dict[str, list[Instrument]]
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return per audience the name and address of each questionnaire that may be chosen."""
    return [
        (
            audience_name(audience),
            [(_version_name(one), _preview_url(project, one)) for one in versions],
        )
        for audience, versions in fitting.items()
    ]


def _preview_url(project: ProjectRecord, one: Instrument) -> str:
    values = {"key": one.key, "version": one.version}
    return url_for("workspace.setup_instrument", project_id=project.id, **values)  # type: ignore[arg-type]


def _version_name(one: Instrument) -> str:
    title = one.title.read_in(g.language)
    return translate("workspace.setup.instrument_version", title=title, version=one.version)


def _version_changes(
    found: list[WaveRecord], chosen: dict[UUID, dict[str, tuple[str, int]]]
) -> list[str]:
    """Return a line per audience that is asked with another questionnaire or version later on."""
    changes = []
    latest: dict[str, tuple[tuple[str, int], str]] = {}
    for wave in found:
        for audience, version in chosen.get(wave.id, {}).items():
            before = latest.get(audience)
            if before is not None and before[0] != version:
                changes.append(
                    translate(
                        "workspace.setup.version_changes",
                        audience=audience_name(audience),
                        earlier=before[1],
                        later=wave.label(g.language),
                    )
                )
            latest[audience] = (version, wave.label(g.language))
    return changes
