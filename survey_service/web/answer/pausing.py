"""Pausing: by one's own code, or by a pause code for those who answer without one."""

from typing import cast

from flask import current_app, g, make_response, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from survey_service.fieldwork import answering, pausing
from survey_service.fieldwork.access_codes import format_code
from survey_service.fieldwork.pausing import PauseRefused
from survey_service.storage.keys import KeyStore
from survey_service.web.access import Access, access
from survey_service.web.answer.blueprint import pages
from survey_service.web.answer.forms import PageForm
from survey_service.web.answer.sitting import (
    current_sitting,
    end_sitting,
    page_token,
    require_page_token,
)
from survey_service.web.answer.views import WHOLE_RESPONSE
from survey_service.web.answer.ways import next_url
from survey_service.web.kiosk.cookies import FAREWELL, on_tablet, recall, remember

SECONDS_TO_COPY_A_CODE = 120
"""How long a shared tablet shows a pause code after the last touch."""

PAUSED = "paused"


@pages.get("/pause")
@access(Access.PUBLIC)
def pause() -> ResponseReturnValue:
    """Tell that everything is saved; who has a code leaves the browser, others may get one."""
    sitting = current_sitting()
    overview = answering.look_over(sitting.response_id)
    coded = overview.state.has_code
    values: dict[str, object] = {"coded": True}
    if coded:
        _leave_browser()
    else:
        values = {
            "coded": False,
            "on_tablet": on_tablet(),
            "continue_url": next_url(overview),
            "page_token": page_token(sitting, WHOLE_RESPONSE),
        }
    return render_template("answer/pause.html", **values)


@pages.post("/pause")
@access(Access.PUBLIC)
def take_break() -> ResponseReturnValue:
    """Make a pause code for who has no code, and leave the browser clean."""
    sitting, form = current_sitting(), PageForm()
    require_page_token(sitting, WHOLE_RESPONSE, form.page.data)
    if not form.validate():
        raise CSRFError
    keys = cast("KeyStore", current_app.extensions["survey_keys"])
    today = current_app.extensions["survey_today"]()
    try:
        code = pausing.make_pause_code(keys, sitting.response_id, today)
    except PauseRefused:
        return redirect(url_for("answer.pause"), code=303)
    response = make_response(redirect(url_for("answer.pause_code"), code=303))
    remember(response, FAREWELL, {"kind": PAUSED, "code": code, "language": g.language})
    _leave_browser()
    return response


@pages.get("/pausekode")
@access(Access.PUBLIC)
def pause_code() -> ResponseReturnValue:
    """Show the pause code to who has just asked for it; the database does not know it."""
    held = recall(FAREWELL)
    if held.get("kind") != PAUSED:
        return redirect(url_for("answer.enter"), code=303)
    if "language" not in session:
        g.language = held["language"]
    return render_template(
        "answer/pause_code.html",
        code=format_code(held["code"]),
        on_tablet=on_tablet(),
        watch_seconds=SECONDS_TO_COPY_A_CODE,
    )


def _leave_browser() -> None:
    if on_tablet():
        session.clear()
    else:
        end_sitting()
