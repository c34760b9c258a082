"""One item of an instrument's file, and the rules between its fields."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from survey_service.catalogue.reading import Place, Reading
from survey_service.catalogue.scale_file import KnownScales
from survey_service.measurement.instrument import NON_ANSWERS, Block, Item, Option, Scale
from survey_service.measurement.principles import Framework
from survey_service.texts import Wording

RATED_BLOCKS = (Block.PRINCIPLE, Block.OUTCOME, Block.OVERALL)
RESERVED_KEYS = ("respondent", "unit", "audience", "wave")
"""Columns of a file of responses, which an item's column must not shadow."""

HELP_KEY = "help"
HELP_VALUES = ("alone", "with_help", "by_other")
"""Who answered: a background item that the service itself acts upon."""

MINIMUM_OPTIONS = 2
_OPTIONAL = (
    "block", "measure", "scale", "options", "values", "help", "reversed", "indicator", "audio",
)  # fmt: skip
AUDIO_FOLDER = "audio"
"""Where recordings lie, beside the file of the instrument that names them."""

AUDIO_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*\.(mp3|m4a|ogg|opus)")
_RATED_ONLY = ("measure", "scale", "values", "reversed", "indicator")


@dataclass(frozen=True, slots=True)
class ItemContext:
    """What the items of one file may refer to.

    `framework` is None where the file names none, or one that could not be read.
    """

    languages: tuple[str, ...]
    has_framework: bool
    framework: Framework | None
    scales: KnownScales
    default_scale: str | None
    has_default_scale: bool


def read_item(
    reading: Reading, place: Place, context: ItemContext
) -> tuple[str | None, Item | None]:
    """Read one item; returns its key as far as it could be read, and the item if all is well."""
    before = len(reading.faults)
    fields = reading.fields(place, ("key", "wording"), _OPTIONAL)
    key = reading.word(fields.get("key"))
    block = _read_block(reading, fields.get("block"))
    wording = reading.wording(fields.get("wording"), context.languages)
    help_text = reading.wording(fields.get("help"), context.languages)
    rated = block in RATED_BLOCKS
    _check_key(reading, fields.get("key"), key, block)
    _check_fields_fit(reading, place, fields, block)
    measure = _read_measure(reading, place, fields, context, block) if rated else None
    scale = _read_scale(reading, place, fields.get("scale"), context) if rated else None
    values = _read_values(reading, fields.get("values"), context) if rated else ()
    options_place = fields.get("options") if block == Block.BACKGROUND else None
    options = _read_options(reading, options_place, context, key)
    is_reversed = reading.flag(fields.get("reversed"))
    indicator = reading.word(fields.get("indicator"))
    audio = _read_audio(reading, fields.get("audio"))
    if len(reading.faults) > before or key is None or block is None or wording is None:
        return key, None
    if rated and scale is None:
        return key, None  # its scale is in scales.yaml but wrong there, and noted there
    item = Item(
        key, block, wording, measure, scale, options, values, help_text, is_reversed, indicator,
        audio,
    )  # fmt: skip
    return key, item


def _read_audio(reading: Reading, place: Place | None) -> Wording | None:
    """Return the recordings' names per language; notes those that are not there."""
    names = reading.wording(place, ())
    if place is None or names is None:
        return None
    for name in names.by_language.values():
        if AUDIO_NAME.fullmatch(name) is None:
            reading.note(place, "names of .mp3, .m4a, .ogg or .opus files", name)
        elif not (reading.folder / AUDIO_FOLDER / name).is_file():
            reading.note(place, f"a file in {AUDIO_FOLDER}/ beside this one", name)
    return names


def _read_block(reading: Reading, place: Place | None) -> Block | None:
    """Return the block, the principles' where none is named."""
    if place is None:
        return Block.PRINCIPLE
    found = reading.known_word(place, [*Block], "block")
    return Block(found) if found is not None else None


def _check_key(reading: Reading, place: Place | None, key: str | None, block: Block | None) -> None:
    if place is None:
        return
    if key in RESERVED_KEYS:
        reading.note(place, f"another key than {', '.join(RESERVED_KEYS)}")
    if key == HELP_KEY and block not in {Block.BACKGROUND, None}:
        reading.note(place, "the key help for a background item only")


def _check_fields_fit(
    reading: Reading, place: Place, fields: Mapping[str, Place], block: Block | None
) -> None:
    """Note fields that this block lacks or that mean nothing for it."""
    if block is None:
        return
    if block == Block.BACKGROUND and "options" not in fields:
        reading.note(Place(place.node, f"{place.field}.options"), "a value", "nothing")
    misplaced: tuple[str, ...] = ("options",) if block in RATED_BLOCKS else _RATED_ONLY
    if block == Block.FREE_TEXT:
        misplaced = (*_RATED_ONLY, "options")
    for name in misplaced:
        if name in fields:
            reading.note(fields[name], f"no {name} in the block {block}")


def _read_measure(
    reading: Reading,
    place: Place,
    fields: Mapping[str, Place],
    context: ItemContext,
    block: Block | None,
) -> str | None:
    """Return what the item counts towards: a principle's key in the principles' block only."""
    measure_place = fields.get("measure")
    if measure_place is None:
        reading.note(Place(place.node, f"{place.field}.measure"), "a value", "nothing")
        return None
    if context.framework is None:
        return reading.word(measure_place)
    principles = [principle.key for principle in context.framework.principles]
    if block == Block.PRINCIPLE:
        return reading.known_word(measure_place, principles, "principle")
    measure = reading.word(measure_place)
    if measure in principles:
        reading.note(measure_place, f"no principle in the block {block}")
    return measure


def _read_scale(
    reading: Reading, place: Place, scale_place: Place | None, context: ItemContext
) -> Scale | None:
    """Return the item's own scale, or else the file's."""
    if scale_place is None:
        if not context.has_default_scale:
            reading.note(Place(place.node, f"{place.field}.scale"), "a value", "nothing")
        return context.scales.get(context.default_scale) if context.default_scale else None
    key = reading.known_word(scale_place, context.scales, "scale")
    return context.scales[key] if key is not None else None


def _read_values(reading: Reading, place: Place | None, context: ItemContext) -> tuple[str, ...]:
    words = reading.words(place)
    if place is not None and not context.has_framework:
        reading.note(place, "values only with a framework")
    if context.framework is not None:
        known = [value.key for value in context.framework.values]
        for _, word_place in words:
            reading.known_word(word_place, known, "recovery value")
    return tuple(word for word, _ in words)


def _read_options(
    reading: Reading, options_place: Place | None, context: ItemContext, key: str | None
) -> tuple[Option, ...]:
    """Return a background item's options; notes values that come twice or are taken."""
    if options_place is None:
        return ()
    found: dict[str, Option] = {}
    entries = reading.entries(options_place, named_by="value")
    for entry in entries:
        option = _read_option(reading, entry, context)
        if option is not None and option.value in found:
            reading.note(entry, "each value once", f"{option.value} twice")
        elif option is not None:
            found[option.value] = option
    if 0 < len(entries) < MINIMUM_OPTIONS:
        reading.note(options_place, f"{MINIMUM_OPTIONS} or more options", str(len(entries)))
    if key == HELP_KEY and tuple(found) != HELP_VALUES:
        values = ", ".join(HELP_VALUES)
        reading.note(options_place, f"the values {values}", ", ".join(found) or "none")
    return tuple(found.values())


def _read_option(reading: Reading, place: Place, context: ItemContext) -> Option | None:
    fields = reading.fields(place, ("value", "wording"), ())
    value = reading.word(fields.get("value"))
    wording = reading.wording(fields.get("wording"), context.languages)
    if value in NON_ANSWERS:
        reading.note(fields["value"], f"another value than {', '.join(NON_ANSWERS)}")
    return Option(value, wording) if value is not None and wording is not None else None
