"""What an identity provider says is only believed when every rule of OpenID Connect is kept.

The provider here lies or is careless on purpose, which a real one cannot be made to: its keys are
its own, and each test has it say one thing wrong.
"""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from joserfc.jws import JWSRegistry

from survey_service.accounts.identity_provider import (
    DISCOVERED_FOR,
    IdentityProvider,
    IdentityRefused,
    PendingSignIn,
    ProviderUnreachable,
)
from survey_service.accounts.single_sign_on import Identity

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
BACK = "https://svar.kommune.example/retur"
PENDING = PendingSignIn("the state", "the nonce", "v" * 43)
RETURNED = {"state": "the state", "code": "a code"}


class CarelessProvider:
    """Serves what it is told to, on loopback."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.asked: list[str] = []
        self.bodies: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.claims: dict[str, Any] = {
            "iss": self.issuer, "sub": "sofie", "aud": "measuring", "nonce": "the nonce",
            "iat": SECONDS, "exp": SECONDS + 300,
            "email": "sofie@kommune.example", "email_verified": True,
        }  # fmt: skip
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "one"}
        self.signed_with: Any = self.key
        self.published = [self.key.as_dict(private=False)]
        self.discovery: dict[str, Any] = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/me",
        }
        self.userinfo: dict[str, Any] = {"sub": "sofie"}
        self.overrides: dict[str, tuple[int, str]] = {}

    def answer(self, path: str) -> tuple[int, str]:
        if path in self.overrides:
            return self.overrides[path]
        if path == "/token":
            rules = JWSRegistry(algorithms=[self.header["alg"]], strict_check_header=False)
            token = jwt.encode(self.header, self.claims, self.signed_with, registry=rules)
            told: Any = {"access_token": "a token", "token_type": "Bearer", "id_token": token}
        elif path == "/keys":
            told = {"keys": self.published}
        elif path == "/me":
            told = self.userinfo
        else:
            told = self.discovery
        return 200, json.dumps(told)

    def _handler(provider) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - the handler has a self of its own
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.asked.append(self.path)
                status, body = provider.answer(self.path)
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", body)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body.encode())

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                provider.bodies.append(self.rfile.read(length).decode())
                provider.bodies.append(self.headers.get("Authorization", ""))
                self.do_GET()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler


@pytest.fixture
def careless() -> Iterator[CarelessProvider]:
    provider = CarelessProvider()
    thread = threading.Thread(target=provider.server.serve_forever, args=(0.02,))
    thread.start()
    yield provider
    provider.server.shutdown()
    thread.join()
    provider.server.server_close()


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def ours(careless: CarelessProvider, clock: Clock | None = None) -> IdentityProvider:
    return IdentityProvider(careless.issuer, "measuring", "a secret", clock or Clock())


def go_there_and_back(provider: IdentityProvider) -> None:
    provider.begin(BACK)
    provider.finish(PENDING, RETURNED, BACK)


def finish(careless: CarelessProvider) -> Identity:
    return ours(careless).finish(PENDING, RETURNED, BACK)


def test_a_token_that_keeps_every_rule_is_believed(careless: CarelessProvider) -> None:
    expected = Identity(careless.issuer, "sofie", "sofie@kommune.example", is_email_verified=True)
    assert finish(careless) == expected


def test_the_code_is_redeemed_with_the_proof_and_our_secret(careless: CarelessProvider) -> None:
    finish(careless)
    body, authorization = careless.bodies
    assert f"code_verifier={'v' * 43}" in body
    assert "grant_type=authorization_code" in body
    assert "redirect_uri=https%3A%2F%2Fsvar.kommune.example%2Fretur" in body
    assert "secret" not in body
    assert base64.b64decode(authorization.removeprefix("Basic ")) == b"measuring:a secret"


def test_a_provider_that_wants_the_secret_in_the_form_gets_it_there(
    careless: CarelessProvider,
) -> None:
    careless.discovery["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    finish(careless)
    assert "client_secret=a+secret" in careless.bodies[0]


Fault = Callable[[CarelessProvider], object]

FAULTS: dict[str, Fault] = {
    "another issuer": lambda p: p.claims.update(iss="https://evil.example"),
    "no issuer": lambda p: p.claims.pop("iss"),
    "for another service": lambda p: p.claims.update(aud="another"),
    "for others as well, and not authorised to us": lambda p: p.claims.update(
        aud=["measuring", "another"], azp="another"
    ),
    "too old": lambda p: p.claims.update(exp=SECONDS - 61),
    "not valid yet": lambda p: p.claims.update(nbf=SECONDS + 61),
    "without an end": lambda p: p.claims.pop("exp"),
    "of another sign-in": lambda p: p.claims.update(nonce="another"),
    "of no sign-in": lambda p: p.claims.pop("nonce"),
    "of nobody": lambda p: p.claims.pop("sub"),
    "of an empty name": lambda p: p.claims.update(sub=""),
    "of a number": lambda p: p.claims.update(sub=7),
    "signed by somebody else": lambda p: setattr(
        p, "signed_with", RSAKey.generate_key(2048, {"kid": "one"})
    ),
    "for another access token": lambda p: p.claims.update(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "no token at all": lambda p: p.overrides.update(
        {"/token": (200, '{"access_token": "a", "token_type": "Bearer"}')}
    ),
    "something else for a token": lambda p: p.overrides.update(
        {"/token": (200, '{"access_token": "a", "id_token": "e30.e30."}')}
    ),
    "the code is not good": lambda p: p.overrides.update(
        {"/token": (400, '{"error": "invalid_grant"}')}
    ),
    "keys that are none": lambda p: setattr(p, "published", [{"kty": "RSA"}]),
    "no keys": lambda p: setattr(p, "published", []),
    "e-mail of another subject": lambda p: (
        p.claims.pop("email"),
        p.userinfo.update(sub="birk", email="sofie@kommune.example", email_verified=True),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_token_with_a_fault_is_refused(careless: CarelessProvider, fault: str) -> None:
    FAULTS[fault](careless)
    with pytest.raises(IdentityRefused):
        finish(careless)


def test_an_unsigned_token_is_refused(careless: CarelessProvider) -> None:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    token = f"{part({'alg': 'none'})}.{part(careless.claims)}."
    told = json.dumps({"access_token": "a", "token_type": "Bearer", "id_token": token})
    careless.overrides["/token"] = (200, told)
    with pytest.raises(IdentityRefused):
        finish(careless)


def test_a_token_signed_with_what_is_no_secret_is_refused(careless: CarelessProvider) -> None:
    """With a shared-secret signature the published key would be all that is needed."""
    public = OctKey.import_key(careless.key.as_pem(private=False).replace(b"-", b"x"))
    careless.signed_with = public
    careless.header = {"alg": "HS256"}
    with pytest.raises(IdentityRefused):
        finish(careless)


@pytest.mark.parametrize(
    "returned",
    [
        {"state": "another", "code": "a code"},
        {"code": "a code"},
        {"state": "the state"},
        {"state": "the state", "code": ""},
        {"state": "the state", "error": "access_denied"},
        {"state": "the state", "code": "a code", "error": "x"},
        {"state": "the state", "code": "a code", "iss": "https://evil.example"},
    ],
)
def test_what_comes_back_wrong_is_refused_before_anything_is_asked(
    careless: CarelessProvider, returned: dict[str, str]
) -> None:
    with pytest.raises(IdentityRefused):
        ours(careless).finish(PENDING, returned, BACK)
    assert careless.asked == []


def test_clocks_may_differ_by_a_minute(careless: CarelessProvider) -> None:
    careless.claims.update(exp=SECONDS - 59, nbf=SECONDS + 59)
    assert finish(careless).subject == "sofie"


def test_other_kinds_of_signature_with_a_public_key_are_taken(careless: CarelessProvider) -> None:
    key = ECKey.generate_key("P-256", {"kid": "two"})
    careless.signed_with, careless.header = key, {"alg": "ES256", "kid": "two"}
    careless.published = [
        {"kty": "OKP", "kid": "odd"},
        *careless.published,
        key.as_dict(private=False),
    ]
    assert finish(careless).subject == "sofie"


def test_a_token_may_carry_headers_of_the_providers_own(careless: CarelessProvider) -> None:
    careless.header["brand"] = "of some maker"
    assert finish(careless).subject == "sofie"


def test_keys_that_were_changed_meanwhile_are_asked_for_again(careless: CarelessProvider) -> None:
    provider = ours(careless)
    provider.finish(PENDING, RETURNED, BACK)
    key = RSAKey.generate_key(2048, {"kid": "two"})
    careless.signed_with, careless.header["kid"] = key, "two"
    careless.published = [key.as_dict(private=False)]
    assert provider.finish(PENDING, RETURNED, BACK).subject == "sofie"
    assert careless.asked.count("/keys") == 2


def test_the_e_mail_may_come_beside_the_token(careless: CarelessProvider) -> None:
    careless.claims.pop("email")
    careless.claims.pop("email_verified")
    careless.userinfo.update(email="s@kommune.example", email_verified=True)
    found = finish(careless)
    assert (found.email, found.is_email_verified) == ("s@kommune.example", True)


def test_what_is_said_of_one_address_is_not_taken_for_another(careless: CarelessProvider) -> None:
    careless.claims.pop("email_verified")
    careless.userinfo.update(email_verified=True)
    assert finish(careless).email is None
    careless.userinfo.update(email="other@kommune.example")
    assert finish(careless).email == "other@kommune.example"


@pytest.mark.parametrize("value", ["true", 1, "false", None])
def test_an_e_mail_is_verified_only_by_a_plain_true(
    careless: CarelessProvider, value: object
) -> None:
    careless.claims["email_verified"] = value
    assert finish(careless).is_email_verified is False


def test_what_the_provider_says_of_itself_is_asked_for_once_an_hour(
    careless: CarelessProvider,
) -> None:
    clock = Clock()
    provider = ours(careless, clock)
    assert careless.asked == []
    provider.begin(BACK)
    provider.begin(BACK)
    assert careless.asked == ["/.well-known/openid-configuration"]
    clock.now = NOW + DISCOVERED_FOR + timedelta(seconds=1)
    provider.begin(BACK)
    assert len(careless.asked) == 2


def test_every_sign_in_has_a_state_a_nonce_and_a_proof_of_its_own(
    careless: CarelessProvider,
) -> None:
    provider = ours(careless)
    pending = [provider.begin(BACK)[1] for _ in range(20)]
    drawn = {text for one in pending for text in (one.state, one.nonce, one.code_verifier)}
    assert len(drawn) == 60


DISCOVERY = "/.well-known/openid-configuration"


@pytest.mark.parametrize(
    "answer",
    [
        (500, "{}"),
        (404, "{}"),
        (200, "<html>"),
        (200, "[]"),
        (302, "https://evil.example/"),
        (200, '{"issuer": "https://evil.example"}'),
    ],
)
def test_a_provider_that_makes_no_sense_counts_as_unreachable(
    careless: CarelessProvider, answer: tuple[int, str]
) -> None:
    careless.overrides[DISCOVERY] = answer
    with pytest.raises(ProviderUnreachable):
        ours(careless).begin(BACK)


@pytest.mark.parametrize("path", ["/token", "/keys"])
@pytest.mark.parametrize("answer", [(503, "{}"), (307, "https://evil.example/"), (200, "<html>")])
def test_trouble_later_on_counts_as_unreachable_too(
    careless: CarelessProvider, path: str, answer: tuple[int, str]
) -> None:
    careless.overrides[path] = answer
    with pytest.raises(ProviderUnreachable):
        finish(careless)


@pytest.mark.parametrize("endpoint", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("address", ["http://login.kommune.example/x", "ftp://x", None, 5, "/auth"])
def test_nothing_goes_over_the_network_in_the_clear(
    careless: CarelessProvider, endpoint: str, address: object
) -> None:
    careless.discovery[endpoint] = address
    provider = ours(careless)
    with pytest.raises(ProviderUnreachable):
        go_there_and_back(provider)


def test_secrets_are_not_printed(careless: CarelessProvider) -> None:
    assert "v" * 43 not in repr(PENDING)
    assert "the nonce" not in repr(PENDING)
    assert "a secret" not in repr(ours(careless))
