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
@click.argument("path", type=click.Path(path_type=Path, exists=True), required=False)
def check(path: Path | None) -> None:
    """Check the shipped questionnaires, or those in PATH, a folder or a single file.

    Exit status 0 with an overview and any warnings, 2 with one line per fault on standard error.
    """
    instruments, faults = _read(path if path is not None else questionnaires_folder())
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


def _print_overview(instruments: Sequence[Instrument]) -> None:
    """Print a line per instrument, columns aligned."""
    names = [f"{instrument.key} {instrument.version}" for instrument in instruments]
    width = max(map(len, names), default=0)
    for name, instrument in zip(names, instruments, strict=True):
        language = _choose_language(instrument)
        lix = count_instrument(instrument, language).lix
        measures = len(instrument.measures)
        click.echo(
            f"{name:<{width}}  {len(instrument.items):>3} items  {measures:>2} measures"
            f"  LIX {lix:4.1f} ({language})  {instrument.title.read_in(language)}"
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
        click.echo("No faults, no warnings.")
        return
    click.echo(f"No faults. Warnings: {len(lines)}")
    for line in lines:
        click.echo(f"  {line}")


def _choose_language(instrument: Instrument) -> str:
    languages = instrument.title.by_language
    return DEFAULT_LANGUAGE if DEFAULT_LANGUAGE in languages else next(iter(languages))
