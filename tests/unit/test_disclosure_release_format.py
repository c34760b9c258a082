"""A release is frozen as JSON and read back unchanged."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from released_figures_builder import WAVES, a_report, some_figures
from test_disclosure import counted, reports

from survey_service.measurement.disclosure import disclose
from survey_service.measurement.release_format import released_from_json, released_to_json


@settings(deadline=None)
@given(reports, counted, st.integers(5, 15))
def test_figures_survive_json_exactly(report, counts, minimum):
    figures = disclose(report, counts, WAVES, minimum, 5.0)
    assert released_from_json(json.loads(json.dumps(released_to_json(figures)))) == figures


def test_the_method_survives_json_exactly():
    method = {"estimator": "REML", "limits": ("One.", "Two."), "margin": 5.0, "primary": None}
    figures = disclose(a_report(method=method), {}, WAVES, 5, 5.0)
    assert released_from_json(json.loads(json.dumps(released_to_json(figures)))) == figures


def test_json_says_that_it_is_suppressed_and_names_its_version():
    written = released_to_json(some_figures())
    assert (written["schema_version"], written["suppressed"]) == (1, True)


def test_no_figure_of_the_method_table_is_in_the_json():
    written = json.dumps(released_to_json(some_figures()))
    for name in ("standard_error", "p_adjusted", '"df"', '"p"', "components", '"mean_from"'):
        assert name not in written


def test_another_schema_version_is_refused():
    with pytest.raises(ValueError, match="schema_version: expected 1, found 2"):
        released_from_json(released_to_json(some_figures()) | {"schema_version": 2})


def test_a_row_with_a_missing_field_is_refused():
    written = released_to_json(some_figures())
    del written["counts"][0]["sent"]
    with pytest.raises(ValueError, match="ReleasedCount: expected"):
        released_from_json(written)
