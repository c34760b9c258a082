"""Results as tables in the terminal: the same JSON objects, rounded for reading."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

NOT_FOR_PUBLICATION = "Unsuppressed: for the owner of the file, not for publication."

PIPE_WIDTH = 200
"""A pipe has no width of its own, and a table cut to 80 characters loses figures."""

COMPARISON_HEADINGS = (
    "Audience",
    "Principle",
    "Waves",
    "n from/to/both",
    "Mean from",
    "Mean to",
    "Difference",
    "95 % interval",
    "p adjusted",
    "Effect",
    "Verdict",
)
RELIABILITY_HEADINGS = (
    "Audience",
    "Wave",
    "Principle",
    "n",
    "Items",
    "Alpha",
    "95 % interval",
    "Omega",
)
TEXT_COLUMNS = 3


def show_comparisons(result: Mapping[str, Any]) -> None:
    """Print what `comparison_as_json` returned."""
    rows = [
        (
            row["audience"],
            f"{row['framework']}: {row['principle']}" if "framework" in row else row["principle"],
            f"{row['from']} to {row['to']}",
            f"{row['n_from']}/{row['n_to']}/{row['n_both']}",
            _figure(row["adjusted_mean_from"]),
            _figure(row["adjusted_mean_to"]),
            _figure(row["difference"]),
            f"{_figure(row['ci_low'])} to {_figure(row['ci_high'])}",
            _p_value(row["p_adjusted"]),
            _figure(row["effect_size"], 2),
            str(row["verdict"]).replace("_", " "),
        )
        for row in result["comparisons"]
    ]
    _show(COMPARISON_HEADINGS, rows)


def show_reliabilities(result: Mapping[str, Any]) -> None:
    """Print what `reliability_as_json` returned."""
    rows = [
        (
            row["audience"],
            row["wave"],
            row["principle"],
            str(row["n"]),
            str(row["items"]),
            _figure(row["alpha"], 3),
            f"{_figure(row['alpha_low'], 3)} to {_figure(row['alpha_high'], 3)}",
            _figure(row["omega"], 3),
        )
        for row in result["reliabilities"]
    ]
    _show(RELIABILITY_HEADINGS, rows)


def _show(headings: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
    table = Table(box=box.SIMPLE)
    for position, heading in enumerate(headings):
        table.add_column(heading, justify="left" if position < TEXT_COLUMNS else "right")
    for row in rows:
        # As Text, so that a name with square brackets is not taken for markup.
        table.add_row(*map(Text, row))
    console = Console(width=None if sys.stdout.isatty() else PIPE_WIDTH)
    console.print(table)
    console.print(NOT_FOR_PUBLICATION, markup=False)


def _figure(value: float | None, decimals: int = 1) -> str:
    return "-" if value is None else f"{value:.{decimals}f}"


def _p_value(value: float | None) -> str:
    return "<0.0001" if value is not None and value < 0.0001 else _figure(value, 4)
