"""A questionnaire as a page needs it without network: every page of it, rendered in advance.

The pages come from the same templates as online, so that both look and read alike. They hold no
answers and no code and are the same for everybody in a project, pinned to the questionnaire's
version.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from flask import current_app, g, render_template, url_for

from survey_service.catalogue import load_instrument
from survey_service.measurement.instrument import NON_ANSWERS, Block, Instrument, Item
from survey_service.texts import LANGUAGES
from survey_service.web.contacts import ShownContact, answer_for_project, shown_contacts
from survey_service.web.language import translate

_TEXTS = (
    "offline.banner",
    "offline.back",
    "offline.memory_only",
    "offline.page_needs_network",
    "offline.later",
    "answer.layout.other_language",
    "answer.question.answered_hidden",
    "answer.question.clear",
    "answer.review.answer",
    "answer.review.change",
    "answer.review.hidden",
    "answer.review.open",
    "answer.review.open_one",
    "answer.review.open_many",
    "answer.review.written",
    "answer.stop.none",
    "answer.stop.count_one",
    "answer.stop.count_many",
    "error.answer_missing",
)
_COUNT = "{count}"
"""Stands in a rendered page where the device fills in a number."""


def questionnaire_pages(key: str, version: int, offers_free_text: bool) -> bytes:
    """Return a questionnaire's pages in both languages as JSON, rendered once per contacts shown.

    Raises UnknownInstrument for a questionnaire there is not.
    """
    rendered: dict[tuple[str, int, bool, tuple[ShownContact, ...]], bytes]
    rendered = current_app.extensions.setdefault("survey_offline_pages", {})
    wanted = (key, version, offers_free_text, shown_contacts())
    if wanted not in rendered:
        rendered[wanted] = _render(key, version, offers_free_text)
    return rendered[wanted]


def address_of(project_id: UUID, key: str, version: int, offers_free_text: bool) -> str:
    """Return where a questionnaire's pages are; another address once anything in them changes."""
    answer_for_project(project_id)
    content = questionnaire_pages(key, version, offers_free_text)
    return url_for(
        "offline.questions",
        fingerprint=hashlib.sha256(content).hexdigest()[:12],
        key=key,
        version=version,
        kind="words" if offers_free_text else "choices",
        project_id=project_id,
    )


def _render(key: str, version: int, offers_free_text: bool) -> bytes:
    instrument = load_instrument(key, version)
    items = [item for item in instrument.items if offers_free_text or item.block != Block.FREE_TEXT]
    content = {
        "instrument": f"{key}/{version}",
        "languages": {
            language: _in_language(instrument, items, language) for language in LANGUAGES
        },
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _in_language(
    instrument: Instrument, items: Sequence[Item], language: str
) -> Mapping[str, object]:
    with _reading_in(language):
        return {
            "title": instrument.title.read_in(language),
            "texts": {key: translate(key) for key in _TEXTS},
            "questions": [
                _question(items, number, language) for number in range(1, len(items) + 1)
            ],
            "review": _block("answer/review.html", rows=_review_rows(items, language)),
            "stop": _block("answer/stop.html", answered_count=_COUNT, back_url="#"),
            "thanks": {
                "title": translate("answer.thanks.heading"),
                "html": render_template("offline/thanks.html"),
            },
            "deleted": {
                "title": translate("offline.deleted.heading"),
                "html": render_template("offline/deleted.html"),
            },
            "footer": render_template(
                "answer/_footer.html", sitting=True, help_open=False, contacts=shown_contacts()
            ),
        }


def _question(items: Sequence[Item], number: int, language: str) -> Mapping[str, object]:
    item = items[number - 1]
    options = [(option.value, option.wording.read_in(language)) for option in item.answer_options]
    is_text = item.block is Block.FREE_TEXT
    non_answers = {value: translate(f"answer.question.{value}") for value in NON_ANSWERS}
    page = _block(
        "answer/question.html",
        # The template sets this outside its blocks, where rendering a block alone does not come by.
        step=translate("answer.question.step", number=number, total=len(items)),
        item={
            "text": item.wording.read_in(language),
            "help": item.help.read_in(language) if item.help else None,
            "is_text": is_text,
        },
        number=number,
        total=len(items),
        options=options,
        offers_non_answers=not is_text,
        previous_url=url_for("answer.question", number=number - 1) if number > 1 else None,
        action=url_for("answer.answer", number=number),
        saved_hint=True,
    )
    return {"key": item.key, "is_text": is_text, "labels": dict(options) | non_answers, **page}


def _review_rows(items: Sequence[Item], language: str) -> list[Mapping[str, object]]:
    return [
        {
            "number": number,
            "text": item.wording.read_in(language),
            "state": "open",
            "change_url": url_for("answer.question", number=number),
        }
        for number, item in enumerate(items, start=1)
    ]


def _block(template_name: str, **values: Any) -> Mapping[str, str]:
    """Return a page's title and main part, without tokens: the device has no use for them."""
    template = current_app.jinja_env.get_template(template_name)
    context = template.new_context({**values, "csrf_token": str, "page_token": ""})
    render = {name: "".join(template.blocks[name](context)).strip() for name in ("title", "main")}
    return {"title": render["title"], "html": render["main"]}


@contextmanager
def _reading_in(language: str) -> Iterator[None]:
    before = g.language
    g.language = language
    try:
        yield
    finally:
        g.language = before
