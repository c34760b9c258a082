"""What the evaluator is told of answers given without network: numbers, never contents."""

from uuid import UUID

from survey_service.fieldwork import offline
from survey_service.fieldwork.offline import Outcome
from survey_service.web.language import translate

_KEPT = (Outcome.LATE, Outcome.CONFLICT, Outcome.SENT_BEFORE)


def before_closing(wave_id: UUID) -> list[str]:
    """Return what to think of before a wave closes: answers that may still lie on devices."""
    device_count, answer_count = offline.warn_before_closing(wave_id)
    notes = [translate("offline.staff.look_first")]
    if device_count == 1:
        notes.append(translate("offline.staff.waiting_one", count=answer_count))
    elif device_count:
        found = {"devices": device_count, "count": answer_count}
        notes.append(translate("offline.staff.waiting", **found))
    return notes


def uncounted(wave_id: UUID) -> list[str]:
    """Return a line per kind of packet that came in and was not counted; none where none did."""
    counts = offline.count_kept(wave_id)
    return [
        translate(f"offline.staff.{outcome.value}", count=counts[outcome])
        for outcome in _KEPT
        if counts.get(outcome)
    ]
