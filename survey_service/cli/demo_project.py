"""The demonstration project: Randers' units, plausible numbers of people, invented answers."""

from survey_service.cli.simulation import SimulatedTruth, SimulatedUnit

MUNICIPALITY = ("randers", "Randers Kommune")
PROJECT_KEY = "faelles-maal"
PROJECT_TITLE = "Fælles mål – individuelle veje"
FRAMEWORK = "recovery-2023"
SEED = 2023

INSTRUMENTS = {"citizen": ("citizen", 1), "staff": ("staff", 1), "relative": ("relative", 1)}

CENTER = SimulatedUnit("center-for-psykiatri", "Center for Psykiatri", {})
PARTNERS = SimulatedUnit("samarbejdspartnere", "Samarbejdspartnere", {})

UNITS = (
    CENTER,
    SimulatedUnit(
        "psykiatriens-hus",
        "Psykiatriens Hus",
        {"citizen": 130, "staff": 9, "relative": 40},
        CENTER.key,
    ),
    SimulatedUnit(
        "fremskudt-raadgivning",
        "Fremskudt rådgivning",
        {"citizen": 60, "staff": 6, "relative": 15},
        CENTER.key,
    ),
    SimulatedUnit(
        "myndighed", "Myndighed", {"citizen": 90, "staff": 8, "relative": 20}, CENTER.key
    ),
    SimulatedUnit(
        "mestringsvejledning",
        "Mestringsvejledning",
        {"citizen": 240, "staff": 14, "relative": 60},
        CENTER.key,
    ),
    SimulatedUnit("botilbud", "Botilbud", {"citizen": 34, "staff": 12, "relative": 15}, CENTER.key),
    SimulatedUnit(
        "stoettecentre", "Støttecentre", {"citizen": 70, "staff": 11, "relative": 25}, CENTER.key
    ),
    PARTNERS,
    SimulatedUnit("jobcenter-uur", "Jobcenter/UUR", {"staff": 32}, PARTNERS.key),
    SimulatedUnit("ungecenteret", "UngeCenteret", {"staff": 8}, PARTNERS.key),
    SimulatedUnit("sundhedscenteret", "Sundhedscenteret", {"staff": 45}, PARTNERS.key),
    SimulatedUnit("rehabiliteringsenheden", "Rehabiliteringsenheden", {"staff": 32}, PARTNERS.key),
)

# Points per principle in the first wave, and what truly changed by the second and third.
TRUTHS = {
    "citizen": SimulatedTruth(
        response_rate=0.46,
        levels={
            "hopes": 55,
            "resources": 48,
            "network": 43,
            "respect": 70,
            "early": 54,
            "coordination": 46,
            "followup": 58,
            "evidence": 56,
        },
        changes={
            "hopes": (0, 5, 10),
            "network": (0, 4, 9),
            "followup": (0, -4, -9),
            "evidence": (0, 4, 8),
            "coordination": (0, 1, 2),
        },
    ),
    "staff": SimulatedTruth(
        response_rate=0.76,
        levels={
            "hopes": 66,
            "resources": 64,
            "network": 55,
            "respect": 78,
            "early": 57,
            "coordination": 55,
            "followup": 65,
            "evidence": 62,
        },
        changes={"hopes": (0, 4, 8), "resources": (0, 3, 7), "evidence": (0, 4, 8)},
        level=64,
    ),
    "relative": SimulatedTruth(
        response_rate=0.42,
        levels={
            "hopes": 50,
            "resources": 47,
            "network": 34,
            "respect": 60,
            "early": 44,
            "coordination": 40,
            "followup": 43,
            "evidence": 48,
        },
        changes={"network": (0, 5, 11)},
        level=48,
    ),
}

WAVES = (
    # key, Danish and English name, days from today to the first and to the last day
    ("baseline", "Første måling", "Baseline", -760, -720),
    ("midterm", "Midtvejs", "Midterm", -400, -360),
    ("final", "Slut", "Final", -60, -20),
    ("follow-up", "Opfølgning", "Follow-up", -7, 30),
)
CLOSED_WAVES = 3
CODES_PRINTED = 3

ARRIVING = (0.12, 0.1, 0.08, 0.06, 0.05, 0.04, 0.03)
"""Which share of the fourth wave's answers came on each of the days since it opened."""

CONTACTS = (
    # Danish and English name, telephone number, Danish and English remark
    (
        "Psykiatriens Hus (eksempel)",
        "Psykiatriens Hus (example)",
        "00 00 00 00",
        "Hverdage 8-16.",
        "Weekdays 8-16.",
    ),
    (
        "Livslinien",
        "Livslinien (suicide helpline)",
        "70 201 201",
        "Åbent hele døgnet.",
        "Open day and night.",
    ),
    ("Alarm 112", "Emergency 112", "112", "Hvis liv er i fare.", "If a life is in danger."),
)
