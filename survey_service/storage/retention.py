"""Deleting what may no longer be kept."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from survey_service.storage.responses import delete_responses
from survey_service.storage.tables import (
    Admission,
    FreeText,
    Invitation,
    OfflineDelivery,
    OfflineDevice,
    OfflineRemainder,
    OpenLink,
    PauseCode,
    ReleaseContent,
    Response,
    UnitCount,
    Wave,
)


def delete_project_answers(session: Session, wave_ids: Sequence[UUID]) -> tuple[int, int]:
    """Delete every answer, text, code and contact of these waves; close those still open.

    Returns how many responses and how many free texts there were.
    """
    chosen = list(wave_ids)
    response_count = delete_responses(session, Response.wave_id.in_(chosen))
    texts: Any = session.execute(delete(FreeText).where(FreeText.wave_id.in_(chosen)))
    offline = (OfflineDelivery, OfflineRemainder, OfflineDevice)
    for table in (Admission, Invitation, OpenLink, PauseCode, ReleaseContent, UnitCount, *offline):
        session.execute(delete(table).where(table.wave_id.in_(chosen)))
    session.execute(
        update(Wave).where(Wave.id.in_(chosen), Wave.status == "open").values(status="closed")
    )
    return response_count, int(texts.rowcount)
