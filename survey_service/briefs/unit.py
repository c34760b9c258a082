"""A unit's own brief: its figures beside the whole, or calmly that too few have answered."""

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape

from survey_service.briefs.committee import finding_of
from survey_service.briefs.content import (
    Block,
    Box,
    BriefContent,
    BriefKind,
    Bullets,
    Field,
    FigureReference,
    Heading,
    Look,
    Paragraph,
    Sentence,
)
from survey_service.briefs.context import Speech
from survey_service.briefs.decisions import decision_tables
from survey_service.briefs.findings import find_words
from survey_service.briefs.parts import about_figures, bind, next_steps, opening
from survey_service.briefs.tables import count_references, count_words
from survey_service.briefs.unit_trend import own_changes, trend_section, trend_sentences
from survey_service.briefs.unit_words import (
    OwnFigures,
    own_figures,
    unit_picture,
    unit_sentences,
    unit_table,
)
from survey_service.measurement.disclosure import ReleasedFigures
from survey_service.measurement.released_details import ReleasedRate


def unit_brief(figures: ReleasedFigures, speech: Speech, unit: str) -> BriefContent:
    """Return what a unit's own staff read.

    Args:
        figures: released figures.
        speech: the brief's language and what is told beside the figures.
        unit: the unit's key; one without a name of its own is shown as it is.
    """
    name = speech.units().get(unit, unit)
    own = {
        audience: found
        for audience in speech.context.ordered_audiences
        if (found := own_figures(figures, unit, audience)) and _is_shown_last(found, figures)
    }
    page = (
        _page(figures, speech, unit, name, own) if own else _calm_page(figures, speech, unit, name)
    )
    return bind(BriefKind.UNIT, speech, [page])


def has_own_figures(figures: ReleasedFigures, unit: str) -> bool:
    """Return whether anything of a unit is shown of the last wave."""
    audiences = {mean.audience for mean in figures.wave_means}
    return any(
        _is_shown_last(own_figures(figures, unit, audience), figures) for audience in audiences
    )


def _is_shown_last(own: OwnFigures, figures: ReleasedFigures) -> bool:
    return any(wave == figures.waves[-1] for _, wave in own)


def _page(
    figures: ReleasedFigures,
    speech: Speech,
    unit: str,
    name: str,
    own: Mapping[str, OwnFigures],
) -> Iterable[Block]:
    say = speech.say
    wave = escape(speech.waves()[figures.waves[-1]])
    yield from opening(BriefKind.UNIT, speech, say("unit.title", unit=escape(name)))
    lines = tuple(
        Paragraph((sentence,))
        for audience, found in own.items()
        for sentence in unit_sentences(figures, found, audience, name, speech)
    )
    changes = {audience: own_changes(figures, unit, audience) for audience in own}
    lines += tuple(
        Paragraph((sentence,))
        for audience, found in changes.items()
        for sentence in trend_sentences(figures, found, audience, name, speech)
    )
    yield Box((Heading(say("section.in_short"), 2), *lines))
    yield Paragraph((speech.tell("unit.lead", unit=escape(name), wave=wave),))
    if answered := tuple(_answered(figures, unit, speech)):
        yield Heading(say("unit.who"), 2)
        yield Bullets(answered)
    for audience, found in own.items():
        heading = say("unit.figures", audience=escape(speech.audience(audience)), unit=escape(name))
        yield Heading(heading, 2)
        if (picture := unit_picture(figures, found, audience, name, speech)) is not None:
            yield picture
        yield unit_table(figures, found, audience, name, speech)
    for audience, found in own.items():
        yield from trend_section(figures, changes[audience], found, audience, name, speech)
    yield from decision_tables(figures, speech, unit)
    yield Heading(say("unit.reading"), 2)
    trend = "unit.trend" if any(changes.values()) else "unit.not_trend"
    notes = ("unit.careful", "unit.borrowed", trend)
    yield Bullets(tuple(speech.tell(note) for note in notes), is_small=True)
    yield from next_steps(speech)
    yield from about_figures(BriefKind.UNIT, figures, speech)


def _calm_page(figures: ReleasedFigures, speech: Speech, unit: str, name: str) -> Iterable[Block]:
    say = speech.say
    yield from opening(BriefKind.UNIT, speech, say("unit.title", unit=escape(name)))
    minimum = FigureReference(Field.MINIMUM, written=str(figures.minimum))
    yield Box(
        (
            Heading(say("unit.too_few_heading"), 2),
            Paragraph((speech.tell("unit.too_few", unit=escape(name)),), Look.LEAD),
            Paragraph((speech.tell("unit.too_few_why", minimum, minimum=figures.minimum),)),
            Paragraph((speech.tell("unit.too_few_protects"),)),
        )
    )
    yield Heading(say("unit.too_few_whole"), 2)
    found = [find_words(figures, audience, speech) for audience in speech.context.ordered_audiences]
    yield Bullets(tuple(finding_of(one, speech) for one in found))
    yield from decision_tables(figures, speech, unit)
    yield from next_steps(speech)
    yield from about_figures(BriefKind.UNIT, figures, speech)


def _answered(figures: ReleasedFigures, unit: str, speech: Speech) -> Iterable[Sentence]:
    wave = figures.waves[-1]
    for rate in figures.details.response_rates if figures.details else ():
        if (rate.unit, rate.wave) == (unit, wave):
            yield _rate_sentence(rate, speech)


def _rate_sentence(rate: ReleasedRate, speech: Speech) -> Sentence:
    references = count_references(
        rate.answered,
        rate.roster,
        speech,
        audience=rate.audience,
        wave=rate.wave,
        unit=rate.unit,
    )
    return speech.tell(
        "unit.answered",
        *references,
        audience=escape(speech.audience(rate.audience)),
        count=count_words(rate.answered, rate.roster, speech),
        wave=escape(speech.waves()[rate.wave]),
    )
