"""After a withdrawal no two releases may be held against each other to tell of one person."""

import json
import random
import re
import threading

import pytest
import sqlalchemy as sa
from builders import Installation, Visitor, instrument_of
from click.testing import CliRunner

from survey_service.accounts.sign_in import Role, add_user
from survey_service.cli import main
from survey_service.fieldwork.recording import GatheredResponse, record_responses
from survey_service.fieldwork.retention import purge_expired
from survey_service.reporting.earlier_releases import TooFewChanged
from survey_service.reporting.releasing import find_release, release_project
from survey_service.storage.database import Base, database

EVALUATOR, PASSWORD = "kari@example.org", "fire grønne hatte"
SIGN_IN = "/arbejdsrum/log-ind"


@pytest.fixture
def released(installation: Installation) -> Installation:
    """Two waves of 30 citizens, released once."""
    items = [item for item in instrument_of("citizen").items if item.scale is not None]
    for seed, wave in enumerate(("baseline", "final")):
        draw = random.Random(seed)
        if wave == "final":
            installation.open_wave(wave)
        gathered = [
            GatheredResponse(
                installation.units["house" if number % 2 else "home"], "citizen",
                f"citizen-{number}", {item.key: str(draw.choice((2, 3, 4))) for item in items},
            )
            for number in range(30)
        ]  # fmt: skip
        with installation.context():
            record_responses(
                installation.keys, installation.waves[wave], gathered, installation.clock.today
            )
        installation.close_wave(wave)
    with installation.context():
        release_project(installation.project_id, installation.clock.today)
    return installation


def withdraw(installation: Installation, count: int) -> None:
    """Delete the answers of some citizens in the first wave, as a withdrawal does."""
    response = Base.metadata.tables["response"]
    first = installation.waves["baseline"]
    with installation.context(), database.engine.begin() as connection:
        connection.execute(sa.text("PRAGMA foreign_keys=ON"))
        found = connection.execute(
            sa.select(response.c.id).where(response.c.wave_id == first).limit(count)
        ).scalars().all()  # fmt: skip
        for name in ("answer", "score"):
            table = Base.metadata.tables[name]
            connection.execute(sa.delete(table).where(table.c.response_id.in_(found)))
        connection.execute(sa.delete(response).where(response.c.id.in_(found)))


def units_shown(installation: Installation, number: int) -> set[tuple[str, str]]:
    """The waves and units of which a release shows anything."""
    with installation.context():
        details = find_release(installation.project_id, number).figures.details
    return {(figure.wave, figure.unit) for figure in details.unit_figures}


def test_units_of_a_wave_with_withdrawals_are_not_shown_again(released):
    both = {(wave, unit) for wave in ("baseline", "final") for unit in ("home", "house")}
    withdraw(released, 5)
    with released.context():
        release_project(released.project_id, released.clock.today)
        release_project(released.project_id, released.clock.today)
    assert units_shown(released, 1) == both
    # and not in a later one either, though nothing has changed since the second
    later = {(wave, unit) for wave, unit in both if wave == "final"}
    assert units_shown(released, 2) == units_shown(released, 3) == later


@pytest.mark.parametrize("count", [1, 4])
def test_no_release_is_made_while_fewer_than_five_have_withdrawn(released, count):
    withdraw(released, count)
    with released.context():
        with pytest.raises(TooFewChanged, match="citizen in baseline"):
            release_project(released.project_id, released.clock.today)
        assert find_release(released.project_id).number == 1


def test_a_release_is_made_once_five_have_withdrawn(released):
    withdraw(released, 5)
    with released.context():
        assert release_project(released.project_id, released.clock.today) == 2


def test_a_release_is_made_again_where_nothing_has_changed(released):
    with released.context():
        assert release_project(released.project_id, released.clock.today) == 2


def test_compare_prints_the_release_instead_and_says_so(released):
    withdraw(released, 1)
    command = ["--instance", str(released.folder), "compare", "--project", "goals"]
    result = CliRunner().invoke(main, [*command, "--format", "json"], catch_exceptions=False)
    assert result.exit_code == 0
    assert "release 1 stands" in result.stderr
    shown = {(row["audience"], row["wave"]): row["sent"]
             for row in json.loads(result.stdout)["counts"]}  # fmt: skip
    assert shown["citizen", "baseline"] == 30


def test_the_evaluator_is_told_calmly(released):
    with released.context():
        add_user(EVALUATOR, PASSWORD, Role.EVALUATOR, released.municipality_id)
    withdraw(released, 1)
    visitor: Visitor = released.visitor().get(SIGN_IN)
    visitor.submit(SIGN_IN, name=EVALUATOR, password=PASSWORD)
    visitor.get(f"/arbejdsrum/projekt/{released.project_id}/resultater")
    token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.html)[1]
    visitor.post(f"/arbejdsrum/projekt/{released.project_id}/udgivelser", csrf_token=token)
    for thread in threading.enumerate():
        if thread.name == "job-release":
            thread.join(30)
    assert "Færre end det mindste antal personer har ændret deres svar" in (
        visitor.get(visitor.path).text
    )


def test_purging_a_project_removes_what_its_releases_rest_on(released):
    assert released.rows("release_content")
    with released.context():
        purge_expired(released.keys, released.clock.today.replace(year=2040))
    assert released.rows("release_content") == []
    assert released.rows("release")


def test_a_release_without_kept_counts_is_held_against_what_it_shows(released):
    with released.context(), database.engine.begin() as connection:
        connection.execute(sa.delete(Base.metadata.tables["release_content"]))
    withdraw(released, 1)
    with released.context(), pytest.raises(TooFewChanged, match="citizen in baseline"):
        release_project(released.project_id, released.clock.today)
