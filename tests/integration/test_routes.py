"""Every route declares who may open it, and every refusal has its calm page."""

import logging
from uuid import uuid4

import pytest
from builders import Installation, Visitor
from flask import Flask
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from survey_service.accounts.sign_in import Role, add_user
from survey_service.texts import load_texts
from survey_service.web import errors
from survey_service.web.access import Access, access_rule_of
from survey_service.web.errors import REFUSALS
from survey_service.web.language import TEXTS

# Whoever adds a route adds it here, having thought of who may open it.
PUBLIC = {
    "answer.accessibility", "answer.answer", "answer.audio", "answer.consent", "answer.cookies",
    "answer.delete", "answer.deleted", "answer.enter", "answer.finish", "answer.follow_code",
    "answer.follow_link", "answer.introduction", "answer.letter", "answer.notice",
    "answer.own_data", "answer.pause", "answer.pause_code", "answer.practice", "answer.question",
    "answer.review", "answer.send", "answer.stop", "answer.switch_display",
    "answer.switch_language", "answer.take_break", "answer.thanks", "answer.withdraw",
    "answer.withdrawn", "kiosk.ask_if_new", "kiosk.begin", "kiosk.end", "kiosk.goodbye",
    "kiosk.resume", "kiosk.start", "kiosk.still_there", "offline.answers", "offline.manifest",
    "offline.questions", "offline.reach", "offline.script", "offline.service_worker",
    "offline.shell", "offline.sitting", "offline.waiting", "static", "workspace.sign_in",
    "workspace.sign_in_code", "workspace.sign_out", "workspace.single_sign_on",
    "workspace.single_sign_on_return",
}  # fmt: skip
PASSWORD = "en lang adgangskode"


def endpoints(app: Flask) -> set[str]:
    return {rule.endpoint for rule in app.url_map.iter_rules()}


def path_of(app: Flask, endpoint: str) -> tuple[str, str]:
    """An address of the endpoint with made-up values, and a method it takes."""
    [rule, *_] = app.url_map.iter_rules(endpoint)
    values: dict[str, object] = {}
    for name in rule.arguments:
        kind = type(rule._converters[name]).__name__
        values[name] = {"UUIDConverter": uuid4(), "IntegerConverter": 1}.get(kind, "x")
        if kind == "AnyConverter":
            values[name] = min(rule._converters[name].items)
    with app.test_request_context():
        from flask import url_for

        address = url_for(endpoint, **values)  # type: ignore[arg-type]
    return address, "GET" if "GET" in (rule.methods or ()) else "POST"


def test_every_route_declares_its_access_rule(installation: Installation) -> None:
    app = installation.app
    missing = [found for found in endpoints(app) if access_rule_of(app, found) is None]
    assert missing == []


def test_exactly_these_routes_are_public(installation: Installation) -> None:
    app = installation.app
    public = {found for found in endpoints(app) if access_rule_of(app, found) is Access.PUBLIC}
    assert public == PUBLIC


def test_public_routes_need_no_signing_in(installation: Installation) -> None:
    # The second step of signing in leads to the first where somebody skips it.
    for endpoint in PUBLIC - {"static", "workspace.sign_in_code"}:
        address, method = path_of(installation.app, endpoint)
        page = installation.app.test_client().open(address, method=method)
        assert "/log-ind" not in page.headers.get("Location", ""), endpoint
        assert page.status_code < 500, endpoint


def test_all_other_routes_ask_to_sign_in_whatever_the_method(installation: Installation) -> None:
    protected = endpoints(installation.app) - PUBLIC
    assert protected
    for endpoint in protected:
        address, _ = path_of(installation.app, endpoint)
        for rule in installation.app.url_map.iter_rules(endpoint):
            for method in (rule.methods or set()) - {"OPTIONS"}:
                page = installation.app.test_client().open(address, method=method)
                assert page.status_code == 303, (endpoint, method)
                assert page.headers["Location"].endswith("/arbejdsrum/log-ind"), endpoint


def test_a_route_without_a_rule_is_closed(installation: Installation) -> None:
    with installation.context():
        installation.app.view_functions["forgotten"] = lambda: "open"
    installation.app.url_map.add(
        installation.app.url_rule_class("/forgotten", endpoint="forgotten", methods=["GET"])
    )
    assert installation.app.test_client().get("/forgotten").status_code == 403


def test_an_unknown_role_may_nothing(installation: Installation, visitor: Visitor) -> None:
    with installation.context():
        add_user("a@kommune.example", PASSWORD, "visitor", None)  # type: ignore[arg-type]
    visitor.get("/arbejdsrum/log-ind")
    fields = {"name": "a@kommune.example", "password": PASSWORD}
    visitor.submit("/arbejdsrum/log-ind", **fields)
    assert visitor.get("/arbejdsrum/").status == 403


@pytest.mark.parametrize("role", list(Role))
def test_who_signs_in_sees_the_projects(
    installation: Installation, visitor: Visitor, role: Role
) -> None:
    with installation.context():
        add_user("A@kommune.example", PASSWORD, role, installation.municipality_id)
    visitor.get("/arbejdsrum/log-ind")
    visitor.submit("/arbejdsrum/log-ind", name=" a@KOMMUNE.example ", password=PASSWORD)
    assert visitor.path == "/arbejdsrum/"
    assert "Fælles mål" in visitor.text


@pytest.mark.parametrize(
    ("name", "password"),
    [("a@kommune.example", "forkert adgangskode"), ("b@kommune.example", PASSWORD), ("", "")],
)
def test_a_wrong_name_and_a_wrong_password_look_the_same(
    installation: Installation, visitor: Visitor, name: str, password: str
) -> None:
    with installation.context():
        add_user("a@kommune.example", PASSWORD, Role.EVALUATOR, None)
    visitor.get("/arbejdsrum/log-ind")
    visitor.submit("/arbejdsrum/log-ind", name=name, password=password)
    assert visitor.status == 400
    assert load_texts(TEXTS)["error.sign_in_failed"].read_in("da") in visitor.text
    assert visitor.get("/arbejdsrum/").path == "/arbejdsrum/log-ind"


def test_an_account_of_another_municipality_does_not_see_the_project(
    installation: Installation, visitor: Visitor
) -> None:
    from survey_service.storage import projects
    from survey_service.storage.database import writing

    with installation.context():
        with writing() as session:
            elsewhere = projects.add_municipality(session, "herning", "Herning Kommune")
        add_user("h@kommune.example", PASSWORD, Role.EVALUATOR, elsewhere)
    visitor.get("/arbejdsrum/log-ind")
    visitor.submit("/arbejdsrum/log-ind", name="h@kommune.example", password=PASSWORD)
    assert "Fælles mål" not in visitor.text
    project, wave = installation.project_id, installation.waves["baseline"]
    for path in (f"/arbejdsrum/projekt/{project}", f"/arbejdsrum/projekt/{project}/resultater",
                 f"/arbejdsrum/maaling/{wave}/luk"):  # fmt: skip
        assert visitor.get(path).status == 404, path


def test_passwords_are_kept_as_argon2id(installation: Installation) -> None:
    with installation.context():
        add_user("a@kommune.example", PASSWORD, Role.EVALUATOR, None)
    [account] = installation.rows("account")
    assert str(account["password_hash"]).startswith("$argon2id$")


# ---- Refusals ----


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda kind: kind.__name__)
def test_each_refusal_shows_its_status_and_its_page(
    installation: Installation,
    visitor: Visitor,
    monkeypatch: pytest.MonkeyPatch,
    refusal: type[Exception],
    language: str,
) -> None:
    if language == "en":
        visitor.get("/").submit("/sprog")

    def refuse() -> None:
        raise refusal("an inside matter")

    refuse.access_rule = Access.PUBLIC  # type: ignore[attr-defined]
    monkeypatch.setitem(installation.app.view_functions, "answer.deleted", refuse)
    visitor.get("/slettet")
    expected = REFUSALS[refusal]
    heading = load_texts(TEXTS)[f"error.{expected.key}.heading"].read_in(language)
    message = load_texts(TEXTS)[f"error.{expected.key}.message"].read_in(language)
    assert visitor.status == expected.status
    assert visitor.heading == heading
    assert message in visitor.text
    assert "inside" not in visitor.html
    assert f'lang="{language}"' in visitor.html
    with installation.app.test_request_context():
        from flask import url_for

        assert f'href="{url_for(expected.next_endpoint)}"' in visitor.html


def test_subclasses_of_a_refusal_show_its_page(
    installation: Installation, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Special(CSRFError):  # type: ignore[misc]
        pass

    def refuse() -> None:
        raise Special

    refuse.access_rule = Access.PUBLIC  # type: ignore[attr-defined]
    monkeypatch.setitem(installation.app.view_functions, "answer.deleted", refuse)
    assert visitor.get("/slettet").status == 400


def test_every_refusal_of_answering_has_its_page_or_its_place_in_the_form() -> None:
    from survey_service.fieldwork import answering

    in_the_form = {answering.AnswerRefused, answering.TextTooLong}
    # These lead to the thank-you page, and to where one says yes.
    elsewhere = {answering.AlreadySent, answering.ConsentMissing}
    known = set(answering.AnsweringRefused.__subclasses__())
    assert known == in_the_form | elsewhere | (known & set(REFUSALS))


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_failure_tells_nothing_and_its_message_is_not_logged(
    installation: Installation,
    visitor: Visitor,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    language: str,
) -> None:
    if language == "en":
        visitor.get("/").submit("/sprog")

    def fail() -> None:
        raise ValueError("what somebody answered")

    fail.access_rule = Access.PUBLIC  # type: ignore[attr-defined]
    monkeypatch.setitem(installation.app.view_functions, "answer.deleted", fail)
    caplog.set_level(logging.DEBUG)
    visitor.get("/slettet")
    heading = load_texts(TEXTS)["error.server.heading"].read_in(language)
    assert (visitor.status, visitor.heading) == (500, heading)
    for told in ("ValueError", "somebody", "Traceback"):
        assert told not in visitor.html
    assert "ValueError at " in caplog.text
    assert "somebody" not in caplog.text
    assert "/slettet" not in caplog.text


def test_a_failure_of_the_error_page_itself_is_logged_without_address_or_message(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_args: object) -> None:
        raise ValueError("what somebody answered")

    monkeypatch.setattr(errors, "render_template", fail)
    monkeypatch.setattr(errors, "choose_language", fail)
    caplog.set_level(logging.DEBUG)
    page = installation.app.test_client().get("/ingen/1000-0000-00H")
    assert page.status_code == 500
    assert "ValueError at " in caplog.text
    assert "somebody" not in caplog.text
    assert "1000" not in caplog.text
    text = page.get_data(as_text=True)
    assert text == load_texts(TEXTS)["error.server.message"].read_in("da")


@pytest.mark.parametrize(("path", "method", "status"), [
    ("/findes-ikke", "GET", 404), ("/send", "GET", 405), ("/", "DELETE", 405),
    ("/svar/abc", "GET", 404),
])  # fmt: skip
def test_pages_that_are_not_there_are_calm(
    visitor: Visitor, path: str, method: str, status: int
) -> None:
    visitor.page = visitor.client.open(path, method=method)
    assert (visitor.status, visitor.heading) == (status, "Siden findes ikke")


def test_staff_are_told_of_their_projects_and_not_of_a_letter(visitor: Visitor) -> None:
    for path in ("/arbejdsrum/findes-ikke", "/arbejdsrum/projekt/0/1"):
        visitor.get(path)
        assert (visitor.status, visitor.heading) == (404, "Siden findes ikke")
        assert "begynd med koden" not in visitor.text
        assert "Gå til dine projekter" in visitor.text
        assert 'href="/arbejdsrum/"' in visitor.html
    assert "begynd med koden" in visitor.get("/arbejdsrummet").text


def test_every_status_the_server_may_give_becomes_a_page(
    installation: Installation, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from werkzeug.exceptions import default_exceptions

    for code, kind in default_exceptions.items():

        def refuse(kind: type[HTTPException] = kind) -> None:
            raise kind("an inside matter")

        refuse.access_rule = Access.PUBLIC  # type: ignore[attr-defined]
        monkeypatch.setitem(installation.app.view_functions, "answer.deleted", refuse)
        visitor.page = visitor.client.get("/slettet")
        assert visitor.status == (min(500, code))
        assert visitor.heading
        assert "inside" not in visitor.html
