"""Audiences side by side: gaps on the items they share, and where most can be gained."""

from collections.abc import Mapping, Sequence

from flask import g

from survey_service.charts.figures import format_difference, format_score
from survey_service.charts.gap_dots import NARROW_GAPS, PAGE_GAPS, GapRow, draw_gap_dots
from survey_service.measurement.potential_status import PotentialStatus
from survey_service.measurement.released_details import ReleasedGap, ReleasedPotential
from survey_service.reporting.releasing import PublishedRelease
from survey_service.web.language import translate
from survey_service.web.workspace.frame import WITHHELD, audience_name
from survey_service.web.workspace.results_frame import (
    Block,
    Chart,
    Choice,
    Section,
    Tab,
    Table,
    details_of,
    difference_text,
    listed,
    measure_names,
    order_audiences,
    picture,
    wave_names,
)

Pair = tuple[str, str]


def build_gaps(release: PublishedRelease, query: Mapping[str, str]) -> Section:
    """Return one pair of audiences; `pair` is "citizen:staff" or any other pair there is."""
    chosen = query.get("pair")
    gaps = details_of(release).gaps
    pairs = list(dict.fromkeys((gap.first_audience, gap.second_audience) for gap in gaps))
    if not pairs:
        return Section("gaps", _potential_blocks(release))
    pair = next((found for found in pairs if _query_of(found) == chosen), pairs[0])
    own = [gap for gap in gaps if (gap.first_audience, gap.second_audience) == pair]
    tabs = [
        Tab(" / ".join(_names(found)), {"pair": _query_of(found)}, found == pair) for found in pairs
    ]
    return Section(
        "gaps",
        [_last_wave_block(release, pair, own), *_potential_blocks(release)],
        [Choice(translate("workspace.results.audiences"), tabs)],
        {"pair": _query_of(pair)},
    )


def _query_of(pair: Pair) -> str:
    return ":".join(pair)


def _names(pair: Pair) -> Pair:
    return audience_name(pair[0]), audience_name(pair[1])


def _last_wave_block(release: PublishedRelease, pair: Pair, gaps: Sequence[ReleasedGap]) -> Block:
    waves, names, audiences = wave_names(release), measure_names(release), _names(pair)
    last = [wave for wave in waves if any(gap.wave == wave for gap in gaps)][-1]
    shown = [gap for gap in gaps if gap.wave == last]
    certain = [names[gap.principle] for gap in shown if gap.certain and not gap.is_distorted]
    said = "certain" if certain else "none_certain"
    return Block(
        heading=f"{' / '.join(audiences)}, {waves[last]}",
        name="forskelle",
        texts=[
            translate(f"workspace.gaps.{said}", names=listed(certain)),
            translate("workspace.gaps.shared", first=audiences[0], second=audiences[1]),
        ],
        notes=[
            translate("workspace.gaps.distorted", name=names[gap.principle])
            for gap in shown
            if gap.is_distorted
        ],
        charts=_charts(shown, names, audiences, waves[last]),
        tables=[_table(shown, names, audiences, waves[last])],
        folded=[_history(release, gaps, names, audiences)],
    )


def _charts(
    gaps: Sequence[ReleasedGap], names: dict[str, str], audiences: Pair, wave: str
) -> list[Chart]:
    rows = [
        GapRow(
            names[gap.principle],
            gap.mean_first,
            gap.mean_second,
            format_difference(gap.gap.value, g.language),
        )
        for gap in gaps
    ]
    sentences = [
        f"{row.name}: {audiences[0]} {format_score(row.first, g.language)},"
        f" {audiences[1]} {format_score(row.second, g.language)}."
        for row in rows
    ]
    return picture(
        draw_gap_dots(rows, audiences, PAGE_GAPS),
        draw_gap_dots(rows, audiences, NARROW_GAPS),
        title=f"{' / '.join(audiences)}, {wave}",
        description=" ".join(sentences),
        identifier="gaps",
    )


def _table(gaps: Sequence[ReleasedGap], names: dict[str, str], audiences: Pair, wave: str) -> Table:
    return Table(
        translate("workspace.gaps.caption", wave=wave),
        [
            translate("workspace.results.principle"),
            *audiences,
            translate("workspace.gaps.gap"),
            translate("workspace.gaps.certainty"),
            translate("workspace.gaps.items"),
            translate("workspace.gaps.answers"),
        ],
        [
            [
                names[gap.principle],
                format_score(gap.mean_first, g.language, 1),
                format_score(gap.mean_second, g.language, 1),
                difference_text(gap.gap),
                translate(f"workspace.gaps.{_certainty(gap)}"),
                str(gap.shared_item_count),
                f"{gap.n_first} / {gap.n_second}",
            ]
            for gap in gaps
        ],
    )


def _certainty(gap: ReleasedGap) -> str:
    if gap.is_distorted:
        return "not_to_trust"
    return "sure" if gap.certain else "unsure"


def _history(
    release: PublishedRelease, gaps: Sequence[ReleasedGap], names: dict[str, str], audiences: Pair
) -> Table:
    waves = wave_names(release)
    found = {(gap.principle, gap.wave): gap for gap in gaps}
    return Table(
        translate("workspace.gaps.history", first=audiences[0], second=audiences[1]),
        [translate("workspace.results.principle"), *waves.values()],
        [
            [
                name,
                *(
                    difference_text(found[key, wave].gap) if (key, wave) in found else WITHHELD
                    for wave in waves
                ),
            ]
            for key, name in names.items()
            if any((key, wave) in found for wave in waves)
        ],
        translate("workspace.gaps.history_summary"),
    )


def _potential_blocks(release: PublishedRelease) -> list[Block]:
    last = release.figures.waves[-1]
    potentials = {found.audience: found for found in details_of(release).potentials
                  if found.wave == last}  # fmt: skip
    if not potentials:
        return []
    names = measure_names(release)
    audiences = order_audiences(release, potentials)
    return [
        Block(
            heading=translate("workspace.gaps.potential", wave=wave_names(release)[last]),
            name="potentiale",
            texts=[translate("workspace.gaps.potential_rule")],
            points=[_potential_sentence(potentials[audience], names) for audience in audiences],
            folded=[
                Table(
                    translate("workspace.gaps.order"),
                    [translate("workspace.gaps.place"), *map(audience_name, audiences)],
                    _places([potentials[audience] for audience in audiences], names),
                    translate("workspace.gaps.order_summary"),
                )
            ],
        )
    ]


def _potential_sentence(found: ReleasedPotential, names: dict[str, str]) -> str:
    if found.status is PotentialStatus.TOO_FEW_PRINCIPLES:
        return translate("workspace.gaps.too_few", audience=audience_name(found.audience))
    lowest = listed([names[principle] for principle in found.lowest])
    return translate(
        f"workspace.gaps.{found.status.value}",
        audience=audience_name(found.audience),
        names=lowest,
    )


def _places(found: Sequence[ReleasedPotential], names: dict[str, str]) -> list[list[str]]:
    deepest = max(len(ranking.ranking) for ranking in found)
    return [
        [
            str(place + 1),
            *(
                names[ranking.ranking[place]] if place < len(ranking.ranking) else WITHHELD
                for ranking in found
            ),
        ]
        for place in range(deepest)
    ]
