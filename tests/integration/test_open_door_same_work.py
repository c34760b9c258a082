"""Codes and names that do not fit: the same reply for the same work, whatever is wrong."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from accounts_builder import NAME, SIGN_IN, add_person
from builders import TODAY, Installation, Visitor, count_queries

from survey_service.accounts import passwords
from survey_service.fieldwork.access_codes import format_code, make_code
from survey_service.fieldwork.letter_links import make_letter_token
from survey_service.fieldwork.pausing import make_pause_code
from survey_service.storage import accounts
from survey_service.storage.database import writing
from survey_service.storage.keys import Key


def a_code_nobody_has() -> str:
    return make_code(lambda bits: 0x2AAAAAAAAAAAA & ((1 << bits) - 1))


def sent_code(installation: Installation) -> str:
    """A code whose holder has answered and sent."""
    [code] = installation.invite("used", audience="staff")
    person = installation.visitor().enter(code)
    person.get("/om")
    if "/ja" in person.html:
        person.submit("/ja")
    person.answer_first(3).send()
    assert person.path == "/tak", person.text
    return code


def code_of_closed_wave(installation: Installation) -> str:
    """A code of a wave that was open and is closed."""
    installation.open_wave("final")
    [code] = installation.invite("closed", wave="final")
    installation.close_wave("final")
    return code


def expired_pause_code(installation: Installation) -> str:
    """A pause code of the day before yesterday."""
    link = installation.open_link("staff")
    person = installation.visitor().get(f"/aaben/{link}")
    with person.client.session_transaction() as session:
        response_id = UUID(hex=session["sitting"]["response"])
    with installation.context():
        return make_pause_code(installation.keys, response_id, TODAY - timedelta(days=3))


def used_pause_code(installation: Installation) -> str:
    """A pause code somebody came back with."""
    link = installation.open_link("relative")
    person = installation.visitor().get(f"/aaben/{link}")
    with person.client.session_transaction() as session:
        response_id = UUID(hex=session["sitting"]["response"])
    with installation.context():
        code = make_pause_code(installation.keys, response_id, TODAY)
    assert installation.visitor().enter(code).path == "/om"
    return code


WRONG_CODES: dict[str, Callable[[Installation], str]] = {
    "unknown": lambda _installation: a_code_nobody_has(),
    "used": sent_code,
    "closed": code_of_closed_wave,
    "expired pause": expired_pause_code,
    "used pause": used_pause_code,
}


class Work:
    """What a request cost: its statements, and how often something was hashed with a key."""

    def __init__(self, installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
        self.installation = installation
        self.hashes = 0
        original = Key.derive

        def counted(key: Key, purpose: str) -> bytes:
            self.hashes += 1
            return original(key, purpose)

        monkeypatch.setattr(Key, "derive", counted)

    def of(self, act: Callable[[], object]) -> tuple[list[str], int]:
        """Return the statements `act` needs, and the number of keyed hashes."""
        before = self.hashes
        statements = count_queries(self.installation.app, act)
        return statements, self.hashes - before


def reply_of(visitor: Visitor, typed: str) -> str:
    """The page without what was typed and without its token, which is another each time."""
    html = visitor.html.replace(typed, "CODE").replace(format_code(typed), "CODE")
    return re.sub(r'name="csrf_token" value="[^"]+"', "", html)


@pytest.mark.parametrize("path", ["/", "/fortryd", "/mine-svar"])
def test_codes_that_do_not_fit_get_the_same_reply_for_the_same_work(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    codes = {name: make(installation) for name, make in WRONG_CODES.items()}
    work = Work(installation, monkeypatch)
    found = {}
    for name, code in codes.items():
        visitor = installation.visitor()
        visitor.get(path)
        fields = {**visitor.form(path), "code": code}
        cost = work.of(lambda visitor=visitor, fields=fields: visitor.post(path, **fields))
        assert visitor.status == 400, name
        found[name] = (cost, reply_of(visitor, code))
    assert found["unknown"][0][1] > 0, "nothing was hashed: the test measures nothing"
    assert len(found["unknown"][0][0]) > 0
    for name, seen in found.items():
        assert seen == found["unknown"], name


def test_a_letters_address_that_was_used_costs_what_an_unknown_one_costs(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = sent_code(installation)
    [begun] = installation.invite("begun")
    installation.visitor().enter(begun)
    wave_key = installation.keys.wave_key(installation.waves["baseline"])
    stranger = Key(bytes(32))
    tokens = {
        "unknown": make_letter_token(stranger, a_code_nobody_has()),
        "used": make_letter_token(wave_key, used),
        "begun": make_letter_token(wave_key, begun),
        "not one": "intet",
        "nothing": "",
        "not base64": "æøå%%%",
    }
    work = Work(installation, monkeypatch)
    found = {}
    for name, token in tokens.items():
        visitor = installation.visitor()
        visitor.get("/k")
        fields = {"csrf_token": visitor.form("/k")["csrf_token"], "token": token}
        cost = work.of(lambda visitor=visitor, fields=fields: visitor.post("/k", **fields))
        assert visitor.status == 400, name
        found[name] = (cost, re.sub(r'name="csrf_token" value="[^"]+"', "", visitor.html))
    assert found["used"][0][1] > 0
    for name, seen in found.items():
        assert seen == found["unknown"], name


def test_an_open_link_of_a_closed_wave_looks_and_costs_like_one_that_never_was(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.open_wave("final")
    closed = installation.open_link("staff", wave="final")
    installation.close_wave("final")
    work = Work(installation, monkeypatch)
    found = {}
    for token in (closed, "x" * len(closed), "kort"):
        visitor = installation.visitor()
        cost = work.of(lambda visitor=visitor, token=token: visitor.get(f"/aaben/{token}"))
        assert visitor.status == 404
        found[token] = (cost, re.sub(r'name="csrf_token" value="[^"]+"', "", visitor.html))
    assert len(set(map(repr, found.values()))) == 1, found


def test_an_unknown_name_a_wrong_password_and_a_disabled_account_are_one_and_the_same(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_person(installation)
    disabled = add_person(installation, "birk@kommune.example")
    with installation.context(), writing() as session:
        accounts.set_disabled(session, disabled, is_disabled=True)
    verified: list[str] = []
    verify = passwords._hasher.verify

    class Counting:
        """The hasher, counting what it is asked."""

        def verify(self, stored: str, password: str) -> bool:
            verified.append(stored[:9])
            return bool(verify(stored, password))

        def __getattr__(self, name: str) -> object:
            return getattr(original, name)

    original = passwords._hasher
    monkeypatch.setattr(passwords, "_hasher", Counting())
    found = {}
    for name, password in ((NAME, "forkert adgangskode"), ("nobody@kommune.example", "x" * 12),
                           ("birk@kommune.example", "fire grønne hatte")):  # fmt: skip
        verified.clear()
        visitor = installation.visitor()
        visitor.get(SIGN_IN)
        fields = {**visitor.form(SIGN_IN), "name": name, "password": password}
        statements = count_queries(
            installation.app, lambda visitor=visitor, fields=fields: visitor.post(SIGN_IN, **fields)
        )
        assert visitor.status == 400, name
        page = re.sub(r'name="csrf_token" value="[^"]+"', "", visitor.html.replace(name, "NAME"))
        found[name] = (len(statements), list(verified), page)
    assert found[NAME][1] == ["$argon2id"]
    assert len(set(map(repr, found.values()))) == 1, found
