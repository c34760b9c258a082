"""What people are told about their answers, and the yes that some are asked for first.

A project's own notice says what it is about and why one may be asked. What the service itself
promises stands below it and is the same for everybody who came in the same way.
"""

from collections.abc import Mapping
from datetime import date

from flask import current_app, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from survey_service.fieldwork import answering
from survey_service.fieldwork.answering import AnsweringRefused
from survey_service.fieldwork.notices import (
    LegalBasis,
    Section,
    find_told_notice,
    read_sections,
)
from survey_service.storage.responses import ResponseState
from survey_service.texts import DEFAULT_LANGUAGE, LANGUAGES
from survey_service.web.access import Access, access
from survey_service.web.answer.blueprint import pages
from survey_service.web.answer.forms import PageForm, require_valid
from survey_service.web.answer.sitting import current_sitting, require_page_token
from survey_service.web.answer.ways import start_url
from survey_service.web.errors import SittingMissing
from survey_service.web.language import long_date, translate
from survey_service.web.settings import Settings

CONSENT = "consent"
"""What the page token of saying yes stands for."""

_OWN_VOICE = frozenset({"staff", "leader", "relative", "partner"})
"""Who is spoken to in words of their own; everybody else as a citizen."""


@pages.get("/saadan-bruger-vi-dine-svar")
@access(Access.PUBLIC)
def notice() -> ResponseReturnValue:
    """Tell what happens with the answers."""
    try:
        overview = answering.look_over(current_sitting().response_id)
    except (SittingMissing, AnsweringRefused):
        # Who has sent their answers, or never began, may read it too.
        return render_template("answer/notice.html", notice=general_sections(), back_url=None)
    return render_template(
        "answer/notice.html",
        notice=told_sections(overview.state),
        back_url=url_for("answer.introduction"),
        sitting=True,
    )


@pages.post("/ja")
@access(Access.PUBLIC)
def consent() -> ResponseReturnValue:
    """Record that somebody says yes, and go on to the questions."""
    sitting, form = current_sitting(), PageForm()
    require_page_token(sitting, CONSENT, form.page.data)
    require_valid(form)
    answering.give_consent(sitting.response_id)
    return redirect(start_url(answering.look_over(sitting.response_id)), code=303)


def general_sections() -> list[Section]:
    """Return what holds for everyone, whatever they were asked."""
    return [_section("general", {})]


def told_sections(state: ResponseState) -> list[Section]:
    """Return what somebody was told when they began, in the reader's language."""
    own = find_told_notice(state.project_id, state.notice_version)
    values = notice_values(state.municipality_name, state.minimum, long_date(state.retained_until))
    opening = (
        _built_in_opening(state.audience, values)
        if own is None
        else list(read_sections(own.text(g.language)))
    )
    basis = "" if own is None else own.legal_basis
    promised = promised_sections(state.audience, values, has_code=state.has_code, basis=basis)
    return [*opening, *promised]


def promised_sections(
    audience: str, values: Mapping[str, object], *, has_code: bool, basis: str = ""
) -> list[Section]:
    """Return what the service promises an audience that came with a code, or without one.

    Answers for statistics alone (`basis`) are shown to nobody: there, none can be looked at again.
    """
    voice = _voice(audience)
    words = {name: translate(f"answer.notice.{name}_{voice}") for name in ("unseen", "not_used")}
    way_in = ("with_code", "withdraw_code") if has_code else ("without_code", "withdraw_none")
    sees_own = has_code and basis != LegalBasis.STATISTICS_ONLY
    own = ("own_data",) if sees_own else ()
    names = (way_in[0], "shown", "kept", way_in[1], *own, "rights")
    return [_section(name, {**values, **words}) for name in names]


def notice_values(municipality_name: str, minimum: int, retention_date: str) -> dict[str, object]:
    """Return what the sentences of a notice are filled in with."""
    settings: Settings = current_app.extensions["survey_settings"]
    return {
        "municipality": municipality_name,
        "minimum": minimum,
        "retention_date": retention_date,
        "controller": settings.data_controller or municipality_name,
        "contact": settings.data_contact or municipality_name,
    }


def default_opening(audience: str, legal_basis: str, values: Mapping[str, object]) -> str:
    """Return a good text to begin with for an audience and a legal basis, headings marked."""
    sections = [*_built_in_opening(audience, values), _section(f"basis_{legal_basis}", values)]
    return "\n\n".join(
        f"# {section.heading}\n" + "\n\n".join(section.paragraphs) for section in sections
    )


def default_texts(
    audience: str, legal_basis: str, municipality_name: str, minimum: int, retained_until: date
) -> dict[str, str]:
    """Return a good text to begin with for an audience and a legal basis, per language."""
    found = {}
    before = g.get("language", DEFAULT_LANGUAGE)
    for language in LANGUAGES:
        g.language = language
        values = notice_values(municipality_name, minimum, long_date(retained_until))
        found[language] = default_opening(audience, legal_basis, values)
    g.language = before
    return found


def _built_in_opening(audience: str, values: Mapping[str, object]) -> list[Section]:
    return [_section("about", values), _section(f"voluntary_{_voice(audience)}", values)]


def _voice(audience: str) -> str:
    return audience if audience in _OWN_VOICE else "citizen"


def _section(name: str, values: Mapping[str, object]) -> Section:
    text = translate(f"answer.notice.{name}.text", **values)
    paragraphs = tuple(paragraph.strip() for paragraph in text.split("\n\n"))
    return Section(translate(f"answer.notice.{name}.heading"), paragraphs)
