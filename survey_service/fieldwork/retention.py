"""The end of a project's answers: on the day after its retention date they are deleted.

A purge leaves a proof: what was removed by table, and what was found when it was looked for again,
once the database file was rewritten. The audit log holds the proof's SHA-256, so that it cannot be
changed unnoticed either.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from survey_service.accounts import audit
from survey_service.accounts.audit import SERVICE
from survey_service.fieldwork.pausing import forget_expired_pauses
from survey_service.storage import projects, retention
from survey_service.storage.database import reading, writing
from survey_service.storage.keys import KeyRefused, KeyStore
from survey_service.storage.projects import ProjectRecord
from survey_service.storage.purge_proofs import PurgeProof, load_proofs, save_proof

DAYS_OF_WARNING = 30


@dataclass(frozen=True, slots=True)
class Purged:
    """What was removed of one project; `traces` are values that were, to look for afterwards."""

    project_id: UUID
    title: str
    retained_until: date
    removed: Mapping[str, int]
    traces: tuple[bytes, ...] = field(default=(), repr=False)

    @property
    def response_count(self) -> int:
        """How many responses went."""
        return self.removed["response"]

    @property
    def free_text_count(self) -> int:
        """How many texts in people's own words went."""
        return self.removed["free_text"]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A project whose answers go on a day; `rows` by table where that day has come."""

    project: ProjectRecord
    deleted_on: date
    days_left: int
    rows: Mapping[str, int] | None


def purge_expired(keys: KeyStore, today: date) -> list[Purged]:
    """Delete all answers of projects whose retention date has passed, and destroy their keys.

    Waves that were never closed lose their register and keys as well. Released figures stand: they
    tell of no single person. Anonymous drafts whose pause code has expired go as well, in every
    project. Running it again finds nothing more to remove. The file still holds traces of
    what was deleted; the upkeep that calls this rewrites it and calls `prove_purges`.
    """
    forget_expired_pauses(keys, today)
    purged = [
        _purge(keys, project, today)
        for project in projects.find_projects(reading())
        if project.retained_until < today
    ]
    return [found for found in purged if found is not None]


def prove_purges(keys: KeyStore, purged: Sequence[Purged], today: date) -> list[PurgeProof]:
    """Look again for what was removed, now that the file is rewritten; return the proofs.

    Proofs that an earlier purge could not finish are finished too, without looking for values.
    """
    finished = []
    traces = {found.project_id: found.traces for found in purged}
    moment = datetime.combine(today, time())
    for project in projects.find_projects(reading()):
        for proof, _ in load_proofs(keys.folder.parent, project.id):
            if proof.verified_on is not None:
                continue
            verified = _look_again(keys, proof, traces.get(project.id, ()), today)
            digest = save_proof(keys.folder.parent, verified)
            audit.record(keys, SERVICE, "purge_proved", ("proof", digest), now=moment)
            finished.append(verified)
    return finished


def find_proofs(keys: KeyStore, project_id: UUID) -> Sequence[tuple[PurgeProof, str]]:
    """Return the proofs of a project's purges with their SHA-256, the newest first."""
    return load_proofs(keys.folder.parent, project_id)


def find_purge_day(keys: KeyStore, project: ProjectRecord, today: date) -> date | None:
    """Return when a project's answers were deleted, None where they were not."""
    if project.retained_until >= today:
        return None
    proofs = find_proofs(keys, project.id)
    if proofs:
        return proofs[-1][0].purged_on
    return None if _has_key(keys, project.id) else project.retained_until + timedelta(days=1)


def is_past_keeping(today: date, project_id: UUID | None, wave_id: UUID | None = None) -> bool:
    """Whether the retention date of a project, or of a wave's project, has passed."""
    session = reading()
    if project_id is None and wave_id is not None:
        wave = projects.find_wave(session, wave_id)
        project_id = None if wave is None else wave.project_id
    project = None if project_id is None else projects.find_project(session, project_id)
    return project is not None and project.retained_until < today


def foresee_purges(today: date, municipality_id: UUID | None = None) -> list[Foreseen]:
    """Return whose answers are still to be deleted, the next first.

    Rows are counted where the day has come: before it, an open wave's count is nobody's to know.
    """
    session = reading()
    found = []
    for project in projects.find_projects(session, municipality_id):
        deleted_on = project.retained_until + timedelta(days=1)
        days_left = (deleted_on - today).days
        rows = None
        if days_left <= 0:
            rows = retention.count_project_rows(session, project.id)
            if not any(rows.values()):
                continue
        found.append(Foreseen(project, deleted_on, days_left, rows))
    return sorted(found, key=lambda one: (one.deleted_on, one.project.title))


def find_warnings(today: date, municipality_id: UUID | None = None) -> list[Foreseen]:
    """Return whose answers are deleted within 30 days."""
    return [
        found
        for found in foresee_purges(today, municipality_id)
        if found.days_left <= DAYS_OF_WARNING
    ]


def _purge(keys: KeyStore, project: ProjectRecord, today: date) -> Purged | None:
    wave_ids = retention.find_wave_ids(reading(), project.id)
    key_count = _count_keys(keys, project.id, wave_ids)
    with writing() as session:
        traces = retention.find_traces(session, project.id)
        removed = retention.delete_project_answers(session, project.id)
        is_anything = key_count > 0 or any(removed.values())
        if is_anything:
            # Before the commit: whatever happens from here on, that it is to be proved is known.
            save_proof(keys.folder.parent, _unfinished(project, removed, key_count, today))
    for wave_id in wave_ids:
        keys.destroy_wave_key(wave_id)
    keys.destroy_project_key(project.id)
    if not is_anything:
        return None
    moment = datetime.combine(today, time())
    audit.record(keys, SERVICE, "project_purged", ("project", str(project.id)), now=moment)
    return Purged(project.id, project.title, project.retained_until, removed, traces)


def _unfinished(
    project: ProjectRecord, removed: Mapping[str, int], key_count: int, today: date
) -> PurgeProof:
    return PurgeProof(
        project.id,
        project.title,
        project.municipality_name,
        project.retained_until,
        today,
        removed,
        key_count,
        retention.count_releases(reading(), project.id),
    )


def _look_again(
    keys: KeyStore, proof: PurgeProof, traces: tuple[bytes, ...], today: date
) -> PurgeProof:
    session = reading()
    session.rollback()  # what was read before the purge must not be what is looked at
    remaining = retention.count_project_rows(session, proof.project_id)
    wave_ids = retention.find_wave_ids(session, proof.project_id)
    session.rollback()
    return replace(
        proof,
        verified_on=today,
        remaining=remaining,
        key_files_left=_count_keys(keys, proof.project_id, wave_ids),
        is_file_rewritten=True,
        traces_sought=len(traces),
        traces_found=retention.count_traces(traces),
    )


def _count_keys(keys: KeyStore, project_id: UUID, wave_ids: Sequence[UUID]) -> int:
    names = [f"project-{project_id.hex}", *(f"wave-{wave_id.hex}" for wave_id in wave_ids)]
    return sum((keys.folder / f"{name}.key").exists() for name in names)


def _has_key(keys: KeyStore, project_id: UUID) -> bool:
    try:
        keys.project_key(project_id)
    except KeyRefused:
        return False
    return True
