"""What somebody typed, read as text, numbers and dates, so that every fault is told at once."""

import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from survey_service.faults import FieldFault, InputRefused

_DANISH_DATE = re.compile(r"(\d{1,2})[-./ ]+(\d{1,2})[-./ ]+(\d{4})", re.ASCII)
_KEY_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ß": "ss", "ð": "d", "þ": "th"})
KEY_LIMIT = 60


@dataclass(slots=True)
class TypedInput:
    """Reads typed values and keeps the faults it finds; what it cannot read is None or empty."""

    faults: list[FieldFault] = field(default_factory=list)

    def refuse(self, field_name: str, rule: str, line: int | None = None, **values: object) -> None:
        """Note a fault."""
        self.faults.append(FieldFault(field_name, rule, values, line))

    def raise_if_any(self) -> None:
        """Raise InputRefused with every fault noted so far."""
        if self.faults:
            raise InputRefused(*self.faults)

    def read_text(
        self,
        field_name: str,
        typed: str | None,
        limit: int,
        *,
        required: bool = True,
        line: int | None = None,
    ) -> str:
        """Return one line of text of at most `limit` characters."""
        cleaned = tidy(typed or "")
        if required and not cleaned:
            self.refuse(field_name, "missing", line)
        if len(cleaned) > limit:
            self.refuse(field_name, "too_long", line, limit=limit, found=len(cleaned))
        return cleaned

    def read_paragraphs(self, field_name: str, typed: str | None, limit: int) -> str:
        """Return text of several lines of at most `limit` characters."""
        lines = (tidy(line) for line in (typed or "").splitlines())
        cleaned = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
        if not cleaned:
            self.refuse(field_name, "missing")
        if len(cleaned) > limit:
            self.refuse(field_name, "too_long", limit=limit, found=len(cleaned))
        return cleaned

    def read_day(self, field_name: str, typed: str | None, *, required: bool = True) -> date | None:
        """Return a date written as 2026-12-24 or 24-12-2026."""
        cleaned = (typed or "").strip()
        if not cleaned:
            if required:
                self.refuse(field_name, "missing")
            return None
        danish = _DANISH_DATE.fullmatch(cleaned)
        try:
            if danish:
                found = date(int(danish[3]), int(danish[2]), int(danish[1]))
            else:
                found = date.fromisoformat(cleaned)
        except ValueError:
            self.refuse(field_name, "no_date")
            return None
        if not 2000 <= found.year <= 2100:
            self.refuse(field_name, "date_absurd")
            return None
        return found

    def read_whole_number(
        self, field_name: str, typed: str | None, low: int, high: int, line: int | None = None
    ) -> int | None:
        """Return a whole number from `low` to `high`; 1.200 and 1 200 are Danish for 1200."""
        cleaned = re.sub(r"\s", "", typed or "")
        if re.fullmatch(r"\d{1,3}(\.\d{3})+", cleaned, re.ASCII):
            cleaned = cleaned.replace(".", "")
        is_number = re.fullmatch(r"\d{1,9}", cleaned, re.ASCII) is not None
        if not is_number or not low <= int(cleaned) <= high:
            self.refuse(field_name, "no_number", line, low=low, high=high)
            return None
        return int(cleaned)

    def read_decimal(
        self, field_name: str, typed: str | None, low: float, high: float
    ) -> float | None:
        """Return a number above 0 from `low` to `high` with at most one decimal."""
        cleaned = re.sub(r"\s", "", typed or "").replace(",", ".")
        is_number = re.fullmatch(r"\d{1,3}(\.\d{1,9})?", cleaned, re.ASCII) is not None
        found = Decimal(cleaned) if is_number else None
        if found is None or not low <= found <= high or found != round(found, 1):
            self.refuse(field_name, "no_decimal", low=_danish(low), high=_danish(high))
            return None
        return float(found)


def tidy(text: str) -> str:
    """Return one line without blanks around it, control characters or doubled blanks.

    Letters written as base and accent are composed, so that what looks alike is alike.
    """
    composed = unicodedata.normalize("NFC", text)
    visible = (char if unicodedata.category(char)[0] != "C" else " " for char in composed)
    return " ".join("".join(visible).split())


def make_key(name: str, taken: Container[str]) -> str:
    """Return a short name of ASCII letters, digits and hyphens that none of `taken` is."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_KEY_LETTERS))
    ascii_only = plain.encode("ascii", "ignore").decode()
    key = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[: KEY_LIMIT - 8].strip("-") or "x"
    candidate, number = key, 2
    while candidate in taken:
        candidate, number = f"{key}-{number}", number + 1
    return candidate


def _danish(number: float) -> str:
    return f"{number:g}".replace(".", ",")
