"""Rosters: how many people there are to ask, in cells too large to tell of a single person."""

from collections.abc import Mapping
from uuid import UUID

from survey_service.storage import projects
from survey_service.storage.database import reading, writing


class RosterRefused(Exception):
    """A roster has a cell under the project's minimum; it belongs to the unit above."""


def set_roster(wave_id: UUID, people: Mapping[tuple[UUID, str], int]) -> None:
    """Store how many people there are to ask in a wave, in place of what was stored before.

    Args:
        wave_id: the wave.
        people: (unit, audience) to a count: 0, or at least the project's minimum. The people of
            a smaller cell are counted with the unit above.

    Raises:
        RosterRefused: naming every unit, audience and count under the minimum; nothing is stored.
    """
    wave = projects.find_wave(reading(), wave_id)
    project = projects.find_project(reading(), wave.project_id) if wave is not None else None
    if project is None:
        raise RosterRefused(f"wave {wave_id}: there is none with this id")
    names = {
        key: name for name, key in projects.find_units(reading(), project.municipality_id).items()
    }
    small = sorted(
        f"{names.get(unit_id, unit_id)}, {audience}: expected 0 or at least {project.minimum}"
        f" people, found {count}"
        for (unit_id, audience), count in people.items()
        if count != 0 and count < project.minimum
    )
    if small:
        raise RosterRefused("; ".join(small))
    with writing() as session:
        projects.set_roster(session, wave_id, people)
