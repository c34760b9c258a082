"""Inviting people to a wave: who was invited when, a list of people, or a number of codes."""

from uuid import UUID

from flask import current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, FileField, StringField

from survey_service.exchange.invitation_lists import decode_list, read_invitation_list
from survey_service.faults import FieldFault, InputRefused
from survey_service.fieldwork import invitation_drafts, invitations
from survey_service.fieldwork.invitation_drafts import CODES_AT_MOST, InvitationDraft
from survey_service.fieldwork.invitations import BatchKind
from survey_service.fieldwork.waves import WaveStatus
from survey_service.storage import invitations as storage
from survey_service.storage import projects
from survey_service.storage.database import reading
from survey_service.storage.projects import ProjectRecord, WaveRecord
from survey_service.texts import LANGUAGES
from survey_service.web.access import Access, access
from survey_service.web.installation import the_keys
from survey_service.web.language import long_date, translate
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.forms import WorkspaceForm
from survey_service.web.workspace.frame import (
    asked_audiences,
    audience_name,
    find_own_project,
    find_own_wave,
    own_unit_records,
    project_frame,
)
from survey_service.web.workspace.invitation_words import has_public_address, public_address

LIST_BYTES = 8 * 1024 * 1024
"""Room for 20,000 lines with names and addresses."""

FAULTS_SHOWN = 40


class ListForm(WorkspaceForm):
    """A list of people, pasted or from a file; `step`: check, edit or confirm."""

    people = StringField()
    file = FileField()
    skip_invited = BooleanField()
    step = StringField()


class CodesForm(WorkspaceForm):
    """A number of codes per unit and audience, in fields of their own, and their language."""

    language = StringField(default="da")
    step = StringField()


@pages.get("/projekt/<uuid:project_id>/invitationer", endpoint="invitations")
@access(Access.EVALUATOR)
def show_invitations(project_id: UUID) -> ResponseReturnValue:
    """Show who was invited when in each open wave; never who has answered."""
    project = find_own_project(project_id)
    found = projects.find_waves(reading(), project_id)
    return render_template(
        "workspace/invitations/invitations.html",
        **project_frame(project, "invitations"),
        waves=[_wave_card(project, wave) for wave in found if wave.status == WaveStatus.OPEN],
        unnamed_address=None if has_public_address() else public_address(),
        project_url=url_for("workspace.project", project_id=project_id),
        tablets_url=url_for("kiosk.tablets", project_id=project_id),
        messages=[
            {
                "url": url_for("workspace.message_text", project_id=project_id,
                               purpose=purpose, language=language),
                "label": translate(f"workspace.invitations.message_{purpose}_{language}"),
            }
            for purpose in ("invitation", "reminder")
            for language in LANGUAGES
        ],
    )  # fmt: skip


@pages.route("/maaling/<uuid:wave_id>/inviter", methods=["GET", "POST"])
@access(Access.EVALUATOR)
def invite_list(wave_id: UUID) -> ResponseReturnValue:
    """Take a list, show every fault or what it would mean, and invite once that is confirmed."""
    # Before anything of the form is read; elsewhere forms are small.
    request.max_content_length = request.max_form_memory_size = LIST_BYTES
    project, wave = _find_open_wave(wave_id)
    form = ListForm()
    if not form.is_sent():
        return _list_page(project, wave, form)
    try:
        form.people.data = _listed_text(form)
        if form.step.data == "edit":
            return _list_page(project, wave, form)
        draft, ignored_columns = _draft_list(project, wave, form)
    except InputRefused as refusal:
        _refuse(form, refusal)
        return _list_page(project, wave, form), 400
    if form.step.data == "confirm":
        return _invite(wave, BatchKind.LIST, draft)
    return _confirm_page(
        project, wave, draft,
        hidden={"people": form.people.data, "skip_invited": "y" if form.skip_invited.data else ""},
        ignored_columns=ignored_columns,
        action=url_for("workspace.invite_list", wave_id=wave_id),
    )  # fmt: skip


@pages.route("/maaling/<uuid:wave_id>/koder", methods=["GET", "POST"])
@access(Access.EVALUATOR)
def invite_codes(wave_id: UUID) -> ResponseReturnValue:
    """Take a number of codes per unit and audience, and make them once that is confirmed."""
    project, wave = _find_open_wave(wave_id)
    form, units = CodesForm(), own_unit_records(project)
    cells = {
        f"n-{unit.key}-{audience}": (unit.id, audience)
        for unit in units
        for audience in asked_audiences(wave)
    }
    typed = {name: request.form.get(name, "").strip() for name in cells}
    if not form.is_sent() or form.step.data == "edit":
        return _codes_page(project, wave, form, typed)
    try:
        wanted = {cells[name]: count for name, count in _counts(typed).items()}
        draft = invitation_drafts.draft_of_codes(
            project, wave, wanted, units, form.language.data or ""
        )
    except InputRefused as refusal:
        _refuse(form, refusal)
        return _codes_page(project, wave, form, typed), 400
    if form.step.data == "confirm":
        return _invite(wave, BatchKind.CODES, draft)
    return _confirm_page(
        project, wave, draft,
        hidden={"language": form.language.data, **{name: n for name, n in typed.items() if n}},
        action=url_for("workspace.invite_codes", wave_id=wave_id),
    )  # fmt: skip


def _find_open_wave(wave_id: UUID) -> tuple[ProjectRecord, WaveRecord]:
    project, wave = find_own_wave(wave_id)
    if wave.status != WaveStatus.OPEN:
        raise invitations.InvitationRefused(f"wave {wave.key}: expected open, found {wave.status}")
    return project, wave


def _wave_card(project: ProjectRecord, wave: WaveRecord) -> dict[str, object]:
    mailed = storage.count_mailed(reading(), wave.id)
    limit = storage.find_reminder_limit(reading(), project.id)
    return {
        "label": wave.label(g.language),
        "closes_on": long_date(wave.closes_on),
        "list_url": url_for("workspace.invite_list", wave_id=wave.id),
        "codes_url": url_for("workspace.invite_codes", wave_id=wave.id),
        "links_url": url_for("workspace.open_links", wave_id=wave.id),
        "batches": [
            {
                "date": long_date(batch.made_on),
                "kind": translate(f"workspace.invitations.kind_{batch.kind}"),
                "people": batch.people,
                "mailed": mailed.get(batch.id, 0),
                "handed_out": batch.is_handed_out,
                "reminders": translate(
                    "workspace.invitations.reminders_of", count=batch.reminder_count, limit=limit
                ),
                "url": url_for("workspace.batch", batch_id=batch.id),
            }
            for batch in storage.find_batches(reading(), wave.id)
        ],
    }


def _listed_text(form: ListForm) -> str:
    content = form.file.data.read() if form.file.data else b""
    return decode_list(content) if content else (form.people.data or "")


def _draft_list(
    project: ProjectRecord, wave: WaveRecord, form: ListForm
) -> tuple[InvitationDraft, tuple[str, ...]]:
    listed = read_invitation_list((form.people.data or "").encode())
    draft = invitation_drafts.draft_from_list(
        the_keys(), project, wave, listed, own_unit_records(project),
        skips_invited=bool(form.skip_invited.data),
    )  # fmt: skip
    return draft, listed.ignored_columns


def _refuse(form: WorkspaceForm, refusal: InputRefused) -> None:
    form.refuse(refusal.faults[:FAULTS_SHOWN])
    more = len(refusal.faults) - FAULTS_SHOWN
    if more > 0:
        form.form_faults.append(translate("fault.more_people_faults", count=more))


def _invite(wave: WaveRecord, kind: BatchKind, draft: InvitationDraft) -> ResponseReturnValue:
    today = current_app.extensions["survey_today"]()
    batch_id = invitations.invite_batch(the_keys(), wave.id, kind, draft.invitees, today)
    return redirect(url_for("workspace.batch", batch_id=batch_id), code=303)


def _list_page(project: ProjectRecord, wave: WaveRecord, form: ListForm) -> str:
    return render_template(
        "workspace/invitations/list.html",
        **project_frame(project, "invitations"),
        form=form,
        wave=wave.label(g.language),
        units=[{"key": unit.key, "name": unit.name} for unit in own_unit_records(project)],
        audiences=[audience_name(audience) for audience in asked_audiences(wave)],
        action=url_for("workspace.invite_list", wave_id=wave.id),
        back_url=url_for("workspace.invitations", project_id=project.id),
    )


def _codes_page(
    project: ProjectRecord, wave: WaveRecord, form: CodesForm, typed: dict[str, str]
) -> str:
    audiences = asked_audiences(wave)
    return render_template(
        "workspace/invitations/codes.html",
        **project_frame(project, "invitations"),
        form=form,
        wave=wave.label(g.language),
        audiences=[audience_name(audience) for audience in audiences],
        rows=[
            {
                "unit": unit.name,
                "cells": [
                    {"name": f"n-{unit.key}-{audience}", "audience": audience_name(audience),
                     "value": typed.get(f"n-{unit.key}-{audience}", "")}
                    for audience in audiences
                ],
            }
            for unit in own_unit_records(project)
        ],
        languages=[(language, translate(f"workspace.invitations.language_{language}"))
                   for language in LANGUAGES],
        action=url_for("workspace.invite_codes", wave_id=wave.id),
        back_url=url_for("workspace.invitations", project_id=project.id),
    )  # fmt: skip


def _confirm_page(
    project: ProjectRecord,
    wave: WaveRecord,
    draft: InvitationDraft,
    *,
    hidden: dict[str, str | None],
    action: str,
    ignored_columns: tuple[str, ...] = (),
) -> str:
    return render_template(
        "workspace/invitations/confirm.html",
        **project_frame(project, "invitations"),
        wave=wave.label(g.language),
        total=len(draft.invitees),
        email_count=draft.email_count,
        skipped_count=draft.skipped_count,
        ignored_columns=", ".join(ignored_columns),
        minimum=project.minimum,
        counts=[
            {
                "unit": cell.unit,
                "audience": audience_name(cell.audience),
                "people": cell.people,
                "invited_before": cell.invited_before,
                "roster": "–" if cell.roster is None else cell.roster,
                "is_few": cell.is_few,
                "is_over_roster": cell.is_over_roster,
            }
            for cell in draft.counts
        ],
        hidden=hidden,
        action=action,
    )


def _counts(typed: dict[str, str]) -> dict[str, int]:
    """Return the numbers typed; raises InputRefused for what is none."""
    wrong = [name for name, text in typed.items() if text and not _is_count(text)]
    if wrong:
        limits = {"low": 0, "high": CODES_AT_MOST}
        raise InputRefused(*(FieldFault(name, "no_number", limits) for name in wrong[:1]))
    return {name: int(text) for name, text in typed.items() if text and int(text)}


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= CODES_AT_MOST
