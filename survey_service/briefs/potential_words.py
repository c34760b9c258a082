"""Where most is to be gained, and where two audiences see it differently, as far as it is known."""

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape

from survey_service.briefs.content import Field, FigureReference, Sentence
from survey_service.briefs.context import Speech
from survey_service.charts.figures import format_score
from survey_service.measurement.disclosure import ReleasedFigures
from survey_service.measurement.potential_status import PotentialStatus
from survey_service.measurement.released_details import ReleasedDetails, ReleasedGap

SERVICE_AUDIENCES = ("citizen", "staff", "leader", "relative")
"""Whose potentials and gaps are told: those who receive support, give it, or stand near."""


def potential_sentences(
    figures: ReleasedFigures, speech: Speech, audiences: tuple[str, ...] | None = None
) -> tuple[Sentence, ...]:
    """Say of each audience where most is to be gained, or that the answers cannot tell.

    Only the last wave counts. An audience with too few principles to rank is passed over in
    silence, and so is one whose order is uncertain unless it is the first.
    """
    details = figures.details or ReleasedDetails()
    found = {
        potential.audience: potential
        for potential in details.potentials
        if potential.wave == figures.waves[-1]
    }
    shown = [
        audience
        for audience in audiences or speech.context.ordered_audiences
        if audience in found and audience in SERVICE_AUDIENCES
    ]
    told = []
    names = speech.principles()
    for place, audience in enumerate(shown):
        potential = found[audience]
        if potential.status is PotentialStatus.MOST_POTENTIAL:
            lowest = [names[key] for key in potential.lowest if key in names]
            told.append(_potential("most", audience, figures, speech, speech.quote(lowest)))
        elif potential.status is PotentialStatus.ORDER_UNCERTAIN and place == 0:
            told.append(_potential("uncertain", audience, figures, speech, ""))
    return tuple(told)


def gap_sentences(figures: ReleasedFigures, speech: Speech) -> tuple[Sentence, ...]:
    """Say of each pair of audiences on how many principles one rates the support surely higher.

    A gap counts where it is certain and no shared question works differently between the two.
    """
    told = []
    for pair, gaps in _certain_gaps(figures).items():
        known = [gap for gap in gaps if gap.principle in speech.principles()]
        for first_is_higher in (True, False):
            alike = [gap for gap in known if (gap.gap.value > 0) is first_is_higher]
            if alike:
                higher, lower = pair if first_is_higher else pair[::-1]
                told.append(_gap(alike, higher, lower, speech))
    return tuple(told)


def _potential(
    key: str, audience: str, figures: ReleasedFigures, speech: Speech, principles: str
) -> Sentence:
    wave = figures.waves[-1]
    reference = FigureReference(Field.POTENTIAL, audience=audience, to_wave=wave)
    values = {"principles": principles} if principles else {}
    return speech.tell(
        f"potential.{key}",
        reference,
        people=escape(speech.audience(audience)),
        wave=escape(speech.waves()[wave]),
        **values,
    )


def _certain_gaps(figures: ReleasedFigures) -> Mapping[tuple[str, str], list[ReleasedGap]]:
    details = figures.details or ReleasedDetails()
    found: dict[tuple[str, str], list[ReleasedGap]] = {}
    for gap in details.gaps:
        pair = gap.first_audience, gap.second_audience
        told = gap.certain and not gap.is_distorted and gap.wave == figures.waves[-1]
        if told and set(pair) <= set(SERVICE_AUDIENCES):
            found.setdefault(pair, []).append(gap)
    return found


def _gap(gaps: Iterable[ReleasedGap], higher: str, lower: str, speech: Speech) -> Sentence:
    ordered = sorted(gaps, key=lambda gap: -abs(gap.gap.value))
    widest = ordered[0]
    number = format_score(abs(widest.gap.value), speech.language)
    unit = "unit.point" if number == "1" else "unit.points"
    points = speech.say(unit, number=number)
    names, total = speech.principles(), len(speech.principles())
    return speech.tell(
        _gap_key(len(ordered), total),
        *(_gap_reference(gap, points if gap is widest else "") for gap in ordered),
        higher=speech.people(higher),
        lower=speech.people(lower),
        principle=escape(names[widest.principle]),
        points=points,
        wave=escape(speech.waves()[widest.wave]),
        **_shares(len(ordered), total, speech),
    )


def _gap_key(count: int, total: int) -> str:
    if count == 1:
        return "gap.one"
    return "gap.all" if count == total else "gap.many"


def _shares(count: int, total: int, speech: Speech) -> dict[str, str]:
    if count == 1:
        return {}
    of_total = {"total": speech.count(total)}
    return of_total if count == total else of_total | {"count": speech.count(count)}


def _gap_reference(gap: ReleasedGap, written: str) -> FigureReference:
    return FigureReference(
        Field.GAP,
        audience=gap.first_audience,
        other_audience=gap.second_audience,
        principle=gap.principle,
        to_wave=gap.wave,
        written=written,
    )
