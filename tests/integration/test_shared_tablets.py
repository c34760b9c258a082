"""Shared tablets: paired once, open to everybody, and nothing left of anybody."""

import re
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from builders import Installation, Visitor, answers_of

from survey_service.accounts.sign_in import Role, add_user
from survey_service.storage import projects
from survey_service.storage.database import writing
from survey_service.texts import load_texts
from survey_service.web.kiosk import cookies, leaving
from survey_service.web.language import TEXTS

Build = Callable[..., Installation]

PASSWORD = "en lang adgangskode"
WORDS = "Personalet lytter til mine drømme"
ANSWER_PAGES = ("/om", "/svar/1", "/svar/2", "/gennemse", "/stop", "/pause", "/tak")


def danish(key: str) -> str:
    return load_texts(TEXTS)[key].read_in("da")


def sign_in(installation: Installation, name: str, municipality: UUID | None) -> Visitor:
    """Somebody who has signed in to the workspace."""
    with installation.context():
        add_user(name, PASSWORD, Role.EVALUATOR, municipality)
    visitor = installation.visitor().get("/arbejdsrum/log-ind")
    return visitor.submit("/arbejdsrum/log-ind", name=name, password=PASSWORD)


def list_path(installation: Installation) -> str:
    return f"/arbejdsrum/projekt/{installation.project_id}/tablets"


def pair(visitor: Visitor, installation: Installation, **fields: str) -> Visitor:
    """Make the visitor's browser the tablet of the house."""
    path = list_path(installation)
    chosen = {"unit": str(installation.units["house"]), "name": "Opholdsstuen"}
    return visitor.get(path).submit(path, **(chosen | fields))


@pytest.fixture
def evaluator(installation: Installation) -> Visitor:
    return sign_in(installation, "kari@kommune.example", installation.municipality_id)


@pytest.fixture
def tablet(installation: Installation, evaluator: Visitor) -> Visitor:
    """A paired tablet, at its start page."""
    return pair(evaluator, installation)


def begin(visitor: Visitor, audience: str = "citizen") -> Visitor:
    """Press the button of an audience on the start page."""
    visitor.get("/tablet")
    forms = re.findall(r"<form[^>]*>.*?</form>", visitor.html, re.DOTALL)
    [form] = [form for form in forms if f'name="audience" value="{audience}"' in form]
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token is not None
    return visitor.post("/tablet/begynd", csrf_token=token[1], audience=audience)


def held(visitor: Visitor, name: str) -> str | None:
    """What the browser holds in a cookie."""
    found = visitor.client.get_cookie(name)
    return found.value if found is not None else None


def cookies_set(visitor: Visitor) -> list[str]:
    """The Set-Cookie headers of the page and of those that led to it."""
    assert visitor.page is not None
    pages = (*visitor.page.history, visitor.page)
    return [value for page in pages for value in page.headers.getlist("Set-Cookie")]


def leave_the_tablet_idle(visitor: Visitor) -> Visitor:
    """What a page without JavaScript does when nobody touches it."""
    for _ in range(2):
        found = re.search(r'http-equiv="refresh" content="\d+;url=([^"]+)"', visitor.html)
        assert found is not None
        visitor.get(found[1])
    return visitor


# ---- Pairing ----


def test_pairing_leads_to_the_units_start_page_and_signs_out(
    installation: Installation, tablet: Visitor
) -> None:
    assert (tablet.path, tablet.heading) == ("/tablet", "Psykiatriens Hus")
    assert "Fælles mål" in tablet.text
    assert tablet.get("/arbejdsrum/").path == "/arbejdsrum/log-ind"
    [row] = installation.rows("kiosk")
    assert (row["unit_id"], row["project_id"]) == (
        installation.units["house"],
        installation.project_id,
    )
    assert (row["name"], row["is_revoked"]) == ("Opholdsstuen", False)


def test_the_database_knows_only_a_hash_of_what_the_tablet_holds(
    installation: Installation, tablet: Visitor
) -> None:
    identity, _, secret = (held(tablet, "kiosk") or "").partition(".")
    assert len(secret) == 22  # 128 bits in base64
    [row] = installation.rows("kiosk")
    assert row["id"] == UUID(hex=identity)
    stored = b"".join(path.read_bytes() for path in installation.folder.glob("survey.sqlite3*"))
    assert secret.encode() not in stored


def test_the_pairing_stays_long_and_out_of_reach_of_scripts_and_other_sites(
    tablet: Visitor,
) -> None:
    [cookie] = {
        value.split(";")[0]: value for value in cookies_set(tablet) if "kiosk=" in value
    }.values()
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=34560000"} <= set(cookie.split("; "))


def test_with_https_every_cookie_of_a_tablet_only_travels_encrypted(build: Build) -> None:
    folder = build().folder
    (folder / "settings.toml").write_text("https = true\n")
    installation = build("instance2")
    (installation.folder / "settings.toml").write_text("https = true\n")
    from survey_service.web.application import create_app

    app = create_app(installation.folder, today=installation.clock)
    with app.test_request_context(base_url="https://localhost"):
        response = app.make_response("")
        cookies.keep_pairing(response, "x.y")
        cookies.remember(response, cookies.LAST, {"audience": "citizen"})
        found = response.headers.getlist("Set-Cookie")
    assert [value.split("=")[0] for value in found] == ["__Host-kiosk", "__Host-kiosk-last"]
    assert all("; Secure;" in value for value in found)
    with app.app_context():
        from survey_service.storage.database import database

        database.engine.dispose()


def test_the_front_page_of_a_tablet_is_its_start_page(tablet: Visitor) -> None:
    assert tablet.get("/").path == "/tablet"


def test_the_paired_tablets_stand_under_their_unit(
    installation: Installation, tablet: Visitor
) -> None:
    other = sign_in(installation, "mads@kommune.example", None)
    other.get(f"/arbejdsrum/projekt/{installation.project_id}")
    assert f'href="{list_path(installation)}"' in other.html
    other.get(list_path(installation))
    words = re.search(r"<dt>Psykiatriens Hus</dt>(.*?)(<dt>|</dl>)", other.html, re.DOTALL)
    assert words is not None
    assert "Opholdsstuen" in words[1]
    assert other.text.count(danish("workspace.tablets.none")) == 2
    assert tablet.heading  # it goes on as before


@pytest.mark.parametrize("fields", [
    {"name": " "}, {"name": "x" * 61}, {"unit": "x"}, {"unit": str(uuid4())},
])  # fmt: skip
def test_what_cannot_be_paired_is_told_and_pairs_nothing(
    installation: Installation, evaluator: Visitor, fields: dict[str, str]
) -> None:
    pair(evaluator, installation, **fields)
    assert evaluator.status == 400
    assert 'id="name-error"' in evaluator.html
    assert installation.rows("kiosk") == []
    assert held(evaluator, "kiosk") is None


def test_pairing_again_ends_the_browsers_earlier_pairing(
    installation: Installation, tablet: Visitor
) -> None:
    tablet.get("/arbejdsrum/log-ind")
    tablet.submit("/arbejdsrum/log-ind", name="kari@kommune.example", password=PASSWORD)
    pair(tablet, installation, unit=str(installation.units["home"]), name="Gangen")
    assert tablet.heading == "Botilbud"
    assert {row["name"]: row["is_revoked"] for row in installation.rows("kiosk")} == {
        "Opholdsstuen": True,
        "Gangen": False,
    }


def test_a_revoked_tablet_begins_nothing_and_becomes_an_ordinary_browser(
    installation: Installation, tablet: Visitor
) -> None:
    fields = tablet.form("/tablet/begynd") | {"audience": "citizen"}
    other = sign_in(installation, "mads@kommune.example", None).get(list_path(installation))
    [row] = installation.rows("kiosk")
    other.submit(f"/arbejdsrum/tablet/{row['id']}/afmeld")
    assert other.text.count(danish("workspace.tablets.none")) == 3
    tablet.post("/tablet/begynd", **fields)
    assert (tablet.status, tablet.heading) == (403, danish("error.tablet_unpaired.heading"))
    assert installation.rows("response") == []
    assert held(tablet, "kiosk") is None
    assert tablet.get("/").path == "/"


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: uuid4().hex + token[32:],
        lambda token: token.partition(".")[0],
        lambda _: "x",
        lambda _: "æøå",
    ],
)
def test_a_forged_pairing_begins_nothing(
    installation: Installation, tablet: Visitor, change: Callable[[str], str]
) -> None:
    forger = installation.visitor()
    forger.client.set_cookie("kiosk", change(held(tablet, "kiosk") or ""))
    assert forger.get("/tablet").status == 403
    token = forger.get("/fortryd").form("/fortryd")["csrf_token"]
    forger.client.set_cookie("kiosk", change(held(tablet, "kiosk") or ""))
    assert forger.post("/tablet/begynd", csrf_token=token, audience="citizen").status == 403
    assert installation.rows("response") == []


def test_nobody_pairs_sees_or_revokes_for_another_municipality(
    installation: Installation, tablet: Visitor
) -> None:
    with installation.context(), writing() as session:
        elsewhere = projects.add_municipality(session, "herning", "Herning Kommune")
        foreign_unit = projects.add_unit(session, elsewhere, "far", "Langt væk")
    stranger = sign_in(installation, "h@kommune.example", elsewhere)
    token = stranger.form("/arbejdsrum/log-ud")["csrf_token"]
    [row] = installation.rows("kiosk")
    assert stranger.get(list_path(installation)).status == 404
    fields = {"csrf_token": token, "name": "x", "unit": str(installation.units["house"])}
    assert stranger.post(list_path(installation), **fields).status == 404
    revoking = f"/arbejdsrum/tablet/{row['id']}/afmeld"
    assert stranger.post(revoking, csrf_token=token).status == 404
    assert stranger.post(f"/arbejdsrum/tablet/{uuid4()}/afmeld", csrf_token=token).status == 404
    assert installation.rows("kiosk") == [row]
    own = sign_in(installation, "r@kommune.example", installation.municipality_id)
    assert pair(own, installation, unit=str(foreign_unit)).status == 400
    assert tablet.get("/tablet").status == 200


def test_pairing_and_revoking_need_the_token_against_forged_requests(
    installation: Installation, evaluator: Visitor
) -> None:
    fields = {"unit": str(installation.units["house"]), "name": "x"}
    assert evaluator.post(list_path(installation), **fields).status == 400
    assert installation.rows("kiosk") == []
    pair(evaluator, installation)
    other = sign_in(installation, "mads@kommune.example", None)
    [row] = installation.rows("kiosk")
    assert other.post(f"/arbejdsrum/tablet/{row['id']}/afmeld").status == 400
    assert installation.rows("kiosk") == [row]


# ---- The start page ----


def test_the_start_page_has_a_button_for_everybody_who_is_asked(tablet: Visitor) -> None:
    assert re.findall(r'name="audience" value="(\w+)"', tablet.html) == [
        "citizen", "relative", "staff",
    ]  # fmt: skip
    for label in ("Jeg er borger", "Jeg er pårørende", "Jeg er medarbejder"):
        assert label in tablet.text


def test_without_an_open_wave_the_start_page_says_so(
    installation: Installation, tablet: Visitor
) -> None:
    installation.close_wave()
    assert danish("kiosk.start.nothing_open") in tablet.get("/tablet").text
    assert 'action="/tablet/begynd"' not in tablet.html


def test_of_two_open_waves_the_later_one_is_asked(
    installation: Installation, tablet: Visitor
) -> None:
    installation.open_wave("final")
    begin(tablet)
    [response] = installation.rows("response")
    assert response["wave_id"] == installation.waves["final"]


@pytest.mark.parametrize("audience", ["leader", "", "x"])
def test_an_audience_that_is_not_asked_begins_nothing(
    installation: Installation, tablet: Visitor, audience: str
) -> None:
    fields = tablet.form("/tablet/begynd") | {"audience": audience}
    tablet.post("/tablet/begynd", **fields)
    assert (tablet.status, tablet.heading) == (409, danish("error.audience_not_asked.heading"))
    assert installation.rows("response") == []


def test_beginning_needs_the_token_against_forged_requests(
    installation: Installation, tablet: Visitor
) -> None:
    assert tablet.post("/tablet/begynd", audience="citizen").status == 400
    assert installation.rows("response") == []


def test_nobody_stays_signed_in_on_the_start_page(tablet: Visitor) -> None:
    tablet.get("/arbejdsrum/log-ind")
    tablet.submit("/arbejdsrum/log-ind", name="kari@kommune.example", password=PASSWORD)
    assert tablet.path == "/arbejdsrum/"
    tablet.get("/tablet")
    assert tablet.get("/arbejdsrum/").path == "/arbejdsrum/log-ind"
    assert tablet.get("/").path == "/tablet"


# ---- Answering, and the next person ----


def test_answers_from_a_tablet_are_anonymous_and_name_no_tablet(
    installation: Installation, tablet: Visitor
) -> None:
    begin(tablet, "relative").answer_first(3)
    tablet.send()
    [response] = installation.rows("response")
    assert response["is_sent"]
    assert (response["audience"], response["unit_id"]) == ("relative", installation.units["house"])
    for name in ("pseudonym", "code_hash", "withdrawal_hash"):
        assert response[name] is None
    [kiosk] = installation.rows("kiosk")
    assert {kiosk["id"], kiosk["token_hash"]}.isdisjoint(response.values())


def nothing_is_left(visitor: Visitor) -> None:
    """Every page of answering leads to the start page, and the browser holds nothing of anybody."""
    for path in ANSWER_PAGES:
        visitor.get(path)
        assert (visitor.path, visitor.status) == ("/tablet", 200), path
    session = held(visitor, "sitting")
    serializer = visitor.client.application.session_interface.get_signing_serializer(  # type: ignore[attr-defined]
        visitor.client.application
    )
    if session:
        assert set(serializer.loads(session)) <= {"csrf_token"}


def test_after_sending_the_next_person_finds_nothing(tablet: Visitor) -> None:
    begin(tablet).answer_first(3)
    tablet.send()
    assert (tablet.path, tablet.heading) == ("/tablet/tak", danish("answer.thanks.heading"))
    assert tablet.withdrawal_code is None
    assert re.search(r'http-equiv="refresh" content="20;url=/tablet/slut"', tablet.html)
    assert tablet.get("/tablet/slut").path == "/tablet"
    # Back to the thank-you page leads to the start page as well.
    assert tablet.get("/tablet/tak").path == "/tablet"
    nothing_is_left(tablet)


def test_the_answer_cookie_is_expired_by_its_name_and_the_site_is_not_cleared(
    tablet: Visitor,
) -> None:
    begin(tablet).answer_first(1)
    tablet.send()
    expired = [value for value in cookies_set(tablet) if value.startswith("sitting=;")]
    assert len(expired) == 1
    assert "Expires=Thu, 01 Jan 1970" in expired[0]
    assert tablet.page is not None
    for page in (*tablet.page.history, tablet.page):
        assert "Clear-Site-Data" not in page.headers
        assert page.headers["Cache-Control"] == "no-store"
    assert held(tablet, "kiosk")


def test_a_form_of_the_last_person_is_not_taken_any_more(
    installation: Installation, tablet: Visitor
) -> None:
    begin(tablet).answer_first(2)
    fields = tablet.question(3).form("/svar/3") | {"answer": "1"}
    tablet.send()
    before = installation.contents()
    tablet.post("/svar/3", **fields)
    assert tablet.path == "/tablet"
    assert installation.contents() == before


def test_without_javascript_an_idle_page_asks_and_then_deletes_what_was_not_sent(
    build: Build,
) -> None:
    installation = build(offers_free_text=True)
    tablet = pair(sign_in(installation, "k@kommune.example", None), installation)
    begin(tablet).answer_first(3)
    tablet.question(32).answer(WORDS)
    assert len(installation.rows("free_text")) == 1
    tablet.question(2)
    assert 'http-equiv="refresh" content="240;url=/tablet/er-du-der"' in tablet.html
    leave_the_tablet_idle(tablet)
    assert tablet.path == "/tablet"
    for table in ("response", "answer", "free_text"):
        assert installation.rows(table) == [], table
    nothing_is_left(tablet)


def test_who_is_still_there_goes_on_where_they_were(
    installation: Installation, tablet: Visitor
) -> None:
    begin(tablet).answer_first(3)
    tablet.get("/tablet/er-du-der")
    assert tablet.heading == "Er du der stadig?"
    assert 'href="/svar/4"' in tablet.html
    assert tablet.question(3).chosen == ["4"]
    assert len(answers_of(installation)) == 1


def test_who_says_they_are_done_leaves_nothing(installation: Installation, tablet: Visitor) -> None:
    begin(tablet).answer_first(3)
    tablet.submit("/tablet/slut")
    assert tablet.path == "/tablet"
    assert installation.rows("response") == []
    nothing_is_left(tablet)


def test_while_answers_wait_for_the_network_the_draft_they_belong_to_is_kept(
    installation: Installation, tablet: Visitor
) -> None:
    begin(tablet).answer_first(2)
    tablet.client.set_cookie("unsent", "1")
    leave_the_tablet_idle(tablet)
    assert len(installation.rows("response")) == 1
    nothing_is_left(tablet)


@pytest.mark.parametrize("page", ["", "x", "0" * 24])
def test_a_link_from_elsewhere_ends_nothing(
    installation: Installation, tablet: Visitor, page: str
) -> None:
    begin(tablet).answer_first(1)
    before = installation.contents()
    assert tablet.get(f"/tablet/slut?page={page}").path == "/tablet/er-du-der"
    assert tablet.post("/tablet/slut", page=page).path == "/tablet/er-du-der"
    own = tablet.form("/tablet/slut")["page"]
    assert tablet.post("/tablet/slut", page=own).status == 400  # without the csrf token
    assert installation.contents() == before


def test_the_start_page_asks_first_while_somebody_is_answering(tablet: Visitor) -> None:
    begin(tablet).answer_first(1)
    for path in ("/tablet", "/"):
        assert tablet.get(path).path == "/tablet/er-du-der"


def test_whoever_begins_in_another_tab_ends_the_draft_before(
    installation: Installation, tablet: Visitor
) -> None:
    fields = tablet.form("/tablet/begynd") | {"audience": "staff"}
    begin(tablet, "citizen").answer_first(1)
    tablet.post("/tablet/begynd", **fields)
    # The token belongs to the browser's session, which goes on.
    assert tablet.path in {"/om", "/tablet/begynd"}
    if tablet.path == "/om":
        [response] = installation.rows("response")
        assert response["audience"] == "staff"


def test_a_tablet_that_slept_for_long_wakes_to_its_start_page(
    installation: Installation, tablet: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(tablet).answer_first(2)
    now = cookies.current_minute()
    monkeypatch.setattr(leaving, "current_minute", lambda: now + 39)
    assert tablet.question(2).path == "/svar/2"
    monkeypatch.setattr(leaving, "current_minute", lambda: now + 39 + 41)
    assert tablet.question(2).path == "/tablet"
    assert installation.rows("response") == []


def test_deleting_on_a_tablet_leaves_nothing_either(
    installation: Installation, tablet: Visitor
) -> None:
    begin(tablet).answer_first(2)
    tablet.get("/stop").submit("/slet")
    assert (tablet.path, tablet.heading) == ("/tablet/tak", danish("answer.deleted.heading"))
    assert installation.rows("response") == []
    tablet.get("/tablet/slut")
    nothing_is_left(tablet)


def test_the_language_is_kept_to_the_goodbye_and_not_for_the_next_person(tablet: Visitor) -> None:
    tablet.submit("/sprog")
    assert "I am a citizen" in tablet.text
    begin(tablet).answer_first(1)
    tablet.send()
    assert tablet.heading == "Thank you for your answers"
    assert "Jeg er borger" in tablet.get("/tablet/slut").text


def test_a_wave_that_closes_meanwhile_leads_to_the_start_page(
    installation: Installation, tablet: Visitor
) -> None:
    begin(tablet).answer_first(1)
    installation.close_wave()
    assert tablet.question(2).status == 404
    assert tablet.get("/tablet").path == "/tablet"
    assert danish("kiosk.start.nothing_open") in tablet.text


# ---- With a code on a tablet ----


def test_a_code_typed_on_a_tablet_keeps_its_answers_when_the_tablet_is_left(
    installation: Installation, tablet: Visitor
) -> None:
    [code] = installation.invite("p1")
    tablet.submit("/tablet/fortsaet", code=code)
    assert tablet.path == "/om"
    tablet.answer_first(3)
    tablet.question(2)
    leave_the_tablet_idle(tablet)
    assert tablet.path == "/tablet"
    nothing_is_left(tablet)
    assert len(next(iter(answers_of(installation).values()))) == 3
    assert 'href="/svar/4"' in installation.visitor().enter(code).html


def test_who_sends_by_code_on_a_tablet_gets_their_withdrawal_code(
    installation: Installation, tablet: Visitor
) -> None:
    [code] = installation.invite("p1")
    tablet.submit("/tablet/fortsaet", code=code).answer_first(2)
    tablet.send()
    assert tablet.path == "/tak"
    assert tablet.withdrawal_code
    assert 'id="still-there"' in tablet.html
    tablet.submit("/faerdig")
    assert tablet.path == "/tablet"
    nothing_is_left(tablet)
    [response] = installation.rows("response")
    assert response["is_sent"]


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("", "error.code_missing"),
        ("ABC", "error.code_check"),
        ("00000000000", "error.code_unknown"),
    ],
)
def test_a_code_that_does_not_admit_is_told_on_the_start_page(
    tablet: Visitor, typed: str, key: str
) -> None:
    tablet.submit("/tablet/fortsaet", code=typed)
    assert tablet.status == 400
    assert danish(key) in tablet.text
    assert "Jeg er borger" in tablet.text


# ---- Twice by mistake ----


def answer_and_leave(tablet: Visitor, audience: str = "citizen") -> Visitor:
    begin(tablet, audience).answer_first(1)
    tablet.send()
    return tablet.get("/tablet/slut")


def test_who_begins_again_within_minutes_is_asked_whether_they_are_new(
    installation: Installation, tablet: Visitor
) -> None:
    answer_and_leave(tablet)
    begin(tablet, "citizen")
    assert tablet.heading == danish("kiosk.again.heading")
    assert len(installation.rows("response")) == 1
    tablet.submit("/tablet/begynd")
    assert tablet.path == "/om"
    assert len(installation.rows("response")) == 2


def test_another_audience_is_not_asked(tablet: Visitor) -> None:
    answer_and_leave(tablet, "citizen")
    assert begin(tablet, "staff").path == "/om"


def test_after_some_minutes_nobody_is_asked(
    tablet: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_and_leave(tablet)
    later = cookies.current_minute() + 6
    monkeypatch.setattr(cookies, "current_minute", lambda: later)
    assert begin(tablet, "citizen").path == "/om"


def test_who_has_answered_goes_back_to_the_start_page(tablet: Visitor) -> None:
    answer_and_leave(tablet)
    begin(tablet)
    assert 'href="/tablet/slut"' in tablet.html
    assert tablet.get("/tablet/slut").path == "/tablet"


def test_an_audience_answered_by_somebody_else_is_the_one_that_was_chosen(
    tablet: Visitor, installation: Installation
) -> None:
    begin(tablet, "citizen").question(1).answer("by_other")
    tablet.send()
    assert [row["audience"] for row in installation.rows("response")] == ["citizen-proxy"]
    tablet.get("/tablet/slut")
    assert begin(tablet, "citizen").heading == danish("kiosk.again.heading")


@pytest.mark.parametrize("name", ["kiosk-last", "farewell"])
def test_what_the_browser_holds_for_some_minutes_can_be_neither_read_nor_changed(
    tablet: Visitor, name: str
) -> None:
    begin(tablet).answer_first(1)
    tablet.send()
    value = held(tablet, name)
    assert value
    assert "citizen" not in value
    tablet.client.set_cookie(name, value[:-4] + "AAAA")
    if name == "farewell":
        assert tablet.get("/tablet/tak").path == "/tablet"
    else:
        tablet.get("/tablet/slut")
        assert begin(tablet).path == "/om"


def test_ordinary_pages_carry_nothing_of_tablets(installation: Installation) -> None:
    [code] = installation.invite("p1")
    visitor = installation.visitor().enter(code).question(2)
    for word in ("kiosk.js", "http-equiv", "still-there"):
        assert word not in visitor.html
    assert visitor.get("/tablet").status == 403
