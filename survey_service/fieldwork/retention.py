"""The end of a project's answers: on the day after its retention date they are deleted."""

from dataclasses import dataclass
from datetime import date, datetime, time

from survey_service.accounts import audit
from survey_service.accounts.audit import SERVICE
from survey_service.fieldwork.pausing import forget_expired_pauses
from survey_service.storage import projects, retention
from survey_service.storage.database import reading, writing
from survey_service.storage.keys import KeyStore


@dataclass(frozen=True, slots=True)
class Purged:
    """What was removed of one project."""

    title: str
    retained_until: date
    response_count: int
    free_text_count: int


def purge_expired(keys: KeyStore, today: date) -> list[Purged]:
    """Delete all answers of projects whose retention date has passed, and destroy their keys.

    Waves that were never closed lose their register and keys as well. Released figures stand: they
    tell of no single person. Anonymous drafts whose pause code has expired go as well, in every
    project. Running it again finds nothing more to remove. The file still holds traces of
    what was deleted; the upkeep that calls this rewrites it.
    """
    forget_expired_pauses(keys, today)
    removed = []
    for project in projects.find_projects(reading()):
        if project.retained_until >= today:
            continue
        waves = projects.find_waves(reading(), project.id)
        with writing() as session:
            counts = retention.delete_project_answers(session, [wave.id for wave in waves])
        for wave in waves:
            keys.destroy_wave_key(wave.id)
        keys.destroy_project_key(project.id)
        removed.append(Purged(project.title, project.retained_until, *counts))
        if any(counts):
            moment = datetime.combine(today, time())
            audit.record(keys, SERVICE, "project_purged", ("project", str(project.id)), now=moment)
    return removed
