"""How far the questions of each principle measure one thing."""

from collections.abc import Mapping

from flask import g

from survey_service.charts.figures import format_interval, format_score
from survey_service.measurement.released_details import ReleasedReliability
from survey_service.reporting.releasing import PublishedRelease
from survey_service.web.language import translate
from survey_service.web.workspace.frame import WITHHELD, audience_name
from survey_service.web.workspace.results_frame import (
    Block,
    Section,
    Table,
    choose_audience,
    details_of,
    listed,
    measure_names,
    score_text,
    share_text,
    wave_names,
)

Shown = Mapping[tuple[str, str], ReleasedReliability]
"""(principle, wave) to what may be shown."""


def build_reliability(release: PublishedRelease, query: Mapping[str, str]) -> Section:
    """Return the reliabilities of one audience."""
    found = details_of(release).reliabilities
    audiences = (row.audience for row in found)
    audience, choice = choose_audience(release, audiences, query.get("audience"))
    if audience is None:
        return Section("reliability")
    shown = {(row.principle, row.wave): row for row in found if row.audience == audience}
    blocks = [_block(release, audience, shown)]
    return Section("reliability", blocks, [choice], {"audience": audience})


def _block(release: PublishedRelease, audience: str, shown: Shown) -> Block:
    names = {key: name for key, name in measure_names(release).items()
             if any(principle == key for principle, _ in shown)}  # fmt: skip
    waves = wave_names(release)
    poor = [
        f"{name} ({listed([label for wave, label in waves.items() if _is_poor(shown, key, wave)])})"
        for key, name in names.items()
        if any(_is_poor(shown, key, wave) for wave in waves)
    ]
    said = [translate("workspace.reliability.poor", name=name) for name in poor]
    last = [wave for wave in waves if any(found == wave for _, found in shown)][-1]
    return Block(
        heading=audience_name(audience),
        name="alfa",
        texts=[translate("workspace.reliability.reading")]
        + ([] if poor else [translate("workspace.reliability.none_poor")]),
        notes=said,
        tables=[_alpha_table(names, waves, shown), _last_table(names, waves[last], last, shown)],
    )


def _is_poor(shown: Shown, principle: str, wave: str) -> bool:
    found = shown.get((principle, wave))
    return found is not None and found.is_poor


def _alpha_table(names: Mapping[str, str], waves: Mapping[str, str], shown: Shown) -> Table:
    return Table(
        translate("workspace.reliability.caption"),
        [translate("workspace.results.principle"), *waves.values()],
        [
            [name, *(_alpha_text(shown.get((key, wave))) for wave in waves)]
            for key, name in names.items()
        ],
    )


def _alpha_text(found: ReleasedReliability | None) -> str:
    if found is None or found.alpha is None:
        return WITHHELD
    written = format_score(found.alpha, g.language, 2)
    if found.alpha_low is None or found.alpha_high is None:
        return written
    return f"{written} ({format_interval(found.alpha_low, found.alpha_high, g.language, 2)})"


def _last_table(names: Mapping[str, str], label: str, wave: str, shown: Shown) -> Table:
    rows = [(name, shown[key, wave]) for key, name in names.items() if (key, wave) in shown]
    return Table(
        translate("workspace.reliability.last", wave=label),
        [
            translate("workspace.results.principle"),
            translate("workspace.reliability.omega"),
            translate("workspace.reliability.error"),
            translate("workspace.reliability.floor"),
            translate("workspace.reliability.ceiling"),
            translate("workspace.reliability.items"),
            translate("workspace.reliability.answers"),
        ],
        [
            [
                name,
                score_text(found.omega, 2),
                score_text(found.standard_error_of_measurement),
                share_text(found.floor_share),
                share_text(found.ceiling_share),
                str(found.item_count),
                str(found.n),
            ]
            for name, found in rows
        ],
    )
