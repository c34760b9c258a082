"""Leaving a shared tablet: by sending, deleting, pausing, or walking away."""

from datetime import date
from enum import StrEnum

from flask import Response, current_app, g, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from survey_service.fieldwork import answering, kiosk
from survey_service.web.answer.sitting import Sitting, current_sitting
from survey_service.web.errors import SittingMissing
from survey_service.web.installation import the_keys
from survey_service.web.kiosk.cookies import FAREWELL, LAST, UNSENT, current_minute, remember
from survey_service.web.settings import Settings

SEEN = "seen"
"""Where a tablet's session keeps the minute of its last page."""


class Farewell(StrEnum):
    """What the last page says."""

    SENT = "sent"
    DELETED = "deleted"
    WITHDRAWN = "withdrawn"


def leave_with(farewell: Farewell, audience: str | None = None) -> Response:
    """End the session and lead to the page that says goodbye.

    The session cookie is expired by its name: Clear-Site-Data would take the pairing and answers
    that wait for network with it. `audience`: who has just sent answers.
    """
    response = make_response(redirect(url_for("kiosk.goodbye"), code=303))
    remember(response, FAREWELL, {"kind": farewell, "language": g.language})
    if audience is not None:
        remember(response, LAST, {"audience": audience})
    session.clear()
    return response


def send_and_leave(sitting: Sitting, today: date) -> ResponseReturnValue:
    """Send what was answered on a tablet; who came with an access code sees their receipt first."""
    state = answering.look_over(sitting.response_id).state
    answering.send(the_keys(), sitting.response_id, today)
    if state.has_code:
        return redirect(url_for("answer.thanks"), code=303)
    return leave_with(Farewell.SENT, state.audience)


def end_sitting_on_tablet() -> None:
    """Forget whoever answered here, and delete what they cannot come back to."""
    drop_unfinished()
    session.clear()


def drop_unfinished() -> None:
    """Delete what whoever answered here cannot come back to.

    While answers wait on the tablet for the network, the draft they belong to is kept; if they
    never come, it goes when the wave closes, like all that was never sent.
    """
    if request.cookies.get(UNSENT):
        return
    try:
        response_id = current_sitting().response_id
    except SittingMissing:
        return
    kiosk.leave_unfinished(the_keys(), response_id)


def was_left_long_ago() -> bool:
    """Whether no page was asked for in ten times the time after which a page ends by itself.

    The last resort for a tablet that slept or was switched off before its page could end; notes
    that one is asked for now.
    """
    settings: Settings = current_app.extensions["survey_settings"]
    seconds = 10 * (settings.kiosk_idle_seconds + settings.kiosk_grace_seconds)
    now = current_minute()
    if now - session.get(SEEN, now) > max(1, seconds // 60):
        return True
    if session.get(SEEN) != now:
        session[SEEN] = now
    return False
