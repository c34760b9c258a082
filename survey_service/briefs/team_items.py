"""The questions behind the principles: how the answers spread, and which questions mislead."""

from collections.abc import Iterable
from xml.sax.saxutils import escape

from survey_service.briefs.content import (
    Block,
    Bullets,
    Field,
    Figure,
    FigureReference,
    Heading,
    Paragraph,
    Sentence,
)
from survey_service.briefs.context import ItemName, Speech
from survey_service.briefs.pictures import DivergingPicture
from survey_service.charts.diverging_bars import DivergingBar, sides_of
from survey_service.charts.figures import format_difference
from survey_service.charts.share_bars import write_share
from survey_service.measurement.disclosure import ReleasedFigures
from survey_service.measurement.released_details import (
    ItemFlagKind,
    ReleasedItem,
    ReleasedItemFlag,
)


def item_sections(figures: ReleasedFigures, speech: Speech) -> Iterable[Block]:
    """Return a picture per audience and principle; nothing where no answers are shown."""
    pictures = [
        (audience, figure)
        for audience in speech.context.ordered_audiences
        for principle in speech.principles()
        if (figure := _picture(figures, audience, principle, speech)) is not None
    ]
    flags = tuple(_flags(figures, speech))
    if not pictures and not flags:
        return
    wave = escape(speech.waves()[figures.waves[-1]])
    yield Heading(speech.say("team.items"), 2)
    yield Paragraph((speech.tell("team.items_note", wave=wave),))
    if flags:
        yield Heading(speech.say("team.flags"), 3)
        yield Bullets(flags)
    begun = None
    for audience, figure in pictures:
        if audience != begun:
            yield Heading(escape(speech.audience(audience)), 3)
            begun = audience
        yield figure


def _picture(
    figures: ReleasedFigures, audience: str, principle: str, speech: Speech
) -> Figure | None:
    released = {
        found.item: found
        for found in (figures.details.items if figures.details else ())
        if (found.audience, found.wave) == (audience, figures.waves[-1]) and found.option_shares
    }
    items = [
        item
        for item in speech.context.items
        if (item.audience, item.principle) == (audience, principle)
        and item.key in released
        and len(item.options) == len(released[item.key].option_shares)
    ]
    if not items:
        return None
    language = speech.language
    words = {
        "audience": speech.audience(audience),
        "principle": speech.principles()[principle],
        "wave": speech.waves()[figures.waves[-1]],
    }
    bars = tuple(
        DivergingBar(item.wording.read_in(language), released[item.key].option_shares)
        for item in items
    )
    told = [_told(item, released[item.key], speech) for item in items]
    lead = speech.say("team.items_picture", **words)
    caption = speech.tell(
        "team.items_picture", **{key: escape(value) for key, value in words.items()}
    )
    keys = tuple(option.read_in(language) for option in items[0].options)
    return Figure(DivergingPicture(bars, keys), caption, " ".join([f"{lead}.", *told]))


def _told(item: ItemName, found: ReleasedItem, speech: Speech) -> str:
    low, high = (write_share(share, speech.language) for share in sides_of(found.option_shares))
    question = item.wording.read_in(speech.language)
    return speech.say("team.item_told", question=question, low=low, high=high)


def _flags(figures: ReleasedFigures, speech: Speech) -> Iterable[Sentence]:
    known = {(item.audience, item.key): item for item in speech.context.items}
    for flag in figures.details.item_flags if figures.details else ():
        item = known.get((flag.audience, flag.item))
        told = flag.audience in speech.context.audiences and flag.principle in speech.principles()
        if item is not None and told:
            yield _flag(flag, item, speech)


def _flag(flag: ReleasedItemFlag, item: ItemName, speech: Speech) -> Sentence:
    waves = speech.waves()
    written = format_difference(flag.points, speech.language)
    values = {
        "question": escape(item.wording.read_in(speech.language)),
        "last": escape(waves[flag.to_wave]),
        "points": written,
    }
    if flag.kind is ItemFlagKind.BETWEEN_AUDIENCES:
        values["people"] = speech.people(flag.audience)
        values["others"] = speech.people(flag.other_audience or "")
    else:
        values["audience"] = escape(speech.audience(flag.audience))
        values["first"] = escape(waves[flag.from_wave])
    return speech.tell(f"team.flag.{flag.kind}", _reference(flag, written), **values)


def _reference(flag: ReleasedItemFlag, written: str) -> FigureReference:
    return FigureReference(
        Field.FLAG_POINTS,
        audience=flag.audience,
        principle=flag.principle,
        from_wave=flag.from_wave,
        to_wave=flag.to_wave,
        other_audience=flag.other_audience or "",
        item=flag.item,
        written=written,
    )
