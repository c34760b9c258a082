"""The unit tree: added to, changed, brought from a list, and fixed once a wave has been asked."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from builders import Installation

from survey_service.exchange.unit_files import UnitLine
from survey_service.faults import InputRefused
from survey_service.fieldwork import unit_tree
from survey_service.fieldwork.list_faults import ReadList
from survey_service.fieldwork.rosters import set_roster
from survey_service.fieldwork.unit_list import import_units, plan_units, read_units
from survey_service.fieldwork.unit_tree import read_tree

Build = Callable[..., Installation]


@pytest.fixture
def planned(build: Build) -> Installation:
    """An installation in which no wave has opened."""
    return build(open_first=False)


def rules(refusal: pytest.ExceptionInfo[InputRefused]) -> list[tuple[int | None, str]]:
    return [(fault.line, fault.rule) for fault in refusal.value.faults]


def tree(installation: Installation) -> list[tuple[int, str]]:
    with installation.context():
        return [(row.depth, row.unit.name) for row in read_tree(installation.municipality_id)]


def listed(*rows: tuple[str, str, str]) -> ReadList[UnitLine]:
    """Lines of a list from line 2 on: key, name, parent."""
    return ReadList([UnitLine(line, *row) for line, row in enumerate(rows, start=2)])


def plan(installation: Installation, *rows: tuple[str, str, str]) -> list[tuple[int | None, str]]:
    """The faults of a list."""
    with installation.context(), pytest.raises(InputRefused) as refusal:
        plan_units(installation.municipality_id, listed(*rows))
    return rules(refusal)


def test_units_stand_below_the_unit_they_are_part_of(planned: Installation) -> None:
    with planned.context():
        unit_tree.add_unit(planned.municipality_id, " =SUM(A1)  ", planned.units["house"])
    assert tree(planned) == [
        (0, "Center for Psykiatri"), (1, "Botilbud"), (1, "Psykiatriens Hus"), (2, "=SUM(A1)"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "parent", "rule"),
    [("", "centre", "missing"), ("x" * 201, "centre", "too_long"),
     ("botilbud", "centre", "unit_name_taken"), ("Ny", "elsewhere", "unknown_choice")],
)  # fmt: skip
def test_a_unit_that_cannot_be_added_is_refused(
    planned: Installation, name: str, parent: str, rule: str
) -> None:
    parent_id = planned.units.get(parent, uuid4())
    with planned.context(), pytest.raises(InputRefused) as refusal:
        unit_tree.add_unit(planned.municipality_id, name, parent_id)
    assert rules(refusal) == [(None, rule)]


def test_a_tree_grows_eight_levels_deep_and_no_deeper(planned: Installation) -> None:
    with planned.context():
        parent: UUID | None = planned.units["house"]
        for level in range(3, 9):
            parent = unit_tree.add_unit(planned.municipality_id, f"Niveau {level}", parent)
        with pytest.raises(InputRefused) as refusal:
            unit_tree.add_unit(planned.municipality_id, "Niveau 9", parent)
    assert rules(refusal) == [(None, "too_deep")]


def test_a_unit_moves_until_a_wave_has_opened_and_is_renamed_ever_after(
    planned: Installation,
) -> None:
    municipality, home = planned.municipality_id, planned.units["home"]
    with planned.context():
        unit_tree.change_unit(municipality, home, "Botilbuddet", None)
    assert (0, "Botilbuddet") in tree(planned)
    planned.open_wave()
    with planned.context():
        with pytest.raises(InputRefused) as refusal:
            unit_tree.change_unit(municipality, home, "Botilbud", planned.units["centre"])
        unit_tree.change_unit(municipality, home, "Bosteder", None)
    assert rules(refusal) == [(None, "unit_fixed")]
    assert (0, "Bosteder") in tree(planned)


def test_a_unit_never_comes_to_lie_below_itself(planned: Installation) -> None:
    with planned.context(), pytest.raises(InputRefused) as refusal:
        unit_tree.change_unit(
            planned.municipality_id, planned.units["centre"], "Center", planned.units["house"]
        )
    assert rules(refusal) == [(None, "unit_circle")]


def test_a_unit_is_removed_only_where_nothing_hangs_on_it(planned: Installation) -> None:
    municipality, units = planned.municipality_id, planned.units
    with planned.context():
        with pytest.raises(InputRefused) as above:
            unit_tree.remove_unit(municipality, units["centre"])
        set_roster(planned.waves["baseline"], {(units["house"], "citizen"): 40,
                                               (units["home"], "citizen"): 0})  # fmt: skip
        with pytest.raises(InputRefused) as populated:
            unit_tree.remove_unit(municipality, units["house"])
        unit_tree.remove_unit(municipality, units["home"])
    assert (rules(above), rules(populated)) == (
        [(None, "unit_has_parts")],
        [(None, "unit_in_use")],
    )
    assert tree(planned) == [(0, "Center for Psykiatri"), (1, "Psykiatriens Hus")]


def test_that_a_unit_is_fixed_tells_nothing_of_whether_anybody_answered(build: Build) -> None:
    installation = build()
    [code] = installation.invite("a")
    installation.visitor().enter(code).get("/svar/1").answer_all().send()
    with installation.context():
        added = unit_tree.add_unit(installation.municipality_id, "Ny", None)
    installation.close_wave()
    assert {row["key"]: row["is_fixed"] for row in installation.rows("unit")} == {
        "centre": True, "house": True, "home": True, "ny": True,
    }  # fmt: skip
    with installation.context():
        for unit_id in (installation.units["house"], installation.units["home"], added):
            with pytest.raises(InputRefused) as refusal:
                unit_tree.remove_unit(installation.municipality_id, unit_id)
            assert rules(refusal) == [(None, "unit_in_use")]


def test_a_unit_added_by_mistake_while_a_wave_is_open_can_be_removed(build: Build) -> None:
    installation = build()
    with installation.context():
        added = unit_tree.add_unit(installation.municipality_id, "Fejl", None)
        unit_tree.remove_unit(installation.municipality_id, added)
    assert "Fejl" not in dict(tree(installation)).values()


# ---- From a list ----


def test_a_list_adds_renames_and_moves_and_leaves_the_others(planned: Installation) -> None:
    rows = listed(("home", "Bosteder", ""), ("", "Støttecenter", "bosteder"), ("", "Syd", "ny-top"),
                  ("ny-top", "Ny top", ""))  # fmt: skip
    with planned.context():
        done = import_units(planned.municipality_id, rows)
    assert [unit.name for unit in done.added] == ["Støttecenter", "Syd", "Ny top"]
    assert [unit.name for unit in done.renamed] == ["Bosteder"]
    assert [unit.name for unit in done.moved] == ["Bosteder"]
    assert tree(planned) == [
        (0, "Bosteder"), (1, "Støttecenter"), (0, "Center for Psykiatri"), (1, "Psykiatriens Hus"),
        (0, "Ny top"), (1, "Syd"),
    ]  # fmt: skip


def test_the_same_list_twice_changes_nothing_the_second_time(planned: Installation) -> None:
    rows = listed(("", "Top", ""), ("", "Hus", "Top"))
    with planned.context():
        import_units(planned.municipality_id, rows)
        again = plan_units(planned.municipality_id, rows)
    assert (again.added, again.changed) == ((), ())


def test_every_fault_of_a_list_is_told_with_its_line(planned: Installation) -> None:
    assert plan(planned, ("", "A", "B"), ("", "B", "A"), ("", "C", "findes ikke")) == [
        (4, "parent_unknown"), (2, "unit_circle"), (3, "unit_circle"),
    ]  # fmt: skip
    assert plan(planned, ("", "", ""), ("k" * 61, "D", "")) == [(2, "missing"), (3, "too_long")]
    assert plan(planned, ("x", "E", ""), ("x", "F", "")) == [(3, "unit_twice")]
    assert plan(planned, ("x", "E", ""), ("y", "e", "")) == [(3, "unit_name_taken")]
    assert plan(planned, ("y", "Botilbud", "centre")) == [(2, "unit_name_taken")]


def test_a_line_that_cannot_be_read_hides_no_other_fault_and_makes_none(
    planned: Installation,
) -> None:
    rows = ("Center;;x", "Hus;Center", ";", ";Hus", "Hus;findes ikke", "Syd")
    text = "\n".join(("name;parent", *rows))
    with planned.context(), pytest.raises(InputRefused) as refusal:
        plan_units(planned.municipality_id, read_units(text.encode()))
    assert sorted(rules(refusal), key=str) == [
        (2, "table_cells"), (5, "missing"), (6, "parent_unknown"), (7, "table_cells"),
    ]  # fmt: skip


def test_what_stands_behind_an_open_quotation_mark_is_no_fault_of_those_before_it(
    planned: Installation,
) -> None:
    text = 'name;parent\nHus;Center\n;Hus\n"Center;'
    with planned.context(), pytest.raises(InputRefused) as refusal:
        plan_units(planned.municipality_id, read_units(text.encode()))
    assert sorted(rules(refusal), key=str) == [(3, "missing"), (4, "table_quotes")]


def test_a_name_that_several_units_have_needs_the_key(planned: Installation) -> None:
    with planned.context():
        import_units(planned.municipality_id, listed(("hus-2", "Botilbud", "")))
    assert plan(planned, ("", "Botilbud", "")) == [(2, "unit_ambiguous")]
    assert plan(planned, ("", "Ny", "Botilbud")) == [(2, "parent_ambiguous")]


def test_a_list_moves_no_fixed_unit(build: Build) -> None:
    installation = build()
    assert plan(installation, ("home", "Botilbud", "house")) == [(2, "unit_fixed")]


def test_a_list_with_one_fault_stores_nothing(planned: Installation) -> None:
    before = tree(planned)
    with planned.context(), pytest.raises(InputRefused):
        import_units(planned.municipality_id, listed(("", "God", ""), ("", "Dårlig", "ingen")))
    assert tree(planned) == before


def test_a_list_too_deep_is_refused_where_it_becomes_so(planned: Installation) -> None:
    rows = [("", f"N{level}", f"N{level - 1}" if level > 1 else "") for level in range(1, 11)]
    assert plan(planned, *rows) == [(10, "too_deep"), (11, "too_deep")]


def test_five_thousand_units_come_in_at_once_and_ten_thousand_and_one_do_not(
    planned: Installation,
) -> None:
    lines = ["name;parent", "Top;", *(f"Afdeling {number};Top" for number in range(4_999))]
    with planned.context():
        import_units(planned.municipality_id, read_units("\n".join(lines).encode()))
    assert len(tree(planned)) == 5_003
    many = [("", f"U{number}", "") for number in range(10_001)]
    assert plan(planned, *many) == [(None, "too_many_units")]


def test_one_municipality_never_reaches_the_units_of_another(build: Build) -> None:
    first, second = build("first", open_first=False), build("second", open_first=False)
    foreign = second.units["house"]
    with first.context():
        for act in (
            lambda: unit_tree.change_unit(first.municipality_id, foreign, "X", None),
            lambda: unit_tree.remove_unit(first.municipality_id, foreign),
            lambda: unit_tree.add_unit(first.municipality_id, "X", foreign),
        ):
            with pytest.raises(InputRefused) as refusal:
                act()
            assert rules(refusal) == [(None, "unknown_choice")]
