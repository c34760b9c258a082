"""Which briefs of a release somebody may have, by the word that stands for each in a form."""

from survey_service.briefs.content import BriefKind
from survey_service.storage.projects import ProjectRecord
from survey_service.web.access import may_open
from survey_service.web.language import translate
from survey_service.web.workspace.frame import own_unit_records

UNIT = f"{BriefKind.UNIT}:"


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
