"""`survey-service questionnaires …`: the files that say what is asked."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from survey_service.catalogue import (
    CatalogueError,
    Fault,
    questionnaires_folder,
    read_any_folder,
    read_instrument_file,
)
from survey_service.measurement.instrument import Instrument
from survey_service.measurement.readability import count_instrument, review_instrument
from survey_service.texts import DEFAULT_LANGUAGE

BAD_INPUT = 2


@click.group()
def questionnaires() -> None:
    """Frameworks and instruments: the files that say what is asked."""


@questionnaires.command()
@click.argument("path", type=click.Path(path_type=Path), required=False)
def check(path: Path | None) -> None:
    """Check the shipped questionnaires, or those in PATH, a folder or a single file.

    Exit status 0 with an overview and any warnings, 2 with one line per fault on standard error.
    """
    instruments, faults = _read(path if path is not None else _shorten(questionnaires_folder()))
    if faults:
        for fault in faults:
            click.echo(str(fault), err=True)
        raise SystemExit(BAD_INPUT)
    _print_overview(instruments)
    _print_remarks(instruments)


def _read(path: Path) -> tuple[Sequence[Instrument], Iterable[Fault]]:
    """Return the instruments of a folder or file, and what is wrong."""
    try:
        if path.is_dir():
            contents = read_any_folder(path)
            return list(contents.instruments.values()), contents.faults
        return [read_instrument_file(path)], ()
    except CatalogueError as error:
        return [], error.faults


def _shorten(path: Path) -> Path:
    """Return the path from where one stands, if it lies below."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _print_overview(instruments: Sequence[Instrument]) -> None:
    """Print a line per instrument, columns aligned."""
    rows = [("Questionnaire", "Items", "Measures", "LIX", "Title")]
    rows += [_describe(instrument) for instrument in instruments]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for number, (name, *figures, title) in enumerate(rows):
        cells = [name.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(figures, widths[1:], strict=True)]
        click.secho("  ".join([*cells, title]), bold=number == 0)


def _describe(instrument: Instrument) -> tuple[str, str, str, str, str]:
    language = _choose_language(instrument)
    lix = count_instrument(instrument, language).lix
    return (
        f"{instrument.key} {instrument.version}",
        str(len(instrument.items)),
        str(len(instrument.measures)),
        f"{lix:.1f} {language}",
        instrument.title.read_in(language),
    )


def _print_remarks(instruments: Iterable[Instrument]) -> None:
    """Print what to consider, or that there is nothing."""
    lines = [
        f"{instrument.key} {instrument.version}: {remark}"
        for instrument in instruments
        for remark in review_instrument(instrument)
    ]
    click.echo()
    if not lines:
        click.secho("No faults, no warnings.", fg="green")
        return
    click.secho(f"No faults. Warnings: {len(lines)}", fg="yellow")
    for line in lines:
        click.echo(f"  {line}")


def _choose_language(instrument: Instrument) -> str:
    languages = instrument.title.by_language
    return DEFAULT_LANGUAGE if DEFAULT_LANGUAGE in languages else next(iter(languages))
