"""The pictures of a field, each with the table behind it."""

from flask import g
from markupsafe import Markup
from reportlab.graphics.shapes import Drawing

from survey_service.charts.progress_curve import (
    NARROW_CURVE,
    PAGE_CURVE,
    Curve,
    CurveWords,
    draw_progress_curve,
)
from survey_service.charts.rate_bars import NARROW_RATES, PAGE_RATES, RateBar, draw_rate_bars
from survey_service.charts.share_bars import write_share
from survey_service.charts.svg import draw_svg
from survey_service.fieldwork.following import AudienceProgress, Figure
from survey_service.storage.projects import WaveRecord
from survey_service.web.language import long_date, translate
from survey_service.web.workspace.frame import WITHHELD

Charts = list[dict[str, object]]
Table = dict[str, object]


def share_words(share: float | None) -> str:
    """Return a share in per cent, or the sign for what is not shown."""
    return WITHHELD if share is None else write_share(share, g.language)


def figure_text(figure: Figure) -> str:
    """Return "12 af 30", or how many there are to ask where the answers are not shown."""
    if figure.sent is None:
        return translate("workspace.follow.of_withheld", roster=figure.roster)
    return translate("workspace.follow.of", sent=figure.sent, roster=figure.roster)


def curve_charts(wave: WaveRecord, found: AudienceProgress, name: str) -> Charts:
    """Return one audience's counts day by day, for wide and for narrow screens."""
    latest = found.days[-1]
    expected = found.pace.expected if found.pace is not None else 0
    words = CurveWords(
        latest=str(latest.sent),
        expected=translate("workspace.follow.about", count=expected),
        half=translate("workspace.follow.half", count=-(-found.figure.roster // 2)),
    )
    curve = Curve(found.days, wave.opens_on, wave.closes_on, found.figure.roster, found.pace)
    key = "curve_description" if found.pace is None else "curve_description_ahead"
    description = translate(
        f"workspace.follow.{key}",
        first=found.days[0].sent,
        first_date=long_date(found.days[0].day),
        latest=latest.sent,
        latest_date=long_date(latest.day),
        expected=expected,
        closes_on=long_date(wave.closes_on),
    )
    return _pictures(
        draw_progress_curve(curve, words, PAGE_CURVE, g.language),
        draw_progress_curve(curve, words, NARROW_CURVE, g.language),
        translate("workspace.follow.curve_title", audience=name),
        description,
        f"curve-{found.audience}",
    )


def curve_table(found: AudienceProgress, name: str) -> Table:
    """Return the table behind the curve, newest first."""
    return {
        "caption": translate("workspace.follow.curve_caption", audience=name),
        "columns": [translate(f"workspace.follow.{key}") for key in ("day", "sent")],
        "rows": [[long_date(one.day), str(one.sent)] for one in reversed(found.days)],
    }


def bar_charts(found: AudienceProgress, name: str) -> Charts:
    """Return one audience's response rates per unit, for wide and for narrow screens."""
    bars = [
        RateBar(unit.name, unit.depth, unit.figure.share, _note(unit.figure))
        for unit in found.units
    ]
    whole = found.figure.share
    words = translate("workspace.follow.whole", share=share_words(whole))
    return _pictures(
        draw_rate_bars(bars, whole, words, PAGE_RATES),
        draw_rate_bars(bars, whole, words, NARROW_RATES),
        translate("workspace.follow.bars_title", audience=name),
        " ".join(f"{bar.name}: {bar.note}." for bar in bars),
        f"bars-{found.audience}",
    )


def bar_table(found: AudienceProgress, name: str) -> Table:
    """Return the table behind the bars, in the tree's order."""
    return {
        "caption": translate("workspace.follow.bars_caption", audience=name),
        "columns": [
            translate(f"workspace.follow.{key}") for key in ("unit", "sent", "roster", "rate")
        ],
        "rows": [
            [
                unit.name,
                WITHHELD if unit.figure.sent is None else str(unit.figure.sent),
                str(unit.figure.roster),
                share_words(unit.figure.share),
            ]
            for unit in found.units
        ],
    }


def _note(figure: Figure) -> str:
    if figure.sent is None:
        return WITHHELD
    return translate(
        "workspace.follow.note",
        sent=figure.sent,
        roster=figure.roster,
        share=share_words(figure.share),
    )


def _pictures(
    wide: Drawing, narrow: Drawing, title: str, description: str, identifier: str
) -> Charts:
    return [
        {
            "kind": kind,
            "svg": Markup(  # noqa: S704 - every text in it is escaped by draw_svg
                draw_svg(
                    drawing,
                    title=title,
                    description=description,
                    identifier=f"{identifier}-{kind}",
                )
            ),
        }
        for kind, drawing in (("wide", wide), ("narrow", narrow))
    ]
