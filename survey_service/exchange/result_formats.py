"""Comparisons and reliabilities as JSON objects: unsuppressed, for the owner of the file."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass

import numpy as np

from survey_service.exchange.score_files import FramedPrinciple
from survey_service.measurement.comparison import ComparisonReport, Contrast
from survey_service.measurement.reliability import ScaleReliability

SCHEMA_VERSION = 1

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def comparison_as_json(
    report: ComparisonReport, framed: Mapping[str, FramedPrinciple]
) -> dict[str, Json]:
    """Return what `compare` found as it is printed: figures not rounded, None for missing ones.

    Args:
        report: the comparison.
        framed: what each principle in the report is called, and in which framework.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "suppressed": False,
        "method": as_json(report.method),
        "comparisons": [_contrast_as_json(contrast, framed) for contrast in report.contrasts],
    }


def reliability_as_json(scales: Sequence[ScaleReliability]) -> dict[str, Json]:
    """Return reliabilities as they are printed: figures not rounded, None for missing ones."""
    return {
        "schema_version": SCHEMA_VERSION,
        "suppressed": False,
        "reliabilities": [_scale_as_json(scale) for scale in scales],
    }


def as_json(value: object) -> Json:
    """Return nested values as JSON has them: NaN and infinity become None, tuples lists.

    Raises TypeError for what JSON has no form for.
    """
    if isinstance(value, np.generic):
        value = value.item()
    match value:
        case None | bool() | int():
            return value
        case str():
            return str(value)
        case float():
            return value if math.isfinite(value) else None
        case Mapping():
            return {str(key): as_json(inner) for key, inner in value.items()}
        case list() | tuple():
            return [as_json(inner) for inner in value]
    if is_dataclass(value):
        return _fields_as_json(value)
    raise TypeError(f"JSON: expected a number, text, list or mapping, found {type(value).__name__}")


def _fields_as_json(value: object) -> dict[str, Json]:
    return {field.name: as_json(getattr(value, field.name)) for field in fields(value)}  # type: ignore[arg-type]


def _contrast_as_json(contrast: Contrast, framed: Mapping[str, FramedPrinciple]) -> Json:
    figures = _fields_as_json(contrast)
    named = framed[contrast.principle]
    return {
        **({"framework": named.framework} if named.framework is not None else {}),
        "audience": contrast.audience,
        "principle": named.principle,
        "from": figures.pop("from_wave"),
        "to": figures.pop("to_wave"),
        **{
            name: figure
            for name, figure in figures.items()
            if name not in {"audience", "principle"}
        },
    }


def _scale_as_json(scale: ScaleReliability) -> Json:
    """Return one scale's figures; `items` is the number of items they rest on."""
    figures = _fields_as_json(scale.reliability)
    item_statistics = figures.pop("items")
    return {
        "audience": scale.audience,
        "wave": scale.wave,
        "principle": scale.principle,
        **figures,
        "items": figures.pop("item_count"),
        "item_statistics": item_statistics,
    }
