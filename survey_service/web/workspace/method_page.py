"""The method table: how it was computed, with what certainty, and what it cannot say."""

from collections import Counter
from collections.abc import Mapping, Sequence

from flask import g

from survey_service.charts.figures import format_interval, format_number
from survey_service.measurement.released_details import ReleasedInterval, ReleasedMethodRow
from survey_service.reporting.releasing import PublishedRelease
from survey_service.storage import projects
from survey_service.storage.database import reading
from survey_service.web.language import has_text, long_date, translate
from survey_service.web.workspace.frame import WITHHELD, audience_name
from survey_service.web.workspace.results_frame import (
    Block,
    Section,
    Table,
    choose_audience,
    details_of,
    difference_text,
    exact_text,
    mean_text,
    measure_names,
    score_text,
    share_text,
    wave_names,
)

LIMIT_COUNT = 6
COMPONENTS = ("unit", "unit:wave", "respondent", "residual")


def build_method(release: PublishedRelease, query: Mapping[str, str]) -> Section:
    """Return how the comparison was made, and its figures for one audience."""
    rows = details_of(release).method_rows
    found = (row.audience for row in rows)
    audience, choice = choose_audience(release, found, query.get("audience"))
    if audience is None:
        return Section("method", [_plan_block(release, ()), _limits_block()])
    own = [row for row in rows if row.audience == audience]
    blocks = [
        _plan_block(release, rows),
        *(_pair_block(release, pair, own) for pair in _pairs(release, own)),
        _limits_block(),
    ]
    return Section("method", blocks, [choice], {"audience": audience})


def _pairs(release: PublishedRelease, rows: Sequence[ReleasedMethodRow]) -> list[tuple[str, str]]:
    """Return the pairs of waves, the one named beforehand (or first to last) in front."""
    project, waves = release.project, release.figures.waves
    named = (project.primary_from, project.primary_to)
    front = named if all(wave in waves for wave in named) else (waves[0], waves[-1])
    pairs = dict.fromkeys((row.from_wave, row.to_wave) for row in rows)
    return sorted(pairs, key=lambda pair: pair != front)


def _plan_block(release: PublishedRelease, rows: Sequence[ReleasedMethodRow]) -> Block:
    project = release.project
    points = []
    if project.registered_on is not None:
        date = long_date(project.registered_on)
        points.append(translate("workspace.method.registered", date=date))
    margin = format_number(release.figures.margin, g.language)
    points.append(translate("workspace.method.margin", margin=margin) + _power(rows))
    points.append(_primary_sentence(release))
    for family, count in Counter(row.family for row in rows if row.p is not None).items():
        points.append(translate(f"workspace.method.family_{family}", count=count))
    points.append(translate("workspace.method.model"))
    points.append(translate("workspace.method.robust"))
    points.append(translate("workspace.method.rounding", minimum=release.figures.minimum))
    return Block(heading=translate("workspace.method.plan"), points=points)


def _primary_sentence(release: PublishedRelease) -> str:
    project = release.project
    if project.primary_audience is None:
        return translate("workspace.method.no_primary")
    waves = {
        wave.key: wave.label(g.language) for wave in projects.find_waves(reading(), project.id)
    }
    measured = any(contrast.is_primary for contrast in release.figures.contrasts)
    return translate(
        f"workspace.method.{'primary' if measured else 'primary_waits'}",
        audience=audience_name(project.primary_audience),
        first=waves.get(project.primary_from or "", project.primary_from or ""),
        last=waves.get(project.primary_to or "", project.primary_to or ""),
    )


def _power(rows: Sequence[ReleasedMethodRow]) -> str:
    primary = [row for row in rows if row.family == "primary"] or rows
    powers = [row.equivalence_power for row in primary if row.equivalence_power is not None]
    if not any(powers):
        return ""
    low, high = min(powers), max(powers)
    if low == high:
        return " " + translate("workspace.method.power_one", chance=share_text(low))
    chances = {"low": share_text(low), "high": share_text(high)}
    return " " + translate("workspace.method.power", **chances)


def _pair_block(
    release: PublishedRelease, pair: tuple[str, str], own: Sequence[ReleasedMethodRow]
) -> Block:
    waves, names = wave_names(release), measure_names(release)
    rows = [row for row in own if (row.from_wave, row.to_wave) == pair]
    rows.sort(key=lambda row: list(names).index(row.principle))
    title = translate(
        "workspace.method.pair", first=waves.get(pair[0], pair[0]), last=waves.get(pair[1], pair[1])
    )
    doubtful = [names[row.principle] for row in rows if row.disagrees]
    return Block(
        heading=title,
        name=f"{pair[0]}-{pair[1]}",
        notes=[translate("workspace.method.disagrees", name=name) for name in doubtful],
        tables=[_mean_table(rows, names, title), _test_table(rows, names, title)],
        folded=[
            _equivalence_table(rows, names, title),
            _robust_table(rows, names, title),
            _component_table(rows, names, title),
        ],
    )


def _columns(*keys: str) -> list[str]:
    return [translate("workspace.results.principle")] + [
        translate(f"workspace.method.{key}") for key in keys
    ]


def _mean_table(rows: Sequence[ReleasedMethodRow], names: dict[str, str], title: str) -> Table:
    return Table(
        translate("workspace.method.mean_caption", pair=title),
        _columns("n", "raw_from", "raw_to", "difference", "effect"),
        [
            [
                names[row.principle],
                f"{row.n_from} / {row.n_to} / {row.n_both}",
                _raw_text(row.mean_from, row.mean_from_low, row.mean_from_high),
                _raw_text(row.mean_to, row.mean_to_low, row.mean_to_high),
                _points(row.difference),
                score_text(row.effect_size, 2),
            ]
            for row in rows
        ],
    )


def _test_table(rows: Sequence[ReleasedMethodRow], names: dict[str, str], title: str) -> Table:
    return Table(
        translate("workspace.method.test_caption", pair=title),
        _columns("error", "df", "p", "p_adjusted"),
        [
            [
                names[row.principle],
                exact_text(row.standard_error),
                exact_text(row.df),
                exact_text(row.p),
                exact_text(row.p_adjusted),
            ]
            for row in rows
        ],
    )


def _equivalence_table(
    rows: Sequence[ReleasedMethodRow], names: dict[str, str], title: str
) -> Table:
    return Table(
        translate("workspace.method.equivalence_caption", pair=title),
        _columns("interval_90", "equivalence_p", "equivalence_p_adjusted", "equivalence_power"),
        [
            [
                names[row.principle],
                _interval(row.equivalence_ci_low, row.equivalence_ci_high),
                exact_text(row.equivalence_p),
                exact_text(row.equivalence_p_adjusted),
                share_text(row.equivalence_power),
            ]
            for row in rows
        ],
        translate("workspace.method.equivalence_summary"),
    )


def _component_table(rows: Sequence[ReleasedMethodRow], names: dict[str, str], title: str) -> Table:
    return Table(
        translate("workspace.method.component_caption", pair=title),
        _columns(*(f"component_{name.replace(':', '_')}" for name in COMPONENTS)),
        [
            [names[row.principle], *(exact_text(row.components.get(name)) for name in COMPONENTS)]
            for row in rows
        ],
        translate("workspace.method.component_summary"),
    )


def _robust_table(rows: Sequence[ReleasedMethodRow], names: dict[str, str], title: str) -> Table:
    return Table(
        translate("workspace.method.robust_caption", pair=title),
        _columns("robust_difference", "robust_p", "robust_method", "agreement"),
        [
            [
                names[row.principle],
                _points(row.robust_difference),
                exact_text(row.robust_p),
                _robust_method(row),
                _agreement(row),
            ]
            for row in rows
        ],
        translate("workspace.method.robust_summary"),
    )


def _robust_method(row: ReleasedMethodRow) -> str:
    key = f"workspace.method.{row.robust_method}"
    if row.robust_method is None or not has_text(key):
        return WITHHELD
    return translate(key, count=row.robust_unit_count)


def _agreement(row: ReleasedMethodRow) -> str:
    if row.disagrees is None:
        return WITHHELD
    return translate(f"workspace.method.{'unlike' if row.disagrees else 'alike'}")


def _raw_text(mean: float | None, low: float | None, high: float | None) -> str:
    return mean_text(None if mean is None else ReleasedInterval(mean, low, high))


def _points(value: float | None) -> str:
    return difference_text(None if value is None else ReleasedInterval(value, None, None))


def _interval(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return WITHHELD
    return format_interval(low, high, g.language, 1)


def _limits_block() -> Block:
    return Block(
        heading=translate("workspace.method.limits"),
        points=[
            translate(f"workspace.method.limit_{number}") for number in range(1, LIMIT_COUNT + 1)
        ],
    )
