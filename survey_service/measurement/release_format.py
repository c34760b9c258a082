"""Released figures as JSON and back: how a release is frozen."""

from collections.abc import Mapping
from typing import Any

from survey_service.measurement.dataclass_json import from_plain, to_plain
from survey_service.measurement.disclosure import (
    ReleasedContrast,
    ReleasedCount,
    ReleasedFigures,
    ReleasedMean,
)
from survey_service.measurement.released_details import ReleasedDetails

SCHEMA_VERSION = 1


def released_to_json(figures: ReleasedFigures) -> dict[str, Any]:
    """Return the figures as what `json.dumps` takes, with `schema_version` first."""
    written = {
        "schema_version": SCHEMA_VERSION,
        "suppressed": True,
        "minimum": figures.minimum,
        "margin": figures.margin,
        "waves": list(figures.waves),
        "counts": to_plain(figures.counts),
        "wave_means": to_plain(figures.wave_means),
        "contrasts": to_plain(figures.contrasts),
        "method": dict(figures.method),
    }
    if figures.details is not None:
        written["details"] = to_plain(figures.details)
    return written


def released_from_json(mapping: Mapping[str, Any]) -> ReleasedFigures:
    """Return the figures that `released_to_json` wrote.

    Raises:
        ValueError: for another schema version, or a row whose fields are not as expected.
    """
    details = mapping.get("details")
    version = mapping.get("schema_version")
    if version != SCHEMA_VERSION:
        raise ValueError(f"schema_version: expected {SCHEMA_VERSION}, found {version!r}")
    return ReleasedFigures(
        minimum=int(mapping["minimum"]),
        margin=float(mapping["margin"]),
        waves=tuple(mapping["waves"]),
        counts=tuple(from_plain(ReleasedCount, row) for row in mapping["counts"]),
        wave_means=tuple(from_plain(ReleasedMean, row) for row in mapping["wave_means"]),
        contrasts=tuple(from_plain(ReleasedContrast, row) for row in mapping["contrasts"]),
        method=dict(mapping["method"]),
        details=None if details is None else from_plain(ReleasedDetails, details),
    )
