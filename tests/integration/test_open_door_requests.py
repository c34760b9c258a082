"""Requests that try to be more than they are: hosts, sessions, pages out of turn, files."""

import re
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from accounts_builder import NAME, PASSWORD, SIGN_IN, add_person, enter
from builders import Installation, Visitor, answers_of
from flask import Flask
from flask.testing import FlaskClient

from survey_service.web.access import Access, access_rule_of
from survey_service.web.settings import SettingsRefused, load_settings

EVIL = "evil.example"
HTTPS = 'https = true\npublic_address = "https://svar.example"\n'


def configured(build: Callable[..., Installation], tmp_path: Path, text: str) -> Installation:
    (tmp_path / "instance").mkdir()
    (tmp_path / "instance" / "settings.toml").write_text(text)
    return build()


def begun(installation: Installation, reference: str = "p1") -> Visitor:
    """Somebody who has begun to answer."""
    [code] = installation.invite(reference)
    return installation.visitor().enter(code)


def cookie_of(visitor: Visitor) -> str:
    """What holds somebody's session."""
    cookie = visitor.client.get_cookie("sitting")
    assert cookie is not None
    return str(cookie.value)


# ---- Headers and cookies ----


def test_every_answer_carries_a_strict_policy_whatever_it_is(installation: Installation) -> None:
    client = installation.app.test_client()
    for path in ("/", "/findes-ikke", "/arbejdsrum/", "/offline/net", "/static/site.css", "/send"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'"), path
        assert "unsafe" not in policy
        for rule in ("base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"):
            assert rule in policy, (path, rule)
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]
        assert "Strict-Transport-Security" not in headers  # this one is not behind https


def test_an_installation_behind_https_says_so_and_pins_its_cookies(
    build: Callable[..., Installation], tmp_path: Path
) -> None:
    installation = configured(build, tmp_path, HTTPS)
    add_person(installation)
    client = installation.app.test_client()
    page = client.get("/", base_url="https://svar.example")
    assert page.headers["Strict-Transport-Security"] == "max-age=63072000"
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.get_data(as_text=True))
    assert token is not None
    cookies = [
        cookie
        for answer in (page, client.post(
            "/sprog", base_url="https://svar.example",
            data={"csrf_token": token[1], "language": "en", "next": "/"},
        ))
        for cookie in answer.headers.getlist("Set-Cookie")
    ]  # fmt: skip
    assert cookies
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        for rule in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
            assert rule in cookie, cookie
        assert "Domain" not in cookie


# ---- Hosts and addresses ----


def test_another_host_is_refused_where_the_own_name_is_known(
    build: Callable[..., Installation], tmp_path: Path
) -> None:
    client = configured(build, tmp_path, HTTPS).app.test_client()
    for host in (EVIL, "svar.example.evil.example", "svar.example@evil.example", "a b"):
        page = client.get("/", headers={"Host": host})
        assert page.status_code == 400, host
        assert EVIL not in page.get_data(as_text=True)
    assert client.get("/", headers={"Host": "svar.example"}).status_code == 200
    assert client.get("/", headers={"Host": "127.0.0.1:8000"}).status_code == 200


def test_no_page_for_people_repeats_the_host_it_was_asked_under(
    installation: Installation,
) -> None:
    client = installation.app.test_client()
    for path in (
        "/",
        "/was",
        "/cookies",
        "/findes-ikke",
        "/k",
        SIGN_IN,
        "/arbejdsrum/",
        "/offline",
    ):
        page = client.get(path, headers={"Host": EVIL, "X-Forwarded-Host": EVIL})
        assert EVIL not in page.get_data(as_text=True), path
        assert EVIL not in page.headers.get("Location", ""), path


def test_e_mails_lead_to_the_public_address_and_are_not_sent_without_one(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('[mail]\nhost = "h"\nsender = "a@b.example"\n')
    with pytest.raises(SettingsRefused, match="expected public_address, which e-mails lead to"):
        load_settings(tmp_path)


ELSEWHERE = ["//evil.example", "/\\evil.example", "https://evil.example", "\\\\evil.example",
             "/\t/evil.example", "javascript:alert(1)", "///evil.example", "/\x00/evil.example",
             "evil.example", "/%0d%0aLocation:%20https://evil.example\r\nX: y"]  # fmt: skip


@pytest.mark.parametrize("wanted", ELSEWHERE)
@pytest.mark.parametrize("path", ["/sprog", "/visning"])
def test_going_on_leads_nowhere_else(installation: Installation, path: str, wanted: str) -> None:
    visitor = installation.visitor().get("/")
    token = visitor.form("/sprog")["csrf_token"]
    page = visitor.client.post(path, data={"csrf_token": token, "language": "en", "next": wanted})
    assert page.status_code == 303
    assert page.headers["Location"] == "/"


def test_signing_in_leads_nowhere_else(installation: Installation) -> None:
    add_person(installation)
    for query in ("?next=https://evil.example", "?next=//evil.example"):
        visitor = installation.visitor()
        visitor.get(f"/arbejdsrum/{query}").submit(SIGN_IN, name=NAME, password=PASSWORD)
        assert visitor.path == "/arbejdsrum/"
        assert visitor.page is not None
        assert visitor.page.request.host == "localhost"


def test_nothing_that_is_sent_becomes_a_header(installation: Installation) -> None:
    client = installation.app.test_client()
    for path in ("/k/x%0d%0aSet-Cookie:%20a=b", "/tablet/ny/x%0d%0aX-Evil:%201",
                 "/aaben/%0d%0aX-Evil:1", "/arbejdsrum/%0d%0aX-Evil:1"):  # fmt: skip
        headers = client.get(path).headers
        assert "X-Evil" not in headers
        assert "a=b" not in str(headers.getlist("Set-Cookie"))


# ---- Sessions ----


def test_a_session_planted_before_signing_in_is_worth_nothing_afterwards(
    installation: Installation,
) -> None:
    add_person(installation)
    attacker = installation.visitor().get(SIGN_IN)
    planted = attacker.client.get_cookie("sitting")
    assert planted is not None
    victim = installation.visitor()
    victim.client.set_cookie("sitting", planted.value)
    enter(victim)
    held = victim.client.get_cookie("sitting")
    assert held is not None
    assert held.value != planted.value
    assert attacker.get("/arbejdsrum/").path == SIGN_IN


def test_a_session_planted_on_somebody_who_answers_is_worth_nothing_either(
    installation: Installation,
) -> None:
    attacker = installation.visitor().get("/")
    planted = attacker.client.get_cookie("sitting")
    assert planted is not None
    [code] = installation.invite("p1")
    victim = installation.visitor()
    victim.client.set_cookie("sitting", planted.value)
    assert victim.enter(code).path == "/om"
    assert attacker.get("/om").status == 403


def test_a_session_whose_words_were_changed_is_nobodys(installation: Installation) -> None:
    add_person(installation)
    visitor = enter(installation.visitor())
    cookie = visitor.client.get_cookie("sitting")
    assert cookie is not None
    body, stamp, signature = cookie.value.rsplit(".", 2)
    forged = [
        f"{body}.{stamp}.{signature[:-2]}AA", f"{body[:-2]}AA.{stamp}.{signature}",
        f"{body}.AAAAAA.{signature}", body, "", ".", f"{body}.{stamp}.",
        _signed_with_another_key(installation.app, visitor.client),
    ]  # fmt: skip
    for value in forged:
        other = installation.visitor()
        other.client.set_cookie("sitting", value)
        assert other.get("/arbejdsrum/").path == SIGN_IN, value


def _signed_with_another_key(app: Flask, client: FlaskClient) -> str:
    from flask.sessions import SecureCookieSessionInterface

    with client.session_transaction() as session:
        content = dict(session)
    stranger = Flask("stranger")
    stranger.secret_key = b"\x00" * 32
    serializer = SecureCookieSessionInterface().get_signing_serializer(stranger)
    assert serializer is not None
    assert app.secret_key != stranger.secret_key
    return str(serializer.dumps(content))


# ---- Forged requests ----


def test_every_page_that_takes_a_form_refuses_one_without_its_token(
    installation: Installation,
) -> None:
    """Ids made up or not, the token is asked for: nothing is stored whatever is posted."""
    from test_routes import path_of

    app = installation.app
    add_person(installation)
    # They change nothing but what their own sealed ticket was made for, and read no cookie.
    tickets = {"offline.answers", "offline.waiting"}
    evaluator, person = cookie_of(enter(installation.visitor())), cookie_of(begun(installation))
    before = installation.contents()
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.endpoint in tickets:
            continue
        client, answers = app.test_client(), rule.endpoint.startswith(("answer", "kiosk"))
        client.set_cookie("sitting", person if answers else evaluator)
        address, _ = path_of(app, rule.endpoint)
        page = client.post(address, data={"name": "x", "code": "x"})
        # 404: the made-up id was looked for first; 409: so was the page's own token.
        assert page.status_code in {400, 403, 404, 409, 303}, (rule.endpoint, page.status_code)
        if page.status_code == 303:
            assert access_rule_of(app, rule.endpoint) in set(Access), rule.endpoint
    after = installation.contents()
    for table in before.keys() - {"audit_entry"}:
        assert after[table] == before[table], table


# ---- Pages out of turn ----


def test_an_answer_posted_again_later_changes_what_it_says_and_nothing_more(
    installation: Installation,
) -> None:
    visitor = begun(installation).question(1)
    form = visitor.form("/svar/1")
    value = visitor.offered[0]
    for _ in range(3):
        visitor.client.post("/svar/1", data={**form, "answer": value})
    [answers] = answers_of(installation).values()
    assert len(answers) == 1


def test_a_page_is_refused_for_another_question_another_response_and_after_sending(
    installation: Installation,
) -> None:
    first, second = begun(installation, "p1"), begun(installation, "p2")
    form = first.question(2).form("/svar/2")
    value = first.offered[0]
    before = answers_of(installation)
    # The page of question 2 posted to question 3; and in another person's browser.
    assert first.client.post("/svar/3", data={**form, "answer": value}).status_code == 409
    other = second.question(2).form("/svar/2")
    stolen = {**other, "page": form["page"], "answer": value}
    assert second.client.post("/svar/2", data=stolen).status_code == 409
    assert answers_of(installation) == before
    first.answer_first(3)
    first.send()
    sent = answers_of(installation)
    kept = first.client.post("/svar/2", data={**form, "answer": "1"})
    assert kept.status_code in {303, 400, 403, 409}
    assert answers_of(installation) == sent


def test_nobody_reads_a_response_by_its_id(installation: Installation) -> None:
    owner = begun(installation, "p1")
    owner.answer_first(2)
    with owner.client.session_transaction() as session:
        response_id = session["sitting"]["response"]
    stranger = begun(installation, "p2")
    cookie = stranger.client.get_cookie("sitting")
    assert cookie is not None
    for place in ("/svar/", "/om?response=", "/gennemse?id=", "/offline/sitting?response="):
        path = place + response_id
        page = stranger.client.get(path)
        assert response_id not in page.get_data(as_text=True)
    # The signed cookie names the response; with another's id in it, it is nobody's.
    stranger.client.set_cookie("sitting", cookie.value.replace(cookie.value[:20], "e" * 20))
    assert stranger.get("/om").status == 403


# ---- Sizes and files ----


def test_what_is_too_large_is_refused_before_it_is_read(installation: Installation) -> None:
    client = installation.app.test_client()
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        page = client.post("/", data=b"x" * 300_000, content_type=kind)
        assert page.status_code in {400, 413}
    many = "&".join(f"f{number}=1" for number in range(200_000))
    page = client.post("/", data=many, content_type="application/x-www-form-urlencoded")
    assert page.status_code == 413
    assert "Der blev sendt for meget" in page.get_data(as_text=True)


def test_a_file_where_a_text_belongs_and_a_text_where_a_file_belongs_are_not_taken(
    installation: Installation,
) -> None:
    from io import BytesIO

    visitor = installation.visitor().get("/")
    token = visitor.form("/")["csrf_token"]
    page = visitor.client.post(
        "/", data={"csrf_token": token, "code": (BytesIO(b"1000-0000-00H"), "code.txt")}
    )
    assert page.status_code == 400
    assert "Skriv koden" in page.get_data(as_text=True)
    stolen = visitor.client.post("/", data={"csrf_token": (BytesIO(token.encode()), "t")})
    assert stolen.status_code == 400
    typed = visitor.client.post("/", json={"csrf_token": token, "code": 17})
    assert typed.status_code == 400


def test_questionnaires_in_yaml_make_no_objects(tmp_path: Path) -> None:
    from survey_service.catalogue import CatalogueError, read_instrument_file

    marker = tmp_path / "made"
    for attack in (f"!!python/object/apply:os.mkdir ['{marker}']", "!!python/name:os.system",
                   f"key: !!python/object/new:os.mkdir ['{marker}']", "a: &a [*a]",
                   "!ukendt {a: 1}"):  # fmt: skip
        file = tmp_path / f"{uuid4().hex}.yaml"
        file.write_text(attack)
        with pytest.raises(CatalogueError):
            read_instrument_file(file)
        assert not marker.exists()
