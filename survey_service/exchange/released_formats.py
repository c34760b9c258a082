"""Released figures as JSON with the same keys as `compare-file`: suppressed, and marked so."""

from typing import Any

from survey_service.measurement.dataclass_json import to_plain
from survey_service.measurement.disclosure import ReleasedContrast, ReleasedFigures
from survey_service.measurement.released_details import ReleasedDetails, ReleasedMethodRow
from survey_service.measurement.verdict import REASON_TEXTS

SCHEMA_VERSION = 1

METHOD_FIGURES = (
    "mean_from",
    "mean_to",
    "standard_error",
    "df",
    "p",
    "p_adjusted",
    "effect_size",
    "equivalence_p",
    "equivalence_p_adjusted",
    "equivalence_ci_low",
    "equivalence_ci_high",
    "family",
    "robust_method",
    "robust_unit_count",
    "robust_difference",
    "robust_p",
    "disagrees",
)

_Key = tuple[str, str, str, str]


def released_as_json(figures: ReleasedFigures) -> dict[str, Any]:
    """Return released figures as they are printed; what may not be shown is None.

    One object per contrast with every key that `compare-file` prints, the evaluator's method
    figures in two significant digits among them; then every section of the details.
    """
    details = figures.details or ReleasedDetails()
    rows = {_key(row): row for row in details.method_rows}
    sections = to_plain(details)
    del sections["method_rows"]
    return {
        "schema_version": SCHEMA_VERSION,
        "suppressed": True,
        "method": dict(figures.method),
        "comparisons": [
            _contrast_as_json(contrast, rows.get(_key(contrast)), figures)
            for contrast in figures.contrasts
        ],
        "wave_means": to_plain(figures.wave_means),
        "counts": to_plain(figures.counts),
        **sections,
    }


def _key(row: ReleasedContrast | ReleasedMethodRow) -> _Key:
    return row.audience, row.principle, row.from_wave, row.to_wave


def _contrast_as_json(
    contrast: ReleasedContrast, row: ReleasedMethodRow | None, figures: ReleasedFigures
) -> dict[str, Any]:
    written = to_plain(contrast)
    code = written.pop("reason_code")
    text = REASON_TEXTS[code].format(margin=figures.margin, minimum=figures.minimum)
    return {
        "audience": written.pop("audience"),
        "principle": written.pop("principle"),
        "from": written.pop("from_wave"),
        "to": written.pop("to_wave"),
        **written,
        **{name: None if row is None else getattr(row, name) for name in METHOD_FIGURES},
        "reason": {"code": code, "text": text},
        "components": {} if row is None else dict(row.components),
    }
