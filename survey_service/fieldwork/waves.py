"""Waves: planned, open, closed, released."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from survey_service.storage import projects
from survey_service.storage.database import compact, reading, writing
from survey_service.storage.keys import KeyStore
from survey_service.storage.projects import WaveRecord


class WaveStatus(StrEnum):
    """The steps of a wave, in their order."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    RELEASED = "released"


class WaveStepRefused(Exception):
    """A wave cannot take this step from where it is."""


def open_wave(keys: KeyStore, wave_id: UUID, today: date) -> None:
    """Open a planned wave: make its key and, the first time, date the project's plan.

    Raises WaveStepRefused when it is not planned.
    """
    with writing() as session:
        wave = find_known_wave(wave_id)
        if wave.status != WaveStatus.PLANNED:
            raise WaveStepRefused(f"wave {wave.key}: expected planned, found {wave.status}")
        keys.create_wave_key(wave_id)
        projects.register_plan(session, wave.project_id, today)
        projects.set_wave_status(session, wave_id, WaveStatus.OPEN)


def close_wave(keys: KeyStore, wave_id: UUID, today: date) -> None:
    """Close an open wave for good.

    Drafts, codes, contacts and weeks are deleted, the counts are kept, the wave's key is destroyed
    and the database file rewritten. A closing that was cut short is finished by calling again, or
    by the day's upkeep.

    Raises WaveStepRefused when the wave is neither open nor closed.
    """
    with writing() as session:
        wave = find_known_wave(wave_id)
        if wave.status not in {WaveStatus.OPEN, WaveStatus.CLOSED}:
            raise WaveStepRefused(f"wave {wave.key}: expected open, found {wave.status}")
        projects.set_wave_status(session, wave_id, WaveStatus.CLOSED)
        projects.empty_wave(session, wave_id)
        projects.save_counts(session, wave_id, today, projects.count_sent(session, wave_id))
    keys.destroy_wave_key(wave_id)
    compact()


def refresh_counts(wave: WaveRecord, today: date) -> tuple[date | None, dict[str, int]]:
    """Return a wave's kept counts; while it is open they are taken anew once a day.

    Shown more often, a count would tell when a single person answered.
    """
    as_of, counts = projects.find_counts(reading(), wave.id)
    if wave.status != WaveStatus.OPEN or as_of == today:
        return as_of, counts
    with writing() as session:
        projects.save_counts(session, wave.id, today, projects.count_sent(session, wave.id))
    return projects.find_counts(reading(), wave.id)


def find_known_wave(wave_id: UUID) -> WaveRecord:
    """Return one wave; raises WaveStepRefused where there is none with this id."""
    wave = projects.find_wave(reading(), wave_id)
    if wave is None:
        raise WaveStepRefused(f"wave {wave_id}: there is none with this id")
    return wave
