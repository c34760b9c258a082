"""What a report holds, and what it says where there is little or nothing to say."""

import json
import subprocess
import sys
from dataclasses import asdict

import numpy as np
import pytest
from cohort_builder import WAVES, row, simulate_rows
from scipy import stats

from survey_service.measurement.comparison import (
    ComparisonPlan,
    PrimaryContrast,
    Verdict,
    compare,
    compare_unit,
    compare_units,
)
from survey_service.measurement.score_table import tabulate

PLAN = ComparisonPlan(WAVES)


def report(rows, plan=PLAN):
    return compare(tabulate(rows, plan.waves), plan)


def outcome(rows, plan=PLAN):
    found = report(rows, plan)
    json.dumps(asdict(found), allow_nan=False)
    return [(c.verdict, c.reason.code) for c in found.contrasts]


def steady(score, units=6, people=60, waves=WAVES):
    """Everybody answers every wave; `score` of person number and wave number."""
    return [
        row(f"p{person}", f"u{person % units}", wave, score(person, number))
        for person in range(people)
        for number, wave in enumerate(waves)
    ]


def noise(seed=1, sd=20.0):
    draw = np.random.default_rng(seed)
    return lambda _person, _wave: float(draw.normal(50, sd))


TOO_FEW = (Verdict.TOO_FEW, "too_few_answers")


def test_no_rows_make_an_empty_report():
    assert outcome([]) == []


def test_scores_that_are_all_missing_are_too_few():
    assert outcome([row("p", "u", WAVES[0], None)]) == [TOO_FEW] * 3


def test_a_single_respondent_is_too_few():
    assert outcome(steady(noise(), people=1)) == [TOO_FEW] * 3


def test_a_wave_without_answers_is_too_few_and_the_others_are_compared():
    found = report(steady(noise(), waves=WAVES[:2]))
    assert [c.verdict for c in found.contrasts] == [
        Verdict.CANNOT_TELL,
        Verdict.TOO_FEW,
        Verdict.TOO_FEW,
    ]
    assert found.contrasts[1].n_to == 0
    assert found.contrasts[1].difference is None


def test_one_wave_is_averaged_and_not_compared():
    found = report(steady(noise(), waves=WAVES[:1]), ComparisonPlan(WAVES[:1]))
    assert found.contrasts == ()
    assert found.wave_means[0].ci_low < found.wave_means[0].adjusted_mean


def test_constant_scores_differ_by_nothing_and_nothing_is_claimed():
    found = report(steady(lambda _person, _wave: 50.0))
    assert [c.difference for c in found.contrasts] == [0.0] * 3
    assert (
        outcome(steady(lambda _person, _wave: 50.0)) == [(Verdict.CANNOT_TELL, "no_variation")] * 3
    )


def test_scores_constant_within_each_wave_are_not_inferred_from():
    rows = steady(lambda _person, wave: 50.0 + wave)
    assert outcome(rows) == [(Verdict.CANNOT_TELL, "no_residual")] * 3


def test_scores_constant_within_each_unit_are_not_inferred_from():
    rows = steady(lambda person, _wave: 10.0 * (person % 6))
    assert outcome(rows) == [(Verdict.CANNOT_TELL, "no_residual")] * 3


def test_one_unit_is_estimated_without_inference():
    found = report(steady(noise(), units=1)).contrasts[0]
    assert found.difference is not None
    assert found.standard_error is None
    assert found.p is None
    assert found.reason.code == "one_unit"


def test_fixed_units_that_share_no_wave_cannot_be_told_from_waves():
    rows = [row("", f"u{i % 2}", WAVES[i % 2], float(13 * i % 70)) for i in range(40)]
    assert outcome(rows)[0] == (Verdict.CANNOT_TELL, "not_connected")


def test_fixed_units_in_too_few_waves_leave_the_season_unknown():
    """Two units, three cells: only one unit was asked twice."""
    rows = [
        row("", "a", wave, score)
        for wave, level in zip(WAVES[:2], (30, 60), strict=True)
        for score in range(level, level + 20)
    ]
    rows += [row("", "b", WAVES[0], score) for score in range(30, 50)]
    found = report(rows).contrasts[0]
    assert found.p < 0.001
    assert (found.verdict, found.reason.code) == (Verdict.CANNOT_TELL, "season_unknown")


def test_only_nameless_respondents_are_compared():
    rows = [row("", f"u{i % 6}", WAVES[i // 6 % 3], float(17 * i % 90)) for i in range(90)]
    found = report(rows).contrasts[0]
    assert found.n_both == 0
    assert found.p is not None
    assert found.components["respondent"] is None


def test_units_seen_in_one_wave_only_are_used():
    rows = steady(noise(), units=6, waves=WAVES[:2])
    more = [row("", "late", WAVES[1], 40.0 + i) for i in range(10)]
    assert report(rows + more).contrasts[0].n_to == 70


def test_infinite_scores_are_left_out():
    rows = [*steady(noise(2)), row("x", "u0", WAVES[0], float("inf"))]
    assert report(rows).contrasts[0].n_from == 60


@pytest.mark.parametrize("seed", range(40))
def test_whatever_the_data_nothing_raises_and_nothing_is_nan(seed):
    draw = np.random.default_rng(seed)
    rows = [
        row(
            str(draw.choice(["", "p", "q", "r", "s"])),
            f"u{draw.integers(0, 1 + seed % 7)}",
            WAVES[draw.integers(0, 3)],
            float(draw.choice([0, 25, 50, 75, 100])),
        )
        for _ in range(draw.integers(1, 25))
    ]
    outcome(rows)
    for own in compare_units(tabulate(rows, WAVES), PLAN).values():
        json.dumps(asdict(own), allow_nan=False)


def test_a_large_rise_is_found_and_said_to_pass_the_margin():
    rows = simulate_rows(seed=1, units=10, people=300, change=15.0, season_sd=1.0)
    found = report(rows).contrasts[1]
    assert (found.verdict, found.reason.code) == (Verdict.IMPROVED, "by_at_least_margin")


def test_many_steady_answers_show_no_relevant_change():
    rows = simulate_rows(seed=2, units=20, people=900, season_sd=0.0, person_sd=10)
    found = report(rows).contrasts[0]
    assert found.verdict == Verdict.NO_RELEVANT_CHANGE


def test_scores_at_the_end_of_the_scale_forbid_no_relevant_change():
    rows = simulate_rows(seed=2, units=20, people=900, season_sd=0.0, person_sd=10)
    capped = [row(r.respondent, r.unit, r.wave, min(100.0, r.score + 40)) for r in rows]
    found = report(capped).contrasts[0]
    assert found.end_share >= 0.15
    assert found.equivalence_p_adjusted < 0.05
    assert (found.verdict, found.reason.code) == (Verdict.CANNOT_TELL, "end_of_scale")


def test_contrasts_come_by_audience_principle_and_waves_in_order():
    rows = simulate_rows(audience="staff", principle="respect")
    rows += simulate_rows(audience="citizen", principle="respect")
    rows += simulate_rows(audience="staff", principle="hopes")
    keys = [(c.audience, c.principle, c.from_wave, c.to_wave) for c in report(rows).contrasts]
    pairs = [(WAVES[0], WAVES[1]), (WAVES[0], WAVES[2]), (WAVES[1], WAVES[2])]
    groups = [("staff", "respect"), ("staff", "hopes"), ("citizen", "respect")]
    assert keys == [(*group, *pair) for group in groups for pair in pairs]


def test_the_primary_family_is_adjusted_apart_from_everything_else():
    rows = [
        one
        for number, principle in enumerate(("hopes", "respect"))
        for one in simulate_rows(seed=number, principle=principle)
    ]
    plan = ComparisonPlan(WAVES, primary=PrimaryContrast("citizen", WAVES[0], WAVES[2]))
    found = report(rows, plan)
    primary = [c for c in found.contrasts if c.is_primary]
    smaller = min(primary, key=lambda c: c.p)
    assert {c.principle for c in primary} == {"hopes", "respect"}
    assert smaller.p_adjusted == pytest.approx(min(1, 2 * smaller.p))
    assert found.method["families"] == {"primary": 2, "other": 4}


def test_the_power_allows_for_the_tests_of_its_family():
    rows = [
        one
        for number, principle in enumerate(("hopes", "respect"))
        for one in simulate_rows(seed=number, principle=principle)
    ]
    plan = ComparisonPlan(WAVES, 20.0, PrimaryContrast("citizen", WAVES[0], WAVES[2]))
    contrast = next(c for c in report(rows, plan).contrasts if c.is_primary)
    limit = stats.t.ppf(1 - 0.05 / 2, contrast.df)
    reach = stats.t.cdf(20.0 / contrast.standard_error - limit, contrast.df)
    assert 0 < contrast.equivalence_power < 1
    assert contrast.equivalence_power == pytest.approx(2 * reach - 1)


def test_rows_of_waves_that_the_plan_leaves_out_are_left_out_and_named():
    rows = simulate_rows()
    plan = ComparisonPlan(WAVES[:2])
    found = compare(tabulate(rows, WAVES), plan)
    kept = [one for one in rows if one.wave != WAVES[2]]
    assert found.contrasts == report(kept, plan).contrasts
    assert found.method["waves_left_out"] == [WAVES[2]]


def test_the_method_says_what_the_design_cannot_show():
    limits = " ".join(report(simulate_rows()).method["limits"])
    assert "no comparison group" in limits


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"waves": ()}, "waves"),
        ({"waves": ("a", "a")}, "waves"),
        ({"margin": 0.0}, "margin"),
        ({"margin": float("nan")}, "margin"),
        ({"minimum": 0}, "minimum"),
        ({"primary": PrimaryContrast("citizen", WAVES[1], WAVES[0])}, "primary"),
        ({"primary": PrimaryContrast("citizen", WAVES[0], "later")}, "primary"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        ComparisonPlan(**{"waves": WAVES, **changes})


def test_a_units_own_report_counts_its_own_answers():
    rows = simulate_rows(units=6, people=120)
    own = compare_unit(tabulate(rows, WAVES), PLAN, "u3")
    expected = sum(one.unit == "u3" and one.wave == WAVES[0] for one in rows)
    assert own.unit == "u3"
    assert own.contrasts[0].n_from == expected


def test_a_units_own_change_is_less_certain_than_the_change_over_all_units():
    table = tabulate(simulate_rows(units=6, people=200), WAVES)
    whole = compare(table, PLAN).contrasts[0].standard_error
    for own in compare_units(table, PLAN).values():
        assert own.contrasts[0].standard_error > whole


def test_one_unit_alone_has_nothing_to_borrow_from():
    own = compare_unit(tabulate(steady(noise(), units=1), WAVES), PLAN, "u0")
    assert own.contrasts[0].reason.code == "one_unit"


def test_an_unknown_unit_is_refused():
    with pytest.raises(ValueError, match="nowhere"):
        compare_unit(tabulate(simulate_rows(), WAVES), PLAN, "nowhere")


def test_importing_the_types_reads_no_numerical_library():
    program = (
        "import sys; import survey_service.measurement.comparison;"
        "print([n for n in ('scipy', 'statsmodels', 'pandas') if n in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"
