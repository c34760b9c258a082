"""Signing in with the municipality's own login, against a real OpenID Connect provider.

The provider is npm's oidc-provider, started on loopback by node; the person in front of the browser
is an HTTP client that fills in the provider's own forms.
"""

import fcntl
import json
import logging
import re
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from builders import Installation, Visitor
from werkzeug.test import TestResponse

from survey_service.accounts.sign_in import Role, add_user
from survey_service.storage import accounts
from survey_service.storage.database import writing

pytestmark = pytest.mark.long

HERE = Path(__file__).parents[1] / "single_sign_on"
VERSION = json.loads((HERE / "package.json").read_text())["dependencies"]["oidc-provider"]
SIGN_IN = "/arbejdsrum/log-ind"
AWAY, BACK = f"{SIGN_IN}/andet-login", f"{SIGN_IN}/andet-login/retur"
PUBLIC = "http://127.0.0.1:5999"
PASSWORD = "en lang adgangskode"
SOFIE = {"email": "Sofie@Kommune.example", "email_verified": True}


class Provider:
    """The municipality's identity provider, and what it knows of people."""

    def __init__(self, folder: Path, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.people_file = folder / "people.json"
        self.know()

    def know(self, **people: dict[str, object]) -> None:
        """Know these people by the name they type, and nobody else."""
        self.people_file.write_text(json.dumps(people))

    def answer(self, address: str, login: str = "sofie") -> str:
        """Sign in at the provider's pages, and return the address it sends the browser back to."""
        with requests.Session() as browser:
            page = browser.get(address, allow_redirects=False, timeout=10)
            for _ in range(12):
                if page.is_redirect:
                    onward = page.headers["Location"]
                    if onward.startswith(PUBLIC):
                        return onward
                    page = browser.get(
                        requests.compat.urljoin(page.url, onward), allow_redirects=False, timeout=10
                    )
                    continue
                form = re.search(r'<form[^>]*action="([^"]+)"', page.text)
                assert form is not None, page.text
                prompt = re.search(r'name="prompt" value="(\w+)"', page.text)
                assert prompt is not None, page.text
                fields = {"prompt": prompt[1], "login": login, "password": "whatever"}
                page = browser.post(
                    unescape(form[1]), data=fields, allow_redirects=False, timeout=10
                )
        raise AssertionError("the provider sent the browser round in circles")


@pytest.fixture(scope="session")
def provider_package() -> Path:
    """The provider's code, installed once into the (ignored) node_modules beside its script."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed")
    installed = HERE / "node_modules/oidc-provider/package.json"
    (HERE / "node_modules").mkdir(exist_ok=True)
    with (HERE / "node_modules/.installing").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not installed.exists() or json.loads(installed.read_text())["version"] != VERSION:
            command = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund",
                       "--ignore-scripts", "--loglevel=error"]  # fmt: skip
            done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
            if done.returncode:
                pytest.skip(f"oidc-provider cannot be installed: {done.stderr[-200:]}")
    return HERE


@contextmanager
def serve(folder: Path, *, claims_in_token: bool) -> Iterator[Provider]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    provider = Provider(folder, port)
    settings = folder / "provider.json"
    settings.write_text(
        json.dumps(
            {
                "port": port,
                "redirect_uri": PUBLIC + BACK,
                "people": str(provider.people_file),
                "claims_in_token": claims_in_token,
            }
        )
    )
    log = folder / "provider.log"
    with log.open("w") as stderr:
        process = subprocess.Popen(
            ["node", str(HERE / "provider.mjs"), str(settings)],
            stdout=subprocess.PIPE, stderr=stderr, text=True,
        )  # fmt: skip
    try:
        assert process.stdout is not None
        assert any(line.strip() == "ready" for line in process.stdout), log.read_text()
        yield provider
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stdout.close()


@pytest.fixture(scope="module")
def running(
    provider_package: Path,  # noqa: ARG001 - without it there is nothing to run
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Provider]:
    with serve(tmp_path_factory.mktemp("provider"), claims_in_token=False) as provider:
        yield provider


@pytest.fixture
def provider(running: Provider) -> Provider:
    """A provider that knows Sofie, whose e-mail it has verified."""
    running.know(sofie=SOFIE)
    return running


Configure = Callable[..., Installation]


@pytest.fixture
def configure(build: Callable[..., Installation], tmp_path: Path) -> Configure:
    """Build an installation that names an issuer, with an account for Sofie."""

    def make(issuer: str, *, account: str | None = "sofie@kommune.example") -> Installation:
        folder = tmp_path / "instance"
        folder.mkdir()
        secret = folder / "provider.secret"
        secret.write_text("kept by the provider and the service\n")
        secret.chmod(0o600)
        (folder / "settings.toml").write_text(
            f'public_address = "{PUBLIC}"\n'
            f'[single_sign_on]\nname = {{da = "Kommunens login", en = "Municipal login"}}\n'
            f'issuer = "{issuer}"\nclient_id = "measuring"\n'
            'client_secret_file = "provider.secret"\n',
            encoding="utf-8",
        )
        installation = build()
        if account is not None:
            with installation.context():
                add_user(account, PASSWORD, Role.EVALUATOR, installation.municipality_id,
                         must_change_password=True)  # fmt: skip
        return installation

    return make


@pytest.fixture
def ready(configure: Configure, provider: Provider) -> Installation:
    return configure(provider.issuer)


def leave(visitor: Visitor) -> str:
    """Press the button, and return where it leads."""
    page = visitor.get(SIGN_IN)
    assert f'href="{AWAY}"' in page.html
    answer = visitor.client.get(AWAY)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"]


def come_back(visitor: Visitor, address: str) -> Visitor:
    """Follow the provider back, and where that leads."""
    assert address.startswith(PUBLIC + BACK)
    return visitor.get(address.removeprefix(PUBLIC))


def sign_in(visitor: Visitor, provider: Provider, login: str = "sofie") -> Visitor:
    return come_back(visitor, provider.answer(leave(visitor), login))


def link_of(installation: Installation) -> object:
    [account] = installation.rows("account")
    return account["single_sign_on_id"]


def change(address: str, **values: str) -> str:
    """The address with other values in its query."""
    parts = urlsplit(address)
    query = {name: found[0] for name, found in parse_qs(parts.query).items()} | values
    return parts._replace(query=urlencode(query)).geturl()


# ---- Who comes in ----


def test_the_first_time_the_account_with_the_verified_e_mail_is_linked(
    ready: Installation, provider: Provider
) -> None:
    visitor = sign_in(ready.visitor(), provider)
    assert visitor.path == "/arbejdsrum/"
    assert "sofie@kommune.example" in visitor.text
    assert link_of(ready) == f"{provider.issuer}|sofie"


def test_the_one_time_password_of_a_new_account_need_not_be_changed_first(
    ready: Installation, provider: Provider
) -> None:
    assert "Fælles mål" in sign_in(ready.visitor(), provider).text


def test_from_then_on_who_they_are_counts_and_not_their_e_mail(
    ready: Installation, provider: Provider
) -> None:
    sign_in(ready.visitor(), provider)
    provider.know(sofie={"email": "gift@kommune.example", "email_verified": False})
    assert sign_in(ready.visitor(), provider).path == "/arbejdsrum/"


def test_the_next_owner_of_an_e_mail_does_not_get_the_account(
    ready: Installation, provider: Provider
) -> None:
    sign_in(ready.visitor(), provider)
    provider.know(new=SOFIE)
    visitor = sign_in(ready.visitor(), provider, "new")
    assert (visitor.status, visitor.heading) == (403, "Du har ikke adgang endnu")
    assert link_of(ready) == f"{provider.issuer}|sofie"


def test_claims_that_stand_in_the_token_itself_are_taken(
    provider_package: Path,  # noqa: ARG001 - without it there is nothing to run
    configure: Configure,
    tmp_path: Path,
) -> None:
    with serve(tmp_path, claims_in_token=True) as provider:
        provider.know(sofie=SOFIE)
        assert sign_in(configure(provider.issuer).visitor(), provider).path == "/arbejdsrum/"


@pytest.mark.parametrize(
    "known",
    [
        {"email": "en.anden@kommune.example", "email_verified": True},
        {"email": "sofie@kommune.example", "email_verified": False},
        {"email": "sofie@kommune.example"},
        {"email": "sofie@kommune.example", "email_verified": "false"},
        {},
    ],
    ids=["unknown", "unverified", "silent", "text", "without e-mail"],
)
def test_whoever_has_no_account_or_no_verified_e_mail_reads_the_same_words(
    ready: Installation, provider: Provider, known: dict[str, object]
) -> None:
    provider.know(sofie=known)
    visitor = sign_in(ready.visitor(), provider)
    assert (visitor.status, visitor.heading) == (403, "Du har ikke adgang endnu")
    assert link_of(ready) is None
    assert len(ready.rows("account")) == 1
    assert visitor.get("/arbejdsrum/").path == SIGN_IN


@pytest.mark.parametrize("is_linked", [True, False])
def test_a_disabled_account_stays_out(
    ready: Installation, provider: Provider, is_linked: bool
) -> None:
    if is_linked:
        sign_in(ready.visitor(), provider)
    [account] = ready.rows("account")
    with ready.context(), writing() as session:
        accounts.set_disabled(session, account["id"], is_disabled=True)  # type: ignore[arg-type]
    visitor = sign_in(ready.visitor(), provider)
    assert (visitor.status, visitor.heading) == (403, "Du har ikke adgang endnu")
    assert (link_of(ready) is not None) is is_linked


def test_it_leads_to_the_page_one_asked_for(ready: Installation, provider: Provider) -> None:
    visitor = ready.visitor()
    wanted = f"/arbejdsrum/projekt/{ready.project_id}"
    assert visitor.get(wanted).path == SIGN_IN
    assert sign_in(visitor, provider).path == wanted


def test_what_was_typed_when_a_session_ended_is_offered(
    ready: Installation, provider: Provider
) -> None:
    visitor = sign_in(ready.visitor(), provider)
    wave = ready.waves["baseline"]
    lifetime = ready.app.config["PERMANENT_SESSION_LIFETIME"]
    ready.app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(seconds=-1)
    visitor.client.post(f"/arbejdsrum/maaling/{wave}/luk", data={"note": "Et længere brev på Ærø"},
                        headers={"Sec-Fetch-Site": "same-origin"})  # fmt: skip
    ready.app.config["PERMANENT_SESSION_LIFETIME"] = lifetime
    assert sign_in(visitor, provider).path == "/arbejdsrum/fortsaet"
    assert "Et længere brev på Ærø" in visitor.text


# ---- What does not prove who somebody is ----


def refused(visitor: Visitor) -> bool:
    is_calm = (visitor.status, visitor.heading) == (400, "Vi kunne ikke logge dig ind")
    return is_calm and visitor.get("/arbejdsrum/").path == SIGN_IN


def test_the_way_to_the_provider_carries_proof_key_state_and_nonce(
    ready: Installation, provider: Provider
) -> None:
    address = leave(ready.visitor())
    assert address.startswith(f"{provider.issuer}/auth?")
    query = {name: found[0] for name, found in parse_qs(urlsplit(address).query).items()}
    assert query["response_type"] == "code"
    assert query["code_challenge_method"] == "S256"
    assert query["redirect_uri"] == PUBLIC + BACK
    # 32 random bytes are 43 characters of base64, and so is a SHA-256 hash.
    assert [len(query[name]) for name in ("state", "nonce", "code_challenge")] == [43, 43, 43]


def test_where_to_come_back_to_is_not_taken_from_the_host_header(ready: Installation) -> None:
    answer = ready.app.test_client().get(AWAY, headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in answer.headers.get("Location", "") + answer.get_data(as_text=True)


def test_another_state_is_refused(ready: Installation, provider: Provider) -> None:
    visitor = ready.visitor()
    address = provider.answer(leave(visitor))
    assert refused(come_back(visitor, change(address, state="x" * 43)))


@pytest.mark.parametrize("query", ["", "?code=x&state=y", "?state=%F0%9F%A6%8A", "?error=x"])
def test_a_return_of_nobody_who_left_is_refused(ready: Installation, query: str) -> None:
    assert refused(ready.visitor().get(BACK + query))


def test_the_return_of_one_browser_is_nothing_worth_in_another(
    ready: Installation, provider: Provider
) -> None:
    address = provider.answer(leave(ready.visitor()))
    other = ready.visitor()
    leave(other)
    assert refused(come_back(other, address))


def test_a_return_works_once(ready: Installation, provider: Provider) -> None:
    visitor = ready.visitor()
    address = provider.answer(leave(visitor))
    come_back(visitor, address).submit("/arbejdsrum/log-ud")
    assert refused(come_back(visitor, address))


def test_a_used_code_is_refused_by_the_provider_too(
    ready: Installation, provider: Provider
) -> None:
    visitor = ready.visitor()
    away = leave(visitor)
    with visitor.client.session_transaction() as session:
        remembered = dict(session["single_sign_on_pending"])
    address = provider.answer(away)
    come_back(visitor, address).submit("/arbejdsrum/log-ud")
    with visitor.client.session_transaction() as session:
        session["single_sign_on_pending"] = remembered
    assert refused(come_back(visitor, address))


def test_ten_minutes_later_it_is_too_late(ready: Installation, provider: Provider) -> None:
    visitor = ready.visitor()
    address = provider.answer(leave(visitor))
    later = datetime.now(UTC) + timedelta(minutes=10, seconds=5)
    ready.app.extensions["survey_now"] = lambda: later
    assert refused(come_back(visitor, address))


@pytest.mark.parametrize("field", ["nonce", "code_verifier"])
def test_a_token_of_another_sign_in_is_refused(
    ready: Installation, provider: Provider, field: str
) -> None:
    visitor = ready.visitor()
    away = leave(visitor)
    with visitor.client.session_transaction() as session:
        session["single_sign_on_pending"] |= {field: "x" * 43}
        session.modified = True
    assert refused(come_back(visitor, provider.answer(away)))


def test_an_answer_that_names_another_issuer_is_refused(
    ready: Installation, provider: Provider
) -> None:
    visitor = ready.visitor()
    address = provider.answer(leave(visitor))
    assert parse_qs(urlsplit(address).query)["iss"] == [provider.issuer]
    assert refused(come_back(visitor, change(address, iss="https://evil.example")))


def test_who_says_no_at_the_provider_comes_back_calmly(
    ready: Installation, provider: Provider
) -> None:
    visitor = ready.visitor()
    state = parse_qs(urlsplit(leave(visitor)).query)["state"][0]
    query = urlencode({"error": "access_denied", "state": state, "iss": provider.issuer})
    assert refused(visitor.get(f"{BACK}?{query}"))


# ---- Trouble at the provider ----


@pytest.mark.parametrize("kind", ["nobody listens", "another issuer"])
def test_when_the_provider_cannot_be_used_the_password_still_can(
    configure: Configure, provider: Provider, kind: str
) -> None:
    port = urlsplit(provider.issuer).port
    issuers = {"nobody listens": "http://127.0.0.1:9", "another issuer": f"http://localhost:{port}"}
    installation = configure(issuers[kind])
    visitor = installation.visitor().get(AWAY)
    assert (visitor.status, visitor.heading) == (503, "Det fælles login svarer ikke")
    assert "127.0.0.1" not in visitor.text
    visitor.get(SIGN_IN).submit(SIGN_IN, name="sofie@kommune.example", password=PASSWORD)
    assert visitor.path != SIGN_IN


def test_a_provider_that_goes_away_meanwhile_is_told_of_calmly(
    provider_package: Path,  # noqa: ARG001 - without it there is nothing to run
    configure: Configure,
    tmp_path: Path,
) -> None:
    with serve(tmp_path, claims_in_token=False) as provider:
        provider.know(sofie=SOFIE)
        visitor = configure(provider.issuer).visitor()
        address = provider.answer(leave(visitor))
    come_back(visitor, address)
    assert (visitor.status, visitor.heading) == (503, "Det fælles login svarer ikke")


def test_without_a_provider_there_is_no_button_and_no_page(installation: Installation) -> None:
    visitor = installation.visitor().get(SIGN_IN)
    assert "andet-login" not in visitor.html
    for path in (AWAY, BACK):
        assert visitor.get(path).status == 404


def test_the_button_says_the_logins_name(ready: Installation) -> None:
    visitor = ready.visitor().get(SIGN_IN)
    assert "Log ind med Kommunens login" in visitor.text
    assert "Sign in with Municipal login" in visitor.submit("/sprog").text


# ---- What is kept of it ----


def test_neither_the_log_nor_the_database_nor_the_cookie_hold_what_the_provider_handed_out(
    ready: Installation,
    provider: Provider,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    handed_out: list[str] = []
    send = requests.Session.send

    def listen(self: Any, prepared: Any, **options: Any) -> Any:
        answer = send(self, prepared, **options)
        if prepared.url.endswith("/token"):
            handed_out.extend(answer.json()[name] for name in ("access_token", "id_token"))
        return answer

    monkeypatch.setattr(requests.Session, "send", listen)
    caplog.set_level(logging.DEBUG)
    visitor = ready.visitor()
    address = provider.answer(leave(visitor))
    handed_out.append(parse_qs(urlsplit(address).query)["code"][0])
    come_back(visitor, address)
    assert visitor.path == "/arbejdsrum/"
    assert len(handed_out) == 3
    with visitor.client.session_transaction() as session:
        kept = json.dumps(dict(session))
    for secret in handed_out:
        assert secret not in caplog.text
        assert secret not in kept
        assert secret not in str(ready.contents())


def test_a_refusal_is_logged_without_anything_the_provider_wrote(
    ready: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    visitor = ready.visitor()
    state = parse_qs(urlsplit(leave(visitor)).query)["state"][0]
    visitor.get(f"{BACK}?error=sofie_is_ill&error_description=very&state={state}")
    assert "IdentityRefused" in caplog.text
    assert "sofie" not in caplog.text
    assert state not in caplog.text


def test_signing_in_leaves_the_session_before_it_behind(
    ready: Installation, provider: Provider
) -> None:
    visitor = ready.visitor()
    address = provider.answer(leave(visitor))
    with visitor.client.session_transaction() as session:
        session["planted"] = "by somebody else"
    come_back(visitor, address)
    with visitor.client.session_transaction() as session:
        assert "planted" not in session
        assert "single_sign_on_pending" not in session


def test_an_identifier_too_long_for_its_column_is_kept_as_a_hash(
    ready: Installation,
) -> None:
    import hashlib

    from survey_service.accounts.single_sign_on import Identity, find_or_link_account

    issuer, subject = "https://login.kommune.example", "s" * 250
    identity = Identity(issuer, subject, "sofie@kommune.example", is_email_verified=True)
    with ready.context():
        assert find_or_link_account(identity) is not None
        assert find_or_link_account(identity) is not None
    expected = hashlib.sha256(f"{issuer}|{subject}".encode()).hexdigest()
    assert link_of(ready) == f"sha256|{expected}"


def test_starting_the_service_asks_nothing_of_the_provider(
    configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> TestResponse:
        raise AssertionError("something was sent")

    monkeypatch.setattr(requests.Session, "send", refuse)
    visitor = configure("https://login.kommune.example").visitor().get(SIGN_IN)
    assert visitor.status == 200
