"""Following the field: how many have answered, where it leads, and which units need a hand.

What draws is imported when the page is asked for: a process that only takes answers never loads it.
"""

from datetime import date, timedelta
from uuid import UUID

from flask import current_app, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey_service.fieldwork.following import (
    AudienceProgress,
    UnitProgress,
    WaveProgress,
    follow_wave,
)
from survey_service.fieldwork.waves import WaveStatus
from survey_service.storage import projects
from survey_service.storage.database import reading
from survey_service.storage.projects import ProjectRecord, WaveRecord
from survey_service.web.access import Access, access
from survey_service.web.language import long_date, translate
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.frame import (
    audience_name,
    find_own_project,
    own_units,
    project_frame,
)

LARGE = "stor"
"""The value of `visning` that makes the page readable from across a room."""


@pages.get("/projekt/<uuid:project_id>/foelg", endpoint="follow")
@access(Access.READER)
def follow(project_id: UUID) -> ResponseReturnValue:
    """Show how far one wave is: the one the address names, else the open one, else the latest."""
    project = find_own_project(project_id)
    asked = [
        wave
        for wave in projects.find_waves(reading(), project_id)
        if wave.status != WaveStatus.PLANNED
    ]
    if not asked:
        return render_template("workspace/follow_nothing.html", **project_frame(project, "follow"))
    wave = _choose(asked, request.args.get("maaling"))
    progress = follow_wave(project, wave, own_units(project))
    is_large = request.args.get("visning") == LARGE
    audiences = [_audience(project, progress, found) for found in progress.audiences]
    words = _wave_words(wave, progress, current_app.extensions["survey_today"]())
    return render_template(
        "workspace/follow.html",
        **project_frame(project, "follow"),
        **words,
        is_large=is_large,
        reload_url=request.full_path.rstrip("?"),
        other_view_url=url_for(
            "workspace.follow",
            project_id=project_id,
            maaling=wave.key,
            visning=None if is_large else LARGE,
        ),
        tabs=_tabs(project_id, asked, wave, is_large),
        audiences=audiences,
        is_watching=any(found["watched"] for found in audiences) and not words["is_uncounted"],
        is_projected=any(found["expected"] for found in audiences),
        is_limited=progress.is_limited,
    )


def _choose(waves: list[WaveRecord], key: str | None) -> WaveRecord:
    for wave in waves:
        if wave.key == key:
            return wave
    return next((wave for wave in waves if wave.status == WaveStatus.OPEN), waves[-1])


def _tabs(
    project_id: UUID, waves: list[WaveRecord], chosen: WaveRecord, is_large: bool
) -> list[dict[str, object]]:
    return [
        {
            "label": wave.label(g.language),
            "url": url_for(
                "workspace.follow",
                project_id=project_id,
                maaling=wave.key,
                visning=LARGE if is_large else None,
            ),
            "current": wave == chosen,
        }
        for wave in waves
    ]


def _wave_words(wave: WaveRecord, progress: WaveProgress, today: date) -> dict[str, object]:
    is_open = wave.status == WaveStatus.OPEN
    days_left = (wave.closes_on - today).days
    if not is_open:
        timing = translate("workspace.follow.closed")
    elif days_left < 0:
        timing = translate(
            "workspace.next.overdue", wave=wave.label(g.language), date=long_date(wave.closes_on)
        )
    else:
        key = "last_day" if days_left == 0 else "one_day_left" if days_left == 1 else "days_left"
        date_text = long_date(wave.closes_on)
        timing = translate(f"workspace.follow.{key}", days=days_left, date=date_text)
    return {
        "wave_label": wave.label(g.language),
        "status": translate(f"workspace.status.{wave.status}"),
        "timing": timing,
        "is_overdue": is_open and days_left < 0,
        "is_open": is_open,
        "counted_on": long_date(progress.counted_on) if progress.counted_on else None,
        "is_uncounted": is_open and _is_uncounted(wave, progress),
        "is_just_open": today <= wave.opens_on + timedelta(days=1),
        "purpose": _purpose(progress, is_open=is_open),
    }


def _is_uncounted(wave: WaveRecord, progress: WaveProgress) -> bool:
    """Whether no count tells of any answer yet: the one at opening comes before all of them."""
    return progress.counted_on is None or progress.counted_on <= wave.opens_on


def _purpose(progress: WaveProgress, *, is_open: bool) -> str:
    if progress.is_limited:
        return translate(f"workspace.follow.purpose_own{'' if is_open else '_closed'}")
    return translate(f"workspace.follow.purpose{'' if is_open else '_closed'}")


def _audience(
    project: ProjectRecord, progress: WaveProgress, found: AudienceProgress
) -> dict[str, object]:
    from survey_service.web.workspace.follow_charts import (
        bar_charts,
        bar_table,
        curve_charts,
        curve_table,
        figure_text,
        share_words,
    )

    name = audience_name(found.audience)
    wave = progress.wave
    return {
        "name": name,
        "share": share_words(found.figure.share),
        "figure": figure_text(found.figure),
        "is_shown": found.figure.sent is not None,
        "expected": _expected(wave, found),
        "facts": _facts(project, wave, found),
        "curve": curve_charts(wave, found, name) if len(found.days) > 1 else [],
        "curve_table": curve_table(found, name) if len(found.days) > 1 else None,
        "bars": bar_charts(found, name) if found.units else [],
        "bar_table": bar_table(found, name) if found.units else None,
        "watched": _watched(project, wave, found),
    }


def _expected(wave: WaveRecord, found: AudienceProgress) -> str | None:
    """Tell where it leads if it goes on like the latest week."""
    if found.pace is None or wave.status != WaveStatus.OPEN:
        return None
    from survey_service.web.workspace.follow_charts import share_words

    return translate(
        "workspace.follow.expected",
        count=found.pace.expected,
        share=share_words(found.expected_share),
        date=long_date(wave.closes_on),
    )


def _facts(project: ProjectRecord, wave: WaveRecord, found: AudienceProgress) -> list[str]:
    """Tell the pace, and when the minimum and half of all are reached, where they lie ahead."""
    if found.pace is None or wave.status != WaveStatus.OPEN:
        return []
    from survey_service.charts.figures import format_number

    latest = found.days[-1]
    per_day = format_number(round(found.pace.per_day, 1), g.language)
    facts = [translate("workspace.follow.pace", per_day=per_day, since=long_date(found.pace.since))]
    half = -(-found.figure.roster // 2)
    for target, key, day in (
        (project.minimum, "minimum", found.minimum_on),
        (half, "half", found.half_on),
    ):
        if latest.sent >= target:
            continue
        when = "never" if day is None else "on"
        values = {"count": target, "date": long_date(day or wave.closes_on)}
        facts.append(translate(f"workspace.follow.{key}_{when}", **values))
    return facts


def _watched(
    project: ProjectRecord, wave: WaveRecord, found: AudienceProgress
) -> list[dict[str, object]]:
    """Return the units whose number cannot be shown, in groups by what that may mean.

    A unit of the last groups may have few answers or stand in for a small neighbour: which of the
    two is not told, as nowhere else.
    """
    if wave.status != WaveStatus.OPEN:
        return []
    waiting = [unit for unit in found.units if unit.figure.sent is None]
    groups = (
        ("thin", [unit for unit in waiting if unit.is_thin and not unit.is_small]),
        ("waiting", [unit for unit in waiting if not unit.is_thin and not unit.is_small]),
        ("small", [unit for unit in waiting if unit.is_small]),
    )
    return [
        {
            "text": translate(f"workspace.follow.{key}", minimum=project.minimum),
            "units": [_unit_words(unit) for unit in units],
        }
        for key, units in groups
        if units
    ]


def _unit_words(unit: UnitProgress) -> str:
    return translate("workspace.follow.to_ask", unit=unit.name, roster=unit.figure.roster)
