"""The letter to those who answered, one page of large type: what you said, what happens now."""

import math
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

from survey_service.briefs.content import (
    Block,
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
from survey_service.briefs.context import Speech, TalkTo
from survey_service.briefs.decisions import DecisionRoom, fit_decisions
from survey_service.briefs.participants_decisions import decided, decided_in_all
from survey_service.briefs.parts import accessibility, bind, opening, typed_lines
from survey_service.charts.figures import format_score
from survey_service.charts.wave_rows import compared_waves, shown_contrasts
from survey_service.measurement.comparison import Verdict
from survey_service.measurement.disclosure import (
    ReleasedContrast,
    ReleasedCount,
    ReleasedFigures,
)

PAGES = 1
TYPE_SIZE = 1.4
ROOMS = (
    DecisionRoom(3, 120, 2),
    DecisionRoom(2, 110, 2),
    DecisionRoom(1, 90, 2),
    DecisionRoom(2, 80, 0),
    DecisionRoom(1, 80, 0),
    DecisionRoom(0),
)
"""Without an audience a decision is told without what moved since."""
READERS = ("citizen", "relative")
_TOLD = (
    Verdict.IMPROVED,
    Verdict.DECLINED,
    Verdict.NO_RELEVANT_CHANGE,
    Verdict.CANNOT_TELL,
    Verdict.WORDING_CHANGED,
    Verdict.TOO_FEW,
)
_CLAIMS = (Verdict.IMPROVED, Verdict.DECLINED, Verdict.NO_RELEVANT_CHANGE)


def participants_brief(figures: ReleasedFigures, speech: Speech) -> BriefContent:
    """Return what citizens and relatives who answered read; all groups where there are neither."""

    def build(room: DecisionRoom) -> BriefContent:
        page = _page(figures, speech, room)
        return bind(BriefKind.PARTICIPANTS, speech, [page], PAGES, TYPE_SIZE)

    return fit_decisions(figures, speech, ROOMS, build)


def _page(figures: ReleasedFigures, speech: Speech, room: DecisionRoom) -> Iterable[Block]:
    say = speech.say
    yield from opening(BriefKind.PARTICIPANTS, speech, say("participants.title"))
    yield Paragraph((speech.tell("participants.thanks"),))
    yield Heading(say("participants.said"), 2)
    first, last = (_when(wave, speech) for wave in compared_waves(figures))
    yield Paragraph((speech.tell("participants.points", first=first, last=last),))
    audiences = speech.context.ordered_audiences
    shown = [audience for audience in audiences if audience in READERS] or list(audiences)
    for audience in shown:
        yield Heading(escape(speech.audience(audience)), 3)
        yield Paragraph((_answered(figures, audience, speech),))
        yield Bullets(tuple(_points(figures, audience, speech)))
    yield from decided(figures, shown, speech, room)
    yield from _what_happens(figures, speech, room)
    yield from _whom_to_talk_to(speech)
    yield from _about(figures, speech)


def _when(wave: str, speech: Speech) -> str:
    """Return when a wave was, which says more than its name; the name where that is unknown."""
    opened = {facts.key: facts.opened for facts in speech.context.waves}[wave]
    if opened is not None:
        return speech.say("participants.in_month", month=speech.month(opened))
    return speech.say("participants.in_wave", wave=escape(speech.waves()[wave]))


def _answered(figures: ReleasedFigures, audience: str, speech: Speech) -> Sentence:
    """Return how many answered last time."""
    wave = figures.waves[-1]
    for count in figures.counts:
        if (count.audience, count.wave) == (audience, wave) and count.sent is not None:
            return _count(count, count.sent, speech)
    minimum = FigureReference(Field.MINIMUM, written=str(figures.minimum))
    return speech.tell("participants.answered_few", minimum, minimum=figures.minimum)


def _count(count: ReleasedCount, sent: int, speech: Speech) -> Sentence:
    written = format_score(sent, speech.language)
    place = {"audience": count.audience, "to_wave": count.wave}
    answered = FigureReference(Field.SENT, **place, written=written)
    if count.roster is None or count.roster < sent:
        return speech.tell("participants.answered", answered, sent=written)
    of = format_score(count.roster, speech.language)
    roster = FigureReference(Field.ROSTER, **place, written=of)
    return speech.tell("participants.answered_of", answered, roster, sent=written, roster=of)


def _points(figures: ReleasedFigures, audience: str, speech: Speech) -> Iterable[Sentence]:
    contrasts = shown_contrasts(figures, audience)
    named = any(contrast.is_primary for contrast in contrasts.values())
    careful = speech.context.primary_audience is not None and not named
    names = speech.principles()
    for verdict in _TOLD:
        keys = [key for key in names if _verdict_of(contrasts.get(key)) is verdict]
        if not keys:
            continue
        suffix = "_careful" if careful and verdict in _CLAIMS else ""
        if len(keys) == len(names) and verdict in {Verdict.CANNOT_TELL, Verdict.TOO_FEW}:
            suffix = "_all"
        said = speech.tell(
            f"participants.{verdict}{suffix}",
            *_verdicts(keys, audience, figures),
            **({} if suffix == "_all" else {"principles": _listed(keys, speech)}),
        )
        if verdict is Verdict.CANNOT_TELL:
            said = join_sentences(said, _detectable(keys, contrasts, speech))
        yield said


def _detectable(
    keys: Sequence[str], contrasts: Mapping[str, ReleasedContrast], speech: Speech
) -> Sentence:
    """Return how large a change would have been seen: of these principles the largest such."""
    known = [
        contrast
        for key in keys
        if (contrast := contrasts[key]).minimum_detectable_difference is not None
    ]
    if not known:
        return Sentence("")
    largest = max(known, key=lambda contrast: contrast.minimum_detectable_difference or 0.0)
    written = str(math.ceil(largest.minimum_detectable_difference or 0.0))
    reference = FigureReference(
        Field.DETECTABLE,
        audience=largest.audience,
        principle=largest.principle,
        from_wave=largest.from_wave,
        to_wave=largest.to_wave,
        written=written,
    )
    return speech.tell("participants.detectable", reference, points=written)


def _verdict_of(contrast: ReleasedContrast | None) -> Verdict:
    return contrast.verdict if contrast else Verdict.TOO_FEW


def _listed(keys: Sequence[str], speech: Speech) -> str:
    """Return names as short sentences: "Håb og drømme. Tidlig hjælp"."""
    return ". ".join(escape(speech.principles()[key]) for key in keys)


def _verdicts(
    keys: Sequence[str], audience: str, figures: ReleasedFigures
) -> Iterable[FigureReference]:
    first, last = compared_waves(figures)
    for key in keys:
        yield FigureReference(
            Field.VERDICT, audience=audience, principle=key, from_wave=first, to_wave=last
        )


def _what_happens(figures: ReleasedFigures, speech: Speech, room: DecisionRoom) -> Iterable[Block]:
    own = speech.context.own_words
    yield Heading(speech.say("participants.happens"), 2)
    yield from decided_in_all(figures, speech, room)
    steps = typed_lines(own.next_steps)
    if steps:
        yield Bullets(tuple(Sentence(step) for step in steps))
    elif own.told_by is not None:
        yield Paragraph((speech.tell("participants.told_by", date=speech.date(own.told_by)),))
    else:
        yield Paragraph((speech.tell("participants.not_yet"),))


def _whom_to_talk_to(speech: Speech) -> Iterable[Block]:
    yield Heading(speech.say("participants.talk"), 2)
    yield Paragraph((speech.tell("participants.ask"),))
    contacts = tuple(_contact(contact, speech) for contact in speech.context.talk_to)
    if contacts:
        yield Bullets(contacts)


def _contact(contact: TalkTo, speech: Speech) -> Sentence:
    words = [found.read_in(speech.language) for found in (contact.name, contact.note)]
    name, note = (escape(word) for word in words)
    phone = escape(contact.phone).replace(" ", "\N{NO-BREAK SPACE}")
    told = speech.say("participants.contact", name=name, phone=phone, note=note)
    return Sentence(told.rstrip())


def _about(figures: ReleasedFigures, speech: Speech) -> Iterable[Block]:
    """Return what stands on every brief, in words anybody reads."""
    context, tell = speech.context, speech.tell
    minimum = FigureReference(Field.MINIMUM, written=str(figures.minimum))
    facts = [
        tell("participants.about_method"),
        tell("participants.about_limits"),
        tell("participants.about_minimum", minimum, minimum=figures.minimum),
        tell(
            f"participants.about_{'release' if context.is_published else 'draft'}",
            release=context.release_number,
            date=speech.date(context.released_on),
        ),
        tell(
            "participants.about_instruments",
            instruments=escape("; ".join(context.instrument_versions)),
            version=escape(context.text_version),
        ),
        tell("about.read_aloud"),
    ]
    yield Heading(speech.say("section.about"), 2)
    yield Paragraph(tuple(facts), Look.SMALL)
    yield from accessibility(speech)
