"""The likelihood against dense matrices, and the rules of the model."""

import numpy as np
import pytest
from cohort_builder import WAVES, row, simulate_rows

from survey_service.measurement import cohort_statistics
from survey_service.measurement.mixed_model import FitStatus, fit_cohort, fit_within_unit
from survey_service.measurement.restricted_likelihood import RestrictedLikelihood
from survey_service.measurement.score_table import tabulate


def fit(rows, waves=WAVES):
    table = tabulate(rows, waves)
    return fit_cohort(table.respondent, table.unit, table.wave, table.score)


def likelihood_of(rows):
    table = tabulate(rows, WAVES)
    answers = cohort_statistics.code_answers(table.respondent, table.unit, table.wave, table.score)
    statistics = cohort_statistics.summarise(answers)
    designs = tuple(
        np.tile(np.eye(answers.wave_count), (batch.unit_ids.shape[1], 1))[None]
        for batch in statistics.batches
    )
    return RestrictedLikelihood(statistics, designs), answers


def dense_deviance(answers, ratios):
    """-2 log REML straight from its definition: one N x N matrix."""

    def same(codes):
        return (codes[:, None] == codes[None, :]).astype(float)

    respondent, unit, season = ratios
    v = np.eye(len(answers)) + respondent * same(answers.person) + unit * same(answers.unit)
    v += season * same(answers.unit * answers.wave_count + answers.wave)
    x = np.eye(answers.wave_count)[answers.wave]
    inverse = np.linalg.inv(v)
    information = x.T @ inverse @ x
    mean = np.linalg.solve(information, x.T @ inverse @ answers.score)
    residual = answers.score - x @ mean
    degrees = len(answers) - answers.wave_count
    log_determinants = np.linalg.slogdet(v)[1] + np.linalg.slogdet(information)[1]
    return log_determinants + degrees * np.log(residual @ inverse @ residual), mean


@pytest.mark.parametrize("moving", [0.0, 0.05, 0.6])
@pytest.mark.parametrize("ratios", [(1.3, 0.2, 0.1), (0.0, 0.0, 0.0), (0.0, 0.4, 0.0), (9, 0, 2)])
def test_the_likelihood_is_that_of_the_whole_covariance_matrix(moving, ratios):
    likelihood, answers = likelihood_of(simulate_rows(seed=4, units=6, moving=moving))
    value, mean = dense_deviance(answers, ratios)
    found = likelihood.deviance(np.array(ratios, dtype=float))[0]
    assert found == pytest.approx(value, abs=1e-8)
    coefficients = likelihood.evaluate(np.array(ratios, dtype=float)).coefficients
    assert coefficients + answers.score.mean() == pytest.approx(mean, abs=1e-9)


@pytest.mark.parametrize("moving", [0.0, 0.1])
def test_the_gradient_is_the_slope_of_the_likelihood(moving):
    likelihood, answers = likelihood_of(simulate_rows(seed=5, units=6, moving=moving))
    at, step = np.array([0.9, 0.3, 0.2]), 1e-5
    slopes = [
        (dense_deviance(answers, at + e)[0] - dense_deviance(answers, at - e)[0]) / (2 * step)
        for e in step * np.eye(3)
    ]
    assert likelihood.deviance(at)[1] == pytest.approx(slopes, rel=1e-6)


@pytest.mark.parametrize("moving", [0.0, 0.1])
def test_the_slope_of_the_coefficients_covariance_is_exact(moving):
    likelihood, _ = likelihood_of(simulate_rows(seed=6, units=6, moving=moving))
    at, step = np.array([0.9, 0.3, 0.2]), 1e-5
    found = likelihood.evaluate(at).covariance_slope
    for term, e in enumerate(step * np.eye(3)):
        ahead, behind = (likelihood.evaluate(point).covariance for point in (at + e, at - e))
        assert found[term] == pytest.approx((ahead - behind) / (2 * step), rel=1e-5, abs=1e-9)


def test_no_ratio_near_the_estimate_is_likelier():
    rows = simulate_rows(seed=7, units=7, moving=0.1)
    _, answers = likelihood_of(rows)
    found = fit(rows).components.ratios
    best = dense_deviance(answers, found)[0]
    for term in range(3):
        for factor in (0.8, 1.25):
            near = found.copy()
            near[term] = near[term] * factor if near[term] else 0.01
            assert dense_deviance(answers, near)[0] > best


def test_without_repeats_one_cell_per_unit_and_a_balanced_design_it_is_a_classical_test():
    """Twelve units, one answer per unit and wave: the randomised block analysis of variance."""
    draw = np.random.default_rng(2)
    scores = 50 + draw.normal(0, 8, (12, 1)) + draw.normal(0, 10, (12, 2))
    rows = [
        row("", f"u{unit}", WAVES[wave], scores[unit, wave])
        for unit in range(12)
        for wave in range(2)
    ]
    change = scores[:, 1] - scores[:, 0]
    estimate = fit(rows).contrast(0, 1)
    assert estimate.value == pytest.approx(change.mean())
    assert estimate.standard_error == pytest.approx(change.std(ddof=1) / np.sqrt(12), rel=1e-6)
    assert estimate.df == pytest.approx(11, rel=1e-4)


def test_two_to_four_units_are_fixed_effects_and_means_are_over_units_alike():
    """Two units, 30 answers at 40 and 10 at 60 in each wave, nothing else: the mean is 50."""
    draw = np.random.default_rng(3)
    rows = []
    for wave in WAVES[:2]:
        for unit, level, count in (("a", 40, 30), ("b", 60, 10)):
            noise = draw.normal(0, 5, count)
            noise -= noise.mean()
            rows += [row("", unit, wave, level + error) for error in noise]
    found = fit(rows)
    assert found.units_fixed
    assert found.mean(0).value == pytest.approx(50, abs=1e-6)


def test_a_season_estimated_at_zero_caps_the_degrees_of_freedom():
    found = fit(simulate_rows(seed=3, units=6, people=200, season_sd=0.0))
    assert found.standard_deviations()["unit:wave"] == 0.0
    assert found.contrast(0, 2).df == 6 * 3 - 6 - 3 + 1


def test_degrees_of_freedom_are_never_fewer_than_units_less_one():
    for seed in range(12):
        found = fit(simulate_rows(seed=seed, units=6, people=40, season_sd=12.0))
        assert found.contrast(0, 1).df >= 5


def test_people_without_a_name_are_each_their_own_person():
    named = simulate_rows(seed=8, people=40)
    nameless = [row("", one.unit, one.wave, one.score) for one in named]
    renamed = [row(f"x{i}", one.unit, one.wave, one.score) for i, one in enumerate(named)]
    assert fit(nameless).standard_deviations() == fit(renamed).standard_deviations()
    assert fit(nameless).standard_deviations()["respondent"] is None


def test_two_people_who_changed_alike_do_not_leave_the_rest_without_a_residual():
    rows = [row("", f"u{i % 6}", WAVES[i % 3], float(7 * i % 60)) for i in range(60)]
    rows += [row("p", "u1", WAVES[0], 40.0), row("p", "u1", WAVES[1], 50.0)]
    rows += [row("q", "u1", WAVES[0], 20.0), row("q", "u1", WAVES[1], 30.0)]
    found = fit(rows)
    assert found.status == FitStatus.INFERENCE
    assert found.standard_deviations()["respondent"] is None


def test_two_people_whose_changes_chain_two_waves_do_not_make_the_contrast_certain():
    """One fell by a step from the first wave to the second, one rose by it to the third."""
    step = 25 / 3

    def rows(first, second):
        others = [row("", f"u{i % 6}", WAVES[i % 3], float(7 * i % 60)) for i in range(60)]
        return [
            *others,
            *(row(first, "u1", WAVES[1], 40.0), row(first, "u1", WAVES[2], 40.0 + step)),
            *(row(second, "u4", WAVES[0], 50.0), row(second, "u4", WAVES[1], 50.0 - step)),
        ]

    found, of_strangers = fit(rows("p", "q")), fit(rows("", ""))
    assert found.contrast(0, 2) == of_strangers.contrast(0, 2)
    assert found.contrast(0, 2).standard_error > 2.0


def test_a_person_who_answers_a_wave_twice_is_counted_with_both_answers():
    rows = simulate_rows(seed=9, people=40)
    doubled = rows + [row(one.respondent, one.unit, one.wave, one.score + 1) for one in rows[:20]]
    likelihood, answers = likelihood_of(doubled)
    value, _ = dense_deviance(answers, (0.7, 0.2, 0.1))
    assert likelihood.deviance(np.array([0.7, 0.2, 0.1]))[0] == pytest.approx(value, abs=1e-8)


def test_people_who_join_too_many_units_are_said_to_be_too_many(monkeypatch):
    monkeypatch.setattr(cohort_statistics, "LARGEST_PAIR_TABLE", 500)
    found = fit(simulate_rows(seed=1, units=8, moving=0.5))
    assert found.status == FitStatus.TOO_ENTANGLED
    assert found.contrast(0, 1).value is None


def test_a_units_own_change_borrows_the_season_of_all_units():
    """One answer per person: the variance is that of two means plus two seasons."""
    rows = simulate_rows(seed=11, units=8, people=300, takes_part=0.5, season_sd=8.0)
    nameless = [row("", one.unit, one.wave, one.score) for one in rows]
    table = tabulate(nameless, WAVES)
    whole = fit_cohort(table.respondent, table.unit, table.wave, table.score)
    here = table.unit == 0
    own = fit_within_unit(whole, table.respondent[here], table.wave[here], table.score[here])
    sd = whole.standard_deviations()
    counts = [np.sum(here & (table.wave == wave)) for wave in (0, 2)]
    residual = sd["residual"] ** 2 * (1 / counts[0] + 1 / counts[1])
    raw = [table.score[here & (table.wave == wave)].mean() for wave in (0, 2)]
    estimate = own.contrast(0, 2)
    assert estimate.value == pytest.approx(raw[1] - raw[0])
    assert estimate.standard_error == pytest.approx(np.sqrt(residual + 2 * sd["unit:wave"] ** 2))


def test_a_unit_without_answers_has_no_estimate():
    table = tabulate(simulate_rows(seed=11), WAVES)
    whole = fit_cohort(table.respondent, table.unit, table.wave, table.score)
    own = fit_within_unit(whole, table.respondent[:0], table.wave[:0], table.score[:0])
    assert own.status == FitStatus.NO_ANSWERS
    assert own.contrast(0, 1).value is None
