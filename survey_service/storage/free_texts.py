"""People's own words, sealed: stored apart from their answers, read for redaction, withdrawn."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from survey_service.storage.results import lock_releases
from survey_service.storage.tables import (
    Answer,
    FreeText,
    ProjectNotice,
    Release,
    Response,
    Wave,
)

Place = tuple[str, str, str]
"""Audience, wave's key and item: where words were written."""

TEXT_PURPOSE = "free-text"
QUOTE_PURPOSE = "free-text-quote"
"""What the project's key seals words for, and the version of them that may be quoted."""

STATISTICS_ONLY = "statistics_only"
"""The legal basis under which nobody may read what one person wrote."""


class Review(StrEnum):
    """What an evaluator decided about somebody's words."""

    UNREAD = "unread"
    QUOTABLE = "quotable"
    NOT_QUOTABLE = "not_quotable"


@dataclass(frozen=True, slots=True)
class SealedWords:
    """One person's words to one question, sent; `sealed_quote` is what may be quoted of them."""

    holder_hash: str
    item_key: str
    wave_id: UUID
    wave_key: str
    audience: str
    sealed_text: bytes
    review: str
    sealed_quote: bytes | None

    @property
    def quote_bound_to(self) -> str:
        """What a sealed quote is bound to: it opens for no other holder and question."""
        return f"{self.holder_hash}/{self.item_key}"

    @property
    def place(self) -> Place:
        """Where they were written."""
        return self.audience, self.wave_key, self.item_key


def save_free_text(
    session: Session, holder_hash: str, item_key: str, wave_id: UUID, sealed_text: bytes
) -> None:
    """Store somebody's sealed words; later words to the same item take their place."""
    delete_free_texts(session, [holder_hash], item_key)
    session.add(
        FreeText(
            holder_hash=holder_hash, item_key=item_key, wave_id=wave_id, sealed_text=sealed_text
        )
    )
    session.flush()


def find_free_text(session: Session, holder_hash: str, item_key: str) -> bytes | None:
    """Return the sealed words stored under a holder's hash, if any."""
    return session.execute(
        select(FreeText.sealed_text).where(
            FreeText.holder_hash == holder_hash, FreeText.item_key == item_key
        )
    ).scalar()


def mark_free_texts_sent(session: Session, holder_hash: str, audience: str) -> None:
    """Let a holder's words count as sent, as those of one of this audience."""
    session.execute(
        update(FreeText)
        .where(FreeText.holder_hash == holder_hash)
        .values(is_sent=True, audience=audience)
    )


def delete_free_texts(
    session: Session, holder_hashes: Iterable[str], item_key: str | None = None
) -> None:
    """Remove the words stored under these hashes (of one item, if it is given)."""
    statement = delete(FreeText).where(FreeText.holder_hash.in_(list(holder_hashes)))
    if item_key is not None:
        statement = statement.where(FreeText.item_key == item_key)
    session.execute(statement)


def withdraw_free_texts(session: Session, holder_hashes: Iterable[str]) -> None:
    """Remove these holders' words, and all quotes beside them from releases nobody published.

    Every quote of the same audience, wave and question goes from such a release: were it one
    alone, it would be known whose words were withdrawn.
    """
    hashes = list(holder_hashes)
    places: dict[UUID, set[Place]] = {}
    rows = session.execute(
        select(Wave.project_id, FreeText.audience, Wave.key, FreeText.item_key)
        .join(Wave, Wave.id == FreeText.wave_id)
        .where(FreeText.holder_hash.in_(hashes))
    ).all()
    for project_id, *place in rows:
        places.setdefault(project_id, set()).add((place[0], place[1], place[2]))
    for project_id, gone in places.items():
        # Before the words go: a release that is stored meanwhile must be found here.
        lock_releases(session, project_id)
        _drop_quotes(session, project_id, gone)
    delete_free_texts(session, hashes)


def drop_unpublished_quotes(session: Session, project_id: UUID) -> None:
    """Remove all quotes from a project's releases that nobody published."""
    lock_releases(session, project_id)
    _drop_quotes(session, project_id, None)


def find_readable_words(session: Session, wave_ids: Sequence[UUID]) -> list[SealedWords]:
    """Return the sent words of these waves that a person may ever be shown.

    Those of before audiences were kept with them are left out, and those of audiences of which
    somebody was told that their answers are for statistics alone.
    """
    rows = session.execute(
        select(
            FreeText.holder_hash,
            FreeText.item_key,
            FreeText.wave_id,
            Wave.key,
            FreeText.audience,
            FreeText.sealed_text,
            FreeText.review,
            FreeText.sealed_quote,
        )
        .join(Wave, Wave.id == FreeText.wave_id)
        .where(FreeText.wave_id.in_(list(wave_ids)), FreeText.is_sent, FreeText.audience != "")
        .order_by(FreeText.holder_hash)
    )
    kept_back = {wave_id: find_statistics_only(session, wave_id) for wave_id in wave_ids}
    found = [SealedWords(*row) for row in rows]
    return [words for words in found if words.audience not in kept_back[words.wave_id]]


def find_statistics_only(session: Session, wave_id: UUID) -> set[str]:
    """Return the audiences of a wave of which somebody was told: for statistics alone."""
    told = session.execute(
        select(Response.audience, Response.notice_version)
        .where(Response.wave_id == wave_id)
        .distinct()
    ).all()
    notices = session.execute(
        select(ProjectNotice.audience, ProjectNotice.version)
        .join(Wave, Wave.project_id == ProjectNotice.project_id)
        .where(Wave.id == wave_id, ProjectNotice.legal_basis == STATISTICS_ONLY)
    )
    versions = {f"{audience}-{version}" for audience, version in notices}
    return {audience for audience, version in told if version.rstrip("?") in versions}


def forget_who_wrote(session: Session, wave_id: UUID) -> None:
    """Remove from a wave's answers whether somebody wrote or skipped, where anybody wrote.

    Were one alone of an audience to have written, that would join their words to their answers.
    """
    asked = select(FreeText.item_key).where(FreeText.wave_id == wave_id).distinct()
    here = select(Response.id).where(Response.wave_id == wave_id)
    session.execute(delete(Answer).where(Answer.response_id.in_(here), Answer.item_key.in_(asked)))


def set_review(
    session: Session, holder_hash: str, item_key: str, review: Review, sealed_quote: bytes | None
) -> bool:
    """Store what was decided about some words; tell whether they are still there."""
    result: Any = session.execute(
        update(FreeText)
        .where(FreeText.holder_hash == holder_hash, FreeText.item_key == item_key)
        .values(review=review, sealed_quote=sealed_quote)
    )
    return bool(result.rowcount)


def _drop_quotes(session: Session, project_id: UUID, places: Collection[Place] | None) -> None:
    """Remove quotes of these places, None: of all, from releases that are not published."""
    rows = session.execute(
        select(Release.id, Release.content).where(
            Release.project_id == project_id, Release.is_published.is_(False)
        )
    ).all()
    for release_id, written in rows:
        content = json.loads(written)
        quotes = (content.get("details") or {}).get("quotes") or []
        kept = [
            quote
            for quote in quotes
            if places is not None
            and (quote["audience"], quote["wave"], quote["item"]) not in places
        ]
        if len(kept) < len(quotes):
            content["details"]["quotes"] = kept
            session.execute(
                update(Release)
                .where(Release.id == release_id)
                .values(content=json.dumps(content, ensure_ascii=False, allow_nan=False))
            )
