"""The legal basis of asking each audience, and what it is told before it answers."""

from collections.abc import Sequence
from uuid import UUID

from flask import abort, g, redirect, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField, TextAreaField

from survey_service.faults import InputRefused
from survey_service.fieldwork import notices
from survey_service.fieldwork.notices import LegalBasis, read_sections
from survey_service.fieldwork.setup_steps import read_setup
from survey_service.measurement.instrument import Audience
from survey_service.measurement.readability import CITIZENS_LIX_LIMIT, count_texts
from survey_service.storage import setup
from survey_service.storage.database import reading
from survey_service.storage.projects import ProjectRecord
from survey_service.storage.setup import NoticeRecord
from survey_service.web.access import Access, access
from survey_service.web.answer.notices import (
    default_texts,
    notice_values,
    promised_sections,
)
from survey_service.web.language import long_date, translate
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.forms import WorkspaceForm
from survey_service.web.workspace.frame import audience_name
from survey_service.web.workspace.setup.room import (
    find_setup_project,
    refuse,
    step_page,
    step_url,
)

_ASKED_ANYWAY = (Audience.CITIZEN, Audience.STAFF, Audience.RELATIVE)


class NoticeForm(WorkspaceForm):
    """A legal basis and a notice in both languages; `act` is the button that was pressed."""

    legal_basis = StringField()
    text_da = TextAreaField()
    text_en = TextAreaField()
    act = StringField()


@pages.get("/projekt/<uuid:project_id>/opsaetning/oplysning", endpoint="setup_notices")
@access(Access.EVALUATOR)
def list_notices(project_id: UUID) -> ResponseReturnValue:
    """List the audiences with their legal basis and how far their notice is."""
    project = find_setup_project(project_id)
    found = read_setup(project)
    audiences = found.asked_audiences or [str(audience) for audience in _ASKED_ANYWAY]
    return step_page(
        project,
        "notices",
        audiences=[
            {
                "name": audience_name(audience),
                "notice": found.notices.get(audience),
                "basis": _basis_name(found.notices.get(audience)),
                "url": _notice_url(project, audience),
            }
            for audience in audiences
        ],
        next_url=step_url(project_id, "contacts"),
    )


@pages.route(
    "/projekt/<uuid:project_id>/opsaetning/oplysning/<audience>",
    methods=["GET", "POST"],
    endpoint="setup_notice",
)
@access(Access.EVALUATOR)
def notice(project_id: UUID, audience: str) -> ResponseReturnValue:
    """Write what an audience is told: look at it, begin from a standard text, or save it."""
    project = find_setup_project(project_id)
    if audience not in set(Audience) - {Audience.CITIZEN_PROXY}:
        abort(404)
    versions = setup.find_notices(reading(), project_id, audience)
    form = NoticeForm(data=_stored(project, audience, versions))
    status = 200
    if form.is_sent() and form.act.data == "default":
        _fill_in_default(project, audience, form)
    elif form.is_sent() and form.act.data != "look":
        texts = (str(form[name].data or "") for name in ("legal_basis", "text_da", "text_en"))
        try:
            notices.save_notice(project_id, audience, *texts)
        except InputRefused as refusal:
            refuse(form, refusal)
            status = 400
        else:
            return redirect(step_url(project_id, "notices"), code=303)
    return _notice_page(project, audience, form, versions), status


def _notice_page(
    project: ProjectRecord, audience: str, form: NoticeForm, versions: Sequence[NoticeRecord]
) -> str:
    texts = {"da": str(form.text_da.data or ""), "en": str(form.text_en.data or "")}
    values = _values(project)
    return step_page(
        project,
        "notice",
        form=form,
        audience_name=audience_name(audience),
        bases=[(str(basis), translate(f"workspace.setup.basis_{basis}")) for basis in LegalBasis],
        preview=[
            *read_sections(texts[g.language]),
            *promised_sections(
                audience, values, has_code=True, basis=form.legal_basis.data or ""
            ),
        ],
        asks_consent=form.legal_basis.data == LegalBasis.CONSENT,
        municipality=project.municipality_name,
        lix=round(count_texts(_spoken(texts["da"])).lix),
        lix_limit=round(CITIZENS_LIX_LIMIT),
        is_for_citizens=audience == Audience.CITIZEN,
        version=versions[0].version if versions else None,
        older=[(one.version, _basis_name(one), read_sections(one.text(g.language)))
               for one in versions[1:]],
        back_url=step_url(project.id, "notices"),
    )  # fmt: skip


def _stored(
    project: ProjectRecord, audience: str, versions: Sequence[NoticeRecord]
) -> dict[str, str]:
    if versions:
        newest = versions[0]
        return {
            "legal_basis": newest.legal_basis,
            "text_da": newest.text_da,
            "text_en": newest.text_en,
        }
    basis = LegalBasis.PUBLIC_TASK
    return {"legal_basis": basis, **_default_texts(project, audience, basis)}


def _fill_in_default(project: ProjectRecord, audience: str, form: NoticeForm) -> None:
    chosen = form.legal_basis.data
    basis = chosen if chosen in set(LegalBasis) else LegalBasis.PUBLIC_TASK
    for name, text in _default_texts(project, audience, basis).items():
        form[name].data = text


def _default_texts(project: ProjectRecord, audience: str, basis: str) -> dict[str, str]:
    found = default_texts(
        audience, basis, project.municipality_name, project.minimum, project.retained_until
    )
    return {f"text_{language}": text for language, text in found.items()}


def _values(project: ProjectRecord) -> dict[str, object]:
    until = long_date(project.retained_until)
    return notice_values(project.municipality_name, project.minimum, until)


def _spoken(text: str) -> list[str]:
    sections = read_sections(text)
    return [part for section in sections for part in (section.heading, *section.paragraphs)]


def _basis_name(found: NoticeRecord | None) -> str:
    return "" if found is None else translate(f"workspace.setup.basis_{found.legal_basis}")


def _notice_url(project: ProjectRecord, audience: str) -> str:
    return url_for("workspace.setup_notice", project_id=project.id, audience=audience)
