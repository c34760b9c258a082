"""The published schemas accept what ships, and refuse what the catalogue refuses."""

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from survey_service.catalogue import CatalogueError, questionnaires_folder, read_instrument_file

FOLDER = questionnaires_folder()
FILES = sorted(FOLDER.rglob("*.yaml"))
ANXIETY_FILE = Path(__file__).parent.parent / "reference" / "state_anxiety_inventory.yaml"

GOOD = {
    "key": "mood",
    "version": 1,
    "audience": "anyone",
    "title": {"en": "Mood"},
    "scale": "amount",
    "scales": [{"key": "amount", "options": [{"en": "little"}, {"en": "much"}]}],
    "items": [
        {"key": "happy", "measure": "mood", "wording": {"en": "Happy"}},
        {
            "key": "role",
            "block": "background",
            "wording": {"en": "Role"},
            "options": [
                {"value": "a", "wording": {"en": "A"}},
                {"value": "b", "wording": {"en": "B"}},
            ],
        },
        {"key": "more", "block": "free_text", "wording": {"en": "More"}},
    ],
}


def build_validator(name):
    schema = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def change(path, value):
    """Return the good instrument with one value set, or removed where it is None."""
    changed = json.loads(json.dumps(GOOD))
    *parents, last = path
    place = changed
    for step in parents:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return changed


def is_read(folder, content):
    path = folder / "mood.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    try:
        read_instrument_file(path)
    except CatalogueError:
        return False
    return True


@pytest.mark.parametrize("path", [*FILES, ANXIETY_FILE], ids=lambda path: path.stem)
def test_every_file_names_its_schema_and_lives_up_to_it(path):
    first_line = path.read_text(encoding="utf-8").splitlines()[0]
    marker = "# yaml-language-server: $schema="
    assert first_line.startswith(marker)
    schema = (path.parent / first_line.removeprefix(marker)).resolve()
    assert schema.parent == FOLDER
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    build_validator(schema.name).validate(content)


def test_the_good_instrument_is_accepted_by_both(tmp_path):
    assert build_validator("instrument.schema.json").is_valid(GOOD)
    assert is_read(tmp_path, GOOD)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["key"], None),
        (["key"], "my mood"),
        (["version"], 0),
        (["version"], "1"),
        (["version"], 1.5),
        (["audience"], None),
        (["audience"], ["anyone"]),
        (["title"], "Mood"),
        (["title"], {}),
        (["title"], {"english": "Mood"}),
        (["title"], {"en": ""}),
        (["title"], {"en": 7}),
        (["colour"], "red"),
        (["introduction"], "Hello"),
        (["scales", 0, "options"], [{"en": "little"}]),
        (["scales", 0, "options", 0], "little"),
        (["scales"], []),
        (["items"], []),
        (["items"], {}),
        (["items", 0, "key"], None),
        (["items", 0, "key"], "wave"),
        (["items", 0, "key"], "help"),
        (["items", 0, "measure"], None),
        (["items", 0, "block"], "principles"),
        (["items", 0, "reversed"], "yes"),
        (["items", 0, "values"], "joy"),
        (["items", 0, "colour"], "red"),
        (["items", 0, "options"], [{"value": "a", "wording": {"en": "A"}}] * 2),
        (["items", 1, "options"], None),
        (["items", 1, "options"], [{"value": "a", "wording": {"en": "A"}}]),
        (["items", 1, "options", 0, "value"], "skip"),
        (["items", 1, "options", 0, "wording"], "A"),
        (["items", 1, "reversed"], True),
        (["items", 1, "measure"], "mood"),
        (["items", 1, "scale"], "amount"),
        (["items", 2, "options"], [{"value": "a", "wording": {"en": "A"}}]),
        (["items", 2, "indicator"], "published"),
        (["items", 2, "key"], "help"),
    ],
)
def test_a_broken_instrument_is_refused_by_both(tmp_path, path, value):
    broken = change(path, value)
    assert not build_validator("instrument.schema.json").is_valid(broken)
    assert not is_read(tmp_path, broken)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["scale"], "degree"),
        (["items", 0, "scale"], "amount"),
        (["items", 0, "block"], "outcome"),
        (["items", 0, "reversed"], False),
        (["items", 0, "help"], {"en": "How you feel", "da": "Hvordan du har det"}),
        (["items", 0, "indicator"], "published"),
        (["introduction"], {"en": "Hello"}),
    ],
)
def test_an_unusual_instrument_is_accepted_by_both(tmp_path, path, value):
    unusual = change(path, value)
    assert build_validator("instrument.schema.json").is_valid(unusual)
    assert is_read(tmp_path, unusual)
