"""E-mail to those invited: a project's own words, a preview, a test, sending and reminding."""

from typing import cast
from uuid import UUID

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import StringField

from survey_service.faults import FieldFault, InputRefused
from survey_service.fieldwork.access_codes import code_from_number, format_code
from survey_service.fieldwork.invitation_drafts import read_email
from survey_service.fieldwork.mailing import MailRefused, Words, send_test
from survey_service.fieldwork.messages import (
    PLACES,
    Message,
    Purpose,
    check_message,
    fill_in,
    find_messages,
    forget_message,
    save_message,
)
from survey_service.fieldwork.waves import WaveStatus
from survey_service.jobs import start_job
from survey_service.storage import projects
from survey_service.storage.database import reading
from survey_service.storage.projects import ProjectRecord, WaveRecord
from survey_service.web.access import Access, access
from survey_service.web.language import translate
from survey_service.web.settings import Settings
from survey_service.web.workspace.batch_pages import find_own_batch
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.forms import WorkspaceForm, require_confirmed
from survey_service.web.workspace.frame import find_own_project, project_frame
from survey_service.web.workspace.invitation_words import (
    mail_parameters,
    mail_words,
    public_address,
)

MADE_UP_CODE = format_code(code_from_number(0))
"""0000-0000-000: admits to nothing, and looks it."""


class MessageForm(WorkspaceForm):
    """A message's words; `step`: preview, test, save or forget. `to`: where a test is sent."""

    subject = StringField()
    body = StringField()
    to = StringField()
    step = StringField()


@pages.route(
    "/projekt/<uuid:project_id>/e-mail/<any(invitation, reminder):purpose>/<any(da, en):language>",
    methods=["GET", "POST"],
)
@access(Access.EVALUATOR)
def message_text(project_id: UUID, purpose: str, language: str) -> ResponseReturnValue:
    """Show a message with its preview; take new words, send a test, or go back to the usual."""
    project, kind = find_own_project(project_id), Purpose(purpose)
    message = find_messages(project_id)[kind, language]
    form = MessageForm()
    if not form.is_sent():
        form.subject.data, form.body.data = message.subject, message.body
        return _message_page(project, kind, language, form, message)
    here = redirect(request.path, code=303)
    if form.step.data == "forget":
        forget_message(project_id, kind, language)
        return here
    try:
        typed = check_message(form.subject.data or "", form.body.data or "")
        if form.step.data == "save":
            save_message(project_id, kind, language, typed.subject, typed.body)
            return here
        if form.step.data == "test":
            _send_test(project, language, form, typed)
    except InputRefused as refusal:
        form.refuse(refusal.faults)
        return _message_page(project, kind, language, form, message), 400
    is_tested = form.step.data == "test"
    return _message_page(project, kind, language, form, typed, is_tested=is_tested)


@pages.route("/invitationer/<uuid:batch_id>/send", methods=["GET", "POST"])
@access(Access.EVALUATOR)
def mail_batch(batch_id: UUID) -> ResponseReturnValue:
    """Ask, then mail everybody of a batch who was not mailed yet, in the background."""
    return _ask_and_start(batch_id, "mail_invitations", ("send_once", "send_again", "send_open"))


@pages.route("/invitationer/<uuid:batch_id>/paamind", methods=["GET", "POST"])
@access(Access.EVALUATOR)
def remind_batch(batch_id: UUID) -> ResponseReturnValue:
    """Ask, then remind those who have not answered, in the background; nobody learns who."""
    return _ask_and_start(batch_id, "mail_reminders", ("remind_nobody", "remind_counts"))


def _ask_and_start(batch_id: UUID, kind: str, consequences: tuple[str, ...]) -> ResponseReturnValue:
    batch, project, wave = find_own_batch(batch_id)
    if request.method == "POST":
        require_confirmed()
        parameters = mail_parameters(batch.id.hex, mail_words(project, wave))
        job_id = start_job(kind, project.id, current_user.record.id, parameters)
        return redirect(url_for("workspace.job", job_id=job_id), code=303)
    return render_template(
        "workspace/confirm.html",
        **project_frame(project, "invitations"),
        heading=translate(f"workspace.invitations.{kind}_heading"),
        text=translate(f"workspace.invitations.{kind}_text"),
        consequences=[translate(f"workspace.invitations.{key}") for key in consequences],
        action=request.path,
        button=translate(f"workspace.invitations.{kind}_button"),
        back_url=url_for("workspace.batch", batch_id=batch.id),
    )


def _send_test(project: ProjectRecord, language: str, form: MessageForm, typed: Message) -> None:
    """Send the typed words with a made-up code. Raises InputRefused."""
    settings = cast("Settings", current_app.extensions["survey_settings"])
    if settings.mail is None:
        raise InputRefused(FieldFault("to", "mail_not_set_up"))
    address = read_email((form.to.data or "").strip())
    if address is None:
        raise InputRefused(FieldFault("to", "email_invalid"))
    try:
        send_test(settings.mail, address, _filled(project, language, typed))
    except MailRefused as error:
        raise InputRefused(FieldFault("to", error.rule)) from error


def _filled(project: ProjectRecord, language: str, message: Message) -> Message:
    words = _words(project)
    values = {
        "code": MADE_UP_CODE,
        "link": f"{words.address}/k#{translate('workspace.invitations.made_up_link')}",
        "address": words.address,
        "deadline": words.deadline.get(language, "–"),
        "contact": words.contact.get(language, ""),
    }
    return fill_in(message, values)


def _words(project: ProjectRecord) -> Words:
    """Return the words of the wave that is open, else of the last one."""
    waves = projects.find_waves(reading(), project.id)
    if not waves:
        return Words(public_address(), {}, {})
    open_waves: list[WaveRecord] = [wave for wave in waves if wave.status == WaveStatus.OPEN]
    return mail_words(project, (open_waves or waves)[-1])


def _message_page(
    project: ProjectRecord,
    purpose: Purpose,
    language: str,
    form: MessageForm,
    message: Message,
    *,
    is_tested: bool = False,
) -> str:
    settings = cast("Settings", current_app.extensions["survey_settings"])
    filled = _filled(project, language, message)
    return render_template(
        "workspace/invitations/message.html",
        **project_frame(project, "invitations"),
        heading=translate(f"workspace.invitations.message_{purpose}_{language}"),
        form=form,
        message_language=language,
        is_own=find_messages(project.id)[purpose, language].is_own,
        places=[
            {"name": f"{{{place}}}", "text": translate(f"workspace.invitations.place_{place}")}
            for place in PLACES
        ],
        preview={"subject": filled.subject, "body": filled.body},
        has_mail=settings.mail is not None,
        is_tested=is_tested,
        action=request.path,
        back_url=url_for("workspace.invitations", project_id=project.id),
    )
