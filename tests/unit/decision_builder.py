"""Decisions by hand, and figures with units' changes, for tests of the briefs that tell them."""

import datetime

from brief_builder import a_unit_figure, full_figures, some_details
from released_figures_builder import PRINCIPLES

from survey_service.briefs.context import DecisionMade
from survey_service.measurement.released_details import (
    ReleasedInterval,
    ReleasedUnitChange,
    UnitMovement,
)


def a_decision(**of):
    values = {
        "principle": "network",
        "unit": None,
        "text": "Åbn caféen for naboerne hver onsdag",
        "responsible": "Afdelingsleder",
        "due_on": datetime.date(2021, 12, 1),
        "done_on": None,
        "since": "midterm",
    }
    return DecisionMade(**(values | of))


SOME = (
    a_decision(),
    a_decision(
        principle="hopes",
        text="Spørg hver borger om håb",
        done_on=datetime.date(2021, 3, 3),
        since="baseline",
    ),
    a_decision(principle="resources", text="Skriv ressourcer i planen", responsible="Lederne"),
    a_decision(principle="hopes", unit="botilbud", text="Tal om drømme med hver beboer"),
    a_decision(principle="respect", unit="huset", text="Borgere er med ved møder"),
)

LONG_TEXT = ("Alle medarbejdere gennemgår et forløb om at tale om håb og drømme. " * 8)[:500]


def many_decisions(count=50, text=LONG_TEXT):
    """Return decisions of the longest kind, a third of them about single units."""
    keys = list(PRINCIPLES)
    return tuple(
        a_decision(
            principle=keys[number % len(keys)],
            unit=None if number % 3 else ("huset", "botilbud")[number % 2],
            text=text,
            responsible="Centerchefen sammen med alle afdelingsledere, koordinatorer og de faglige",
            due_on=datetime.date(2021, 1 + number % 12, 1),
            since=("baseline", "midterm")[number % 2],
        )
        for number in range(count)
    )


def a_unit_change(principle="hopes", value=10.0, few=False, **of):
    values = {
        "audience": "citizen",
        "unit": "botilbud",
        "from_wave": "baseline",
        "to_wave": "final",
        "movement": UnitMovement.CANNOT_TELL,
    }
    interval = None if few else ReleasedInterval(value, value - 9.0, value + 9.0)
    return ReleasedUnitChange(principle=principle, difference=interval, **(values | of))


CHANGES = (
    a_unit_change("hopes", -14.0, movement=UnitMovement.DECLINED),
    a_unit_change("hopes", -12.0, movement=UnitMovement.DECLINED, from_wave="midterm"),
    a_unit_change("network", 12.0, movement=UnitMovement.IMPROVED),
    a_unit_change("early", few=True),
)


def figures_with_changes(changes=CHANGES):
    """Return the full figures with one unit's earlier means and its changes."""
    earlier = tuple(
        a_unit_figure("botilbud", key, mean, few=True, wave=wave)
        for key, mean in (("hopes", 58.0), ("network", 58.0), ("early", 50.0))
        for wave in ("baseline", "midterm")
    )
    return full_figures(unit_figures=(*some_details().unit_figures, *earlier), unit_changes=changes)
