"""Frozen dataclasses as JSON and back, by their type hints: an exact round trip."""

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

Kind = TypeVar("Kind")

_SIMPLE: Mapping[object, Callable[[Any], Any]] = {date: date.fromisoformat, float: float}


def to_plain(value: object) -> Any:
    """Return dataclasses, tuples, mappings, dates, words, numbers as what `json.dumps` takes."""
    if isinstance(value, StrEnum | date):
        return value.value if isinstance(value, StrEnum) else value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_plain(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [to_plain(part) for part in value]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise TypeError(f"JSON: expected a dataclass, tuple, date, word or number, found {type(value)}")


def from_plain(kind: type[Kind], value: Any) -> Kind:
    """Return the dataclass that `to_plain` wrote.

    A field that has a default may be missing: it was added after the JSON was written.

    Raises:
        ValueError: for a dataclass whose fields are not as expected.
    """
    found: Kind = _read(kind, value)
    return found


def _read(kind: Any, value: Any) -> Any:
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin in {types.UnionType, typing.Union}:
        return (
            None if value is None else _read(next(p for p in parts if p is not type(None)), value)
        )
    if origin is tuple:
        return tuple(_read(parts[0], part) for part in value)
    if origin is not None and issubclass(origin, Mapping):
        return {key: _read(parts[1], part) for key, part in value.items()}
    if is_dataclass(kind) and isinstance(kind, type):
        return _read_fields(kind, value)
    read = _SIMPLE.get(kind, kind if isinstance(kind, type) and issubclass(kind, StrEnum) else None)
    return value if read is None else read(value)


def _read_fields(kind: type[Any], value: Mapping[str, Any]) -> Any:
    hints = typing.get_type_hints(kind)
    known = {field.name for field in fields(kind)}
    required = {
        field.name
        for field in fields(kind)
        if field.default is MISSING and field.default_factory is MISSING
    }
    if not required <= set(value) <= known:
        raise ValueError(f"{kind.__name__}: expected {sorted(known)}, found {sorted(value)}")
    return kind(**{name: _read(hints[name], part) for name, part in value.items()})
