"""The faults of a file or a pasted list, as faults of the form it came through."""

import codecs
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from survey_service.exchange.faults import BadInputError, FaultLog
from survey_service.faults import FieldFault, InputRefused

TOLD_AT_MOST = 100
RULES = frozenset(
    {"empty_file", "column_nameless", "column_twice", "not_text", "quotes", "cells",
     "no_name_column", "no_audience_column"}
)  # fmt: skip
"""The kinds of fault with words of their own, `fault.table_<rule>`."""


Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class ReadList(Generic[Line]):
    """A list as far as it can be read, so that all its faults are told together.

    `unread` are the faults of the lines that are not among `lines`; nothing may be stored while
    there are any. `unread_text` is what stands in those lines.
    """

    lines: Sequence[Line]
    unread: tuple[FieldFault, ...] = ()
    unread_text: str = ""

    def may_name(self, name: str) -> bool:
        """Whether a line that cannot be read may be about something of that name."""
        return name.casefold() in self.unread_text


def read_list(
    content: bytes, field: str, read: Callable[[bytes, FaultLog], list[Line]]
) -> ReadList[Line]:
    """Return a file or a pasted list as far as it can be read.

    Args:
        content: what was sent.
        field: the form field it came through.
        read: returns the lines and notes the faults of those that cannot be read.

    Raises:
        InputRefused: for what is no such list at all.
    """
    log = FaultLog(Path(field))
    try:
        lines = read(content, log)
    except BadInputError as error:
        raise refuse_list(error, field) from error
    if not log.faults:
        return ReadList(lines)
    unread = BadInputError(tuple(log.faults), log.uncounted)
    return ReadList(lines, refuse_list(unread, field).faults, _unread_text(content, log))


def _unread_text(content: bytes, log: FaultLog) -> str:
    """Return the lines at fault; from an open quotation mark on nothing was read."""
    try:
        text = content.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    all_lines = text.casefold().splitlines()
    faulty = {fault.line or 1 for fault in log.faults}
    ends = [fault.line or 1 for fault in log.faults if fault.rule == "quotes"]
    return "\n".join(
        line
        for number, line in enumerate(all_lines, start=1)
        if number in faulty or any(number >= end for end in ends)
    )


def refuse_list(error: BadInputError, field: str) -> InputRefused:
    """Return the refusal of a list that cannot be read, each fault with its line."""
    faults = [
        FieldFault(field, f"table_{fault.rule if fault.rule in RULES else 'not_text'}",
                   {"column": fault.column or "", "found": fault.found}, fault.line)
        for fault in error.faults[:TOLD_AT_MOST]
    ]  # fmt: skip
    return InputRefused(*faults)


def first_faults(refusal: InputRefused) -> list[FieldFault]:
    """Return the faults of a list in the order of its lines, at most TOLD_AT_MOST and how many."""
    ordered = sorted(refusal.faults, key=lambda fault: fault.line or 0)
    told = ordered[:TOLD_AT_MOST]
    if len(ordered) > len(told):
        count = len(ordered) - len(told)
        told.append(FieldFault(told[0].field, "more_in_table", {"count": count}))
    return told
