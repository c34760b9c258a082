"""`survey-service keys`: project keys on paper, and replacing the installation's own."""

import json
import os
import secrets
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from uuid import UUID

import click

from survey_service.cli.auditing import name_object
from survey_service.cli.comparing import find_project_by_key
from survey_service.cli.files import file_argument
from survey_service.cli.service import open_installation
from survey_service.texts import DEFAULT_LANGUAGE, LANGUAGES

if TYPE_CHECKING:
    from flask import Flask

    from survey_service.fieldwork.key_shares import KeyShare, LineFault
    from survey_service.storage.keys import KeyFile, KeyStore
    from survey_service.storage.projects import ProjectRecord

BAD_INPUT_STATUS = 2
KINDS = ("session", "accounts", "audit")

project_option = click.option("--project", "key", required=True, help="The project's key.")
municipality_option = click.option(
    "--municipality", help="Its municipality's key, where several have such a project."
)
half_option = click.option(
    "--half",
    "halves",
    type=file_argument,
    multiple=True,
    help="Text file with a half; give it twice. Without it both are typed.",
)


@click.group()
def keys() -> None:
    """Keys: on paper in two halves, put back, tried, replaced, listed."""


@keys.command()
@project_option
@municipality_option
@click.option("--output-a", type=file_argument, required=True, help="File for the one half.")
@click.option("--output-b", type=file_argument, required=True, help="File for the other half.")
@click.option("--format", "layout", type=click.Choice(["pdf", "text"]), default="pdf")
@click.option("--language", type=click.Choice(LANGUAGES), default=DEFAULT_LANGUAGE)
@click.pass_obj
def escrow(
    instance: Path,
    key: str,
    municipality: str | None,
    output_a: Path,
    output_b: Path,
    layout: str,
    language: str,
) -> None:
    """Split a project's key in two halves, each on a paper for another person to lock away.

    One half alone tells nothing and restores nothing. Print both, delete both files.
    """
    from survey_service.fieldwork.key_escrow import escrow_key

    if output_a.resolve() == output_b.resolve():
        raise click.UsageError(
            "--output-b: expected another file than --output-a, because each half goes to its own"
            f" person, found {output_b} twice"
        )
    app = open_installation(instance)
    with app.app_context(), _one_line_of_refusal():
        project = find_project_by_key(key, municipality)
        today = app.extensions["survey_today"]()
        shares = escrow_key(app.extensions["survey_keys"], project, today, secrets.token_bytes)
    written = [_paper(project, shares, place, today, language, layout) for place in (0, 1)]
    _write_both((output_a, output_b), written)
    click.echo(
        f"{output_a}, {output_b}: written; print them, hand them to two people"
        " and delete both files"
    )


@keys.command()
@project_option
@municipality_option
@half_option
@click.pass_obj
def restore(instance: Path, key: str, municipality: str | None, halves: tuple[Path, ...]) -> None:
    """Put a project's lost key back from its two halves, typed or from files."""
    from survey_service.fieldwork.key_escrow import restore_key

    app = open_installation(instance)
    with app.app_context(), _one_line_of_refusal():
        project = find_project_by_key(key, municipality)
        is_written = restore_key(
            app.extensions["survey_keys"],
            project,
            _read_halves(halves),
            app.extensions["survey_today"](),
        )
    told = "the key is back" if is_written else "the key was there already, nothing was changed"
    click.echo(f"project {project.key}: {told}")


@keys.command()
@project_option
@municipality_option
@half_option
@click.pass_obj
def drill(instance: Path, key: str, municipality: str | None, halves: tuple[Path, ...]) -> None:
    """Try whether two halves would give a project's key; nothing is changed."""
    from survey_service.fieldwork.key_escrow import drill as try_halves

    app = open_installation(instance)
    with app.app_context(), _one_line_of_refusal():
        project = find_project_by_key(key, municipality)
        found = try_halves(app.extensions["survey_keys"], project, _read_halves(halves))
    click.echo(f"project {project.key}: the halves give the key {_mark(found.recognition)}")
    click.echo(
        "it is the key in use"
        if found.is_in_use
        else f"no key is in use: run survey-service keys restore --project {project.key}"
    )
    click.echo(
        "it opens what somebody wrote in their own words; nothing was shown or changed"
        if found.opened_words
        else "nothing sealed with it was there to be opened; nothing was changed"
    )


@keys.command()
@click.option("--kind", type=click.Choice(KINDS), required=True, help="Which key to replace.")
@click.pass_obj
def rotate(instance: Path, kind: str) -> None:
    """Replace one of the installation's own keys by a new one."""
    from survey_service.accounts.key_rotation import rotate as replace_key
    from survey_service.storage.keys import GlobalKey

    app = open_installation(instance)
    name_object("key", kind)
    with app.app_context(), _one_line_of_refusal():
        done = replace_key(
            app.extensions["survey_keys"], GlobalKey(kind), app.extensions["survey_now"]()
        )
    match done.kind:
        case GlobalKey.SESSION:
            told = "start the server again; everybody signs in and types their code again"
        case GlobalKey.ACCOUNTS:
            told = (
                f"one-time codes of {done.resealed_count} accounts go on as before;"
                " their recovery codes are gone, and each fetches new ones under Min konto"
            )
        case GlobalKey.AUDIT:
            told = f"keep audit-{done.kept_as}.key: it checks what was entered until now"
    click.echo(f"{kind}: replaced; {told}")


@keys.command("list")
@click.option("--format", "layout", type=click.Choice(["table", "json"]), default="table")
@click.pass_obj
def list_keys(instance: Path, layout: str) -> None:
    """List every key file: since when, what it is recognised by, last split and tried; no key."""
    from survey_service.fieldwork.key_escrow import DRILLED, ESCROWED, find_escrow_days

    app = open_installation(instance)
    with app.app_context(), _one_line_of_refusal():
        files = app.extensions["survey_keys"].list_files()
        names, days = _names(), find_escrow_days()
    described = [
        {
            "kind": file.kind,
            "name": _name_of(file, names),
            "since": file.since.isoformat(),
            "mark": _mark(file.recognition),
            "split_on": days[ESCROWED].get(file.object_id) if file.object_id else None,
            "tried_on": days[DRILLED].get(file.object_id) if file.object_id else None,
        }
        for file in files
    ]
    if layout == "json":
        click.echo(json.dumps({"schema_version": 1, "keys": described}, ensure_ascii=False))
        return
    for one in described:
        click.echo(_row(one))


def missing_keys(app: "Flask") -> list[str]:
    """Return a line for every key that a database needs and that is not there, and what to do."""
    from survey_service.storage import projects
    from survey_service.storage.database import reading
    from survey_service.storage.keys import KeyRefused

    store, today = app.extensions["survey_keys"], app.extensions["survey_today"]()
    lines = _missing_global_keys(store)
    for project in projects.find_projects(reading()):
        if project.retained_until >= today and not store.has_project_key(project.id):
            lines.append(
                f"project {project.key}: its key is missing;"
                f" run: survey-service keys restore --project {project.key}"
            )
        for wave in projects.find_waves(reading(), project.id):
            try:
                if wave.status == "open":
                    store.wave_key(wave.id)
            except KeyRefused:
                lines.append(
                    f"wave {project.key}/{wave.key}: its key is missing; its codes no longer work:"
                    " close it; what was sent is safe"
                )
    return lines


def _missing_global_keys(store: "KeyStore") -> list[str]:
    from survey_service.storage import audit
    from survey_service.storage.database import reading
    from survey_service.storage.keys import GlobalKey
    from survey_service.storage.sealed_values import find_totp_secrets

    lines: list[str] = []
    if not store.has(GlobalKey.ACCOUNTS) and find_totp_secrets(reading()):
        lines.append(
            "accounts: the key is missing; nobody's one-time codes fit:"
            " survey-service users reset NAME lets each in again"
        )
    if not store.has(GlobalKey.AUDIT) and audit.find_first(reading()) is not None:
        lines.append(
            "audit: the key is missing; the log goes on under a new one,"
            " what was entered before can no longer be checked"
        )
    return lines


def _paper(
    project: "ProjectRecord",
    shares: Sequence["KeyShare"],
    place: int,
    today: object,
    language: str,
    layout: str,
) -> bytes:
    from survey_service.briefs.key_papers import KeyPaper, write_page, write_text
    from survey_service.fieldwork.key_shares import format_line, split_mark, write_lines

    share, other = shares[place], shares[1 - place]
    lines = write_lines(share)
    paper = KeyPaper(
        letter=share.letter,
        other_letter=other.letter,
        municipality=project.municipality_name,
        title=project.title,
        project=project.key,
        recognition=_mark(share.recognition),
        split_mark=split_mark(share),
        dated=today,  # type: ignore[arg-type]
        shred_after=project.retained_until,
        language=language,
        lines=[format_line(line) for line in lines],
        scanned="".join(lines),
    )
    return write_page(paper) if layout == "pdf" else write_text(paper).encode()


def _write_both(paths: Sequence[Path], written: Sequence[bytes]) -> None:
    """Write both files, for their owner alone, or neither."""
    made: list[Path] = []
    try:
        for path, content in zip(paths, written, strict=True):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            made.append(path)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
    except OSError as error:
        for path in made:
            path.unlink()
        found = (error.strerror or "no way to write it").lower()
        _refuse(f"{error.filename or paths[0]}: expected a new file, found: {found}")


def _read_halves(files: Sequence[Path]) -> tuple["KeyShare", "KeyShare"]:
    if len(files) not in {0, 2}:
        raise click.UsageError(f"--half: expected two files or none, found {len(files)}")
    first, second = [_read_file(file) for file in files] or [_ask(1), _ask(2)]
    return first, second


def _read_file(file: Path) -> "KeyShare":
    from survey_service.fieldwork.key_shares import ShareMistyped, lines_of_text, read_share

    try:
        return read_share(lines_of_text(file.read_text(encoding="utf-8-sig")))
    except (OSError, UnicodeDecodeError):
        _refuse(f"{file}: expected a text file with five lines of a half, found none")
    except ShareMistyped as error:
        for fault in error.faults:
            click.echo(f"{file}: {_describe(fault)}", err=True)
        sys.exit(BAD_INPUT_STATUS)


def _ask(number: int) -> "KeyShare":
    """Ask for one half, line by line, each again until it can be right; or take it scanned."""
    from survey_service.fieldwork.key_shares import (
        LINE_COUNT,
        check_line,
        lines_of_text,
        read_share,
    )

    lines: list[str] = []
    while len(lines) < LINE_COUNT:
        prompt = f"Paper {number} of 2, line {len(lines) + 1} of {LINE_COUNT}"
        typed = click.prompt(prompt, hide_input=True, err=True)
        scanned = lines_of_text(typed)
        if not lines and len(scanned) == LINE_COUNT:
            return read_share(scanned)
        fault = check_line(len(lines) + 1, typed)
        if fault is None:
            lines.append(typed)
        else:
            click.echo(f"{_describe(fault)}; type it again", err=True)
    return read_share(lines)


def _describe(fault: "LineFault") -> str:
    match fault.rule:
        case "lines":
            return f"expected five lines of a half, numbered 1 to 5, found {fault.found}"
        case "length":
            return f"line {fault.number}: expected 18 characters, found {fault.found}"
        case "character":
            return f"line {fault.number}: expected digits and letters other than U, found another"
    return (
        f"line {fault.number}: expected check characters that fit, found others;"
        " a character is mistyped, or it is another line"
    )


@contextmanager
def _one_line_of_refusal() -> Iterator[None]:
    from survey_service.fieldwork.key_escrow import EscrowRefused
    from survey_service.fieldwork.key_shares import ShareMistyped, SharesRefused
    from survey_service.storage.keys import KeyRefused

    try:
        yield
    except ShareMistyped as error:
        _refuse("\n".join(_describe(fault) for fault in error.faults))
    except (EscrowRefused, SharesRefused, KeyRefused) as error:
        _refuse(str(error))


def _names() -> Mapping[UUID, str]:
    from survey_service.storage import projects
    from survey_service.storage.database import reading

    found: dict[UUID, str] = {}
    for project in projects.find_projects(reading()):
        found[project.id] = project.key
        for wave in projects.find_waves(reading(), project.id):
            found[wave.id] = f"{project.key}/{wave.key}"
    return found


def _name_of(file: "KeyFile", names: Mapping[UUID, str]) -> str:
    return file.name if file.object_id is None else names.get(file.object_id, "unknown")


def _row(one: Mapping[str, str | None]) -> str:
    told = f"{one['kind']:<9} {one['name']:<30} since {one['since']}  {one['mark']}"
    if one["kind"] != "project":
        return told
    return f"{told}  split {one['split_on'] or 'never'}, tried {one['tried_on'] or 'never'}"


def _mark(recognition: str) -> str:
    text = recognition.upper()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def _refuse(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(BAD_INPUT_STATUS)
