"""What people wrote themselves, as it may be quoted: per audience and question, newest wave."""

from collections.abc import Iterable
from xml.sax.saxutils import escape

from survey_service.briefs.content import Block, Bullets, Heading, Look, Paragraph, Sentence
from survey_service.briefs.context import Speech
from survey_service.measurement.disclosure import ReleasedFigures
from survey_service.measurement.instrument import Audience
from survey_service.measurement.released_details import ReleasedQuote


def quote_sections(figures: ReleasedFigures, speech: Speech) -> Iterable[Block]:
    """Return the quotes of each audience's newest wave that has any; nothing where none has."""
    quotes = figures.details.quotes if figures.details else ()
    told = dict.fromkeys((*speech.context.ordered_audiences, *(one.audience for one in quotes)))
    sections = [
        block
        for audience in told
        for block in _audience(
            [one for one in quotes if one.audience == audience], figures.waves, speech
        )
    ]
    if sections:
        yield Heading(speech.say("team.words"), 2)
        yield Paragraph((speech.tell("team.words_note"),))
        yield from sections


def _audience(
    quotes: list[ReleasedQuote], waves: tuple[str, ...], speech: Speech
) -> Iterable[Block]:
    wave = next((key for key in reversed(waves) if any(one.wave == key for one in quotes)), None)
    if wave is None:
        return
    newest = [one for one in quotes if one.wave == wave]
    name = escape(speech.audience(newest[0].audience))
    yield Heading(speech.say("team.words_of", audience=name, wave=escape(speech.waves()[wave])), 3)
    for item in dict.fromkeys(one.item for one in newest):
        question = _question(newest[0].audience, item, speech)
        if question:
            yield Paragraph((Sentence(escape(question)),), Look.QUIET)
        yield Bullets(
            tuple(
                speech.tell("team.quote", text=escape(one.text))
                for one in newest
                if one.item == item
            )
        )


def _question(audience: str, item: str, speech: Speech) -> str:
    """Return a question's words; who answers for a citizen is asked what citizens are."""
    asked = Audience.CITIZEN if audience == Audience.CITIZEN_PROXY else audience
    for known in speech.context.items:
        if (known.audience, known.key) == (asked, item):
            return known.wording.read_in(speech.language)
    return ""
