"""A unit's own change between the compared waves, as sentences and as a table beside the whole's.

A claim about a unit is never in the primary family, so that it is always worded with care.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

from survey_service.briefs.content import (
    Block,
    Cell,
    Column,
    Field,
    Heading,
    Sentence,
    Table,
    join_sentences,
)
from survey_service.briefs.context import Speech
from survey_service.briefs.decision_moves import reference_to, unit_change_reference
from survey_service.briefs.markup import raised
from survey_service.briefs.tables import NOTHING
from survey_service.briefs.unit_words import OwnFigures, mean_cell
from survey_service.charts.figures import format_difference, format_interval
from survey_service.charts.wave_rows import compared_waves, shown_contrasts
from survey_service.measurement.disclosure import ReleasedContrast, ReleasedFigures
from survey_service.measurement.released_details import ReleasedUnitChange, UnitMovement

OwnChanges = Mapping[str, ReleasedUnitChange]
"""One unit's changes of one audience between the compared waves, by principle."""


def own_changes(figures: ReleasedFigures, unit: str, audience: str) -> OwnChanges:
    """Return what is released of a unit's change between the compared waves; empty without any."""
    wanted = (unit, audience, *compared_waves(figures))
    return {
        found.principle: found
        for found in (figures.details.unit_changes if figures.details else ())
        if (found.unit, found.audience, found.from_wave, found.to_wave) == wanted
    }


def trend_sentences(
    figures: ReleasedFigures, own: OwnChanges, audience: str, unit_name: str, speech: Speech
) -> Iterable[Sentence]:
    """Say on what a unit surely moved; where on nothing, that it cannot be seen and how unsure."""
    moved = {
        "unit.trend_improved": _with(own, UnitMovement.IMPROVED),
        "unit.trend_declined": _with(own, UnitMovement.DECLINED),
    }
    values = _values(figures, audience, unit_name, speech)
    for key, found in moved.items():
        if found:
            names = [speech.principles()[one.principle] for one in found]
            references = (unit_change_reference(one, Field.UNIT_CHANGE) for one in found)
            yield speech.tell(key, *references, principles=speech.quote(names), **values)
    if own and not any(moved.values()):
        references = (unit_change_reference(one, Field.UNIT_CHANGE) for one in own.values())
        said = speech.tell("unit.trend_not_seen", *references, **values)
        yield join_sentences(said, _reach(list(own.values()), speech))


def trend_section(
    figures: ReleasedFigures,
    own: OwnChanges,
    means: OwnFigures,
    audience: str,
    unit_name: str,
    speech: Speech,
) -> Iterable[Block]:
    """Return a unit's change in a table beside the whole's; nothing where none is released."""
    if not own:
        return
    values = _values(figures, audience, unit_name, speech)
    pair, names = compared_waves(figures), speech.waves()
    few = not any(found.difference for found in own.values())
    wholes = shown_contrasts(figures, audience)
    extra = ("table.change", "table.interval", "unit.trend_all")
    heading = speech.say("unit.trend_heading", audience=values["audience"], unit=values["unit"])
    yield Heading(heading, 2)
    yield Table(
        caption=speech.tell("unit.trend_table_few" if few else "unit.trend_table", **values),
        columns=(
            Column.NAME,
            *(Column.NUMBER for _ in (*pair, *(() if few else extra))),
            Column.WORDS,
        ),
        header=(
            speech.say("table.principle"),
            *(escape(raised(names[wave])) for wave in pair),
            *(speech.say(key) for key in (() if few else extra)),
            speech.say("table.verdict"),
        ),
        rows=tuple(
            (
                Cell(escape(name)),
                *(mean_cell(means.get((key, wave)), speech) for wave in pair),
                *(() if few else _change_cells(own.get(key), wholes.get(key), speech)),
                _movement_cell(own.get(key), speech),
            )
            for key, name in speech.principles().items()
        ),
    )


def _values(
    figures: ReleasedFigures, audience: str, unit_name: str, speech: Speech
) -> dict[str, str]:
    first, last = (escape(speech.waves()[wave]) for wave in compared_waves(figures))
    return {
        "audience": escape(speech.audience(audience)),
        "unit": escape(unit_name),
        "first": first,
        "last": last,
    }


def _with(own: OwnChanges, movement: UnitMovement) -> list[ReleasedUnitChange]:
    return [found for found in own.values() if found.movement is movement]


def _reach(found: Sequence[ReleasedUnitChange], speech: Speech) -> Sentence:
    """Return how far the widest interval reaches; nothing where there is none."""
    reaches = [
        (one.difference.high - one.difference.value, one)
        for one in found
        if one.difference is not None and one.difference.high is not None
    ]
    if not reaches:
        return Sentence("")
    reach, widest = max(reaches, key=lambda pair: pair[0])
    written = str(math.ceil(reach))
    reference = unit_change_reference(widest, Field.UNIT_CHANGE_INTERVAL, written)
    return speech.tell("unit.trend_detectable", reference, points=written)


def _change_cells(
    found: ReleasedUnitChange | None, whole: ReleasedContrast | None, speech: Speech
) -> tuple[Cell, Cell, Cell]:
    return (
        *_own_cells(found, speech),
        _whole_cell(whole, speech),
    )


def _own_cells(found: ReleasedUnitChange | None, speech: Speech) -> tuple[Cell, Cell]:
    if found is None or found.difference is None:
        return Cell(NOTHING), Cell(NOTHING)
    difference = found.difference
    written = format_difference(difference.value, speech.language)
    change = Cell(written, (unit_change_reference(found, Field.UNIT_CHANGE, written),))
    if difference.low is None or difference.high is None:
        return change, Cell(NOTHING)
    interval = format_interval(difference.low, difference.high, speech.language)
    reference = unit_change_reference(found, Field.UNIT_CHANGE_INTERVAL, interval)
    return change, Cell(interval, (reference,))


def _whole_cell(whole: ReleasedContrast | None, speech: Speech) -> Cell:
    if whole is None or whole.difference is None:
        return Cell(NOTHING)
    written = format_difference(whole.difference, speech.language, 1)
    return Cell(written, reference_to(whole, Field.DIFFERENCE, written))


def _movement_cell(found: ReleasedUnitChange | None, speech: Speech) -> Cell:
    if found is None:
        return Cell(NOTHING)
    words = speech.say(f"unit.movement_{found.movement}")
    return Cell(words, (unit_change_reference(found, Field.UNIT_CHANGE),))
