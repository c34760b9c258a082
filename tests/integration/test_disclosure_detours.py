"""Ways round the disclosure rules that an evaluator could take alone, and that stay closed."""

import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from accounts_builder import add_person, enter
from builders import Installation, instrument_of

from survey_service.faults import InputRefused
from survey_service.fieldwork import importing, rosters, uploads
from survey_service.fieldwork.import_choices import FileKind
from survey_service.fieldwork.recording import GatheredResponse, record_responses
from survey_service.jobs.kinds import make_release
from survey_service.jobs.work import JobFailed, JobRequest
from survey_service.measurement.disclosure import ReleasedFigures
from survey_service.reporting.earlier_releases import ReleaseOvertaken
from survey_service.reporting.releasing import find_release, prepare_release
from survey_service.storage import projects
from survey_service.storage.database import database, reading, writing
from survey_service.storage.projects import ProjectRecord
from survey_service.storage.tables import Answer, Response, ScoreRecord

UNITS = {"home": "Botilbud", "house": "Psykiatriens Hus"}
TELL = Callable[[str], None]


def unit_of(number: int) -> str:
    return "house" if number % 2 else "home"


def answer(installation: Installation, wave: str, people: Iterable[tuple[str, str]]) -> None:
    """Let citizens (unit, reference) answer all questions, and close the wave."""
    draw = random.Random(wave)
    items = [item for item in instrument_of("citizen").items if item.scale is not None]
    gathered = [
        GatheredResponse(
            installation.units[unit],
            "citizen",
            reference,
            {item.key: str(draw.choice((1, 2, 3, 4, 5))) for item in items},
        )
        for unit, reference in people
    ]
    with installation.context():
        record_responses(
            installation.keys, installation.waves[wave], gathered, installation.clock.today
        )
    installation.close_wave(wave)


def bring(installation: Installation, label: str, year: int, people: Iterable[int]) -> UUID:
    """Import invented scores on one principle as a wave of these citizens."""
    draw = random.Random(label)
    lines = ["nr;afdeling;hopes"]
    lines += [f"c{n};{UNITS[unit_of(n)]};{40 + draw.randrange(20)}" for n in people]
    columns = {"nr": "respondent", "afdeling": "unit", "hopes": "measure:hopes"}
    keys, project, today = installation.keys, installation.project_id, installation.clock.today
    with installation.context():
        content = "\r\n".join(lines).encode()
        upload_id = uploads.keep_upload(keys, project, "x.csv", content, FileKind.SCORES, today)
        upload = uploads.find_upload(keys, project, upload_id)
        assert upload is not None
        chosen = uploads.with_choices(
            upload, label_da=label, opens_on=f"{year}-01-01", closes_on=f"{year}-02-01",
            audience="citizen", columns=columns,
        )  # fmt: skip
        uploads.save_choices(keys, upload, chosen.choices)
        return importing.import_wave(keys, project, upload_id, today)


def release(installation: Installation) -> ReleasedFigures:
    with installation.context():
        number = prepare_release(installation.project_id, installation.clock.today)
        return find_release(installation.project_id, number).figures


@pytest.fixture
def answered(installation: Installation) -> Installation:
    """One closed wave that 40 citizens have answered."""
    answer(installation, "baseline", [(unit_of(n), f"c{n}") for n in range(40)])
    return installation


# ---- Files of invented answers from people whose references are known ----


def test_files_of_chosen_people_tell_neither_what_they_answered_nor_that_they_did(answered):
    # From the stayers' means of files that each leave another out, one could solve for everybody;
    # from how many stayed when one more is listed, whether that one answered.
    for left_out in range(3):
        bring(answered, f"W{left_out}", 2010 + left_out, [n for n in range(11) if n != left_out])
    figures = release(answered)
    across = [
        contrast
        for contrast in figures.contrasts
        if contrast.to_wave == "baseline" and contrast.n_from is not None
    ]
    assert {contrast.from_wave for contrast in across} == {"w0", "w1", "w2"}
    assert {contrast.n_both for contrast in across} == {0}
    assert figures.details.panels == ()


def test_figures_are_the_same_whoever_an_imported_file_says_answered(build):
    told = []
    for people in (range(12), range(100, 112)):  # all of them answered later; none of them did
        installation = build(f"with-{people[0]}")
        answer(installation, "baseline", [(unit_of(n), f"c{n}") for n in range(40)])
        bring(installation, "W", 2010, people)
        figures = release(installation)
        units = frozenset(figures.details.unit_figures)  # in the order they were stored: random
        told.append((replace(figures, details=replace(figures.details, unit_figures=())), units))
    assert told[0] == told[1]


def test_people_are_still_followed_between_waves_the_service_asked(answered):
    bring(answered, "W", 2010, range(12))
    answered.open_wave("final")
    answer(answered, "final", [(unit_of(n), f"c{n}") for n in range(30)])
    panels = release(answered).details.panels
    assert {(panel.from_wave, panel.to_wave) for panel in panels} == {("baseline", "final")}
    assert {(panel.n_both, panel.n_left, panel.n_joined) for panel in panels} == {(30, 10, 0)}


# ---- Rosters changed between two releases ----


def project_of(installation: Installation) -> ProjectRecord:
    project = projects.find_project(reading(), installation.project_id)
    assert project is not None
    return project


def change_roster(installation: Installation, wave: str, people: dict[str, int]) -> None:
    typed = {(installation.units[unit], "citizen"): str(n) for unit, n in people.items()}
    with installation.context():
        rosters.save_roster(project_of(installation), installation.waves[wave], typed)


def test_a_roster_is_fixed_once_a_release_holds_its_wave(answered):
    # Which unit keeps a small one company follows from the roster: another one in a second
    # release would leave the small one alone to be subtracted.
    change_roster(answered, "baseline", {"home": 20, "house": 30})
    bring(answered, "W", 2010, range(12))
    release(answered)
    with pytest.raises(InputRefused) as refusal:
        change_roster(answered, "baseline", {"home": 40})
    assert [fault.rule for fault in refusal.value.faults] == ["roster_released"]
    with answered.context(), pytest.raises(rosters.RosterRefused, match="baseline"):
        rosters.set_roster(answered.waves["baseline"], {})
    with answered.context():
        stored = rosters.read_roster(answered.waves["baseline"])
    assert stored[answered.units["home"], "citizen"] == 20


def test_an_imported_waves_roster_is_fixed_likewise(answered):
    wave_id = bring(answered, "W", 2010, range(12))
    release(answered)
    cell = answered.units["home"], "citizen"
    with answered.context(), pytest.raises(InputRefused) as refusal:
        rosters.save_roster(project_of(answered), wave_id, {cell: "40"})
    assert [fault.rule for fault in refusal.value.faults] == ["roster_released"]


def test_the_page_of_a_released_waves_roster_tells_why_it_is_fixed(answered):
    change_roster(answered, "baseline", {"home": 20, "house": 30})
    bring(answered, "W", 2010, range(12))
    release(answered)
    add_person(answered)
    visitor = enter(answered.visitor())
    address = f"/arbejdsrum/projekt/{answered.project_id}/opsaetning/population"
    visitor.get(f"{address}/{answered.waves['baseline']}")
    assert "Resultaterne af målingen er gjort op, så tallene ligger fast." in visitor.text
    assert "30" in visitor.text
    assert "people_" not in visitor.html


def test_a_unit_whose_rate_was_kept_back_stays_back_in_the_next_release(installation):
    # 3 answered at c: a, the next in size, keeps it company. Had the roster been changed so that
    # b does, 46 less b, d and house would be a and c, of which a would be known.
    with installation.context(), writing() as session:
        for key in "abcd":
            installation.units[key] = projects.add_unit(
                session, installation.municipality_id, key, key, installation.units["centre"]
            )
    sent = {"a": 6, "b": 7, "c": 3, "d": 15, "house": 15}
    people = [(unit, f"{unit}{n}") for unit, count in sent.items() for n in range(count)]
    answer(installation, "baseline", people)
    change_roster(installation, "baseline", {"a": 18, "b": 19, "c": 30, "d": 30, "house": 30})
    bring(installation, "W", 2010, range(12))
    assert rates_of(release(installation)) == {"b", "d", "house"}
    with installation.context(), writing() as session:
        cells = {"a": 40, "b": 19, "c": 30, "d": 30, "house": 30}
        projects.set_roster(
            session,
            installation.waves["baseline"],
            {(installation.units[unit], "citizen"): n for unit, n in cells.items()},
        )
    assert rates_of(release(installation)) == {"d", "house"}


def rates_of(figures: ReleasedFigures) -> set[str]:
    return {rate.unit for rate in figures.details.response_rates if rate.wave == "baseline"}


# ---- What happens while a release is computed ----


def during(step_after: str, act: Callable[[], object]) -> TELL:
    """Return a listener that does something once, as soon as a later step than this begins."""
    done: list[object] = []

    def tell(step: str, *_: object) -> None:
        if step != step_after and not done:
            done.append(act())

    return tell


def withdraw_one(installation: Installation) -> None:
    database.session().rollback()
    wave_id = installation.waves["baseline"]
    with database.engine.begin() as connection:
        found = connection.scalar(
            sa.select(Response.id).where(Response.wave_id == wave_id).limit(1)
        )
        for record in (Answer, ScoreRecord):
            connection.execute(sa.delete(record).where(record.response_id == found))
        connection.execute(sa.delete(Response).where(Response.id == found))


def test_of_two_releases_computed_at_once_only_one_is_made(answered):
    bring(answered, "W", 2010, range(12))
    project, today = answered.project_id, answered.clock.today

    def withdraw_and_release() -> None:
        withdraw_one(answered)
        prepare_release(project, today)

    with answered.context(), pytest.raises(ReleaseOvertaken):
        prepare_release(project, today, during("reading the answers", withdraw_and_release))
    assert [row["number"] for row in answered.rows("release")] == [1]


def test_taking_an_import_back_while_a_release_is_computed_is_told_in_words(answered):
    wave_id = bring(answered, "W", 2010, range(12))
    project = answered.project_id
    tell = during("reading the answers", lambda: importing.undo_import(project, wave_id))
    with answered.context(), pytest.raises(JobFailed, match="release_overtaken"):
        make_release(JobRequest(answered.keys, project, uuid4(), {}, answered.clock.today, tell))
    assert answered.rows("release") == []
