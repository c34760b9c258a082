"""Everything wrong in a questionnaire file is told at once, with file, line and field."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_service.catalogue import (
    CatalogueError,
    Fault,
    check_folder,
    questionnaires_folder,
    read_instrument_file,
)

GOOD = """\
key: mood
version: 1
audience: anyone
title: {en: Mood}
scale: amount
scales:
  - key: amount
    options:
      - {en: little}
      - {en: much}
items:
  - {key: happy, measure: mood, wording: {en: Happy}}
  - {key: sad, measure: mood, reversed: true, wording: {en: Sad}}
  - key: role
    block: background
    wording: {en: Role}
    options:
      - {value: a, wording: {en: A}}
      - {value: b, wording: {en: B}}
  - {key: more, block: free_text, wording: {en: More}}
"""


def find_faults(folder: Path, content: str | bytes) -> list[str]:
    """Read one stand-alone file and return its faults, without the folder's name."""
    path = folder / "mood.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    try:
        read_instrument_file(path)
    except CatalogueError as error:
        return [str(fault).removeprefix(f"{folder}/") for fault in error.faults]
    return []


def change(old: str, new: str) -> str:
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new)


def copy_shipped(folder: Path) -> Path:
    return Path(shutil.copytree(questionnaires_folder(), folder / "questionnaires"))


def replace_in(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def find_folder_faults(folder: Path) -> list[str]:
    return [str(fault).removeprefix(f"{folder}/") for fault in check_folder(folder)]


def test_a_fault_reads_as_one_line():
    fault = Fault("a.yaml", 3, "items[x].scale", "a known scale (degree)", "'degre'")
    expected = "a.yaml:3: items[x].scale: expected a known scale (degree), found 'degre'"
    assert str(fault) == expected


def test_the_good_file_has_no_faults(tmp_path):
    assert find_faults(tmp_path, GOOD) == []


def test_a_byte_order_mark_is_accepted(tmp_path):
    assert find_faults(tmp_path, b"\xef\xbb\xbf" + GOOD.encode()) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("version: 1", "version: one", "2: version: expected a whole number from 1, found 'one'"),
        ("version: 1", "version: 0", "2: version: expected a whole number from 1, found the"),
        ("version: 1", "version: true", "2: version: expected a whole number from 1, found the"),
        ("title: {en: Mood}", "title: Mood", "4: title: expected named fields, found 'Mood'"),
        ("title: {en: Mood}", "title: {}", "4: title: expected a text in at least one language"),
        ("{en: Mood}", "{english: Mood}", "4: title.english: expected a language code"),
        ("{en: Mood}", '{en: " "}', "4: title.en: expected text, found an empty text"),
        ("{en: Mood}", "{en: No}", "4: title.en: expected text in quotes, found the yes-or-no"),
        ("{en: Mood}", "{en: 2020}", "4: title.en: expected text in quotes, found the number"),
        ("{en: Mood}", "{en: }", "4: title.en: expected text, found nothing"),
        ("key: mood", "key: my mood", "1: key: expected a letter, then letters"),
        ("audience: anyone", "audience: [a]", "3: audience: expected text, found a list"),
        ("scale: amount", "scale: amont", "5: scale: expected a known scale (amount, degree)"),
        ("      - {en: much}\n", "", "9: scales[amount].options: expected 2 or more options, f"),
        ("key: happy, ", "", "12: items[1].key: expected a value, found nothing"),
        ("key: happy", "key: sad", "13: items[sad]: expected each item once (the first is in li"),
        ("key: happy", "key: wave", "12: items[wave].key: expected another key than respondent"),
        ("key: happy", "key: help", "12: items[help].key: expected the key help for a background"),
        ("reversed: true", "reversd: true", "13: items[sad].reversd: expected the field reversed"),
        ("reversed: true", "reversed: 1", "13: items[sad].reversed: expected true or false, found"),
        ("reversed: true", "colour: red", "13: items[sad].colour: expected one of the fields"),
        ("true, wording", "true, key: x, wording", "13: items[sad].key: expected it once, found"),
        (
            "true, wording",
            "true, values: [x], wording",
            "13: items[sad].values: expected values on",
        ),
        ("block: background", "block: backgrund", "15: items[role].block: expected a known block"),
        (
            "background\n",
            "background\n    reversed: true\n",
            "16: items[role].reversed: expected no",
        ),
        (
            "background\n",
            "background\n    scale: amount\n",
            "16: items[role].scale: expected no sc",
        ),
        ("value: b", "value: a", "19: items[role].options[a]: expected each value once, found a"),
        ("value: b", "value: dk", "19: items[role].options[dk].value: expected another value than"),
        (
            "block: free_text",
            "measure: mood, options: []",
            "20: items[more].options: expected no op",
        ),
        ("block: free_text", "block: outcome", "20: items[more].measure: expected a value, found"),
        (
            "key: role",
            "key: help",
            "18: items[help].options: expected the values alone, with_help,",
        ),
    ],
)
def test_a_fault_names_line_field_rule_and_value(tmp_path, old, new, fault):
    assert f"mood.yaml:{fault}" in "\n".join(find_faults(tmp_path, change(old, new)))


def test_a_missing_scale_is_told_where_no_default_stands(tmp_path):
    faults = find_faults(tmp_path, change("scale: amount\n", ""))
    assert faults == [
        "mood.yaml:11: items[happy].scale: expected a value, found nothing",
        "mood.yaml:12: items[sad].scale: expected a value, found nothing",
    ]


def test_a_framework_brings_its_principles_and_values(tmp_path):
    named = change("audience: anyone", "audience: anyone\nframework: recovery-2023")
    faults = find_faults(tmp_path, named.replace("reversed: true", "values: [joy]"))
    assert [fault.split(" (")[0] for fault in faults] == [
        "mood.yaml:13: items[happy].measure: expected a known principle",
        "mood.yaml:14: items[sad].measure: expected a known principle",
        "mood.yaml:14: items[sad].values[1]: expected a known recovery value",
    ]


def test_an_outcome_cannot_count_towards_a_principle(tmp_path):
    named = change("audience: anyone", "audience: anyone\nframework: recovery-2023")
    outcome = named.replace("measure: mood", "block: outcome, measure: hopes")
    assert find_faults(tmp_path, outcome) == [
        "mood.yaml:13: items[happy].measure: expected no principle in the block outcome, "
        "found 'hopes'",
        "mood.yaml:14: items[sad].measure: expected no principle in the block outcome, "
        "found 'hopes'",
    ]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "1: file: expected a questionnaire in YAML, found an empty file"),
        ("# only a comment\n", "1: file: expected a questionnaire in YAML, found an empty file"),
        (
            "key: a\n\tversion: 1\n",
            "2: file: expected spaces at the start of the line, found a tab",
        ),
        ("key: a\ntitle: {en: b\n", "3: file: expected valid YAML, found expected ',' or '}'"),
        (b"key: a\ntitle: {da: bl\xe6k}\n", "2: file: expected text in UTF-8, found the byte 0xE6"),
        ("key: a\ntitle: {en: \x07}\n", "2: file: expected printable text, found the control char"),
        ("[" * 50, "1: file: expected at most 20 levels, found more"),
        ("- a\n- b\n", "1: file: expected named fields, found a list"),
        ("just words\n", "1: file: expected named fields, found 'just words'"),
        ("key: a\n---\nkey: b\n", "2: file: expected valid YAML, found but found another document"),
        ("key: !!python/name:os.system\n", "1: file: expected no tag, found the tag !!python/name"),
        ("key: !secret a\n", "1: file: expected no tag, found the tag !secret"),
        ("key: &a x\nversion: *a\n", "2: file: expected the text itself, found the alias *a"),
        ("key: &a x\n", "1: file: expected no anchor, found &a"),
    ],
)
def test_what_is_not_plain_yaml_is_refused(tmp_path, content, fault):
    assert f"mood.yaml:{fault}" in "\n".join(find_faults(tmp_path, content))


def test_a_tag_runs_nothing(tmp_path):
    marker = tmp_path / "touched"
    faults = find_faults(tmp_path, f'key: !!python/object/apply:os.mkdir ["{marker}"]\n')
    assert faults
    assert not marker.exists()


def test_aliases_are_never_unfolded(tmp_path):
    # Nine levels of nine aliases each would unfold to 9 ** 9 texts.
    levels = ['a0: &a0 ["x"]']
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    faults = find_faults(tmp_path, "\n".join(levels))
    assert "mood.yaml:10: file: expected the text itself, found the alias *a8" in faults


def test_a_huge_file_is_refused_unread(tmp_path):
    faults = find_faults(tmp_path, b"#" * 1_000_001)
    assert faults == ["mood.yaml:1: file: expected at most 1000000 bytes, found 1000001 bytes"]


def test_a_file_that_is_not_there_is_a_fault(tmp_path):
    with pytest.raises(CatalogueError, match="expected a readable file, found No such file"):
        read_instrument_file(tmp_path / "nowhere.yaml")


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.binary(max_size=60), st.text(alphabet="ab: -[]{}#&*!|>'\"\n", max_size=60)))
def test_whatever_a_file_holds_it_is_read_or_refused_with_faults(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "any.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(CatalogueError) as refused:
        read_instrument_file(path)
    assert refused.value.faults


def test_faults_in_all_files_are_told_together(tmp_path):
    folder = copy_shipped(tmp_path)
    replace_in(folder / "scales.yaml", ', en: "Not at all"', "")
    replace_in(folder / "frameworks" / "recovery-2020.yaml", "relation: close", "relation: near")
    replace_in(folder / "instruments" / "citizen-1.yaml", "measure: early", "measure: erly")
    replace_in(folder / "instruments" / "staff-1.yaml", "audience: staff", "audience: stuff")
    files = [fault.split(":")[0] for fault in find_folder_faults(folder)]
    assert set(files) == {
        "scales.yaml",
        "frameworks/recovery-2020.yaml",
        "instruments/citizen-1.yaml",
        "instruments/staff-1.yaml",
    }


def test_a_broken_scale_is_told_once_and_not_again_for_every_item(tmp_path):
    folder = copy_shipped(tmp_path)
    replace_in(folder / "scales.yaml", ', en: "Not at all"', "")
    assert find_folder_faults(folder) == [
        "scales.yaml:6: scales[degree].options[1].en: expected a text, found nothing"
    ]


def test_a_broken_framework_is_told_once_and_not_again_for_every_item(tmp_path):
    folder = copy_shipped(tmp_path)
    replace_in(folder / "frameworks" / "recovery-2023.yaml", "key: early", "key: 7")
    assert [fault.split(" ")[0] for fault in find_folder_faults(folder)] == [
        "frameworks/recovery-2023.yaml:37:"
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        (
            "instruments/citizen-1.yaml",
            ', en: "Your view of the support"',
            "",
            "title.en: expected a text, found nothing",
        ),
        (
            "instruments/citizen-1.yaml",
            "audience: citizen",
            "audience: anyone",
            "audience: expected a known audience (citizen, citizen-proxy, leader, partner, relat",
        ),
        (
            "instruments/citizen-1.yaml",
            "framework: recovery-2023\n",
            "",
            "framework: expected a value, found nothing",
        ),
        (
            "instruments/relative-1.yaml",
            "measure: early",
            "measure: followup",
            "items: expected 2 or more items on early, found 1",
        ),
        (
            "instruments/staff-1.yaml",
            "measure: early",
            "measure: followup",
            "items[early_quick].measure: expected the same as for the same key in another instr",
        ),
        (
            "instruments/citizen-1.yaml",
            "version: 1",
            "version: 2",
            "file: expected the file to be named citizen-2.yaml, found citizen-1.yaml",
        ),
        (
            "frameworks/recovery-2020.yaml",
            "key: recovery-2020",
            "key: recovery-2023",
            "file: expected a key of its own, found recovery-2023, which another file has",
        ),
        (
            "frameworks/recovery-2020.yaml",
            "    - {key: hopes, relation: close, older: hopes}\n",
            "",
            "crosswalk: expected an entry for the principle hopes, found none",
        ),
        (
            "frameworks/recovery-2020.yaml",
            "relation: close, older: hopes",
            "relation: close, older: dreams",
            "crosswalk.principles[hopes].older: expected a known principle of this framework",
        ),
        (
            "frameworks/recovery-2020.yaml",
            "relation: close, older: hopes",
            "relation: none, older: hopes",
            "crosswalk.principles[hopes]: expected no older principle with the relation none",
        ),
        (
            "frameworks/recovery-2020.yaml",
            "current: recovery-2023",
            "current: recovery-2030",
            "crosswalk.current: expected a known current framework (recovery-2023)",
        ),
    ],
)
def test_the_shipped_files_live_up_to_more(tmp_path, file, old, new, fault):
    folder = copy_shipped(tmp_path)
    replace_in(folder / file, old, new)
    assert fault in "\n".join(find_folder_faults(folder))


def test_a_folder_without_questionnaires_is_a_fault(tmp_path):
    faults = find_folder_faults(tmp_path)
    assert faults == [f"{tmp_path}:1: folder: expected at least one .yaml file, found none"]


def test_a_folder_of_stand_alone_files_is_checked_file_by_file(tmp_path):
    (tmp_path / "one.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "two.yaml").write_text(change("version: 1", "version: 2"), encoding="utf-8")
    assert check_folder(tmp_path) == ()
    (tmp_path / "zero.yaml").write_text(GOOD, encoding="utf-8")
    assert find_folder_faults(tmp_path) == [
        "zero.yaml:1: file: expected a key and version of its own, "
        "found mood version 1, which another file has"
    ]


def test_a_published_figure_belongs_to_one_item(tmp_path):
    twice = GOOD.replace("measure: mood", "indicator: published, measure: mood")
    assert find_faults(tmp_path, twice) == [
        "mood.yaml:13: items[sad]: expected each indicator once, found published twice"
    ]


def test_recordings_must_be_there_and_be_sound(tmp_path: Path) -> None:
    def with_audio(name: str) -> list[str]:
        old = "wording: {en: Happy}}"
        return find_faults(
            tmp_path, change(old, f"wording: {{en: Happy}}, audio: {{en: {name}}}}}")
        )

    assert "a file in audio/ beside this one" in with_audio("happy-en.mp3")[0]
    assert "names of .mp3, .m4a, .ogg or .opus files" in with_audio("../mood.yaml")[0]
    (tmp_path / "audio").mkdir()
    (tmp_path / "audio" / "happy-en.mp3").write_bytes(b"")
    assert with_audio("happy-en.mp3") == []
