"""Who may sign in: `survey-service users …`."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click

from survey_service.accounts.roles import Role
from survey_service.cli.auditing import name_object
from survey_service.cli.service import open_installation

if TYPE_CHECKING:
    from survey_service.accounts.administration import AccountOverview
    from survey_service.storage.accounts import AccountRecord

COLUMNS = ("name", "role", "municipality", "units", "two_step", "state")


@click.group()
def users() -> None:
    """Who may sign in."""


@users.command("add")
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    help="evaluator; with --all-municipalities administrator",
)
@click.option("--municipality", help="Key of the municipality whose projects they may see.")
@click.option("--all-municipalities", is_flag=True, help="They may see every municipality's.")
@click.option("--unit", "units", multiple=True, help="Key of a unit they are limited to; repeat.")
@click.pass_obj
def add_user_command(
    instance: Path,
    name: str,
    role: str | None,
    municipality: str | None,
    all_municipalities: bool,
    units: tuple[str, ...],
) -> None:
    """Make an account for NAME (an e-mail address) and print its one-time password."""
    if (municipality is None) != all_municipalities:
        found = "both" if all_municipalities else "neither"
        raise click.UsageError(
            f"expected --municipality KEY or --all-municipalities, found {found}"
        )
    from survey_service.accounts.administration import Scope, add_account

    app = open_installation(instance)
    with app.app_context(), _one_line_per_fault():
        municipality_id = _find_municipality(municipality) if municipality else None
        unit_ids = _find_units(municipality_id, units)
        chosen = role or (Role.EVALUATOR if municipality_id else Role.ADMINISTRATOR)
        scope, now = Scope(chosen, municipality_id, unit_ids), app.extensions["survey_now"]()
        account, password = add_account(None, name, scope, now)
        name_object("account", account.id)
    _tell_password(account, password)


@users.command("list")
@click.option("--format", "layout", type=click.Choice(["table", "json"]), default="table")
@click.pass_obj
def list_users(instance: Path, layout: str) -> None:
    """List who may sign in, as what and where."""
    from survey_service.accounts.administration import list_accounts

    with open_installation(instance).app_context():
        found = list_accounts(None)
    if layout == "json":
        described = [_describe(overview) for overview in found]
        click.echo(json.dumps({"schema_version": 1, "users": described}, ensure_ascii=False))
        return
    for line in _aligned([COLUMNS, *(_table_row(overview) for overview in found)]):
        click.echo(line)


@users.command("disable")
@click.argument("name")
@click.pass_obj
def disable_user(instance: Path, name: str) -> None:
    """Keep NAME out from now on; every session of theirs ends."""
    from survey_service.accounts.administration import disable

    with open_installation(instance).app_context(), _one_line_per_fault():
        account = _find_account(name)
        disable(None, account.id)
    click.echo(f"{account.name} may no longer sign in")


@users.command("reset")
@click.argument("name")
@click.pass_obj
def reset_user(instance: Path, name: str) -> None:
    """Print a new one-time password for NAME; two-step sign-in is off, every session ends."""
    from survey_service.accounts.administration import reset_password

    app = open_installation(instance)
    with app.app_context(), _one_line_per_fault():
        account = _find_account(name)
        password = reset_password(None, account.id, app.extensions["survey_now"]())
    _tell_password(account, password)


def _tell_password(account: "AccountRecord", password: str) -> None:
    from survey_service.accounts.administration import ONE_TIME_DAYS

    click.echo(
        f"{account.name} may sign in once, within {ONE_TIME_DAYS} days, with the password"
        f" {password}"
    )


@contextmanager
def _one_line_per_fault() -> Iterator[None]:
    from survey_service.faults import InputRefused

    try:
        yield
    except InputRefused as refused:
        for fault in refused.faults:
            found = _FAULTS.get(fault.rule, "{fault}").format(fault=fault, **fault.values)
            click.echo(found, err=True)
        sys.exit(2)


_FAULTS = {
    "account_name_missing": "name: expected an e-mail address, found nothing",
    "account_name_taken": "name: {name} is taken",
    "role_needs_municipality": "--role: expected administrator with --all-municipalities,"
    " found another role",
    "units_need_municipality": "--unit: expected --municipality with it, found none",
    "units_for_whole_role": "--unit: expected a unit_leader, case_reviewer or viewer,"
    " found a role that works on whole projects",
    "unit_leader_needs_units": "--unit: expected at least one for a unit_leader, found none",
    "last_administrator": "name: expected another administrator for all municipalities to remain,"
    " found none",
}


def _refuse(line: str) -> None:
    click.echo(line, err=True)
    sys.exit(2)


def _find_municipality(key: str) -> UUID | None:
    from survey_service.storage import projects
    from survey_service.storage.database import reading

    found = projects.find_municipality(reading(), key)
    if found is None:
        _refuse(f"--municipality: expected a known key, found {key}")
    return found


def _find_units(municipality_id: UUID | None, keys: Sequence[str]) -> frozenset[UUID]:
    from survey_service.storage import projects
    from survey_service.storage.database import reading

    if keys and municipality_id is None:
        _refuse(_FAULTS["units_need_municipality"])
    known = projects.find_units(reading(), municipality_id) if municipality_id else {}
    for key in keys:
        if key not in known:
            _refuse(f"--unit: expected a unit of the municipality, found {key}")
    return frozenset(known[key] for key in keys)


def _find_account(name: str) -> "AccountRecord":
    from survey_service.accounts.sign_in import clean_name
    from survey_service.storage import accounts
    from survey_service.storage.database import reading

    found = accounts.find_account_by_name(reading(), clean_name(name))
    if found is None:
        click.echo(f"name: expected somebody who may sign in, found {name}", err=True)
        sys.exit(2)
    name_object("account", found.id)
    return found


def _describe(overview: "AccountOverview") -> dict[str, object]:
    account = overview.account
    return {
        "name": account.name,
        "role": account.role,
        "municipality": overview.municipality_key,
        "units": list(overview.unit_names),
        "two_step": account.has_two_step,
        "state": _state(account),
    }


def _state(account: "AccountRecord") -> str:
    if account.is_disabled:
        return "disabled"
    return "one-time password" if account.must_change_password else "active"


def _table_row(overview: "AccountOverview") -> tuple[str, ...]:
    account = overview.account
    return (
        account.name,
        account.role,
        overview.municipality_key or "all",
        ", ".join(overview.unit_names) or "all",
        "on" if account.has_two_step else "off",
        _state(account),
    )


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
