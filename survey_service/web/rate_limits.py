"""How often somebody may try codes and passwords: only what failed counts, per network address.

Processes that share no store take their part of a limit each.

Whoever gets in is never counted, so that a house behind one address answers undisturbed; and a code
whose check character tells that it was mistyped counts far less than one that could be a guess.
Addresses are kept as keyed hashes for at most a day, in this process's memory or in the store that
`rate_limit_storage` names, and are never logged.
"""

import ipaddress
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter, RateLimitExceeded

from survey_service.fieldwork.access_codes import CodeMistyped
from survey_service.fieldwork.answering import CodeRefused
from survey_service.storage.keys import Key
from survey_service.web.language import choose_language, translate

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
TEN_MINUTES, DAY = "10 minutes", "day"
GUESSES = ((20, TEN_MINUTES), (200, DAY))
"""Codes and passwords that could have been right and were not: how many in how long."""

SLIPS = ((60, TEN_MINUTES),)
"""Codes that cannot be right: a mistyped character never hits another code."""

PROCESSES = "survey_processes"
"""Where an application is told how many processes serve an installation; one unless told."""

SECONDS_TO_WAIT_FOR_STORE = 1
LARGEST_NETWORK = 64
"""With IPv6 a single line has 2^64 addresses of its own: they count as one."""

PREFIX = "survey-service"


class FailedTry(StrEnum):
    """What kind of failure a request was."""

    GUESS = "guess"
    SLIP = "slip"


@dataclass(frozen=True, slots=True)
class Door:
    """A page that takes codes or passwords: whose failures it shares, and where to go from it."""

    scope: str
    way_on: str
    methods: tuple[str, ...]


_CODES = Door("codes", "answer.enter", ("POST",))
_LINKS = Door("codes", "answer.enter", ("GET",))
_SIGN_IN = Door("sign-in", "workspace.sign_in", ("POST",))
DOORS = {
    "answer.enter": _CODES,
    "answer.letter": _CODES,
    "answer.own_data": _CODES,
    "answer.withdraw": _CODES,
    "kiosk.resume": _CODES,
    "answer.follow_code": _LINKS,
    "answer.follow_link": _LINKS,
    "workspace.sign_in": _SIGN_IN,
    "workspace.sign_in_code": _SIGN_IN,
}
"""Every page where a secret can be guessed without being signed in."""


class _DoorLimiter(Limiter):
    """A limiter that looks at the doors alone.

    Flask-Limiter also looks before every request for limits on all pages, of which there are none:
    a third of what a question page costs.
    """

    def _check_request_limit(
        self,
        callable_name: str | None = None,
        in_middleware: bool = True,
    ) -> None:
        if not in_middleware:
            super()._check_request_limit(callable_name, in_middleware)


def register(app: Flask, key: Key, storage: str | None, trusted_proxies: int) -> None:
    """Watch the doors of an application; call it once its pages are registered.

    Args:
        app: the application.
        key: what addresses are hashed with.
        storage: address of a Valkey or Redis server all processes share; None: this one's memory.
        trusted_proxies: how many proxies stand before the service; with none, a forwarded address
            is told of once in the log, since then everybody seems to come from the proxy.
    """
    limiter = _DoorLimiter(
        key_func=lambda: key.fingerprint("network address", _network(request.remote_addr)),
        app=app,
        storage_uri=storage or "memory://",
        storage_options=_storage_options(storage),
        strategy="moving-window",
        key_prefix=PREFIX,
        # A store that is away must neither close the doors nor leave them unwatched.
        in_memory_fallback_enabled=True,
        swallow_errors=True,
        fail_on_first_breach=False,
    )
    for endpoint, door in DOORS.items():
        app.view_functions[endpoint] = _watched(limiter, app.view_functions[endpoint], door)
    app.register_error_handler(RateLimitExceeded, _pages_for(limiter))
    if trusted_proxies == 0:
        _tell_of_unknown_proxy(app)


def note_failed_try(refusal: Exception | None = None) -> None:
    """Let this request count as a failure; `refusal` tells whether it could have been a guess."""
    g.failed_try = FailedTry.SLIP if isinstance(refusal, CodeMistyped) else FailedTry.GUESS


def limits_of_one(limits: tuple[tuple[int, str], ...], process_count: int) -> str:
    """Return limits as Flask-Limiter reads them, for one of some processes that count apart.

    Rounded up, so that all together take at most one more each than is meant.
    """
    shares = ((math.ceil(count / process_count), period) for count, period in limits)
    return "; ".join(f"{share} per {period}" for share, period in shares)


def _watched(limiter: Limiter, view: Callable[..., Any], door: Door) -> Callable[..., Any]:
    watched = _noting_refusals(view)
    for kind, limit in ((FailedTry.GUESS, GUESSES), (FailedTry.SLIP, SLIPS)):
        watched = limiter.shared_limit(
            _own_share(limit),
            scope=f"{door.scope}-{kind}",
            methods=list(door.methods),
            deduct_when=_is(kind),
        )(watched)
    return watched


def _own_share(limits: tuple[tuple[int, str], ...]) -> Callable[[], str]:
    """Return what tells this process's part of the limits; with a store all share, the whole."""

    def share() -> str:
        has_store = current_app.extensions["survey_settings"].rate_limit_storage is not None
        count = 1 if has_store else current_app.extensions.get(PROCESSES, 1)
        return limits_of_one(limits, count)

    return share


def _is(kind: FailedTry) -> Callable[[object], bool]:
    return lambda _response: g.get("failed_try") is kind


def _noting_refusals(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def noting(**values: object) -> Any:
        try:
            return view(**values)
        except (CodeRefused, CodeMistyped) as refusal:
            note_failed_try(refusal)
            raise

    return noting


def _network(address: str | None) -> str:
    """Return what counts as one network: an IPv4 address, or the /64 an IPv6 address is in."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found.packed, LARGEST_NETWORK), strict=False))
    return str(found)


def _storage_options(storage: str | None) -> dict[str, str | int]:
    if storage is None:
        return {}
    seconds = SECONDS_TO_WAIT_FOR_STORE
    return {"socket_timeout": seconds, "socket_connect_timeout": seconds}


def _pages_for(limiter: Limiter) -> Callable[[Exception], ResponseReturnValue]:
    def show(_error: Exception) -> ResponseReturnValue:
        """Tell calmly that somebody tried too often here, and when to try again."""
        choose_language()
        now = datetime.fromtimestamp(time.time(), UTC)  # as the limits themselves tell time
        breached = [limit.window.reset_time for limit in limiter.current_limits if limit.breached]
        seconds = max(1, math.ceil(max(breached) - now.timestamp())) if breached else 600
        door = DOORS.get(request.endpoint or "", _CODES)
        page = render_template(
            "error.html",
            heading=translate("error.too_many_tries.heading"),
            message=translate("error.too_many_tries.message", when=_when(now, seconds)),
            next_step={
                "text": translate("error.too_many_tries.next"),
                "url": url_for(door.way_on),
            },
        )
        response = make_response(page, 429)
        response.headers["Retry-After"] = str(seconds)
        return response

    return show


def _when(now: datetime, seconds: int) -> str:
    """Return when to try again, in the reader's language: in minutes within the hour, else when."""
    minutes = math.ceil(seconds / 60)
    if minutes == 1:
        return translate("error.too_many_tries.in_a_minute")
    if minutes <= 60:
        return translate("error.too_many_tries.in_minutes", minutes=minutes)
    here = now.astimezone(COPENHAGEN)
    then = datetime.fromtimestamp(now.timestamp() + 60 * minutes, COPENHAGEN)
    key = "today" if then.date() == here.date() else "tomorrow"
    return translate(f"error.too_many_tries.{key}", hour=then.hour, minute=f"{then.minute:02}")


def _tell_of_unknown_proxy(app: Flask) -> None:
    is_told = False

    def tell() -> None:
        nonlocal is_told
        if not is_told and request.headers.get("X-Forwarded-For"):
            is_told = True
            current_app.logger.warning(
                "trusted_proxies: expected the number of proxies before the service, found 0 and"
                " a forwarded request: everybody shares the limits on failed codes and passwords"
            )

    app.before_request(tell)
