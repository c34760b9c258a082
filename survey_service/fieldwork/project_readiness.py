"""What a wave lacks before it can open."""

from uuid import UUID

from survey_service.faults import FieldFault
from survey_service.storage import projects, setup
from survey_service.storage.database import reading


def missing_before_opening(wave_id: UUID) -> list[FieldFault]:
    """Return what a wave lacks before it can open: questionnaires, and units to ask in.

    The faults' fields are "instruments" and "units"; none where nothing is missing.
    """
    wave = projects.find_wave(reading(), wave_id)
    project = None if wave is None else projects.find_project(reading(), wave.project_id)
    if wave is None or project is None:
        return [FieldFault("wave", "unknown_choice")]
    missing = []
    if not setup.find_instruments(reading(), [wave_id]):
        fault = FieldFault("instruments", "wave_without_instruments", {"name": wave.label_da})
        missing.append(fault)
    if not projects.find_units(reading(), project.municipality_id):
        missing.append(FieldFault("units", "no_units"))
    return missing
