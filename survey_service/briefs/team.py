"""The team's brief, as long as it needs: every principle, unit and question, and the method."""

from collections.abc import Iterable
from xml.sax.saxutils import escape

from survey_service.briefs.content import (
    Block,
    BriefContent,
    BriefKind,
    Bullets,
    Heading,
    Paragraph,
)
from survey_service.briefs.context import Speech
from survey_service.briefs.decisions import decision_tables
from survey_service.briefs.findings import AudienceFindings, find_words
from survey_service.briefs.leaders import in_short, primary_picture
from survey_service.briefs.method_words import method_points, reading_points
from survey_service.briefs.parts import (
    about_figures,
    bind,
    careful_note,
    measured,
    next_steps,
    opening,
    points,
)
from survey_service.briefs.potential_words import gap_sentences, potential_sentences
from survey_service.briefs.tables import counts_table, figures_table
from survey_service.briefs.team_items import item_sections
from survey_service.briefs.team_rates import rate_sections
from survey_service.briefs.team_tables import (
    method_tables,
    reliability_table,
)
from survey_service.briefs.team_units import unit_sections
from survey_service.briefs.team_words import quote_sections
from survey_service.measurement.disclosure import ReleasedFigures


def team_brief(figures: ReleasedFigures, speech: Speech) -> BriefContent:
    """Return what the implementation team goes through in an hour."""
    found = [find_words(figures, audience, speech) for audience in speech.context.ordered_audiences]
    pages: list[list[Block]] = [
        [*_front(figures, found, speech), *_audiences(figures, found, speech)],
        [*_all_figures(figures, speech), *decision_tables(figures, speech), *next_steps(speech)],
    ]
    pages += [page for page in ([*unit_sections(figures, speech)],) if page]
    questions = [*item_sections(figures, speech), *quote_sections(figures, speech)]
    pages += [page for page in (questions,) if page]
    pages.append([*_quality(figures, speech), *_method(figures, speech)])
    return bind(BriefKind.TEAM, speech, pages)


def _front(
    figures: ReleasedFigures, found: list[AudienceFindings], speech: Speech
) -> Iterable[Block]:
    title = speech.say("brief.title", project=escape(speech.context.project_title))
    yield from opening(BriefKind.TEAM, speech, title)
    yield in_short(found, speech)
    yield Heading(speech.say("section.measured"), 2)
    yield measured(figures, speech)
    yield counts_table(figures, speech)


def _audiences(
    figures: ReleasedFigures, found: list[AudienceFindings], speech: Speech
) -> Iterable[Block]:
    for place, one in enumerate(found):
        yield Heading(one.name, 2)
        if place == 1:
            yield from careful_note(speech)
        yield from points(one, is_small=False)
        yield primary_picture(figures, one, speech)


def _all_figures(figures: ReleasedFigures, speech: Speech) -> Iterable[Block]:
    gained = (*potential_sentences(figures, speech), *gap_sentences(figures, speech))
    if gained:
        yield Heading(speech.say("section.potential"), 2)
        yield Bullets(gained)
    yield Heading(speech.say("section.figures"), 2)
    yield figures_table(figures, speech.context.ordered_audiences, speech)


def _quality(figures: ReleasedFigures, speech: Speech) -> Iterable[Block]:
    yield from rate_sections(figures, speech)
    reliability = reliability_table(figures, speech)
    if reliability is not None:
        yield Heading(speech.say("team.reliability"), 2)
        yield Paragraph((speech.tell("team.reliability_note"),))
        yield reliability


def _method(figures: ReleasedFigures, speech: Speech) -> Iterable[Block]:
    yield Heading(speech.say("section.reading"), 2)
    yield Bullets(tuple(reading_points(figures, speech)))
    yield Heading(speech.say("section.method"), 2)
    yield Bullets(tuple(method_points(figures, speech)))
    tables = tuple(method_tables(figures, speech))
    if tables:
        yield Heading(speech.say("team.method"), 2)
        yield Paragraph((speech.tell("team.method_note"),))
        yield from tables
    yield from about_figures(BriefKind.TEAM, figures, speech)
