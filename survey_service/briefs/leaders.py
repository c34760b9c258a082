"""The leaders' brief, two pages: each principle and audience, gaps, where most is to be gained."""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from survey_service.briefs.content import (
    Block,
    Box,
    BriefContent,
    BriefKind,
    Bullets,
    Heading,
    Look,
    Paragraph,
    Sentence,
)
from survey_service.briefs.context import Speech
from survey_service.briefs.decisions import DecisionRoom, decision_section, fit_decisions
from survey_service.briefs.findings import AudienceFindings, find_words
from survey_service.briefs.markup import lowered
from survey_service.briefs.method_words import method_points, reading_points
from survey_service.briefs.parts import (
    accessibility,
    bind,
    careful_note,
    measured,
    next_steps,
    opening,
    points,
    side_by_side,
    wave_figure,
)
from survey_service.briefs.potential_words import gap_sentences, potential_sentences
from survey_service.briefs.tables import counts_table, figures_table
from survey_service.charts.wave_rows import compared_waves
from survey_service.measurement.disclosure import ReleasedFigures

PAGES = 2
ROOMS = (
    DecisionRoom(4, 200, 9),
    DecisionRoom(3, 150, 9),
    DecisionRoom(3, 110, 1),
    DecisionRoom(2, 90, 1),
    DecisionRoom(1, 90, 1),
    DecisionRoom(0),
)


def leaders_brief(figures: ReleasedFigures, speech: Speech) -> BriefContent:
    """Return what the leaders of a municipality's areas and its steering group read."""
    found = [find_words(figures, audience, speech) for audience in speech.context.ordered_audiences]

    def build(room: DecisionRoom) -> BriefContent:
        second = _second_page(figures, found[1:], speech, room)
        return bind(BriefKind.LEADERS, speech, [_first_page(figures, found, speech), second], PAGES)

    return fit_decisions(figures, speech, ROOMS, build)


def in_short(found: Sequence[AudienceFindings], speech: Speech) -> Box:
    """Return every audience's finding in a sentence, on a tint."""
    lines = tuple(
        Paragraph(
            (Sentence(f"<b>{one.name}:</b> {lowered(one.headline)}", one.said.figures),), Look.LEAD
        )
        for one in found
    )
    return Box((Heading(speech.say("section.in_short"), 2), *lines))


def primary_picture(figures: ReleasedFigures, found: AudienceFindings, speech: Speech) -> Block:
    """Return one audience's waves as wide as the page, with what the signs mean."""
    waves = speech.waves()
    first, last = (escape(waves[wave]) for wave in compared_waves(figures))
    caption = speech.say("picture.caption", audience=found.name, first=first, last=last)
    return wave_figure(figures, found, speech, caption)


def _first_page(
    figures: ReleasedFigures, found: Sequence[AudienceFindings], speech: Speech
) -> Iterable[Block]:
    say = speech.say
    title = say("brief.title", project=escape(speech.context.project_title))
    yield from opening(BriefKind.LEADERS, speech, title)
    yield in_short(found, speech)
    yield Heading(say("section.measured"), 2)
    yield measured(figures, speech)
    yield counts_table(figures, speech)
    yield Heading(found[0].name, 2)
    yield from points(found[0], is_small=False)
    yield primary_picture(figures, found[0], speech)
    yield Heading(say("section.reading"), 2)
    yield Bullets(tuple(reading_points(figures, speech)), is_small=True)


def _second_page(
    figures: ReleasedFigures,
    others: Sequence[AudienceFindings],
    speech: Speech,
    room: DecisionRoom,
) -> Iterable[Block]:
    say, audiences = speech.say, speech.context.ordered_audiences
    if others:
        yield Heading(say("section.one_other" if len(others) == 1 else "section.others"), 2)
        yield from careful_note(speech)
        yield from side_by_side([_column(figures, one, speech) for one in others])
    gained = (*potential_sentences(figures, speech), *gap_sentences(figures, speech))
    if gained:
        yield Heading(say("section.potential"), 2)
        yield Bullets(gained, is_small=True)
    yield from decision_section(figures, speech, room)
    yield from next_steps(speech)
    yield Heading(say("section.figures"), 2)
    yield figures_table(figures, audiences, speech)
    yield Heading(say("section.method"), 2)
    yield Bullets(tuple(method_points(figures, speech)), is_small=True)
    yield Paragraph((speech.tell("about.read_aloud"),), Look.SMALL)
    yield from accessibility(speech)


def _column(figures: ReleasedFigures, found: AudienceFindings, speech: Speech) -> tuple[Block, ...]:
    caption = speech.say("picture.small_caption", audience=found.name)
    picture = wave_figure(figures, found, speech, caption, with_legend=False, may_be_left_out=True)
    return (Heading(found.name, 3), *points(found, is_small=True), picture)
