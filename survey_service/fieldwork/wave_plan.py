"""The plan of a project's waves: names, dates and questionnaires, as long as they may change."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID, uuid4

from survey_service.catalogue import load_instruments
from survey_service.faults import FieldFault, InputRefused
from survey_service.fieldwork.typed_input import TypedInput, make_key
from survey_service.fieldwork.waves import WaveStatus
from survey_service.measurement.instrument import Audience, Instrument
from survey_service.storage import projects, setup
from survey_service.storage.database import Session, writing
from survey_service.storage.projects import WaveRecord

LABEL_LIMIT = 60
WAVE_LIMIT = 20

DEFAULT_LABELS = (("Baseline", "Baseline"), ("Midtvejs", "Midterm"), ("Slut", "Final"))
_WEEKS_TO_FIRST = 6
_WEEKS_OPEN = 4
_WEEKS_APART = 52


@dataclass(frozen=True, slots=True)
class TypedWave:
    """A wave as it was typed; `number` ends the names of its fields, `wave_id` None: a new one.

    A date that is None was not to be typed: it stays as it is.
    """

    number: int
    wave_id: UUID | None
    label_da: str
    label_en: str
    opens_on: str | None
    closes_on: str | None

    def field(self, name: str) -> str:
        """Return the name of one of its form fields."""
        return f"{name}_{self.number}"

    @property
    def is_blank(self) -> bool:
        """Whether a new wave's fields were left empty."""
        typed = (self.label_da, self.label_en, self.opens_on, self.closes_on)
        return self.wave_id is None and not any((text or "").strip() for text in typed)


@dataclass(frozen=True, slots=True)
class _Draft:
    row: TypedWave
    wave: WaveRecord
    old: WaveRecord | None

    @property
    def is_locked(self) -> bool:
        return self.wave.status != WaveStatus.PLANNED

    @property
    def is_moved(self) -> bool:
        if self.old is None:
            return True
        before = (self.old.opens_on, self.old.closes_on)
        return before != (self.wave.opens_on, self.wave.closes_on)


def suggest_waves(today: date) -> list[tuple[str, str, date, date]]:
    """Return three waves to begin with, a year apart: names, first and last day, from a Monday."""
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=_WEEKS_TO_FIRST)
    suggested = []
    for number, labels in enumerate(DEFAULT_LABELS):
        opens_on = monday + timedelta(weeks=_WEEKS_APART * number)
        suggested.append((*labels, opens_on, opens_on + timedelta(weeks=_WEEKS_OPEN, days=-3)))
    return suggested


def save_waves(project_id: UUID, typed_waves: Sequence[TypedWave], today: date) -> None:
    """Store the plan: changed waves, and new ones in the place their dates give them.

    Raises InputRefused with every fault: a wave that closes before it opens, overlaps the next or
    is out of order; a name that comes twice; dates of an opened wave, of which only the closing of
    an open one may still move, and only later.
    """
    typed = TypedInput()
    with writing() as session:
        known = {wave.id: wave for wave in projects.find_waves(session, project_id)}
        rows = [row for row in typed_waves if not row.is_blank]
        drafts = [_read(typed, project_id, row, known, today) for row in rows]
        typed.raise_if_any()
        ordered = _order([draft for draft in drafts if draft is not None], known)
        _check_names(typed, ordered)
        _check_dates(typed, ordered)
        typed.raise_if_any()
        _store(session, project_id, ordered, set(known))


def remove_wave(project_id: UUID, wave_id: UUID) -> None:
    """Remove a planned wave with its questionnaires and its roster.

    Raises InputRefused for one that was opened or imported, has somebody on its list, or is part
    of the primary contrast.
    """
    with writing() as session:
        project = projects.find_project(session, project_id)
        waves = {wave.id: wave for wave in projects.find_waves(session, project_id)}
        wave = waves.get(wave_id)
        if project is None or wave is None:
            raise InputRefused(FieldFault("wave", "unknown_choice"))
        values = {"name": wave.label_da}
        if wave.status != WaveStatus.PLANNED:
            raise InputRefused(FieldFault("wave", "wave_opened", values))
        if setup.has_invitations(session, wave_id):
            raise InputRefused(FieldFault("wave", "wave_invited", values))
        if wave.key in {project.primary_from, project.primary_to}:
            raise InputRefused(FieldFault("wave", "wave_is_primary", values))
        setup.remove_wave(session, wave_id)
        del waves[wave_id]
        for position, left in enumerate(waves.values(), start=1):
            setup.update_wave(session, left.id, position=position)


def fitting_instruments(framework: str) -> dict[str, list[Instrument]]:
    """Return the questionnaires that rest on a framework, by audience, the newest version first."""
    found: dict[str, list[Instrument]] = {}
    for instrument in load_instruments():
        if instrument.framework == framework:
            found.setdefault(instrument.audience, []).append(instrument)
    for instruments in found.values():
        instruments.sort(key=lambda instrument: (instrument.key, -instrument.version))
    return {audience: found[audience] for audience in in_order(found)}


def in_order(audiences: Iterable[str]) -> list[str]:
    """Return audiences in the order in which they are named everywhere, those unknown last."""
    places = {str(audience): place for place, audience in enumerate(Audience)}
    return sorted(audiences, key=lambda audience: (places.get(audience, len(places)), audience))


def instrument_field(wave_id: UUID, audience: str) -> str:
    """Return the name of the form field for an audience's questionnaire in a wave."""
    return f"instrument_{wave_id.hex}_{audience}"


def save_instruments(project_id: UUID, chosen: Mapping[tuple[UUID, str], str]) -> None:
    """Store which questionnaire, "key/version" or nothing, an audience gets in a wave.

    Raises InputRefused for a questionnaire that does not fit, and for an opened wave.
    """
    typed = TypedInput()
    with writing() as session:
        project = projects.find_project(session, project_id)
        waves = {wave.id: wave for wave in projects.find_waves(session, project_id)}
        fitting = fitting_instruments(project.framework if project is not None else "")
        before = setup.find_instruments(session, waves)
        after = {wave_id: dict(before.get(wave_id, {})) for wave_id in waves}
        for (wave_id, audience), choice in chosen.items():
            field = instrument_field(wave_id, audience)
            versions = {
                f"{i.key}/{i.version}": (i.key, i.version) for i in fitting.get(audience, [])
            }
            if wave_id not in waves or (choice and choice not in versions):
                typed.refuse(field, "unknown_choice")
            elif choice:
                after[wave_id][audience] = versions[choice]
            else:
                after[wave_id].pop(audience, None)
        for wave_id, instruments in after.items():
            if instruments == before.get(wave_id, {}):
                continue
            if waves[wave_id].status != WaveStatus.PLANNED:
                for audience in instruments.keys() | before.get(wave_id, {}).keys():
                    typed.refuse(instrument_field(wave_id, audience), "locked_opened")
            else:
                projects.set_wave_instruments(session, wave_id, instruments)
        typed.raise_if_any()


def _read(
    typed: TypedInput,
    project_id: UUID,
    row: TypedWave,
    known: Mapping[UUID, WaveRecord],
    today: date,
) -> _Draft | None:
    old = None if row.wave_id is None else known.get(row.wave_id)
    if row.wave_id is not None and old is None:
        typed.refuse(row.field("label_da"), "unknown_choice")
        return None
    label_da = typed.read_text(row.field("label_da"), row.label_da, LABEL_LIMIT)
    label_en = typed.read_text(row.field("label_en"), row.label_en, LABEL_LIMIT, required=False)
    opens_on = _read_day(typed, row.field("opens_on"), row.opens_on, old.opens_on if old else None)
    closes_on = _read_day(
        typed, row.field("closes_on"), row.closes_on, old.closes_on if old else None
    )
    if opens_on is None or closes_on is None:
        return None
    _check_locked(typed, row, old, opens_on, closes_on)
    if (old is None or opens_on != old.opens_on) and opens_on < today:
        typed.refuse(row.field("opens_on"), "opens_in_past")
    if closes_on < opens_on:
        typed.refuse(row.field("closes_on"), "closes_before_opens")
    blank = WaveRecord(
        uuid4(), project_id, "", 0, "", "", WaveStatus.PLANNED, opens_on, closes_on, "asked"
    )
    wave = replace(
        old or blank,
        label_da=label_da,
        label_en=label_en or label_da,
        opens_on=opens_on,
        closes_on=closes_on,
    )
    return _Draft(row, wave, old)


def _read_day(typed: TypedInput, field: str, text: str | None, old: date | None) -> date | None:
    return old if text is None and old is not None else typed.read_day(field, text)


def _check_locked(
    typed: TypedInput, row: TypedWave, old: WaveRecord | None, opens_on: date, closes_on: date
) -> None:
    if old is None or old.status == WaveStatus.PLANNED:
        return
    if opens_on != old.opens_on:
        typed.refuse(row.field("opens_on"), "locked_opened")
    if old.status != WaveStatus.OPEN and closes_on != old.closes_on:
        typed.refuse(row.field("closes_on"), "locked_closed")
    elif closes_on < old.closes_on:
        typed.refuse(row.field("closes_on"), "closes_earlier")


def _order(drafts: Sequence[_Draft], known: Mapping[UUID, WaveRecord]) -> list[_Draft]:
    """Return the drafts in the plan's order; a new wave comes before the first that opens later."""
    ordered = sorted(
        (draft for draft in drafts if draft.old is not None), key=lambda draft: draft.wave.position
    )
    listed = {draft.wave.id for draft in drafts}
    for wave in known.values():
        if wave.id not in listed:  # one that came while the form was open
            row = TypedWave(0, wave.id, wave.label_da, wave.label_en, None, None)
            ordered.append(_Draft(row, wave, wave))
    ordered.sort(key=lambda draft: draft.wave.position)
    for new in (draft for draft in drafts if draft.old is None):
        later = (
            place for place, draft in enumerate(ordered) if draft.wave.opens_on > new.wave.opens_on
        )
        ordered.insert(next(later, len(ordered)), new)
    return ordered


def _check_names(typed: TypedInput, ordered: Sequence[_Draft]) -> None:
    if len(ordered) > WAVE_LIMIT:
        typed.refuse(ordered[-1].row.field("label_da"), "too_many_waves", limit=WAVE_LIMIT)
    for name in ("label_da", "label_en"):
        seen: set[str] = set()
        for draft in ordered:
            label = str(getattr(draft.wave, name))
            if label.casefold() in seen:
                typed.refuse(draft.row.field(name), "name_in_use", name=label)
            seen.add(label.casefold())


def _check_dates(typed: TypedInput, ordered: Sequence[_Draft]) -> None:
    for earlier, later in pairwise(ordered):
        if earlier.is_locked and later.is_locked:
            continue  # what has happened cannot be put right here
        is_moved = earlier.is_moved or later.is_moved
        if (earlier.is_locked or later.is_locked) and not is_moved:
            continue  # a wave that opened or closed on another day than planned is no typing fault
        name = earlier.wave.label_da
        if later.wave.opens_on < earlier.wave.opens_on:
            rule = "out_of_order"
        elif later.wave.opens_on <= earlier.wave.closes_on:
            rule = "overlaps"
        else:
            continue
        if later.is_locked:
            field, name = earlier.row.field("closes_on"), later.wave.label_da
            rule = "out_of_order_before" if rule == "out_of_order" else "overlaps"
        else:
            field = later.row.field("opens_on")
        typed.refuse(field, rule, name=name)


def _store(session: Session, project_id: UUID, ordered: Sequence[_Draft], known: set[UUID]) -> None:
    keys = {draft.wave.key for draft in ordered if draft.old is not None}
    for position, draft in enumerate(ordered, start=1):
        wave = draft.wave
        values = {
            "position": position,
            "label_da": wave.label_da,
            "label_en": wave.label_en,
            "opens_on": wave.opens_on,
            "closes_on": wave.closes_on,
        }
        if wave.id in known:
            setup.update_wave(session, wave.id, **values)
        else:
            key = make_key(wave.label_en, keys)
            keys.add(key)
            projects.add_wave(session, project_id=project_id, key=key, **values)
