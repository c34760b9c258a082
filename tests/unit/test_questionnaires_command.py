"""`survey-service questionnaires check` as it is seen in a terminal."""

import shutil

import pytest
from click.testing import CliRunner

from survey_service.catalogue import questionnaires_folder
from survey_service.cli.questionnaires import questionnaires

ONE_LANGUAGE = """\
key: mood
version: 3
audience: anyone
title: {en: Your mood}
scale: degree
items:
  - {key: happy, measure: mood, wording: {en: "Are you happy?"}}
"""


@pytest.fixture
def run():
    def run_check(*arguments):
        return CliRunner().invoke(questionnaires, ["check", *map(str, arguments)])

    return run_check


def test_the_shipped_questionnaires_are_listed_without_warnings(run):
    done = run()
    assert done.exit_code == 0
    assert [line.split()[:3] for line in done.stdout.splitlines()[1:4]] == [
        ["citizen", "1", "32"],
        ["relative", "1", "18"],
        ["staff", "1", "27"],
    ]
    assert done.stdout.splitlines()[-1] == "No faults, no warnings."


def test_a_single_file_is_described_in_its_own_language(run, tmp_path):
    # Your mood (2) / Are you happy? (3): 5 words, 2 sentences, no long word: 2.5.
    path = tmp_path / "mood.yaml"
    path.write_text(ONE_LANGUAGE, encoding="utf-8")
    done = run(path)
    assert done.exit_code == 0
    assert done.stdout.splitlines()[1].split() == [
        "mood",
        "3",
        "1",
        "1",
        "2.5",
        "en",
        "Your",
        "mood",
    ]


def test_warnings_are_shown_and_are_no_faults(run, tmp_path):
    path = tmp_path / "mood.yaml"
    path.write_text(ONE_LANGUAGE.replace("you happy", "you not happy and calm"), encoding="utf-8")
    done = run(path)
    assert done.exit_code == 0
    assert "No faults. Warnings: 2" in done.stdout
    assert "mood 3: items[happy] (en): negation: not in" in done.stdout
    assert "mood 3: items[happy] (en): two thoughts: and in" in done.stdout


def test_faults_are_told_one_a_line_on_standard_error(run, tmp_path):
    path = tmp_path / "mood.yaml"
    path.write_text(ONE_LANGUAGE.replace("version: 3\n", "version: x\nsize: 2\n"), encoding="utf-8")
    done = run(path)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert [line.split(" expected ")[0] for line in done.stderr.splitlines()] == [
        f"{path}:2: version:",
        f"{path}:3: size:",
    ]


def test_a_folder_laid_out_like_the_shipped_one_is_checked_as_one(run, tmp_path):
    folder = shutil.copytree(questionnaires_folder(), tmp_path / "ours")
    path = folder / "instruments" / "staff-1.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("scale: degree", "scale: degrees"),
        encoding="utf-8",
    )
    done = run(folder)
    assert done.exit_code == 2
    assert done.stderr.startswith(f"{path}:7: scale: expected a known scale (degree)")


def test_a_path_that_is_not_there_is_a_fault(run, tmp_path):
    done = run(tmp_path / "nowhere")
    assert done.exit_code == 2
    assert "expected a readable file, found No such file or directory" in done.stderr
