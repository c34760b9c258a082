"""Rosters: typed, brought from a list, copied; small cells go to the unit above."""

from collections.abc import Callable
from uuid import UUID

import pytest
import sqlalchemy as sa
from accounts_builder import add_person, enter
from builders import Installation

from survey_service.exchange.unit_files import PeopleLine
from survey_service.faults import FieldFault, InputRefused
from survey_service.fieldwork import rosters
from survey_service.fieldwork.list_faults import ReadList
from survey_service.fieldwork.rosters import cell_field
from survey_service.storage import projects
from survey_service.storage.database import reading, writing
from survey_service.storage.projects import ProjectRecord
from survey_service.storage.tables import UnitCount, Wave

Build = Callable[..., Installation]


@pytest.fixture
def planned(build: Build) -> Installation:
    """An installation in which no wave has opened."""
    return build(open_first=False)


def project_of(installation: Installation) -> ProjectRecord:
    found = projects.find_project(reading(), installation.project_id)
    assert found is not None
    return found


def save(installation: Installation, cells: dict[tuple[str, str], str]) -> None:
    units, wave_id = installation.units, installation.waves["baseline"]
    typed = {(units[unit], audience): text for (unit, audience), text in cells.items()}
    with installation.context():
        rosters.save_roster(project_of(installation), wave_id, typed)


def stored(installation: Installation, wave: str = "baseline") -> dict[tuple[str, str], int]:
    names = {unit_id: name for name, unit_id in installation.units.items()}
    with installation.context():
        found = rosters.read_roster(installation.waves[wave])
    return {(names[unit_id], audience): people for (unit_id, audience), people in found.items()}


def refused(act: Callable[[], object]) -> tuple[FieldFault, ...]:
    with pytest.raises(InputRefused) as refusal:
        act()
    return refusal.value.faults


def test_typed_cells_are_stored_and_emptied_ones_removed(planned: Installation) -> None:
    save(planned, {("house", "citizen"): "1.200", ("home", "citizen"): "0", ("home", "staff"): "9"})
    save(planned, {("house", "citizen"): "130", ("home", "staff"): " "})
    assert stored(planned) == {("house", "citizen"): 130, ("home", "citizen"): 0}


@pytest.mark.parametrize("typed", ["1", "4"])
def test_a_small_cell_is_counted_at_the_unit_above(planned: Installation, typed: str) -> None:
    [fault] = refused(
        lambda: save(planned, {("house", "citizen"): typed, ("home", "citizen"): "50"})
    )
    assert fault.field == cell_field(planned.units["house"], "citizen")
    assert (fault.rule, fault.values["above"]) == ("roster_small", "Center for Psykiatri")
    assert stored(planned) == {}


def test_a_small_cell_at_the_top_has_nowhere_to_go(planned: Installation) -> None:
    [fault] = refused(lambda: save(planned, {("centre", "citizen"): "4"}))
    assert fault.rule == "roster_small_top"


@pytest.mark.parametrize("typed", ["mange", "-5", "5,5", "1000001", "=5"])
def test_what_is_no_number_of_people_is_refused(planned: Installation, typed: str) -> None:
    [fault] = refused(lambda: save(planned, {("house", "citizen"): typed}))
    assert fault.rule == "no_number"


def listed(*rows: tuple[str, dict[str, str]]) -> ReadList[PeopleLine]:
    lines = [PeopleLine(line, *row) for line, row in enumerate(rows, start=2)]
    return ReadList(lines)


def bring(installation: Installation, *rows: tuple[str, dict[str, str]]) -> int:
    with installation.context():
        return rosters.import_roster(
            project_of(installation), installation.waves["baseline"], listed(*rows)
        )


def test_a_list_fills_in_cells_and_leaves_the_others(planned: Installation) -> None:
    save(planned, {("home", "citizen"): "34"})
    count = bring(planned, ("psykiatriens hus", {"citizen": "130", "staff": ""}),
                  ("home", {"citizen": "", "staff": "12"}))  # fmt: skip
    assert count == 2
    assert stored(planned) == {
        ("home", "citizen"): 34, ("house", "citizen"): 130, ("home", "staff"): 12,
    }  # fmt: skip


def test_every_fault_of_a_list_is_told_and_nothing_is_stored(planned: Installation) -> None:
    faults = refused(
        lambda: bring(
            planned,
            ("house", {"citizen": "130"}),
            ("nowhere", {"citizen": "9"}),
            ("home", {"citizen": "3"}),
            ("Psykiatriens Hus", {"citizen": "x"}),
        )
    )
    assert [(fault.line, fault.rule) for fault in faults] == [
        (3, "unit_not_found"), (4, "roster_small"), (5, "unit_twice"), (5, "no_number"),
    ]  # fmt: skip
    assert stored(planned) == {}


def test_a_line_that_cannot_be_read_hides_no_other_fault(planned: Installation) -> None:
    text = "afdeling;borgere\nhouse;130;1\nnowhere;9\nhome;3"
    with planned.context():
        people = rosters.read_people(text.encode(), {"borgere": "citizen"})
        faults = refused(
            lambda: rosters.import_roster(project_of(planned), planned.waves["baseline"], people)
        )
    assert [(fault.line, fault.rule) for fault in faults] == [
        (2, "table_cells"), (3, "unit_not_found"), (4, "roster_small"),
    ]  # fmt: skip
    assert stored(planned) == {}


def test_a_wave_begins_with_the_roster_of_the_wave_before(planned: Installation) -> None:
    with planned.context():
        project = project_of(planned)
        [fault] = refused(lambda: rosters.copy_roster(project, planned.waves["final"]))
        assert fault.rule == "nothing_to_copy"
    save(planned, {("house", "citizen"): "130"})
    with planned.context():
        rosters.copy_roster(project, planned.waves["final"])
    assert stored(planned, "final") == {("house", "citizen"): 130}


# ---- A roster smaller than the answers ----


def count_answers(installation: Installation, sent: dict[tuple[str, str], int]) -> None:
    """Keep these counts, as the day's upkeep does."""
    with installation.context(), writing() as session:
        session.execute(sa.delete(UnitCount))
        for (unit, audience), count in sent.items():
            session.add(
                UnitCount(
                    wave_id=installation.waves["baseline"],
                    unit_id=installation.units[unit],
                    audience=audience,
                    sent=count,
                )
            )


def told(installation: Installation) -> list[str]:
    with installation.context():
        wave = projects.find_wave(reading(), installation.waves["baseline"])
        assert wave is not None
        return rosters.find_too_few_listed(project_of(installation), wave)


def set_status(installation: Installation, status: str) -> None:
    wave_id: UUID = installation.waves["baseline"]
    with installation.context(), writing() as session:
        session.execute(sa.update(Wave).where(Wave.id == wave_id).values(status=status))


def test_more_answers_than_people_are_told_of_the_audience(planned: Installation) -> None:
    save(planned, {("house", "citizen"): "10", ("home", "citizen"): "10", ("home", "staff"): "12"})
    count_answers(planned, {("house", "citizen"): 15, ("home", "citizen"): 6, ("home", "staff"): 9})
    set_status(planned, "open")
    assert told(planned) == ["citizen"]


def test_as_many_answers_as_people_are_not_told(planned: Installation) -> None:
    save(planned, {("house", "citizen"): "10", ("home", "citizen"): "10"})
    count_answers(planned, {("house", "citizen"): 15, ("home", "citizen"): 5})
    set_status(planned, "open")
    assert told(planned) == []


def test_nothing_is_told_of_a_small_roster_while_its_wave_is_open(planned: Installation) -> None:
    save(planned, {("house", "citizen"): "6"})
    count_answers(planned, {("house", "citizen"): 8})
    set_status(planned, "open")
    assert told(planned) == []
    set_status(planned, "closed")
    assert told(planned) == ["citizen"]


def test_nothing_is_told_of_fewer_answers_than_the_minimum(planned: Installation) -> None:
    count_answers(planned, {("house", "citizen"): 4})
    set_status(planned, "closed")
    assert told(planned) == []


# ---- While the wave is open ----


def test_a_roster_is_fixed_while_its_wave_is_open(planned: Installation) -> None:
    save(planned, {("house", "citizen"): "6"})
    set_status(planned, "open")

    def copy() -> None:
        with planned.context():
            rosters.copy_roster(project_of(planned), planned.waves["baseline"])

    for act in (
        lambda: save(planned, {("house", "citizen"): "10"}),
        lambda: bring(planned, ("house", {"citizen": "10"})),
        copy,
    ):
        assert [fault.rule for fault in refused(act)] == ["roster_while_open"]
    assert stored(planned) == {("house", "citizen"): 6}
    set_status(planned, "closed")
    save(planned, {("house", "citizen"): "10"})
    assert stored(planned) == {("house", "citizen"): 10}


def test_the_page_of_an_open_waves_roster_tells_why_it_is_fixed(planned: Installation) -> None:
    save(planned, {("house", "citizen"): "60"})
    set_status(planned, "open")
    add_person(planned)
    visitor = enter(planned.visitor())
    address = f"/arbejdsrum/projekt/{planned.project_id}/opsaetning/population"
    visitor.get(f"{address}/{planned.waves['baseline']}")
    assert "Målingen er åben, så tallene ligger fast." in visitor.text
    assert "60" in visitor.text
    assert "people_" not in visitor.html
