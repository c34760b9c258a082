"""What a page takes with it before the network goes, and where it sends answers afterwards."""

import hmac
import json
from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from flask import Blueprint, Response, abort, current_app, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey_service.catalogue import UnknownInstrument
from survey_service.fieldwork import answering, offline
from survey_service.fieldwork.access_codes import format_code
from survey_service.fieldwork.offline import OfflineSitting, Outcome, Packet, PacketRefused, Step
from survey_service.texts import LANGUAGES, load_texts
from survey_service.web.access import Access, access
from survey_service.web.answer.sitting import (
    Sitting,
    current_sitting,
    end_sitting,
    has_sitting,
    page_token,
)
from survey_service.web.answer.views import WHOLE_RESPONSE
from survey_service.web.contacts import answer_for_project
from survey_service.web.errors import SittingMissing
from survey_service.web.installation import the_keys
from survey_service.web.language import TEXTS, translate
from survey_service.web.offline import scripts
from survey_service.web.offline.questions import address_of, questionnaire_pages

pages = Blueprint("offline", __name__)

IN_PLACE = "X-In-Place"
"""A script posts a form with this header and is told the next page rather than sent there."""

_STATUS = {
    Outcome.STORED: 200,
    Outcome.LATE: 202,
    Outcome.SENT_BEFORE: 409,
    Outcome.CONFLICT: 409,
    Outcome.DELETED: 410,
}
_WAITING_LIMIT = 100_000


@pages.get("/service-worker.js")
@access(Access.PUBLIC)
def service_worker() -> ResponseReturnValue:
    """Give the service worker, whose scope is the whole site."""
    make_static = cast("Callable[[str], str]", current_app.jinja_env.globals["static"])
    names = [path.relative_to(scripts.STATIC).as_posix() for path in scripts.kept_files()]
    # The style sheet names its fonts without a fingerprint.
    kept = [
        url_for("static", filename=name) if name.startswith("fonts/") else make_static(name)
        for name in names
    ]
    kept += [_script_url(name) for name in scripts.script_names()]
    script = scripts.service_worker(kept, url_for("offline.shell"))
    return Response(script, mimetype="text/javascript")


@pages.get(f"/manifest/<fingerprint>/<any({', '.join(LANGUAGES)}):language>.webmanifest")
@access(Access.PUBLIC)
def manifest(fingerprint: str, language: str) -> ResponseReturnValue:  # noqa: ARG001 - pins the address
    """Give what a tablet needs to put the service on its home screen."""
    g.language = language
    name = translate("offline.app_name")
    content = {
        "id": url_for("answer.enter"),
        "name": name,
        "short_name": name,
        "lang": g.language,
        "start_url": url_for("answer.enter"),
        "scope": url_for("answer.enter"),
        "display": "standalone",
        "background_color": "#f7f5f0",
        "theme_color": "#134458",
        "icons": [
            _icon("icon.svg", "any", "image/svg+xml"),
            _icon("icon-192.png", "192x192", "image/png"),
            _icon("icon-512.png", "512x512", "image/png"),
            _icon("icon-512.png", "512x512", "image/png") | {"purpose": "maskable"},
        ],
    }
    return Response(json.dumps(content, ensure_ascii=False), mimetype="application/manifest+json")


@pages.get("/offline")
@access(Access.PUBLIC)
def shell() -> ResponseReturnValue:
    """Show the page that stands in for any other without network; the same for everybody."""
    found = load_texts(TEXTS)
    prefix = "offline."
    texts = {
        language: {
            key.removeprefix(prefix): wording.read_in(language)
            for key, wording in found.items()
            if key.startswith(prefix)
        }
        for language in LANGUAGES
    }
    return render_template("offline/shell.html", texts=texts)


@pages.get("/offline/scripts/<fingerprint>/<name>")
@access(Access.PUBLIC)
def script(fingerprint: str, name: str) -> ResponseReturnValue:  # noqa: ARG001 - pins the address
    """Give one of the scripts. They import each other by address, so each stays with its kind."""
    if name not in scripts.script_names():
        abort(404)
    return Response(scripts.read_script(name), mimetype="text/javascript")


@pages.get("/offline/net")
@access(Access.PUBLIC)
def reach() -> ResponseReturnValue:
    """Answer that the service can be reached."""
    return "", 204


@pages.get("/offline/sitting")
@access(Access.PUBLIC)
def sitting() -> ResponseReturnValue:
    """Give an open page what it needs to go on without network. It stays in the page's memory.

    A page that tells by `known`, the token of the whole response, that the tab's earlier page
    learned the rest, is given what may have changed alone: data can be dear.
    """
    current = current_sitting()
    prepared = offline.prepare(the_keys(), current.response_id)
    changing = _changing_values(current, prepared)
    if hmac.compare_digest(
        request.args.get("known", "").encode(), page_token(current, WHOLE_RESPONSE).encode()
    ):
        return changing
    return _lasting_values(current, prepared) | changing


@pages.get(
    "/offline/questions/<fingerprint>/<key>/<int:version>/<any(words, choices):kind>"
    "/<uuid:project_id>"
)
@access(Access.PUBLIC)
def questions(
    fingerprint: str,  # noqa: ARG001 - pins the address
    key: str,
    version: int,
    kind: str,
    project_id: UUID,
) -> ResponseReturnValue:
    """Give a questionnaire's pages, rendered in advance: no answers, no code, nobody's name."""
    answer_for_project(project_id)
    try:
        content = questionnaire_pages(key, version, kind == "words")
    except UnknownInstrument:
        abort(404)
    return Response(content, mimetype="application/json")


@pages.post("/offline/answers")
@access(Access.PUBLIC)
def answers() -> ResponseReturnValue:
    """Take in a packet of answers, once.

    It needs no cookie and changes nothing but the response its ticket was made for, so it needs no
    token against forged requests either.
    """
    posted = _posted()
    packet = Packet(
        client_id=_uuid(posted, "client_id"),
        content_hash=_text(posted, "content_hash"),
        ticket=_text(posted, "ticket"),
        sealed_answers=offline.decode_base64(_text(posted, "sealed")),
    )
    receipt = offline.deliver(the_keys(), packet, current_app.extensions["survey_today"]())
    _adjust_sitting(receipt, str(posted.get("page_secret") or ""))
    return {"outcome": receipt.outcome.value}, _STATUS[receipt.outcome]


@pages.post("/offline/waiting")
@access(Access.PUBLIC)
def waiting() -> ResponseReturnValue:
    """Take in how many unsent answers a device holds."""
    posted = _posted()
    count = posted.get("count")
    # To Python, true is a whole number.
    if type(count) is not int or not 0 <= count <= _WAITING_LIMIT:
        raise PacketRefused("count: expected a whole number of answers")
    device_id = _uuid(posted, "device_id")
    offline.report_waiting(the_keys(), _text(posted, "ticket"), device_id, count)
    return "", 204


@pages.errorhandler(PacketRefused)
def show_refusal(_error: Exception) -> ResponseReturnValue:
    """Tell a script, which reads no pages, that nothing was stored."""
    return {"outcome": "refused"}, 400


@pages.after_app_request
def tell_next_page(response: Response) -> Response:
    """Turn a form's redirect into the address alone where a script posted the form.

    A script cannot see where a redirect leads, and following it would fetch the next page twice.
    """
    if response.status_code == 303 and request.headers.get(IN_PLACE):
        response.headers["X-Next"] = response.headers.pop("Location")
        response.status_code = 204
        response.data = b""
    return response


@pages.app_template_global("offline_script")
def script_url() -> str:
    """Return where the script is that every answering page begins with."""
    return _script_url("page.js")


@pages.app_template_global("offline_manifest")
def manifest_url() -> str:
    """Return where the manifest in the reader's language is."""
    return url_for("offline.manifest", fingerprint=scripts.fingerprint(), language=g.language)


def _script_url(name: str) -> str:
    return url_for("offline.script", fingerprint=scripts.fingerprint(), name=name)


def _icon(name: str, sizes: str, kind: str) -> dict[str, str]:
    return {"src": url_for("static", filename=f"icons/{name}"), "sizes": sizes, "type": kind}


def _lasting_values(current: Sitting, prepared: OfflineSitting) -> dict[str, object]:
    """Return what stays as it is as long as the sitting lasts."""
    state = prepared.state
    _, items = answering.questions_of(state)
    pages_of_sitting = [*(str(number) for number in range(1, len(items) + 1)), WHOLE_RESPONSE]
    return {
        "ticket": prepared.ticket,
        "public_key": offline.encode_base64(prepared.public_key),
        "questions": address_of(
            state.project_id,
            state.instrument_key,
            state.instrument_version,
            state.offers_free_text,
        ),
        "has_code": state.has_code,
        "page_tokens": {page: page_token(current, page) for page in pages_of_sitting},
    }


def _changing_values(current: Sitting, prepared: OfflineSitting) -> dict[str, object]:
    """Return the answers of this sitting, and which questions were answered before it."""
    _, items = answering.questions_of(prepared.state)
    numbers = {item.key: number for number, item in enumerate(items, start=1)}
    readable = {
        key: value
        for key, value in prepared.answers.items()
        if value != answering.WRITTEN and key in numbers and current.may_read(numbers[key])
    }
    code = prepared.withdrawal_code
    return {
        "answers": readable,
        "hidden": sorted(set(prepared.answers) - set(readable)),
        "withdrawal_code": None if code is None else format_code(code),
    }


def _adjust_sitting(receipt: offline.Receipt, page_secret: str) -> None:
    """Let the page that made a packet read its answers; end the sitting others left behind.

    Only the page's memory and the sealed packet know the page's secret: whoever finds the packet on
    the device cannot read by it.
    """
    opened = receipt.opened
    if opened is None or not has_sitting():
        return
    try:
        current = current_sitting()
    except SittingMissing:
        return
    if current.response_id != receipt.response_id:
        return
    if opened.step is Step.DELETE:
        end_sitting()
    elif opened.proves(page_secret):
        _allow_reading(current, opened)
    elif opened.step is not Step.SAVE:
        end_sitting()


def _allow_reading(current: Sitting, opened: offline.Opened) -> None:
    for number in range(1, answering.count_questions(current.response_id) + 1):
        if answering.find_question(current.response_id, number).key in opened.answers:
            current.allow_reading(number)


def _posted() -> dict[str, Any]:
    if request.mimetype != "application/json":
        raise PacketRefused("content type: expected application/json")
    if (request.content_length or 0) > 2 * offline.PACKET_LIMIT:
        raise PacketRefused("length: expected less")
    posted = request.get_json(silent=True)
    if not isinstance(posted, dict):
        raise PacketRefused("content: expected a JSON object")
    return posted


def _text(posted: dict[str, Any], name: str) -> str:
    value = posted.get(name)
    if not isinstance(value, str):
        raise PacketRefused(f"{name}: expected a text")
    return value


def _uuid(posted: dict[str, Any], name: str) -> UUID:
    try:
        return UUID(_text(posted, name))
    except ValueError:
        raise PacketRefused(f"{name}: expected a UUID") from None
