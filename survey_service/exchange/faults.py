"""What is wrong with a file somebody gave us, so exactly that they can put it right."""

from dataclasses import dataclass, field
from pathlib import Path

PRINTED_AT_MOST = 20
KEPT_AT_MOST = 10_000
"""Beyond this many, faults are only counted: a file of millions of lines may be wrong in each."""

SHOWN_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: where it is, what was expected there and what was found.

    `line` counts from 1 as a text editor does; None where the whole file is meant. `rule` names
    the kind of fault where pages have words of their own for it.
    """

    file: Path
    line: int | None
    column: str | None
    expected: str
    found: str
    rule: str = ""

    def __str__(self) -> str:
        where = [str(self.file)]
        if self.line is not None:
            where.append(f"line {self.line}")
        if self.column is not None:
            where.append(f"column {self.column}")
        return f"{': '.join(where)}: expected {self.expected}, found {self.found}"


class BadInputError(Exception):
    """A file cannot be used: `faults` in the order of their lines, `uncounted` were not kept."""

    def __init__(self, faults: tuple[Fault, ...], uncounted: int = 0) -> None:
        self.faults = faults
        self.uncounted = uncounted
        super().__init__("\n".join(self.describe()))

    def describe(self) -> list[str]:
        """Return one line per fault, at most PRINTED_AT_MOST, and how many more there are."""
        printed = [str(fault) for fault in self.faults[:PRINTED_AT_MOST]]
        more = len(self.faults) + self.uncounted - len(printed)
        if more:
            printed.append(f"{self.faults[0].file}: and {more} more")
        return printed


@dataclass(slots=True)
class FaultLog:
    """Collects the faults of one file, so that they are told together."""

    file: Path
    faults: list[Fault] = field(default_factory=list)
    uncounted: int = 0

    def add(
        self, line: int | None, column: str | None, expected: str, found: str, rule: str = ""
    ) -> None:
        """Note one fault; `expected` and `found` complete "expected …, found …"."""
        if len(self.faults) < KEPT_AT_MOST:
            self.faults.append(Fault(self.file, line, column, expected, found, rule))
        else:
            self.uncounted += 1

    def raise_if_any(self) -> None:
        """Raise BadInputError with every fault noted so far, in the order of their lines."""
        if self.faults:
            ordered = sorted(self.faults, key=lambda fault: fault.line or 0)
            raise BadInputError(tuple(ordered), self.uncounted)


def quote(cell: str) -> str:
    """Return a cell as it is shown in a fault: quoted, on one line, shortened."""
    if not cell:
        return "an empty cell"
    return repr(cell if len(cell) <= SHOWN_CHARACTERS else cell[:SHOWN_CHARACTERS] + "…")


def refuse(
    file: Path, expected: str, found: str, line: int | None = None, rule: str = ""
) -> BadInputError:
    """Return the error for a file with one fault."""
    return BadInputError((Fault(file, line, None, expected, found, rule),))
