"""What a release's briefs tell of decisions: frozen with the figures, so that bytes stay the same.

A decision belongs to what was known when it was taken: the waves of the release it follows, and any
that had begun by then. It is told in a release with a later wave, beside what moved from the last
of those waves to the last of the release. A release that only corrects the same waves tells nothing
of what was decided after them. What is marked as done, or removed, after a release was prepared
changes no brief of that release.
"""

from collections.abc import Sequence
from uuid import UUID

from survey_service.briefs.context import DecisionMade
from survey_service.storage import decisions, results
from survey_service.storage.database import reading
from survey_service.storage.decisions import DecisionRecord
from survey_service.storage.projects import WaveRecord


def find_decisions_made(project_id: UUID, waves: Sequence[WaveRecord]) -> tuple[DecisionMade, ...]:
    """Return the decisions that a release of these waves tells of, as they stand now.

    Args:
        project_id: the project.
        waves: the release's waves in order.
    """
    known: dict[int, frozenset[str]] = {}
    found = []
    for record in decisions.find_decisions(reading(), project_id):
        number = record.release_number
        if number not in known:
            known[number] = _waves_of_release(project_id, number)
        since = _last_known(record, waves, known[number])
        if since is not None and since != waves[-1].key:
            found.append(_made(record, since))
    return tuple(found)


def _waves_of_release(project_id: UUID, number: int) -> frozenset[str]:
    record = results.find_release(reading(), project_id, number)
    return frozenset() if record is None else frozenset(record.content.get("waves", ()))


def _last_known(
    decision: DecisionRecord, waves: Sequence[WaveRecord], released: frozenset[str]
) -> str | None:
    """Return the last wave that was known, or had begun, when this was decided."""
    known = [
        wave.key for wave in waves if wave.key in released or wave.opens_on < decision.decided_on
    ]
    return known[-1] if known else None


def _made(record: DecisionRecord, since: str) -> DecisionMade:
    return DecisionMade(
        principle=record.principle,
        unit=record.unit_key,
        text=record.text,
        responsible=record.responsible,
        due_on=record.due_on,
        done_on=record.done_on,
        since=since,
    )
