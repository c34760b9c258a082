"""What moved since a decision, in words: by the verdicts' rules, and never as its effect."""

import math
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from survey_service.briefs.content import Field, FigureReference, Sentence
from survey_service.briefs.context import DecisionMade, Speech
from survey_service.charts.figures import format_change
from survey_service.measurement.comparison import Verdict
from survey_service.measurement.disclosure import ReleasedContrast, ReleasedFigures
from survey_service.measurement.released_details import ReleasedUnitChange, UnitMovement

CLAIMS = (Verdict.IMPROVED, Verdict.DECLINED, Verdict.NO_RELEVANT_CHANGE)


def moved_since(
    decision: DecisionMade, figures: ReleasedFigures, speech: Speech, audiences: Sequence[str]
) -> Sentence:
    """Say what moved on a decision's principle from the wave before it to the last one.

    Of a decision about one unit it is what moved in that unit, always worded with care.
    """
    names = speech.waves()
    ends = {
        "first": escape(names[decision.since]),
        "last": escape(names[figures.waves[-1]]),
    }
    if decision.unit is None:
        verdicts = [
            (audience, _verdict(contrast_since(decision, figures, audience), speech))
            for audience in audiences
        ]
        return _join("decisions.moved", verdicts, speech, **ends)
    unit = escape(speech.units().get(decision.unit, decision.unit))
    changes = [found for one in audiences if (found := _change_of(decision, figures, one))]
    if not changes:
        return speech.tell("decisions.nothing_of_unit", unit=unit, **ends)
    verdicts = [(change.audience, _unit_verdict(change, speech)) for change in changes]
    return _join("decisions.moved_in_unit", verdicts, speech, unit=unit, **ends)


def join_people(audiences: Iterable[str], speech: Speech) -> str:
    """Return audiences as people in a sentence: "borgerne og de pårørende"."""
    return speech.join([speech.people(audience) for audience in audiences]).replace(",,", ",")


def contrast_since(
    decision: DecisionMade, figures: ReleasedFigures, audience: str
) -> ReleasedContrast | None:
    """Return the contrast of a decision's principle since it was decided, None without one."""
    wanted = (audience, decision.principle, decision.since, figures.waves[-1])
    for found in figures.contrasts:
        if (found.audience, found.principle, found.from_wave, found.to_wave) == wanted:
            return found
    return None


def verdict_of(contrast: ReleasedContrast | None, speech: Speech) -> str:
    """Return a contrast's verdict as the end of a text's key; outside the family with care."""
    if contrast is None:
        return str(Verdict.TOO_FEW)
    careful = speech.context.primary_audience is not None and not contrast.is_primary
    return f"{contrast.verdict}{'_careful' if careful and contrast.verdict in CLAIMS else ''}"


def reference_to(
    contrast: ReleasedContrast | None, field: Field, written: str = ""
) -> tuple[FigureReference, ...]:
    """Return the reference of a contrast's figure, nothing where there is no contrast."""
    if contrast is None:
        return ()
    return (FigureReference.of_contrast(contrast, field, written),)


def _join(
    key: str, verdicts: Iterable[tuple[str, Sentence]], speech: Speech, **values: str
) -> Sentence:
    """Return a sentence with a clause for each verdict, of all audiences that have it."""
    people: dict[str, list[str]] = {}
    figures: list[FigureReference] = []
    for audience, verdict in verdicts:
        people.setdefault(verdict.text, []).append(audience)
        figures += verdict.figures
    clauses = [
        speech.say("decisions.clause", people=join_people(audiences, speech), verdict=verdict)
        for verdict, audiences in people.items()
    ]
    return speech.tell(key, *figures, clauses="; ".join(clauses), **values)


def _verdict(contrast: ReleasedContrast | None, speech: Speech) -> Sentence:
    more = _more_of(contrast, speech)
    references = (*reference_to(contrast, Field.VERDICT), *more.figures)
    key = f"decisions.{verdict_of(contrast, speech)}"
    return speech.tell(key, *references, more=more.text)


def _more_of(contrast: ReleasedContrast | None, speech: Speech) -> Sentence:
    """Return by how much, or how much it would have had to be, and whether to be cautious."""
    if contrast is None or contrast.verdict in {Verdict.TOO_FEW, Verdict.WORDING_CHANGED}:
        return Sentence("")
    caution = ""
    if contrast.is_poorly_measured or contrast.is_distorted:
        caution = speech.say("decisions.caution")
    said, detectable = Sentence(""), contrast.minimum_detectable_difference
    if contrast.verdict in {Verdict.IMPROVED, Verdict.DECLINED} and contrast.difference is not None:
        points = format_change(contrast.difference, speech.language)
        reference = reference_to(contrast, Field.DIFFERENCE, points)
        said = speech.tell("decisions.points", *reference, points=points)
    elif contrast.verdict is Verdict.CANNOT_TELL and detectable is not None:
        written = str(math.ceil(detectable))
        reference = reference_to(contrast, Field.DETECTABLE, written)
        said = speech.tell("decisions.detectable", *reference, points=written)
    return Sentence(said.text + caution, said.figures)


def _change_of(
    decision: DecisionMade, figures: ReleasedFigures, audience: str
) -> ReleasedUnitChange | None:
    wanted = (decision.unit, audience, decision.principle, decision.since, figures.waves[-1])
    for found in figures.details.unit_changes if figures.details else ():
        if (
            found.unit,
            found.audience,
            found.principle,
            found.from_wave,
            found.to_wave,
        ) == wanted:
            return found
    return None


def _unit_verdict(change: ReleasedUnitChange, speech: Speech) -> Sentence:
    careful = "" if change.movement is UnitMovement.CANNOT_TELL else "_careful"
    more = _more_of_unit(change, speech)
    return speech.tell(f"decisions.{change.movement}{careful}", *more.figures, more=more.text)


def _more_of_unit(change: ReleasedUnitChange, speech: Speech) -> Sentence:
    difference = change.difference
    if change.movement is not UnitMovement.CANNOT_TELL and difference is not None:
        points = format_change(difference.value, speech.language)
        reference = unit_change_reference(change, Field.UNIT_CHANGE, points)
        return speech.tell("decisions.points", reference, points=points)
    if difference is not None and difference.high is not None:
        written = str(math.ceil(difference.high - difference.value))
        reference = unit_change_reference(change, Field.UNIT_CHANGE_INTERVAL, written)
        return speech.tell("decisions.reach", reference, points=written)
    return Sentence("", (unit_change_reference(change, Field.UNIT_CHANGE),))


def unit_change_reference(
    change: ReleasedUnitChange, field: Field, written: str = ""
) -> FigureReference:
    """Return a reference to one unit's change."""
    return FigureReference(
        field,
        audience=change.audience,
        principle=change.principle,
        from_wave=change.from_wave,
        to_wave=change.to_wave,
        unit=change.unit,
        written=written,
    )
