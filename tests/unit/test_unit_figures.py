"""Units beside the whole, against hand calculation and the fit's own components."""

import numpy as np
import pytest
from cohort_builder import row, simulate_rows
from scipy.stats import t as student

from survey_service.measurement.comparison import ComparisonPlan, compare
from survey_service.measurement.score_table import ScoreRow, tabulate
from survey_service.measurement.unit_figures import unit_means
from survey_service.measurement.unit_fits import fit_units

WAVES = ("baseline", "final")


def in_units(scores, wave="baseline"):
    """One answer per score, everybody once: {"north": [50, 60]}."""
    return [row("", unit, wave, float(score)) for unit, found in scores.items() for score in found]


def means_by_unit(rows, parents=None, waves=WAVES, seams=frozenset()):
    plan = ComparisonPlan(waves, 5.0, seams=seams)
    return {
        (mean.unit, mean.wave): mean
        for mean in unit_means(fit_units(tabulate(rows, waves), plan), plan, parents or {})
    }


def test_a_units_mean_is_that_of_its_own_answers():
    found = means_by_unit(in_units({"north": [50, 60, 70], "south": [30, 50]}))
    assert found["north", "baseline"].mean == pytest.approx(60)
    assert found["south", "baseline"].mean == pytest.approx(40)


def test_two_units_lie_alike_above_and_below_the_whole_in_which_units_count_alike():
    found = means_by_unit(in_units({"north": [50, 60, 70], "south": [30, 50]}))
    assert found["north", "baseline"].difference == pytest.approx(10)
    assert found["south", "baseline"].difference == pytest.approx(-10)


def test_a_levels_mean_holds_everybody_below_it():
    scores = {"north": [50, 60, 70, 60], "south": [30, 50], "far": [90, 90]}
    parents = {"north": "centre", "south": "centre", "centre": None, "far": None}
    level = means_by_unit(in_units(scores), parents)["centre", "baseline"]
    assert level.mean == pytest.approx((4 * 60 + 2 * 40) / 6)
    assert (level.is_level, level.n, level.own_n) == (True, 6, 0)


def test_answers_given_at_a_level_itself_are_counted_apart():
    parents = {"north": "centre", "centre": None, "far": None}
    scores = {"centre": [40, 40, 40], "north": [80], "far": [50, 60]}
    level = means_by_unit(in_units(scores), parents)["centre", "baseline"]
    assert (level.n, level.own_n, level.mean) == (4, 3, pytest.approx(50))


def test_without_a_second_wave_no_season_is_known_and_nothing_is_certain():
    found = means_by_unit(in_units({"north": [90] * 9 + [91], "south": [10] * 9 + [11]}))
    assert all(mean.p is None and mean.half_width is None for mean in found.values())


def once(seed=3):
    """Six units over two waves, nobody twice: no respondent term."""
    rows = simulate_rows(seed, units=6, people=240, waves=WAVES, takes_part=1.0, season_sd=5.0)
    return [ScoreRow("", *[getattr(r, n) for n in ("unit", "audience", "wave", "principle")],
                     r.score) for r in rows]  # fmt: skip


def test_the_interval_has_the_formula_of_the_method():
    rows = once()
    table = tabulate(rows, WAVES)
    components = compare(table, ComparisonPlan(WAVES)).contrasts[0].components
    season, residual = components["unit:wave"] ** 2, components["residual"] ** 2
    counts = {f"u{unit}": sum(r.unit == f"u{unit}" and r.wave == "final" for r in rows)
              for unit in range(6)}  # fmt: skip
    errors = {unit: season + residual / n for unit, n in counts.items()}
    precisions = {unit: 1 / (components["unit"] ** 2 + error) for unit, error in errors.items()}
    weights = {unit: one / sum(precisions.values()) for unit, one in precisions.items()}
    found = means_by_unit(rows)["u2", "final"]
    variance = sum(((unit == "u2") - weights[unit]) ** 2 * errors[unit] for unit in counts)
    # 12 cells - 6 units - 2 waves + 1 = 5 = 6 units - 1: what seasons are learnt from
    assert found.half_width == pytest.approx(student.ppf(0.975, 5) * np.sqrt(variance), rel=1e-6)
    expected = 2 * student.sf(abs(found.difference) / np.sqrt(variance), 5)
    assert found.p == pytest.approx(expected, rel=1e-6)


def test_holm_is_applied_within_one_audience_and_wave():
    found = means_by_unit(once()).values()
    final = sorted(mean.p for mean in found if mean.wave == "final")
    smallest = min((mean for mean in found if mean.wave == "final"), key=lambda mean: mean.p)
    assert len(final) == 6
    assert smallest.p_adjusted == pytest.approx(min(1.0, 6 * final[0]))


def test_a_level_that_repeats_its_only_unit_or_the_whole_is_not_tested():
    parents = {f"u{unit}": "west" if unit else "alone" for unit in range(6)}
    parents |= {"west": "all", "alone": "all", "all": None}
    found = means_by_unit(once(), parents)
    assert found["alone", "final"].p is None
    assert found["all", "final"].p is None
    assert found["west", "final"].p is not None


def test_a_wave_that_asked_in_other_words_has_no_units():
    found = means_by_unit(once(), seams=frozenset({("baseline", "hopes")}))
    assert {wave for _, wave in found} == {"final"}


def test_the_order_of_answers_does_not_matter():
    rows = once()
    forth, back = means_by_unit(rows), means_by_unit(rows[::-1])
    assert forth.keys() == back.keys()
    for key, mean in forth.items():
        assert mean.mean == pytest.approx(back[key].mean)
        assert mean.p == pytest.approx(back[key].p)
