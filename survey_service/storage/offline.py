"""Packets of answers given without network: each counts once, however often it is delivered."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, func, select, text, update
from sqlalchemy.orm import Session

from survey_service.storage.tables import OfflineDelivery, OfflineDevice, OfflineRemainder, Wave


@dataclass(frozen=True, slots=True)
class Delivery:
    """A packet that came in: the hash of its content and what its sender was told."""

    content_hash: str
    outcome: str


def _statement(sql: str, *uuid_names: str) -> Any:
    typed = [bindparam(name, type_=Wave.id.type) for name in uuid_names]
    return text(sql).bindparams(*typed)


# As text, which both databases read alike. An insert that finds its key taken waits until whoever
# took it is done, so that of two processes with the same packet only one stores it.
_CLAIM = _statement(
    "INSERT INTO offline_delivery (client_id, wave_id, content_hash, outcome)"
    " VALUES (:client_id, :wave_id, :content_hash, '') ON CONFLICT DO NOTHING",
    "client_id",
    "wave_id",
)
_KEEP = _statement(
    "INSERT INTO offline_remainder (client_id, content_hash, wave_id, outcome, sealed_answers)"
    " VALUES (:client_id, :content_hash, :wave_id, :outcome, :sealed_answers)"
    " ON CONFLICT DO NOTHING",
    "client_id",
    "wave_id",
)
_REPORT = _statement(
    "INSERT INTO offline_device (wave_id, device_id, waiting_count)"
    " VALUES (:wave_id, :device_id, :waiting_count)"
    " ON CONFLICT (wave_id, device_id) DO UPDATE SET waiting_count = excluded.waiting_count",
    "wave_id",
    "device_id",
)


def find_wave_status(session: Session, wave_id: UUID) -> str | None:
    """Return a wave's status, which stays as it is until the commit; None for no such wave."""
    return session.execute(
        select(Wave.status).where(Wave.id == wave_id).with_for_update(read=True)
    ).scalar()


def claim_delivery(session: Session, client_id: UUID, wave_id: UUID, content_hash: str) -> bool:
    """Store that a packet came in; tell whether it is the first under its id."""
    values = {"client_id": client_id, "wave_id": wave_id, "content_hash": content_hash}
    result: Any = session.execute(_CLAIM, values)
    return bool(result.rowcount)


def find_delivery(session: Session, client_id: UUID) -> Delivery | None:
    """Return what came in under an id."""
    row = session.execute(
        select(OfflineDelivery.content_hash, OfflineDelivery.outcome).where(
            OfflineDelivery.client_id == client_id
        )
    ).first()
    return None if row is None else Delivery(*row)


def set_outcome(session: Session, client_id: UUID, outcome: str) -> None:
    """Store what the sender of a packet is told."""
    session.execute(
        update(OfflineDelivery)
        .where(OfflineDelivery.client_id == client_id)
        .values(outcome=outcome)
    )


def keep_sealed(
    session: Session,
    client_id: UUID,
    content_hash: str,
    wave_id: UUID,
    outcome: str,
    sealed_answers: bytes,
) -> None:
    """Keep a packet that cannot be counted, as sealed as it came; the same one only once."""
    session.execute(
        _KEEP,
        {
            "client_id": client_id,
            "content_hash": content_hash,
            "wave_id": wave_id,
            "outcome": outcome,
            "sealed_answers": sealed_answers,
        },
    )


def count_kept(session: Session, wave_id: UUID) -> dict[str, int]:
    """Return how many packets of a wave could not be counted, by outcome."""
    rows = session.execute(
        select(OfflineRemainder.outcome, func.count())
        .where(OfflineRemainder.wave_id == wave_id)
        .group_by(OfflineRemainder.outcome)
    )
    return {outcome: int(count) for outcome, count in rows}


def report_waiting(session: Session, wave_id: UUID, device_id: UUID, waiting_count: int) -> None:
    """Store how many unsent answers a device holds for a wave; a device with none is forgotten."""
    if waiting_count > 0:
        values = {"wave_id": wave_id, "device_id": device_id, "waiting_count": waiting_count}
        session.execute(_REPORT, values)
        return
    session.execute(
        delete(OfflineDevice).where(
            OfflineDevice.wave_id == wave_id, OfflineDevice.device_id == device_id
        )
    )


def count_waiting(session: Session, wave_id: UUID) -> tuple[int, int]:
    """Return how many devices hold unsent answers for a wave, and how many answers in all."""
    device_count, answer_count = session.execute(
        select(func.count(), func.coalesce(func.sum(OfflineDevice.waiting_count), 0)).where(
            OfflineDevice.wave_id == wave_id
        )
    ).one()
    return int(device_count), int(answer_count)
