"""Pausing without an access code: one code, one use, until tomorrow, in any browser."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from builders import TODAY, Installation, Visitor, answers_of, count_queries

from survey_service.fieldwork.access_codes import code_from_number
from survey_service.fieldwork.retention import purge_expired
from survey_service.texts import load_texts
from survey_service.web.language import TEXTS

Build = Callable[..., Installation]

TOMORROW = TODAY + timedelta(days=1)
WORDS = "Personalet lytter til mine drømme"


def danish(key: str) -> str:
    return load_texts(TEXTS)[key].read_in("da")


@pytest.fixture
def begun(installation: Installation) -> Visitor:
    """Somebody without a code who has answered three questions."""
    return installation.visitor().get(f"/aaben/{installation.open_link()}").answer_first(3)


def take_break(visitor: Visitor) -> str:
    """Ask for a pause code and return it."""
    visitor.get("/pause").submit("/pause")
    assert visitor.path == "/pausekode"
    import re

    found = re.search(r'<p class="code pause-code">([^<]+)</p>', visitor.html)
    assert found is not None
    return found[1]


def test_a_pause_code_goes_on_in_any_browser_without_showing_the_answers(
    installation: Installation, begun: Visitor
) -> None:
    code = take_break(begun)
    elsewhere = installation.visitor().enter(code.lower())
    assert elsewhere.path == "/om"
    assert 'href="/svar/4"' in elsewhere.html
    assert elsewhere.question(2).chosen == []
    assert len(installation.rows("response")) == 1


def test_a_pause_leaves_the_browser_clean(begun: Visitor) -> None:
    take_break(begun)
    assert begun.question(2).status == 403
    # Leaving the page with the code ends that too.
    assert begun.get("/pausekode").path == "/pausekode"
    begun.get("/")
    assert begun.get("/pausekode").path == "/"


def test_a_pause_code_works_once(installation: Installation, begun: Visitor) -> None:
    code = take_break(begun)
    assert installation.visitor().enter(code).path == "/om"
    assert installation.rows("pause_code") == []
    again = installation.visitor().enter(code)
    assert (again.status, again.path) == (400, "/")
    assert danish("error.code_unknown") in again.text


def test_after_going_on_another_pause_gives_another_code(
    installation: Installation, begun: Visitor
) -> None:
    first = take_break(begun)
    second = take_break(installation.visitor().enter(first))
    assert first != second
    assert installation.visitor().enter(first).status == 400
    assert installation.visitor().enter(second).path == "/om"


@pytest.mark.parametrize(("days", "admits"), [(0, True), (1, True), (2, False)])
def test_a_pause_code_works_today_and_tomorrow(
    installation: Installation, begun: Visitor, days: int, admits: bool
) -> None:
    code = take_break(begun)
    installation.clock.today = TODAY + timedelta(days=days)
    assert (installation.visitor().enter(code).status == 200) is admits


def test_unknown_used_and_expired_pause_codes_and_access_codes_look_the_same(
    installation: Installation,
) -> None:
    def pause() -> str:
        visitor = installation.visitor().get(f"/aaben/{installation.open_link()}")
        return take_break(visitor.answer_first(1)).replace("-", "")

    [sent] = installation.invite("p1")
    somebody = installation.visitor().enter(sent).answer_first(1)
    somebody.send()
    expired = pause()
    installation.clock.today = TODAY + timedelta(days=2)
    used = pause()
    installation.visitor().enter(used)
    seen = []
    for code in (code_from_number(987654321), used, expired, sent):
        visitor = installation.visitor().get("/")
        fields = visitor.form("/") | {"code": code}
        statements = count_queries(installation.app, lambda: visitor.post("/", **fields))  # noqa: B023
        html = visitor.html.replace(code, "CODE").partition("<main")[2].partition("csrf_token")
        seen.append((visitor.status, html[0], statements))
    assert seen[0][0] == 400
    assert all(found == seen[0] for found in seen)


def test_the_database_holds_a_hash_a_date_and_no_time(
    installation: Installation, begun: Visitor
) -> None:
    code = take_break(begun).replace("-", "")
    [row] = installation.rows("pause_code")
    assert set(row) == {"code_hash", "wave_id", "response_id", "expires_on"}
    assert type(row["expires_on"]) is date
    assert row["expires_on"] == TOMORROW
    stored = b"".join(path.read_bytes() for path in installation.folder.glob("survey.sqlite3*"))
    assert code.encode() not in stored
    assert code not in (begun.client.get_cookie("farewell") or "").__str__()
    [response] = installation.rows("response")
    assert response["code_hash"] is None


def test_who_has_an_access_code_gets_no_other(installation: Installation) -> None:
    [code] = installation.invite("p1")
    visitor = installation.visitor().enter(code).answer_first(1)
    stop = visitor.get("/stop").form("/slet")
    visitor.post("/pause", **stop)
    assert visitor.path == "/pause"
    assert danish("answer.pause.coded") in visitor.text
    assert installation.rows("pause_code") == []


def test_a_pause_needs_the_token_of_the_response(
    installation: Installation, begun: Visitor
) -> None:
    fields = begun.get("/pause").form("/pause")
    assert begun.post("/pause", **(fields | {"page": "x"})).status == 409
    assert begun.post("/pause", page=fields["page"]).status == 400
    assert installation.rows("pause_code") == []


def test_closing_removes_pause_codes(installation: Installation, begun: Visitor) -> None:
    code = take_break(begun)
    installation.close_wave()
    assert installation.rows("pause_code") == []
    assert installation.rows("response") == []
    assert installation.visitor().enter(code).status == 400


def test_the_daily_purge_deletes_drafts_nobody_can_come_back_to(build: Build) -> None:
    installation = build(offers_free_text=True)
    for _ in range(2):
        visitor = installation.visitor().get(f"/aaben/{installation.open_link()}")
        visitor.answer_first(2).question(32).answer(WORDS)
        take_break(visitor)
        with installation.context():
            purge_expired(installation.keys, TOMORROW)
        installation.clock.today = TOMORROW
    assert len(installation.rows("response")) == 2
    with installation.context():
        purge_expired(installation.keys, TOMORROW + timedelta(days=1))
    [response] = installation.rows("response")
    [code] = installation.rows("pause_code")
    assert code["response_id"] == response["id"]
    assert set(answers_of(installation)) == {response["id"]}
    assert len(installation.rows("free_text")) == 1


def test_deleting_the_draft_removes_its_pause_code(
    installation: Installation, begun: Visitor
) -> None:
    first_tab = begun.get("/stop").form("/slet")
    sitting = begun.client.get_cookie("sitting")
    assert sitting is not None
    take_break(begun)
    begun.client.set_cookie("sitting", sitting.value)
    begun.post("/slet", **first_tab)
    assert installation.rows("pause_code") == []
    assert installation.rows("response") == []


def test_on_a_tablet_a_paused_draft_outlives_the_tablets_ending(
    installation: Installation,
) -> None:
    from survey_service.fieldwork.kiosk import leave_unfinished

    visitor = installation.visitor().get(f"/aaben/{installation.open_link()}").answer_first(2)
    code = take_break(visitor)
    [response] = installation.rows("response")
    with installation.context():
        leave_unfinished(installation.keys, response["id"])  # type: ignore[arg-type]
    assert installation.visitor().enter(code).path == "/om"
