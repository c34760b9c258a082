"""The plan of the waves, their questionnaires, and what is settled before the first opens."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from builders import RETAINED_UNTIL, TODAY, Installation

from survey_service.faults import InputRefused
from survey_service.fieldwork import project_setup, wave_plan
from survey_service.fieldwork.project_readiness import missing_before_opening
from survey_service.fieldwork.rosters import set_roster
from survey_service.fieldwork.setup_steps import StepState, list_steps, read_setup
from survey_service.fieldwork.wave_plan import TypedWave
from survey_service.fieldwork.waves import WaveStepRefused, open_wave
from survey_service.storage import projects
from survey_service.storage.database import reading

Build = Callable[..., Installation]
BASICS = {"title": "Fælles mål", "framework": None, "retained_until": "2028-12-31",
          "offers_free_text": None, "today": TODAY}  # fmt: skip
COMPARISON = {"margin": "5", "minimum": "5", "primary_audience": "citizen",
              "primary_from": "baseline", "primary_to": "final"}  # fmt: skip


@pytest.fixture
def planned(build: Build) -> Installation:
    """An installation in which no wave has opened: baseline in April, final in September."""
    found = build(open_first=False)
    save(found, ("baseline", "2026-04-01", "2026-04-30"), ("final", "2026-09-01", "2026-09-30"))
    return found


def save(
    installation: Installation, *rows: tuple[str, str | None, str | None], today: date = TODAY
) -> None:
    """Save the plan: each row is a wave that is there, or a new one, with first and last day."""
    typed = [
        TypedWave(number, installation.waves.get(name), name, name, opens_on, closes_on)
        for number, (name, opens_on, closes_on) in enumerate(rows, start=1)
    ]
    with installation.context():
        wave_plan.save_waves(installation.project_id, typed, today)


def refused(act: Callable[[], object]) -> list[tuple[str, str]]:
    """The fields and rules of what is refused."""
    with pytest.raises(InputRefused) as refusal:
        act()
    return [(fault.field, fault.rule) for fault in refusal.value.faults]


def waves(installation: Installation) -> list[tuple[str, date, date]]:
    with installation.context():
        found = projects.find_waves(reading(), installation.project_id)
    return [(wave.key, wave.opens_on, wave.closes_on) for wave in found]


def test_a_new_wave_takes_the_place_its_dates_give_it(planned: Installation) -> None:
    save(planned, ("baseline", None, None), ("final", None, None),
         ("Midtvejs på vej", "01-06-2026", "30-06-2026"))  # fmt: skip
    assert [key for key, _, _ in waves(planned)] == ["baseline", "midtvejs-paa-vej", "final"]


@pytest.mark.parametrize(
    ("first", "second", "fault"),
    [
        (("2026-04-30", "2026-04-01"), (None, None), ("closes_on_1", "closes_before_opens")),
        ((None, "2026-09-01"), (None, None), ("opens_on_2", "overlaps")),
        (("2026-10-01", "2026-10-02"), (None, None), ("opens_on_2", "out_of_order")),
        (("2026-03-03", "2026-03-05"), (None, None), ("opens_on_1", "opens_in_past")),
        (("", "2026-04-30"), (None, None), ("opens_on_1", "missing")),
        (("april", "2026-04-30"), (None, None), ("opens_on_1", "no_date")),
    ],
)
def test_dates_that_cannot_be_are_refused_where_they_stand(
    planned: Installation, first: tuple[str, str], second: tuple[str, str], fault: tuple[str, str]
) -> None:
    before = waves(planned)
    assert refused(lambda: save(planned, ("baseline", *first), ("final", *second))) == [fault]
    assert waves(planned) == before


def test_waves_that_touch_overlap_and_the_next_day_does_not(planned: Installation) -> None:
    act = lambda day: save(planned, ("baseline", None, day), ("final", None, None))  # noqa: E731
    assert refused(lambda: act("2026-09-01")) == [("opens_on_2", "overlaps")]
    act("2026-08-31")


def test_two_waves_are_not_called_the_same(planned: Installation) -> None:
    found = refused(lambda: save(planned, ("baseline", None, None), ("final", None, None),
                                 ("Final", "2027-01-01", "2027-01-31")))  # fmt: skip
    assert found == [("label_da_3", "name_in_use"), ("label_en_3", "name_in_use")]


def test_an_open_wave_may_only_close_later(planned: Installation) -> None:
    planned.open_wave()
    later = [("baseline", None, "2026-05-15"), ("final", None, None)]
    save(planned, *later)
    assert waves(planned)[0] == ("baseline", TODAY, date(2026, 5, 15))
    assert refused(
        lambda: save(planned, ("baseline", "2026-04-02", "2026-05-14"), ("final", None, None))
    ) == [("opens_on_1", "locked_opened"), ("closes_on_1", "closes_earlier")]
    planned.close_wave()
    assert refused(
        lambda: save(planned, ("baseline", None, "2026-06-15"), ("final", None, None))
    ) == [("closes_on_1", "locked_closed")]


def test_no_wave_is_put_into_the_days_of_one_that_is_open(planned: Installation) -> None:
    planned.open_wave()
    rows = [("baseline", None, None), ("final", None, None), ("Ny", "2026-03-10", "2026-03-20")]
    assert refused(lambda: save(planned, *rows)) == [("opens_on_3", "overlaps")]


def test_a_plan_is_saved_as_it_stands_after_a_wave_that_opened_before_its_turn(
    planned: Installation,
) -> None:
    planned.open_wave("final")
    stands = [("baseline", date(2026, 4, 1), date(2026, 4, 30)),
              ("final", TODAY, date(2026, 9, 30))]  # fmt: skip
    save(planned, ("baseline", "2026-04-01", "2026-04-30"), ("final", None, "2026-09-30"))
    assert waves(planned) == stands
    moved = [("baseline", "2026-04-02", "2026-04-30"), ("final", None, None)]
    assert refused(lambda: save(planned, *moved)) == [("closes_on_1", "out_of_order_before")]
    assert waves(planned) == stands


def test_a_plan_is_saved_as_it_stands_after_a_wave_that_closed_in_the_next_ones_days(
    planned: Installation,
) -> None:
    planned.open_wave()
    planned.clock.today = date(2026, 9, 1)
    planned.close_wave()
    rows = [("baseline", None, None), ("final", "2026-09-01", "2026-09-30")]
    save(planned, *rows, today=planned.clock.today)
    assert waves(planned) == [("baseline", TODAY, date(2026, 9, 1)),
                              ("final", date(2026, 9, 1), date(2026, 9, 30))]  # fmt: skip


def test_a_planned_wave_is_removed_with_its_roster_and_an_opened_one_is_not(
    planned: Installation,
) -> None:
    with planned.context():
        set_roster(planned.waves["final"], {(planned.units["house"], "citizen"): 40})
        wave_plan.remove_wave(planned.project_id, planned.waves["final"])
    assert [key for key, _, _ in waves(planned)] == ["baseline"]
    assert planned.rows("roster_cell") == []
    planned.open_wave()
    with planned.context():
        assert refused(
            lambda: wave_plan.remove_wave(planned.project_id, planned.waves["baseline"])
        ) == [("wave", "wave_opened")]


def test_a_wave_of_the_primary_contrast_is_not_removed(planned: Installation) -> None:
    with planned.context():
        project_setup.save_comparison(planned.project_id, **COMPARISON)
        assert refused(
            lambda: wave_plan.remove_wave(planned.project_id, planned.waves["final"])
        ) == [("wave", "wave_is_primary")]


# ---- Questionnaires ----


def test_questionnaires_of_an_opened_wave_stay(planned: Installation) -> None:
    planned.open_wave()
    project, first = planned.project_id, planned.waves["baseline"]
    with planned.context():
        wave_plan.save_instruments(project, {(first, "citizen"): "citizen/1",
                                             (planned.waves["final"], "citizen"): ""})  # fmt: skip
        found = refused(lambda: wave_plan.save_instruments(project, {(first, "staff"): ""}))
        final = projects.find_wave_instruments(reading(), planned.waves["final"])
    assert {rule for _, rule in found} == {"locked_opened"}
    assert set(final) == {"staff", "relative"}


@pytest.mark.parametrize("choice", ["citizen/9", "staff/1", "x", "citizen/1/1"])
def test_a_questionnaire_that_does_not_fit_is_refused(planned: Installation, choice: str) -> None:
    wave_id = planned.waves["final"]
    with planned.context():
        assert refused(
            lambda: wave_plan.save_instruments(planned.project_id, {(wave_id, "citizen"): choice})
        ) == [(wave_plan.instrument_field(wave_id, "citizen"), "unknown_choice")]


def test_a_wave_without_questionnaires_does_not_open(planned: Installation) -> None:
    wave_id = planned.waves["baseline"]
    with planned.context():
        assert missing_before_opening(wave_id) == []
        nobody = {(wave_id, audience): "" for audience in ("citizen", "staff", "relative")}
        wave_plan.save_instruments(planned.project_id, nobody)
        [fault] = missing_before_opening(wave_id)
        assert (fault.field, fault.rule) == ("instruments", "wave_without_instruments")
        with pytest.raises(WaveStepRefused):
            open_wave(planned.keys, wave_id, TODAY)


def test_a_wave_where_there_are_no_units_lacks_them(planned: Installation) -> None:
    with planned.context():
        elsewhere = add_empty_project(planned)
        [missing] = missing_before_opening(elsewhere)
    assert (missing.field, missing.rule) == ("units", "no_units")


def add_empty_project(installation: Installation) -> UUID:
    """A wave with a questionnaire in a municipality without units."""
    from survey_service.fieldwork.municipalities import add_municipality

    municipality = add_municipality("Herning Kommune")
    project_id = project_setup.create_project(
        installation.keys, municipality, "Andet", "recovery-2023", TODAY
    )
    rows = [TypedWave(1, None, "Baseline", "", "2026-04-01", "2026-04-30")]
    wave_plan.save_waves(project_id, rows, TODAY)
    [wave] = projects.find_waves(reading(), project_id)
    wave_plan.save_instruments(project_id, {(wave.id, "citizen"): "citizen/1"})
    return wave.id


# ---- What is compared ----


def test_what_decides_what_may_be_claimed_is_fixed_once_the_first_wave_has_opened(
    planned: Installation,
) -> None:
    project = planned.project_id
    with planned.context():
        project_setup.save_comparison(project, **COMPARISON | {"margin": "4,5", "minimum": "6"})
    planned.open_wave()
    with planned.context():
        assert refused(lambda: project_setup.save_comparison(project, **COMPARISON)) == [
            ("margin", "locked_opened")
        ]
        assert refused(
            lambda: project_setup.save_basics(project, **BASICS | {"framework": "recovery-2020"})
        ) == [("framework", "locked_opened")]
        record = projects.find_project(reading(), project)
    assert record is not None
    assert (record.margin, record.minimum, record.framework) == (4.5, 6, "recovery-2023")
    assert (record.primary_audience, record.primary_from, record.primary_to) == (
        "citizen", "baseline", "final",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"margin": "0"}, ("margin", "no_decimal")),
        ({"margin": "fem"}, ("margin", "no_decimal")),
        ({"minimum": "4"}, ("minimum", "no_number")),
        ({"minimum": "51"}, ("minimum", "no_number")),
        ({"primary_to": ""}, ("primary_to", "primary_incomplete")),
        ({"primary_to": "baseline"}, ("primary_to", "primary_order")),
        ({"primary_from": "final", "primary_to": "baseline"}, ("primary_to", "primary_order")),
        ({"primary_from": "nowhere"}, ("primary_from", "unknown_choice")),
        ({"primary_audience": "martian"}, ("primary_audience", "unknown_choice")),
    ],
)
def test_a_comparison_that_cannot_be_made_is_refused(
    planned: Installation, change: dict[str, str], fault: tuple[str, str]
) -> None:
    with planned.context():
        assert refused(
            lambda: project_setup.save_comparison(planned.project_id, **COMPARISON | change)
        ) == [fault]


def test_the_minimum_does_not_rise_above_a_rosters_cells(planned: Installation) -> None:
    with planned.context():
        set_roster(planned.waves["final"], {(planned.units["house"], "citizen"): 6})
        save_comparison = project_setup.save_comparison
        save_comparison(planned.project_id, **COMPARISON | {"minimum": "6"})
        assert refused(
            lambda: save_comparison(planned.project_id, **COMPARISON | {"minimum": "7"})
        ) == [("minimum", "minimum_above_roster")]


@pytest.mark.parametrize(
    ("until", "rule"),
    [("2026-09-30", "retained_too_short"), ("", "missing"), ("31-02-2029", "no_date")],
)
def test_answers_are_kept_until_after_the_last_wave(
    planned: Installation, until: str, rule: str
) -> None:
    with planned.context():
        assert refused(
            lambda: project_setup.save_basics(
                planned.project_id, **BASICS | {"retained_until": until}
            )
        ) == [("retained_until", rule)]


def test_after_the_first_wave_opened_answers_are_kept_no_longer_than_people_were_told(
    planned: Installation,
) -> None:
    planned.open_wave()
    day = timedelta(days=1)
    with planned.context():
        later, earlier = RETAINED_UNTIL + day, RETAINED_UNTIL - day
        assert refused(
            lambda: project_setup.save_basics(
                planned.project_id, **BASICS | {"retained_until": later.isoformat()}
            )
        ) == [("retained_until", "retained_longer")]
        project_setup.save_basics(
            planned.project_id, **BASICS | {"retained_until": earlier.isoformat()}
        )


def test_free_text_is_not_switched_while_somebody_is_answering(planned: Installation) -> None:
    wish = BASICS | {"offers_free_text": True}
    planned.open_wave()
    with planned.context():
        assert refused(lambda: project_setup.save_basics(planned.project_id, **wish)) == [
            ("offers_free_text", "locked_while_open")
        ]
    planned.close_wave()
    with planned.context():
        project_setup.save_basics(planned.project_id, **wish)
    [project] = planned.rows("project")
    assert project["offers_free_text"] is True


def test_another_framework_needs_questionnaires_of_its_own(planned: Installation) -> None:
    with planned.context():
        assert refused(
            lambda: project_setup.save_basics(
                planned.project_id, **BASICS | {"framework": "recovery-2020"}
            )
        ) == [("framework", "framework_in_use")]


# ---- A new project ----


def test_a_new_project_has_its_key_file_and_careful_defaults(planned: Installation) -> None:
    with planned.context():
        first, second = (
            project_setup.create_project(
                planned.keys, planned.municipality_id, "Fælles mål", "recovery-2023", TODAY
            )
            for _ in range(2)
        )
    assert planned.keys.project_key(first) != planned.keys.project_key(second)
    found = {row["id"]: row for row in planned.rows("project")}
    assert [found[one]["key"] for one in (first, second)] == ["faelles-maal", "faelles-maal-2"]
    assert (found[first]["margin"], found[first]["minimum"]) == (5.0, 5)
    assert found[first]["retained_until"] == date(2031, 12, 31)


@pytest.mark.parametrize(
    ("title", "framework", "faults"),
    [
        ("", "recovery-2023", [("title", "missing")]),
        ("A", "none", [("framework", "unknown_choice")]),
    ],
)
def test_a_project_that_cannot_be_made_leaves_no_key_file(
    planned: Installation, title: str, framework: str, faults: list[tuple[str, str]]
) -> None:
    before = sorted((planned.folder / "keys").iterdir())
    with planned.context():
        for municipality, more in ((planned.municipality_id, []),
                                   (uuid4(), [("municipality", "unknown_choice")])):  # fmt: skip
            assert (
                refused(
                    lambda: project_setup.create_project(
                        planned.keys,
                        municipality,  # noqa: B023
                        title,
                        framework,
                        TODAY,
                    )
                )
                == faults + more
            )
    assert sorted((planned.folder / "keys").iterdir()) == before


def test_the_steps_tell_what_is_missing_and_what_is_fixed(planned: Installation) -> None:
    with planned.context():
        project = projects.find_project(reading(), planned.project_id)
        assert project is not None
        states = {step.key: step.state for step in list_steps(read_setup(project), TODAY)}
    missing = {key for key, state in states.items() if state is StepState.MISSING}
    assert missing == {"rosters", "comparison", "notices", "contacts"}
    planned.open_wave()
    with planned.context():
        project = projects.find_project(reading(), planned.project_id)
        assert project is not None
        states = {step.key: step.state for step in list_steps(read_setup(project), TODAY)}
    assert states["comparison"] is StepState.LOCKED
