"""What evaluators add to the briefs of a release: every version is kept, none is changed."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_service.storage.tables import BriefWords, Project


@dataclass(frozen=True, slots=True)
class BriefPlace:
    """Which brief words belong to; `unit_id` is None for one that is about no single unit."""

    project_id: UUID
    release_number: int
    kind: str
    unit_id: UUID | None
    language: str


@dataclass(frozen=True, slots=True)
class WordsRecord:
    """One version of a brief's words, the first being 1; its texts may be empty."""

    version: int
    introduction: str
    next_steps: str
    told_by: date | None
    written_on: date

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed: the brief stands without words again."""
        return not (self.introduction or self.next_steps or self.told_by)


def add_version(session: Session, place: BriefPlace, **values: Any) -> int:
    """Store the next version with the columns of `tables.BriefWords` and return its number.

    `session` must be one of `writing`. Two who save at once get a number each: the second waits
    until the first is done.
    """
    newest = find_newest_alone(session, place)
    version = 1 if newest is None else newest.version + 1
    session.add(
        BriefWords(
            id=uuid4(),
            project_id=place.project_id,
            release_number=place.release_number,
            kind=place.kind,
            unit_id=place.unit_id,
            language=place.language,
            version=version,
            **values,
        )
    )
    return version


def find_newest_alone(session: Session, place: BriefPlace) -> WordsRecord | None:
    """Return a brief's newest words; until `session`, one of `writing`, ends nobody adds any."""
    session.execute(select(Project.id).where(Project.id == place.project_id).with_for_update())
    return find_newest(session, place)


def find_newest(session: Session, place: BriefPlace) -> WordsRecord | None:
    """Return a brief's newest words, None if there never were any."""
    return next(iter(find_versions(session, place)), None)


def find_version(session: Session, place: BriefPlace, version: int) -> WordsRecord | None:
    """Return one version of a brief's words, None if there is none with this number."""
    return next((one for one in find_versions(session, place) if one.version == version), None)


def find_versions(session: Session, place: BriefPlace) -> list[WordsRecord]:
    """Return every version of a brief's words, the newest first."""
    # `is_not_distinct_from` finds the briefs without a unit too: NULL is equal to nothing.
    rows = session.execute(
        select(*_COLUMNS)
        .where(
            BriefWords.project_id == place.project_id,
            BriefWords.release_number == place.release_number,
            BriefWords.kind == place.kind,
            BriefWords.unit_id.is_not_distinct_from(place.unit_id),
            BriefWords.language == place.language,
        )
        .order_by(BriefWords.version.desc())
    )
    return [WordsRecord(*row) for row in rows]


def find_newest_of_release(
    session: Session, project_id: UUID, release_number: int
) -> dict[BriefPlace, WordsRecord]:
    """Return the newest words of every brief of a release that has any."""
    rows = session.execute(
        select(BriefWords.kind, BriefWords.unit_id, BriefWords.language, *_COLUMNS)
        .where(
            BriefWords.project_id == project_id,
            BriefWords.release_number == release_number,
        )
        .order_by(BriefWords.version)
    )
    return {
        BriefPlace(project_id, release_number, kind, unit_id, language): WordsRecord(*values)
        for kind, unit_id, language, *values in rows
    }


_COLUMNS = (
    BriefWords.version,
    BriefWords.introduction,
    BriefWords.next_steps,
    BriefWords.told_by,
    BriefWords.written_on,
)
