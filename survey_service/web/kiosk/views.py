"""The pages of a shared tablet: start, are you still there, are you somebody new, goodbye."""

from dataclasses import dataclass

from flask import (
    Blueprint,
    Response,
    after_this_request,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from wtforms import StringField

from survey_service.fieldwork import answering, kiosk
from survey_service.fieldwork.access_codes import CodeMistyped
from survey_service.fieldwork.answering import AnsweringRefused, CodeRefused
from survey_service.fieldwork.kiosk import KioskRefused
from survey_service.storage.kiosk import KioskRecord
from survey_service.web.access import Access, access
from survey_service.web.answer.forms import AnsweringForm, CodeForm, PageForm
from survey_service.web.answer.sitting import (
    begin_sitting,
    current_sitting,
    has_sitting,
    page_token,
    require_page_token,
)
from survey_service.web.answer.views import WHOLE_RESPONSE, code_error
from survey_service.web.answer.ways import next_url
from survey_service.web.contacts import answer_for_project
from survey_service.web.errors import PageMisplaced, SittingMissing
from survey_service.web.installation import the_keys
from survey_service.web.kiosk.cookies import (
    FAREWELL,
    LAST,
    PAIRING,
    forget,
    keep_pairing,
    on_tablet,
    pairing_token,
    recall,
)
from survey_service.web.kiosk.leaving import (
    Farewell,
    drop_unfinished,
    end_sitting_on_tablet,
    was_left_long_ago,
)
from survey_service.web.language import has_text, translate
from survey_service.web.settings import Settings

pages = Blueprint("kiosk", __name__)

SECONDS_OF_GOODBYE = 20
ORDER = ("citizen", "relative", "staff", "leader", "partner")


class BeginForm(AnsweringForm):
    """Who wants to answer, and that they are somebody new."""

    audience = StringField()
    is_new = StringField()


@dataclass(frozen=True, slots=True)
class Watch:
    """What a page on a tablet needs to end by itself; `asks` where somebody is answering."""

    idle_seconds: int
    grace_seconds: int
    asks: bool
    end_token: str


@pages.before_app_request
def end_what_was_left() -> ResponseReturnValue | None:
    """On a tablet that was left long ago, show the start page whatever was asked for."""
    if request.endpoint in {None, "static"} or not on_tablet() or not has_sitting():
        return None
    if not was_left_long_ago():
        return None
    end_sitting_on_tablet()
    return redirect(url_for("kiosk.start"), code=303)


@pages.app_context_processor
def watch_values() -> dict[str, object]:
    """Give pages on a tablet what they need to end by themselves, other pages nothing."""
    if not on_tablet():
        return {}
    settings: Settings = current_app.extensions["survey_settings"]
    try:
        token = page_token(current_sitting(), WHOLE_RESPONSE)
    except SittingMissing:
        token = ""
    watch = Watch(
        settings.kiosk_idle_seconds, settings.kiosk_grace_seconds, asks=bool(token), end_token=token
    )
    return {"tablet": watch}


@pages.get("/tablet")
@access(Access.PUBLIC)
def start() -> ResponseReturnValue:
    """Show whom the tablet can ask; nothing here tells of whoever was here before."""
    tablet = _require_tablet()
    if has_sitting() and _somebody_is_answering():
        return redirect(url_for("kiosk.still_there"), code=303)
    if "_user_id" in session:
        session.clear()  # a tablet stands about; nobody's workspace stays open on it
    response = make_response(_start_page(tablet))
    keep_pairing(response, pairing_token())
    forget(response, FAREWELL)
    return response


@pages.post("/tablet/begynd")
@access(Access.PUBLIC)
def begin() -> ResponseReturnValue:
    """Begin anonymous answers, unless somebody of that audience has just sent theirs: then ask."""
    form = BeginForm()
    if not form.validate():
        raise CSRFError
    tablet = _require_tablet()
    audience = form.audience.data or ""
    if recall(LAST).get("audience") == audience and not form.is_new.data:
        return redirect(url_for("kiosk.ask_if_new", audience=audience), code=303)
    drop_unfinished()
    begin_sitting(kiosk.begin_on_tablet(tablet, audience))
    return redirect(url_for("answer.introduction"), code=303)


@pages.get("/tablet/ny/<audience>")
@access(Access.PUBLIC)
def ask_if_new(audience: str) -> ResponseReturnValue:
    """Ask whether this is somebody else than who has just answered."""
    _require_tablet()
    if recall(LAST).get("audience") != audience:
        return redirect(url_for("kiosk.start"), code=303)
    return render_template("kiosk/ask_if_new.html", audience=audience)


@pages.post("/tablet/fortsaet")
@access(Access.PUBLIC)
def resume() -> ResponseReturnValue:
    """Go on with a pause code, or answer with an access code."""
    form = CodeForm()
    if not form.validate():
        raise CSRFError
    tablet = _require_tablet()
    typed = form.code.data or ""
    today = current_app.extensions["survey_today"]()
    try:
        entrance = answering.enter_with_code(the_keys(), typed, today)
    except (CodeMistyped, CodeRefused) as refusal:
        error = code_error(refusal, typed, "error.code_unknown")
        return _start_page(tablet, error=error, code=typed), 400
    drop_unfinished()
    begin_sitting(entrance.response_id)
    return redirect(url_for("answer.introduction"), code=303)


@pages.get("/tablet/er-du-der")
@access(Access.PUBLIC)
def still_there() -> ResponseReturnValue:
    """Ask whether somebody is still there; without an answer this page ends by itself."""
    sitting = current_sitting()
    overview = answering.look_over(sitting.response_id)
    settings: Settings = current_app.extensions["survey_settings"]
    token = page_token(sitting, WHOLE_RESPONSE)
    return render_template(
        "kiosk/still_there.html",
        continue_url=next_url(overview),
        end_token=token,
        watch_seconds=settings.kiosk_grace_seconds,
        watch_target=url_for("kiosk.end", page=token),
    )


# Ending by following an address: a page without JavaScript can only lead somewhere when its time is
# up, and leaving the answers open to whoever comes next would be worse. The address holds a token
# that belongs to this one draft, so that no link from elsewhere can end it.
@pages.route("/tablet/slut", methods=["GET", "POST"])
@access(Access.PUBLIC)
def end() -> ResponseReturnValue:
    """Forget who answered, delete what they cannot come back to, and show the start page."""
    if has_sitting():
        form = PageForm()
        token = form.page.data if form.is_submitted() else request.args.get("page")
        try:
            require_page_token(current_sitting(), WHOLE_RESPONSE, token)
        except PageMisplaced:
            return redirect(url_for("kiosk.still_there"), code=303)
        if form.is_submitted() and not form.validate():
            raise CSRFError
        end_sitting_on_tablet()
    elif on_tablet():
        session.clear()
    return redirect(url_for("kiosk.start"), code=303)


@pages.get("/tablet/tak")
@access(Access.PUBLIC)
def goodbye() -> ResponseReturnValue:
    """Thank whoever has just left; afterwards this address leads to the start page."""
    held = recall(FAREWELL)
    if held.get("kind") not in set(Farewell):
        return redirect(url_for("kiosk.start"), code=303)
    if "language" not in session:
        g.language = held["language"]
    return render_template(
        "kiosk/goodbye.html", kind=held["kind"], watch_seconds=SECONDS_OF_GOODBYE
    )


def _require_tablet() -> KioskRecord:
    """Return the tablet this browser is paired as; without one the pairing is forgotten."""
    try:
        tablet = kiosk.find_tablet(the_keys(), pairing_token())
    except KioskRefused:
        after_this_request(_forget_pairing)
        raise
    answer_for_project(tablet.project_id)
    return tablet


def _forget_pairing(response: Response) -> Response:
    forget(response, PAIRING)
    return response


def _somebody_is_answering() -> bool:
    """Whether there is something to go on with; what is not is forgotten."""
    try:
        answering.look_over(current_sitting().response_id)
    except (AnsweringRefused, SittingMissing):
        session.clear()
        return False
    return True


def _start_page(tablet: KioskRecord, error: str | None = None, code: str = "") -> str:
    open_audiences = kiosk.find_open_audiences(tablet)
    ordered = [name for name in ORDER if name in open_audiences]
    ordered += sorted(set(open_audiences) - set(ORDER))
    return render_template(
        "kiosk/start.html",
        project_title=tablet.project_title,
        unit_name=tablet.unit_name,
        audiences=[(name, _button_text(name)) for name in ordered],
        error=error,
        code=code,
    )


def _button_text(audience: str) -> str:
    key = f"kiosk.start.{audience}"
    return translate(key) if has_text(key) else audience
