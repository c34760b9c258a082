"""Which units may be shown: examples counted by hand, and an attacker with linear algebra."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from exact_algebra import rank
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from survey_service.measurement.differencing import (
    changed_too_little,
    count_unit_basis,
    units_changed_too_little,
    units_to_show_again,
)
from survey_service.measurement.released_details import ReleasedInterval, UnitStanding
from survey_service.measurement.score_table import ScoreRow, tabulate
from survey_service.measurement.unit_disclosure import choose_units, disclose_unit_means
from survey_service.measurement.unit_figures import UnitMean
from survey_service.measurement.unit_tree import units_within

GROUP = ("staff", "final", "hopes")
FLAT: dict[str, str | None] = {}


def a_mean(unit="north", n=20, mean=61.4, **of):
    values = {"is_level": False, "own_n": n, "difference": 7.1, "half_width": 4.2, "p": 0.001,
              "p_adjusted": 0.01}  # fmt: skip
    return UnitMean("staff", "hopes", "final", unit, n=n, mean=mean, **(values | of))


def disclosed(*means, whole=54.3, minimum=5, before=None):
    shown = disclose_unit_means(
        means, {GROUP: whole}, FLAT, minimum, {} if before is None else {GROUP: before}
    )
    return {figure.unit: figure for figure in shown}


# --- what is shown ------------------------------------------------------------------------------


def test_with_enough_answers_everywhere_every_unit_is_shown():
    assert choose_units({"a": 5, "b": 12, "c": 30}, FLAT, 5) == {"a", "b", "c"}


def test_a_small_unit_takes_the_smallest_others_along_until_they_hide_it():
    # a: 3. With b (6) alone the two sum to 9, but less the larger only 3 remain; with c (8) 9 do.
    assert choose_units({"a": 3, "b": 6, "c": 8, "d": 40, "e": 50}, FLAT, 5) == {"d", "e"}


def test_three_units_of_which_one_is_small_are_all_held_back():
    assert choose_units({"a": 3, "b": 40, "c": 50}, FLAT, 5) == frozenset()


def test_a_unit_whose_people_all_answered_at_an_end_of_the_scale_is_hidden_like_a_small_one():
    # its sum must not follow from the whole less the others: b and c go along, as with one answer
    others = [a_mean("b", 6), a_mean("c", 8), a_mean("d", 40), a_mean("e", 50)]
    assert set(disclosed(a_mean("a", 12, mean=99.7), *others)) == {"d", "e"}
    assert set(disclosed(a_mean("a", 12, mean=99.4), *others)) == {"a", "b", "c", "d", "e"}


def test_several_small_units_hide_each_other():
    assert choose_units({"a": 4, "b": 4, "c": 4, "d": 10}, FLAT, 5) == {"d"}


def test_a_project_of_one_unit_shows_the_whole_alone():
    assert choose_units({"a": 40}, FLAT, 5) == frozenset()


def test_a_level_is_shown_beside_its_units_where_all_have_enough():
    parents = {"a": "top", "b": "top", "top": None, "c": None}
    assert choose_units({"a": 9, "b": 9, "c": 9}, parents, 5) == {"a", "b", "c", "top"}


def test_a_small_unit_does_not_follow_from_its_level_less_the_others_of_it():
    parents = dict.fromkeys("abcd", "top") | {"top": None, "e": None, "f": None}
    counts = {"a": 3, "b": 20, "c": 25, "d": 30, "e": 8, "f": 9}
    shown = choose_units(counts, parents, 5)
    assert "a" not in shown
    assert "top" not in shown or not {"b", "c", "d"} <= shown


def test_a_level_of_one_unit_and_one_of_all_units_are_not_shown_twice():
    parents = {"a": "only", "only": "all", "b": "all", "all": None}
    assert choose_units({"a": 9, "b": 9}, parents, 5) == {"a", "b"}


def test_answers_of_a_level_itself_are_never_a_figure_of_their_own():
    # top's own 3 answers would be top less a less b.
    parents = {"a": "top", "b": "top", "top": None}
    shown = choose_units({"top": 3, "a": 20, "b": 30, "c": 9, "d": 9}, parents, 5)
    assert not {"top", "a", "b"} <= shown


# --- how it is shown ----------------------------------------------------------------------------


def test_figures_are_whole_points_and_the_difference_is_that_of_what_is_shown():
    figure = disclosed(a_mean(), a_mean("south"))["north"]
    # 61 less 54.3 is 6.7; half of the interval, 4.2, is rounded up
    assert figure.mean == 61.0
    assert figure.difference == ReleasedInterval(7.0, 2.0, 12.0)
    assert figure.standing is UnitStanding.ABOVE


def test_under_ten_answers_there_is_a_whole_number_and_words():
    figure = disclosed(a_mean(n=9), a_mean("south"))["north"]
    assert (figure.mean, figure.difference) == (61.0, None)
    assert figure.standing is UnitStanding.ABOVE


def test_a_difference_that_is_not_certain_after_holm_is_not_named():
    figure = disclosed(a_mean(p_adjusted=0.06), a_mean("south"))["north"]
    assert figure.standing is UnitStanding.NOT_CERTAIN


def test_a_difference_whose_shown_interval_holds_nought_is_not_named():
    figure = disclosed(a_mean(half_width=6.9), a_mean("south"))["north"]
    assert figure.standing is UnitStanding.NOT_CERTAIN


def test_where_the_whole_is_not_shown_no_unit_is():
    assert disclose_unit_means([a_mean(), a_mean("south")], {}, FLAT, 5, {}) == ()


def test_without_uncertainty_there_is_a_difference_without_limits():
    figure = disclosed(a_mean(half_width=None, p=None, p_adjusted=None), a_mean("south"))["north"]
    assert figure.difference == ReleasedInterval(7.0, None, None)
    assert figure.standing is UnitStanding.NOT_CERTAIN


def test_a_minimum_under_five_is_refused():
    with pytest.raises(ValueError, match="minimum: expected 5"):
        disclosed(a_mean(), minimum=4)


# --- what was seen counts -----------------------------------------------------------------------


def basis_of(counts, parents=FLAT):
    rows = [
        ScoreRow("", unit, "staff", "final", "hopes", 50.0)
        for unit, count in counts.items()
        for _ in range(count)
    ]
    return count_unit_basis(tabulate(rows, ["final"]), parents)


def again(before, now, shown=("a", "b"), parents=FLAT):
    found = units_to_show_again(
        {GROUP: frozenset(shown)}, basis_of(before, parents), basis_of(now, parents)
    )
    return found[GROUP]


def test_units_that_were_shown_are_shown_again_while_nothing_has_changed():
    assert again({"a": 9, "b": 8, "c": 3}, {"a": 9, "b": 8, "c": 3}) == {"a", "b"}


@pytest.mark.parametrize("unit", ["a", "b", "c"])
def test_once_anybody_of_a_group_withdraws_no_unit_of_it_is_shown_again(unit):
    before = {"a": 9, "b": 8, "c": 3}
    assert again(before, before | {unit: before[unit] - 1}) == frozenset()


def test_a_unit_moved_to_another_level_ends_the_groups_figures():
    rows = {"a": 9, "b": 9, "c": 9}
    one, other = {"a": "top", "b": "top", "top": None}, {"a": "top", "c": "top", "top": None}
    # a and c count as many as a and b did
    found = units_to_show_again(
        {GROUP: frozenset("ab")}, basis_of(rows, one), basis_of(rows, other)
    )
    assert found[GROUP] == frozenset()


def test_an_earlier_release_whose_counts_are_gone_ends_the_groups_figures():
    shown = {GROUP: frozenset("ab")}
    assert units_to_show_again(shown, {}, basis_of({"a": 9, "b": 9})) == {GROUP: frozenset()}


def test_what_stood_back_in_an_earlier_release_stays_back():
    means = [a_mean(unit, n=20) for unit in "abc"]
    assert set(disclosed(*means, before=frozenset("ab"))) == {"a", "b"}


def test_a_unit_shown_before_needs_todays_minimum_too():
    means = [a_mean("a", n=6), a_mean("b", n=20), a_mean("c", n=20)]
    assert set(disclosed(*means, minimum=10, before=frozenset("ab"))) == {"b"}


def test_units_counts_do_not_keep_a_release_from_being_made():
    before, now = basis_of({"a": 9, "b": 9}), basis_of({"a": 7, "b": 9})
    assert changed_too_little(before, now, 5) == ()


def test_what_is_counted_fits_its_column_and_stays_apart_for_long_names():
    long = ["u" * 60, "u" * 59 + "v"]
    rows = [ScoreRow("", unit, "staff", "final", "p" * 60, 50.0) for unit in long]
    basis = count_unit_basis(tabulate(rows, ["final"]), {})
    assert all(len(counted) <= 70 for _, _, counted in basis)
    assert len(basis) == 2
    group = ("staff", "final", "p" * 60)
    assert units_to_show_again({group: frozenset(long)}, basis, basis) == {group: frozenset(long)}


def told_too_little(before, now, shown):
    parents = dict.fromkeys(before)
    return units_changed_too_little(
        {GROUP: frozenset(shown)}, [basis_of(before)], basis_of(now), parents, 5
    )


def test_a_whole_that_leaves_fewer_than_five_of_a_shown_unit_to_tell_of_is_kept_back():
    # b goes from 8 to 2 and a stays: the new whole less a, which is known, is two people.
    assert told_too_little({"a": 9, "b": 8}, {"a": 9, "b": 2}, "ab") == (GROUP,)


def test_five_who_withdrew_from_large_units_are_no_hindrance():
    assert told_too_little({"a": 20, "b": 20}, {"a": 18, "b": 17}, "ab") == ()


def test_a_unit_that_withdrew_altogether_tells_of_its_own_alone():
    assert told_too_little({"a": 9, "b": 8}, {"a": 9}, "ab") == ()


# --- the attacker -------------------------------------------------------------------------------

trees = st.integers(2, 8).flatmap(
    lambda size: st.tuples(
        st.lists(st.integers(0, 25), min_size=size, max_size=size),
        st.lists(st.integers(-1, size - 2), min_size=size, max_size=size),
    )
)
"""Answers per unit, and each unit's parent among those before it."""


def built(tree):
    counts, places = tree
    names = [f"u{number}" for number in range(len(counts))]
    parents = {
        name: names[place] if 0 <= place < number else None
        for number, (name, place) in enumerate(zip(names, places, strict=True))
    }
    return {name: n for name, n in zip(names, counts, strict=True) if n}, parents


def published_sums(counts, parents, shown):
    """What means times counts tell: one row per figure and the whole, a column per unit's sum."""
    inside = units_within(counts, parents)
    groups = [set(counts), *(inside[unit] for unit in sorted(shown))]
    return [[Fraction(unit in group) for unit in counts] for group in groups]


def too_small_unions(counts, minimum):
    for size in range(1, minimum):
        for union in combinations(counts, size):
            if sum(counts[unit] for unit in union) < minimum:
                yield set(union)


def isolates(rows, counts, union):
    """Whether some combination of the rows is about these units' sums alone."""
    others = [[row[n] for n, unit in enumerate(counts) if unit not in union] for row in rows]
    return rank(rows) > rank(others)


@settings(max_examples=300, deadline=None)
@given(trees, st.integers(5, 9))
def test_no_combination_of_published_means_isolates_fewer_than_the_minimum(tree, minimum):
    counts, parents = built(tree)
    assume(sum(counts.values()) >= minimum)
    rows = published_sums(counts, parents, choose_units(counts, parents, minimum))
    for union in too_small_unions(counts, minimum):
        # A whole of a single unit has nothing to be hidden behind, and enough answers.
        assert not isolates(rows, counts, union)


@settings(max_examples=300, deadline=None)
@given(trees, st.integers(5, 9), st.integers(1, 50), st.integers(0, 50))
def test_nor_together_with_the_models_mean_whose_weights_go_by_the_answers(
    tree, minimum, between, within
):
    counts, parents = built(tree)
    shown = choose_units(counts, parents, minimum)
    assume(shown)
    rows = published_sums(counts, parents, shown)
    # a unit weighs 1 / (between + within / n), so its sum 1 / (between n + within)
    rows.append([Fraction(1, between * n + within) for n in counts.values()])
    for union in too_small_unions(counts, minimum):
        assert not isolates(rows, counts, union)


@settings(max_examples=60, deadline=None)
@given(trees, st.integers(0, 10_000))
def test_no_held_back_units_mean_is_known_to_within_a_point_even_by_rounded_figures(tree, seed):
    counts, parents = built(tree)
    shown = choose_units(counts, parents, 5)
    small = [unit for unit, n in counts.items() if n < 5]
    assume(shown and small)
    true = dict(zip(counts, np.random.default_rng(seed).uniform(20, 80, len(counts)), strict=True))
    inside = units_within(counts, parents)
    rows, bounds = [], []
    for group, half in [(set(counts), 0.05), *((inside[unit], 0.5) for unit in sorted(shown))]:
        n = sum(counts[unit] for unit in group)
        weights = [counts[unit] / n * (unit in group) for unit in counts]
        mean = sum(w * true[unit] for w, unit in zip(weights, counts, strict=True))
        rows += [weights, [-w for w in weights]]
        bounds += [mean + half, -(mean - half)]
    for unit in small:
        aim = [float(name == unit) for name in counts]
        low, high = (
            sign * linprog([sign * a for a in aim], rows, bounds, bounds=(0, 100)).fun
            for sign in (1, -1)
        )
        assert high - low > 2


@given(trees, st.integers(5, 9))
def test_every_shown_figure_rests_on_the_minimum(tree, minimum):
    counts, parents = built(tree)
    inside = units_within(counts, parents)
    for unit in choose_units(counts, parents, minimum):
        assert sum(counts[name] for name in inside[unit]) >= minimum


@given(trees)
def test_the_order_of_units_does_not_matter(tree):
    counts, parents = built(tree)
    turned = dict(reversed(list(counts.items())))
    assert choose_units(counts, parents, 5) == choose_units(turned, parents, 5)


@settings(max_examples=200, deadline=None)
@given(trees, st.integers(5, 9), st.data())
def test_nor_do_two_releases_with_withdrawals_between_them(tree, minimum, data):
    counts, parents = built(tree)
    gone = {unit: data.draw(st.integers(0, min(n, 4)), label=unit) for unit, n in counts.items()}
    left = {unit: n - gone[unit] for unit, n in counts.items()}
    # else the rule for the whole keeps the second release back
    assume(sum(gone.values()) == 0 or sum(gone.values()) >= minimum)
    assume(sum(left.values()) >= minimum)
    first = choose_units(counts, parents, minimum)
    before, now = basis_of(counts, parents), basis_of(left, parents)
    shown_first = {GROUP: first} if first else {}
    assume(not units_changed_too_little(shown_first, [before], now, parents, minimum))
    seen = units_to_show_again(shown_first, before, now)
    second = seen.get(GROUP)
    if second is None:
        second = choose_units(left, parents, minimum)
    people = {("left", unit): n for unit, n in left.items()} | {
        ("gone", unit): n for unit, n in gone.items()
    }
    people = {part: n for part, n in people.items() if n}
    rows = [
        [Fraction(unit in group and (state == "left" or is_first)) for state, unit in people]
        for shown, at, is_first in ((first, counts, True), (second, left, False))
        for inside in [units_within([unit for unit in at if at[unit]], parents)]
        for group in [set(at), *(inside[unit] for unit in sorted(shown))]
    ]
    for union in too_small_unions(people, minimum):
        assert not isolates(rows, people, union)
