"""The command that deletes what is past its retention date, and what it says."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from survey_service.cli.service import open_installation

if TYPE_CHECKING:
    from flask import Flask

    from survey_service.fieldwork.retention import Foreseen, Purged
    from survey_service.storage.purge_proofs import PurgeProof


@click.command()
@click.option("--dry-run", is_flag=True, help="Only list what would be removed, and when.")
@click.pass_obj
def purge(instance: Path, dry_run: bool) -> None:
    """Do the day's upkeep now; above all, delete what is past its retention date.

    The answers of such projects go with their keys, keys of closed waves that were left behind go,
    and the database file is rewritten. Then it is looked again for what was removed, and the proof
    is kept in the instance's folder purged. A running server does the same once a day.
    """
    from survey_service.accounts.audit import shorten
    from survey_service.fieldwork.retention import foresee_purges
    from survey_service.fieldwork.upkeep import do_upkeep

    app = open_installation(instance)
    today, keys = app.extensions["survey_today"](), app.extensions["survey_keys"]
    with app.app_context():
        if dry_run:
            for found in foresee_purges(today):
                click.echo("\n".join(_foreseen_lines(found)))
            return
        months = app.extensions["survey_settings"].audit_months
        shorten(keys, months, app.extensions["survey_now"]())
        done = do_upkeep(keys, today)
    for purged in done.purged:
        click.echo("\n".join(_purged_lines(purged)))
    for proof in done.proofs:
        click.echo("\n".join(_proof_lines(proof)))
    click.echo(f"{len(done.purged)} projects purged")
    if not done.is_compacted:
        message = "database: expected nobody reading for long, found a reader; run again"
        click.echo(message, err=True)
    if not done.is_compacted or not all(proof.holds for proof in done.proofs):
        sys.exit(1)


def tell_of_purges(app: "Flask") -> None:
    """Say in the server's log what is deleted within 30 days, and mail the evaluators once."""
    from survey_service.fieldwork.purge_warnings import warn_by_mail
    from survey_service.fieldwork.retention import find_warnings

    today, settings = app.extensions["survey_today"](), app.extensions["survey_settings"]
    for found in find_warnings(today):
        # The project's id and not its title, which somebody typed.
        click.echo(
            f"retention: project {found.project.id}: answers are deleted on {found.deleted_on},"
            f" in {found.days_left} days",
            err=True,
        )
        if settings.mail is not None and settings.public_address is not None:
            address = f"{settings.public_address.rstrip('/')}/arbejdsrum/"
            keys, now = app.extensions["survey_keys"], app.extensions["survey_now"]()
            warn_by_mail(keys, settings.mail, found, address, now)


def _foreseen_lines(found: "Foreseen") -> list[str]:
    head = f"{found.project.title} ({found.project.municipality_name}): kept until"
    when = f"{head} {found.project.retained_until}; answers are deleted on {found.deleted_on}"
    if found.rows is None:
        return [f"{when}, in {found.days_left} days"]
    return [f"{when}: due now", *_row_lines(found.rows), "  the project key and keys of waves"]


def _purged_lines(purged: "Purged") -> list[str]:
    head = (
        f"{purged.title}: kept until {purged.retained_until};"
        f" removed {purged.response_count} responses, {purged.free_text_count} free texts"
        " and the project key"
    )
    return [head, *_row_lines(purged.removed)]


def _row_lines(rows: object) -> list[str]:
    return [f"  {name}: {count} rows" for name, count in dict(rows).items() if count]  # type: ignore[call-overload]


def _proof_lines(proof: "PurgeProof") -> list[str]:
    left = sum((proof.remaining or {}).values())
    file = (
        "its file cannot be searched by the service"
        if proof.traces_found is None
        else f"{proof.traces_found} of {proof.traces_sought} removed values found in the file"
    )
    return [
        f"{proof.title}: looked again: {left} rows left, {proof.key_files_left} key files left,"
        f" {file}; {'proved' if proof.holds else 'NOT PROVED'}",
        f"  backups made before {proof.purged_on} and printed key parts are beyond the service",
    ]
