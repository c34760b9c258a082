"""The questions: how each was answered, and those that mislead."""

from collections.abc import Mapping, Sequence

from flask import g

from survey_service.charts.figures import format_difference
from survey_service.charts.share_bars import (
    NARROW_BARS,
    PAGE_BARS,
    ShareBar,
    draw_share_bars,
    write_share,
)
from survey_service.measurement.instrument import Instrument, Item
from survey_service.measurement.released_details import (
    ItemFlagKind,
    ReleasedItem,
    ReleasedItemFlag,
)
from survey_service.reporting.releasing import PublishedRelease
from survey_service.web.language import translate
from survey_service.web.workspace.frame import WITHHELD, audience_name
from survey_service.web.workspace.results_frame import (
    Block,
    Chart,
    Section,
    Table,
    choose_audience,
    details_of,
    instrument_of,
    measure_names,
    picture,
    share_text,
    wave_names,
)

NO_BREAK = "\N{NO-BREAK SPACE}"

Shown = Mapping[tuple[str, str], ReleasedItem]
"""(item, wave) to what may be shown."""


def build_items(release: PublishedRelease, query: Mapping[str, str]) -> Section:
    """Return the questions of one audience; one that the release does not hold gives the first."""
    details = details_of(release)
    found = [item.audience for item in details.items] + [one.audience for one in details.quotes]
    audience, choice = choose_audience(release, found, query.get("audience"))
    if audience is None:
        return Section("items")
    instrument = instrument_of(release, audience)
    shown = {(item.item, item.wave): item for item in details.items if item.audience == audience}
    questions = dict(instrument.by_key) if instrument is not None else {}
    blocks = [_flag_block(release, audience, questions)]
    if instrument is not None:
        blocks += _principle_blocks(release, instrument, shown)
    blocks += _quote_blocks(release, audience, questions)
    return Section("items", blocks, [choice], {"audience": audience})


def _flag_block(release: PublishedRelease, audience: str, questions: Mapping[str, Item]) -> Block:
    flags = [
        flag
        for flag in details_of(release).item_flags
        if audience in {flag.audience, flag.other_audience}
    ]
    sentences = [_flag_sentence(release, flag, questions) for flag in flags]
    return Block(
        heading=translate("workspace.items.flags"),
        texts=[translate("workspace.items.high"), translate("workspace.results.five_points")]
        + ([] if flags else [translate("workspace.items.no_flags")]),
        notes=sentences,
    )


def _flag_sentence(
    release: PublishedRelease, flag: ReleasedItemFlag, questions: Mapping[str, Item]
) -> str:
    waves = wave_names(release)
    item = questions.get(flag.item)
    names = {
        "item": item.wording.read_in(g.language) if item is not None else flag.item,
        "principle": measure_names(release).get(flag.principle, flag.principle),
        "points": format_difference(flag.points, g.language),
        "first": waves.get(flag.from_wave, flag.from_wave),
        "last": waves.get(flag.to_wave, flag.to_wave),
    }
    if flag.kind is ItemFlagKind.BETWEEN_AUDIENCES:
        names["audience"] = audience_name(flag.audience)
        names["other"] = audience_name(flag.other_audience or "")
    return translate(f"workspace.items.{flag.kind.value}", **names)


def _principle_blocks(
    release: PublishedRelease, instrument: Instrument, shown: Shown
) -> list[Block]:
    names, waves = measure_names(release), wave_names(release)
    blocks = []
    for measure, items in instrument.measures.items():
        answered = [item for item in items if any((item.key, wave) in shown for wave in waves)]
        if answered:
            name = names.get(measure, measure)
            blocks.append(_principle_block(measure, name, answered, shown, waves))
    return blocks


def _principle_block(
    measure: str, name: str, items: Sequence[Item], shown: Shown, waves: dict[str, str]
) -> Block:
    last = [wave for wave in waves if any((item.key, wave) in shown for item in items)][-1]
    spread = [
        (item, found)
        for item in items
        if (found := shown.get((item.key, last))) is not None and found.option_shares
    ]
    return Block(
        heading=name,
        name=measure,
        charts=_charts(measure, f"{name}, {waves[last]}", spread) if spread else (),
        tables=[_share_table(items, shown, waves, last)],
        folded=[_option_table(spread, waves[last])] if spread else (),
    )


def _quote_blocks(
    release: PublishedRelease, audience: str, questions: Mapping[str, Item]
) -> list[Block]:
    """Return what people wrote themselves, wave by wave, the newest first."""
    quotes = [one for one in details_of(release).quotes if one.audience == audience]
    waves = reversed(wave_names(release).items())
    return [
        Block(
            heading=translate("workspace.items.words", wave=name),
            texts=[
                *([questions[item].wording.read_in(g.language)] if item in questions else []),
                translate("workspace.items.words_note"),
            ],
            points=[translate("workspace.items.quote", text=one.text) for one in of_item],
        )
        for wave, name in waves
        for item in dict.fromkeys(one.item for one in quotes)
        if (of_item := [one for one in quotes if (one.wave, one.item) == (wave, item)])
    ]


def _options(item: Item) -> list[str]:
    return [option.wording.read_in(g.language) for option in item.answer_options]


def _charts(measure: str, title: str, spread: Sequence[tuple[Item, ReleasedItem]]) -> list[Chart]:
    bars = [ShareBar(item.wording.read_in(g.language), found.option_shares)
            for item, found in spread]  # fmt: skip
    keys = _options(spread[0][0])
    sentences = [
        f"{bar.name} "
        + ", ".join(
            f"{word.lower()} {write_share(share, g.language)}"
            for word, share in zip(_options(item), bar.shares, strict=False)
        )
        + "."
        for bar, (item, _) in zip(bars, spread, strict=True)
    ]
    return picture(
        draw_share_bars(bars, keys, PAGE_BARS, g.language),
        draw_share_bars(bars, keys, NARROW_BARS, g.language),
        title=title,
        description=" ".join(sentences),
        identifier=f"items-{measure}",
    )


def _share_table(items: Sequence[Item], shown: Shown, waves: dict[str, str], last: str) -> Table:
    return Table(
        translate("workspace.items.caption"),
        [
            translate("workspace.items.question"),
            *waves.values(),
            translate("workspace.items.dont_know", wave=waves[last]),
            translate("workspace.items.answers", wave=waves[last]),
        ],
        [
            [
                item.wording.read_in(g.language),
                *(high_text(shown.get((item.key, wave))) for wave in waves),
                *_last_cells(shown.get((item.key, last))),
            ]
            for item in items
        ],
    )


def high_text(found: ReleasedItem | None) -> str:
    """Return the share of high answers with its interval: "53 % (45–61 %)"."""
    if found is None or found.high_share is None:
        return WITHHELD
    if found.high_share_low is None or found.high_share_high is None:
        return share_text(found.high_share)
    low, high = round(found.high_share_low * 100), share_text(found.high_share_high)
    limits = f"({low}–{high})".replace(" ", NO_BREAK)
    return f"{share_text(found.high_share).replace(' ', NO_BREAK)} {limits}"


def _last_cells(found: ReleasedItem | None) -> list[str]:
    if found is None:
        return [WITHHELD, WITHHELD]
    return [share_text(found.dont_know_share), str(found.n_rated)]


def _option_table(spread: Sequence[tuple[Item, ReleasedItem]], wave: str) -> Table:
    return Table(
        translate("workspace.items.spread", wave=wave),
        [translate("workspace.items.question"), *_options(spread[0][0])],
        [
            [
                item.wording.read_in(g.language),
                *(write_share(share, g.language) for share in found.option_shares),
            ]
            for item, found in spread
        ],
        translate("workspace.items.spread_summary"),
    )
