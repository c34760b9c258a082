"""Tests and intervals from an estimate, against published tables and simulation."""

import numpy as np
import pytest
from scipy import stats

from survey_service.measurement.contrast_statistics import (
    Inference,
    equivalence_power,
    infer,
    interval,
    raw_interval,
    standardise,
)
from survey_service.measurement.mixed_model import Estimate


def test_intervals_use_the_t_table():
    """t(.975, 10) = 2.228 and t(.95, 10) = 1.812 in any printed table."""
    found = infer(Estimate(4.0, 2.0, 10.0), margin=5.0)
    assert found.ci_low == pytest.approx(4 - 2 * 2.228, abs=1e-3)
    assert found.ci_high == pytest.approx(4 + 2 * 2.228, abs=1e-3)
    assert found.equivalence_ci_low == pytest.approx(4 - 2 * 1.812, abs=1e-3)
    assert found.equivalence_ci_high == pytest.approx(4 + 2 * 1.812, abs=1e-3)


def test_p_and_smallest_detectable_difference_use_the_t_table():
    """t(.80, 10) = 0.879; an estimate of 2.228 errors has p = .05."""
    found = infer(Estimate(2.228, 1.0, 10.0), margin=5.0)
    assert found.p == pytest.approx(0.05, abs=1e-4)
    assert found.minimum_detectable_difference == pytest.approx(2.228 + 0.879, abs=1e-3)


@pytest.mark.parametrize("difference", [3.0, -3.0])
def test_equivalence_p_is_that_of_the_nearer_margin(difference):
    expected = max(stats.t.sf((difference + 5) / 1.5, 8), stats.t.cdf((difference - 5) / 1.5, 8))
    found = infer(Estimate(difference, 1.5, 8.0), margin=5.0)
    assert found.equivalence_p == pytest.approx(expected)


def test_equivalence_holds_exactly_when_the_90_percent_interval_lies_within_the_margin():
    for difference in np.linspace(-8, 8, 41):
        found = infer(Estimate(float(difference), 1.5, 8.0), margin=5.0)
        inside = found.equivalence_ci_low > -5 and found.equivalence_ci_high < 5
        assert inside == (found.equivalence_p < 0.05)


def test_the_power_of_equivalence_is_near_that_of_simulation():
    """Without change, 30 degrees of freedom, margin of three errors: TOST by simulation."""
    draw = np.random.default_rng(1)
    count, df, margin = 400_000, 30, 3.0
    difference = draw.normal(size=count)
    error = np.sqrt(draw.chisquare(df, count) / df)
    concluded = np.mean(np.abs(difference) + error * stats.t.ppf(0.95, df) < margin)
    found = equivalence_power(Estimate(0.0, 1.0, float(df)), margin)
    assert found == pytest.approx(concluded, abs=0.02)


def test_the_power_after_holm_is_at_least_what_is_said():
    """Eight tests without change, each at Holm's first step: how often one concludes by it."""
    draw = np.random.default_rng(2)
    count, df, margin = 400_000, 30, 4.0
    difference = draw.normal(size=count)
    error = np.sqrt(draw.chisquare(df, count) / df)
    limit = stats.t.ppf(1 - 0.05 / 8, df)
    concluded = np.mean(np.abs(difference) + error * limit < margin)
    found = equivalence_power(Estimate(0.0, 1.0, float(df)), margin, 8)
    assert found == pytest.approx(concluded, abs=0.03)
    assert found < equivalence_power(Estimate(0.0, 1.0, float(df)), margin) - 0.1


def test_without_a_standard_error_there_is_no_power():
    assert equivalence_power(Estimate(3.0), 5.0) is None


def test_a_margin_within_the_noise_can_never_be_concluded():
    assert equivalence_power(Estimate(0.0, 4.0, 20.0), 5.0) == 0.0


@pytest.mark.parametrize("estimate", [Estimate(), Estimate(3.0), Estimate(3.0, 0.0, 4.0)])
def test_without_a_standard_error_there_is_no_inference(estimate):
    assert infer(estimate, margin=5.0) == Inference()


def test_an_interval_needs_a_standard_error():
    assert interval(Estimate(3.0)) == (None, None)


def test_the_effect_size_by_hand():
    """4 / sqrt(17) is 0.970143; 1 - 3/71 is 0.957746; their product is 0.929151."""
    assert standardise(4.0, (10, 10), (9.0, 25.0)) == pytest.approx(0.929151, abs=1e-6)


@pytest.mark.parametrize("variances", [(None, 4.0), (4.0, None), (0.0, 0.0)])
def test_the_effect_size_needs_variances(variances):
    assert standardise(4.0, (10, 10), variances) is None


def test_the_raw_means_interval_uses_the_t_table():
    """40, 50, 60, 70 and 55: mean 55, variance 125, error 5; t(.975, 4) = 2.776 in any table."""
    low, high = raw_interval(55.0, 125.0, 5)
    assert low == pytest.approx(55 - 5 * 2.776, abs=5e-3)
    assert high == pytest.approx(55 + 5 * 2.776, abs=5e-3)


def test_one_answer_has_no_interval():
    assert raw_interval(40.0, float("nan"), 1) == (None, None)
