"""The units beside each other: a picture per audience, and the same in a table."""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from survey_service.briefs.content import (
    Block,
    Cell,
    Column,
    Field,
    Figure,
    FigureReference,
    Heading,
    Paragraph,
    Table,
)
from survey_service.briefs.context import Speech
from survey_service.briefs.pictures import HeatPicture
from survey_service.briefs.tables import NOTHING
from survey_service.charts.figures import format_score
from survey_service.charts.heat_map import HeatRow, describe_heat_map, heat_rows
from survey_service.measurement.disclosure import ReleasedFigures
from survey_service.measurement.released_details import ReleasedUnitFigure, UnitStanding

MOST_ROWS = 20
"""Units in one picture; more stand in the next."""


def unit_sections(figures: ReleasedFigures, speech: Speech) -> Iterable[Block]:
    """Return units by principles for each audience; nothing where no unit's figures are shown."""
    wave = escape(speech.waves()[figures.waves[-1]])
    shown = [
        (audience, rows)
        for audience in speech.context.ordered_audiences
        if len(rows := _rows(figures, audience, speech)) > 1
    ]
    if not shown:
        return
    yield Heading(speech.say("team.units"), 2)
    yield Paragraph((speech.tell("team.units_note", wave=wave),))
    for audience, rows in shown:
        yield Heading(escape(speech.audience(audience)), 3)
        yield from _pictures(audience, rows, wave, speech)
        yield _table(figures, audience, wave, speech)


def _rows(figures: ReleasedFigures, audience: str, speech: Speech) -> tuple[HeatRow, ...]:
    return heat_rows(
        figures,
        audience,
        figures.waves[-1],
        tuple(speech.principles()),
        speech.context.units,
        speech.language,
    )


def _pictures(
    audience: str, rows: Sequence[HeatRow], wave: str, speech: Speech
) -> Iterable[Figure]:
    columns = tuple(speech.principles().values())
    whole, units = rows[0], rows[1:]
    for start in range(0, len(units), MOST_ROWS):
        part = (whole, *units[start : start + MOST_ROWS])
        yield Figure(
            HeatPicture(part, columns),
            speech.tell(
                "team.units_picture", audience=escape(speech.audience(audience)), wave=wave
            ),
            describe_heat_map(part, columns, speech.language),
        )


def _table(figures: ReleasedFigures, audience: str, wave: str, speech: Speech) -> Table:
    found = {
        (one.unit, one.principle): one
        for one in (figures.details.unit_figures if figures.details else ())
        if (one.audience, one.wave) == (audience, figures.waves[-1])
    }
    shown = {unit for unit, _ in found}
    principles = speech.principles()
    return Table(
        caption=speech.tell(
            "team.units_table", audience=escape(speech.audience(audience)), wave=wave
        ),
        columns=(Column.NAME, *(Column.NUMBER for _ in principles)),
        header=(speech.say("team.unit"), *(escape(name) for name in principles.values())),
        rows=(
            _whole_row(figures, audience, speech),
            *(
                (
                    Cell(escape(unit.name)),
                    *(_cell(found.get((unit.key, key)), speech) for key in principles),
                )
                for unit in speech.context.units
                if unit.key in shown
            ),
        ),
        group_ends=(1,),
    )


def _whole_row(figures: ReleasedFigures, audience: str, speech: Speech) -> tuple[Cell, ...]:
    wave = figures.waves[-1]
    wholes = {
        mean.principle: mean.adjusted_mean
        for mean in figures.wave_means
        if (mean.audience, mean.wave) == (audience, wave)
    }
    cells = [Cell(speech.say("team.all_units"))]
    for key in speech.principles():
        whole = wholes.get(key)
        written = NOTHING if whole is None else format_score(whole, speech.language)
        reference = FigureReference(
            Field.MEAN, audience=audience, principle=key, to_wave=wave, written=written
        )
        cells.append(Cell(written, () if whole is None else (reference,)))
    return tuple(cells)


def _cell(found: ReleasedUnitFigure | None, speech: Speech) -> Cell:
    if found is None:
        return Cell(NOTHING)
    mean = format_score(found.mean, speech.language)
    reference = FigureReference(
        Field.UNIT_MEAN,
        audience=found.audience,
        principle=found.principle,
        to_wave=found.wave,
        unit=found.unit,
        written=mean,
    )
    if found.standing is UnitStanding.NOT_CERTAIN:
        return Cell(mean, (reference,))
    return Cell(speech.say(f"team.{found.standing}", mean=mean), (reference,))
