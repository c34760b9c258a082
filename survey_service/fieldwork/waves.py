"""Waves: planned, open, closed, released."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from survey_service.fieldwork.counting import keep_counts
from survey_service.fieldwork.project_readiness import missing_before_opening
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

    Those who are asked are counted from nought on; whoever is invited from now on gets a code.
    The wave's first day becomes today, whatever was planned.

    Raises WaveStepRefused when it is not planned, where questionnaires or units are missing, and
    once the project's answers may no longer be kept.
    """
    with writing() as session:
        wave = find_known_wave(wave_id)
        if wave.status != WaveStatus.PLANNED:
            raise WaveStepRefused(f"wave {wave.key}: expected planned, found {wave.status}")
        project = projects.find_project(session, wave.project_id)
        if project is not None and project.retained_until < today:
            kept = f"kept until {project.retained_until}"
            raise WaveStepRefused(f"wave {wave.key}: expected answers to be kept, found {kept}")
        missing = missing_before_opening(wave_id)
        if missing:
            fields = ", ".join(fault.field for fault in missing)
            raise WaveStepRefused(f"wave {wave.key}: expected everything set up, missing {fields}")
        keys.create_wave_key(wave_id)
        projects.register_plan(session, wave.project_id, today)
        projects.set_wave_status(session, wave_id, WaveStatus.OPEN)
        projects.set_wave_dates(session, wave_id, today, max(wave.closes_on, today))
        keep_counts(session, wave, today)


def close_wave(keys: KeyStore, wave_id: UUID, today: date) -> None:
    """Close an open wave for good.

    Drafts, codes, contacts and weeks are deleted, the counts are kept, the wave's key is destroyed
    and the database file rewritten. The wave's last day becomes today, whatever was planned. A
    closing that was cut short is finished by calling again, or by the day's upkeep.

    Raises WaveStepRefused when the wave is neither open nor closed.
    """
    with writing() as session:
        wave = find_known_wave(wave_id)
        if wave.status not in {WaveStatus.OPEN, WaveStatus.CLOSED}:
            raise WaveStepRefused(f"wave {wave.key}: expected open, found {wave.status}")
        if wave.status == WaveStatus.OPEN:  # a closing that is finished later was on its own day
            projects.set_wave_dates(session, wave_id, min(wave.opens_on, today), today)
        projects.set_wave_status(session, wave_id, WaveStatus.CLOSED)
        projects.empty_wave(session, wave_id)
        keep_counts(session, wave, today)
    keys.destroy_wave_key(wave_id)
    compact()


def find_known_wave(wave_id: UUID) -> WaveRecord:
    """Return one wave; raises WaveStepRefused where there is none with this id."""
    wave = projects.find_wave(reading(), wave_id)
    if wave is None:
        raise WaveStepRefused(f"wave {wave_id}: there is none with this id")
    return wave
