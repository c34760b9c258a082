"""The redaction room: people's own words are read, and their version for quoting is written.

What was written stands neither in an address nor in a log, and is sent with `no-store`; each look
at it is entered in the audit log.
"""

from collections.abc import Sequence
from uuid import UUID

from flask import abort, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from survey_service.faults import InputRefused
from survey_service.fieldwork.name_spotting import Spot, mark, suggest
from survey_service.fieldwork.redaction import (
    OwnText,
    WaveWords,
    WordsGroup,
    WordsUnknown,
    find_wave_words,
    read_group,
    review_text,
)
from survey_service.fieldwork.waves import WaveStatus
from survey_service.measurement.instrument import Item
from survey_service.measurement.quote_disclosure import LONGEST_QUOTE, MOST_QUOTES
from survey_service.storage import projects, setup
from survey_service.storage.database import reading
from survey_service.storage.free_texts import Review
from survey_service.storage.projects import ProjectRecord, WaveRecord
from survey_service.web.access import Access, access
from survey_service.web.installation import the_keys
from survey_service.web.language import translate
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.forms import WorkspaceForm
from survey_service.web.workspace.frame import (
    WITHHELD,
    audience_name,
    find_own_project,
    find_own_wave,
    project_frame,
)

GROUP_PATH = "/maaling/<uuid:wave_id>/egne-ord/<string:audience>/<string:item_key>"
SUGGEST = "suggest"
BEGINNING_LENGTH = 90


class ReviewForm(WorkspaceForm):
    """The version for quoting; `step`: suggest, or what is decided."""

    quote = StringField()
    step = StringField()


@pages.get("/projekt/<uuid:project_id>/egne-ord", endpoint="own_words")
@access(Access.EVALUATOR)
def show_rooms(project_id: UUID) -> ResponseReturnValue:
    """Show where there is something to read, wave by wave."""
    project = find_own_project(project_id)
    is_asked = setup.offers_free_text(reading(), project.id)
    return render_template(
        "workspace/own_words/waves.html",
        **project_frame(project, "own_words"),
        waves=[_shown_wave(found, is_asked=is_asked) for found in find_wave_words(project)],
        is_asked=is_asked,
        setup_url=url_for("workspace.setup_basics", project_id=project.id),
        most_quotes=MOST_QUOTES,
        minimum=project.minimum,
    )


@pages.get(GROUP_PATH, endpoint="own_words_group")
@access(Access.EVALUATOR)
def show_group(wave_id: UUID, audience: str, item_key: str) -> ResponseReturnValue:
    """Show what an audience wrote to a question, one after another."""
    project, wave = find_own_wave(wave_id)
    item, texts = _read(project, wave, audience, item_key)
    return render_template(
        "workspace/own_words/group.html",
        **project_frame(project, "own_words"),
        **_group_words(wave, audience, item, texts),
        texts=[
            {
                "number": number,
                "url": _text_url(wave, audience, item_key, text),
                "review": translate(f"workspace.own_words.review_{text.review}"),
                "is_read": text.review != Review.UNREAD,
                "shown": _beginning(text.quote or text.text),
                "is_quote": bool(text.quote),
            }
            for number, text in enumerate(texts, start=1)
        ],
        next_url=next(
            (
                _text_url(wave, audience, item_key, text)
                for text in texts
                if text.review == Review.UNREAD
            ),
            None,
        ),
        back_url=url_for("workspace.own_words", project_id=project.id),
    )


@pages.get(f"{GROUP_PATH}/<uuid:text_id>", endpoint="own_words_text")
@access(Access.EVALUATOR)
def show_text(wave_id: UUID, audience: str, item_key: str, text_id: UUID) -> ResponseReturnValue:
    """Show one person's words beside the version for quoting."""
    project, wave = find_own_wave(wave_id)
    item, texts = _read(project, wave, audience, item_key)
    text = _find_text(texts, text_id)
    form = ReviewForm(data={"quote": text.quote or text.text})
    return _text_page(project, wave, (audience, item), texts, text, form)


@pages.post(f"{GROUP_PATH}/<uuid:text_id>", endpoint="review_words")
@access(Access.EVALUATOR)
def review(wave_id: UUID, audience: str, item_key: str, text_id: UUID) -> ResponseReturnValue:
    """Suggest a version, or store what was decided and go on to the next that nobody has read."""
    project, wave = find_own_wave(wave_id)
    item, texts = _read(project, wave, audience, item_key)
    text, form = _find_text(texts, text_id), ReviewForm()
    form.is_sent()
    if form.step.data == SUGGEST:
        form.quote.data = suggest(form.quote.data or "", _stand_ins(), _known_places(project))
        return _text_page(project, wave, (audience, item), texts, text, form, is_suggested=True)
    if form.step.data not in set(Review):
        abort(400)
    decision = Review(form.step.data)
    try:
        review_text(
            the_keys(),
            project,
            wave,
            (audience, item_key),
            text_id,
            decision,
            form.quote.data or "",
        )
    except WordsUnknown:
        abort(404)
    except InputRefused as refused:
        form.refuse(refused.faults)
        return _text_page(project, wave, (audience, item), texts, text, form), 400
    return redirect(_next_url(wave, audience, item_key, texts, text), code=303)


def _text_page(
    project: ProjectRecord,
    wave: WaveRecord,
    place: tuple[str, Item],
    texts: Sequence[OwnText],
    text: OwnText,
    form: ReviewForm,
    *,
    is_suggested: bool = False,
) -> str:
    audience, item = place
    stretches = mark(text.text, _known_places(project))
    return render_template(
        "workspace/own_words/text.html",
        **project_frame(project, "own_words"),
        **_group_words(wave, audience, item, texts),
        number=texts.index(text) + 1,
        review=translate(f"workspace.own_words.review_{text.review}"),
        is_read=text.review != Review.UNREAD,
        stretches=[(one.text, _spot_name(one.spot)) for one in stretches],
        is_marked=any(one.spot for one in stretches),
        is_suggested=is_suggested,
        form=form,
        action=_text_url(wave, audience, item.key, text),
        longest=LONGEST_QUOTE,
        steps=[
            (decision.value, translate(f"workspace.own_words.decide_{decision}"))
            for decision in (Review.QUOTABLE, Review.NOT_QUOTABLE, Review.UNREAD)
        ],
        group_url=_group_url(wave, audience, item.key),
    )


def _shown_wave(found: WaveWords, *, is_asked: bool) -> dict[str, object]:
    """Return a wave's questions; of a project that asks for no words those with any to read."""
    wave = found.wave
    is_closed = wave.status in {WaveStatus.CLOSED, WaveStatus.RELEASED}
    return {
        "name": wave.label(g.language),
        "is_closed": is_closed,
        "groups": [
            _shown_group(wave, group) for group in found.groups if is_asked or group.text_count
        ],
    }


def _shown_group(wave: WaveRecord, group: WordsGroup) -> dict[str, object]:
    url = None
    if group.is_statistics_only:
        told = translate("workspace.own_words.statistics_only")
    elif group.text_count is None:
        told = WITHHELD
    else:
        url = _group_url(wave, group.audience, group.item.key)
        told = translate(
            "workspace.own_words.read" if group.unread_count else "workspace.own_words.all_read",
            count=group.text_count,
            unread=group.unread_count,
        )
    return {
        "audience": audience_name(group.audience),
        "question": group.item.wording.read_in(g.language),
        "told": told,
        "url": url,
    }


def _group_words(
    wave: WaveRecord, audience: str, item: Item, texts: Sequence[OwnText]
) -> dict[str, object]:
    return {
        "question": item.wording.read_in(g.language),
        "audience": audience_name(audience),
        "wave": wave.label(g.language),
        "count": len(texts),
        "unread": sum(text.review == Review.UNREAD for text in texts),
        "most_quotes": MOST_QUOTES,
    }


def _read(
    project: ProjectRecord, wave: WaveRecord, audience: str, item_key: str
) -> tuple[Item, tuple[OwnText, ...]]:
    try:
        return read_group(the_keys(), project, wave, audience, item_key)
    except WordsUnknown:
        abort(404)


def _find_text(texts: Sequence[OwnText], text_id: UUID) -> OwnText:
    found = next((text for text in texts if text.id == text_id), None)
    if found is None:
        abort(404)
    return found


def _next_url(
    wave: WaveRecord, audience: str, item_key: str, texts: Sequence[OwnText], text: OwnText
) -> str:
    place = texts.index(text)
    for other in (*texts[place + 1 :], *texts[:place]):
        if other.review == Review.UNREAD:
            return _text_url(wave, audience, item_key, other)
    return _group_url(wave, audience, item_key)


def _group_url(wave: WaveRecord, audience: str, item_key: str) -> str:
    return url_for(
        "workspace.own_words_group", wave_id=wave.id, audience=audience, item_key=item_key
    )


def _text_url(wave: WaveRecord, audience: str, item_key: str, text: OwnText) -> str:
    return url_for(
        "workspace.own_words_text",
        wave_id=wave.id,
        audience=audience,
        item_key=item_key,
        text_id=text.id,
    )


def _beginning(text: str) -> str:
    shown = " ".join(text.split())
    return shown if len(shown) <= BEGINNING_LENGTH else f"{shown[:BEGINNING_LENGTH].rstrip()} …"


def _spot_name(spot: Spot | None) -> str | None:
    return None if spot is None else translate(f"workspace.own_words.spot_{spot}")


def _stand_ins() -> dict[Spot, str]:
    return {spot: translate(f"workspace.own_words.stand_in_{spot}") for spot in Spot}


def _known_places(project: ProjectRecord) -> list[str]:
    units = projects.find_unit_tree(reading(), project.municipality_id)
    whole = project.municipality_name
    return [whole, whole.removesuffix(" Kommune"), *(unit.name for unit in units)]
