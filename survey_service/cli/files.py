"""Commands from file to file: score, compare, reliability. They need no database and no keys.

What is heavy to load is imported inside the commands, so that `--help` answers at once.
"""

import json
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

import click

from survey_service.exchange.faults import BadInputError, refuse

if TYPE_CHECKING:
    from survey_service.exchange.response_files import ResponseFile
    from survey_service.exchange.score_files import ScoreFile
    from survey_service.measurement.comparison import ComparisonPlan, PrimaryContrast
    from survey_service.measurement.instrument import Instrument

Parameters = ParamSpec("Parameters")

BAD_INPUT_STATUS = 2
NOTABLE_HELP_SHIFT = 10.0
"""Points by which the share answered with help may shift between waves without a word."""

NOT_FOR_PUBLICATION = "Unsuppressed: for the owner of the file, not for publication."

TABLE_WIDTH = 160

file_argument = click.Path(path_type=Path)


def tell_faults(command: Callable[Parameters, None]) -> Callable[Parameters, None]:
    """Turn bad input into one line per fault on standard error and exit status 2."""

    @wraps(command)
    def told(*arguments: Parameters.args, **options: Parameters.kwargs) -> None:
        try:
            command(*arguments, **options)
        except BadInputError as error:
            for line in error.describe():
                click.echo(line, err=True)
            sys.exit(BAD_INPUT_STATUS)

    return told


@click.command("score-file")
@click.argument("responses", type=file_argument)
@click.option("--instrument", "instrument_path", type=file_argument, required=True)
@click.option("--output", type=file_argument, required=True, help="SCORES.csv to write.")
@tell_faults
def score_file(responses: Path, instrument_path: Path, output: Path) -> None:
    """Score the answers in RESPONSES.csv per principle, 0-100."""
    from survey_service.exchange.file_output import write_whole
    from survey_service.exchange.response_files import names_like_formulas, score_responses
    from survey_service.exchange.score_files import write_scores

    instrument = _read_instrument(instrument_path)
    answered = _read_responses(responses, instrument)
    write_whole(
        output,
        lambda stream: write_scores(score_responses(instrument, answered.table), stream),
        sources=(responses, instrument_path),
    )
    _tell_help(responses, answered)
    if formulas := names_like_formulas(answered.table):
        warning = "a spreadsheet may run as formulas: import the file as text"
        tell(output, f"{len(formulas)} names such as {formulas[0]!r} {warning}")


@click.command("compare-file")
@click.argument("scores", type=file_argument)
@click.option("--waves", required=True, help="In their order: baseline,midterm,final.")
@click.option("--margin", type=float, help="Points under which a change is not relevant. [5]")
@click.option("--primary", help="AUDIENCE:FROM:TO, the contrast named before measuring.")
@click.option("--minimum", type=int, help="Fewest answers in a wave for a verdict. [5]")
@click.option("--format", "layout", type=click.Choice(["json", "table"]), default="table")
@tell_faults
def compare_file(
    scores: Path,
    waves: str,
    margin: float | None,
    primary: str | None,
    minimum: int | None,
    layout: str,
) -> None:
    """Compare the waves in SCORES.csv per audience and principle."""
    from survey_service.cli.file_tables import show_comparisons
    from survey_service.exchange.result_formats import comparison_as_json
    from survey_service.exchange.score_files import read_scores
    from survey_service.measurement.comparison import compare

    plan = read_plan(waves, margin, primary, minimum)
    read = read_scores(scores, plan.waves)
    require_audience(read, plan)
    tell(scores, read.recognised)
    for column in read.unused_columns:
        tell(scores, f"column {column} is not used")
    result = comparison_as_json(compare(read.table, plan), read.framed)
    if layout == "json":
        _show_json(result)
    else:
        show_comparisons(result)


@click.command("reliability-file")
@click.argument("responses", type=file_argument)
@click.option("--instrument", "instrument_path", type=file_argument, required=True)
@click.option("--format", "layout", type=click.Choice(["json", "table"]), default="table")
@tell_faults
def reliability_file(responses: Path, instrument_path: Path, layout: str) -> None:
    """Measure how far the items of each principle in RESPONSES.csv measure one thing."""
    from survey_service.cli.file_tables import show_reliabilities
    from survey_service.exchange.result_formats import reliability_as_json
    from survey_service.measurement.reliability import reliability_per_scale

    answered = _read_responses(responses, _read_instrument(instrument_path))
    result = reliability_as_json(reliability_per_scale(answered.table))
    if layout == "json":
        _show_json(result)
    else:
        show_reliabilities(result)


def _read_instrument(path: Path) -> "Instrument":
    from survey_service.catalogue import CatalogueError, read_instrument_file

    if not path.is_file():
        raise refuse(path, "an instrument file", "a directory" if path.is_dir() else "nothing")
    try:
        return read_instrument_file(path)
    except CatalogueError as error:
        for fault in error.faults:
            click.echo(str(fault), err=True)
        sys.exit(BAD_INPUT_STATUS)


def _read_responses(path: Path, instrument: "Instrument") -> "ResponseFile":
    from survey_service.exchange.response_files import read_responses

    answered = read_responses(path, instrument)
    tell(path, answered.recognised)
    return answered


def read_plan(
    waves: str, margin: float | None, primary: str | None, minimum: int | None
) -> "ComparisonPlan":
    """Return the plan that a command's options describe; click.BadParameter where they do not."""
    from survey_service.measurement.comparison import (
        DEFAULT_MARGIN,
        MINIMUM_ANSWERS,
        ComparisonPlan,
    )

    names = tuple(name.strip() for name in waves.split(","))
    if len(names) < 2 or not all(names) or len(set(names)) < len(names):
        raise bad_option("--waves", "two or more different names", waves)
    if margin is not None and not 0 < margin <= 100:
        raise bad_option("--margin", "points over 0, at most 100", margin)
    if minimum is not None and minimum < 2:
        raise bad_option("--minimum", "2 answers or more", minimum)
    return ComparisonPlan(
        waves=names,
        margin=DEFAULT_MARGIN if margin is None else margin,
        primary=None if primary is None else _primary(primary, names),
        minimum=MINIMUM_ANSWERS if minimum is None else minimum,
    )


def _primary(text: str, waves: tuple[str, ...]) -> "PrimaryContrast":
    from survey_service.measurement.comparison import PrimaryContrast

    audience, *pair = (part.strip() for part in text.rsplit(":", 2))
    if not audience or len(pair) != 2:
        raise bad_option("--primary", "AUDIENCE:FROM:TO", text)
    for wave in pair:
        if wave not in waves:
            raise bad_option("--primary", f"waves out of {', '.join(waves)}", wave)
    if waves.index(pair[0]) >= waves.index(pair[1]):
        raise bad_option("--primary", "FROM before TO in --waves", text)
    return PrimaryContrast(audience, *pair)


def require_audience(read: "ScoreFile", plan: "ComparisonPlan") -> None:
    """Refuse a plan whose primary audience is not in the file."""
    audiences = read.table.audiences
    if plan.primary is not None and plan.primary.audience not in audiences:
        expected = f"an audience out of {', '.join(audiences)}"
        raise bad_option("--primary", expected, plan.primary.audience)


def bad_option(option: str, expected: str, found: object) -> click.BadParameter:
    """Return what to raise for an option that is not as expected."""
    return click.BadParameter(f"expected {expected}, found {found!r}", param_hint=option)


def tell(path: Path, message: str) -> None:
    """Say something about a file on standard error."""
    click.echo(f"{path}: {message}", err=True)


def _tell_help(path: Path, answered: "ResponseFile") -> None:
    """Say how many answered with help, and since which wave in the file the share has shifted."""
    previous: dict[str, tuple[str, float]] = {}
    for share in answered.help_shares:
        percent = 100 * share.helped_count / share.response_count
        told = f"{share.helped_count} of {share.response_count} answered with help"
        earlier, before = previous.get(share.audience, (share.wave, percent))
        if abs(percent - before) > NOTABLE_HELP_SHIFT:
            told += f", a shift of {percent - before:+.0f} points since {earlier}"
        tell(path, f"{share.audience}, {share.wave}: {told}")
        previous[share.audience] = share.wave, percent


def _show_json(result: Mapping[str, Any]) -> None:
    click.echo(json.dumps(result, allow_nan=False, indent=2))
