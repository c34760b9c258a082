"""One instrument's file: who answers, and the items with their scales and options."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

from survey_service.catalogue.framework_file import KnownFrameworks
from survey_service.catalogue.item_file import ItemContext, read_item
from survey_service.catalogue.reading import Place, Reading, peek_at
from survey_service.catalogue.scale_file import KnownScales, read_scales
from survey_service.measurement.instrument import Audience, Instrument, Item
from survey_service.measurement.principles import Framework
from survey_service.texts import LANGUAGES

MINIMUM_ITEMS_PER_PRINCIPLE = 2
_REQUIRED: tuple[str, ...] = ("key", "version", "audience", "title", "items")
_OPTIONAL: tuple[str, ...] = ("framework", "introduction", "scale", "scales")


@dataclass(frozen=True, slots=True)
class FileRules:
    """What a file must live up to: the service's own ones more than an analyst's."""

    languages: tuple[str, ...] = ()
    known_audiences_only: bool = False
    complete: bool = False


SHIPPED = FileRules(languages=LANGUAGES, known_audiences_only=True, complete=True)
STAND_ALONE = FileRules()


@dataclass(frozen=True, slots=True)
class InstrumentFile:
    """An instrument as read, None where something is wrong, and the line of each of its items."""

    instrument: Instrument | None
    item_lines: Mapping[str, int] = field(default_factory=dict)


def read_instrument(
    reading: Reading, rules: FileRules, frameworks: KnownFrameworks, scales: KnownScales
) -> InstrumentFile:
    """Read one instrument, noting everything that is wrong with it in `reading`.

    Args:
        reading: the file.
        rules: SHIPPED or STAND_ALONE.
        frameworks: those that may be named.
        scales: those that may be named, besides the ones the file defines itself.
    """
    if reading.root is None:
        return InstrumentFile(None)
    fields = _read_fields(reading, reading.root, rules)
    key, version = reading.word(fields.get("key")), reading.number(fields.get("version"))
    audience = _read_audience(reading, fields.get("audience"), rules)
    title = reading.wording(fields.get("title"), rules.languages)
    introduction = reading.wording(fields.get("introduction"), rules.languages)
    framework_key = reading.known_word(fields.get("framework"), frameworks, "framework")
    framework = frameworks.get(framework_key) if framework_key is not None else None
    context = _gather_context(reading, fields, rules, framework, scales)
    items, lines = _read_items(reading, fields.get("items"), context)
    if rules.complete:
        _check_complete(reading, fields.get("items"), framework)
    if (
        reading.faults
        or items is None
        or key is None
        or version is None
        or audience is None
        or title is None
    ):
        return InstrumentFile(None, lines)
    instrument = Instrument(
        key, version, audience, framework_key or "", title, tuple(items), introduction
    )
    return InstrumentFile(instrument, lines)


def _read_fields(reading: Reading, root: Place, rules: FileRules) -> dict[str, Place]:
    if rules.complete:
        return reading.fields(root, (*_REQUIRED, "framework"), _OPTIONAL[1:])
    return reading.fields(root, _REQUIRED, _OPTIONAL)


def _read_audience(reading: Reading, place: Place | None, rules: FileRules) -> str | None:
    if rules.known_audiences_only:
        return reading.known_word(place, [*Audience], "audience")
    return reading.text(place)


def _gather_context(
    reading: Reading,
    fields: Mapping[str, Place],
    rules: FileRules,
    framework: Framework | None,
    scales: KnownScales,
) -> ItemContext:
    """Collect what the items may refer to."""
    own_scales = read_scales(reading, fields.get("scales"), rules.languages)
    known_scales = {**scales, **own_scales}
    default_scale = reading.known_word(fields.get("scale"), known_scales, "scale")
    return ItemContext(
        languages=rules.languages,
        has_framework="framework" in fields,
        framework=framework,
        scales=known_scales,
        default_scale=default_scale,
        has_default_scale="scale" in fields,
    )


def _read_items(
    reading: Reading, place: Place | None, context: ItemContext
) -> tuple[list[Item] | None, dict[str, int]]:
    """Return the items, None where one cannot be read, and the line of each key."""
    entries = reading.entries(place)
    items: list[Item] = []
    lines: dict[str, int] = {}
    for entry in entries:
        key, item = read_item(reading, entry, context)
        if key is not None and key in lines:
            reading.note(entry, f"each item once (the first is in line {lines[key]})", "it twice")
        elif key is not None:
            lines[key] = entry.line
        if item is not None:
            _check_indicator(reading, entry, item, items)
            items.append(item)
    return (items if len(items) == len(entries) else None), lines


def _check_indicator(reading: Reading, place: Place, item: Item, earlier: list[Item]) -> None:
    """Note an indicator that comes twice: a published figure is one item's."""
    if item.indicator is not None and item.indicator in [other.indicator for other in earlier]:
        reading.note(place, "each indicator once", f"{item.indicator} twice")


def _check_complete(reading: Reading, place: Place | None, framework: Framework | None) -> None:
    """Note principles with too few items: one item alone cannot carry a score.

    Items with other faults count too, or each of their faults would be told twice.
    """
    if place is None or framework is None or not isinstance(place.node, yaml.SequenceNode):
        return
    measures = [peek_at(node, "measure") for node in place.node.value]
    for principle in framework.principles:
        count = measures.count(principle.key)
        if count < MINIMUM_ITEMS_PER_PRINCIPLE:
            expected = f"{MINIMUM_ITEMS_PER_PRINCIPLE} or more items on {principle.key}"
            reading.note(place, expected, str(count))
