"""`survey-service compare`: a project's closed waves compared, suppressed as on the pages."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from survey_service.cli.auditing import name_object

if TYPE_CHECKING:
    from survey_service.storage.projects import ProjectRecord

BAD_INPUT_STATUS = 2

SECTIONS = (
    "comparisons",
    "wave_means",
    "counts",
    "gaps",
    "item_flags",
    "items",
    "reliabilities",
    "panels",
    "response_rates",
    "weighted_means",
    "missing_items",
    "potentials",
    "help_given",
    "unit_figures",
    "unit_changes",
)


@click.command()
@click.option("--project", "key", required=True, help="The project's key.")
@click.option("--municipality", help="Its municipality's key, where several have such a project.")
@click.option("--format", "layout", type=click.Choice(["table", "json"]), default="table")
@click.option("--section", type=click.Choice(SECTIONS), help="Print this part alone.")
@click.pass_obj
def compare(
    instance: Path, key: str, municipality: str | None, layout: str, section: str | None
) -> None:
    """Compare the closed waves of a project: what may be shown of them now."""
    from survey_service.cli.service import open_installation
    from survey_service.exchange.released_formats import released_as_json
    from survey_service.reporting.earlier_releases import TooFewChanged
    from survey_service.reporting.releasing import (
        NothingToRelease,
        compute_figures,
        find_release,
    )

    with open_installation(instance).app_context():
        project = find_project_by_key(key, municipality)
        try:
            figures = compute_figures(project.id, _tell)
        except NothingToRelease as error:
            _refuse(f"project {key}: {error}")
        except TooFewChanged as error:
            click.echo(f"project {key}: {error}", err=True)
            figures = find_release(project.id).figures
    result = released_as_json(figures)
    if section is not None:
        head = {name: result[name] for name in ("schema_version", "suppressed")}
        result = head | {section: result[section]}
    if layout == "json":
        click.echo(json.dumps(result, ensure_ascii=False, allow_nan=False, indent=2))
    else:
        _show(result, section or "comparisons")


def find_project_by_key(key: str, municipality: str | None) -> "ProjectRecord":
    """Return a project; ends with 2 and one line where there is none or more than one."""
    from survey_service.storage import projects
    from survey_service.storage.database import reading

    owner = None
    if municipality is not None:
        owner = projects.find_municipality(reading(), municipality)
        if owner is None:
            _refuse(f"--municipality: expected a known key, found {municipality}")
    known = projects.find_projects(reading(), owner)
    found = [project for project in known if project.key == key]
    if not found:
        names = ", ".join(sorted({project.key for project in known})) or "none"
        _refuse(f"--project: expected a known key ({names}), found {key}")
    if len(found) > 1:
        count = f"{len(found)} with the key {key}; give --municipality"
        _refuse(f"--project: expected one project, found {count}")
    name_object("project", found[0].id)
    return found[0]


def _refuse(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(BAD_INPUT_STATUS)


def _tell(step: str) -> None:
    click.echo(f"{step} …", err=True)


_TABLE_COLUMNS = {
    "comparisons": (
        "audience",
        "principle",
        "from",
        "to",
        "n_from",
        "n_to",
        "n_both",
        "adjusted_mean_from",
        "adjusted_mean_to",
        "difference",
        "ci_low",
        "ci_high",
        "p_adjusted",
        "equivalence_power",
        "verdict",
    )
}


def _show(result: Mapping[str, Any], section: str) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    rows = [_flatten(row) for row in result[section]]
    columns: Sequence[str] = _TABLE_COLUMNS.get(section) or tuple(
        dict.fromkeys(name for row in rows for name in row)
    )
    table = Table(box=box.SIMPLE)
    for column in columns:
        table.add_column(column.replace("_", " "))
    for row in rows:
        # As Text, so that a name with square brackets is not taken for markup.
        table.add_row(*(Text(_cell(row.get(column))) for column in columns))
    console = Console(width=None if sys.stdout.isatty() else 240)
    console.print(table)
    console.print("Suppressed: what may not be shown is left out.", markup=False)


def _flatten(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row without objects inside: those of an interval keep the row's name."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            flat |= {f"{name} {part}": inner for part, inner in value.items()}
        else:
            flat[name] = value
    return flat


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(str(part) for part in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
