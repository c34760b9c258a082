"""The committee's brief, one page: is it working, for whom, what next."""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

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
    join_sentences,
)
from survey_service.briefs.context import Speech
from survey_service.briefs.decisions import (
    DecisionRoom,
    choose_decisions,
    decision_lines,
    decision_notes,
    fit_decisions,
)
from survey_service.briefs.findings import AudienceFindings, find_words
from survey_service.briefs.parts import (
    about_figures,
    bind,
    later_wave,
    opening,
    points,
    typed_lines,
    wave_figure,
    without_intervals,
)
from survey_service.briefs.potential_words import gap_sentences
from survey_service.briefs.tables import counts_table
from survey_service.charts.wave_rows import compared_waves
from survey_service.measurement.disclosure import ReleasedFigures, ReleasedMean
from survey_service.measurement.potential_status import PotentialStatus

PAGES = 1
ROOMS = (DecisionRoom(3, 120), DecisionRoom(2, 100), DecisionRoom(1, 70), DecisionRoom(0))


def committee_brief(figures: ReleasedFigures, speech: Speech) -> BriefContent:
    """Return what a member of a political committee reads in two minutes."""

    def build(room: DecisionRoom) -> BriefContent:
        return bind(BriefKind.COMMITTEE, speech, [_page(figures, speech, room)], PAGES)

    return fit_decisions(figures, speech, ROOMS, build)


def _page(figures: ReleasedFigures, speech: Speech, room: DecisionRoom) -> Iterable[Block]:
    say = speech.say
    found = [find_words(figures, audience, speech) for audience in speech.context.ordered_audiences]
    title = say("brief.title", project=escape(speech.context.project_title))
    yield from opening(BriefKind.COMMITTEE, speech, title)
    yield _answer(figures, found[0], speech)
    yield from points(found[0], is_small=False)
    if any(mean.adjusted_mean is not None for mean in _means(figures, found[0].audience)):
        yield _picture(figures, found[0], speech)
    others = (*(finding_of(one, speech) for one in found[1:]), *_gaps(figures, speech))
    if others:
        yield Heading(say("committee.for_whom"), 2)
        yield Bullets(others)
    yield from _next(figures, speech, room)
    yield Heading(say("committee.who"), 2)
    yield counts_table(figures, speech, compared_waves(figures))
    yield from about_figures(BriefKind.COMMITTEE, figures, speech)


def finding_of(found: AudienceFindings, speech: Speech) -> Sentence:
    """Return what was found of one audience in a sentence that names it as people."""
    people = speech.people(found.audience)
    if found.clauses:
        key = "committee.found_careful" if found.is_careful else "committee.found"
        said = speech.say(key, people=people, findings=found.clauses)
        more = found.undecided
        return Sentence(f"{said} {more}".rstrip(), found.said.figures)
    return Sentence(speech.say(f"committee.{found.silence}", people=people), found.said.figures)


def _answer(figures: ReleasedFigures, found: AudienceFindings, speech: Speech) -> Box:
    first, last = (escape(speech.waves()[wave]) for wave in compared_waves(figures))
    total = len(speech.principles())
    if total == 1:
        explained = speech.tell("committee.explained_one", first=first, last=last)
    else:
        count = speech.count(total)
        explained = speech.tell("committee.explained", count=count, first=first, last=last)
    return Box(
        (
            Heading(speech.say("committee.works"), 2),
            Paragraph((finding_of(found, speech),), Look.LEAD),
            Paragraph((explained, *later_wave(figures, speech), speech.tell("committee.not_why"))),
        )
    )


def _picture(figures: ReleasedFigures, found: AudienceFindings, speech: Speech) -> Block:
    first, last = (escape(speech.waves()[wave]) for wave in compared_waves(figures))
    people = speech.people(found.audience)
    caption = speech.say("committee.picture", people=people, first=first, last=last)
    return wave_figure(without_intervals(figures), found, speech, caption)


def _means(figures: ReleasedFigures, audience: str) -> Iterable[ReleasedMean]:
    return (mean for mean in figures.wave_means if mean.audience == audience)


def _gaps(figures: ReleasedFigures, speech: Speech) -> Sequence[Sentence]:
    """Return how the other audiences see it beside the primary one, where that is certain."""
    primary = speech.context.ordered_audiences[0]
    return [
        sentence
        for sentence in gap_sentences(figures, speech)
        if primary in (sentence.figures[0].audience, sentence.figures[0].other_audience)
    ]


def _next(figures: ReleasedFigures, speech: Speech, room: DecisionRoom) -> Iterable[Block]:
    said = tuple(_potential(figures, speech))
    steps = tuple(Sentence(step) for step in typed_lines(speech.context.own_words.next_steps))
    decided = _decided(figures, speech, room)
    if said or steps or decided:
        yield Heading(speech.say("committee.next"), 2)
        yield Bullets((*decided, *said, *steps))


def _decided(figures: ReleasedFigures, speech: Speech, room: DecisionRoom) -> tuple[Sentence, ...]:
    """Return what was decided last, and in one point what that does not say."""
    if not choose_decisions(figures, speech):
        return ()
    notes = Sentence("")
    for note in decision_notes(figures, speech, room, "decisions.not_cause_short"):
        notes = join_sentences(notes, note)
    return (*decision_lines(figures, speech, room, "decisions.line_next"), notes)


def _potential(figures: ReleasedFigures, speech: Speech) -> Iterable[Sentence]:
    """Say where most is to be gained with the primary audience, or that it cannot be seen."""
    audience, wave = speech.context.ordered_audiences[0], figures.waves[-1]
    for potential in figures.details.potentials if figures.details else ():
        if (potential.audience, potential.wave) != (audience, wave):
            continue
        reference = FigureReference(Field.POTENTIAL, audience=audience, to_wave=wave)
        people = speech.people(audience)
        if potential.status is PotentialStatus.ORDER_UNCERTAIN:
            yield speech.tell("committee.potential_uncertain", reference, people=people)
        elif potential.status is PotentialStatus.MOST_POTENTIAL:
            names = speech.principles()
            yield speech.tell(
                "committee.potential",
                reference,
                principles=speech.quote([names[key] for key in potential.lowest if key in names]),
                people=people,
                wave=escape(speech.waves()[wave]),
            )
