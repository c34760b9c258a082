"""The room of earlier waves: what was imported, files on their way in, taking an import back."""

from typing import cast
from uuid import UUID

from flask import abort, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge
from wtforms import FileField, StringField

from survey_service.catalogue import load_framework
from survey_service.faults import FieldFault, InputRefused
from survey_service.fieldwork import importing, uploads
from survey_service.fieldwork.import_choices import FileKind
from survey_service.fieldwork.uploads import LARGEST_FILE, WaitingUpload
from survey_service.measurement.principles import Relation
from survey_service.storage import counts as stored_counts
from survey_service.storage.database import reading
from survey_service.storage.importing import ImportedWave
from survey_service.storage.keys import KeyStore
from survey_service.storage.projects import ProjectRecord
from survey_service.web.access import Access, access
from survey_service.web.language import long_date, translate
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.forms import ConfirmForm, WorkspaceForm, require_confirmed
from survey_service.web.workspace.frame import (
    WITHHELD,
    audience_name,
    find_own_project,
    project_frame,
)

ROOM_FOR_FIELDS = 64 * 1024
"""What a form takes beside its file."""


class UploadForm(WorkspaceForm):
    """A file, and what its lines hold."""

    file = FileField()
    kind = StringField(default=FileKind.RESPONSES)


@pages.route(
    "/projekt/<uuid:project_id>/tidligere-maalinger",
    methods=["GET", "POST"],
    endpoint="earlier_waves",
)
@access(Access.EVALUATOR)
def show_earlier_waves(project_id: UUID) -> ResponseReturnValue:
    """Show what was imported and what is on its way in; take a file."""
    # Before anything of the form is read; elsewhere forms are small.
    request.max_content_length = LARGEST_FILE + ROOM_FOR_FIELDS
    project = find_own_project(project_id)
    try:
        form = UploadForm()
        is_sent = form.is_sent()
    except RequestEntityTooLarge:
        return _refuse_large(project)
    if not is_sent:
        return _room(project, form)
    try:
        upload_id = _take_file(project, form)
    except InputRefused as refusal:
        form.refuse(refusal.faults)
        return _room(project, form), 400
    address = url_for("workspace.import_wave", project_id=project_id, upload_id=upload_id)
    return redirect(address, code=303)


@pages.route(
    "/projekt/<uuid:project_id>/tidligere-maalinger/<uuid:upload_id>/glem",
    methods=["GET", "POST"],
    endpoint="forget_import",
)
@access(Access.EVALUATOR)
def forget_import(project_id: UUID, upload_id: UUID) -> ResponseReturnValue:
    """Ask before a file on its way in is forgotten, then do it."""
    project = find_own_project(project_id)
    upload = find_own_upload(project, upload_id)
    if ConfirmForm().is_submitted():
        require_confirmed()
        uploads.forget_upload(upload)
        return redirect(url_for("workspace.earlier_waves", project_id=project_id), code=303)
    return render_template(
        "workspace/confirm.html",
        **project_frame(project, "earlier_waves"),
        heading=translate("workspace.imports.forget_heading", file=upload.file_name),
        text=translate("workspace.imports.forget_text"),
        consequences=[translate("workspace.imports.forget_lost")],
        action=request.path,
        button=translate("workspace.imports.forget"),
        back_url=url_for("workspace.earlier_waves", project_id=project_id),
    )


@pages.route(
    "/projekt/<uuid:project_id>/tidligere-maalinger/<uuid:wave_id>/tag-tilbage",
    methods=["GET", "POST"],
    endpoint="undo_import",
)
@access(Access.EVALUATOR)
def undo_import(project_id: UUID, wave_id: UUID) -> ResponseReturnValue:
    """Ask before an import is taken back, then remove every row of it."""
    project = find_own_project(project_id)
    wave = next((w for w in importing.find_imported_waves(project_id) if w.id == wave_id), None)
    if wave is None:
        abort(404)
    room = url_for("workspace.earlier_waves", project_id=project_id)
    if importing.releases_holding(project_id, wave):
        # The room says why; a link to here was followed from an older page.
        return redirect(room, code=303)
    if ConfirmForm().is_submitted():
        require_confirmed()
        importing.undo_import(project_id, wave_id)
        return redirect(room, code=303)
    counts = _counts(project, wave)
    return render_template(
        "workspace/confirm.html",
        **project_frame(project, "earlier_waves"),
        heading=translate("workspace.imports.undo_heading", wave=wave.label(g.language)),
        text=translate("workspace.imports.undo_text"),
        consequences=[
            translate("workspace.imports.undo_answers"),
            *(f"{count['audience']}: {count['sent']}" for count in counts),
            translate("workspace.imports.undo_roster"),
            translate("workspace.imports.undo_again"),
        ],
        action=request.path,
        button=translate("workspace.imports.undo"),
        back_url=room,
    )


def find_own_upload(project: ProjectRecord, upload_id: UUID) -> WaitingUpload:
    """Return one of a project's files on their way in; any other is not found."""
    upload = uploads.find_upload(keys(), project.id, upload_id)
    if upload is None:
        abort(404)
    return upload


def keys() -> KeyStore:
    """Return the installation's key files."""
    return cast("KeyStore", current_app.extensions["survey_keys"])


def _take_file(project: ProjectRecord, form: UploadForm) -> UUID:
    sent = form.file.data
    if sent is None or not getattr(sent, "filename", ""):
        raise InputRefused(FieldFault("file", "file_missing"))
    if form.kind.data not in set(FileKind):
        raise InputRefused(FieldFault("kind", "unknown_choice"))
    today = current_app.extensions["survey_today"]()
    kind = FileKind(form.kind.data)
    return uploads.keep_upload(keys(), project.id, sent.filename, sent.read(), kind, today)


def _refuse_large(project: ProjectRecord) -> tuple[str, int]:
    # The file was not read, so neither was the form: this is a fresh one, with the reason.
    request.max_content_length = None
    form = UploadForm(formdata=None)
    limit = LARGEST_FILE // (1024 * 1024)
    form.refuse([FieldFault("file", "file_too_large", {"limit": limit})])
    return _room(project, form), 413


def _room(project: ProjectRecord, form: UploadForm) -> str:
    done = request.args.get("importeret", "")
    waves = importing.find_imported_waves(project.id)
    return render_template(
        "workspace/imports/room.html",
        **project_frame(project, "earlier_waves"),
        form=form,
        kinds=[(kind.value, translate(f"workspace.imports.kind_{kind}")) for kind in FileKind],
        waves=[_wave_card(project, wave) for wave in waves],
        imported=next((w.label(g.language) for w in waves if w.id.hex == done), None),
        uploads=[
            {
                "name": upload.file_name,
                "date": long_date(upload.uploaded_on),
                "url": url_for("workspace.import_wave", project_id=project.id, upload_id=upload.id),
                "forget_url": url_for(
                    "workspace.forget_import", project_id=project.id, upload_id=upload.id
                ),
            }
            for upload in uploads.find_uploads(keys(), project.id)
        ],
    )


def _wave_card(project: ProjectRecord, wave: ImportedWave) -> dict[str, object]:
    holding = importing.releases_holding(project.id, wave)
    framework = load_framework(wave.framework or project.framework)
    silent = [
        principle.short.read_in(g.language)
        for principle in load_framework(project.framework).principles
        if not Relation(wave.relations.get(principle.key, Relation.SAME)).carries_a_trend
    ]
    return {
        "label": wave.label(g.language),
        "opens_on": long_date(wave.opens_on),
        "closes_on": long_date(wave.closes_on),
        "framework": framework.title.read_in(g.language),
        "silent": silent,
        "counts": _counts(project, wave),
        "left_out": wave.left_out_count,
        "kept": (
            translate("workspace.imports.kept", numbers=", ".join(map(str, holding)))
            if holding
            else None
        ),
        "undo_url": url_for("workspace.undo_import", project_id=project.id, wave_id=wave.id),
    }


def _counts(project: ProjectRecord, wave: ImportedWave) -> list[dict[str, str]]:
    sent = stored_counts.find_counts(reading(), wave.id)[1]
    return [
        {
            "audience": audience_name(audience),
            "sent": str(count) if count >= project.minimum else WITHHELD,
        }
        for audience, count in sorted(sent.items())
    ]
