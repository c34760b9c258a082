"""Results are worked out for evaluators first and published as they are."""

import json
import re
import threading
from functools import partial

import pytest
from builders import Installation, Visitor, count_queries
from click.testing import CliRunner

from survey_service.accounts.sign_in import Role, add_user
from survey_service.cli import main
from survey_service.reporting.earlier_releases import TooFewChanged
from survey_service.reporting.releasing import (
    ReleaseOutdated,
    ReleaseUnknown,
    find_release,
    prepare_release,
    publish_release,
    release_project,
)
from survey_service.storage.database import writing
from survey_service.storage.responses import delete_responses
from survey_service.storage.tables import Response

PASSWORD = "fire grønne hatte"
SIGN_IN = "/arbejdsrum/log-ind"
LOOKS_AT_ANSWERS = re.compile(
    r"\b(?:FROM|JOIN) (?:response|answer|score|free_text)\b", re.IGNORECASE
)
READERS = (Role.VIEWER, Role.UNIT_LEADER)


def answer_wave(installation: Installation, wave: str, seed: int) -> None:
    installation.answer_by_chance(wave, 16, seed)


@pytest.fixture
def closed(installation: Installation) -> Installation:
    """Two closed waves and nothing worked out."""
    answer_wave(installation, "baseline", 1)
    installation.open_wave("final")
    answer_wave(installation, "final", 2)
    return installation


@pytest.fixture
def prepared(closed: Installation) -> Installation:
    """Worked out and not published."""
    with closed.context():
        prepare_release(closed.project_id, closed.clock.today)
    return closed


def sign_in(installation: Installation, role: Role = Role.EVALUATOR) -> Visitor:
    name = f"{role.value}@kommune.example"
    with installation.context():
        add_user(name, PASSWORD, role, installation.municipality_id)
    visitor = installation.visitor().get(SIGN_IN)
    return visitor.submit(SIGN_IN, name=name, password=PASSWORD)


def results_of(installation: Installation, rest: str = "") -> str:
    return f"/arbejdsrum/projekt/{installation.project_id}/resultater{rest}"


def publish_of(installation: Installation, number: int = 1) -> str:
    return f"/arbejdsrum/projekt/{installation.project_id}/udgivelser/{number}/udgiv"


def statuses(installation: Installation) -> set[object]:
    return {wave["status"] for wave in installation.rows("wave")}


def test_what_is_worked_out_is_not_published_and_its_waves_stay_closed(prepared):
    [release] = prepared.rows("release")
    assert not release["is_published"]
    assert statuses(prepared) == {"closed"}


def test_publishing_changes_no_figure_and_releases_the_waves(prepared):
    before = prepared.rows("release")[0]["content"]
    with prepared.context():
        publish_release(prepared.project_id, 1, prepared.clock.today)
    [release] = prepared.rows("release")
    assert release["is_published"]
    assert release["content"] == before
    assert statuses(prepared) == {"released"}


def test_publishing_again_leaves_the_date_as_it_was(prepared):
    with prepared.context():
        publish_release(prepared.project_id, 1, prepared.clock.today)
        publish_release(prepared.project_id, 1, prepared.clock.today.replace(year=2030))
    assert prepared.rows("release")[0]["released_on"] == prepared.clock.today


def test_what_the_evaluator_has_seen_is_held_against_the_next_working_out(prepared):
    with prepared.context(), writing() as session:
        first = prepared.rows("response")[0]["id"]
        delete_responses(session, Response.id == first)
    with prepared.context(), pytest.raises(TooFewChanged):
        prepare_release(prepared.project_id, prepared.clock.today)


def test_an_older_one_is_not_published_after_a_newer_one(prepared):
    with prepared.context():
        assert release_project(prepared.project_id, prepared.clock.today) == 2
        with pytest.raises(ReleaseOutdated, match="found 2"):
            publish_release(prepared.project_id, 1, prepared.clock.today)


def test_readers_have_the_newest_that_is_published_and_evaluators_the_newest(prepared):
    with prepared.context():
        publish_release(prepared.project_id, 1, prepared.clock.today)
        prepare_release(prepared.project_id, prepared.clock.today)
        assert find_release(prepared.project_id).number == 2
        assert find_release(prepared.project_id, only_published=True).number == 1
        with pytest.raises(ReleaseUnknown):
            find_release(prepared.project_id, 2, only_published=True)


def test_compare_prints_the_same_whether_or_not_anything_is_published(prepared):
    command = ["--instance", str(prepared.folder), "compare", "--project", "goals"]

    def printed() -> object:
        result = CliRunner().invoke(main, [*command, "--format", "json"], catch_exceptions=False)
        assert result.exit_code == 0
        return json.loads(result.stdout)

    before = printed()
    with prepared.context():
        publish_release(prepared.project_id, 1, prepared.clock.today)
    assert printed() == before


# ---- Pages ----


@pytest.mark.parametrize("role", READERS)
def test_readers_find_nothing_of_what_is_not_published(prepared, role):
    reader = sign_in(prepared, role)
    assert "ikke udgivet resultater endnu" in reader.get(results_of(prepared)).text
    assert "Gør resultaterne op" not in reader.text
    for rest in ("?number=1", "/metode?number=1", "/svarere?number=1"):
        assert reader.get(results_of(prepared, rest)).status == 404, rest
    assert "Nr. 1" not in reader.get(f"/arbejdsrum/projekt/{prepared.project_id}").text


@pytest.mark.parametrize("role", READERS)
def test_readers_neither_work_out_nor_publish_nor_open_nor_close(prepared, role):
    reader = sign_in(prepared, role)
    wave = prepared.waves["final"]
    for path in (publish_of(prepared), f"/arbejdsrum/projekt/{prepared.project_id}/udgivelser",
                 f"/arbejdsrum/maaling/{wave}/luk"):  # fmt: skip
        assert reader.post(path).status == 403, path


def test_a_brief_of_what_is_not_published_is_not_given_to_readers(prepared):
    reader = sign_in(prepared, Role.VIEWER)
    reader.get(f"/arbejdsrum/projekt/{prepared.project_id}")
    token = re.search(r'name="csrf_token" value="([^"]+)"', reader.html)[1]
    path = f"/arbejdsrum/projekt/{prepared.project_id}/resultatbrev?number=1"
    assert reader.post(path, csrf_token=token, language="da").status == 404


@pytest.mark.parametrize("role", READERS)
def test_readers_see_what_is_published(prepared, role):
    with prepared.context():
        publish_release(prepared.project_id, 1, prepared.clock.today)
    reader = sign_in(prepared, role)
    assert reader.get(results_of(prepared)).heading == "Borgere: baseline, final"
    assert "Nr. 1, udgivet" in reader.get(f"/arbejdsrum/projekt/{prepared.project_id}").text


def test_the_evaluator_works_out_looks_and_publishes(closed):
    evaluator = sign_in(closed)
    project = f"/arbejdsrum/projekt/{closed.project_id}"
    evaluator.get(project).submit(f"{project}/udgivelser")
    for thread in threading.enumerate():
        if thread.name == "job-release":
            thread.join(30)
    assert "Kun evaluatorer kan se den" in evaluator.get(evaluator.path).text
    assert "Nr. 1 er ikke udgivet." in evaluator.get(results_of(closed)).text
    for page in ("", "/metode", "/svarere"):
        assert (
            "gjort op 4. marts 2026, ikke udgivet" in evaluator.get(results_of(closed, page)).text
        )
    assert "ikke udgivet" in evaluator.get(project).text
    evaluator.get(publish_of(closed))
    assert "kan ikke tages tilbage" in evaluator.text
    evaluator.submit(publish_of(closed))
    assert evaluator.path == project
    assert "Nr. 1 er ikke udgivet." not in evaluator.get(results_of(closed)).text


def test_an_outdated_release_is_refused_with_a_calm_page(prepared):
    evaluator = sign_in(prepared)
    evaluator.get(publish_of(prepared))
    fields = evaluator.form(publish_of(prepared))
    with prepared.context():
        release_project(prepared.project_id, prepared.clock.today)
    assert evaluator.post(publish_of(prepared), **fields).status == 409
    assert "En nyere udgivelse er allerede ude" in evaluator.text


def test_results_are_not_worked_out_of_a_single_closed_wave(installation):
    answer_wave(installation, "baseline", 1)
    evaluator = sign_in(installation)
    evaluator.get(results_of(installation))
    evaluator.submit(f"/arbejdsrum/projekt/{installation.project_id}/udgivelser")
    assert evaluator.status == 409


def test_a_release_of_another_project_is_not_found(prepared, build):
    other = build("other")
    evaluator = sign_in(other)
    assert evaluator.get(publish_of(prepared)).status == 404


def test_no_page_of_a_release_looks_at_a_response(prepared):
    evaluator = sign_in(prepared)
    pages = ["", "/afdelinger", "/maalgrupper", "/spoergsmaal", "/svarere", "/paalidelighed",
             "/metode"]  # fmt: skip
    for page in pages:
        statements = count_queries(
            prepared.app, partial(evaluator.get, results_of(prepared, f"{page}?number=1"))
        )
        assert evaluator.status == 200, page
        touching = [sql for sql in statements if LOOKS_AT_ANSWERS.search(sql)]
        assert touching == [], page
