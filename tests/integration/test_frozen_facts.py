"""What briefs tell beside figures, decisions above all, is frozen with them: ever the same."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from builders import TODAY, Installation

from survey_service.briefs.content import BriefKind
from survey_service.fieldwork.decisions import NewDecision, decide, mark_done, remove_decision
from survey_service.fieldwork.project_setup import save_basics
from survey_service.fieldwork.unit_tree import change_unit
from survey_service.reporting.brief_making import BriefLayout, BriefOrder, order_brief
from survey_service.reporting.releasing import (
    find_release,
    prepare_release,
    publish_release,
    release_project,
)
from survey_service.storage import decisions, projects
from survey_service.storage.database import reading, writing

pytestmark = pytest.mark.long

WAVES = ("baseline", "midterm", "final")
CAFE = "Åbn caféen for naboerne"
DREAMS = "Tal om drømme med hver beboer"
DECIDED, LATER = date(2026, 4, 10), date(2026, 9, 1)


def answer(installation: Installation, wave: str) -> None:
    """Let 40 citizens of two units answer a wave, and close it."""
    installation.answer_by_chance(wave, 40, wave)


def measure(installation: Installation, wave: str) -> int:
    """Open, answer and close a wave, and publish a release."""
    installation.open_wave(wave)
    answer(installation, wave)
    with installation.context():
        return release_project(installation.project_id, installation.clock.today)


def take(
    installation: Installation, text: str = CAFE, unit: str = "", due: date = date(2026, 6, 1)
) -> UUID:
    with installation.context():
        project = projects.find_project(reading(), installation.project_id)
        assert project is not None
        new = NewDecision("network", unit, text, "Afdelingsleder", due)
        return decide(project, new, None, installation.clock.today)


def brief(installation: Installation, number: int, kind: BriefKind, unit: str | None = None) -> str:
    with installation.context():
        release = find_release(installation.project_id, number)
        order = BriefOrder("da", kind, unit, BriefLayout.HTML)
        return order_brief(release, order).written.decode("utf-8")


def all_briefs(installation: Installation, number: int) -> list[bytes]:
    with installation.context():
        release = find_release(installation.project_id, number)
        orders = [BriefOrder("da", kind) for kind in BriefKind if kind is not BriefKind.UNIT]
        orders += [BriefOrder("da", BriefKind.UNIT, unit) for unit in ("home", "house")]
        return [order_brief(release, order).written for order in orders]


@pytest.fixture
def released(build: Callable[..., Installation]) -> Installation:
    """Two of three waves answered, released and, a month later, followed up."""
    installation = build("followed", waves=WAVES)
    installation.clock.today = TODAY
    answer(installation, "baseline")
    assert measure(installation, "midterm") == 1
    installation.clock.today = DECIDED
    return installation


def test_the_next_waves_briefs_tell_of_a_decision_and_the_releases_own_never_do(
    released: Installation,
) -> None:
    before = all_briefs(released, 1)
    take(released)
    released.clock.today = LATER
    assert measure(released, "final") == 2
    for kind in (BriefKind.COMMITTEE, BriefKind.LEADERS, BriefKind.TEAM, BriefKind.PARTICIPANTS):
        told = brief(released, 2, kind)
        assert CAFE in told, kind
    leaders = brief(released, 2, BriefKind.LEADERS)
    assert "Afdelingsleder, senest 1. juni 2026; endnu ikke meldt gjort" in leaders
    assert "Fra midterm til final: hos borgerne" in leaders
    assert "så vi kan ikke sige, om en beslutning er årsag til en ændring" in leaders
    assert all_briefs(released, 1) == before


def test_a_units_decision_is_told_in_its_own_brief_and_the_teams_alone(
    released: Installation,
) -> None:
    take(released, DREAMS, "home")
    released.clock.today = LATER
    measure(released, "final")
    assert DREAMS in brief(released, 2, BriefKind.UNIT, "home")
    assert DREAMS in brief(released, 2, BriefKind.TEAM)
    assert DREAMS not in brief(released, 2, BriefKind.UNIT, "house")
    for kind in (BriefKind.COMMITTEE, BriefKind.LEADERS, BriefKind.PARTICIPANTS):
        assert DREAMS not in brief(released, 2, kind)


def test_what_is_marked_done_or_removed_or_decided_afterwards_changes_no_byte(
    released: Installation,
) -> None:
    first, second = take(released), take(released, DREAMS, "home")
    released.clock.today = LATER
    measure(released, "final")
    before = all_briefs(released, 2)
    with released.context():
        mark_done(first, LATER)
        remove_decision(second)
    take(released, "Noget helt nyt", due=date(2027, 1, 1))
    assert all_briefs(released, 2) == before


def test_what_was_done_by_then_is_told_with_its_date(released: Installation) -> None:
    done = take(released)
    with released.context():
        mark_done(done, date(2026, 5, 20))
    released.clock.today = LATER
    measure(released, "final")
    assert "gjort 20. maj 2026" in brief(released, 2, BriefKind.LEADERS)


def test_a_correction_of_the_same_waves_tells_nothing_of_what_was_decided_after_them(
    released: Installation,
) -> None:
    take(released)
    with released.context():
        number = release_project(released.project_id, released.clock.today)
    assert number == 2
    assert CAFE not in brief(released, 2, BriefKind.TEAM)


def test_what_was_decided_after_a_wave_began_waits_for_the_wave_after_it(
    released: Installation,
) -> None:
    released.open_wave("final")
    released.clock.today = date(2026, 4, 20)
    take(released)
    answer(released, "final")
    with released.context():
        release_project(released.project_id, released.clock.today)
    assert CAFE not in brief(released, 2, BriefKind.TEAM)


def test_a_prepared_release_tells_what_it_froze_also_once_it_is_published(
    released: Installation,
) -> None:
    removed = take(released)
    released.clock.today = LATER
    released.open_wave("final")
    answer(released, "final")
    with released.context():
        number = prepare_release(released.project_id, LATER)
        remove_decision(removed)
        publish_release(released.project_id, number, LATER)
    assert CAFE in brief(released, number, BriefKind.LEADERS)


def test_another_municipalitys_decisions_are_never_told(released: Installation) -> None:
    with released.context(), writing() as session:
        elsewhere = projects.add_municipality(session, "herning", "Herning Kommune")
        theirs = projects.add_project(
            session, municipality_id=elsewhere, key="goals", title="Fælles mål",
            framework="recovery-2023", margin=5.0, minimum=5, retained_until=date(2030, 1, 1),
            notice_version="1",
        )  # fmt: skip
        decisions.add_decision(
            session, project_id=theirs, unit_id=None, principle="network", release_number=1,
            text=DREAMS, responsible="Leder", decided_on=DECIDED, due_on=LATER,
        )  # fmt: skip
    take(released)
    released.clock.today = LATER
    measure(released, "final")
    with released.context():
        told = find_release(released.project_id, 2).facts.decisions
    assert [one.text for one in told] == [CAFE]


def test_a_units_own_brief_tells_its_change_beside_the_wholes(released: Installation) -> None:
    with released.context():
        changes = find_release(released.project_id, 1).figures.details.unit_changes
    assert {(change.unit, change.from_wave, change.to_wave) for change in changes} == {
        (unit, "baseline", "midterm") for unit in ("home", "house")
    }
    told = brief(released, 1, BriefKind.UNIT, "home")
    assert "Borgere: udviklingen i Botilbud" in told
    assert "er mere usikker end udviklingen for alle samlet" in told


def test_other_names_afterwards_change_no_byte_and_stand_in_the_next_release(
    released: Installation,
) -> None:
    before = all_briefs(released, 1)
    with released.context():
        project = projects.find_project(reading(), released.project_id)
        assert project is not None
        retained_until = project.retained_until.isoformat()
        save_basics(
            released.project_id,
            title="Et helt andet navn",
            framework=None,
            retained_until=retained_until,
            offers_free_text=None,
            today=DECIDED,
        )
        tree = projects.find_unit_tree(reading(), project.municipality_id)
        house = next(unit for unit in tree if unit.key == "house")
        change_unit(project.municipality_id, house.id, "Det Blå Hus", house.parent_id)
    assert all_briefs(released, 1) == before
    released.clock.today = LATER
    measure(released, "final")
    assert "Et helt andet navn" in brief(released, 2, BriefKind.LEADERS)
    assert "Det Blå Hus" in brief(released, 2, BriefKind.UNIT, "house")


def test_a_correction_names_the_release_it_replaces_and_a_later_wave_replaces_none(
    released: Installation,
) -> None:
    replaced = "retter og erstatter udgivelse nr. 1"
    with released.context():
        assert release_project(released.project_id, DECIDED) == 2
    for kind in (BriefKind.COMMITTEE, BriefKind.LEADERS, BriefKind.TEAM, BriefKind.PARTICIPANTS):
        assert replaced in brief(released, 2, kind), kind
        assert replaced not in brief(released, 1, kind), kind
    released.clock.today = LATER
    assert measure(released, "final") == 3
    assert "erstatter" not in brief(released, 3, BriefKind.LEADERS)
