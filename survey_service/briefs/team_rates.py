"""How many of each unit answered the last wave: a picture per audience, and all in one table."""

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape

from survey_service.briefs.content import (
    Block,
    Cell,
    Column,
    Figure,
    Heading,
    Table,
)
from survey_service.briefs.context import Speech
from survey_service.briefs.pictures import RatePicture
from survey_service.briefs.tables import NOTHING, count_references, count_words
from survey_service.charts.heat_map import UnitPlace
from survey_service.charts.rate_bars import RateBar
from survey_service.charts.share_bars import write_share
from survey_service.measurement.disclosure import ReleasedFigures
from survey_service.measurement.released_details import ReleasedRate

MOST_BARS = 20
"""Units in one picture; more stand in the next."""

Rates = Mapping[tuple[str, str], ReleasedRate]
"""Rates by unit and audience."""


def rate_sections(figures: ReleasedFigures, speech: Speech) -> Iterable[Block]:
    """Return pictures and table; nothing where no unit's response rate is shown."""
    found = {
        (rate.unit, rate.audience): rate
        for rate in (figures.details.response_rates if figures.details else ())
        if rate.wave == figures.waves[-1]
    }
    units = [unit for unit in speech.context.units if any(key[0] == unit.key for key in found)]
    if not units:
        return
    yield Heading(speech.say("team.rates"), 2)
    for audience in speech.context.ordered_audiences:
        asked = [
            unit
            for unit in units
            if (rate := found.get((unit.key, audience))) and rate.rate is not None
        ]
        for start in range(0, len(asked), MOST_BARS):
            yield _figure(figures, audience, asked[start : start + MOST_BARS], found, speech)
    yield _table(figures, found, units, speech)


def _figure(
    figures: ReleasedFigures,
    audience: str,
    units: Iterable[UnitPlace],
    found: Rates,
    speech: Speech,
) -> Figure:
    bars, told = [], []
    for unit in units:
        rate = found[unit.key, audience]
        note = count_words(rate.answered, rate.roster, speech)
        bars.append(RateBar(unit.name, 0, rate.rate, note))
        told.append(f"{unit.name}: {note}.")
    whole = _whole(figures, audience)
    words = speech.say("team.rates_whole", share=write_share(whole or 0.0, speech.language))
    values = {
        "audience": speech.audience(audience),
        "wave": speech.waves()[figures.waves[-1]],
    }
    caption = speech.tell(
        "team.rates_picture", **{key: escape(value) for key, value in values.items()}
    )
    lead = f"{speech.say('team.rates_picture', **values)}."
    alternative = " ".join([lead, *([] if whole is None else [f"{words}."]), *told])
    return Figure(RatePicture(tuple(bars), whole, words), caption, alternative)


def _whole(figures: ReleasedFigures, audience: str) -> float | None:
    for count in figures.counts:
        if (count.audience, count.wave) == (audience, figures.waves[-1]):
            return count.sent / count.roster if count.sent and count.roster else None
    return None


def _table(
    figures: ReleasedFigures, found: Rates, units: Iterable[UnitPlace], speech: Speech
) -> Table:
    audiences = [
        audience
        for audience in speech.context.ordered_audiences
        if any(key[1] == audience for key in found)
    ]
    return Table(
        caption=speech.tell("team.rates_table", wave=escape(speech.waves()[figures.waves[-1]])),
        columns=(Column.NAME, *(Column.NUMBER for _ in audiences)),
        header=(
            speech.say("team.unit"),
            *(escape(speech.audience(audience)) for audience in audiences),
        ),
        rows=tuple(
            (
                Cell(escape(unit.name)),
                *(_cell(found.get((unit.key, audience)), speech) for audience in audiences),
            )
            for unit in units
        ),
    )


def _cell(rate: ReleasedRate | None, speech: Speech) -> Cell:
    if rate is None:
        return Cell(NOTHING)
    references = count_references(
        rate.answered,
        rate.roster,
        speech,
        audience=rate.audience,
        wave=rate.wave,
        unit=rate.unit,
    )
    return Cell(count_words(rate.answered, rate.roster, speech), references)
