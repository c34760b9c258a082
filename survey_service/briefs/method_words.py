"""How the figures came about and how to read them, in plain words that fit the report at hand."""

from collections.abc import Iterable
from xml.sax.saxutils import escape

from survey_service.briefs.content import Field, FigureReference, Sentence
from survey_service.briefs.context import Speech
from survey_service.charts.figures import format_number
from survey_service.charts.wave_rows import compared_waves, shown_contrasts
from survey_service.measurement.disclosure import (
    WHOLE_NUMBERS_UNDER,
    ReleasedContrast,
    ReleasedFigures,
)


def reading_points(figures: ReleasedFigures, speech: Speech) -> Iterable[Sentence]:
    """Return what each conclusion means, and the interval."""
    margin = _margin_reference(figures, speech)
    yield speech.tell("reading.change")
    yield speech.tell("reading.no_relevant_change", margin, margin=margin.written)
    yield speech.tell("reading.cannot_tell")
    few = ""
    if figures.minimum < WHOLE_NUMBERS_UNDER:
        most = WHOLE_NUMBERS_UNDER - 1
        few = str(most) if figures.minimum == most else f"{figures.minimum}-{most}"
        few = speech.say("reading.few", few=few)
    minimum = FigureReference(Field.MINIMUM, written=str(figures.minimum))
    yield speech.tell("reading.too_few", minimum, minimum=figures.minimum, few=few)
    yield speech.tell("reading.interval")


def method_points(figures: ReleasedFigures, speech: Speech) -> Iterable[Sentence]:
    """Return how it was done and what it cannot show, with only the limits that apply."""
    yield speech.tell("method.model")
    yield Sentence(_family(figures, speech))
    yield _margin(figures, speech)
    yield Sentence(" ".join(_limits(speech)))
    yield Sentence(" ".join(_versions(speech)))


def _family(figures: ReleasedFigures, speech: Speech) -> str:
    audience = speech.context.primary_audience
    if audience is None:
        return speech.say("method.no_primary")
    name = escape(speech.audience(audience))
    if not any(contrast.is_primary for contrast in figures.contrasts):
        return _not_measured_yet(name, speech)
    first, last = (escape(speech.waves()[wave]) for wave in compared_waves(figures))
    return speech.say("method.primary", audience=name, first=first, last=last)


def _not_measured_yet(audience: str, speech: Speech) -> str:
    """Return that the contrast named beforehand waits for a wave: all others are one family."""
    waves = speech.context.primary_waves
    if not waves:
        return speech.say("method.no_primary")
    first, last = (escape(wave.read_in(speech.language)) for wave in waves)
    return speech.say("method.primary_waits", audience=audience, first=first, last=last)


def _margin(figures: ReleasedFigures, speech: Speech) -> Sentence:
    """Return the margin, and how likely it was to conclude that nothing relevant had changed."""
    margin = _margin_reference(figures, speech)
    said = speech.say("method.margin", margin=margin.written)
    audience = speech.context.ordered_audiences[0]
    powers = {
        contrast: contrast.equivalence_power
        for contrast in shown_contrasts(figures, audience).values()
        if contrast.equivalence_power is not None
    }
    if not any(powers.values()):
        return Sentence(f"{said} {speech.say('method.power_rule')}", (margin,))
    low, high = min(powers, key=lambda key: powers[key]), max(powers, key=lambda key: powers[key])
    ends = [_power_reference(contrast) for contrast in (low, high)]
    written = [end.written for end in ends]
    chance = written[0] if written[0] == written[1] else "-".join(written)
    name = escape(speech.audience(audience))
    power = speech.say("method.power", audience=name, chance=chance)
    return Sentence(f"{said} {power}", (margin, *ends))


def _power_reference(contrast: ReleasedContrast) -> FigureReference:
    written = str(round(100 * (contrast.equivalence_power or 0.0)))
    return FigureReference.of_contrast(contrast, Field.POWER, written)


def _margin_reference(figures: ReleasedFigures, speech: Speech) -> FigureReference:
    return FigureReference(Field.MARGIN, written=format_number(figures.margin, speech.language))


def _limits(speech: Speech) -> Iterable[str]:
    audiences = speech.context.audiences
    yield speech.say("method.limits")
    for audience in ("citizen", "staff"):
        if audience in audiences:
            yield speech.say(f"method.limits_{audience}")
    if len(audiences) > 1:
        yield speech.say("method.limits_several")


def _versions(speech: Speech) -> Iterable[str]:
    listed = speech.context.instrument_versions
    if listed:
        instruments = escape("; ".join(listed))
        yield speech.say("method.instruments", instruments=instruments)
    yield speech.say("method.text_version", version=escape(speech.context.text_version))
