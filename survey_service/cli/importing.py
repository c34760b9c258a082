"""`survey-service import`: a wave that was gathered elsewhere, from a file, as the pages do it."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from survey_service.cli.comparing import find_project_by_key
from survey_service.cli.files import BAD_INPUT_STATUS, file_argument, tell_faults

if TYPE_CHECKING:
    from survey_service.faults import FieldFault
    from survey_service.fieldwork.import_choices import ImportChoices
    from survey_service.fieldwork.rehearsing import Rehearsal
    from survey_service.storage.keys import KeyStore
    from survey_service.storage.projects import ProjectRecord

PRINTED_AT_MOST = 20

EXPECTED: Mapping[str, str] = {
    "missing": "a value",
    "no_date": "a date as 2020-09-30",
    "date_absurd": "a date between 2000 and 2100",
    "too_long": "a shorter text",
    "unknown_choice": "one that is known",
    "import_name_taken": "a name no other wave has",
    "import_key_taken": "a key of a-z, 0-9 and hyphens no other wave has",
    "import_backwards": "a last day not before the first",
    "import_in_future": "a last day not after today",
    "import_overlaps": "days no other wave has",
    "file_too_large": "a file of 20 MB at most",
    "no_lines": "lines below the header",
    "same_target": "one column for each question or name",
    "no_unit_column": "a column with the unit; see --column",
    "no_audience": "a column with the audience, or --audience",
    "no_question_column": "a column with answers to a question; see --column",
    "no_score_column": "a column with scores on a principle; see --column",
    "principle_without_score": "a column with the principle and one with the score",
    "two_layouts": "a column per principle or a line per score, not both",
    "cells_unlike_header": "as many cells as in the header",
    "cell_formula": "a value, not a formula",
    "cell_empty": "a name",
    "unknown_unit": "a unit's key or name",
    "unknown_audience": "an audience",
    "unknown_help": "alone, with_help or by_other",
    "unknown_principle": "a principle's key or name",
    "unknown_answer": "an option of the question",
    "other_framework": "the framework of the wave",
    "looks_like_cpr": "a reference that does not look like a CPR number",
    "no_score": "a number 0-100 or an empty cell",
    "two_decimal_marks": "the decimal mark used elsewhere in the file",
    "respondent_twice": "a respondent once per audience",
    "principle_twice": "a principle once per respondent",
    "unit_differs": "one unit per respondent",
    "audience_without_questionnaire": "an audience with a questionnaire in the project",
    "question_not_asked": "no answer to a question the audience is not asked",
    "lines_faulty": "no faulty lines, or --leave-out-faulty",
    "nothing_to_import": "lines to import",
}
"""What each kind of fault expected; what was found is told from its values."""


@click.command("import")
@click.argument("project_key", metavar="PROJECT")
@click.argument("file", type=file_argument)
@click.option("--municipality", help="Its key, where several have such a project.")
@click.option("--wave", "key", required=True, help="The new wave's key.")
@click.option("--label", required=True, help="The new wave's name, in Danish.")
@click.option("--label-en", default="", help="The same in English.")
@click.option("--from", "opens_on", required=True, metavar="DATE", help="First day, 2020-09-01.")
@click.option("--to", "closes_on", required=True, metavar="DATE", help="Last day.")
@click.option("--kind", type=click.Choice(["responses", "scores"]), required=True)
@click.option("--framework", default="", help="The wording it was asked in; the project's if none.")
@click.option("--audience", default="", help="Of the whole file, where no column tells it.")
@click.option("--sheet", default="", help="Of a workbook; the first if none.")
@click.option("--column", "columns", multiple=True, metavar="NAME=TARGET",
              help="What a column stands for, where its name does not say.")  # fmt: skip
@click.option("--leave-out-faulty", is_flag=True, help="Import the other lines all the same.")
@click.option("--dry-run", is_flag=True, help="Tell what would come in, and store nothing.")
@click.pass_obj
@tell_faults
def import_file(
    instance: Path,
    /,
    project_key: str,
    file: Path,
    municipality: str | None,
    columns: tuple[str, ...],
    leave_out_faulty: bool,
    dry_run: bool,
    **said: str,
) -> None:
    """Import a wave of PROJECT from FILE (CSV or XLSX).

    Columns and words are understood by their names; docs/earlier-waves.md lists the targets.
    """
    from survey_service.cli.service import open_installation
    from survey_service.fieldwork.import_choices import FileKind, ImportChoices

    app = open_installation(instance)
    choices = ImportChoices(
        kind=FileKind(said.pop("kind")),
        label_da=said.pop("label"),
        leaves_out_faulty=leave_out_faulty,
        **said,  # type: ignore[arg-type]
    )
    with app.app_context():
        project = find_project_by_key(project_key, municipality)
        _bring_in(app.extensions["survey_keys"], project, file, choices, columns, dry_run=dry_run)


def _bring_in(
    keys: "KeyStore",
    project: "ProjectRecord",
    file: Path,
    choices: "ImportChoices",
    columns: tuple[str, ...],
    *,
    dry_run: bool,
) -> None:
    from dataclasses import replace

    from survey_service.exchange.delimited import read_bytes
    from survey_service.exchange.wave_files import read_wave_table
    from survey_service.faults import InputRefused
    from survey_service.fieldwork import importing
    from survey_service.fieldwork.column_mapping import frame_of, suggest_columns
    from survey_service.fieldwork.import_plan import plan_import
    from survey_service.fieldwork.rehearsing import rehearse
    from survey_service.web.application import copenhagen_today

    content = read_bytes(file)
    table = read_wave_table(file, content, choices.sheet)
    click.echo(f"{file}: {table.recognised}", err=True)
    today = copenhagen_today()
    try:
        plan_import(project, choices, today)
        frame = frame_of(project, choices)
        suggested = suggest_columns(frame, choices.kind, table.columns)
        named = _read_columns(file, columns, table.columns)
        choices = replace(choices, columns=suggested | named)
        found = rehearse(table, frame, choices)
        _tell_trial(file, found)
        if found.obstacles or (found.faults and (dry_run or not choices.leaves_out_faulty)):
            _refuse(file, [*found.obstacles, *found.faults], found.fault_count)
        if dry_run:
            return
        importing.import_content(keys, project.id, file.name, content, choices, today)
    except InputRefused as refusal:
        _refuse(file, refusal.faults)
    click.echo(f"{file}: imported {len(found.people)} responses as wave {choices.key}")


def _read_columns(file: Path, columns: Iterable[str], known: tuple[str, ...]) -> dict[str, str]:
    named = {}
    for said in columns:
        name, mark, target = said.rpartition("=")
        if not mark or name not in known:
            click.echo(f"--column: expected NAME=TARGET with a column of {file}, found {said!r}",
                       err=True)  # fmt: skip
            sys.exit(BAD_INPUT_STATUS)
        named[name] = target
    return named


def _tell_trial(file: Path, found: "Rehearsal") -> None:
    """Say on standard output what would come in; the figures are the file's own."""
    for (unit, audience), count in sorted(found.counts.items()):
        click.echo(f"{file}: {unit}, {audience}: {count} responses")
    for (audience, principle), count in sorted(found.score_counts.items()):
        click.echo(f"{file}: {principle}, {audience}: {count} scores")
    for what, count in (
        ("lines of other waves left out", found.other_wave_count),
        ("lines without any answer left out", found.empty_count),
        ("faulty lines", found.faulty_line_count),
    ):
        if count:
            click.echo(f"{file}: {count} {what}", err=True)


def _refuse(file: Path, faults: Iterable["FieldFault"], total: int = 0) -> NoReturn:
    listed = list(faults)
    for fault in listed[:PRINTED_AT_MOST]:
        click.echo(_describe(file, fault), err=True)
    more = max(total, len(listed)) - min(len(listed), PRINTED_AT_MOST)
    if more:
        click.echo(f"{file}: and {more} more", err=True)
    sys.exit(BAD_INPUT_STATUS)


_OPTIONS = {
    "label_da": "--label",
    "opens_on": "--from",
    "closes_on": "--to",
    "key": "--wave",
    "framework": "--framework",
    "audience": "--audience",
}


def _describe(file: Path, fault: "FieldFault") -> str:
    where = [str(file)]
    if fault.line is not None:
        where.append(f"line {fault.line}")
    if fault.line is None and fault.field in _OPTIONS:
        where = [_OPTIONS[fault.field]]
    elif fault.field and fault.field not in {"columns", "file"}:
        where.append(f"column {fault.field}")
    found = ", ".join(str(value) for value in fault.values.values()) or "none"
    expected = EXPECTED.get(fault.rule, fault.rule.replace("_", " "))
    return f"{': '.join(where)}: expected {expected}, found {found}"
