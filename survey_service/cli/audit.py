"""`survey-service audit`: whether the audit log is whole, and what it says."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from survey_service.cli.service import open_installation

if TYPE_CHECKING:
    from survey_service.accounts.audit import AuditRecord

BROKEN_STATUS = 1

BREAKS = {
    "changed": "entry {position}: expected it as it was written, found it changed",
    "missing": "entry {position}: expected one here, found none",
    "unlinked": "entry {position}: expected it to follow from the one before it, found it does not",
    "beginning_cut": "entry {position}: expected those before it, found them removed,"
    " and not by the log itself",
    "end_cut": "entry {position}: expected it and any after it, found the log ends before;"
    " was the database restored from a backup?",
    "head_changed": "entry {position}: expected the one audit.head names, found another",
    "head_lost": "entry {position}: expected audit.head as this service wrote it, found none;"
    " what was cut off before, if anything, cannot be told",
    "key_lost": "entry {position}: expected the earlier key it was written with, found none;"
    " entries after the key was replaced can be checked with --from",
}
"""What is said of the first entry that is broken."""


@click.group()
def audit() -> None:
    """Who did what when."""


@audit.command()
@click.option(
    "--from",
    "start",
    type=click.IntRange(1),
    default=1,
    help="Check from this entry on, after an earlier break was looked into.",
)
@click.pass_obj
def verify(instance: Path, start: int) -> None:
    """Check that no entry was changed, removed or moved; ends with 1 and the first that was."""
    from survey_service.accounts.audit import verify as verify_chain

    app = open_installation(instance)
    with app.app_context():
        state = verify_chain(app.extensions["survey_keys"], start)
    if state.kind is not None:
        click.echo(BREAKS[state.kind].format(position=state.position), err=True)
        sys.exit(BROKEN_STATUS)
    click.echo(f"{state.entry_count} entries, each as it was written")


@audit.command("list")
@click.option("--format", "layout", type=click.Choice(["table", "json"]), default="table")
@click.option("--action", help="Only entries of this action, as the list names it.")
@click.pass_obj
def list_entries(instance: Path, layout: str, action: str | None) -> None:
    """List what was done, newest first, times in UTC."""
    from survey_service.accounts.audit import AuditFilter, find_page

    with open_installation(instance).app_context():
        entries = find_page(None, AuditFilter(action=action), None).entries
    if layout == "json":
        described = [_describe(entry) for entry in entries]
        click.echo(json.dumps({"schema_version": 1, "entries": described}, ensure_ascii=False))
        return
    for entry in entries:
        click.echo("  ".join(_cells(entry)).rstrip())


def _describe(entry: "AuditRecord") -> dict[str, object]:
    found = asdict(entry)
    found["happened_at"] = f"{entry.happened_at:%Y-%m-%dT%H:%MZ}"
    for name in ("account_id", "municipality_id"):
        found[name] = None if found[name] is None else str(found[name])
    return found


def _cells(entry: "AuditRecord") -> tuple[str, ...]:
    return (
        f"{entry.position:>6}",
        f"{entry.happened_at:%Y-%m-%d %H:%M}",
        entry.account_name or entry.actor,
        entry.action,
        entry.outcome,
        f"{entry.object_kind} {entry.object_id}",
    )
