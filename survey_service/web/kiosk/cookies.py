"""What a shared tablet's browser holds besides a sitting.

`kiosk` is the pairing and stays for long. `kiosk-last` tells for some minutes which audience
answered last, to notice who answers twice by mistake; it is nowhere in the database. `farewell`
tells one page what to say goodbye with, until the start page is shown. The last two are sealed:
nobody reads a pause code out of them.
"""

import base64
import json
import time
from collections.abc import Mapping
from typing import cast

from cryptography.exceptions import InvalidTag
from flask import Response, current_app, request

from survey_service.storage.keys import Key, KeyStore
from survey_service.storage.sealing import seal, unseal
from survey_service.web.settings import Settings

PAIRING = "kiosk"
LAST = "kiosk-last"
FAREWELL = "farewell"
UNSENT = "unsent"
"""Set by the script for times without network while answers wait on the device."""

PAIRING_SECONDS = 400 * 24 * 3600
"""The longest that browsers keep a cookie; every visit to the start page begins it anew."""

LAST_SECONDS = 5 * 60
FAREWELL_SECONDS = 10 * 60
_LIFETIMES = {LAST: LAST_SECONDS, FAREWELL: FAREWELL_SECONDS}


def on_tablet() -> bool:
    """Whether this browser says it is a shared tablet.

    Taken at its word: being forgotten sooner harms nobody. Only beginning anonymous answers needs
    a pairing that holds.
    """
    return bool(pairing_token())


def pairing_token() -> str:
    """Return what this browser holds of a pairing, empty if nothing."""
    return request.cookies.get(cookie_name(PAIRING), "")


def keep_pairing(response: Response, token: str) -> None:
    """Let the browser hold a pairing, from now for as long as browsers do."""
    _set(response, PAIRING, token, PAIRING_SECONDS)


def remember(response: Response, name: str, values: Mapping[str, str]) -> None:
    """Let the browser hold sealed values under LAST or FAREWELL for their few minutes."""
    text = json.dumps({**values, "minute": current_minute()})
    sealed = seal(_key(), name, text, name)
    _set(response, name, base64.urlsafe_b64encode(sealed).decode(), _LIFETIMES[name])


def recall(name: str) -> Mapping[str, str]:
    """Return what `remember` left here, nothing if it is too old, changed or not there."""
    held = request.cookies.get(cookie_name(name), "")
    try:
        opened = unseal(_key(), name, base64.urlsafe_b64decode(held.encode()), name)
    except (InvalidTag, ValueError):
        return {}
    values = json.loads(opened)
    minutes = current_minute() - int(values.pop("minute"))
    return values if 0 <= minutes <= _LIFETIMES[name] // 60 else {}


def forget(response: Response, name: str) -> None:
    """Expire one of these cookies, by its name."""
    if cookie_name(name) in request.cookies:
        secure = _settings().is_https
        response.delete_cookie(
            cookie_name(name), secure=secure, httponly=True, samesite="Lax", path="/"
        )


def cookie_name(name: str) -> str:
    """Return what one of these cookies is called in this installation."""
    return f"__Host-{name}" if _settings().is_https else name


def current_minute() -> int:
    """Return the time as whole minutes; it goes into this browser's cookies and nowhere else."""
    return int(time.time() // 60)


def _set(response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        cookie_name(name),
        value,
        max_age=seconds,
        path="/",
        secure=_settings().is_https,
        httponly=True,
        samesite="Lax",
    )


def _settings() -> Settings:
    return cast("Settings", current_app.extensions["survey_settings"])


def _key() -> Key:
    return cast("KeyStore", current_app.extensions["survey_keys"]).session_key()
