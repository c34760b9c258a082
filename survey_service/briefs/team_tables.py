"""Tables only the team's brief has: reliability, and the method in figures."""

from collections.abc import Iterable
from xml.sax.saxutils import escape

from survey_service.briefs.content import Cell, Column, Table
from survey_service.briefs.context import Speech
from survey_service.briefs.tables import NOTHING
from survey_service.charts.figures import format_difference, format_interval, format_score
from survey_service.charts.wave_rows import compared_waves
from survey_service.measurement.disclosure import ReleasedFigures
from survey_service.measurement.released_details import ReleasedMethodRow, ReleasedReliability


def reliability_table(figures: ReleasedFigures, speech: Speech) -> Table | None:
    """Return alpha and omega of each audience and principle in the last wave; None without any."""
    found = {
        (one.audience, one.principle): one
        for one in (figures.details.reliabilities if figures.details else ())
        if one.wave == figures.waves[-1]
    }
    names = speech.principles()
    rows = tuple(
        (
            Cell(escape(speech.audience(audience))),
            Cell(escape(names[key])),
            *_reliability_cells(found[audience, key], speech),
        )
        for audience in speech.context.ordered_audiences
        for key in names
        if (audience, key) in found
    )
    if not rows:
        return None
    heads = ("team.answers", "team.item_count", "team.alpha", "table.interval", "team.omega")
    return Table(
        caption=speech.tell(
            "team.reliability_table", wave=escape(speech.waves()[figures.waves[-1]])
        ),
        columns=(Column.WORDS, Column.NAME, *(Column.NUMBER for _ in heads), Column.WORDS),
        header=(
            speech.say("table.audience"),
            speech.say("table.principle"),
            *(speech.say(head) for head in heads),
            speech.say("team.assessed"),
        ),
        rows=rows,
        header_columns=2,
    )


def method_tables(figures: ReleasedFigures, speech: Speech) -> Iterable[Table]:
    """Return the contrasts of the two compared waves with everything that is computed of them."""
    pair = compared_waves(figures)
    names = speech.principles()
    for audience in speech.context.ordered_audiences:
        rows = [
            row
            for row in (figures.details.method_rows if figures.details else ())
            if (row.audience, row.from_wave, row.to_wave) == (audience, *pair)
            and row.principle in names
        ]
        if rows:
            yield _method_table(audience, rows, pair, speech)


def _method_table(
    audience: str, rows: Iterable[ReleasedMethodRow], pair: tuple[str, str], speech: Speech
) -> Table:
    say, names = speech.say, speech.principles()
    first, last = (escape(speech.waves()[wave]) for wave in pair)
    order = list(names)
    return Table(
        caption=speech.tell(
            "team.method_table", audience=escape(speech.audience(audience)), first=first, last=last
        ),
        columns=(Column.NAME, *(Column.NUMBER for _ in range(12))),
        header=(
            say("table.principle"),
            say("team.n", wave=first),
            say("team.n", wave=last),
            say("team.n_both"),
            say("team.raw", wave=first),
            say("team.raw", wave=last),
            say("team.difference"),
            say("team.standard_error"),
            say("team.df"),
            say("team.p"),
            say("team.p_adjusted"),
            say("team.effect_size"),
            say("team.equivalence_p"),
        ),
        rows=tuple(
            (Cell(escape(names[row.principle])), *_method_cells(row, speech))
            for row in sorted(rows, key=lambda row: order.index(row.principle))
        ),
    )


def _method_cells(row: ReleasedMethodRow, speech: Speech) -> Iterable[Cell]:
    for count in (row.n_from, row.n_to, row.n_both):
        yield Cell(format_score(count, speech.language))
    for mean in (row.mean_from, row.mean_to):
        yield _number(mean, speech, 1)
    difference = row.difference
    yield Cell(NOTHING if difference is None else format_difference(difference, speech.language, 1))
    yield _number(row.standard_error, speech, 1)
    yield _number(row.df, speech, 1)
    yield _probability(row.p, speech)
    yield _probability(row.p_adjusted, speech)
    yield _number(row.effect_size, speech, 2)
    yield _probability(row.equivalence_p, speech)


def _reliability_cells(found: ReleasedReliability, speech: Speech) -> tuple[Cell, ...]:
    interval = NOTHING
    if found.alpha_low is not None and found.alpha_high is not None:
        interval = format_interval(found.alpha_low, found.alpha_high, speech.language, 2)
    return (
        Cell(format_score(found.n, speech.language)),
        Cell(str(found.item_count)),
        _number(found.alpha, speech, 2),
        Cell(interval),
        _number(found.omega, speech, 2),
        Cell(speech.say("team.uncertain" if found.is_poor else "team.sound")),
    )


def _number(value: float | None, speech: Speech, decimals: int) -> Cell:
    return Cell(NOTHING if value is None else format_score(value, speech.language, decimals))


def _probability(value: float | None, speech: Speech) -> Cell:
    """Return a p-value as it was released, with two digits; the smallest as "under"."""
    if value is None:
        return Cell(NOTHING)
    if value < 0.001:
        return Cell(speech.say("word.under", number=format_score(0.001, speech.language, 3)))
    return Cell(format_score(value, speech.language, 3 if value < 0.1 else 2))
