"""The conversation with the municipality's identity provider: OpenID Connect by authorization code.

OpenID Connect Core 1.0, section 3.1, with discovery (OpenID Connect Discovery 1.0) and proof key
(RFC 7636, S256). Nothing is asked of the provider before somebody wants to sign in, and what it
hands out, the identity apart, is forgotten at once.
"""

import hmac
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from survey_service.accounts.single_sign_on import Identity

DISCOVERED_FOR = timedelta(hours=1)
MOST_SECONDS_WAITED = 5
"""For a connection, and again for each answer: somebody looks at an empty page meanwhile."""

CLOCKS_APART = 60
"""Seconds the provider's clock may differ from ours."""

# Public-key signatures alone: with a shared secret whoever can check a token can also make one.
SIGNATURES = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class ProviderUnreachable(Exception):
    """The provider does not answer, or not as OpenID Connect says."""


class IdentityRefused(Exception):
    """What came back from the provider does not prove who somebody is."""


@dataclass(frozen=True, slots=True)
class PendingSignIn:
    """What must be remembered while somebody is at the provider; only their browser keeps it."""

    state: str
    nonce: str = field(repr=False)
    code_verifier: str = field(repr=False)


class IdentityProvider:
    """One provider, as one installation is registered with it."""

    def __init__(
        self, issuer: str, client_id: str, client_secret: str, clock: Callable[[], datetime]
    ) -> None:
        self._issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._clock = clock
        self._lock = threading.Lock()
        self._found: dict[str, Any] | None = None
        self._found_at: datetime | None = None

    def begin(self, return_url: str) -> tuple[str, PendingSignIn]:
        """Return the address to send somebody to, and what to remember until they return.

        Raises ProviderUnreachable.
        """
        pending = PendingSignIn(*(secrets.token_urlsafe(32) for _ in range(3)))
        with self._client(return_url) as client:
            address, _ = client.create_authorization_url(
                self._endpoint("authorization_endpoint"),
                state=pending.state,
                nonce=pending.nonce,
                code_verifier=pending.code_verifier,
            )
        return str(address), pending

    def finish(
        self, pending: PendingSignIn, returned: Mapping[str, str], return_url: str
    ) -> Identity:
        """Return who came back.

        Args:
            pending: what `begin` said to remember, from the same browser.
            returned: what the address they came back to carries.
            return_url: the same as `begin` was given.

        Raises:
            ProviderUnreachable: when it does not answer.
            IdentityRefused: for another state, an error of the provider, a used code, or a token
                that is not the provider's, not for us, too old or of another sign-in.
        """
        self._check_return(pending, returned)
        with self._client(return_url) as client:
            token = self._redeem(client, pending, returned["code"])
            claims = self._check_token(client, token, pending.nonce)
            # Both from one place: what is said of one address must not be taken for another.
            told = claims
            if not {"email", "email_verified"} <= claims.keys():
                told = self._ask_for_email(client, token, claims["sub"])
        email = told.get("email")
        return Identity(
            issuer=self._issuer,
            subject=claims["sub"],
            email=email if isinstance(email, str) else None,
            is_email_verified=told.get("email_verified") is True,
        )

    def _check_return(self, pending: PendingSignIn, returned: Mapping[str, str]) -> None:
        state = returned.get("state", "").encode()
        if not hmac.compare_digest(state, pending.state.encode()):
            raise IdentityRefused("state: expected the one that was given, found another")
        # RFC 9207: an answer of another provider must not be taken to this one.
        if returned.get("iss", self._issuer) != self._issuer:
            raise IdentityRefused("iss: expected the configured issuer, found another")
        if "error" in returned or not returned.get("code"):
            raise IdentityRefused("code: expected one, found an error")

    def _redeem(self, client: Any, pending: PendingSignIn, code: str) -> dict[str, Any]:
        from authlib.integrations.base_client import OAuthError

        try:
            token = self._ask(
                client.fetch_token,
                self._endpoint("token_endpoint"),
                grant_type="authorization_code",
                code=code,
                code_verifier=pending.code_verifier,
                redirect_uri=client.redirect_uri,
                allow_redirects=False,
            )
        except OAuthError:
            # Without its cause: it repeats what the provider wrote.
            raise IdentityRefused("code: expected one that can be redeemed") from None
        return dict(token)

    def _check_token(self, client: Any, token: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        from authlib.oidc.core import CodeIDToken
        from joserfc.errors import JoseError

        options = {
            "iss": {"essential": True, "value": self._issuer},
            "aud": {"essential": True, "value": self._client_id},
            "sub": {"essential": True},
        }
        known = {"nonce": nonce, "client_id": self._client_id}
        known["access_token"] = str(token.get("access_token", ""))
        try:
            read = self._read_signed(client, str(token["id_token"]))
            claims = CodeIDToken(read.claims, read.header, options, known)
            claims.validate(int(self._clock().timestamp()), leeway=CLOCKS_APART)
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise IdentityRefused(f"id_token: {type(error).__name__}") from None
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise IdentityRefused("id_token: expected a subject, found none")
        return dict(claims)

    def _read_signed(self, client: Any, written: str) -> Any:
        from joserfc import jwt
        from joserfc.errors import InvalidKeyIdError
        from joserfc.jws import JWSRegistry

        # Providers put headers of their own into tokens; nothing here relies on them.
        rules = JWSRegistry(algorithms=SIGNATURES, strict_check_header=False)
        try:
            return jwt.decode(written, self._keys(client), registry=rules)
        except InvalidKeyIdError:  # the provider has changed its keys
            return jwt.decode(written, self._keys(client, anew=True), registry=rules)

    def _ask_for_email(self, client: Any, token: Mapping[str, Any], subject: str) -> dict[str, Any]:
        """Return the e-mail as the provider tells it beside the token, nothing if it does not."""
        if "userinfo_endpoint" not in self._discovered() or "access_token" not in token:
            return {}
        bearer = {"Authorization": f"Bearer {token['access_token']}"}
        told = self._get(client, self._endpoint("userinfo_endpoint"), headers=bearer)
        if told.get("sub") != subject:
            raise IdentityRefused("userinfo: expected the token's subject, found another")
        return told

    def _client(self, return_url: str) -> Any:
        from authlib.integrations.requests_client import OAuth2Session

        taken = self._discovered().get("token_endpoint_auth_methods_supported")
        is_basic = taken is None or "client_secret_basic" in taken
        return OAuth2Session(
            self._client_id,
            self._client_secret,
            token_endpoint_auth_method="client_secret_basic" if is_basic else "client_secret_post",
            scope="openid email",
            redirect_uri=return_url,
            code_challenge_method="S256",
            default_timeout=MOST_SECONDS_WAITED,
        )

    def _endpoint(self, name: str) -> str:
        address = self._discovered().get(name)
        parts = urlsplit(address if isinstance(address, str) else "")
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        if not is_safe:
            raise ProviderUnreachable(f"{name}: expected an https address, found none")
        return str(address)

    def _discovered(self) -> dict[str, Any]:
        """Return what the provider says about itself, asked for when it is first needed."""
        from authlib.integrations.requests_client import OAuth2Session

        with self._lock:
            now = self._clock()
            if (
                self._found is None
                or self._found_at is None
                or (now - self._found_at > DISCOVERED_FOR)
            ):
                address = self._issuer.rstrip("/") + "/.well-known/openid-configuration"
                with OAuth2Session(default_timeout=MOST_SECONDS_WAITED) as client:
                    found = self._get(client, address)
                if found.get("issuer") != self._issuer:
                    raise ProviderUnreachable("issuer: expected the configured one, found another")
                self._found, self._found_at = found, now
            return self._found

    def _keys(self, client: Any, *, anew: bool = False) -> Any:
        from joserfc.jwk import KeySet

        found = self._discovered()
        if anew or "jwks" not in found:
            found["jwks"] = self._get(client, self._endpoint("jwks_uri"))
        # Keys for encryption, and of kinds we take no signature of, may stand beside the others.
        usable = [
            key
            for key in found["jwks"]["keys"]
            if key.get("kty") in {"RSA", "EC"} and key.get("use", "sig") == "sig"
        ]
        return KeySet.import_key_set({"keys": usable})

    def _get(
        self, client: Any, address: str, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        response = self._ask(
            client.get, address, headers=headers, allow_redirects=False, withhold_token=True
        )
        try:
            told = response.json() if response.status_code == 200 else None
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise ProviderUnreachable("provider: expected a JSON object, found something else")
        return told

    @staticmethod
    def _ask(call: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        import requests

        try:
            return call(*arguments, **options)
        except (requests.RequestException, ValueError) as error:
            # Without its cause, which repeats addresses with what they carry.
            raise ProviderUnreachable(f"provider: {type(error).__name__}") from None
