"""One unit's figures beside those of all units together, as sentences and as a table."""

import math
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

from survey_service.briefs.content import (
    Cell,
    Column,
    Field,
    Figure,
    FigureReference,
    Sentence,
    Table,
    join_sentences,
)
from survey_service.briefs.context import Speech
from survey_service.briefs.markup import raised
from survey_service.briefs.pictures import PairPicture
from survey_service.briefs.tables import NOTHING
from survey_service.charts.figures import format_difference, format_interval, format_score
from survey_service.charts.gap_dots import GapRow
from survey_service.measurement.disclosure import ReleasedFigures
from survey_service.measurement.released_details import ReleasedUnitFigure, UnitStanding

OwnFigures = Mapping[tuple[str, str], ReleasedUnitFigure]
"""One unit's figures of one audience, by principle and wave."""


def own_figures(figures: ReleasedFigures, unit: str, audience: str) -> OwnFigures:
    """Return what is released of a unit and audience; empty where nothing is."""
    return {
        (found.principle, found.wave): found
        for found in (figures.details.unit_figures if figures.details else ())
        if (found.unit, found.audience) == (unit, audience)
    }


def unit_sentences(
    figures: ReleasedFigures, own: OwnFigures, audience: str, unit_name: str, speech: Speech
) -> Iterable[Sentence]:
    """Say where a unit surely lies apart from the whole, and that elsewhere it cannot be seen.

    A claim about a unit is never in the primary family, so that it is always worded with care.
    """
    wave = figures.waves[-1]
    last = [found for (_, found_wave), found in own.items() if found_wave == wave]
    apart = {
        "unit.higher": [found for found in last if found.standing is UnitStanding.ABOVE],
        "unit.lower": [found for found in last if found.standing is UnitStanding.BELOW],
    }
    values = {"audience": escape(speech.audience(audience)), "unit": escape(unit_name)}
    for key, found in apart.items():
        if found:
            names = [speech.principles()[one.principle] for one in found]
            yield speech.tell(
                key,
                *(_reference(Field.VERDICT, one) for one in found),
                principles=speech.quote(names),
                **values,
            )
    if last and not any(apart.values()):
        said = speech.tell(
            "unit.no_difference_seen",
            *(_reference(Field.VERDICT, one) for one in last),
            **values,
        )
        yield join_sentences(said, _uncertainty(last, speech))


def unit_picture(
    figures: ReleasedFigures, own: OwnFigures, audience: str, unit_name: str, speech: Speech
) -> Figure | None:
    """Return a unit's means beside the whole's; None where none of the last wave is shown."""
    wave = figures.waves[-1]
    wholes = _wholes(figures, audience)
    rows, told = [], []
    for key, name in speech.principles().items():
        found, whole = own.get((key, wave)), wholes.get((key, wave))
        if found is None or whole is None:
            continue
        difference = "" if found.difference is None else _signed(found.difference.value, speech)
        rows.append(GapRow(name, found.mean, whole, difference))
        told.append(
            speech.say(
                "unit.picture_row",
                principle=name,
                unit=unit_name,
                own=format_score(found.mean, speech.language),
                whole=format_score(whole, speech.language),
                standing=speech.say(f"unit.{found.standing}").lower(),
            )
        )
    if not rows:
        return None
    names = {"audience": speech.audience(audience), "unit": unit_name}
    labels = {key: escape(value) for key, value in names.items()}
    key = "unit.picture" if any(row.written for row in rows) else "unit.picture_few"
    caption = speech.tell(key, wave=escape(speech.waves()[wave]), **labels)
    alternative = " ".join([speech.say("unit.figures", **names) + ".", *told])
    picture = PairPicture(tuple(rows), (unit_name, speech.say("unit.all")))
    return Figure(picture, caption, alternative)


def unit_table(
    figures: ReleasedFigures, own: OwnFigures, audience: str, unit_name: str, speech: Speech
) -> Table:
    """Return a unit's means in each wave, the whole's in the last, and the difference.

    Under 10 answers there is no difference and no interval, only whole numbers and words.
    """
    wave, names = figures.waves[-1], speech.waves()
    wholes = _wholes(figures, audience)
    shown = [found for (_, found_wave), found in own.items() if found_wave == wave]
    few = not any(found.difference for found in shown)
    some = not few and not all(found.difference for found in shown)
    extra = () if few else (speech.say("unit.difference"), speech.say("table.interval"))
    return Table(
        caption=speech.tell(
            "unit.table_few" if few else "unit.table_some" if some else "unit.table",
            audience=escape(speech.audience(audience)),
            unit=escape(unit_name),
            wave=escape(names[wave]),
        ),
        columns=(
            Column.NAME,
            *(Column.NUMBER for _ in (*figures.waves, "all", *extra)),
            Column.WORDS,
        ),
        header=(
            speech.say("table.principle"),
            *(escape(raised(names[found])) for found in figures.waves),
            speech.say("unit.all"),
            *extra,
            speech.say("table.verdict"),
        ),
        rows=tuple(
            (
                Cell(escape(name)),
                *(mean_cell(own.get((key, found)), speech) for found in figures.waves),
                _whole_cell(wholes.get((key, wave)), audience, key, wave, speech),
                *(() if few else _difference_cells(own.get((key, wave)), speech)),
                _standing_cell(own.get((key, wave)), speech),
            )
            for key, name in speech.principles().items()
        ),
    )


def mean_cell(found: ReleasedUnitFigure | None, speech: Speech) -> Cell:
    """Return a unit's mean as it is shown, a dash where it is not."""
    if found is None:
        return Cell(NOTHING)
    written = format_score(found.mean, speech.language)
    return Cell(written, (_reference(Field.UNIT_MEAN, found, written),))


def _wholes(figures: ReleasedFigures, audience: str) -> Mapping[tuple[str, str], float]:
    return {
        (mean.principle, mean.wave): mean.adjusted_mean
        for mean in figures.wave_means
        if mean.audience == audience and mean.adjusted_mean is not None
    }


def _uncertainty(last: Sequence[ReleasedUnitFigure], speech: Speech) -> Sentence:
    """Return how far the widest interval reaches; nothing where there is none."""
    reaches = {
        one: max(
            one.difference.high - one.difference.value, one.difference.value - one.difference.low
        )
        for one in last
        if one.difference and one.difference.low is not None and one.difference.high is not None
    }
    if not reaches:
        return Sentence("")
    widest = max(reaches, key=lambda one: reaches[one])
    written = str(math.ceil(reaches[widest]))
    return speech.tell(
        "unit.detectable", _reference(Field.INTERVAL, widest, written), points=written
    )


def _whole_cell(
    whole: float | None, audience: str, principle: str, wave: str, speech: Speech
) -> Cell:
    if whole is None:
        return Cell(NOTHING)
    written = format_score(whole, speech.language)
    reference = FigureReference(
        Field.MEAN, audience=audience, principle=principle, to_wave=wave, written=written
    )
    return Cell(written, (reference,))


def _difference_cells(found: ReleasedUnitFigure | None, speech: Speech) -> tuple[Cell, Cell]:
    if found is None or found.difference is None:
        return Cell(NOTHING), Cell(NOTHING)
    difference = found.difference
    written = _signed(difference.value, speech)
    cell = Cell(written, (_reference(Field.UNIT_DIFFERENCE, found, written),))
    if difference.low is None or difference.high is None:
        return cell, Cell(NOTHING)
    interval = format_interval(difference.low, difference.high, speech.language)
    return cell, Cell(interval, (_reference(Field.INTERVAL, found, interval),))


def _standing_cell(found: ReleasedUnitFigure | None, speech: Speech) -> Cell:
    if found is None:
        return Cell(NOTHING)
    return Cell(speech.say(f"unit.{found.standing}"), (_reference(Field.VERDICT, found),))


def _signed(value: float, speech: Speech) -> str:
    return format_difference(value, speech.language)


def _reference(field: Field, found: ReleasedUnitFigure, written: str = "") -> FigureReference:
    return FigureReference(
        field,
        audience=found.audience,
        principle=found.principle,
        to_wave=found.wave,
        unit=found.unit,
        written=written,
    )
