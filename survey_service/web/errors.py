"""Every refusal becomes a calm page here, and nowhere else."""

import traceback
from dataclasses import dataclass, replace

from flask import Flask, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import BadHost, HTTPException, SecurityError

from survey_service.fieldwork import answering, batches, invitations, kiosk, waves
from survey_service.fieldwork.retention import is_past_keeping
from survey_service.storage.keys import KeyRefused
from survey_service.texts import DEFAULT_LANGUAGE, load_texts
from survey_service.web.kiosk.cookies import on_tablet
from survey_service.web.language import TEXTS, choose_language, has_text, translate


class SittingMissing(Exception):
    """Nobody is answering in this browser: the sitting ended or never began."""


class PageMisplaced(Exception):
    """A page was posted that belongs to another questionnaire or another question."""


class ReleaseRefused(Exception):
    """There is nothing to release yet."""


class ReleaseStands(Exception):
    """So few answers have changed that a new release would tell of single people."""


class ReleaseOutdated(Exception):
    """A newer release is published already."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The status, the texts (`error.<key>.…`) and the way on of one kind of refusal."""

    status: int
    key: str
    next_endpoint: str


REFUSALS: dict[type[Exception], Refusal] = {
    SittingMissing: Refusal(403, "session_expired", "answer.enter"),
    PageMisplaced: Refusal(409, "other_questionnaire", "answer.introduction"),
    CSRFError: Refusal(400, "csrf", "answer.enter"),
    answering.CodeRefused: Refusal(404, "link_unknown", "answer.enter"),
    answering.ResponseUnknown: Refusal(404, "response_unknown", "answer.enter"),
    answering.WaveClosed: Refusal(409, "wave_closed", "answer.enter"),
    answering.PageUnknown: Refusal(404, "out_of_order", "answer.introduction"),
    answering.NothingAnswered: Refusal(400, "nothing_answered", "answer.introduction"),
    kiosk.KioskRefused: Refusal(403, "tablet_unpaired", "answer.enter"),
    invitations.InvitationRefused: Refusal(409, "invitation_refused", "workspace.projects"),
    batches.DocumentsGone: Refusal(409, "documents_gone", "workspace.projects"),
    kiosk.AudienceNotAsked: Refusal(409, "audience_not_asked", "answer.enter"),
    waves.WaveStepRefused: Refusal(409, "wave_step", "workspace.projects"),
    ReleaseRefused: Refusal(409, "nothing_to_release", "workspace.projects"),
    ReleaseStands: Refusal(409, "release_stands", "workspace.projects"),
    ReleaseOutdated: Refusal(409, "release_outdated", "workspace.projects"),
}
"""How each refusal looks; tests walk this table."""

_BY_STATUS = {
    403: Refusal(403, "forbidden", "answer.enter"),
    404: Refusal(404, "not_found", "answer.enter"),
    405: Refusal(405, "not_found", "answer.enter"),
    413: Refusal(413, "too_large", "answer.introduction"),
}
_NOT_FOUND_STAFF = Refusal(404, "not_found_staff", "workspace.projects")
_FAILURE = Refusal(500, "server", "answer.enter")
_PURGED = Refusal(409, "project_purged", "workspace.projects")


def register(app: Flask) -> None:
    """Let the application turn every refusal into its page."""
    for exception in REFUSALS:
        app.register_error_handler(exception, _show_refusal)
    app.register_error_handler(answering.AlreadySent, _show_receipt)
    app.register_error_handler(answering.ConsentMissing, _ask_for_consent)
    app.register_error_handler(KeyRefused, _show_missing_key)
    app.register_error_handler(HTTPException, _show_http_error)
    app.register_error_handler(Exception, _show_failure)


def refusal_page(error: Exception) -> ResponseReturnValue:
    """Return the page of a refusal, for who could have done better with it and did not."""
    return _show_refusal(error)


def log_failure(error: BaseException | None) -> None:
    """Log the kind of error and where it happened.

    Never its message, which may repeat an answer, nor the page's address, which may hold a code.
    """
    places = traceback.extract_tb(error.__traceback__) if error is not None else []
    place = f"{places[-1].filename}:{places[-1].lineno}" if places else "an unknown place"
    current_app.logger.error("%s at %s", type(error).__name__, place)


def _show_refusal(error: Exception) -> ResponseReturnValue:
    if isinstance(error, SittingMissing) and on_tablet() and request.blueprint != "offline":
        # Back, forward or a direct address after somebody left: the next person's start page.
        return redirect(url_for("kiosk.start"), code=303)
    # Subclasses are looked up by the class that was registered.
    known = next(kind for kind in type(error).__mro__ if kind in REFUSALS)
    return _page(REFUSALS[known])


def _show_missing_key(error: Exception) -> ResponseReturnValue:
    """Tell that the project's answers were deleted; a key missing otherwise is a failure."""
    named = request.view_args or {}
    today = current_app.extensions["survey_today"]()
    if is_past_keeping(today, named.get("project_id"), named.get("wave_id")):
        return _page(_PURGED)
    return _show_failure(error)


def _show_receipt(_error: Exception) -> ResponseReturnValue:
    return redirect(url_for("answer.thanks"), code=303)


def _ask_for_consent(_error: Exception) -> ResponseReturnValue:
    return redirect(url_for("answer.introduction"), code=303)


def _show_http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if isinstance(error, BadHost | SecurityError):
        # No page can be built for an impossible host, and none is for one that is not ours.
        return load_texts(TEXTS)["error.not_found.heading"].read_in(DEFAULT_LANGUAGE), status
    if status < 400:
        return error.get_response()
    if status >= 500:
        return _failure_page()
    refusal = _BY_STATUS.get(status, Refusal(status, "not_found", "answer.enter"))
    if refusal.key == "not_found" and _is_workspace():
        refusal = replace(_NOT_FOUND_STAFF, status=status)
    return _page(refusal)


def _is_workspace() -> bool:
    """Whether the address is of the staff's rooms, also where no page is found at it."""
    start = url_for("workspace.projects").rstrip("/")
    return f"{request.path}/".startswith(f"{start}/")


def _show_failure(error: Exception) -> ResponseReturnValue:
    log_failure(error)
    return _failure_page()


def _failure_page() -> tuple[str, int]:
    try:
        return _page(_FAILURE)
    except Exception as error:  # noqa: BLE001 - where even this page fails, words must do
        log_failure(error)
        return load_texts(TEXTS)["error.server.message"].read_in(DEFAULT_LANGUAGE), 500


def _page(refusal: Refusal) -> tuple[str, int]:
    choose_language()  # a request can fail before its language was chosen
    next_key = f"error.{refusal.key}.next"
    page = render_template(
        "error.html",
        heading=translate(f"error.{refusal.key}.heading"),
        message=translate(f"error.{refusal.key}.message"),
        next_step={
            "text": translate(next_key if has_text(next_key) else "error.not_found.next"),
            "url": url_for(refusal.next_endpoint),
        },
    )
    return page, refusal.status
