"""Rosters: no cell so small that its response rate would tell of single people."""

import pytest
from builders import Installation

from survey_service.fieldwork.rosters import RosterRefused, set_roster


@pytest.mark.parametrize("count", [1, 4, -1])
def test_a_cell_under_the_minimum_is_refused_by_name_and_nothing_is_stored(
    installation: Installation, count: int
) -> None:
    house, home = installation.units["house"], installation.units["home"]
    with (
        installation.context(),
        pytest.raises(RosterRefused, match=f"home, staff: .* at least 5 people, found {count}$"),
    ):
        set_roster(installation.waves["final"], {(house, "staff"): 9, (home, "staff"): count})
    assert installation.rows("roster_cell") == []


def test_empty_cells_and_cells_of_the_minimum_are_stored(installation: Installation) -> None:
    people = {
        (installation.units["house"], "citizen"): 5,
        (installation.units["home"], "citizen"): 0,
    }
    with installation.context():
        set_roster(installation.waves["final"], people)
    stored = {
        (row["unit_id"], row["audience"]): row["people"] for row in installation.rows("roster_cell")
    }
    assert stored == people
