"""Results as JSON: nothing rounded, nothing that JSON does not have."""

import json
import math
from types import MappingProxyType

import numpy as np
import pytest

from survey_service.exchange.result_formats import as_json, comparison_as_json
from survey_service.exchange.score_files import FramedPrinciple
from survey_service.measurement.comparison import ComparisonReport, Contrast, Reason, Verdict

PROMISED_KEYS = {
    *("audience", "principle", "from", "to", "n_from", "n_to", "n_both", "mean_from", "mean_to"),
    *("adjusted_mean_from", "adjusted_mean_to", "difference", "standard_error", "df", "ci_low"),
    *("ci_high", "p", "p_adjusted", "effect_size", "equivalence_p"),
    *("minimum_detectable_difference", "verdict", "reason", "components"),
}


def contrast(principle: str, difference: float | None) -> Contrast:
    return Contrast(
        audience="citizen",
        principle=principle,
        from_wave="baseline",
        to_wave="final",
        n_from=5,
        n_to=6,
        n_both=0,
        mean_from=1 / 3,
        mean_to=None,
        adjusted_mean_from=None,
        adjusted_mean_to=None,
        difference=difference,
        standard_error=None,
        df=None,
        ci_low=None,
        ci_high=None,
        p=None,
        p_adjusted=None,
        effect_size=None,
        equivalence_p=None,
        equivalence_p_adjusted=None,
        minimum_detectable_difference=None,
        verdict=Verdict.CANNOT_TELL,
        reason=Reason("one_unit", "One unit."),
        is_primary=False,
        components=MappingProxyType({"unit": 0.0, "respondent": None}),
    )


def report(*contrasts: Contrast) -> ComparisonReport:
    return ComparisonReport({"margin": np.float64(5)}, (), contrasts)


def test_a_comparison_has_the_promised_keys_in_full_precision() -> None:
    framed = {"hopes": FramedPrinciple(None, "hopes")}
    printed = json.loads(
        json.dumps(comparison_as_json(report(contrast("hopes", 2 / 3)), framed), allow_nan=False)
    )

    assert {"schema_version": 1, "suppressed": False}.items() <= printed.items()
    (row,) = printed["comparisons"]
    assert row.keys() >= PROMISED_KEYS
    assert (row["from"], row["to"]) == ("baseline", "final")
    assert (row["mean_from"], row["difference"]) == (1 / 3, 2 / 3)
    assert row["reason"] == {"code": "one_unit", "text": "One unit."}
    assert row["components"] == {"unit": 0.0, "respondent": None}
    assert "framework" not in row


def test_what_is_not_a_number_becomes_null() -> None:
    framed = {"hopes": FramedPrinciple(None, "hopes")}
    (row,) = comparison_as_json(report(contrast("hopes", math.nan)), framed)["comparisons"]

    assert row["difference"] is None


def test_a_framework_the_file_names_stands_beside_the_principle() -> None:
    framed = {"2020: hopes": FramedPrinciple("2020", "hopes")}
    (row,) = comparison_as_json(report(contrast("2020: hopes", 1.0)), framed)["comparisons"]

    assert (row["framework"], row["principle"]) == ("2020", "hopes")


@pytest.mark.parametrize("value", [math.nan, math.inf, np.float64("-inf")])
def test_no_infinity_reaches_json_however_deep(value: float) -> None:
    assert as_json({"inner": (value, np.int64(3), np.True_)}) == {"inner": [None, 3, True]}


def test_what_json_has_no_form_for_is_an_error() -> None:
    with pytest.raises(TypeError, match="found set"):
        as_json({1})
