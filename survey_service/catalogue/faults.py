"""What can be wrong with a questionnaire file, and how it is said."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong: where it stands, what was expected and what was found.

    `line` counts from 1; `field` is a path such as `items[hopes_asked].wording.da`.
    """

    file: str
    line: int
    field: str
    expected: str
    found: str

    def __str__(self) -> str:
        return (
            f"{self.file}:{self.line}: {self.field}: expected {self.expected}, found {self.found}"
        )


class CatalogueError(Exception):
    """Questionnaire files that cannot be used; `faults` holds everything that is wrong at once."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class UnknownInstrument(LookupError):
    """No instrument has this key and version."""

    def __init__(self, key: str, version: int, known: Iterable[str]) -> None:
        super().__init__(f"instrument: expected one of {sorted(known)}, found '{key}-{version}'")


class UnknownFramework(LookupError):
    """No framework has this key."""

    def __init__(self, key: str, known: Iterable[str]) -> None:
        super().__init__(f"framework: expected one of {sorted(known)}, found {key!r}")
