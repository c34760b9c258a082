"""The brief of each kind: released figures and what is told beside them in, content out."""

from collections.abc import Callable, Mapping

from survey_service.briefs.committee import committee_brief
from survey_service.briefs.content import BriefContent, BriefKind
from survey_service.briefs.context import BriefContext, Speech, check_fit
from survey_service.briefs.leaders import leaders_brief
from survey_service.briefs.participants import participants_brief
from survey_service.briefs.team import team_brief
from survey_service.briefs.unit import unit_brief
from survey_service.measurement.disclosure import ReleasedFigures
from survey_service.texts import LANGUAGES


def tell_brief(
    kind: BriefKind,
    figures: ReleasedFigures,
    context: BriefContext,
    language: str,
    unit: str | None = None,
) -> BriefContent:
    """Return what a brief says; the same arguments give the same content.

    Args:
        kind: whom it is for.
        figures: released figures.
        context: names, dates and everything else that is not a figure.
        language: "da" or "en".
        unit: the key of the unit that a unit's brief is about; for that kind alone.

    Raises:
        ValueError: for another language, a unit's brief without a unit or another kind with one, or
            where figures and context differ in their waves.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language: expected one of {LANGUAGES}, found {language!r}")
    check_fit(figures, context)
    speech = Speech(context, language)
    if (unit is not None) is not (kind is BriefKind.UNIT):
        raise ValueError(f"unit: expected one for a unit's brief alone, found {unit!r} for {kind}")
    return _TELLERS[kind](figures, speech) if unit is None else unit_brief(figures, speech, unit)


_TELLERS: Mapping[BriefKind, Callable[[ReleasedFigures, Speech], BriefContent]] = {
    BriefKind.COMMITTEE: committee_brief,
    BriefKind.LEADERS: leaders_brief,
    BriefKind.TEAM: team_brief,
    BriefKind.PARTICIPANTS: participants_brief,
}
