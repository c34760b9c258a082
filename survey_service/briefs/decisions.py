"""What was decided before the newest wave, beside what moved since: as a list or in full.

A decision about one unit stands in that unit's brief and the team's alone. What was typed is quoted
as it is; only where a page has no room it is cut at a word, which the brief says.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from xml.sax.saxutils import escape

from survey_service.briefs.content import (
    Block,
    BriefContent,
    Bullets,
    Cell,
    Column,
    Heading,
    Look,
    Paragraph,
    Sentence,
    Table,
)
from survey_service.briefs.context import DecisionMade, Speech
from survey_service.briefs.decision_moves import CLAIMS, contrast_since, moved_since
from survey_service.measurement.disclosure import ReleasedFigures

ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class DecisionRoom:
    """How much of the decisions a brief has room for.

    `most` decisions, of `longest` characters each, and what moved with so many `audiences`, the
    primary one first. With no room for any it says how many there are.
    """

    most: int
    longest: int = 0
    audiences: int = 1


def choose_decisions(
    figures: ReleasedFigures, speech: Speech, unit: str | None = None
) -> tuple[DecisionMade, ...]:
    """Return the decisions about one unit, or those about all units together.

    First those on whose principle anything can be said of an audience, then by when they are due.
    """
    audiences = speech.context.ordered_audiences

    known, waves = list(speech.principles()), figures.waves[:-1]

    def place(decision: DecisionMade) -> tuple[bool, date, int, str]:
        found = (contrast_since(decision, figures, audience) for audience in audiences)
        silent = not any(contrast and contrast.verdict in CLAIMS for contrast in found)
        return silent, decision.due_on, known.index(decision.principle), decision.text

    return tuple(
        sorted(
            (
                decision
                for decision in speech.context.decisions
                if decision.unit == unit and decision.principle in known and decision.since in waves
            ),
            key=place,
        )
    )


def fit_decisions(
    figures: ReleasedFigures,
    speech: Speech,
    rooms: Sequence[DecisionRoom],
    build: Callable[[DecisionRoom], BriefContent],
) -> BriefContent:
    """Return a brief with the most decisions there is ever room for, and briefer ones behind it.

    Args:
        figures: released figures.
        speech: the brief's language and what is told beside the figures.
        rooms: the roomiest first.
        build: makes the brief for a room. Without decisions it is made once.
    """
    if not choose_decisions(figures, speech):
        return build(rooms[0])
    content: BriefContent | None = None
    for room in reversed(rooms):
        content = replace(build(room), briefer=content)
    return content or build(rooms[0])


def decision_section(
    figures: ReleasedFigures, speech: Speech, room: DecisionRoom
) -> Iterable[Block]:
    """Return the decisions about all units as a list with a heading; nothing without any."""
    found = choose_decisions(figures, speech)
    if not found:
        return
    yield Heading(speech.say("decisions.heading"), 2)
    if room.most:
        yield Bullets(decision_lines(figures, speech, room, "decisions.line"), is_small=True)
    yield Paragraph(decision_notes(figures, speech, room, "decisions.not_cause"), Look.SMALL)


def decision_lines(
    figures: ReleasedFigures, speech: Speech, room: DecisionRoom, key: str
) -> tuple[Sentence, ...]:
    """Return as many decisions about all units as have room, each said by the text `key`."""
    shown = speech.context.ordered_audiences[: room.audiences]
    found = choose_decisions(figures, speech)[: room.most]
    return tuple(_line(decision, figures, speech, room.longest, shown, key) for decision in found)


def decision_notes(
    figures: ReleasedFigures, speech: Speech, room: DecisionRoom, not_cause: str
) -> tuple[Sentence, ...]:
    """Return that no decision is said to be the cause, and where there are more of them."""
    found = choose_decisions(figures, speech)
    shown, left = found[: room.most], len(found) - room.most
    notes = [speech.tell(not_cause)] if shown else []
    if not shown:
        notes.append(_count("decisions.all", len(found), speech))
    elif left > 0:
        notes.append(_count("decisions.more", left, speech))
    if any(quoted(one, room.longest) != quoted(one) for one in shown):
        notes.append(speech.tell("decisions.shortened"))
    return tuple(notes)


def decision_tables(
    figures: ReleasedFigures, speech: Speech, unit: str | None = None
) -> Iterable[Block]:
    """Return every decision about all units and about a unit, or about every unit without one."""
    units = speech.units()
    whole = choose_decisions(figures, speech)
    keys = list(units) if unit is None else [unit]
    own = tuple(found for key in keys for found in choose_decisions(figures, speech, key))
    if not whole and not own:
        return
    yield Heading(speech.say("decisions.heading"), 2)
    yield Paragraph((speech.tell("decisions.not_cause"),))
    if own and unit is not None:
        name = escape(units.get(unit, unit))
        yield from _told(own, figures, speech, speech.say("decisions.table_of_unit", unit=name))
    if whole:
        yield from _told(whole, figures, speech, speech.say("decisions.table"))
    if own and unit is None:
        caption = speech.say("decisions.table_of_units")
        yield from _told(own, figures, speech, caption, several=True)


def quoted(decision: DecisionMade, longest: int | None = None) -> str:
    """Return what was decided on one line, as it was typed or cut at a word."""
    words = " ".join(decision.text.split())
    if longest is None or len(words) <= longest:
        return words
    start = words[:longest]
    return f"{start.rpartition(' ')[0] or start}{ELLIPSIS}".replace(f",{ELLIPSIS}", ELLIPSIS)


def _told(
    decisions: Sequence[DecisionMade],
    figures: ReleasedFigures,
    speech: Speech,
    caption: str,
    *,
    several: bool = False,
) -> Iterable[Block]:
    """Return decisions in full: a table, or a point for one, which would be more heads than row."""
    if len(decisions) > 1:
        yield _table(decisions, figures, speech, caption, several=several)
        return
    (decision,) = decisions
    audiences = speech.context.ordered_audiences
    yield Bullets((_line(decision, figures, speech, None, audiences, "decisions.line", True),))


def _line(
    decision: DecisionMade,
    figures: ReleasedFigures,
    speech: Speech,
    longest: int | None,
    audiences: Sequence[str],
    key: str,
    several: bool = False,
) -> Sentence:
    moved = moved_since(decision, figures, speech, audiences)
    return speech.tell(
        key,
        *moved.figures,
        principle=_name(decision, speech, several),
        text=speech.quote([quoted(decision, longest)]),
        who=_who(decision, speech),
        moved=moved.text,
    )


def _who(decision: DecisionMade, speech: Speech) -> str:
    state = speech.say("decisions.not_done")
    if decision.done_on is not None:
        state = speech.say("decisions.done", date=speech.date(decision.done_on))
    return speech.say(
        "decisions.who",
        responsible=escape(" ".join(decision.responsible.split())),
        due=speech.date(decision.due_on),
        state=state,
    )


def _table(
    decisions: Sequence[DecisionMade],
    figures: ReleasedFigures,
    speech: Speech,
    caption: str,
    *,
    several: bool = False,
) -> Table:
    first = "decisions.unit_and_principle" if several else "table.principle"
    keys = (first, "decisions.decided", "decisions.responsible", "decisions.since")
    return Table(
        caption=Sentence(caption),
        columns=(Column.WORDS, Column.NAME, Column.WORDS, Column.TEXT),
        header=tuple(speech.say(key) for key in keys),
        rows=tuple(_row(decision, figures, speech, several) for decision in decisions),
    )


def _row(
    decision: DecisionMade, figures: ReleasedFigures, speech: Speech, several: bool
) -> tuple[Cell, ...]:
    moved = moved_since(decision, figures, speech, speech.context.ordered_audiences)
    return (
        Cell(_name(decision, speech, several)),
        Cell(escape(quoted(decision))),
        Cell(_who(decision, speech)),
        Cell(moved.text, moved.figures),
    )


def _name(decision: DecisionMade, speech: Speech, several: bool) -> str:
    """Return a decision's principle, with its unit where there are several."""
    name = escape(speech.principles()[decision.principle])
    if not several or decision.unit is None:
        return name
    unit = escape(speech.units()[decision.unit])
    return speech.say("decisions.about_unit", unit=unit, principle=name)


def _count(key: str, count: int, speech: Speech) -> Sentence:
    if count == 1:
        return speech.tell(f"{key}_one")
    words = speech.count(count)
    return speech.tell(f"{key}_many", count=words[0].upper() + words[1:])
