"""How far a project's set-up is: every step with what is missing before the next wave can open."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from survey_service.faults import FieldFault
from survey_service.fieldwork.notices import is_check_due
from survey_service.fieldwork.wave_plan import in_order
from survey_service.fieldwork.waves import WaveStatus
from survey_service.storage import projects, setup
from survey_service.storage.database import reading
from survey_service.storage.projects import ProjectRecord, WaveRecord
from survey_service.storage.setup import ContactRecord, NoticeRecord, UnitPlace


class StepState(StrEnum):
    """Whether a step is done, lacks something, or can no longer be changed."""

    DONE = "done"
    MISSING = "missing"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class SetupStep:
    """One step: its key, its state, and what it lacks."""

    key: str
    state: StepState
    missing: tuple[FieldFault, ...]


@dataclass(frozen=True)
class ProjectSetup:
    """A project as far as it is set up; what is looked up by wave has the wave's id."""

    project: ProjectRecord
    offers_free_text: bool
    units: Sequence[UnitPlace]
    waves: Sequence[WaveRecord]
    instruments: Mapping[UUID, Mapping[str, tuple[str, int]]]
    roster_sums: Mapping[UUID, Mapping[str, int]]
    notices: Mapping[str, NoticeRecord]
    contacts: Sequence[ContactRecord]

    @property
    def is_registered(self) -> bool:
        """Whether the first wave has opened, so that the plan stands."""
        return self.project.registered_on is not None

    @cached_property
    def next_wave(self) -> WaveRecord | None:
        """The first wave that has not opened yet."""
        return next((wave for wave in self.waves if wave.status == WaveStatus.PLANNED), None)

    @cached_property
    def asked_audiences(self) -> list[str]:
        """Who is asked in any wave."""
        return in_order({audience for found in self.instruments.values() for audience in found})

    def asked_in(self, wave_id: UUID) -> list[str]:
        """Return who is asked in a wave."""
        return in_order(self.instruments.get(wave_id, {}))


def read_setup(project: ProjectRecord) -> ProjectSetup:
    """Return a project as far as it is set up."""
    session = reading()
    waves = projects.find_waves(session, project.id)
    wave_ids = [wave.id for wave in waves]
    return ProjectSetup(
        project=project,
        offers_free_text=setup.offers_free_text(session, project.id),
        units=setup.find_unit_places(session, project.municipality_id),
        waves=waves,
        instruments=setup.find_instruments(session, wave_ids),
        roster_sums=setup.find_roster_sums(session, wave_ids),
        notices=setup.find_newest_notices(session, project.id),
        contacts=setup.find_contacts(session, project.id),
    )


def list_steps(found: ProjectSetup, today: date) -> list[SetupStep]:
    """Return the steps in their order; nothing but questionnaires and units holds a wave back."""
    steps = []
    for key, find_missing in _MISSING.items():
        missing = tuple(find_missing(found, today))
        state = StepState.MISSING if missing else StepState.DONE
        if key == "comparison" and found.is_registered:
            state, missing = StepState.LOCKED, ()
        steps.append(SetupStep(key, state, missing))
    return steps


def _basics(found: ProjectSetup, _today: date) -> list[FieldFault]:
    last = max((wave.closes_on for wave in found.waves), default=None)
    if last is not None and found.project.retained_until <= last:
        return [FieldFault("retained_until", "retained_too_short")]
    return []


def _units(found: ProjectSetup, _today: date) -> list[FieldFault]:
    return [] if found.units else [FieldFault("units", "no_units")]


def _waves(found: ProjectSetup, today: date) -> list[FieldFault]:
    if not found.waves:
        return [FieldFault("waves", "no_waves")]
    wave = found.next_wave
    if wave is not None and wave.closes_on < today:
        return [FieldFault("waves", "wave_over", {"name": wave.label_da})]
    return []


def _instruments(found: ProjectSetup, _today: date) -> list[FieldFault]:
    wave = found.next_wave
    if not found.waves:
        return [FieldFault("instruments", "no_waves")]
    if wave is not None and not found.instruments.get(wave.id):
        return [FieldFault("instruments", "wave_without_instruments", {"name": wave.label_da})]
    return []


def _rosters(found: ProjectSetup, _today: date) -> list[FieldFault]:
    wave = found.next_wave
    if wave is None:
        return [] if found.waves else [FieldFault("rosters", "no_waves")]
    if not found.instruments.get(wave.id):
        return [FieldFault("rosters", "wave_without_instruments", {"name": wave.label_da})]
    counted = found.roster_sums.get(wave.id, {})
    uncounted = [audience for audience in found.asked_in(wave.id) if not counted.get(audience)]
    values = {"name": wave.label_da}
    return [
        FieldFault("rosters", "audience_without_roster", values | {"audience": audience})
        for audience in uncounted
    ]


def _comparison(found: ProjectSetup, _today: date) -> list[FieldFault]:
    if found.project.primary_audience is None:
        return [FieldFault("comparison", "no_primary")]
    return []


def _notices(found: ProjectSetup, _today: date) -> list[FieldFault]:
    if not found.asked_audiences:
        return [FieldFault("notices", "nobody_asked")]
    return [
        FieldFault("notices", "audience_without_notice", {"audience": audience})
        for audience in found.asked_audiences
        if audience not in found.notices
    ]


def _contacts(found: ProjectSetup, today: date) -> list[FieldFault]:
    if not found.contacts:
        return [FieldFault("contacts", "no_contacts")]
    return [
        FieldFault("contacts", "contact_unchecked", {"name": contact.name_da})
        for contact in found.contacts
        if is_check_due(contact.phone, contact.checked_on, today)
    ]


_MISSING: Mapping[str, Callable[[ProjectSetup, date], list[FieldFault]]] = {
    "basics": _basics,
    "units": _units,
    "waves": _waves,
    "instruments": _instruments,
    "rosters": _rosters,
    "comparison": _comparison,
    "notices": _notices,
    "contacts": _contacts,
}
