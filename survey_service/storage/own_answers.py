"""What one sent response holds, found by its withdrawal code and by nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_service.measurement.scoring import MeasureScore
from survey_service.storage.tables import (
    FreeText,
    Municipality,
    Project,
    Response,
    ScoreRecord,
    Unit,
    Wave,
)


@dataclass(frozen=True, slots=True)
class OwnResponse:
    """A sent response and what it belongs to; `is_linked` if it carries a pseudonym."""

    id: UUID
    project_id: UUID
    project_title: str
    framework: str
    municipality_name: str
    wave_key: str
    wave_label_da: str
    wave_label_en: str
    unit_name: str
    audience: str
    instrument_key: str
    instrument_version: int
    is_linked: bool
    notice_version: str
    sent_week: date | None
    retained_until: date

    def wave_label(self, language: str) -> str:
        """Return the wave's name in the interface."""
        return self.wave_label_en if language == "en" else self.wave_label_da


@dataclass(frozen=True, slots=True)
class OwnSealedWords:
    """A person's words to one question, and the version of them that may be quoted."""

    item_key: str
    sealed_text: bytes
    sealed_quote: bytes | None


def find_own_response(session: Session, withdrawal_hashes: Iterable[str]) -> OwnResponse | None:
    """Return the sent response one of these hashes of a withdrawal code belongs to, if any."""
    row = session.execute(
        select(
            Response.id,
            Project.id,
            Project.title,
            Project.framework,
            Municipality.name,
            Wave.key,
            Wave.label_da,
            Wave.label_en,
            Unit.name,
            Response.audience,
            Response.instrument_key,
            Response.instrument_version,
            Response.pseudonym.is_not(None),
            Response.notice_version,
            Response.sent_week,
            Project.retained_until,
        )
        .select_from(Response)
        .join(Wave, Wave.id == Response.wave_id)
        .join(Project, Project.id == Wave.project_id)
        .join(Municipality, Municipality.id == Project.municipality_id)
        .join(Unit, Unit.id == Response.unit_id)
        .where(Response.withdrawal_hash.in_(list(withdrawal_hashes)), Response.is_sent)
    ).first()
    return None if row is None else OwnResponse(*row)


def find_own_scores(session: Session, response_id: UUID) -> list[MeasureScore]:
    """Return what a response's answers were scored to."""
    rows = session.execute(
        select(
            ScoreRecord.measure,
            ScoreRecord.score,
            ScoreRecord.rated_count,
            ScoreRecord.item_count,
        ).where(ScoreRecord.response_id == response_id)
    )
    return [MeasureScore(*row) for row in rows]


def find_own_words(session: Session, holder_hash: str) -> list[OwnSealedWords]:
    """Return all words stored under a holder's hash, sealed."""
    rows = session.execute(
        select(FreeText.item_key, FreeText.sealed_text, FreeText.sealed_quote).where(
            FreeText.holder_hash == holder_hash
        )
    )
    return [OwnSealedWords(*row) for row in rows]
