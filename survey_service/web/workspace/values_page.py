"""The recovery values: the same questions and figures grouped another way."""

from collections.abc import Mapping

from flask import g

from survey_service.catalogue import load_framework
from survey_service.measurement.instrument import Instrument, Item
from survey_service.measurement.released_details import ReleasedItem
from survey_service.reporting.releasing import PublishedRelease
from survey_service.web.language import translate
from survey_service.web.workspace.items_page import high_text
from survey_service.web.workspace.results_frame import (
    Block,
    Section,
    Table,
    choose_audience,
    details_of,
    instrument_of,
    measure_names,
    wave_names,
)


def build_values(release: PublishedRelease, query: Mapping[str, str]) -> Section:
    """Return one audience's questions under each recovery value, with their released figures."""
    items = details_of(release).items
    audience, choice = choose_audience(
        release, (item.audience for item in items), query.get("audience")
    )
    instrument = instrument_of(release, audience) if audience is not None else None
    if audience is None or instrument is None:
        return Section("values")
    shown = {(item.item, item.wave): item for item in items if item.audience == audience}
    blocks = [
        _block(release, value.key, value.wording.read_in(g.language), instrument, shown)
        for value in load_framework(release.project.framework).values
    ]
    found = [block for block in blocks if block is not None]
    return Section("values", found, [choice], {"audience": audience})


def _block(
    release: PublishedRelease,
    value: str,
    name: str,
    instrument: Instrument,
    shown: Mapping[tuple[str, str], ReleasedItem],
) -> Block | None:
    waves, measures = wave_names(release), measure_names(release)
    items: list[Item] = [
        item
        for item in instrument.items
        if value in item.values and any((item.key, wave) in shown for wave in waves)
    ]
    if not items:
        return None
    return Block(
        heading=name,
        name=value,
        tables=[
            Table(
                translate("workspace.values.caption", value=name),
                [
                    translate("workspace.items.question"),
                    translate("workspace.results.principle"),
                    *waves.values(),
                ],
                [
                    [
                        item.wording.read_in(g.language),
                        measures.get(item.measure or "", item.measure or ""),
                        *(high_text(shown.get((item.key, wave))) for wave in waves),
                    ]
                    for item in items
                ],
            )
        ],
    )
