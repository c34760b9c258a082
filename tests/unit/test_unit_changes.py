"""A unit's own change: hand calculation, what may be shown of it, and how often it is wrong."""

import math
from collections import Counter

import numpy as np
import pytest
from cohort_builder import row, simulate_rows
from scipy.optimize import brentq
from scipy.stats import t as student

from survey_service.measurement.comparison import ComparisonPlan, compare
from survey_service.measurement.dataclass_json import from_plain, to_plain
from survey_service.measurement.released_details import (
    ReleasedDetails,
    ReleasedInterval,
    ReleasedUnitFigure,
    UnitMovement,
    UnitStanding,
)
from survey_service.measurement.score_table import ScoreRow, tabulate
from survey_service.measurement.unit_change_disclosure import disclose_unit_changes
from survey_service.measurement.unit_changes import UnitChange, unit_changes
from survey_service.measurement.unit_fits import fit_units

WAVES = ("baseline", "final")


def changes_of(rows, parents=None, waves=WAVES, seams=frozenset()):
    plan = ComparisonPlan(waves, 5.0, seams=seams)
    return unit_changes(fit_units(tabulate(rows, waves), plan), plan, parents or {})


def by_unit(rows, parents=None, **of):
    return {change.unit: change for change in changes_of(rows, parents, **of)}


def components_of(rows):
    contrast = compare(tabulate(rows, WAVES), ComparisonPlan(WAVES)).contrasts[0]
    return {name: sd**2 for name, sd in contrast.components.items() if sd is not None}


def once(seed=3):
    """Six units over two waves, nobody twice: no respondent term."""
    rows = simulate_rows(seed, units=6, people=240, waves=WAVES, takes_part=1.0, season_sd=5.0)
    return [ScoreRow("", r.unit, r.audience, r.wave, r.principle, r.score) for r in rows]


def scores_in(rows, unit, wave):
    return [r.score for r in rows if (r.unit, r.wave) == (unit, wave)]


# --- the figures --------------------------------------------------------------------------------


def test_the_change_is_that_of_the_units_own_answers():
    scores = {"north": ([50, 60, 70], [70, 80, 90]), "south": ([30, 50], [20, 20])}
    rows = [
        row("", unit, wave, float(score))
        for unit, of_waves in scores.items()
        for wave, found in zip(WAVES, of_waves, strict=True)
        for score in found
    ]
    found = by_unit(rows)
    assert found["north"].difference == pytest.approx(20)
    assert found["south"].difference == pytest.approx(-20)
    assert (found["north"].n_from, found["north"].n_to, found["north"].n_both) == (3, 3, 0)


def test_the_season_counts_twice_and_every_answer_once():
    rows = once()
    parts = components_of(rows)
    counts = [len(scores_in(rows, "u2", wave)) for wave in WAVES]
    error = math.sqrt(2 * parts["unit:wave"] + parts["residual"] * sum(1 / n for n in counts))
    found = by_unit(rows)["u2"]
    # Only with the right error do interval and p agree on the degrees of freedom. They are at
    # least 12 cells - 6 units - 2 waves + 1 = 5 = 6 units - 1: what seasons are learnt from.
    df = brentq(lambda df: student.ppf(0.975, df) * error - found.half_width, 1, 1000)
    assert 5 <= df < 10
    assert found.p == pytest.approx(2 * student.sf(abs(found.difference) / error, df), rel=1e-6)


def test_people_who_answered_both_times_are_weighed_by_generalised_least_squares():
    rows = simulate_rows(5, units=6, people=180, waves=WAVES, takes_part=0.8, season_sd=5.0)
    parts = components_of(rows)
    own = [r for r in rows if r.unit == "u1"]
    same_wave = np.array([[a.wave == b.wave for a in own] for b in own])
    same_person = np.array([[a.respondent == b.respondent for a in own] for b in own])
    variance = parts["unit:wave"] * same_wave + parts["respondent"] * same_person
    variance += parts["residual"] * np.eye(len(own))
    design = np.array([[r.wave == wave for wave in WAVES] for r in own], dtype=float)
    covariance = np.linalg.inv(design.T @ np.linalg.solve(variance, design))
    scores = np.array([r.score for r in own])
    means = covariance @ design.T @ np.linalg.solve(variance, scores)
    found = by_unit(rows)["u1"]
    error = math.sqrt(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    answered = Counter(r.respondent for r in own)
    assert found.n_both == sum(times == 2 for times in answered.values()) > 5
    assert found.difference == pytest.approx(means[1] - means[0])
    assert found.half_width == pytest.approx(student.ppf(0.975, 5) * error, rel=1e-6)


def test_swapping_the_waves_negates_the_change():
    rows = once()
    forth = by_unit(rows)["u0"]
    back = by_unit(rows, waves=WAVES[::-1])["u0"]
    assert back.difference == pytest.approx(-forth.difference)
    assert back.half_width == pytest.approx(forth.half_width)


def test_a_unit_with_others_below_it_has_no_change_of_its_own():
    found = by_unit(once(), {"u0": "u1", "u2": "centre"})
    assert "u1" not in found
    assert "centre" not in found
    assert "u0" in found


def test_of_a_project_with_one_unit_there_is_a_difference_and_nothing_is_certain():
    (only,) = changes_of([r for r in once() if r.unit == "u0"])
    assert (only.half_width, only.p) == (None, None)


def test_a_wave_that_asked_in_other_words_is_compared_with_none():
    assert changes_of(once(), seams=frozenset({("baseline", "hopes")})) == ()


def test_holm_is_applied_over_the_principles_of_one_unit():
    rows = [
        ScoreRow(r.respondent, r.unit, r.audience, r.wave, name, r.score)
        for name, seed in (("hopes", 1), ("network", 2), ("early", 3))
        for r in once(seed)
    ]
    own = sorted((c for c in changes_of(rows) if c.unit == "u1"), key=lambda change: change.p)
    assert len(own) == 3
    assert own[0].p_adjusted == pytest.approx(min(1.0, 3 * own[0].p))


# --- what may be shown --------------------------------------------------------------------------


def a_change(**of):
    values = {"n_from": 20, "n_to": 20, "n_both": 10, "difference": 8.4, "half_width": 6.2,
              "p": 0.001, "p_adjusted": 0.01}  # fmt: skip
    return UnitChange("staff", "hopes", "north", "baseline", "final", **(values | of))


def a_figure(wave, mean, unit="north"):
    return ReleasedUnitFigure(
        "staff", "hopes", wave, unit, False, mean, None, UnitStanding.NOT_CERTAIN
    )


SHOWN = (a_figure("baseline", 52.0), a_figure("final", 61.0))


def released(figures=SHOWN, **of):
    return disclose_unit_changes([a_change(**of)], figures, 5)


def test_the_difference_is_that_of_the_means_that_are_shown():
    (shown,) = released()
    # 61 less 52, not 8.4; half of the interval, 6.2, is rounded up
    assert shown.difference == ReleasedInterval(9.0, 2.0, 16.0)
    assert shown.movement is UnitMovement.IMPROVED


def test_a_loss_is_called_one():
    (shown,) = released(figures=(a_figure("baseline", 61.0), a_figure("final", 52.0)))
    assert shown.movement is UnitMovement.DECLINED


@pytest.mark.parametrize("figures", [SHOWN[:1], SHOWN[1:], ()])
def test_a_change_needs_both_means(figures):
    assert released(figures=figures) == ()


@pytest.mark.parametrize("of", [{"n_both": 3}, {"n_both": 17}, {"n_from": 12, "n_both": 8}])
def test_few_who_stayed_left_or_joined_are_never_told_of(of):
    assert released(**of) == ()


@pytest.mark.parametrize("of", [{"n_both": 0}, {"n_both": 20}, {"n_both": 15}])
def test_nobody_or_enough_who_stayed_left_and_joined_may_be_told_of(of):
    assert len(released(**of)) == 1


def test_under_ten_answers_there_are_words_only():
    (shown,) = released(n_to=9, n_from=9, n_both=0)
    assert shown.difference is None
    assert shown.movement is UnitMovement.IMPROVED


@pytest.mark.parametrize(
    "of", [{"p_adjusted": 0.06}, {"half_width": 8.1}, {"half_width": None, "p_adjusted": None}]
)
def test_what_is_not_certain_or_not_borne_out_by_what_is_shown_is_not_named(of):
    (shown,) = released(**of)
    assert shown.movement is UnitMovement.CANNOT_TELL


def test_a_release_made_before_there_were_changes_reads_as_one_without():
    older = to_plain(ReleasedDetails())
    del older["unit_changes"]
    assert from_plain(ReleasedDetails, older).unit_changes == ()


def test_a_change_is_read_back_as_it_was_frozen():
    details = ReleasedDetails(unit_changes=released())
    assert from_plain(ReleasedDetails, to_plain(details)) == details


# --- how often it is wrong ----------------------------------------------------------------------


def test_without_a_change_seasons_are_taken_for_one_in_few_units_and_intervals_hold():
    covered, families = [], []
    for seed in range(20):
        rows = [
            ScoreRow(r.respondent, r.unit, r.audience, r.wave, f"principle {number}", r.score)
            for number in range(8)
            for r in simulate_rows(
                1000 * seed + number, units=8, people=160, waves=WAVES, takes_part=0.75
            )
        ]
        found = changes_of(rows)
        covered += [abs(change.difference) <= change.half_width for change in found]
        for unit in {change.unit for change in found}:
            family = [change.p_adjusted for change in found if change.unit == unit]
            families.append(min(p for p in family if p is not None) < 0.05)
    assert len(covered) == 20 * 8 * 8
    assert np.mean(covered) >= 0.95
    assert np.mean(families) <= 0.05
