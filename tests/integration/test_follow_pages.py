"""Following the field from the browser: what the page tells, and what it does not."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial

import pytest
from builders import TODAY, Installation, Visitor, count_queries, instrument_of

from survey_service.accounts.sign_in import Role, add_user
from survey_service.fieldwork.counting import take_counts
from survey_service.fieldwork.following import follow_wave
from survey_service.fieldwork.recording import GatheredResponse, record_responses
from survey_service.storage import counts, projects
from survey_service.storage.database import reading, writing
from survey_service.storage.tables import AccountUnit

PASSWORD = "fire grønne hatte"
SIGN_IN = "/arbejdsrum/log-ind"
CLOSES = date(2026, 4, 1)


def set_rosters(installation: Installation, people: Mapping[tuple[str, str], int]) -> None:
    with installation.context(), writing() as session:
        cells = {(installation.units[unit], name): count for (unit, name), count in people.items()}
        for wave_id in installation.waves.values():
            projects.set_roster(session, wave_id, cells)


def answer(installation: Installation, unit: str, count: int, audience: str = "citizen") -> None:
    item = next(item.key for item in instrument_of(audience).items if item.scale is not None)
    gathered = [
        GatheredResponse(installation.units[unit], audience, None, {item: "3"})
        for _ in range(count)
    ]
    with installation.context():
        record_responses(
            installation.keys, installation.waves["baseline"], gathered, installation.clock.today
        )


def count_on(installation: Installation, day: date) -> None:
    installation.clock.today = day
    with installation.context():
        assert take_counts(installation.waves["baseline"], day)


@pytest.fixture
def field(installation: Installation) -> Installation:
    """Four days into the field: house 20 of 40, home 8 of 20; 20 answers came on the last day."""
    set_rosters(installation, {("house", "citizen"): 40, ("home", "citizen"): 20})
    answer(installation, "home", 8)
    count_on(installation, TODAY + timedelta(days=3))
    answer(installation, "house", 20)
    count_on(installation, TODAY + timedelta(days=4))
    return installation


def sign_in(installation: Installation, role: Role = Role.EVALUATOR, *units: str) -> Visitor:
    name = f"{role.value}@kommune.example"
    with installation.context():
        account_id = add_user(name, PASSWORD, role, installation.municipality_id)
        with writing() as session:
            for unit in units:
                session.add(AccountUnit(account_id=account_id, unit_id=installation.units[unit]))
    visitor = installation.visitor().get(SIGN_IN)
    return visitor.submit(SIGN_IN, name=name, password=PASSWORD)


def follow_of(installation: Installation, query: str = "") -> str:
    return f"/arbejdsrum/projekt/{installation.project_id}/foelg{query}"


def project_of(installation: Installation) -> str:
    return f"/arbejdsrum/projekt/{installation.project_id}"


# ---- What it tells ----


def test_rates_are_told_for_all_and_per_unit_with_everything_below(field):
    text = sign_in(field).get(follow_of(field)).text
    assert "28 af 60 har svaret" in text
    assert "47 %" in text  # 28 of 60
    assert "Center for Psykiatri 28 60 47 %" in text
    assert "Psykiatriens Hus 20 40 50 %" in text
    assert "Botilbud 8 20 40 %" in text


def test_the_day_of_the_last_count_is_told(field):
    assert "Optalt den 8. marts 2026." in sign_in(field).get(follow_of(field)).text


def test_each_picture_has_its_table_with_the_days_that_may_be_seen(field):
    page = sign_in(field).get(follow_of(field))
    assert "8. marts 2026 28 7. marts 2026 8 4. marts 2026 0" in page.text
    pictures = set(re.findall(r'aria-labelledby="(\w+-citizen)-wide', page.html))
    assert pictures == {"curve-citizen", "bars-citizen"}
    assert page.html.count("<caption>") == 2
    assert " style=" not in page.html


def test_where_it_leads_is_told_with_the_day_half_have_answered(field):
    # 28 of 60 in four days: of the missing 32 / 60 are left after four days, and after the 24
    # days to 1 April 32 * (32 / 60) ** 6 = 0.7: 59 whole answers. Half is 30: after one day there
    # are 60 - 32 * (32 / 60) ** .25 = 32.6.
    text = sign_in(field).get(follow_of(field)).text
    assert "ca. 59 (98 %) den 1. april 2026" in text
    assert "har halvdelen (30) svaret den 9. marts 2026" in text


def test_the_page_is_there_in_english(field):
    page = sign_in(field).get(follow_of(field))
    page.submit("/sprog", language="en")
    text = page.get(follow_of(field)).text
    assert "28 of 60 have answered" in text
    assert "If it goes on like the past week: about 59 (98%) on 1 April 2026" in text


def test_a_wall_shows_the_figures_and_no_tables(field):
    page = sign_in(field).get(follow_of(field, "?visning=stor"))
    assert "28 af 60 har svaret" in page.text
    assert "<table" not in page.html
    assert "Almindelig visning" in page.text


def test_before_the_first_wave_opens_the_page_says_what_to_do(build):
    planned = build(open_first=False)
    assert "Der er ikke åbnet en måling endnu" in sign_in(planned).get(follow_of(planned)).text


def test_without_a_roster_the_page_says_what_to_do(installation):
    assert "Skriv populationen" in sign_in(installation).get(follow_of(installation)).text


def test_a_wave_that_should_have_closed_is_pointed_out(field):
    field.clock.today = CLOSES + timedelta(days=1)
    evaluator = sign_in(field)
    for page in (follow_of(field), project_of(field)):
        assert "Den lukker ikke af sig selv" in evaluator.get(page).text, page


def test_once_closed_the_last_count_stands_and_the_days_are_gone(field):
    field.close_wave()
    text = sign_in(field).get(follow_of(field)).text
    assert "28 af 60 har svaret" in text
    assert "De daglige tal bliver slettet, når målingen lukker" in text
    assert "Hvis det går som" not in text


# ---- What it does not tell ----


def test_answers_since_the_last_count_are_nowhere(field):
    evaluator = sign_in(field)
    before = evaluator.get(follow_of(field)).text
    answer(field, "house", 11)
    assert evaluator.get(follow_of(field)).text == before


def test_a_unit_with_four_answers_is_not_told_and_does_not_follow(installation):
    set_rosters(installation, {("house", "citizen"): 40, ("home", "citizen"): 20})
    answer(installation, "home", 4)
    answer(installation, "house", 15)
    count_on(installation, TODAY + timedelta(days=1))
    text = sign_in(installation).get(follow_of(installation)).text
    assert "19 af 60" in text
    assert "Psykiatriens Hus – 40 –" in text
    assert "Botilbud – 20 –" in text
    assert "kan ikke vises endnu" in text


def test_nine_to_ask_are_counted_with_the_unit_above_alone(installation):
    set_rosters(installation, {("house", "citizen"): 40, ("home", "citizen"): 9})
    answer(installation, "home", 9)
    answer(installation, "house", 30)
    count_on(installation, TODAY + timedelta(days=1))
    text = sign_in(installation).get(follow_of(installation)).text
    assert "Center for Psykiatri 39 49 80 %" in text
    assert "Botilbud – 9 –" in text
    assert "Her er under 10 at spørge" in text


def test_of_an_audience_with_nine_to_ask_nothing_is_told(installation):
    set_rosters(installation, {("house", "staff"): 9})
    answer(installation, "house", 8, "staff")
    count_on(installation, TODAY + timedelta(days=1))
    page = sign_in(installation).get(follow_of(installation))
    assert "9 at spørge, antal svar –" in page.text
    assert "curve-staff" not in page.html


def test_before_the_first_count_one_is_told_when_it_comes_and_no_unit_is_pointed_out(build):
    found = build("new")
    set_rosters(found, {("house", "citizen"): 40, ("home", "citizen"): 20})
    evaluator = sign_in(found)
    text = evaluator.get(follow_of(found)).text
    assert "Målingen er lige åbnet." in text
    assert "første tal står her i morgen" in text
    assert "brug for en hånd: " not in text
    assert "Psykiatriens Hus (" not in text
    found.clock.today = TODAY + timedelta(days=3)
    assert "Svarene er ikke talt endnu." in evaluator.get(follow_of(found)).text


def test_of_a_closed_wave_one_reads_how_many_answered_and_nothing_of_what_may_come(field):
    field.close_wave()
    text = sign_in(field).get(follow_of(field)).text
    assert "Her ser du, hvor mange der svarede, mens målingen var åben" in text
    assert "hvor den ender" not in text


def test_few_answers_on_the_first_days_leave_no_trace(build):
    # Whether 1 or 4 had answered on the first day, the page is the same.
    told = []
    for folder, early in (("one", 1), ("four", 4)):
        found = build(folder)
        set_rosters(found, {("house", "citizen"): 40})
        answer(found, "house", early)
        count_on(found, TODAY + timedelta(days=1))
        answer(found, "house", 12 - early)
        count_on(found, TODAY + timedelta(days=2))
        told.append(sign_in(found).get(follow_of(found)).text)
    assert told[0] == told[1]


def test_a_unit_leader_sees_the_own_unit_alone(field):
    text = sign_in(field, Role.UNIT_LEADER, "home").get(follow_of(field)).text
    assert "Botilbud 8 20 40 %" in text
    for foreign in ("Psykiatriens Hus", "Center for Psykiatri", "28 af 60", "Svar dag for dag"):
        assert foreign not in text, foreign


def test_the_service_gives_a_unit_leader_nothing_else_either(field):
    with field.context():
        project = projects.find_project(reading(), field.project_id)
        wave = projects.find_wave(reading(), field.waves["baseline"])
        found = follow_wave(project, wave, frozenset({"home"}))
    [citizens] = found.audiences
    assert (citizens.figure.sent, citizens.days, citizens.pace) == (None, (), None)
    assert [unit.key for unit in citizens.units] == ["home"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.UNIT_LEADER])
def test_readers_see_the_waves_and_no_counts_on_the_projects_page(field, role):
    page = sign_in(field, role).get(project_of(field))
    assert "baseline Åben" in page.text
    assert "<table" not in page.html
    for word in ("Luk målingen", "Gør resultaterne op", "Tablets"):
        assert word not in page.text, word


def test_case_reviewers_open_neither_the_project_nor_the_field(field):
    reviewer = sign_in(field, Role.CASE_REVIEWER)
    assert f'{project_of(field)}"' not in reviewer.get("/arbejdsrum/").html
    assert reviewer.get(project_of(field)).status == 403
    assert reviewer.get(follow_of(field)).status == 403


def test_another_municipality_finds_none_of_it(field):
    with field.context():
        with writing() as session:
            elsewhere = projects.add_municipality(session, "herning", "Herning Kommune")
        add_user("fremmed@herning.example", PASSWORD, Role.EVALUATOR, elsewhere)
    visitor = field.visitor().get(SIGN_IN)
    visitor.submit(SIGN_IN, name="fremmed@herning.example", password=PASSWORD)
    wave = field.waves["baseline"]
    for path in (project_of(field), follow_of(field), f"/arbejdsrum/maaling/{wave}/luk"):
        assert visitor.get(path).status == 404, path


# ---- Quick, however many have answered ----


def test_no_page_looks_at_a_response_or_asks_more_as_answers_grow(field):
    evaluator = sign_in(field)
    pages = (project_of(field), follow_of(field), f"{project_of(field)}/resultater")

    def statements() -> list[list[str]]:
        return [count_queries(field.app, partial(evaluator.get, page)) for page in pages]

    before = statements()
    answer(field, "house", 200)
    with field.context(), writing() as session:
        wave = projects.find_wave(session, field.waves["baseline"])
        counts.save_counts(session, wave.id, field.clock.today, {"citizen": 228})
    after = statements()
    assert [len(found) for found in before] == [len(found) for found in after]
    touching = re.compile(r"\b(?:FROM|JOIN) (?:response|answer|score|free_text)\b", re.IGNORECASE)
    assert not [sql for found in after for sql in found if touching.search(sql)]
    assert touching.search("SELECT 1 FROM response WHERE wave_id = ?")


# ---- Steps ----


def step_of(installation: Installation, step: str, wave: str = "baseline") -> str:
    return f"/arbejdsrum/maaling/{installation.waves[wave]}/{step}"


def test_closing_early_is_said_to_be_early_and_what_is_lost(installation):
    text = sign_in(installation).get(step_of(installation, "luk")).text
    assert "Der er 28 dage tilbage" in text  # 4 March to 1 April
    assert "Koder, navne, adresser og links til målingen bliver slettet" in text


def test_closing_from_the_page_closes(installation):
    evaluator = sign_in(installation).get(step_of(installation, "luk"))
    evaluator.submit(step_of(installation, "luk"))
    assert evaluator.path == project_of(installation)
    assert "baseline Lukket" in evaluator.text


def test_opening_from_the_page_opens(build):
    planned = build(open_first=False)
    evaluator = sign_in(planned).get(step_of(planned, "aabn"))
    assert "Du kan invitere" in evaluator.text
    evaluator.submit(step_of(planned, "aabn"))
    assert "baseline Åben" in evaluator.text


def test_a_wave_without_questionnaires_is_not_opened_and_the_page_says_what_is_missing(build):
    planned = build(open_first=False, instruments={})
    evaluator = sign_in(planned)
    token = re.search(r'name="csrf_token" value="([^"]+)"', evaluator.html)[1]
    page = evaluator.get(step_of(planned, "aabn"))
    assert "Målingen kan ikke åbnes endnu" in page.text
    assert 'action="' + step_of(planned, "aabn") not in page.html
    assert evaluator.post(step_of(planned, "aabn"), csrf_token=token).status == 409
    assert {wave["status"] for wave in planned.rows("wave")} == {"planned"}


@pytest.mark.parametrize(("step", "wave"), [("aabn", "baseline"), ("luk", "final")])
def test_a_step_that_is_not_next_is_refused(installation, step, wave):
    assert sign_in(installation).get(step_of(installation, step, wave)).status == 409
