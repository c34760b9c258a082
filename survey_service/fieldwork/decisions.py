"""After a release: what will be done about a principle, by which role, and by when."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from survey_service.catalogue import load_framework
from survey_service.faults import FieldFault, InputRefused
from survey_service.fieldwork.invitations import looks_like_cpr
from survey_service.storage import decisions as storage
from survey_service.storage import projects, results
from survey_service.storage.database import reading, writing
from survey_service.storage.decisions import DecisionRecord
from survey_service.storage.projects import ProjectRecord

TEXT_LIMIT = 500
ROLE_LIMIT = 80

YEARS_AHEAD = 10
"""A date further ahead is more likely a typing error than a plan."""

_NAMES_SOMEBODY = re.compile(r"@|\d{6}")

# An e-mail address, or eight digits as Danish telephone numbers are written; a date, an
# amount with its thousands set apart and the hours of a meeting are neither.
_LEADS_TO_SOMEBODY = re.compile(
    r"\S@\S|(?<!\d)(?:\d\d([\s.-])\d\d(?:\1\d\d){2}|\d{4}\s?\d{4})(?!\d)"
)


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A decision as it was typed; `unit` is a unit's key, empty for the whole."""

    principle: str
    unit: str
    text: str
    responsible: str
    due_on: date | None


def decide(
    project: ProjectRecord, new: NewDecision, own_units: frozenset[str] | None, today: date
) -> UUID:
    """Store a decision under the newest published release and return its id.

    Args:
        project: the project.
        new: what was typed.
        own_units: the units whoever decides is limited to; None: no limit.
        today: the day of the decision.

    Raises:
        InputRefused: with every fault of the form.
    """
    number = _newest_release(project.id)
    units = projects.find_units(reading(), project.municipality_id)
    faults = [*_find_faults(project, new, units, own_units, today)]
    if number is None:
        faults.append(FieldFault("", "no_release_to_follow"))
    if faults or number is None or new.due_on is None:
        raise InputRefused(*faults)
    with writing() as session:
        return storage.add_decision(
            session,
            project_id=project.id,
            unit_id=units.get(new.unit),
            principle=new.principle,
            release_number=number,
            text=new.text.strip(),
            responsible=new.responsible.strip(),
            decided_on=today,
            due_on=new.due_on,
        )


def list_decisions(project_id: UUID, own_units: frozenset[str] | None) -> list[DecisionRecord]:
    """Return the decisions somebody may read: those of the whole, and of their own units."""
    return [
        found
        for found in storage.find_decisions(reading(), project_id)
        if found.unit_key is None or own_units is None or found.unit_key in own_units
    ]


def find_own_decision(decision_id: UUID, own_units: frozenset[str] | None) -> DecisionRecord | None:
    """Return a decision somebody may change; None for any other.

    Whoever is limited to units changes theirs alone, not those of the whole.
    """
    found = storage.find_decision(reading(), decision_id)
    if found is None or own_units is None or found.unit_key in own_units:
        return found
    return None


def mark_done(decision_id: UUID, done_on: date | None) -> None:
    """Store when a decision was carried out; None: not yet after all."""
    with writing() as session:
        storage.set_done(session, decision_id, done_on)


def remove_decision(decision_id: UUID) -> None:
    """Remove a decision for good."""
    with writing() as session:
        storage.delete_decision(session, decision_id)


def _newest_release(project_id: UUID) -> int | None:
    found = results.find_releases(reading(), project_id)
    return next((entry.number for entry in found if entry.is_published), None)


def _find_faults(
    project: ProjectRecord,
    new: NewDecision,
    units: Mapping[str, UUID],
    own_units: frozenset[str] | None,
    today: date,
) -> list[FieldFault]:
    known = {principle.key for principle in load_framework(project.framework).principles}
    faults = []
    if new.principle not in known:
        faults.append(FieldFault("principle", "unknown_choice"))
    is_own = own_units is None or new.unit in own_units
    if not is_own or (new.unit and new.unit not in units):
        faults.append(FieldFault("unit", "unknown_choice"))
    faults += _text_faults("text", new.text, TEXT_LIMIT)
    if looks_like_cpr(new.text):
        faults.append(FieldFault("text", "cpr_number"))
    elif _LEADS_TO_SOMEBODY.search(new.text):
        faults.append(FieldFault("text", "contact_in_decision"))
    faults += _text_faults("responsible", new.responsible, ROLE_LIMIT)
    if any(found.search(new.responsible) for found in (_NAMES_SOMEBODY, _LEADS_TO_SOMEBODY)):
        faults.append(FieldFault("responsible", "role_not_person"))
    return [*faults, *_date_faults(new.due_on, today)]


def _date_faults(due_on: date | None, today: date) -> list[FieldFault]:
    if due_on is None:
        return [FieldFault("due_on", "no_date")]
    if due_on < today:
        return [FieldFault("due_on", "due_in_the_past")]
    last = (today.year + YEARS_AHEAD, today.month, today.day)
    if (due_on.year, due_on.month, due_on.day) > last:
        return [FieldFault("due_on", "due_too_far", {"years": YEARS_AHEAD})]
    return []


def _text_faults(field: str, typed: str, limit: int) -> list[FieldFault]:
    length = len(typed.strip())
    if length == 0:
        return [FieldFault(field, "missing")]
    if length > limit:
        return [FieldFault(field, "too_long", {"limit": limit, "found": length})]
    return []
