"""Units' counts while answers come in: what is held back follows from nothing that is shown."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from survey_service.measurement.field_disclosure import (
    FieldUnit,
    ShownUnits,
    UnitTotal,
    find_shown_units,
    sum_units,
)


def leaf(key: str, sent: int, roster: int, parent: str | None = "top") -> FieldUnit:
    return FieldUnit(key, parent, sent, roster)


def shown(*units: FieldUnit, seen: ShownUnits | None = None) -> set[str]:
    """Which of the units under one top are shown, the top aside."""
    found = find_shown_units([FieldUnit("top", None, 0, 0), *units], 5, seen=seen)
    return set(found.units) - {"top"}


def test_units_with_enough_answers_of_enough_people_are_shown() -> None:
    assert shown(leaf("a", 5, 10), leaf("b", 12, 30)) == {"a", "b"}


def test_one_with_too_few_answers_takes_its_smallest_neighbour_along() -> None:
    # 26 in all less 15 would tell that a has 4: so b, the smaller roster, goes with it.
    assert shown(leaf("a", 4, 20), leaf("b", 7, 12), leaf("c", 15, 40)) == {"c"}


def test_one_with_fewer_than_ten_to_ask_is_held_back_however_many_answered() -> None:
    assert shown(leaf("a", 9, 9), leaf("b", 7, 12), leaf("c", 15, 40)) == {"c"}


def test_two_small_ones_are_company_to_each_other() -> None:
    assert shown(leaf("a", 3, 20), leaf("b", 4, 20), leaf("c", 15, 40)) == {"c"}


def test_two_small_ones_with_four_answers_together_need_a_third() -> None:
    assert shown(leaf("a", 2, 20), leaf("b", 2, 20), leaf("c", 15, 40), leaf("d", 9, 41)) == {"d"}


def test_one_without_any_answers_is_no_company() -> None:
    # With b's nought known to b's own staff, a alone would be told: c goes with them.
    assert shown(leaf("a", 4, 20), leaf("b", 0, 20), leaf("c", 15, 40), leaf("d", 9, 41)) == {"d"}


def test_nothing_is_shown_under_a_unit_that_is_held_back() -> None:
    units = [
        leaf("small", 4, 20),
        leaf("middle", 0, 0),
        leaf("m1", 6, 12, "middle"),
        leaf("m2", 6, 13, "middle"),
        leaf("large", 20, 50),
    ]
    assert shown(*units) == {"large"}


def test_a_units_own_people_are_a_part_beside_those_below_it() -> None:
    # 4 own of 20 and 9 below: the 9 and the whole 13 would tell of the 4.
    units = [
        FieldUnit("house", "top", 4, 20),
        leaf("h1", 9, 15, "house"),
        leaf("other", 20, 50),
    ]
    assert shown(*units) == {"house", "other"}


def test_of_an_audience_under_the_minimum_nothing_is_shown() -> None:
    assert find_shown_units([leaf("a", 4, 100, None)], 5) == ShownUnits()
    assert find_shown_units([leaf("a", 9, 9, None)], 5) == ShownUnits()


def test_more_answers_than_people_to_ask_are_not_shown() -> None:
    # Company is taken by roster: a of 12 goes with b.
    assert shown(leaf("a", 10, 12), leaf("b", 14, 12), leaf("c", 14, 40)) == {"c"}


def test_what_was_seen_yesterday_is_not_taken_as_company_today() -> None:
    # A withdrawal brings a under the minimum; b was seen, c was not.
    units = leaf("a", 4, 20), leaf("b", 7, 12), leaf("c", 15, 40), leaf("d", 15, 50)
    assert shown(*units, seen=ShownUnits(frozenset({"a", "b", "d"}))) == {"b", "d"}


def test_a_higher_minimum_holds_back_more() -> None:
    units = [leaf("a", 9, 30, None), leaf("b", 12, 30, None), leaf("c", 40, 90, None)]
    assert find_shown_units(units, 10).units == {"c"}


def test_units_are_summed_with_all_below_them() -> None:
    units = [FieldUnit("top", None, 1, 2), leaf("a", 3, 4), leaf("b", 5, 6, "a")]
    assert sum_units(units) == (
        UnitTotal("top", 9, 12), UnitTotal("a", 8, 10), UnitTotal("b", 5, 6)
    )  # fmt: skip


@st.composite
def trees(draw: st.DrawFn) -> list[FieldUnit]:
    """Up to twelve units, each at the top or under one that came before."""
    units: list[FieldUnit] = []
    for number in range(draw(st.integers(1, 12))):
        parent = draw(st.sampled_from([None, *(unit.key for unit in units)]))
        roster = draw(st.integers(0, 30))
        sent = draw(st.integers(0, roster))
        units.append(FieldUnit(f"u{number}", parent, sent, roster))
    return units


def groups_of(units: Sequence[FieldUnit], open_units: frozenset[str]) -> list[list[UnitTotal]]:
    """The parts of all that is shown: next to each other under the whole, or under a shown unit."""
    totals = {total.key: total for total in sum_units(units)}
    found = [[totals[unit.key] for unit in units if unit.parent is None]]
    for key in open_units:
        below = [totals[unit.key] for unit in units if unit.parent == key]
        if below:
            own = next(unit for unit in units if unit.key == key)
            found.append([UnitTotal(f"{key} itself", own.sent, own.roster), *below])
    return found


@given(trees(), st.integers(5, 8))
def test_no_sum_of_what_is_held_back_tells_of_too_few(units: list[FieldUnit], minimum: int) -> None:
    # Whoever knows every figure shown knows, per group, the sum of those held back and no more: a
    # part held back shows nothing below it, so each is in one equation only.
    found = find_shown_units(units, minimum)
    if not found.units:
        return
    own = {f"{key} itself" for key in found.own_parts}
    for group in groups_of(units, found.units):
        parts = [part for part in group if part.sent or part.roster]
        hidden = [part for part in parts if part.key not in found.units | own]
        # With nothing shown in a group, what is known is the unit above, which may be shown.
        if hidden and len(hidden) < len(parts):
            assert len([part for part in hidden if part.sent]) >= 2
            assert sum(part.sent for part in hidden) >= minimum
            assert sum(part.roster for part in hidden) >= 10


@given(trees(), st.integers(5, 8))
def test_whatever_is_shown_is_large_enough(units: list[FieldUnit], minimum: int) -> None:
    totals = {total.key: total for total in sum_units(units)}
    for key in find_shown_units(units, minimum).units:
        assert totals[key].sent >= minimum
        assert totals[key].roster >= 10


@given(trees(), st.data())
def test_while_answers_come_in_what_was_shown_stays_shown(
    units: list[FieldUnit], data: st.DataObject
) -> None:
    # Else a unit that is held back one day would be told by the days before and after.
    before = find_shown_units(units, 5)
    later = [
        FieldUnit(
            unit.key, unit.parent, data.draw(st.integers(unit.sent, unit.roster)), unit.roster
        )
        for unit in units
    ]
    after = find_shown_units(later, 5, seen=before)
    assert before.units <= after.units
    assert before.own_parts <= after.own_parts


@given(trees())
def test_the_order_of_the_units_is_irrelevant(units: list[FieldUnit]) -> None:
    assert find_shown_units(units, 5) == find_shown_units(units[::-1], 5)
