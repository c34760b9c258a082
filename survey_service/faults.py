"""What is wrong with something typed into a form, field by field."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One fault: `field` is the form field's name, `rule` the text to show (`fault.<rule>`).

    `values` fill the places of that text. `line` is the line of a pasted list or a file, from 1.
    """

    field: str
    rule: str
    values: Mapping[str, object] = dataclasses.field(default_factory=dict)
    line: int | None = None

    def __str__(self) -> str:
        """Return the fault for a log or a terminal; the values may repeat what was typed."""
        place = self.field if self.line is None else f"{self.field}, line {self.line}"
        told = ", ".join(f"{name} {value}" for name, value in self.values.items())
        return f"{place}: {self.rule}" + (f" ({told})" if told else "")


class InputRefused(Exception):
    """What was typed cannot be used; nothing was changed. `faults` holds at least one fault."""

    def __init__(self, *faults: FieldFault) -> None:
        super().__init__("; ".join(str(fault) for fault in faults))
        self.faults = faults
