"""Whom the people of a project can talk to."""

from uuid import UUID

from flask.typing import ResponseReturnValue
from wtforms import StringField

from survey_service.faults import InputRefused
from survey_service.fieldwork import notices
from survey_service.fieldwork.notices import CONTACT_LIMIT, TypedContact, is_check_due
from survey_service.storage import setup
from survey_service.storage.database import reading
from survey_service.storage.setup import ContactRecord
from survey_service.web.access import Access, access
from survey_service.web.contacts import forget_contacts, installation_contacts
from survey_service.web.installation import the_day
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.forms import WorkspaceForm
from survey_service.web.workspace.setup.room import (
    find_setup_project,
    go_on,
    refuse,
    step_page,
)

_NAMES = ("name_da", "name_en", "phone", "note_da", "note_en", "checked_on")
_ROWS_TO_ADD = 2


@pages.route(
    "/projekt/<uuid:project_id>/opsaetning/kontakter",
    methods=["GET", "POST"],
    endpoint="setup_contacts",
)
@access(Access.EVALUATOR)
def contacts(project_id: UUID) -> ResponseReturnValue:
    """Show and store whom somebody can talk to, with the day each number was last tried."""
    project = find_setup_project(project_id)
    stored = setup.find_contacts(reading(), project_id)
    form = _contact_form(stored or _installation_records())
    status = 200
    if form.is_sent():
        try:
            notices.save_contacts(project_id, _typed_contacts(form), the_day())
        except InputRefused as refusal:
            refuse(form, refusal)
            status = 400
        else:
            forget_contacts(project_id)
            return go_on(project, "contacts")
    page = step_page(
        project,
        "contacts",
        form=form,
        rows=[{name: form[f"{name}_{number}"] for name in _NAMES} for number in _numbers(form)],
        is_own=bool(stored),
        unchecked=[
            one.name_da for one in stored if is_check_due(one.phone, one.checked_on, the_day())
        ],
    )
    return page, status


def _contact_form(known: list[ContactRecord]) -> WorkspaceForm:
    count = min(len(known) + _ROWS_TO_ADD, CONTACT_LIMIT)
    fields = {
        f"{name}_{number}": StringField() for number in range(1, count + 1) for name in _NAMES
    }
    data = {
        f"{name}_{number}": str(getattr(contact, name) or "")
        for number, contact in enumerate(known[:count], start=1)
        for name in _NAMES
    }
    form: WorkspaceForm = type("ContactForm", (WorkspaceForm,), fields)(data=data)
    return form


def _typed_contacts(form: WorkspaceForm) -> list[TypedContact]:
    return [
        TypedContact(number, *(str(form[f"{name}_{number}"].data or "") for name in _NAMES))
        for number in _numbers(form)
    ]


def _numbers(form: WorkspaceForm) -> list[int]:
    return [number for number in range(1, CONTACT_LIMIT + 1) if f"phone_{number}" in form]


def _installation_records() -> list[ContactRecord]:
    return [
        ContactRecord(
            contact.name.read_in("da"),
            contact.name.read_in("en"),
            contact.phone,
            contact.note.read_in("da"),
            contact.note.read_in("en"),
            contact.checked_on,
        )
        for contact in installation_contacts()
    ]
