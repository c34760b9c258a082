"""A session that ends in the middle of a form: what was typed is kept, for its owner alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from builders import Installation, Visitor
from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from survey_service.accounts import passwords
from survey_service.accounts.sign_in import Role, add_user, end_sessions, find_user
from survey_service.web.access import Access
from survey_service.web.workspace.forms import require_confirmed
from survey_service.web.workspace.kept_form import MOST_BYTES

PASSWORD = "en lang adgangskode"
ANNA, BIRK = "anna@kommune.example", "birk@kommune.example"
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}
SIGN_IN, KEPT = "/arbejdsrum/log-ind", "/arbejdsrum/fortsaet"
LETTER = 'Kære beboer på "Ærø"\r\n\r\n  Vi spørger <dig> & andre: æøå €'


class Desk:
    """Somebody at a page of the workspace that takes whatever is typed in it."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.app = installation.app
        self.visitor: Visitor = installation.visitor()
        self.path = f"/arbejdsrum/proeve/{installation.project_id}"
        self.taken: list[MultiDict[str, str]] = []
        self.accounts: dict[str, UUID] = {}
        self.app.view_functions["workspace.probe"] = self._take
        for rule in ("/arbejdsrum/proeve/<uuid:project_id>", "/arbejdsrum/proeve"):
            self.app.url_map.add(
                self.app.url_rule_class(rule, endpoint="workspace.probe", methods=["GET", "POST"])
            )
        with installation.context():
            for name in (ANNA, BIRK):
                self.accounts[name] = add_user(
                    name, PASSWORD, Role.EVALUATOR, installation.municipality_id
                )

    def _take(self, project_id: UUID | None = None) -> str:
        del project_id
        if request.method == "POST":
            require_confirmed()
            self.taken.append(MultiDict(request.form))
        return "<h1>Taget</h1>"

    _take.access_rule = Access.EVALUATOR  # type: ignore[attr-defined]

    def sign_in(self, name: str = ANNA) -> "Desk":
        self.visitor.get(SIGN_IN).submit(SIGN_IN, name=name, password=PASSWORD)
        return self

    @contextmanager
    def session_over(self) -> Iterator[None]:
        """Eight hours later, as far as the cookie goes."""
        before = self.app.config["PERMANENT_SESSION_LIFETIME"]
        self.app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(seconds=-1)
        yield
        self.app.config["PERMANENT_SESSION_LIFETIME"] = before

    def post(
        self, fields: Any, *, path: str | None = None, headers: Any = FROM_HERE, **options: Any
    ) -> TestResponse:
        """Send the page, whose token is of a session that is over."""
        return self.visitor.client.post(
            path or self.path, data={"csrf_token": "gammel"} | fields, headers=headers, **options
        )

    def type_too_late(self, fields: Any, **options: Any) -> "Desk":
        """Send the page after the session ended, and go where that leads."""
        with self.session_over():
            answer = self.post(fields, **options)
        assert (answer.status_code, answer.headers["Location"]) == (303, SIGN_IN)
        self.visitor.get(SIGN_IN)
        return self

    def go_on(self) -> MultiDict[str, str]:
        """Press the button on the page that offers it, as a browser does."""
        action, fields, is_multipart = read_first_form(self.visitor.html)
        kind = "multipart/form-data" if is_multipart else "application/x-www-form-urlencoded"
        self.visitor.page = self.visitor.client.post(
            action, data=fields, headers=FROM_HERE, content_type=kind, follow_redirects=True
        )
        return self.taken[-1]


def read_first_form(html: str) -> tuple[str, MultiDict[str, str], bool]:
    """The first form in the page's main part; line ends as HTML's parser and forms treat them."""
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        forms: list[tuple[str, MultiDict[str, str], bool]] = []  # noqa: RUF012 - of this reading

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found = dict(attrs)
            if tag == "form":
                is_multipart = found.get("enctype") == "multipart/form-data"
                self.forms.append((found["action"] or "", MultiDict(), is_multipart))
            if tag == "input" and found.get("type") == "hidden":
                value = (found["value"] or "").replace("\r\n", "\n").replace("\n", "\r\n")
                self.forms[-1][1].add(found["name"], value)

    reader = Reader()
    reader.feed(html.split("<main", 1)[1])
    return reader.forms[0]


@pytest.fixture
def desk(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Desk:
    # Passwords are beside the point here, and hashing them as it should be is made to be slow.
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", quick)
    return Desk(installation)


def kept_rows(desk: Desk) -> list[Any]:
    return desk.installation.rows("kept_form")


# ---- What was typed arrives ----


def test_what_was_typed_is_kept_and_arrives_after_signing_in(desk: Desk) -> None:
    desk.sign_in().type_too_late({"letter": LETTER, "title": "Måling på Ærø"})
    assert "Det, du skrev, er gemt" in desk.visitor.text
    desk.sign_in()
    assert desk.visitor.path == KEPT
    assert desk.visitor.heading == "Fortsæt, hvor du slap"
    assert "Fælles mål" in desk.visitor.text
    assert "Måling på Ærø" in desk.visitor.text
    taken = desk.go_on()
    assert (taken["letter"], taken["title"]) == (LETTER, "Måling på Ærø")
    assert desk.visitor.heading == "Taget"


def test_a_list_arrives_in_its_order_and_empty_fields_too(desk: Desk) -> None:
    desk.sign_in().type_too_late({"unit": ["b", "a", "b"], "note": "", "x": "y"}).sign_in()
    taken = desk.go_on()
    assert taken.getlist("unit") == ["b", "a", "b"]
    assert taken.getlist("note") == [""]


def test_what_the_address_carried_arrives_too(desk: Desk) -> None:
    seen: list[str] = []
    desk.app.before_request(lambda: seen.append(request.query_string.decode()))
    desk.sign_in().type_too_late({"a": "b"}, path=f"{desk.path}?side=2&ord=%C3%A6").sign_in()
    desk.go_on()
    assert seen[-1].startswith("side=2&ord=%C3%A6&gemt=")


def test_it_is_not_offered_again_once_it_was_sent(desk: Desk) -> None:
    desk.sign_in().type_too_late({"letter": LETTER}).sign_in()
    assert len(kept_rows(desk)) == 1
    desk.go_on()
    assert kept_rows(desk) == []
    assert "Her er ikke noget, der venter" in desk.visitor.get(KEPT).text


def test_it_is_still_offered_when_its_page_could_not_take_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.sign_in().type_too_late({"letter": LETTER}).sign_in()

    def fail(**_: object) -> None:
        raise ValueError("out of order")

    fail.access_rule = Access.EVALUATOR  # type: ignore[attr-defined]
    with monkeypatch.context() as patch:
        patch.setitem(desk.app.view_functions, "workspace.probe", fail)
        with pytest.raises(IndexError):
            desk.go_on()
    assert desk.visitor.status == 500
    desk.visitor.get(KEPT)
    assert desk.go_on()["letter"] == LETTER


def test_forms_of_several_tabs_are_all_offered(desk: Desk) -> None:
    desk.sign_in()
    with desk.session_over():
        desk.post({"letter": "den første"})
    desk.post({"letter": "den anden"})
    desk.sign_in()
    assert "den første" in desk.visitor.text
    assert "den anden" in desk.visitor.text


def test_it_can_be_thrown_away(desk: Desk) -> None:
    desk.sign_in().type_too_late({"letter": LETTER}).sign_in()
    desk.visitor.submit(f"{KEPT}/kasser")
    assert desk.visitor.path == "/arbejdsrum/"
    assert kept_rows(desk) == []


def test_it_survives_the_second_step_of_signing_in(desk: Desk) -> None:
    import pyotp

    from survey_service.accounts import two_step

    desk.sign_in().type_too_late({"letter": LETTER})
    keys, now = desk.installation.keys, datetime.now(UTC)
    with desk.installation.context():
        account = find_user(desk.accounts[ANNA])
        assert account is not None
        start = two_step.start_two_step(keys, account, "måling")
        totp = pyotp.TOTP(start.secret)
        two_step.confirm_two_step(keys, account, start.sealed, totp.at(now), now)
    desk.sign_in()
    assert desk.visitor.path == f"{SIGN_IN}/kode"
    later = now + timedelta(seconds=30)
    desk.app.extensions["survey_now"] = lambda: later
    desk.visitor.submit(f"{SIGN_IN}/kode", code=totp.at(later))
    assert desk.visitor.path == KEPT
    assert desk.go_on()["letter"] == LETTER


def test_it_is_kept_when_somebody_signed_out_everywhere(desk: Desk) -> None:
    desk.sign_in()
    with desk.installation.context():
        account = find_user(desk.accounts[ANNA])
        assert account is not None
        end_sessions(account)
    desk.post({"letter": LETTER})
    desk.sign_in()
    assert desk.go_on()["letter"] == LETTER


def test_it_is_kept_when_somebody_signed_out_in_another_tab(desk: Desk) -> None:
    desk.sign_in().visitor.submit("/arbejdsrum/log-ud")
    desk.post({"letter": LETTER})
    desk.sign_in()
    assert desk.go_on()["letter"] == LETTER


def test_it_is_kept_when_the_sign_in_page_was_opened_in_another_tab(desk: Desk) -> None:
    desk.sign_in()
    with desk.session_over():
        desk.visitor.client.get(SIGN_IN)
    desk.post({"letter": LETTER})
    desk.sign_in()
    assert desk.go_on()["letter"] == LETTER


def test_it_is_kept_by_a_one_time_password_that_has_to_be_changed(desk: Desk) -> None:
    from survey_service.storage import accounts
    from survey_service.storage.database import writing

    desk.sign_in()
    with desk.installation.context(), writing() as session:
        accounts.set_password(
            session, desk.accounts[ANNA], passwords.hash_password(PASSWORD),
            must_change_password=True,
        )  # fmt: skip
    desk.post({"letter": LETTER})
    desk.sign_in()
    assert desk.visitor.path == "/arbejdsrum/min-konto/adgangskode"
    new = "en helt anden lang sætning"
    desk.visitor.submit(desk.visitor.path, current_password=PASSWORD, password=new, repeated=new)
    assert desk.visitor.path == KEPT
    assert desk.go_on()["letter"] == LETTER


def test_it_is_offered_when_somebody_signed_in_again_in_another_tab(desk: Desk) -> None:
    desk.sign_in().sign_in()
    desk.visitor.page = desk.post({"letter": LETTER}, follow_redirects=True)
    assert desk.visitor.path == KEPT
    assert desk.go_on()["letter"] == LETTER
    assert kept_rows(desk) == []


def test_the_language_somebody_chose_stays(desk: Desk) -> None:
    desk.sign_in().visitor.get("/arbejdsrum/").submit("/sprog")
    desk.type_too_late({"letter": LETTER})
    assert "What you wrote is kept for 30 minutes" in desk.visitor.text


# ---- What is not kept ----


FROM_ELSEWHERE = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Referer": "https://evil.example/arbejdsrum/"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {},
)


def test_what_another_site_posts_is_dropped(desk: Desk) -> None:
    for headers in FROM_ELSEWHERE:
        desk.visitor = desk.installation.visitor()
        desk.sign_in().type_too_late({"letter": LETTER}, headers=headers)
        assert "er gemt" not in desk.visitor.text, headers
        assert kept_rows(desk) == [], headers
        assert desk.sign_in().visitor.path == "/arbejdsrum/", headers


@pytest.mark.parametrize("header", ["Origin", "Referer"])
def test_older_browsers_tell_by_other_headers_that_the_page_is_ours(
    desk: Desk, header: str
) -> None:
    desk.sign_in().type_too_late({"letter": LETTER}, headers={header: "http://localhost/x"})
    assert len(kept_rows(desk)) == 1


def test_a_forged_form_is_not_offered_to_who_is_signed_in(desk: Desk) -> None:
    desk.sign_in()
    for headers in FROM_ELSEWHERE:
        desk.visitor.page = desk.post({"letter": LETTER}, headers=headers)
        found = (desk.visitor.status, desk.visitor.heading)
        assert found == (400, "Siden er for gammel"), headers
        assert "Ærø" not in desk.visitor.html
    assert kept_rows(desk) == []


def test_nothing_is_kept_for_who_never_signed_in(desk: Desk) -> None:
    desk.post({"letter": LETTER})
    assert kept_rows(desk) == []
    assert "er gemt" not in desk.visitor.get(SIGN_IN).text


def test_a_cookie_of_ones_own_making_keeps_nothing(desk: Desk) -> None:
    desk.visitor.client.set_cookie("sitting", "eyJfdXNlcl9pZCI6IjEifQ.aaaaaa.bbbbbbbbbbbbbbbbbbb")
    desk.post({"letter": LETTER})
    assert kept_rows(desk) == []


def test_another_person_who_signs_in_sees_nothing_of_it(desk: Desk) -> None:
    desk.sign_in(ANNA).type_too_late({"letter": LETTER}).sign_in(BIRK)
    assert desk.visitor.path == "/arbejdsrum/"
    assert "Ærø" not in desk.visitor.get(KEPT).html
    assert "Her er ikke noget, der venter" in desk.visitor.text


@pytest.mark.parametrize("ending", ["signing out", "expiring"])
def test_a_page_that_another_person_left_open_is_not_offered(desk: Desk, ending: str) -> None:
    desk.sign_in(ANNA)
    if ending == "signing out":
        desk.visitor.submit("/arbejdsrum/log-ud")
    else:
        with desk.session_over():
            desk.visitor.client.get(SIGN_IN)
    desk.sign_in(BIRK)
    desk.visitor.page = desk.post({"letter": LETTER})
    assert (desk.visitor.status, desk.visitor.heading) == (400, "Siden er for gammel")
    assert "Ærø" not in desk.visitor.html


def test_its_owner_does_not_see_it_in_another_browser(desk: Desk) -> None:
    desk.sign_in().type_too_late({"letter": LETTER})
    desk.visitor = desk.installation.visitor()
    assert desk.sign_in().visitor.path == "/arbejdsrum/"
    assert "Ærø" not in desk.visitor.get(KEPT).html


@pytest.mark.parametrize("field", ["password", "new_password", "code"])
def test_a_form_with_a_password_is_not_kept(desk: Desk, field: str) -> None:
    desk.sign_in().type_too_late({field: "hemmelig", "name": "noget"})
    assert "kunne ikke gemmes" in desk.visitor.text
    assert kept_rows(desk) == []


def test_files_are_not_kept_but_what_stood_beside_them_is(desk: Desk) -> None:
    content = {"note": LETTER, "file": (BytesIO(b"navne"), "borgere.csv")}
    desk.sign_in().type_too_late(content, content_type="multipart/form-data").sign_in()
    assert "Filer kunne ikke gemmes" in desk.visitor.text
    assert desk.go_on()["note"] == LETTER


@pytest.mark.parametrize(("size", "is_kept"), [(MOST_BYTES - 100, True), (MOST_BYTES, False)])
def test_it_says_so_when_there_is_too_much_to_keep(desk: Desk, size: int, is_kept: bool) -> None:
    desk.sign_in().type_too_late({"letter": "a" * size})
    assert ("Det, du skrev, er gemt" in desk.visitor.text) is is_kept
    assert ("kunne ikke gemmes" in desk.visitor.text) is not is_kept
    assert len(kept_rows(desk)) == is_kept


def test_as_much_as_is_kept_can_be_sent_again(desk: Desk) -> None:
    letter = "æ" * (MOST_BYTES // 2 - 200)
    options = {"content_type": "multipart/form-data"}
    desk.sign_in().type_too_late({"letter": letter}, **options).sign_in()
    assert desk.go_on()["letter"] == letter


def test_half_an_hour_later_it_is_gone(desk: Desk) -> None:
    desk.sign_in().type_too_late({"letter": LETTER})
    later = datetime.now(UTC) + timedelta(minutes=31)
    desk.app.extensions["survey_now"] = lambda: later
    assert desk.sign_in().visitor.path == "/arbejdsrum/"
    desk.type_too_late({"letter": "et nyt"})
    assert len(kept_rows(desk)) == 1  # the older one was cleared away


@pytest.mark.parametrize(("kept_at", "is_left"), [
    ("2026-03-03 21:29", False), ("2026-03-03 22:30", True), ("2026-03-04 09:00", True),
])  # fmt: skip
def test_the_daily_upkeep_removes_what_nobody_can_open_any_more(
    desk: Desk, kept_at: str, is_left: bool
) -> None:
    """Half an hour before midnight in Denmark, which is 22 or 23 o'clock in UTC, is still kept."""
    from survey_service.fieldwork.upkeep import do_upkeep

    moment = datetime.fromisoformat(kept_at).replace(tzinfo=UTC)
    desk.app.extensions["survey_now"] = lambda: moment
    desk.sign_in().type_too_late({"letter": LETTER})
    with desk.installation.context():
        do_upkeep(desk.installation.keys, date(2026, 3, 4))
    assert len(kept_rows(desk)) == is_left


def test_of_one_account_only_the_newest_few_are_kept(desk: Desk) -> None:
    desk.sign_in()
    cookie = desk.visitor.client.get_cookie("sitting")
    assert cookie is not None
    for number in range(7):
        # The same ended session again and again, as somebody would who fills the database.
        desk.visitor.client.set_cookie("sitting", cookie.value)
        with desk.session_over():
            desk.post({"letter": f"nummer {number}"})
    assert len(kept_rows(desk)) == 5


def test_the_database_does_not_tell_what_was_typed(desk: Desk) -> None:
    desk.sign_in().type_too_late({"letter": "en borgers navn", "title": "x" * 400})
    [row] = kept_rows(desk)
    assert len(row["sealed"]) > 400
    for name in desk.installation.folder.glob("survey.sqlite3*"):
        assert b"en borgers navn" not in name.read_bytes()


def test_a_form_with_nothing_typed_leads_back_to_its_page(desk: Desk) -> None:
    page = f"http://localhost{desk.path}?trin=2"
    desk.sign_in().type_too_late({}, headers=FROM_HERE | {"Referer": page})
    assert kept_rows(desk) == []
    assert desk.sign_in().visitor.path == desk.path
    assert desk.visitor.heading == "Taget"


# ---- Where one wanted to go ----


def test_after_signing_in_one_comes_to_the_page_one_asked_for(desk: Desk) -> None:
    desk.visitor.get(f"{desk.path}?side=2")
    assert desk.visitor.path == SIGN_IN
    desk.sign_in()
    assert desk.visitor.page is not None
    assert desk.visitor.page.request.url == f"http://localhost{desk.path}?side=2"


def test_a_session_that_ended_is_told_of_on_the_sign_in_page(desk: Desk) -> None:
    desk.sign_in()
    with desk.session_over():
        desk.visitor.client.get(desk.path)
    assert "Din session er udløbet" in desk.visitor.get(SIGN_IN).text


def test_who_comes_for_the_first_time_reads_of_no_session(desk: Desk) -> None:
    assert "udløbet" not in desk.visitor.get(desk.path).text


def test_another_person_is_not_led_to_the_page_the_first_one_left(desk: Desk) -> None:
    desk.sign_in(ANNA)
    with desk.session_over():
        desk.visitor.client.get(desk.path)
    assert desk.sign_in(BIRK).visitor.path == "/arbejdsrum/"


def test_no_address_leads_away_after_signing_in(desk: Desk) -> None:
    """Neither what an address says nor a session that somehow holds another's address."""
    for target in (
        "//evil.example", "/\\evil.example", "https://evil.example", "https:evil.example",
        "javascript:alert(1)", "/arbejdsrum/\\evil.example", "\t//evil.example", "/andet",
    ):  # fmt: skip
        desk.visitor = desk.installation.visitor()
        with desk.visitor.client.session_transaction() as session:
            session["next_page"] = [target, None]
        address = f"{SIGN_IN}?{urlencode({'next': target})}"
        fields = desk.visitor.get(address).form(SIGN_IN)
        fields |= {"name": ANNA, "password": PASSWORD, "next": target}
        answer = desk.visitor.client.post(address, data=fields)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/arbejdsrum/"), target


def test_the_address_of_a_picture_is_not_gone_on_at(desk: Desk) -> None:
    desk.visitor.client.get(desk.path, headers={"Sec-Fetch-Dest": "image"})
    assert desk.sign_in().visitor.path == "/arbejdsrum/"
