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
from survey_service.briefs.decision_moves import (
    contrast_since,
    join_people,
    reference_to,
    verdict_of,
)
from survey_service.briefs.decisions import DecisionRoom, choose_decisions, quoted
from survey_service.measurement.disclosure import ReleasedFigures

_ENDS = (".", "!", "?", "…")


def decided(
    figures: ReleasedFigures, audiences: Sequence[str], speech: Speech, room: DecisionRoom
) -> Iterable[Block]:
    """Return what was decided about all units before the last wave; nothing without room."""
    found = choose_decisions(figures, speech)
    shown, left = found[: room.most], len(found) - room.most
    if not shown:
        return
    yield Heading(speech.say("participants.decided"), 2)
    lines = (_decision(one, figures, audiences, speech, room) for one in shown)
    yield Bullets(tuple(lines))
    notes = [speech.tell("participants.decided_not_why")] if room.audiences else []
    if left > 0:
        notes.append(_count("participants.decided_more", left, speech))
    if notes:
        yield Paragraph(tuple(notes))


def decided_in_all(figures: ReleasedFigures, speech: Speech, room: DecisionRoom) -> Iterable[Block]:
    """Return how many things were decided, where there is no room to tell of any."""
    found = choose_decisions(figures, speech)
    if found and not room.most:
        yield Paragraph((_count("participants.decided_all", len(found), speech),))


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
    if not room.audiences:
        told = "briefly_done" if decision.done_on else "briefly_not_done"
        return speech.tell(f"participants.{told}", text=_quoted(decision, speech, room))
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
    people: dict[str, list[str]] = {}
    references: list[FigureReference] = []
    for audience in audiences:
        contrast = contrast_since(decision, figures, audience)
        key = f"participants.moved_{verdict_of(contrast, speech)}"
        people.setdefault(key, []).append(audience)
        references += reference_to(contrast, Field.VERDICT)
    opened = {wave.key: wave.opened for wave in speech.context.waves}[decision.since]
    told = " ".join(
        speech.say(key, people=join_people(found, speech)) for key, found in people.items()
    )
    if opened is not None:
        month = speech.month(opened)
        return speech.tell("participants.since_month", *references, month=month, said=told)
    wave = escape(speech.waves()[decision.since])
    return speech.tell("participants.since_wave", *references, wave=wave, said=told)
