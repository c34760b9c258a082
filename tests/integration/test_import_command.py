"""`survey-service import`: the same use cases from the terminal, one line per fault."""

from builders import Installation
from click.testing import CliRunner

from survey_service.cli import main

HEADER = "nr;afdeling;målgruppe;hopes_asked;hopes_goals;hopes_given"
GOOD = (HEADER, "b-1;Botilbud;Borger;5;4;3", "b-2;house;Borger;1;2;3")
NAMED = ("--wave", "baseline-2020", "--label", "Baseline 2020", "--from", "2020-09-01",
         "--to", "2020-09-30", "--kind", "responses")  # fmt: skip


def run(installation: Installation, lines, *options, name="maaling.csv"):
    file = installation.folder.parent / name
    file.write_bytes("\r\n".join(lines).encode("cp1252"))
    arguments = ["--instance", str(installation.folder), "import", "goals", str(file)]
    return CliRunner().invoke(main, [*arguments, *NAMED, *options]), file


def test_a_file_is_imported_and_what_came_in_is_said(installation: Installation) -> None:
    result, file = run(installation, GOOD, "--framework", "recovery-2020")
    assert result.exit_code == 0, result.output
    assert f"{file}: semicolon, Windows-1252" in result.stderr
    assert result.stdout.splitlines() == [
        f"{file}: home, citizen: 1 responses",
        f"{file}: house, citizen: 1 responses",
        f"{file}: hopes, citizen: 2 scores",
        f"{file}: imported 2 responses as wave baseline-2020",
    ]
    assert len(installation.rows("response")) == 2
    assert installation.rows("upload") == []


def test_a_dry_run_tells_the_same_and_stores_nothing(installation: Installation) -> None:
    before = installation.contents()
    result, file = run(installation, GOOD, "--dry-run")
    assert result.exit_code == 0
    assert f"{file}: hopes, citizen: 2 scores" in result.stdout
    assert "imported" not in result.stdout
    assert installation.contents() == before


def test_every_fault_is_one_line_and_nothing_is_stored(installation: Installation) -> None:
    before = installation.contents()
    result, file = run(installation, (*GOOD, "b-1;Kantinen;Borger;9;4;3"))
    assert result.exit_code == 2
    assert result.stderr.splitlines()[2:] == [
        f"{file}: line 4: column afdeling: expected a unit's key or name, found Kantinen",
        f"{file}: line 4: column hopes_asked: expected an option of the question, found 9",
        f"{file}: line 4: column nr: expected a respondent once per audience, found 2",
    ]
    assert installation.contents() == before


def test_faulty_lines_are_left_out_where_that_is_asked_for(installation: Installation) -> None:
    result, file = run(installation, (*GOOD, "b-3;Kantinen;Borger;4;4;3"), "--leave-out-faulty")
    assert result.exit_code == 0, result.output
    assert f"{file}: 1 faulty lines" in result.stderr
    assert len(installation.rows("response")) == 2


def test_the_waves_own_faults_name_their_option(installation: Installation) -> None:
    result, _ = run(installation, GOOD, "--from", "2020-10-01", "--label", "")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[1:] == [
        "--label: expected a value, found none",
        "--to: expected a last day not before the first, found none",
    ]


def test_a_column_can_be_named(installation: Installation) -> None:
    lines = ("nr;hus;hopes_asked;hopes_goals", "b-1;Botilbud;5;4")
    result, _ = run(installation, lines, "--column", "hus=unit", "--audience", "staff")
    assert result.exit_code == 0, result.output
    assert [row["audience"] for row in installation.rows("response")] == ["staff"]


def test_a_column_that_is_not_there_is_refused(installation: Installation) -> None:
    result, file = run(installation, GOOD, "--column", "hus=unit")
    assert result.exit_code == 2
    expected = f"--column: expected NAME=TARGET with a column of {file}, found 'hus=unit'"
    assert expected in result.stderr


def test_missing_columns_are_told_before_any_line(installation: Installation) -> None:
    result, file = run(installation, ("a;b", "1;2"))
    assert result.exit_code == 2
    assert result.stderr.splitlines()[1:] == [
        f"{file}: expected a column with the unit; see --column, found none",
        f"{file}: expected a column with the audience, or --audience, found none",
        f"{file}: expected a column with answers to a question; see --column, found none",
    ]


def test_a_file_that_cannot_be_read_is_told_as_every_file_is(installation: Installation) -> None:
    result, file = run(installation, ("a;a", "1;2"))
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        f"{file}: line 1: column a: expected this column once, found it again in position 2"
    ]


def test_an_unknown_project_is_refused(installation: Installation) -> None:
    arguments = ["--instance", str(installation.folder), "import", "other", "x.csv", *NAMED]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "expected a known key (goals), found other" in result.stderr
