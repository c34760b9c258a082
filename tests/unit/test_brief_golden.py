"""Every word of every brief, as it was read aloud and approved. UPDATE_GOLDEN=1 writes anew."""

import os
from pathlib import Path

import pytest
from brief_builder import a_brief, words_in

GOLDEN = Path(__file__).parents[1] / "golden"
BRIEFS = {
    "committee": ("committee", None),
    "leaders": ("leaders", None),
    "team": ("team", None),
    "unit": ("unit", "botilbud"),
    "unit_with_too_few": ("unit", "stoettecentre"),
    "participants": ("participants", None),
}


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("name", BRIEFS)
def test_a_brief_says_what_was_once_read_and_approved(name, language):
    kind, unit = BRIEFS[name]
    path = GOLDEN / f"brief_{name}_{language}.txt"
    told = words_in(a_brief(kind, language, unit=unit)) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(told, encoding="utf-8")
    assert told == path.read_text(encoding="utf-8")
