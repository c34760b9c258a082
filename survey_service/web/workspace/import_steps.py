"""The steps of an import: the wave, the columns, the words in them, and the dry run."""

from dataclasses import replace
from uuid import UUID

from flask import current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import BooleanField, StringField

from survey_service.exchange.wave_files import WaveTable
from survey_service.faults import FieldFault, InputRefused
from survey_service.fieldwork import importing, uploads
from survey_service.fieldwork.column_mapping import (
    ImportFrame,
    columns_of,
    frame_of,
    known_frameworks,
    meaning_of,
    option_values,
    target_options,
)
from survey_service.fieldwork.import_choices import (
    FEWEST_OPTIONS,
    MOST_OPTIONS,
    FileKind,
    ImportChoices,
    Target,
)
from survey_service.fieldwork.import_plan import plan_import
from survey_service.fieldwork.importing import STORED_AT_ONCE, Trial
from survey_service.fieldwork.line_reading import words_by_place
from survey_service.fieldwork.rehearsing import find_obstacles
from survey_service.fieldwork.typed_input import TypedInput, tidy
from survey_service.fieldwork.uploads import WaitingUpload
from survey_service.jobs import start_job
from survey_service.measurement.instrument import Audience
from survey_service.storage.projects import ProjectRecord
from survey_service.web.access import Access, access
from survey_service.web.language import translate
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.forms import WorkspaceForm
from survey_service.web.workspace.frame import audience_name, find_own_project, project_frame
from survey_service.web.workspace.import_pages import find_own_upload, keys
from survey_service.web.workspace.import_words import (
    example_text,
    fault_rows,
    has_links_to_tell,
    option_label,
    outlook,
    place_heading,
    recognised_text,
    relation_rows,
    target_groups,
)

STEPS = ("import_wave", "import_columns", "import_values", "import_trial")
WORDS_SHOWN = 150
"""Different words in one place that are asked about; the others keep what they suggest."""

WAVE_FIELDS = (
    "sheet", "label_da", "label_en", "opens_on", "closes_on", "framework", "audience"
)  # fmt: skip

_ADDRESS = "/projekt/<uuid:project_id>/tidligere-maalinger/<uuid:upload_id>"


class WaveForm(WorkspaceForm):
    """The wave's name, dates and wording."""

    sheet = StringField()
    label_da = StringField()
    label_en = StringField()
    opens_on = StringField()
    closes_on = StringField()
    framework = StringField()
    audience = StringField()


class ColumnsForm(WorkspaceForm):
    """What the columns stand for, in fields of their own, and the other questionnaire's scale."""

    older_options = StringField()


class ValuesForm(WorkspaceForm):
    """What the words stand for, in fields of their own."""


class TrialForm(WorkspaceForm):
    """The import itself, with or without its faulty lines."""

    leave_out = BooleanField()


@pages.route(f"{_ADDRESS}/maaling", methods=["GET", "POST"], endpoint="import_wave")
@access(Access.EVALUATOR)
def say_wave(project_id: UUID, upload_id: UUID) -> ResponseReturnValue:
    """Ask what the wave is called, when it was and in which wording it was asked."""
    project = find_own_project(project_id)
    upload = find_own_upload(project, upload_id)
    said = {name: getattr(upload.choices, name) for name in WAVE_FIELDS}
    form = WaveForm(data=said | {"framework": said["framework"] or project.framework})
    if not form.is_sent():
        return _wave_page(project, upload, form)
    upload = _with_wave(upload, form)
    # Kept also with faults: who leaves now finds everything again.
    uploads.save_choices(keys(), upload, upload.choices)
    try:
        plan_import(project, upload.choices, current_app.extensions["survey_today"]())
        uploads.read_upload(keys(), upload)
    except InputRefused as refusal:
        form.refuse(refusal.faults)
        return _wave_page(project, upload, form), 400
    return _go_on(upload, "import_columns")


@pages.route(f"{_ADDRESS}/kolonner", methods=["GET", "POST"], endpoint="import_columns")
@access(Access.EVALUATOR)
def say_columns(project_id: UUID, upload_id: UUID) -> ResponseReturnValue:
    """Ask what each column stands for."""
    project = find_own_project(project_id)
    upload = find_own_upload(project, upload_id)
    form = ColumnsForm(data={"older_options": str(upload.choices.older_options)})
    try:
        table = uploads.read_upload(keys(), upload)
    except InputRefused:
        return _go_on(upload, "import_wave")
    frame = frame_of(project, upload.choices)
    if not form.is_sent():
        return _columns_page(upload, frame, table, form)
    changed = _with_columns(upload.choices, table, form)
    uploads.save_choices(keys(), upload, changed)
    upload = replace(upload, choices=changed)
    typed = TypedInput()
    typed.read_whole_number("older_options", form.older_options.data, FEWEST_OPTIONS, MOST_OPTIONS)
    form.refuse([*typed.faults, *find_obstacles(table, frame, changed)])
    if form.listed_faults():
        return _columns_page(upload, frame, table, form), 400
    return _go_on(upload, "import_values")


@pages.route(f"{_ADDRESS}/vaerdier", methods=["GET", "POST"], endpoint="import_values")
@access(Access.EVALUATOR)
def say_values(project_id: UUID, upload_id: UUID) -> ResponseReturnValue:
    """Ask what the words in the columns stand for."""
    project = find_own_project(project_id)
    upload = find_own_upload(project, upload_id)
    form = ValuesForm()
    try:
        table = uploads.read_upload(keys(), upload)
    except InputRefused:
        return _go_on(upload, "import_wave")
    frame, choices = frame_of(project, upload.choices), upload.choices
    found = words_by_place(table, frame, choices)
    if form.is_sent():
        values = {place: dict(words) for place, words in choices.values.items()}
        for number, (place, words) in enumerate(found.items()):
            chosen = {
                word: request.form[f"value-{number}-{position}"]
                for position, word in enumerate(words[:WORDS_SHOWN])
                if f"value-{number}-{position}" in request.form
            }
            values.setdefault(place, {}).update(chosen)
        uploads.save_choices(keys(), upload, replace(choices, values=values))
        return _go_on(upload, "import_trial")
    return _page(
        upload, frame.project, "import_values", form=form,
        places=[_place(frame, choices, *place) for place in enumerate(found.items())],
    )  # fmt: skip


@pages.route(f"{_ADDRESS}/proeve", methods=["GET", "POST"], endpoint="import_trial")
@access(Access.EVALUATOR)
def try_import(project_id: UUID, upload_id: UUID) -> ResponseReturnValue:
    """Show what an import would come to, with every fault and its line; then import."""
    project = find_own_project(project_id)
    upload = find_own_upload(project, upload_id)
    form = TrialForm()
    try:
        trial = importing.try_upload(keys(), project, upload)
    except InputRefused:
        return _go_on(upload, "import_wave")
    if trial.rehearsal.obstacles:
        return _go_on(upload, "import_columns")
    return _import(upload, trial, form) if form.is_sent() else _trial_page(upload, trial, form)


def _import(upload: WaitingUpload, trial: Trial, form: TrialForm) -> ResponseReturnValue:
    """Import at once, or in the background where it takes a while."""
    leaves_out = bool(form.leave_out.data)
    upload = uploads.with_choices(upload, leaves_out_faulty=leaves_out)
    uploads.save_choices(keys(), upload, upload.choices)
    if trial.rehearsal.fault_count and not leaves_out:
        values = {"count": trial.rehearsal.faulty_line_count}
        form.refuse([FieldFault("leave_out", "lines_faulty", values)])
        return _trial_page(upload, trial, form), 400
    if len(trial.rehearsal.people) > STORED_AT_ONCE:
        parameters = {"upload": upload.id.hex}
        job_id = start_job("import", upload.project_id, current_user.record.id, parameters)
        return redirect(url_for("workspace.job", job_id=job_id), code=303)
    try:
        today = current_app.extensions["survey_today"]()
        wave_id = importing.import_wave(keys(), upload.project_id, upload.id, today)
    except InputRefused as refusal:
        form.refuse(refusal.faults)
        return _trial_page(upload, trial, form), 400
    address = {"project_id": upload.project_id, "importeret": wave_id.hex}
    return redirect(url_for("workspace.earlier_waves", **address), code=303)  # type: ignore[arg-type]


def _go_on(upload: WaitingUpload, step: str) -> ResponseReturnValue:
    address = url_for(f"workspace.{step}", project_id=upload.project_id, upload_id=upload.id)
    return redirect(address, code=303)


def _with_wave(upload: WaitingUpload, form: WaveForm) -> WaitingUpload:
    said = {name: tidy(getattr(form, name).data or "") for name in WAVE_FIELDS}
    changed = uploads.with_choices(upload, **said)
    if changed.choices.sheet == upload.choices.sheet:
        return changed
    # Another sheet has other columns: what was said of the first one's says nothing here.
    return uploads.with_choices(changed, columns=None, values={}, turned=())


def _with_columns(choices: ImportChoices, table: WaveTable, form: ColumnsForm) -> ImportChoices:
    sent = request.form
    columns = {
        column: sent.get(f"column-{place}", Target.NOTHING)
        for place, column in enumerate(table.columns)
    }
    turned = tuple(
        column for place, column in enumerate(table.columns) if f"turned-{place}" in sent
    )
    typed = (form.older_options.data or "").strip()
    options = int(typed) if typed.isdigit() and len(typed) < 3 else 0
    if not FEWEST_OPTIONS <= options <= MOST_OPTIONS:
        options = choices.older_options
    return replace(choices, columns=columns, turned=turned, older_options=options)


def _wave_page(project: ProjectRecord, upload: WaitingUpload, form: WaveForm) -> str:
    outline = uploads.outline_upload(keys(), upload)
    column = [("", translate("workspace.imports.audience_in_column"))]
    return _page(
        upload, project, "import_wave", form=form,
        recognised=recognised_text(outline.recognised),
        sheets=[(sheet, sheet) for sheet in outline.sheets],
        frameworks=[
            (framework.key, framework.title.read_in(g.language))
            for framework in known_frameworks(project)
        ],
        audiences=column + [(audience.value, audience_name(audience)) for audience in Audience],
    )  # fmt: skip


def _columns_page(
    upload: WaitingUpload, frame: ImportFrame, table: WaveTable, form: ColumnsForm
) -> str:
    choices = upload.choices
    targets = columns_of(frame, choices, table.columns)
    is_responses = choices.kind is FileKind.RESPONSES
    return _page(
        upload, frame.project, "import_columns", form=form,
        columns=[
            {
                "name": column,
                "place": place,
                "target": targets[column],
                "example": example_text(table, column),
                "turned": column in choices.turned,
                "may_turn": is_responses and _may_turn(targets[column]),
            }
            for place, column in enumerate(table.columns)
        ],
        groups=target_groups(frame, choices.kind, target_options(frame, choices.kind)),
        is_responses=is_responses,
        is_first=choices.columns is None,
        relations=relation_rows(frame) if has_links_to_tell(frame) else [],
    )  # fmt: skip


def _may_turn(target: str) -> bool:
    return not target or target.startswith((Target.ITEM, Target.OLDER))


def _place(
    frame: ImportFrame, choices: ImportChoices, number: int, found: tuple[str, list[str]]
) -> dict[str, object]:
    place, words = found
    meaning = meaning_of(frame, choices, place, words)
    options = [
        (value, option_label(frame, place, value)) for value in option_values(frame, choices, place)
    ]
    return {
        "heading": place_heading(frame, place),
        "hint": translate(f"workspace.imports.place_{place.partition(':')[0]}_hint"),
        "nothing": translate(
            "workspace.imports.other_wave" if place == "wave" else "workspace.imports.not_known"
        ),
        "options": options,
        "words": [
            {"name": f"value-{number}-{position}", "word": word, "chosen": meaning[word] or ""}
            for position, word in enumerate(words[:WORDS_SHOWN])
        ],
        "more": max(0, len(words) - WORDS_SHOWN),
        "unknown": sum(meaning[word] is None for word in words) if place != "wave" else 0,
    }


def _trial_page(upload: WaitingUpload, trial: Trial, form: TrialForm) -> str:
    found = trial.rehearsal
    return _page(
        upload, trial.frame.project, "import_trial", form=form,
        trial=found,
        lead=translate(
            "workspace.imports.trial_lead", people=len(found.people), lines=found.line_count
        ),
        fault_rows=fault_rows(found),
        more_faults=max(0, found.fault_count - sum(g.count for g in found.fault_groups)),
        outlook=outlook(trial),
        can_import=bool(found.people),
    )  # fmt: skip


def _page(upload: WaitingUpload, project: ProjectRecord, step: str, **values: object) -> str:
    address = {"project_id": project.id, "upload_id": upload.id}
    return render_template(
        f"workspace/imports/{step.removeprefix('import_')}.html",
        **project_frame(project, "earlier_waves"),
        file_name=upload.file_name,
        steps=[
            {
                "label": translate(f"workspace.imports.step_{name.removeprefix('import_')}"),
                "url": url_for(f"workspace.{name}", **address),  # type: ignore[arg-type]
                "current": name == step,
                "is_before": STEPS.index(name) < STEPS.index(step),
            }
            for name in STEPS
        ],
        room_url=url_for("workspace.earlier_waves", project_id=project.id),
        forget_url=url_for("workspace.forget_import", **address),  # type: ignore[arg-type]
        **values,
    )
