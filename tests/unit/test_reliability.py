"""Alpha, omega and their neighbours, against tables, hand calculation and a real survey."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from item_table_builder import item_table
from statsmodels.multivariate.factor import Factor

from survey_service.measurement.item_table import ItemScores
from survey_service.measurement.one_factor import fit_loadings, omega_total
from survey_service.measurement.reliability import (
    cronbach_alpha,
    feldt_interval,
    measure_reliability,
    pairwise_covariance,
    reliability_per_scale,
    standard_error_of_measurement,
)

REAL_SURVEY = Path(__file__).parents[2].parent / "shared" / "data" / "sai_responses.csv"
REVERSED = ["calm", "secure", "at_ease", "rested", "comfortable"]
REVERSED += ["confident", "relaxed", "content", "joyful", "pleasant"]
MISSING = np.nan


def scale_of(rows):
    scores = np.asarray(rows, dtype=float)
    return ItemScores(scores, tuple(f"item-{column}" for column in range(scores.shape[1])))


def real_anxiety_scale(wave):
    with REAL_SURVEY.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["wave"] == wave]
    keys = tuple(list(rows[0])[4:])
    raw = np.array([[float(row[key]) if row[key] else MISSING for key in keys] for row in rows])
    share = (raw - 1) / 3
    turned = np.isin(keys, REVERSED)
    return ItemScores(100 * np.where(turned, 1 - share, share), keys)


@pytest.mark.real_survey
def test_alpha_of_the_state_anxiety_inventory_is_that_of_psych():
    # R: psych::alpha(sai[sai$time == 1, items], check.keys = TRUE)$total$raw_alpha
    found = measure_reliability(real_anxiety_scale("t1"))
    assert found.alpha == pytest.approx(0.911273, abs=1e-6)


@pytest.mark.real_survey
def test_alpha_of_complete_answers_to_the_state_anxiety_inventory_is_that_of_r():
    # R: the same call on complete.cases(sai[sai$time == 1, items])
    found = measure_reliability(real_anxiety_scale("t1"))
    assert found.complete_count == 2926
    assert found.complete_alpha == pytest.approx(0.911733, abs=1e-6)


@pytest.mark.real_survey
def test_omega_of_the_real_survey_is_near_the_one_by_maximum_likelihood():
    scale = real_anxiety_scale("t1")
    complete = scale.scores[~np.isnan(scale.scores).any(axis=1)]
    covariance = np.cov(complete, rowvar=False)
    fit = Factor(corr=np.corrcoef(complete, rowvar=False), n_factor=1, method="ml").fit()
    likely = np.abs(fit.loadings[:, 0]) * np.sqrt(np.diag(covariance))
    found = fit_loadings(covariance)
    # The two estimators agree only as far as one factor fits; omega hardly depends on which.
    assert omega_total(found, covariance) == pytest.approx(
        omega_total(likely, covariance), abs=0.005
    )


def test_alpha_of_a_small_table_is_the_one_worked_out_by_hand():
    # Squared deviations of the items sum to 500, 100 and 475; the four people's sums are
    # 20, 40, 60 and 90; every divisor is 3.
    rows = [[0, 10, 10], [10, 10, 20], [20, 20, 20], [30, 20, 40]]
    variances = 500 / 3 + 100 / 3 + 475 / 3
    total_variance = (20**2 + 40**2 + 60**2 + 90**2 - 4 * 52.5**2) / 3
    expected = 3 / 2 * (1 - variances / total_variance)
    assert measure_reliability(scale_of(rows)).alpha == pytest.approx(expected, rel=1e-12)


def test_pairwise_covariances_use_everyone_who_rated_both_items():
    scores = np.array([[0.0, 10.0], [20.0, 30.0], [40.0, 20.0], [100.0, MISSING]])
    # Items 1 and 2 over the first three people: means 20 and 20, products (200+0+0)/2 = 100.
    found = pairwise_covariance(scores)
    assert found[0, 1] == pytest.approx(100.0)
    assert found[1, 1] == pytest.approx(100.0)
    # Item 1 over all four people: mean 40, squares (1600 + 400 + 0 + 3600) / 3.
    assert found[0, 0] == pytest.approx(5600 / 3)


def test_pairwise_covariances_of_complete_answers_are_numpys():
    scores = np.random.default_rng(1).uniform(0, 100, (40, 5))
    np.testing.assert_allclose(pairwise_covariance(scores), np.cov(scores, rowvar=False))


def test_the_interval_of_alpha_follows_the_table_of_f():
    # Tables of F, upper 2.5 %: F(10, 20) = 2.774, F(20, 10) = 3.419.
    low, high = feldt_interval(0.8, respondent_count=11, item_count=3)
    assert low == pytest.approx(1 - 0.2 * 2.774, abs=1e-4)
    assert high == pytest.approx(1 - 0.2 / 3.419, abs=1e-4)


def test_an_interval_needs_two_respondents_and_two_items():
    with pytest.raises(ValueError, match="found 1 and 3"):
        feldt_interval(0.8, respondent_count=1, item_count=3)


def test_items_that_reflect_the_factor_alike_have_omega_equal_to_alpha():
    # Tau-equivalent: all loadings 3, errors 1, 4 and 9. alpha = omega = 81 / (81 + 14).
    covariance = np.full((3, 3), 9.0) + np.diag([1.0, 4.0, 9.0])
    omega = omega_total(fit_loadings(covariance), covariance)
    assert omega == pytest.approx(81 / 95, abs=1e-7)
    assert cronbach_alpha(covariance) == pytest.approx(81 / 95, abs=1e-12)


def test_known_loadings_are_found_again():
    loadings = np.array([2.0, 5.0, 3.0, 8.0])
    covariance = np.outer(loadings, loadings) + np.diag([6.0, 10.0, 4.0, 30.0])
    np.testing.assert_allclose(fit_loadings(covariance), loadings, rtol=1e-5)
    omega = omega_total(fit_loadings(covariance), covariance)
    assert omega == pytest.approx(18**2 / (18**2 + 50), abs=1e-6)


def test_unlike_loadings_leave_alpha_under_omega():
    loadings = np.array([1.0, 5.0, 9.0])
    covariance = np.outer(loadings, loadings) + np.diag([4.0, 9.0, 16.0])
    assert cronbach_alpha(covariance) < omega_total(loadings, covariance)


def test_a_factor_is_not_fitted_to_two_items():
    with pytest.raises(ValueError, match="3 items or more"):
        fit_loadings(np.eye(2))


def test_a_heywood_case_gives_no_omega_but_an_alpha():
    # r12 r13 / r23 = .9 * .9 / .65 > 1: the first item would explain more than all of itself.
    target = np.array([[1.0, 0.9, 0.9], [0.9, 1.0, 0.65], [0.9, 0.65, 1.0]])
    sample = np.random.default_rng(3).normal(size=(200, 3))
    sample -= sample.mean(axis=0)
    sample = sample @ np.linalg.inv(np.linalg.cholesky(np.cov(sample, rowvar=False))).T
    found = measure_reliability(scale_of(50 + 10 * sample @ np.linalg.cholesky(target).T))
    assert found.alpha is not None
    assert found.omega is None
    assert found.omega_reason.code == "improper_solution"


def test_two_items_of_equal_variance_have_alpha_equal_to_spearman_brown_and_no_omega():
    rows = [[0, 0], [10, 20], [20, 10], [30, 30]]
    found = measure_reliability(scale_of(rows))
    # Deviations -15 -5 5 15 against -15 5 -5 15: r = (225 - 25 - 25 + 225) / 500 = .8
    assert found.spearman_brown == pytest.approx(2 * 0.8 / 1.8)
    assert found.alpha == pytest.approx(2 * 0.8 / 1.8)
    assert found.omega is None
    assert found.omega_reason.code == "two_items"


def test_item_rest_correlation_is_with_the_sum_of_the_others():
    scores = np.random.default_rng(5).uniform(0, 100, (30, 4))
    found = measure_reliability(scale_of(scores)).items[2]
    others = scores[:, [0, 1, 3]].sum(axis=1)
    assert found.rest_correlation == pytest.approx(np.corrcoef(scores[:, 2], others)[0, 1])


def test_alpha_if_dropped_is_the_alpha_of_the_others():
    scores = np.random.default_rng(6).uniform(0, 100, (30, 4))
    dropped = measure_reliability(scale_of(scores)).items[1].alpha_if_dropped
    assert dropped == pytest.approx(measure_reliability(scale_of(scores[:, [0, 2, 3]])).alpha)


def test_floor_and_ceiling_are_the_shares_at_the_ends():
    rows = [[0, 0], [0, 0], [100, 100], [50, 25], [0, 25]]
    found = measure_reliability(scale_of(rows))
    assert (found.floor_share, found.ceiling_share) == (0.4, 0.2)


def test_measurement_error_is_the_deviation_times_the_root_of_what_is_unreliable():
    assert standard_error_of_measurement(20.0, 0.84) == pytest.approx(8.0)
    assert standard_error_of_measurement(20.0, -0.3) == 20.0
    assert standard_error_of_measurement(None, 0.84) is None


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([[MISSING, MISSING], [MISSING, MISSING]], "no_answers"),
        ([[50, 75]], "one_respondent"),
        ([[50, 75], [50, 75], [50, 75]], "no_variance"),
        ([[50, 75], [50, 25], [50, 75]], "one_item"),
        ([[0, MISSING], [50, MISSING], [MISSING, 25], [MISSING, 50]], "too_few_pairs"),
        ([[0, 100], [50, 50], [100, 0]], "no_variance"),
    ],
)
def test_what_cannot_be_computed_is_none_with_a_reason(rows, code):
    found = measure_reliability(scale_of(rows))
    assert (found.alpha, found.alpha_low, found.omega) == (None, None, None)
    assert found.reason.code == code


def test_an_item_that_everybody_answers_alike_is_set_aside_and_named():
    rows = np.array([[0.0, 10, 10], [10, 10, 20], [20, 20, 20], [30, 20, 40]])
    with_constant = np.column_stack([rows, np.full(4, 100.0)])
    found = measure_reliability(scale_of(with_constant))
    assert found.constant_items == ("item-3",)
    assert found.alpha == pytest.approx(measure_reliability(scale_of(rows)).alpha)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from([0.0, 25.0, 50.0, 75.0, 100.0, MISSING]), min_size=4, max_size=4),
        min_size=1,
        max_size=12,
    )
)
def test_no_figure_is_ever_nan_and_order_is_irrelevant(rows):
    found = measure_reliability(scale_of(rows))
    figures = [found.alpha, found.alpha_low, found.alpha_high, found.omega, found.complete_alpha]
    figures += [found.standard_error_of_measurement, found.floor_share, found.spearman_brown]
    figures += [figure for item in found.items for figure in (item.rest_correlation,)]
    assert all(figure is None or math.isfinite(figure) for figure in figures)
    turned_round = measure_reliability(scale_of(rows[::-1])).alpha
    assert turned_round == (None if found.alpha is None else pytest.approx(found.alpha, rel=1e-9))


def test_every_audience_wave_and_principle_with_answers_is_measured():
    codes = [[1, 1, 5, 4], [2, 2, 4, 4], [4, 3, 2, 1], [5, 5, 1, 2]]
    table = item_table(codes, measures=["hopes", "hopes", "early", "early"], waves=["final"] * 4)
    found = reliability_per_scale(table)
    assert [(scale.audience, scale.wave, scale.principle) for scale in found] == [
        ("citizen", "final", "hopes"),
        ("citizen", "final", "early"),
    ]
    assert all(scale.reliability.n == 4 for scale in found)


def test_alpha_of_what_has_no_alpha_is_refused():
    with pytest.raises(ValueError, match="expected two items or more, found 1"):
        cronbach_alpha(np.array([[4.0]]))
    with pytest.raises(ValueError, match="expected a sum over 0"):
        cronbach_alpha(np.array([[1.0, -1.0], [-1.0, 1.0]]))


def test_a_level_that_is_no_level_is_refused():
    with pytest.raises(ValueError, match="level: expected between 0 and 1, found 95"):
        feldt_interval(0.8, respondent_count=11, item_count=3, level=95)


def test_a_factor_is_not_fitted_to_an_item_that_does_not_vary():
    with pytest.raises(ValueError, match="expected variances over 0, found 0"):
        fit_loadings(np.diag([1.0, 1.0, 0.0]))
