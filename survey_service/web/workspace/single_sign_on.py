"""Signing in with the municipality's own login, where the installation names one."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import cast

from flask import abort, current_app, redirect, render_template, request, session, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_login import current_user

from survey_service.accounts.identity_provider import (
    IdentityProvider,
    IdentityRefused,
    PendingSignIn,
    ProviderUnreachable,
)
from survey_service.accounts.single_sign_on import find_or_link_account
from survey_service.web.access import Access, access
from survey_service.web.installation import the_moment
from survey_service.web.language import translate
from survey_service.web.settings import Settings
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.signing_in import let_in

AWAY_AT_MOST = timedelta(minutes=10)
"""How long somebody may be at the provider; what is remembered of them is no use afterwards."""

_PENDING = "single_sign_on_pending"
_PROVIDER = "survey_identity_provider"


@pages.get("/log-ind/andet-login", endpoint="single_sign_on")
@access(Access.PUBLIC)
def go_to_provider() -> ResponseReturnValue:
    """Send somebody to the provider."""
    provider = _provider()
    if current_user.is_authenticated:
        return redirect(url_for("workspace.projects"), code=303)
    try:
        address, pending = provider.begin(_return_url())
    except ProviderUnreachable as error:
        return _refuse("unreachable", error)
    session[_PENDING] = asdict(pending) | {"until": int((the_moment() + AWAY_AT_MOST).timestamp())}
    return redirect(address, code=303)


@pages.get("/log-ind/andet-login/retur", endpoint="single_sign_on_return")
@access(Access.PUBLIC)
def return_from_provider() -> ResponseReturnValue:
    """Let in who comes back from the provider."""
    provider = _provider()
    pending = _take_pending()
    if pending is None:
        return _refuse("stale")
    try:
        identity = provider.finish(pending, request.args.to_dict(), _return_url())
    except ProviderUnreachable as error:
        return _refuse("unreachable", error)
    except IdentityRefused as error:
        return _refuse("stale", error)
    record = find_or_link_account(identity)
    if record is None:
        return _refuse("unknown")
    return let_in(record, by_single_sign_on=True)


@pages.app_template_global()
def single_sign_on_name(language: str) -> str | None:
    """Return what the button on the sign-in page calls the provider, None without one."""
    chosen = _settings().single_sign_on
    return None if chosen is None else chosen.name.read_in(language)


@pages.record_once
def _prepare(state: BlueprintSetupState) -> None:
    """Keep the installation's provider at hand; nothing is asked of it yet."""
    app = state.app
    settings: Settings = app.extensions["survey_settings"]
    chosen = settings.single_sign_on
    if chosen is not None:
        app.extensions[_PROVIDER] = IdentityProvider(
            chosen.issuer,
            chosen.client_id,
            chosen.client_secret,
            clock=lambda: cast("datetime", app.extensions["survey_now"]()),
        )


def _provider() -> IdentityProvider:
    if _PROVIDER not in current_app.extensions:
        abort(404)
    return cast("IdentityProvider", current_app.extensions[_PROVIDER])


def _return_url() -> str:
    """Return where the provider sends people back to, as it is registered there.

    From the settings: what a request calls our host is anybody's to make up.
    """
    path = url_for("workspace.single_sign_on_return").removeprefix(request.script_root)
    return (_settings().public_address or request.root_url.rstrip("/")) + path


def _take_pending() -> PendingSignIn | None:
    """Return what this browser was sent away with less than ten minutes ago, for once."""
    stored = session.pop(_PENDING, None)
    try:
        if the_moment().timestamp() > stored.pop("until"):
            return None
        return PendingSignIn(**stored)
    except (AttributeError, KeyError, TypeError):
        return None


def _refuse(why: str, error: Exception | None = None) -> tuple[str, int]:
    """Say calmly that it did not work, and that the password still does.

    Somebody unknown, disabled or without a verified e-mail reads the same words: they tell nobody
    which accounts there are. The log gets our own words only, never the provider's.
    """
    if error is not None:
        current_app.logger.warning("single sign-on: %s: %s", type(error).__name__, error)
    page = render_template(
        "workspace/single_sign_on.html",
        heading=translate(f"workspace.single_sign_on.{why}_heading"),
        text=translate(f"workspace.single_sign_on.{why}_text"),
    )
    return page, {"unreachable": 503, "stale": 400, "unknown": 403}[why]


def _settings() -> Settings:
    return cast("Settings", current_app.extensions["survey_settings"])
