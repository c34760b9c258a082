"""Released figures as JSON and back: how a release is frozen."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, TypeVar

from survey_service.measurement.comparison import Verdict
from survey_service.measurement.disclosure import (
    ReleasedContrast,
    ReleasedCount,
    ReleasedFigures,
    ReleasedMean,
)

SCHEMA_VERSION = 1

_Row = TypeVar("_Row", ReleasedCount, ReleasedMean, ReleasedContrast)


def released_to_json(figures: ReleasedFigures) -> dict[str, Any]:
    """Return the figures as what `json.dumps` takes, with `schema_version` first."""
    return {
        "schema_version": SCHEMA_VERSION,
        "suppressed": True,
        "minimum": figures.minimum,
        "margin": figures.margin,
        "waves": list(figures.waves),
        "counts": [asdict(row) for row in figures.counts],
        "wave_means": [asdict(row) for row in figures.wave_means],
        "contrasts": [asdict(row) | {"verdict": row.verdict.value} for row in figures.contrasts],
        "method": dict(figures.method),
    }


def released_from_json(mapping: Mapping[str, Any]) -> ReleasedFigures:
    """Return the figures that `released_to_json` wrote.

    Raises:
        ValueError: for another schema version, or a row whose fields are not as expected.
    """
    version = mapping.get("schema_version")
    if version != SCHEMA_VERSION:
        raise ValueError(f"schema_version: expected {SCHEMA_VERSION}, found {version!r}")
    return ReleasedFigures(
        minimum=int(mapping["minimum"]),
        margin=float(mapping["margin"]),
        waves=tuple(mapping["waves"]),
        counts=tuple(_read_row(ReleasedCount, row) for row in mapping["counts"]),
        wave_means=tuple(_read_row(ReleasedMean, row) for row in mapping["wave_means"]),
        contrasts=tuple(
            _read_row(ReleasedContrast, {**row, "verdict": Verdict(row["verdict"])})
            for row in mapping["contrasts"]
        ),
        method=dict(mapping["method"]),
    )


def _read_row(kind: type[_Row], row: Mapping[str, Any]) -> _Row:
    expected = {field.name for field in fields(kind)}
    if set(row) != expected:
        raise ValueError(f"{kind.__name__}: expected {sorted(expected)}, found {sorted(row)}")
    return kind(**row)
