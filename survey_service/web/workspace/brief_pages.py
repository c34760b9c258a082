"""The briefs of a release: read on a screen, fetched as PDF, and given words of one's own.

What draws is imported when one of these pages is asked for: a process that only takes answers
never loads it.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import abort, redirect, render_template, request, send_file
from flask.typing import ResponseReturnValue
from wtforms import StringField, TextAreaField

from survey_service.faults import InputRefused
from survey_service.web.access import Access, access, may_open
from survey_service.web.installation import the_day
from survey_service.web.language import whole_number
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.forms import WorkspaceForm
from survey_service.web.workspace.frame import find_own_project, project_frame
from survey_service.web.workspace.release_pages import find_shown_release

if TYPE_CHECKING:
    from survey_service.briefs.context import OwnWords
    from survey_service.reporting.brief_making import BriefOrder
    from survey_service.reporting.releasing import PublishedRelease
    from survey_service.storage.brief_words import WordsRecord

BRIEFS = "/projekt/<uuid:project_id>/udgivelser/<int:number>/breve"
BRIEF = (
    f"{BRIEFS}/<any(ledelse, udvalg, arbejdsgruppe, deltagere, afdeling):kind>"
    "/<any(da, en):language>"
)
"""A brief's address; the unit's key of a unit's brief stands behind it as `afdeling`."""

PREVIEW = "vis"
"""The button that shows a brief with what was typed and saves nothing."""


class WordsForm(WorkspaceForm):
    """What an evaluator adds to a brief; `act` is the button that was pressed.

    `begun_from` is the number of the newest text when the writer began, 0 for none.
    """

    introduction = TextAreaField()
    next_steps = TextAreaField()
    told_by = StringField()
    act = StringField()
    begun_from = StringField()


@pages.get(BRIEFS, endpoint="briefs")
@access(Access.READER)
def list_briefs(project_id: UUID, number: int) -> ResponseReturnValue:
    """List the briefs of a release that the reader may have, and which words they carry."""
    from survey_service.web.workspace.brief_list import render_briefs

    return render_briefs(_find_release(project_id, number))


@pages.get(BRIEF, endpoint="brief_page")
@access(Access.READER)
def show_brief(project_id: UUID, number: int, kind: str, language: str) -> ResponseReturnValue:
    """Show a brief as a page, for phones and for reading before printing."""
    from survey_service.web.workspace.brief_list import brief_links, find_texts, tell_shown

    release, order = _find_brief(project_id, number, kind, language)
    return render_template(
        "workspace/briefs/brief.html",
        **project_frame(release.project, "results"),
        **tell_shown(release, order),
        links=brief_links(release, order),
        texts=find_texts(release, order),
        switch_next=request.full_path.rstrip("?"),
    )


@pages.get(f"{BRIEF}.pdf", endpoint="brief_file")
@access(Access.READER)
def fetch_brief(project_id: UUID, number: int, kind: str, language: str) -> ResponseReturnValue:
    """Give a brief as PDF."""
    from survey_service.reporting.brief_making import order_brief
    from survey_service.web.workspace.brief_choice import accessibility_url

    release, order = _find_brief(project_id, number, kind, language)
    made = order_brief(release, order, accessibility_url())
    return send_file(
        BytesIO(made.written),
        mimetype=made.media_type,
        as_attachment=True,
        download_name=made.file_name,
    )


@pages.route(f"{BRIEF}/ord", methods=["GET", "POST"], endpoint="brief_words")
@access(Access.EVALUATOR)
def write_words(project_id: UUID, number: int, kind: str, language: str) -> ResponseReturnValue:
    """Write the words of a brief, see it with them, and save them as its newest version."""
    from survey_service.fieldwork.brief_words import NewerWords, save_words
    from survey_service.reporting.brief_making import place_of
    from survey_service.web.workspace.brief_list import brief_url, next_version

    release, order = _find_brief(project_id, number, kind, language)
    form = WordsForm()
    if not form.is_submitted():
        return _words_page(release, order, _filled_form(release, order))
    form.is_sent()
    version = next_version(release, order)
    try:
        words = _read_words(release, order, form, version)
    except InputRefused as refused:
        form.refuse(refused.faults)
        return _words_page(release, order, form), 400
    if form.act.data == PREVIEW:
        return _words_page(release, order, form, words)
    place, begun_from = place_of(release, order), form.begun_from.data or ""
    known = int(begun_from) if begun_from.isascii() and begun_from.isdigit() else 0
    try:
        save_words(place, words, the_day(), known)
    except NewerWords as found:
        form.begun_from.data = str(found.words.version)
        return _words_page(release, order, form, newer=found.words), 409
    return redirect(brief_url("brief_page", release, order), code=303)


def _read_words(
    release: PublishedRelease, order: BriefOrder, form: WordsForm, version: int
) -> OwnWords:
    """Return what was typed; raises InputRefused, also where the brief has no room for it."""
    from dataclasses import replace

    from survey_service.fieldwork.brief_words import TypedWords, read_words
    from survey_service.reporting.brief_review import find_excess
    from survey_service.web.workspace.brief_choice import accessibility_url

    numbered = replace(order, words_version=version)
    return read_words(
        order.kind,
        TypedWords(
            form.introduction.data or "", form.next_steps.data or "", form.told_by.data or ""
        ),
        the_day(),
        lambda words: find_excess(release, numbered, words, accessibility_url()),
    )


def _words_page(
    release: PublishedRelease,
    order: BriefOrder,
    form: WordsForm,
    preview: OwnWords | None = None,
    newer: WordsRecord | None = None,
) -> str:
    from dataclasses import asdict, replace

    from survey_service.fieldwork.brief_words import LIMITS, can_promise
    from survey_service.web.workspace.brief_list import (
        brief_links,
        brief_name,
        find_texts,
        next_version,
        tell_shown,
        tell_words,
    )

    shown: dict[str, Any] = {}
    if preview is not None:
        numbered = replace(order, own_words=preview, words_version=next_version(release, order))
        shown = tell_shown(release, numbered, is_within=True)
    return render_template(
        "workspace/briefs/words.html",
        **project_frame(release.project, "results"),
        **{"fragment": None, **shown},
        name=brief_name(release, order),
        form=form,
        newer=newer and tell_words(newer),
        action=request.full_path.rstrip("?"),
        limits={name: whole_number(most) for name, most in asdict(LIMITS[order.kind]).items()},
        has_promise=can_promise(order.kind),
        preview_button=PREVIEW,
        links=brief_links(release, order),
        texts=find_texts(release, order),
        switch_next=request.full_path.rstrip("?"),
    )


def _filled_form(release: PublishedRelease, order: BriefOrder) -> WordsForm:
    """Return the form with the words the brief has now, or of the version that was asked for."""
    from survey_service.web.workspace.brief_list import find_shown_words, next_version

    begun_from = str(next_version(release, order) - 1)
    found = find_shown_words(release, order)
    if found is None:
        return WordsForm(begun_from=begun_from)
    return WordsForm(
        introduction=found.introduction,
        next_steps=found.next_steps,
        told_by=found.told_by.isoformat() if found.told_by else "",
        begun_from=begun_from,
    )


def _find_release(project_id: UUID, number: int) -> PublishedRelease:
    project = find_own_project(project_id)
    release = find_shown_release(project.id, number)
    if release is None:
        abort(404)
    return release


def _find_brief(
    project_id: UUID, number: int, kind: str, language: str
) -> tuple[PublishedRelease, BriefOrder]:
    """Return a release, and the order of a brief of it that the signed-in person may have.

    Earlier texts (`tekst`) are there for those who write them: others read what holds now.
    """
    from survey_service.web.workspace.brief_choice import (
        KIND_PATHS,
        offered_briefs,
        order_choice,
        write_choice,
    )
    from survey_service.web.workspace.brief_list import find_shown_words

    release = _find_release(project_id, number)
    wanted = write_choice(KIND_PATHS[kind], request.args.get("afdeling"))
    if wanted not in dict(offered_briefs(release.project)):
        abort(404)
    version = request.args.get("tekst", type=int)
    order = order_choice(wanted, language, words_version=version)
    if version is not None and (
        not may_open("workspace.brief_words") or find_shown_words(release, order) is None
    ):
        abort(404)
    return release, order
