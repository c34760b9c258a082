"""One batch of invitations: its letters, slips and files, made in memory and kept nowhere."""

from collections.abc import Sequence
from datetime import timedelta
from typing import cast
from uuid import UUID

from flask import Response, abort, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey_service.exchange.invitation_lists import write_guarded_csv
from survey_service.fieldwork.batches import (
    DAYS_TO_FETCH,
    Invited,
    fetch_invited,
    find_batch_units,
    hand_out,
    load_contacts,
    may_fetch,
)
from survey_service.fieldwork.invitations import BatchKind
from survey_service.fieldwork.mailing import MailRefused, Words, count_round, fill_in_for
from survey_service.fieldwork.messages import Purpose, find_messages
from survey_service.fieldwork.waves import WaveStatus
from survey_service.storage import invitations as storage
from survey_service.storage.database import reading
from survey_service.storage.invitations import BatchRecord
from survey_service.storage.projects import ProjectRecord, WaveRecord
from survey_service.web.access import Access, access
from survey_service.web.installation import the_keys
from survey_service.web.language import long_date, translate
from survey_service.web.settings import Settings
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.forms import require_confirmed
from survey_service.web.workspace.frame import (
    audience_name,
    find_own_wave,
    own_units,
    project_frame,
)
from survey_service.web.workspace.invitation_words import (
    letter_facts,
    mail_words,
    public_address,
)

LETTERS_AT_A_TIME = 500
"""More in one file would keep somebody waiting, and a printer too."""

PDF, CSV = "application/pdf", "text/csv; charset=utf-8"


@pages.get("/invitationer/<uuid:batch_id>", endpoint="batch")
@access(Access.EVALUATOR)
def show_batch(batch_id: UUID) -> ResponseReturnValue:
    """Show what can be done with a batch: print, send, hand out, remind; and nobody's code."""
    batch, project, wave = find_own_batch(batch_id)
    is_open = wave.status == WaveStatus.OPEN
    is_list = batch.kind == BatchKind.LIST
    emails = _count_emails(batch) if is_open and is_list else (0, 0)
    limit = storage.find_reminder_limit(reading(), project.id)
    settings = cast("Settings", current_app.extensions["survey_settings"])
    return render_template(
        "workspace/invitations/batch.html",
        **project_frame(project, "invitations"),
        wave=wave.label(g.language),
        date=long_date(batch.made_on),
        kind=translate(f"workspace.invitations.kind_{batch.kind}"),
        people=batch.people,
        is_open=is_open,
        is_list=is_list,
        is_handed_out=batch.is_handed_out,
        documents=_documents(batch, wave),
        fetch_until=long_date(batch.made_on + timedelta(days=DAYS_TO_FETCH - 1)),
        hand_out_url=url_for("workspace.hand_out_batch", batch_id=batch_id),
        email_count=emails[0],
        mailed_count=emails[1],
        has_mail=settings.mail is not None,
        mail_url=url_for("workspace.mail_batch", batch_id=batch_id),
        reminder_count=batch.reminder_count,
        reminder_limit=limit,
        reminded_on=long_date(batch.reminded_on) if batch.reminded_on else None,
        is_reminded_today=batch.reminded_on == current_app.extensions["survey_today"](),
        may_remind=is_open and is_list and (batch.is_handed_out or emails[1] > 0),
        is_used_up=batch.reminder_count >= limit,
        remind_url=url_for("workspace.remind_batch", batch_id=batch_id),
        reminder_letters_url=url_for("workspace.reminder_letters", batch_id=batch_id),
        back_url=url_for("workspace.invitations", project_id=project.id),
    )


@pages.get(
    "/invitationer/<uuid:batch_id>/<any('breve.pdf', 'sedler.pdf', 'flettefil.csv',"
    " 'digital-post.csv'):name>",
    endpoint="batch_document",
)
@access(Access.EVALUATOR)
def fetch_document(batch_id: UUID, name: str) -> ResponseReturnValue:
    """Give one document of a batch, while it may be fetched."""
    batch, project, wave = find_own_batch(batch_id)
    people = fetch_invited(the_keys(), batch, current_app.extensions["survey_today"]())
    if name.endswith(".csv"):
        words = mail_words(project, wave)
        write = _merge_file if name == "flettefil.csv" else _digital_post_file
        return _download(write(project, people, words), name, CSV)
    part = _part_of(people, request.args.get("del", "1"))
    return _download(_write_pdf(name, project, wave, part), name, PDF)


@pages.route("/invitationer/<uuid:batch_id>/delt-ud", methods=["GET", "POST"])
@access(Access.EVALUATOR)
def hand_out_batch(batch_id: UUID) -> ResponseReturnValue:
    """Ask, then take note that the letters were given out: nobody can fetch them again."""
    batch, project, _ = find_own_batch(batch_id)
    batch_url = url_for("workspace.batch", batch_id=batch.id)
    if request.method == "POST":
        require_confirmed()
        hand_out(batch.id)
        return redirect(batch_url, code=303)
    return render_template(
        "workspace/confirm.html",
        **project_frame(project, "invitations"),
        heading=translate("workspace.invitations.hand_out_heading"),
        text=translate("workspace.invitations.hand_out_text"),
        consequences=[
            translate("workspace.invitations.hand_out_gone"),
            translate("workspace.invitations.hand_out_lost"),
        ],
        action=request.path,
        button=translate("workspace.invitations.hand_out_button"),
        back_url=batch_url,
    )


@pages.post("/invitationer/<uuid:batch_id>/paamindelser.pdf")
@access(Access.EVALUATOR)
def reminder_letters(batch_id: UUID) -> ResponseReturnValue:
    """Give reminder letters for everybody who got no e-mail; they hold no code."""
    from survey_service.briefs.letters import Letter, write_reminder_letters

    batch, project, wave = find_own_batch(batch_id)
    require_confirmed()
    today = current_app.extensions["survey_today"]()
    rows = load_contacts(the_keys(), batch)
    # Printing again on the same day, or beside that day's e-mails, is the same round.
    if batch.reminded_on != today:
        try:
            count_round(batch, today)
        except MailRefused:
            return redirect(url_for("workspace.batch", batch_id=batch_id), code=303)
    letters = [
        Letter(contact.name, contact.address, row.language, "other", None)
        for row, contact in rows
        if not row.is_mailed
    ]
    if not letters:
        return redirect(url_for("workspace.batch", batch_id=batch_id), code=303)
    facts = letter_facts(project, wave, today)
    return _download(write_reminder_letters(letters, facts), "paamindelser.pdf", PDF)


def find_own_batch(batch_id: UUID) -> tuple[BatchRecord, ProjectRecord, WaveRecord]:
    """Return a batch of the signed-in person's own, with project and wave; else not found."""
    batch = storage.find_batch(reading(), batch_id)
    if batch is None:
        abort(404)
    project, wave = find_own_wave(batch.wave_id)
    limit = own_units(project)
    if limit is not None and not (
        wave.status == WaveStatus.OPEN and find_batch_units(the_keys(), batch) <= limit
    ):
        abort(404)
    return batch, project, wave


def _documents(batch: BatchRecord, wave: WaveRecord) -> list[dict[str, str]]:
    """Return links to what can be fetched; nothing once that is over."""
    if not may_fetch(batch, wave.status, current_app.extensions["survey_today"]()):
        return []
    parts = range(1, -(-batch.people // LETTERS_AT_A_TIME) + 1)
    found = []
    # A slip bears no name: dealt out at random it would lead the wrong person to a listed code.
    for name in ("breve",) if batch.kind == BatchKind.LIST else ("sedler",):
        for part in parts:
            label = translate(f"workspace.invitations.document_{name}")
            if len(parts) > 1:
                first = (part - 1) * LETTERS_AT_A_TIME + 1
                last = min(part * LETTERS_AT_A_TIME, batch.people)
                label = translate(
                    "workspace.invitations.document_part", label=label, first=first, last=last
                )
            url = url_for("workspace.batch_document", batch_id=batch.id, name=f"{name}.pdf")
            if part > 1:
                url += f"?del={part}"
            found.append({"url": url, "label": label, "hint": _hint(name)})
    files = ("flettefil", "digital-post") if batch.kind == BatchKind.LIST else ("flettefil",)
    for name in files:
        url = url_for("workspace.batch_document", batch_id=batch.id, name=f"{name}.csv")
        label = translate(f"workspace.invitations.document_{name.replace('-', '_')}")
        found.append({"url": url, "label": label, "hint": _hint(name)})
    return found


def _hint(name: str) -> str:
    return translate(f"workspace.invitations.hint_{name.replace('-', '_')}")


def _count_emails(batch: BatchRecord) -> tuple[int, int]:
    """Return how many of a batch have an e-mail address, and how many of them were mailed."""
    rows = [row for row, contact in load_contacts(the_keys(), batch) if contact.email]
    return len(rows), sum(1 for row in rows if row.is_mailed)


def _part_of(people: list[Invited], number: str) -> list[Invited]:
    part = int(number) if number.isascii() and number.isdigit() and len(number) < 5 else 0
    found = people[(part - 1) * LETTERS_AT_A_TIME : part * LETTERS_AT_A_TIME] if part else []
    if not found:
        abort(404)
    return found


def _write_pdf(
    name: str, project: ProjectRecord, wave: WaveRecord, people: Sequence[Invited]
) -> bytes:
    from survey_service.briefs.letters import Letter, Slip, write_letters, write_slips

    facts = letter_facts(project, wave, current_app.extensions["survey_today"]())
    address = public_address()
    slips = [
        Slip(person.unit, person.audience, person.language, person.shown_code, person.link(address))
        for person in people
    ]
    if name == "sedler.pdf":
        return write_slips(slips, facts)
    letters = [
        Letter(person.contact.name, person.contact.address, person.language, person.audience, slip)
        for person, slip in zip(people, slips, strict=True)
    ]
    return write_letters(letters, facts)


def _merge_file(_project: ProjectRecord, people: Sequence[Invited], words: Words) -> bytes:
    columns = ("name", "address", "email", "unit", "audience", "language", "code", "link",
               "short_address", "deadline")  # fmt: skip
    return write_guarded_csv(
        [translate(f"workspace.invitations.column_{column}") for column in columns],
        (
            (
                person.contact.name,
                " / ".join(person.contact.address),
                person.contact.email,
                person.unit,
                audience_name(person.audience),
                person.language,
                person.shown_code,
                person.link(words.address),
                words.address,
                words.deadline[person.language],
            )
            for person in people
        ),
    )


def _digital_post_file(project: ProjectRecord, people: Sequence[Invited], words: Words) -> bytes:
    messages = find_messages(project.id)
    rows = []
    for person in people:
        message = fill_in_for(person, messages[Purpose.INVITATION, person.language], words)
        address = " / ".join(person.contact.address)
        rows.append((person.contact.name, address, message.subject, message.body))
    columns = ("name", "address", "subject", "body")
    header = [translate(f"workspace.invitations.column_{column}") for column in columns]
    return write_guarded_csv(header, rows)


def _download(content: bytes, name: str, media_type: str) -> Response:
    """Give what was made in memory; the application lets no browser or proxy keep it."""
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response
