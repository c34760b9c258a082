"""Stayers, leavers and joiners."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from survey_service.measurement.panel import follow_people, measure_panel_change
from survey_service.measurement.score_table import ScoreRow, tabulate

WAVES = ("baseline", "final")


def score(respondent, wave, value, unit="north", audience="citizen"):
    return ScoreRow(respondent, unit, audience, wave, "hopes", value)


def panel_of(rows):
    return measure_panel_change(tabulate(rows, WAVES), "citizen", "hopes", *WAVES)


def simulated_rows(seed, people=60):
    random = np.random.default_rng(seed)
    return [
        score(f"p{person}", wave, float(random.uniform(0, 100)), f"unit-{person % 6}")
        for person in range(people)
        for wave in WAVES
        if random.uniform() < 0.7
    ]


def test_people_are_sorted_by_the_waves_they_have_a_score_in():
    rows = [score("stays", "baseline", 40.0), score("stays", "final", 50.0)]
    rows += [score("leaves", "baseline", 20.0), score("joins", "final", 90.0)]
    found = panel_of(rows)
    assert (found.n_both, found.n_left, found.n_joined) == (1, 1, 1)
    assert (found.stayer_mean_from, found.stayer_mean_to) == (40.0, 50.0)


def test_a_score_that_was_not_computable_counts_as_not_being_there():
    rows = [score("a", "baseline", 40.0), score("a", "final", None)]
    found = panel_of(rows)
    assert (found.n_both, found.n_left) == (0, 1)


def test_people_without_a_pseudonym_are_counted_apart_and_never_linked():
    rows = [score("", "baseline", 40.0), score("", "final", 50.0), score("", "final", 60.0)]
    found = panel_of(rows)
    assert (found.n_both, found.n_left, found.n_joined) == (0, 0, 0)
    assert (found.unlinked_from, found.unlinked_to) == (1, 2)


@pytest.mark.parametrize(
    ("first", "second", "is_followed"),
    [
        ("a", "a", True),
        ("a", "b", True),  # one is known to have left and one to have joined
        ("", "b", False),  # a wave without pseudonyms: whether b is new is not known
        ("a", "", False),
    ],
)
def test_a_wave_without_pseudonyms_tells_of_nobody_who_left_or_joined(first, second, is_followed):
    rows = [score(first, "baseline", 40.0), score(second, "final", 50.0)]
    people = follow_people(tabulate(rows, WAVES), "citizen", "hopes", *WAVES)
    assert people.can_be_followed is is_followed


def test_other_audiences_stay_out():
    rows = [score("a", wave, 40.0) for wave in WAVES]
    rows += [score("b", wave, 90.0, audience="staff") for wave in WAVES]
    assert panel_of(rows).n_both == 1


def test_with_equal_units_the_change_is_the_t_test_on_the_units_mean_changes():
    random = np.random.default_rng(7)
    before, after = random.uniform(0, 60, 20), random.uniform(30, 90, 20)
    rows = []
    for person in range(20):
        unit = f"unit-{person // 4}"
        rows.append(score(f"p{person}", "baseline", float(before[person]), unit))
        rows.append(score(f"p{person}", "final", float(after[person]), unit))
    found = panel_of(rows)
    unit_means = (after - before).reshape(5, 4).mean(axis=1)
    expected = stats.ttest_1samp(unit_means, 0.0).confidence_interval()
    assert found.change.ci_low == pytest.approx(expected.low)
    assert found.change.ci_high == pytest.approx(expected.high)
    assert found.change_deviation == pytest.approx(np.std(after - before, ddof=1))


def test_leavers_and_joiners_are_compared_with_stayers_at_the_wave_they_share():
    rows = [score("a", "baseline", 40.0), score("a", "final", 70.0)]
    rows += [score("b", "baseline", 60.0), score("b", "final", 90.0)]
    rows += [score("c", "baseline", 20.0), score("d", "baseline", 40.0)]
    rows += [score("e", "final", 100.0), score("f", "final", 90.0)]
    found = panel_of(rows)
    assert found.leavers_less_stayers.value == pytest.approx(30 - 50)
    assert found.joiners_less_stayers.value == pytest.approx(95 - 80)


def test_a_person_who_changed_unit_is_still_followed_under_the_first_unit():
    rows = [score("a", "baseline", 40.0, "north"), score("a", "final", 50.0, "south")]
    people = follow_people(tabulate(rows, WAVES), "citizen", "hopes", *WAVES)
    assert people.stayer_units.tolist() == ["north"]


def test_nobody_in_both_waves_gives_reasons_and_no_figures():
    found = panel_of([score("a", "baseline", 40.0), score("b", "final", 50.0)])
    assert (found.stayer_mean_from, found.change_deviation) == (None, None)
    assert (found.change.value, found.change.reason.code) == (None, "no_answers")


def test_two_scores_of_one_person_in_one_wave_are_refused():
    with pytest.raises(ValueError, match="1 respondents with more"):
        panel_of([score("a", "baseline", 40.0), score("a", "baseline", 45.0)])


def test_a_name_the_table_does_not_have_is_refused():
    table = tabulate([score("a", "baseline", 40.0)], WAVES)
    with pytest.raises(ValueError, match="wave: expected one of"):
        measure_panel_change(table, "citizen", "hopes", "baseline", "midterm")


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_swapping_the_waves_negates_the_change_and_row_order_is_irrelevant(seed):
    rows = simulated_rows(seed)
    forward = panel_of(rows).change
    back = measure_panel_change(
        tabulate(rows[::-1], WAVES), "citizen", "hopes", "final", "baseline"
    ).change
    assert forward.value == pytest.approx(-back.value)
    assert forward.p == pytest.approx(back.p)
