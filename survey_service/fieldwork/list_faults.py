"""The faults of a file or a pasted list, as faults of the form it came through."""

from survey_service.exchange.faults import BadInputError
from survey_service.faults import FieldFault, InputRefused

TOLD_AT_MOST = 100
RULES = frozenset(
    {"empty_file", "column_nameless", "column_twice", "not_text", "quotes", "cells",
     "no_name_column", "no_audience_column"}
)  # fmt: skip
"""The kinds of fault with words of their own, `fault.table_<rule>`."""


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
