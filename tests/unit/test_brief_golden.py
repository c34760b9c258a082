"""Every word of every brief, as it was read aloud and approved. UPDATE_GOLDEN=1 writes anew."""

import os
from pathlib import Path

import pytest
from brief_builder import a_brief, words_in
from decision_builder import SOME, figures_with_changes

GOLDEN = Path(__file__).parents[1] / "golden"
BRIEFS = {
    "committee": ("committee", None),
    "leaders": ("leaders", None),
    "team": ("team", None),
    "unit": ("unit", "botilbud"),
    "unit_with_too_few": ("unit", "stoettecentre"),
    "participants": ("participants", None),
}


FOLLOWED_UP = {
    "committee_followed_up": ("committee", None),
    "leaders_followed_up": ("leaders", None),
    "team_followed_up": ("team", None),
    "unit_followed_up": ("unit", "botilbud"),
    "participants_followed_up": ("participants", None),
}


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("name", [*BRIEFS, *FOLLOWED_UP])
def test_a_brief_says_what_was_once_read_and_approved(name, language):
    path = GOLDEN / f"brief_{name}_{language}.txt"
    told = words_in(brief_named(name, language)) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(told, encoding="utf-8")
    assert told == path.read_text(encoding="utf-8")


def brief_named(name, language):
    """Return a brief of the golden ones; those followed up tell decisions and units' changes."""
    if name in FOLLOWED_UP:
        kind, unit = FOLLOWED_UP[name]
        return a_brief(kind, language, figures_with_changes(), unit, decisions=SOME)
    kind, unit = BRIEFS[name]
    return a_brief(kind, language, unit=unit)
