"""`survey-service brief`: a brief of a project's newest published release."""

import sys
import unicodedata
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from survey_service.cli.comparing import find_project_by_key
from survey_service.cli.files import file_argument
from survey_service.faults import FieldFault, InputRefused
from survey_service.texts import DEFAULT_LANGUAGE, LANGUAGES

if TYPE_CHECKING:
    from uuid import UUID

    from survey_service.fieldwork.brief_words import TypedWords
    from survey_service.reporting.brief_making import BriefOrder, MadeBrief
    from survey_service.web.settings import Settings

BAD_INPUT_STATUS = 2
KINDS = ("committee", "leaders", "team", "unit", "participants")
LAYOUTS = ("pdf", "html")


@click.command("brief")
@click.option("--project", "key", required=True, help="The project's key.")
@click.option("--municipality", help="Its municipality's key, where several have such a project.")
@click.option("--for", "kind", type=click.Choice(KINDS), required=True, help="Whom it is for.")
@click.option("--unit", help="Key of the unit that a unit's brief is about.")
@click.option("--language", type=click.Choice(LANGUAGES), default=DEFAULT_LANGUAGE)
@click.option("--format", "layout", type=click.Choice(LAYOUTS), default="pdf")
@click.option("--introduction", type=file_argument, help="Text file to open with.")
@click.option("--next-steps", type=file_argument, help="Text file with a step on each line.")
@click.option(
    "--told-by", type=click.DateTime(["%Y-%m-%d"]), help="When next steps are told at the latest."
)
@click.option(
    "--text-version",
    type=click.IntRange(min=1),
    help="Which of the texts saved for the brief in the workspace; else the newest.",
)
@click.option("--output", type=file_argument, required=True, help="File to write.")
@click.pass_obj
def brief(
    instance: Path,
    key: str,
    municipality: str | None,
    kind: str,
    unit: str | None,
    language: str,
    layout: str,
    introduction: Path | None,
    next_steps: Path | None,
    told_by: datetime | None,
    text_version: int | None,
    output: Path,
) -> None:
    """Write a brief of a project's newest published release, whole or not at all.

    Without words of their own here it has those that were saved for it in the workspace.
    """
    from survey_service.briefs.content import BriefKind
    from survey_service.briefs.context import TalkTo
    from survey_service.cli.service import open_installation
    from survey_service.reporting.brief_making import BriefLayout, BriefOrder

    if (unit is not None) is not (kind == "unit"):
        found = "none" if unit is None else f"one for {kind}"
        _refuse(f"--unit: expected a key with --for unit, and only there, found {found}")
    if told_by is not None and kind != "participants":
        _refuse(f"--told-by: expected with --for participants alone, found with --for {kind}")
    words = _own_words(introduction, next_steps, told_by)
    if words is not None and text_version is not None:
        _refuse("--text-version: expected alone, found beside words to put in its place")
    app = open_installation(instance)
    settings: Settings = app.extensions["survey_settings"]
    order = BriefOrder(
        language,
        BriefKind(kind),
        unit,
        BriefLayout(layout),
        installation_contacts=tuple(
            TalkTo(found.name, found.phone, found.note) for found in settings.contacts
        ),
        words_version=text_version,
    )
    with app.app_context():
        project = find_project_by_key(key, municipality)
        try:
            today = app.extensions["survey_today"]()
            made = _make(project.id, key, order, words, today, settings.accessibility_url)
        except InputRefused as refused:
            _refuse(
                "\n".join(_tell_fault(found, introduction, next_steps) for found in refused.faults)
            )
    _save(output, made.written)
    _tell(output, made, unit)


def _make(
    project_id: "UUID",
    key: str,
    order: "BriefOrder",
    typed: "TypedWords | None",
    today: date,
    address: str | None,
) -> "MadeBrief":
    """Return the brief; raises InputRefused for words that do not fit it, as its page does."""
    from survey_service.fieldwork.brief_words import read_words
    from survey_service.reporting.brief_making import UnitUnknown, WordsUnknown, order_brief
    from survey_service.reporting.brief_review import find_excess
    from survey_service.reporting.releasing import ReleaseUnknown, find_release

    try:
        release = find_release(project_id, only_published=True)
        if typed is not None:
            words = read_words(
                order.kind, typed, today, lambda read: find_excess(release, order, read, address)
            )
            order = replace(order, own_words=words)
        return order_brief(release, order, address)
    except ReleaseUnknown:
        _refuse(f"project {key}: expected a published release, found none")
    except (UnitUnknown, WordsUnknown) as error:
        _refuse(f"--{error}")


def _own_words(
    introduction: Path | None, next_steps: Path | None, told_by: datetime | None
) -> "TypedWords | None":
    from survey_service.fieldwork.brief_words import TypedWords

    if introduction is None and next_steps is None and told_by is None:
        return None
    promised = told_by.date().isoformat() if told_by is not None else ""
    return TypedWords(_read(introduction), _read(next_steps), promised)


def _tell_fault(fault: FieldFault, introduction: Path | None, next_steps: Path | None) -> str:
    """Return what does not fit a brief in a line; a fault of no single field is of both files."""
    files = {"introduction": introduction, "next_steps": next_steps, "told_by": "--told-by"}
    place = str(files.get(fault.field) or f"{introduction}, {next_steps}")
    if fault.line is not None:
        place += f", line {fault.line}"
    told = {
        "too_long": "expected at most {limit} characters, found {found}",
        "too_many_steps": "expected at most {limit} steps, found {found}",
        "no_room_in_brief": "expected what has room on the brief's pages, "
        "found about {excess} characters too many",
        "told_in_the_past": "expected today or later, found a day in the past",
        "date_absurd": "expected a day from 2000 to 2100",
        "missing": "expected text, found only characters that cannot be seen",
        "cpr_number": "expected no CPR number, found what looks like one",
    }[fault.rule]
    return f"{place}: {told.format(**fault.values)}"


def _read(path: Path | None) -> str:
    from survey_service.fieldwork.invitations import looks_like_cpr

    if path is None:
        return ""
    try:
        found = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "bytes that are not UTF-8"
        _refuse(f"{path}: expected a text file in UTF-8, found {reason}")
    if looks_like_cpr(found):
        _refuse(f"{path}: expected no CPR number, found what looks like one")
    return found


def _save(output: Path, written: bytes) -> None:
    from survey_service.briefs.saving import save_whole

    if output.is_dir():
        _refuse(f"{output}: expected a file to write to, found a directory")
    try:
        save_whole(output, written)
    except OSError as error:
        _refuse(f"{output}: expected a file that can be written, found {error.strerror or error}")


def _tell(output: Path, made: "MadeBrief", unit: str | None) -> None:
    if made.lacking:
        listed = ", ".join(
            f"{character} ({unicodedata.name(character, 'unnamed')})" for character in made.lacking
        )
        click.echo(f"{output}: the type has no {listed}; printed as ?", err=True)
    if not made.has_figures:
        told = "too few answers to show figures; the page says so calmly"
        click.echo(f"unit {unit}: {told}", err=True)
    click.echo(f"{output}: written", err=True)


def _refuse(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(BAD_INPUT_STATUS)
