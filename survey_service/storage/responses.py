"""Responses and their answers: what the answering pages read and write.

The statements are built once: a question page is served thousands of times an hour, and building
a statement costs more than running it.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    Delete,
    TextClause,
    and_,
    bindparam,
    cast,
    delete,
    false,
    func,
    insert,
    null,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from survey_service.measurement.scoring import MeasureScore
from survey_service.storage.database import Base
from survey_service.storage.tables import (
    Admission,
    Answer,
    Municipality,
    OpenLink,
    PauseCode,
    Project,
    ProjectNotice,
    Response,
    ScoreRecord,
    Wave,
    WaveInstrument,
)

AWAITING_CONSENT = "?"
"""Ends the notice's version of a response whose person has not said yes yet."""

Rows = Session | Connection
"""Where statements about single rows run: in a session, or on a connection at half the cost."""


@dataclass(frozen=True, slots=True)
class ResponseState:
    """One response with what decides over it; `value` is its answer to the item asked about."""

    id: UUID
    wave_id: UUID
    project_id: UUID
    audience: str
    instrument_key: str
    instrument_version: int
    has_code: bool
    is_sent: bool
    wave_status: str
    offers_free_text: bool
    minimum: int
    retained_until: date
    municipality_name: str
    notice_version: str
    value: str | None

    @property
    def awaits_consent(self) -> bool:
        """Whether the person has been asked for consent and has not given it yet."""
        return self.notice_version.endswith(AWAITING_CONSENT)


@dataclass(frozen=True, slots=True)
class Door:
    """What a code or an open link admits to, and the response already begun with the code.

    `pause_hash` is given where it is a pause code, which admits once.
    """

    wave_id: UUID
    unit_id: UUID
    audience: str
    pseudonym: str | None
    code_hash: str | None
    response_id: UUID | None
    is_sent: bool
    pause_hash: str | None = None


@dataclass(frozen=True, slots=True)
class SentResponse:
    """A response that was sent, with its answers by item key and its scores."""

    id: UUID
    unit_id: UUID
    audience: str
    instrument_key: str
    instrument_version: int
    pseudonym: str | None
    answers: Mapping[str, str]
    scores: Sequence[MeasureScore]


_STATE = (
    select(
        Response.id,
        Response.wave_id,
        Wave.project_id,
        Response.audience,
        Response.instrument_key,
        Response.instrument_version,
        Response.code_hash.is_not(None),
        Response.is_sent,
        Wave.status,
        Project.offers_free_text,
        Project.minimum,
        Project.retained_until,
        Municipality.name,
        Response.notice_version,
        Answer.value,
    )
    .select_from(Response)
    .join(Wave, Wave.id == Response.wave_id)
    .join(Project, Project.id == Wave.project_id)
    .join(Municipality, Municipality.id == Project.municipality_id)
    .outerjoin(
        Answer, and_(Answer.response_id == Response.id, Answer.item_key == bindparam("item_key"))
    )
    .where(Response.id == bindparam("response_id"))
)
# While an answer is being saved its wave must not close and its response not be sent or deleted.
# Everybody locks in this order, wave before response; SQLite's one writer needs no such locks.
_LOCK_RESPONSE = text(
    "SELECT 1 FROM response JOIN wave ON wave.id = response.wave_id"
    " WHERE response.id = :response_id FOR SHARE OF wave FOR UPDATE OF response"
).bindparams(bindparam("response_id", type_=Response.id.type))
_LOCK_CODES = text(
    "SELECT 1 FROM admission JOIN wave ON wave.id = admission.wave_id"
    " WHERE admission.code_hash IN :hashes FOR SHARE OF wave FOR UPDATE OF admission"
).bindparams(bindparam("hashes", expanding=True))
_LOCK_LINKS = text(
    "SELECT 1 FROM open_link JOIN wave ON wave.id = open_link.wave_id"
    " WHERE open_link.token_hash IN :hashes FOR SHARE OF wave"
).bindparams(bindparam("hashes", expanding=True))
_ANSWERS = select(Answer.item_key, Answer.value).where(
    Answer.response_id == bindparam("response_id")
)
_DELETE_ANSWER = delete(Answer).where(
    Answer.response_id == bindparam("of_response"), Answer.item_key == bindparam("of_item")
)
# As text, which both databases read alike: an upsert built of objects is compiled every time.
_SAVE_ANSWER = text(
    "INSERT INTO answer (response_id, item_key, value) VALUES (:response_id, :item_key, :value)"
    " ON CONFLICT (response_id, item_key) DO UPDATE SET value = excluded.value"
).bindparams(bindparam("response_id", type_=Response.id.type))
# The same, where the response still takes answers: one statement, so that the wait for the disk is
# all that happens while other writers wait.
_SAVE_WHILE_OPEN = text(
    "INSERT INTO answer (response_id, item_key, value)"
    " SELECT response.id, :item_key, :value FROM response"
    " JOIN wave ON wave.id = response.wave_id"
    " WHERE response.id = :response_id AND NOT response.is_sent AND wave.status = 'open'"
    " AND response.notice_version NOT LIKE '%?'"
    " ON CONFLICT (response_id, item_key) DO UPDATE SET value = excluded.value"
).bindparams(
    bindparam("response_id", type_=Response.id.type),
    bindparam("item_key", type_=Answer.item_key.type),
    bindparam("value", type_=Answer.value.type),
)


def find_state(
    session: Rows, response_id: UUID, item_key: str = "", *, for_saving: bool = False
) -> ResponseState | None:
    """Return a response's state and its answer to one item; None if there is no such response."""
    if for_saving:
        _lock(session, _LOCK_RESPONSE, response_id=response_id)
    row = session.execute(_STATE, {"response_id": response_id, "item_key": item_key}).first()
    return None if row is None else ResponseState(*row)


def load_answers(session: Rows, response_id: UUID) -> dict[str, str]:
    """Return all answers of one response by item key."""
    rows = session.execute(_ANSWERS, {"response_id": response_id})
    return {key: value for key, value in rows}  # noqa: C416 - dict() of rows loses the types


def save_answer(session: Rows, response_id: UUID, item_key: str, value: str) -> None:
    """Store one answer; a later one to the same item takes its place."""
    values = {"response_id": response_id, "item_key": item_key, "value": value}
    session.execute(_SAVE_ANSWER, values)


def save_while_open(session: Rows, response_id: UUID, item_key: str, value: str) -> bool:
    """Store one answer if its response is there, not sent, and its wave open; tell whether."""
    _lock(session, _LOCK_RESPONSE, response_id=response_id)
    values = {"response_id": response_id, "item_key": item_key, "value": value}
    result: Any = session.execute(_SAVE_WHILE_OPEN, values)
    return bool(result.rowcount)


def delete_answer(session: Session, response_id: UUID, item_key: str) -> None:
    """Remove one answer, as if the question had not been reached."""
    session.execute(_DELETE_ANSWER, {"of_response": response_id, "of_item": item_key})


def find_doors_by_code(session: Session, code_hashes: Iterable[str], today: date) -> list[Door]:
    """Return what these codes' hashes admit to in open waves: normally none or one.

    Access codes and pause codes are looked for in one statement, so that the work tells nothing.
    Until the commit the code admits nobody else and its wave stays open.
    """
    hashes = list(code_hashes)
    _lock(session, _LOCK_CODES, hashes=hashes)
    by_access_code = (
        select(
            Admission.wave_id,
            Admission.unit_id,
            Admission.audience,
            Admission.pseudonym,
            Admission.code_hash,
            Response.id,
            func.coalesce(Response.is_sent, false()),
            cast(null(), PauseCode.code_hash.type),
        )
        .join(Wave, Wave.id == Admission.wave_id)
        .outerjoin(Response, Response.code_hash == Admission.code_hash)
        .where(Admission.code_hash.in_(hashes), Wave.status == "open")
    )
    by_pause_code = (
        select(
            Response.wave_id,
            Response.unit_id,
            Response.audience,
            Response.pseudonym,
            Response.code_hash,
            Response.id,
            Response.is_sent,
            PauseCode.code_hash,
        )
        .select_from(PauseCode)
        .join(Wave, Wave.id == PauseCode.wave_id)
        .join(Response, Response.id == PauseCode.response_id)
        .where(PauseCode.code_hash.in_(hashes), PauseCode.expires_on >= today)
        .where(Wave.status == "open")
    )
    return [Door(*row) for row in session.execute(union_all(by_access_code, by_pause_code))]


def find_doors_by_link(session: Session, token_hashes: Iterable[str]) -> list[Door]:
    """Return what these open links' hashes admit to in open waves: normally none or one."""
    hashes = list(token_hashes)
    _lock(session, _LOCK_LINKS, hashes=hashes)
    rows = session.execute(
        select(OpenLink.wave_id, OpenLink.unit_id, OpenLink.audience)
        .join(Wave, Wave.id == OpenLink.wave_id)
        .where(OpenLink.token_hash.in_(hashes), Wave.status == "open")
    )
    return [Door(row[0], row[1], row[2], None, None, None, False) for row in rows]


def begin_response(session: Session, response_id: UUID, door: Door) -> None:
    """Store a new, empty response for somebody who came through `door`, under the newest notice.

    Raises LookupError when the wave has no questionnaire for the audience.
    """
    found = session.execute(
        select(
            WaveInstrument.instrument_key,
            WaveInstrument.instrument_version,
            Project.notice_version,
            ProjectNotice.version,
            ProjectNotice.legal_basis,
        )
        .join(Wave, Wave.id == WaveInstrument.wave_id)
        .join(Project, Project.id == Wave.project_id)
        .outerjoin(
            ProjectNotice,
            and_(
                ProjectNotice.project_id == Wave.project_id,
                ProjectNotice.audience == WaveInstrument.audience,
            ),
        )
        .where(WaveInstrument.wave_id == door.wave_id, WaveInstrument.audience == door.audience)
        .order_by(ProjectNotice.version.desc())
        .limit(1)
    ).first()
    if found is None:
        raise LookupError(f"wave {door.wave_id}: no questionnaire for audience {door.audience}")
    session.add(
        Response(
            id=response_id,
            wave_id=door.wave_id,
            unit_id=door.unit_id,
            audience=door.audience,
            instrument_key=found[0],
            instrument_version=found[1],
            pseudonym=door.pseudonym,
            code_hash=door.code_hash,
            notice_version=_notice_version(door.audience, *found[2:]),
        )
    )
    session.flush()


def give_consent(session: Rows, state: ResponseState) -> None:
    """Record that a person said yes to the notice their response was begun under."""
    session.execute(
        update(Response)
        .where(Response.id == state.id)
        .values(notice_version=state.notice_version.removesuffix(AWAITING_CONSENT))
    )


def mark_sent(
    session: Session,
    response_id: UUID,
    *,
    audience: str,
    sent_week: date,
    withdrawal_hash: str | None,
    scores: Iterable[MeasureScore],
) -> None:
    """Store that a response was sent, in which week, and its scores."""
    session.execute(
        update(Response)
        .where(Response.id == response_id)
        .values(
            is_sent=True,
            audience=audience,
            sent_week=sent_week,
            withdrawal_hash=withdrawal_hash,
        )
    )
    session.execute(insert(ScoreRecord), [_score_values(response_id, score) for score in scores])


def add_sent_responses(
    session: Session,
    wave_id: UUID,
    notice_version: str,
    sent_week: date,
    records: Sequence[SentResponse],
) -> None:
    """Store many sent responses at once, every table's rows in a shuffled order."""
    if not records:
        return
    for table, rows in rows_of_sent(wave_id, notice_version, sent_week, records):
        session.execute(insert(table), shuffled(rows))


def rows_of_sent(
    wave_id: UUID, notice_version: str, sent_week: date | None, records: Sequence[SentResponse]
) -> list[tuple[type[Base], list[dict[str, Any]]]]:
    """Return what sent responses are in the tables, those with rows, in the order of `records`."""
    rows: list[dict[str, Any]] = [
        {
            "id": record.id,
            "wave_id": wave_id,
            "unit_id": record.unit_id,
            "audience": record.audience,
            "instrument_key": record.instrument_key,
            "instrument_version": record.instrument_version,
            "pseudonym": record.pseudonym,
            "notice_version": notice_version,
            "is_sent": True,
            "sent_week": sent_week,
        }
        for record in records
    ]
    answers: list[dict[str, Any]] = [
        {"response_id": record.id, "item_key": key, "value": value}
        for record in records
        for key, value in sorted(record.answers.items())
    ]
    scores = [_score_values(record.id, score) for record in records for score in record.scores]
    found: list[tuple[type[Base], list[dict[str, Any]]]] = [
        (Response, rows), (Answer, answers), (ScoreRecord, scores),
    ]  # fmt: skip
    return [(table, of_table) for table, of_table in found if of_table]


def shuffled(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return rows in an order that tells nothing."""
    listed = list(rows)
    secrets.SystemRandom().shuffle(listed)
    return listed


def _notice_version(
    audience: str, built_in: str, version: int | None, legal_basis: str | None
) -> str:
    """Return what a new response records: the project's own newest notice, or the service's."""
    if version is None:
        return built_in
    return f"{audience}-{version}{AWAITING_CONSENT if legal_basis == 'consent' else ''}"


def _lock(session: Rows, statement: TextClause, **values: object) -> None:
    bind = session.get_bind() if isinstance(session, Session) else session
    if bind.dialect.name != "sqlite":
        session.execute(statement, values)


def _score_values(response_id: UUID, score: MeasureScore) -> dict[str, Any]:
    return {
        "response_id": response_id,
        "measure": score.measure,
        "score": score.score,
        "rated_count": score.rated_count,
        "item_count": score.item_count,
    }


def delete_responses(session: Session, *conditions: Any) -> int:
    """Delete the responses that meet the conditions and all of theirs; return how many."""
    chosen = select(Response.id).where(*conditions)
    dependants: tuple[Delete, ...] = (
        delete(Answer).where(Answer.response_id.in_(chosen)),
        delete(ScoreRecord).where(ScoreRecord.response_id.in_(chosen)),
    )
    for statement in dependants:
        session.execute(statement)
    result: Any = session.execute(delete(Response).where(*conditions))
    return int(result.rowcount)


def delete_response(session: Session, response_id: UUID) -> int:
    """Delete one response; return 1, or 0 if it was gone."""
    return delete_responses(session, Response.id == response_id)


def delete_by_withdrawal(session: Session, withdrawal_hashes: Iterable[str]) -> int:
    """Delete sent responses by their withdrawal code's hashes; return how many there were."""
    return delete_responses(
        session, Response.withdrawal_hash.in_(list(withdrawal_hashes)), Response.is_sent
    )
