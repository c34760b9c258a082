"""Scores out of the database for comparing, and releases in and out of it."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, groupby
from operator import itemgetter
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import case, func, insert, select, update
from sqlalchemy.orm import Session

from survey_service.measurement.item_table import Response as ItemResponse
from survey_service.measurement.score_table import ScoreRow
from survey_service.storage.tables import (
    Answer,
    Project,
    Release,
    ReleaseContent,
    Response,
    RosterCell,
    ScoreRecord,
    Unit,
    Wave,
)

ROWS_AT_ONCE = 10_000
LARGEST_NUMBER = 2**31 - 1

FOLLOWED_PSEUDONYM = case((Wave.origin == "asked", Response.pseudonym))
"""A response's pseudonym, None in a wave that was not asked here.

Whoever brings a file decides who stands in it. Followed into the service's own waves, they would
be a group of that person's choosing, and a few such files tell what each of them answered, or
whether they did; any lower limit on the group would tell by being reached.
"""

RosterKey = tuple[str, str]
BasisKey = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class ReleaseEntry:
    """A release by number and date; until it is published only evaluators see it."""

    number: int
    released_on: date
    is_published: bool


@dataclass(frozen=True, slots=True)
class ReleaseRecord:
    """A frozen release: its number within the project, its date and its figures as JSON."""

    number: int
    released_on: date
    content: Mapping[str, Any]
    is_published: bool = True


@dataclass(frozen=True, slots=True)
class VersionedResponse:
    """A response and the instrument version it belongs to for ever."""

    instrument_key: str
    instrument_version: int
    response: ItemResponse


def stream_scores(
    session: Session, wave_ids: Sequence[UUID], measures: Collection[str]
) -> Iterator[ScoreRow]:
    """Yield the sent responses' scores in these waves.

    Anonymous respondents are empty, and so are all of imported waves (`FOLLOWED_PSEUDONYM`).
    """
    rows = session.execute(
        select(
            FOLLOWED_PSEUDONYM,
            Unit.key,
            Response.audience,
            Wave.key,
            ScoreRecord.measure,
            ScoreRecord.score,
        )
        .join(Response, Response.id == ScoreRecord.response_id)
        .join(Wave, Wave.id == Response.wave_id)
        .join(Unit, Unit.id == Response.unit_id)
        .where(
            Response.wave_id.in_(list(wave_ids)),
            Response.is_sent,
            ScoreRecord.measure.in_(list(measures)),
        )
    )
    for pseudonym, *others in rows:
        yield ScoreRow(pseudonym or "", *others)


def stream_responses(session: Session, wave_ids: Sequence[UUID]) -> Iterator[VersionedResponse]:
    """Yield the sent responses in these waves with their answers, also those without any.

    Anonymous respondents are empty, and so are all of imported waves (`FOLLOWED_PSEUDONYM`).
    """
    rows = session.execute(
        select(
            Response.id,
            Response.instrument_key,
            Response.instrument_version,
            FOLLOWED_PSEUDONYM,
            Unit.key,
            Response.audience,
            Wave.key,
            Answer.item_key,
            Answer.value,
        )
        .join(Wave, Wave.id == Response.wave_id)
        .join(Unit, Unit.id == Response.unit_id)
        .outerjoin(Answer, Answer.response_id == Response.id)
        .where(Response.wave_id.in_(list(wave_ids)), Response.is_sent)
        .order_by(Response.id)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    for _, own in groupby(rows, key=itemgetter(0)):
        first = next(own)
        answers = {row[7]: row[8] for row in chain([first], own) if row[7] is not None}
        respondent, unit, audience, wave = first[3:7]
        response = ItemResponse(respondent or "", unit, audience, wave, answers)
        yield VersionedResponse(first[1], first[2], response)


def find_rosters(session: Session, wave_ids: Sequence[UUID]) -> dict[str, dict[RosterKey, int]]:
    """Return per wave's key how many people there are to ask per (unit's key, audience)."""
    rows = session.execute(
        select(Wave.key, Unit.key, RosterCell.audience, RosterCell.people)
        .join(Wave, Wave.id == RosterCell.wave_id)
        .join(Unit, Unit.id == RosterCell.unit_id)
        .where(RosterCell.wave_id.in_(list(wave_ids)))
    )
    found: dict[str, dict[RosterKey, int]] = {}
    for wave, unit, audience, people in rows:
        found.setdefault(wave, {})[unit, audience] = people
    return found


def find_unit_names(session: Session, municipality_id: UUID) -> dict[str, str]:
    """Return a municipality's units' names by key, in the names' order."""
    rows = session.execute(
        select(Unit.key, Unit.name)
        .where(Unit.municipality_id == municipality_id)
        .order_by(Unit.name)
    )
    return {row.key: row.name for row in rows}


def lock_releases(session: Session, project_id: UUID) -> None:
    """Let others who would store a release of this project wait until this transaction ends."""
    session.execute(select(Project.id).where(Project.id == project_id).with_for_update())


def add_release(
    session: Session,
    project_id: UUID,
    released_on: date,
    content: Mapping[str, Any],
    *,
    is_published: bool = True,
) -> int:
    """Store a release under the project's next number and return it."""
    latest = session.execute(
        select(func.max(Release.number)).where(Release.project_id == project_id)
    ).scalar()
    number = (latest or 0) + 1
    session.add(
        Release(
            id=uuid4(),
            project_id=project_id,
            number=number,
            released_on=released_on,
            content=json.dumps(content, ensure_ascii=False, allow_nan=False),
            is_published=is_published,
        )
    )
    session.flush()
    return number


def publish_release(session: Session, project_id: UUID, number: int, today: date) -> None:
    """Let everybody who may read results see a release, under this date."""
    session.execute(
        update(Release)
        .where(Release.project_id == project_id, Release.number == number)
        .values(is_published=True, released_on=today)
    )


def find_releases(session: Session, project_id: UUID) -> list[ReleaseEntry]:
    """Return a project's releases, newest first, published or not."""
    rows = session.execute(
        select(Release.number, Release.released_on, Release.is_published)
        .where(Release.project_id == project_id)
        .order_by(Release.number.desc())
    )
    return [ReleaseEntry(*row) for row in rows]


def find_release(session: Session, project_id: UUID, number: int) -> ReleaseRecord | None:
    """Return one release of a project, None if there is none with this number."""
    if not 0 < number <= LARGEST_NUMBER:
        return None  # an address may name any
    row = session.execute(
        select(Release.number, Release.released_on, Release.content, Release.is_published).where(
            Release.project_id == project_id, Release.number == number
        )
    ).first()
    return None if row is None else ReleaseRecord(row[0], row[1], json.loads(row[2]), row[3])


def add_release_basis(
    session: Session,
    project_id: UUID,
    number: int,
    basis: Mapping[BasisKey, int],
    wave_ids: Mapping[str, UUID],
) -> None:
    """Store what a release rests on, by (audience, wave's key, what is counted)."""
    rows = [
        {
            "project_id": project_id,
            "number": number,
            "wave_id": wave_ids[wave],
            "audience": audience,
            "counted": counted,
            "answer_count": count,
        }
        for (audience, wave, counted), count in basis.items()
    ]
    if rows:
        session.execute(insert(ReleaseContent), rows)


def find_release_basis(session: Session, project_id: UUID, number: int) -> dict[BasisKey, int]:
    """Return what a release rests on; empty once the project's answers are purged."""
    rows = session.execute(
        select(
            ReleaseContent.audience,
            Wave.key,
            ReleaseContent.counted,
            ReleaseContent.answer_count,
        )
        .join(Wave, Wave.id == ReleaseContent.wave_id)
        .where(ReleaseContent.project_id == project_id, ReleaseContent.number == number)
    )
    return {(audience, wave, counted): count for audience, wave, counted, count in rows}


def count_answers(
    session: Session, wave_ids: Sequence[UUID], item_key: str
) -> dict[tuple[str, str], int]:
    """Return how many sent responses gave each answer to one question, by (wave's key, answer)."""
    rows = session.execute(
        select(Wave.key, Answer.value, func.count())
        .join(Response, Response.id == Answer.response_id)
        .join(Wave, Wave.id == Response.wave_id)
        .where(Response.wave_id.in_(list(wave_ids)), Response.is_sent, Answer.item_key == item_key)
        .group_by(Wave.key, Answer.value)
    )
    return {(wave, value): count for wave, value, count in rows}
