"""Who answered: response rates, those who stayed, left and joined, and weights to the roster."""

from collections.abc import Mapping, Sequence

from flask import g

from survey_service.charts.figures import format_score
from survey_service.charts.share_bars import NARROW_BARS, PAGE_BARS, ShareBar, draw_share_bars
from survey_service.charts.wave_rows import compared_waves
from survey_service.measurement.disclosure import ReleasedContrast
from survey_service.measurement.instrument import Audience
from survey_service.measurement.released_details import ReleasedPanel, ReleasedRate
from survey_service.reporting.releasing import PublishedRelease
from survey_service.storage import results
from survey_service.storage.database import reading
from survey_service.web.language import translate
from survey_service.web.workspace.frame import WITHHELD, audience_name, own_units
from survey_service.web.workspace.results_frame import (
    Block,
    Chart,
    Section,
    Table,
    choose_audience,
    details_of,
    difference_text,
    mean_text,
    measure_names,
    picture,
    score_text,
    share_text,
    wave_names,
)


def build_respondents(release: PublishedRelease, query: Mapping[str, str]) -> Section:
    """Return who answered in one audience."""
    counts = (count.audience for count in release.figures.counts if count.sent is not None)
    audience, choice = choose_audience(release, counts, query.get("audience"))
    if audience is None:
        return Section("respondents")
    found = [
        _rate_block(release, audience),
        _help_block(release, audience),
        _panel_block(release, audience),
        _reliable_change_block(release, audience),
        _weighted_block(release, audience),
        _missing_block(release, audience),
    ]
    blocks = [block for block in found if block is not None]
    return Section("respondents", blocks, [choice], {"audience": audience})


def _rate_block(release: PublishedRelease, audience: str) -> Block:
    waves = wave_names(release)
    rates = {
        (rate.unit, rate.wave): rate
        for rate in details_of(release).response_rates
        if rate.audience == audience
    }
    last = release.figures.waves[-1]
    own = own_units(release.project)
    units = {
        key: name
        for key, name in results.find_unit_names(reading(), release.project.municipality_id).items()
        if any(unit == key for unit, _ in rates) and (own is None or key in own)
    }
    return Block(
        heading=translate("workspace.respondents.rates"),
        name="svarprocent",
        texts=[
            translate("workspace.respondents.rates_text"),
            translate("workspace.results.five_points"),
        ],
        charts=_rate_charts(units, waves[last], [rates.get((unit, last)) for unit in units]),
        tables=[
            Table(
                translate("workspace.respondents.rates_caption", audience=audience_name(audience)),
                [translate("workspace.respondents.unit"), *waves.values()],
                [
                    _total_row(release, audience),
                    *(
                        [name, *(_rate_text(rates.get((unit, wave))) for wave in waves)]
                        for unit, name in units.items()
                    ),
                ],
            )
        ],
    )


def _rate_charts(
    units: Mapping[str, str], wave: str, rates: Sequence[ReleasedRate | None]
) -> Sequence[Chart]:
    bars = [
        ShareBar(name, (rate.rate,), share_text(rate.rate))
        for name, rate in zip(units.values(), rates, strict=True)
        if rate is not None and rate.rate is not None
    ]
    if not bars:
        return ()
    return picture(
        draw_share_bars(bars, (), PAGE_BARS, g.language),
        draw_share_bars(bars, (), NARROW_BARS, g.language),
        title=translate("workspace.respondents.rates_title", wave=wave),
        description=" ".join(f"{bar.name}: {bar.note}." for bar in bars),
        identifier="rates",
    )


def _rate_text(rate: ReleasedRate | None) -> str:
    if rate is None:
        return WITHHELD
    written = translate(
        "workspace.respondents.of", answered=str(rate.answered), roster=str(rate.roster)
    )
    return written if rate.rate is None else f"{written} ({share_text(rate.rate)})"


def _total_row(release: PublishedRelease, audience: str) -> list[str]:
    cells = [translate("workspace.respondents.all")]
    for count in release.figures.counts:
        if count.audience != audience:
            continue
        if count.sent is None:
            cells.append(WITHHELD)
        elif count.roster is None:
            cells.append(str(count.sent))
        else:
            cells.append(
                translate(
                    "workspace.respondents.of", answered=str(count.sent), roster=str(count.roster)
                )
            )
    return cells


def _help_block(release: PublishedRelease, audience: str) -> Block | None:
    found = details_of(release).help_given if audience == Audience.CITIZEN else ()
    if not found:
        return None
    waves = wave_names(release)
    return Block(
        heading=translate("workspace.respondents.help"),
        name="hjaelp",
        texts=[translate("workspace.respondents.help_text")],
        notes=[
            translate(
                "workspace.respondents.help_shifted",
                first=waves[wave.shifted_from],
                last=waves[wave.wave],
            )
            for wave in found
            if wave.shifted_from is not None
        ],
        tables=[
            Table(
                translate("workspace.respondents.help_caption"),
                [
                    translate("workspace.respondents.help_wave"),
                    translate("workspace.respondents.help_own"),
                    translate("workspace.respondents.help_share"),
                    translate("workspace.respondents.help_by_other"),
                ],
                [
                    [
                        waves[wave.wave],
                        str(wave.n),
                        share_text(wave.with_help_share),
                        share_text(wave.by_other_share),
                    ]
                    for wave in found
                ],
            )
        ],
    )


def _compared_panels(
    release: PublishedRelease, audience: str
) -> list[tuple[str, ReleasedPanel, ReleasedContrast | None]]:
    pair = compared_waves(release.figures)
    contrasts = {
        found.principle: found
        for found in release.figures.contrasts
        if (found.audience, found.from_wave, found.to_wave) == (audience, *pair)
    }
    panels = {
        found.principle: found
        for found in details_of(release).panels
        if (found.audience, found.from_wave, found.to_wave) == (audience, *pair)
    }
    return [
        (name, panels[key], contrasts.get(key))
        for key, name in measure_names(release).items()
        if key in panels
    ]


def _pair_words(release: PublishedRelease) -> dict[str, str]:
    waves, pair = wave_names(release), compared_waves(release.figures)
    return {"first": waves[pair[0]], "last": waves[pair[1]]}


def _panel_block(release: PublishedRelease, audience: str) -> Block | None:
    panels = _compared_panels(release, audience)
    if not panels:
        return None
    words = _pair_words(release)
    said = [_tipping_sentence(name, panel) for name, panel, _ in panels]
    sentences = [sentence for sentence in said if sentence]
    return Block(
        heading=translate("workspace.respondents.panel", **words),
        name="gengangere",
        texts=[translate("workspace.respondents.panel_text", **words)]
        + ([translate("workspace.respondents.tipping_lead")] if sentences else []),
        points=sentences,
        tables=[
            Table(
                translate("workspace.respondents.panel_caption", **words),
                [
                    translate("workspace.results.principle"),
                    translate("workspace.respondents.groups"),
                    translate("workspace.respondents.own_change"),
                    translate("workspace.respondents.leavers", **words),
                    translate("workspace.respondents.joiners", **words),
                ],
                [
                    [
                        name,
                        f"{panel.n_both} / {panel.n_left} / {panel.n_joined}",
                        difference_text(panel.change),
                        difference_text(panel.leavers_less_stayers),
                        difference_text(panel.joiners_less_stayers),
                    ]
                    for name, panel, _ in panels
                ],
            )
        ],
    )


def _tipping_sentence(name: str, panel: ReleasedPanel) -> str:
    if panel.tipping_points is None:
        return ""
    way = "worse" if panel.tipping_points >= 0 else "better"
    said = translate(
        f"workspace.respondents.tipping_{way}",
        name=name,
        count=panel.n_left,
        points=format_score(abs(panel.tipping_points), g.language, 1),
    )
    if panel.tipping_possible is False:
        said += " " + translate("workspace.respondents.tipping_impossible")
    return said


def _reliable_change_block(release: PublishedRelease, audience: str) -> Block | None:
    rows = [
        [
            name,
            share_text(found.share_up),
            share_text(found.share_down),
            score_text(found.smallest_certain_change),
            score_text(found.reliability, 2),
        ]
        for name, panel, _ in _compared_panels(release, audience)
        if (found := panel.reliable_change) is not None
    ]
    if not rows:
        return None
    words = _pair_words(release)
    return Block(
        heading=translate("workspace.respondents.moved"),
        name="flyttet",
        texts=[translate("workspace.respondents.moved_text", **words)],
        tables=[
            Table(
                translate("workspace.respondents.moved_caption", **words),
                [
                    translate("workspace.results.principle"),
                    translate("workspace.respondents.up"),
                    translate("workspace.respondents.down"),
                    translate("workspace.respondents.threshold"),
                    translate("workspace.respondents.reliability"),
                ],
                rows,
            )
        ],
    )


def _weighted_block(release: PublishedRelease, audience: str) -> Block | None:
    last = release.figures.waves[-1]
    weighted = {
        found.principle: found
        for found in details_of(release).weighted_means
        if (found.audience, found.wave) == (audience, last)
    }
    if not weighted:
        return None
    means = {
        mean.principle: mean.adjusted_mean
        for mean in release.figures.wave_means
        if (mean.audience, mean.wave) == (audience, last)
    }
    return Block(
        heading=translate("workspace.respondents.weighted"),
        name="vaegtet",
        texts=[translate("workspace.respondents.weighted_text")],
        tables=[
            Table(
                translate("workspace.respondents.weighted_caption", wave=wave_names(release)[last]),
                [
                    translate("workspace.results.principle"),
                    translate("workspace.respondents.model_mean"),
                    translate("workspace.respondents.weighted_mean"),
                    translate("workspace.respondents.answers"),
                    translate("workspace.respondents.effective"),
                ],
                [
                    [
                        name,
                        score_text(means.get(key)),
                        mean_text(weighted[key].mean),
                        str(weighted[key].n),
                        score_text(weighted[key].effective_size, 0),
                    ]
                    for key, name in measure_names(release).items()
                    if key in weighted
                ],
            )
        ],
    )


def _missing_block(release: PublishedRelease, audience: str) -> Block | None:
    found = {
        (check.principle, check.wave): check
        for check in details_of(release).missing_items
        if check.audience == audience
    }
    if not found:
        return None
    waves = wave_names(release)
    largest = max(abs(check.shift) for check in found.values())
    points = format_score(largest, g.language, 1)

    def cell(principle: str, wave: str) -> str:
        check = found.get((principle, wave))
        if check is None:
            return WITHHELD
        shift = format_score(check.shift, g.language, 1)
        return f"{shift} ({share_text(check.incomplete_share)})"

    return Block(
        heading=translate("workspace.respondents.missing"),
        name="ubesvaret",
        texts=[
            translate("workspace.respondents.missing_text", points=points)
            if largest
            else translate("workspace.respondents.missing_none")
        ],
        folded=[
            Table(
                translate("workspace.respondents.missing_caption"),
                [translate("workspace.results.principle"), *waves.values()],
                [
                    [name, *(cell(key, wave) for wave in waves)]
                    for key, name in measure_names(release).items()
                    if any((key, wave) in found for wave in waves)
                ],
                translate("workspace.respondents.missing_summary"),
            )
        ],
    )
