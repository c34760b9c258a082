"""What the pages of a release's briefs show: the list of them, one of them, and its texts."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import render_template, url_for
from markupsafe import Markup

from survey_service.briefs.context import OwnWords
from survey_service.briefs.html import write_fragment
from survey_service.reporting.brief_making import BriefOrder, place_of, tell_release
from survey_service.reporting.brief_review import review_brief
from survey_service.reporting.releasing import PublishedRelease
from survey_service.storage import brief_words
from survey_service.storage.brief_words import BriefPlace, WordsRecord
from survey_service.storage.database import reading
from survey_service.texts import LANGUAGES
from survey_service.web.access import may_open
from survey_service.web.language import long_date, translate
from survey_service.web.workspace.brief_choice import (
    KIND_PATHS,
    accessibility_url,
    offered_briefs,
    order_choice,
    write_choice,
)
from survey_service.web.workspace.frame import project_frame
from survey_service.web.workspace.results_frame import release_words, section_links

_PATHS = {kind: path for path, kind in KIND_PATHS.items()}


def render_briefs(release: PublishedRelease) -> str:
    """Return the list of the briefs the reader may have, in each language."""
    newest = brief_words.find_newest_of_release(reading(), release.project.id, release.number)
    return render_template(
        "workspace/briefs/list.html",
        **project_frame(release.project, "results"),
        release=release_words(release),
        sections=section_links(release, "briefs"),
        languages=[translate(f"workspace.briefs.language_{language}") for language in LANGUAGES],
        briefs=[
            {
                "name": label,
                "cells": [
                    _cell(release, order_choice(word, language), newest) for language in LANGUAGES
                ],
            }
            for word, label in offered_briefs(release.project)
        ],
        may_write=may_open("workspace.brief_words"),
        all_briefs_url=(
            url_for("workspace.all_briefs", project_id=release.project.id, number=release.number)
            if may_open("workspace.all_briefs")
            else None
        ),
    )


def tell_shown(
    release: PublishedRelease, order: BriefOrder, *, is_within: bool = False
) -> dict[str, Any]:
    """Return a brief as a fragment of a page, and what its writer should consider.

    Args:
        release: whose figures it tells.
        order: which brief.
        is_within: whether the page has a heading of its own above it.
    """
    content = tell_release(release, order, accessibility_url())
    is_writer = may_open("workspace.brief_words")
    review = review_brief(content, _words_on(release, order)) if is_writer else None
    fragment = write_fragment(content, is_within=is_within)
    return {
        "title": content.title,
        "fragment": Markup(fragment),  # noqa: S704 - every text in it is escaped
        "lix": round(review.lix) if review and review.lix is not None else None,
        "own_lix": round(review.own_lix) if review and review.own_lix is not None else None,
        "lacking": " ".join(review.lacking) if review else "",
    }


def brief_links(release: PublishedRelease, order: BriefOrder) -> dict[str, str | None]:
    """Return the ways from a brief: to read it, fetch it, write for it, and to all of them."""
    return {
        "page": brief_url("brief_page", release, order),
        "file": brief_url("brief_file", release, order, tekst=order.words_version),
        "words": (
            brief_url("brief_words", release, order, tekst=order.words_version)
            if may_open("workspace.brief_words")
            else None
        ),
        "all": url_for("workspace.briefs", project_id=release.project.id, number=release.number),
    }


def brief_url(endpoint: str, release: PublishedRelease, order: BriefOrder, **query: Any) -> str:
    """Return the address of one of a brief's pages."""
    return url_for(
        f"workspace.{endpoint}",
        project_id=release.project.id,
        number=release.number,
        kind=_PATHS[order.kind],
        language=order.language,
        afdeling=order.unit,
        **query,
    )


def brief_name(release: PublishedRelease, order: BriefOrder) -> str:
    """Return whom a brief is for and its language: "Udvalg, dansk"."""
    label = dict(offered_briefs(release.project))[write_choice(order.kind, order.unit)]
    language = translate(f"workspace.briefs.in_{order.language}")
    return translate("workspace.briefs.name", name=label, language=language)


def find_texts(release: PublishedRelease, order: BriefOrder) -> list[dict[str, Any]]:
    """Return every text of a brief, the newest first; for those who write them alone."""
    if not may_open("workspace.brief_words"):
        return []
    newest = next_version(release, order) - 1
    shown = order.words_version or newest
    return [
        {
            "number": found.version,
            "date": long_date(found.written_on),
            "is_empty": found.is_empty,
            "is_newest": found.version == newest,
            "is_shown": found.version == shown,
            **brief_links(release, replace(order, words_version=found.version)),
            "page": brief_url("brief_page", release, order, tekst=found.version),
        }
        for found in brief_words.find_versions(reading(), place_of(release, order))
    ]


def find_shown_words(release: PublishedRelease, order: BriefOrder) -> WordsRecord | None:
    """Return the words an order asks for: the newest, or of its version; None: there are none."""
    place = place_of(release, order)
    if order.words_version is None:
        return brief_words.find_newest(reading(), place)
    return brief_words.find_version(reading(), place, order.words_version)


def tell_words(found: WordsRecord) -> dict[str, Any]:
    """Return one version of a brief's words as they are read on a page."""
    return {
        "number": found.version,
        "date": long_date(found.written_on),
        "introduction": [line for line in found.introduction.splitlines() if line],
        "next_steps": found.next_steps.splitlines(),
        "told_by": long_date(found.told_by) if found.told_by else None,
        "is_empty": found.is_empty,
    }


def next_version(release: PublishedRelease, order: BriefOrder) -> int:
    """Return the number that a brief's words get when they are saved now."""
    newest = brief_words.find_newest(reading(), place_of(release, order))
    return 1 if newest is None else newest.version + 1


def _words_on(release: PublishedRelease, order: BriefOrder) -> OwnWords:
    """Return the words a brief is shown with: those to look at beforehand, else what is stored."""
    if order.own_words is not None:
        return order.own_words
    found = find_shown_words(release, order)
    return OwnWords(found.introduction, found.next_steps, found.told_by) if found else OwnWords()


def _cell(
    release: PublishedRelease, order: BriefOrder, newest: Mapping[BriefPlace, WordsRecord]
) -> dict[str, Any]:
    found = newest.get(place_of(release, order))
    return {
        "name": brief_name(release, order),
        "text": found and {"number": found.version, "date": long_date(found.written_on)},
        "is_empty": found is None or found.is_empty,
        **brief_links(release, order),
    }
