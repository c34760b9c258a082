"""Which briefs of a release somebody may have, by the word that stands for each in a form."""

from collections.abc import Mapping
from typing import Any

from flask import current_app

from survey_service.briefs.content import BriefKind
from survey_service.briefs.context import TalkTo
from survey_service.reporting.brief_making import BriefOrder
from survey_service.storage.projects import ProjectRecord
from survey_service.web.access import may_open
from survey_service.web.language import translate
from survey_service.web.settings import Settings
from survey_service.web.workspace.frame import own_unit_records

UNIT = f"{BriefKind.UNIT}:"

KIND_PATHS: Mapping[str, BriefKind] = {
    "ledelse": BriefKind.LEADERS,
    "udvalg": BriefKind.COMMITTEE,
    "arbejdsgruppe": BriefKind.TEAM,
    "deltagere": BriefKind.PARTICIPANTS,
    "afdeling": BriefKind.UNIT,
}
"""What each kind is called in addresses."""


def offered_briefs(project: ProjectRecord) -> list[tuple[str, str]]:
    """Return the briefs the signed-in person may have: (word, label), the leaders' first.

    The team's brief holds exact figures of the method, which are the evaluator's alone.
    """
    kinds = [BriefKind.LEADERS, BriefKind.COMMITTEE, BriefKind.PARTICIPANTS]
    if may_open("workspace.release"):
        kinds.insert(2, BriefKind.TEAM)
    return [
        *((kind.value, translate(f"workspace.brief_kind.{kind}")) for kind in kinds),
        *(
            (f"{UNIT}{unit.key}", translate("workspace.brief_kind.unit", unit=unit.name))
            for unit in own_unit_records(project)
        ),
    ]


def read_choice(word: str) -> tuple[BriefKind, str | None]:
    """Return the kind, and the unit's key for a unit's brief, that an offered word stands for."""
    if word.startswith(UNIT):
        return BriefKind.UNIT, word.removeprefix(UNIT)
    return BriefKind(word), None


def write_choice(kind: BriefKind, unit: str | None) -> str:
    """Return the word that stands for a brief in a form; `unit` counts for a unit's brief alone."""
    return f"{UNIT}{unit or ''}" if kind is BriefKind.UNIT else kind.value


def order_choice(word: str, language: str, **of: Any) -> BriefOrder:
    """Return the order of the brief that an offered word stands for, with the service's contacts.

    `of` are further fields of the order.
    """
    kind, unit = read_choice(word)
    contacts = tuple(TalkTo(found.name, found.phone, found.note) for found in _settings().contacts)
    return BriefOrder(language, kind, unit, installation_contacts=contacts, **of)


def accessibility_url() -> str | None:
    """Return the address of the accessibility statement that stands on briefs, if there is one."""
    return _settings().accessibility_url


def _settings() -> Settings:
    found: Settings = current_app.extensions["survey_settings"]
    return found
