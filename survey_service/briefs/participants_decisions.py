"""What was decided last, told to those who answered: short words, and never that it helped."""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from survey_service.briefs.content import (
    Block,
    Bullets,
    Field,
    FigureReference,
    Heading,
    Paragraph,
    Sentence,
)
from survey_service.briefs.context import DecisionMade, Speech
from survey_service.briefs.decision_moves import contrast_since, reference_to, verdict_of
from survey_service.briefs.decisions import DecisionRoom, choose_decisions, quoted
from survey_service.measurement.disclosure import ReleasedFigures

_ENDS = (".", "!", "?", "…")


def decided(
    figures: ReleasedFigures, audiences: Sequence[str], speech: Speech, room: DecisionRoom
) -> Iterable[Block]:
    """Return what was decided about all units before the last wave; nothing where nothing was."""
    found = choose_decisions(figures, speech)
    if not found:
        return
    yield Heading(speech.say("participants.decided"), 2)
    shown, left = found[: room.most], len(found) - room.most
    if not shown:
        yield Paragraph((_count("participants.decided_all", left, speech),))
        return
    lines = (_decision(one, figures, audiences, speech, room) for one in shown)
    yield Bullets(tuple(lines))
    notes = [speech.tell("participants.decided_not_why")]
    if left > 0:
        notes.append(_count("participants.decided_more", left, speech))
    yield Paragraph(tuple(notes))


def _count(key: str, count: int, speech: Speech) -> Sentence:
    if count == 1:
        return speech.tell(f"{key}_one")
    return speech.tell(f"{key}_many", count=speech.count(count))


def _decision(
    decision: DecisionMade,
    figures: ReleasedFigures,
    audiences: Sequence[str],
    speech: Speech,
    room: DecisionRoom,
) -> Sentence:
    done = "decision_done" if decision.done_on else "decision_not_done"
    due = {} if decision.done_on else {"due": speech.date(decision.due_on)}
    responsible = escape(" ".join(decision.responsible.split()))
    moved = _moved_since(decision, figures, audiences, speech)
    return speech.tell(
        "participants.decision",
        *moved.figures,
        principle=escape(speech.principles()[decision.principle]),
        text=_quoted(decision, speech, room),
        state=speech.say(f"participants.{done}", responsible=responsible, **due),
        moved=moved.text,
    )


def _quoted(decision: DecisionMade, speech: Speech, room: DecisionRoom) -> str:
    """Return a decision in quotation marks as a sentence of its own."""
    words = quoted(decision, room.longest)
    return f"{speech.quote([words])}{'' if words.endswith(_ENDS) else '.'}"


def _moved_since(
    decision: DecisionMade, figures: ReleasedFigures, audiences: Sequence[str], speech: Speech
) -> Sentence:
    said: list[str] = []
    references: list[FigureReference] = []
    for audience in audiences:
        contrast = contrast_since(decision, figures, audience)
        key = f"participants.moved_{verdict_of(contrast, speech)}"
        said.append(speech.say(key, people=speech.people(audience)))
        references += reference_to(contrast, Field.VERDICT)
    opened = {wave.key: wave.opened for wave in speech.context.waves}[decision.since]
    told = " ".join(said)
    if opened is not None:
        month = speech.month(opened)
        return speech.tell("participants.since_month", *references, month=month, said=told)
    wave = escape(speech.waves()[decision.since])
    return speech.tell("participants.since_wave", *references, wave=wave, said=told)
