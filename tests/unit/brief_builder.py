"""A brief's context by hand, a release with a little of everything, and briefs as lines."""

import datetime
from dataclasses import replace

from released_figures_builder import PRINCIPLES, STORY, some_figures

from survey_service.briefs.content import (
    BriefKind,
    Bullets,
    Figure,
    Heading,
    Link,
    Paragraph,
    Table,
)
from survey_service.briefs.context import (
    BriefContext,
    ItemName,
    OwnWords,
    PrincipleName,
    TalkTo,
    WaveFacts,
)
from survey_service.briefs.making import tell_brief
from survey_service.charts.heat_map import UnitPlace
from survey_service.measurement.potential_status import PotentialStatus
from survey_service.measurement.released_details import (
    ItemFlagKind,
    ReleasedDetails,
    ReleasedGap,
    ReleasedInterval,
    ReleasedItem,
    ReleasedItemFlag,
    ReleasedMethodRow,
    ReleasedPotential,
    ReleasedRate,
    ReleasedReliability,
    ReleasedUnitFigure,
    UnitStanding,
)
from survey_service.texts import Wording


def in_both(danish, english):
    return Wording({"da": danish, "en": english})


THREE_WAVES = (
    WaveFacts(
        "baseline",
        in_both("baseline", "baseline"),
        datetime.date(2020, 8, 3),
        datetime.date(2020, 9, 30),
    ),
    WaveFacts("midterm", in_both("midtvejs", "midterm"), datetime.date(2021, 8, 2)),
    WaveFacts("final", in_both("slut", "final")),
)


def waves_named(*keys):
    return tuple(WaveFacts(key, Wording({"da": key})) for key in keys)


def principles_named(names):
    return tuple(
        PrincipleName(key, Wording({"da": name}), Wording({"da": name}))
        for key, name in names.items()
    )


def a_context(**of):
    values = {
        "project_title": "Fælles mål – individuelle veje",
        "municipality": "Randers Kommune",
        "waves": THREE_WAVES,
        "principles": principles_named(PRINCIPLES),
        "audiences": ("citizen", "staff", "relative"),
        "primary_audience": "citizen",
        "release_number": 3,
        "released_on": datetime.date(2026, 11, 22),
        "instrument_versions": ("Borgere, version 2", "Medarbejdere, version 1"),
        "simulated": True,
        "text_version": "1",
        "accessibility_url": "https://www.was.digst.dk/example",
    }
    return BriefContext(**(values | of))


UNITS = (
    UnitPlace("huset", "Psykiatriens Hus", 0),
    UnitPlace("botilbud", "Botilbud", 0),
    UnitPlace("myndighed", "Myndighed", 0),
    UnitPlace("stoettecentre", "Støttecentre", 0),
)
SCALE = tuple(
    in_both(danish, english)
    for danish, english in (
        ("Slet ikke", "Not at all"),
        ("I mindre grad", "To a lesser degree"),
        ("I nogen grad", "To some degree"),
        ("I høj grad", "To a high degree"),
        ("I meget høj grad", "To a very high degree"),
    )
)
ITEMS = (
    ItemName(
        "citizen", "hopes", "hopes_asked", in_both("Bliver du hørt?", "Are you heard?"), SCALE
    ),
    ItemName("citizen", "network", "network_near", in_both("Er dine med?", "Are yours in?"), SCALE),
)


def some_details(**of):
    """Return a little of every analysis beside the comparison, in the last of three waves."""
    values = {
        "gaps": (
            a_gap("hopes", -12.4, certain=True),
            a_gap("network", -8.0, certain=True),
            a_gap("respect", -30.0, certain=False),
        ),
        "item_flags": (
            ReleasedItemFlag(
                ItemFlagKind.BETWEEN_WAVES, "citizen", None, "network", "network_near",
                "baseline", "final", -9.0,
            ),
        ),
        "items": (
            an_item("hopes", "hopes_asked", (0.1, 0.15, 0.3, 0.25, 0.2)),
            an_item("network", "network_near", (0.3, 0.2, 0.2, 0.2, 0.1)),
        ),
        "reliabilities": (
            ReleasedReliability(
                "citizen", "final", "hopes", 80, 3, 0.72, 0.61, 0.8, 0.73, 9.1, 0.0, 0.05, False
            ),
            ReleasedReliability(
                "citizen", "final", "network", 80, 2, 0.52, 0.3, 0.66, None, 14.0, 0.0, 0.0, True
            ),
        ),
        "response_rates": (
            ReleasedRate("final", "huset", "citizen", 41, 82, 0.5),
            ReleasedRate("final", "botilbud", "citizen", 12, 34, 0.35),
            ReleasedRate("final", "huset", "staff", 12, 16, 0.75),
            ReleasedRate("final", "botilbud", "staff", 10, 20, 0.5),
            ReleasedRate("final", "huset", "relative", 10, 40, 0.25),
        ),
        "potentials": (
            ReleasedPotential(
                "citizen", "final", PotentialStatus.MOST_POTENTIAL,
                ("network", "resources", "coordination"), (),
            ),
            ReleasedPotential("staff", "final", PotentialStatus.ORDER_UNCERTAIN, ("early",), ()),
        ),
        "method_rows": tuple(a_method_row(key) for key in ("hopes", "resources", "network")),
        "unit_figures": (
            *(a_unit_figure("huset", key) for key in PRINCIPLES),
            a_unit_figure("botilbud", "hopes", 44.0, standing=UnitStanding.BELOW),
            a_unit_figure("botilbud", "network", 70.0, standing=UnitStanding.ABOVE),
            a_unit_figure("botilbud", "early", 50.0, few=True),
            a_unit_figure("myndighed", "hopes", 70.0, few=True),
        ),
    }  # fmt: skip
    return ReleasedDetails(**(values | of))


def full_figures(**of):
    return replace(some_figures(), details=some_details(**of))


def a_gap(principle, value, *, certain):
    return ReleasedGap(
        principle=principle,
        wave="final",
        first_audience="citizen",
        second_audience="staff",
        shared_item_count=3,
        n_first=80,
        n_second=80,
        mean_first=50.0,
        mean_second=50.0 - value,
        gap=ReleasedInterval(value, value - 5.0, value + 5.0),
        rank=1,
        certain=certain,
        is_distorted=False,
    )


def an_item(principle, key, shares):
    return ReleasedItem(
        "citizen", "final", principle, key, 80, shares, (4, 5), sum(shares[3:]), 0.3, 0.6, 0.05
    )


def a_unit_figure(
    unit, principle, mean=60.0, few=False, standing=UnitStanding.NOT_CERTAIN, wave="final"
):
    difference = mean - STORY[principle][2]
    interval = None if few else ReleasedInterval(difference, difference - 9.0, difference + 9.0)
    return ReleasedUnitFigure("citizen", principle, wave, unit, False, mean, interval, standing)


def a_method_row(principle="hopes"):
    return ReleasedMethodRow(
        audience="citizen", principle=principle, from_wave="baseline", to_wave="final",
        family="primary", n_from=80, n_to=80, n_both=40, mean_from=57.1, mean_to=66.9,
        difference=10.0, standard_error=2.1, df=33.0, p=0.012, p_adjusted=0.034,
        effect_size=0.41, equivalence_p=0.71, equivalence_p_adjusted=0.9, equivalence_power=0.45,
        equivalence_ci_low=6.0, equivalence_ci_high=14.0, components={"unit": 3.2},
        robust_method=None, robust_unit_count=None, robust_difference=None, robust_p=None,
        disagrees=None,
    )  # fmt: skip


def a_full_context(**of):
    values = {
        "units": UNITS,
        "items": ITEMS,
        "principles": principles_in_both(),
        "own_words": OwnWords(
            introduction="Udvalget bad i foråret om en status.",
            next_steps="Alle teams taler om håb med hver borger.\nNy måling i 2027.",
        ),
        "talk_to": (
            TalkTo(
                in_both("Psykiatriens Hus", "The House"),
                "89 15 00 00",
                in_both("Hverdage.", "Weekdays."),
            ),
        ),
    }
    return a_context(**(values | of))


def principles_in_both():
    english = (
        "Hopes, wishes and dreams", "Resources", "Networks and communities",
        "Openness, trust and respect", "As early as possible", "The whole of life",
        "Follow-up", "Knowledge that works",
    )  # fmt: skip
    return tuple(
        PrincipleName(key, in_both(danish, other), in_both(danish, other))
        for (key, danish), other in zip(PRINCIPLES.items(), english, strict=True)
    )


def a_brief(kind, language="da", figures=None, unit=None, **of):
    """Return what one brief of the full figures says."""
    kind = BriefKind(kind)
    if kind is BriefKind.UNIT and unit is None:
        unit = "huset"
    shown = full_figures() if figures is None else figures
    return tell_brief(kind, shown, a_full_context(**of), language, unit)


def said_in(content):
    """Return everything a brief says that may rest on figures: sentences and cells."""
    cells = (
        cell
        for block in content.blocks()
        if isinstance(block, Table)
        for row in block.rows
        for cell in row
    )
    return [*content.sentences(), *cells]


def words_in(content):
    """Return everything a brief says, markup and all, in reading order."""
    return "\n".join(spell(content))


def spell(content):
    """Go through a brief as lines that can be read aloud."""
    for block in content.blocks():
        match block:
            case Heading():
                yield f"{'#' * block.level} {block.text}"
            case Paragraph():
                yield " ".join(sentence.text for sentence in block.sentences)
            case Bullets():
                yield from (f"- {item.text}" for item in block.items)
            case Link():
                yield f"[{block.text}] {block.description}"
            case Figure():
                yield f"({block.caption.text}) {block.alternative}"
            case Table():
                yield f"{block.caption.text}:"
                yield f"| {' | '.join(block.header)} |"
                yield from (f"| {' | '.join(cell.text for cell in row)} |" for row in block.rows)
            case _:
                pass
