"""A brief's context by hand."""

import datetime

from released_figures_builder import PRINCIPLES

from survey_service.briefs.context import BriefContext, PrincipleName, WaveFacts
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
