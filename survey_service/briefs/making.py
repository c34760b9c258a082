"""The brief of each kind: released figures and what is told beside them in, content out."""

from collections.abc import Callable, Mapping

from survey_service.briefs.committee import committee_brief
from survey_service.briefs.content import BriefContent, BriefKind
from survey_service.briefs.context import BriefContext, Speech, check_fit
from survey_service.briefs.leaders import leaders_brief
from survey_service.briefs.participants import participants_brief
from survey_service.measurement.disclosure import ReleasedFigures
from survey_service.texts import LANGUAGES


def tell_brief(
    kind: BriefKind,
    figures: ReleasedFigures,
    context: BriefContext,
    language: str,
) -> BriefContent:
    """Return what a brief says; the same arguments give the same content.

    Args:
        kind: whom it is for.
        figures: released figures.
        context: names, dates and everything else that is not a figure.
        language: "da" or "en".

    Raises:
        ValueError: for another language, or where figures and context differ in their waves.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language: expected one of {LANGUAGES}, found {language!r}")
    check_fit(figures, context)
    return _TELLERS[kind](figures, Speech(context, language))


_TELLERS: Mapping[BriefKind, Callable[[ReleasedFigures, Speech], BriefContent]] = {
    BriefKind.COMMITTEE: committee_brief,
    BriefKind.LEADERS: leaders_brief,
    BriefKind.PARTICIPANTS: participants_brief,
}
