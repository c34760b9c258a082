"""A session that ends in the middle of a form: what was typed is kept, and can be sent afterwards.

What is kept is bound to the account whose session it was: on a computer that several people use,
whoever signs in next must see nothing of what another had typed, who may have had other rights.
"""

from typing import Any, cast
from urllib.parse import SplitResult, quote, urlencode, urlsplit
from uuid import UUID

from flask import current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature
from werkzeug.exceptions import RequestEntityTooLarge

from survey_service.accounts import kept_forms
from survey_service.accounts.kept_forms import KeptForm
from survey_service.web.installation import the_moment
from survey_service.web.language import translate
from survey_service.web.settings import Settings
from survey_service.web.workspace.blueprint import pages

MOST_BYTES = 200 * 1024
MOST_TABS = 3
LONGEST_ADDRESS = 1000
SENT_AGAIN = "gemt"

_TOKENS, _NEXT, _OWNER, _NOTICE = "kept_forms", "next_page", "session_of", "sign_in_notice"
_NEVER_KEPT = ("csrf_token",)
_FORM_WITH_WORDS = "workspace.review_words"
"""What people wrote is not kept in a second place: whoever withdraws it must not be left there."""
_FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}


def ask_to_sign_in() -> ResponseReturnValue:
    """Send somebody to the sign-in page, and remember where they wanted to go or what they typed.

    Only for a session that ended here: what another site posts, or sends somebody to type, is
    dropped.
    """
    ended = _read_ended_session()
    owner = _owner_of(ended)
    for name in ("language", "display"):
        if name in ended:
            session.setdefault(name, ended[name])
    if request.method in {"GET", "HEAD"}:
        if request.headers.get("Sec-Fetch-Dest", "document") == "document":
            _go_on_at(_address_of_request(), owner)
        if owner is not None:
            session[_OWNER] = owner.hex
        if "_user_id" in ended:  # whoever has signed out knows that already
            session.setdefault(_NOTICE, "ended")
    elif owner is not None and is_from_here():
        session[_OWNER] = owner.hex
        _go_on_at(_page_it_stood_on(), owner)
        session[_NOTICE] = keep_posted_form(owner)
    return redirect(url_for("workspace.sign_in"), code=303)


@pages.before_request
def remember_owner() -> None:
    """Remember whose session ended in this browser, for forms that are still open in it.

    Pages for everybody, the sign-in page first of all, begin a new session in its place.
    """
    if "_user_id" not in session and _OWNER not in session:
        owner = _owner_of(_read_ended_session())
        if owner is not None:
            session[_OWNER] = owner.hex


def what_goes_along() -> dict[str, Any]:
    """Return what a session takes along when it is renewed.

    Keys that open nothing for another account, an address of our own, and whose session it was.
    """
    found = {name: session[name] for name in (_TOKENS, _NEXT) if name in session}
    owner = _owner_of(dict(session))
    return found if owner is None else found | {_OWNER: owner.hex}


def was_session_of_another(account_id: UUID) -> bool:
    """Whether somebody else was the last to work in this browser: its open forms are theirs."""
    return bool(session.get(_OWNER, account_id.hex) != account_id.hex)


@pages.app_template_global()
def sign_in_notice() -> str | None:
    """Return what the sign-in page says about a session that ended, None if there is nothing."""
    found = session.get(_NOTICE)
    known = found in {"ended", "kept", "not_kept"}
    return translate(f"workspace.kept_form.notice_{found}") if known else None


def page_after_sign_in(account_id: UUID) -> str:
    """Return the address where somebody goes on who has just signed in."""
    stored = session.pop(_NEXT, None)
    session.pop(_NOTICE, None)
    if find_own_forms(account_id):
        return url_for("workspace.kept_forms")
    session.pop(_TOKENS, None)
    try:
        address, owner = stored
    except (TypeError, ValueError):
        return url_for("workspace.projects")
    is_theirs = owner in {None, account_id.hex} and _is_ours(address)
    return str(address) if is_theirs else url_for("workspace.projects")


def keep_posted_form(owner: UUID) -> str:
    """Keep what was posted for its owner.

    Returns "kept", "not_kept" where it is too large or holds a password, and "ended" where there
    was nothing to keep.
    """
    form = _read_form()
    if form is None:
        return "not_kept"
    if not form.fields:
        return "ended"
    token = kept_forms.keep_form(owner, form, the_moment())
    session[_TOKENS] = [*_tokens(), token][-MOST_TABS:]
    return "kept"


def find_own_forms(account_id: UUID) -> dict[str, KeptForm]:
    """Return the kept forms this browser has the keys to and that are this account's."""
    found = {token: kept_forms.open_form(token, account_id, the_moment()) for token in _tokens()}
    return {
        token: form for token, form in found.items() if form is not None and _is_ours(form.path)
    }


def forget_form(name: str) -> None:
    """Remove the kept form that goes by this name, if this browser has the key to it."""
    for token in _tokens():
        if kept_forms.name_of(token) == name:
            kept_forms.forget_form(token)
            session[_TOKENS] = [other for other in _tokens() if other != token]


def is_from_here() -> bool:
    """Whether a page of our own posted this, as the browser tells; without its word: no."""
    fetched_from = request.headers.get("Sec-Fetch-Site")
    if fetched_from is not None:
        return fetched_from == "same-origin"
    origin = request.headers.get("Origin") or request.headers.get("Referer") or ""
    public_address = cast("Settings", current_app.extensions["survey_settings"]).public_address
    own = {request.host, urlsplit(public_address or "").netloc} - {""}
    return _split(origin).netloc in own


def _read_form() -> KeptForm | None:
    """Return the posted form without its files; None if it is too large or holds a password."""
    if request.endpoint == _FORM_WITH_WORDS:
        return None
    if request.mimetype not in _FORMS or (request.content_length or 0) > MOST_BYTES:
        return None
    try:
        fields = tuple(
            (name, value)
            for name, values in request.form.lists()
            if name not in _NEVER_KEPT
            for value in values
        )
    except RequestEntityTooLarge:
        return None
    if any(_is_secret(name) for name, _ in fields):
        return None
    return KeptForm(
        path=_address_of_request(),
        page=_page_it_stood_on(),
        is_multipart=request.mimetype == "multipart/form-data",
        lost_files=any(file.filename for file in request.files.values()),
        fields=fields,
    )


def _is_secret(name: str) -> bool:
    """Whether a field holds a password or a code; then the form is worth nothing without it."""
    return "password" in name or name in {"code", "totp", "repeated"}


def _address_of_request() -> str:
    """Return the path and query that were asked for, without the mark of a form sent again."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != SENT_AGAIN]
    path = quote(request.script_root + request.path)
    return path + ("?" + urlencode(kept) if kept else "")


def _split(address: str) -> SplitResult:
    """Return the parts of an address a browser named; of one that is none, no parts."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _page_it_stood_on() -> str | None:
    referrer = _split(request.headers.get("Referer", ""))
    address = referrer.path + (f"?{referrer.query}" if referrer.query else "")
    return address if _is_ours(address) else None


def _go_on_at(address: str | None, owner: UUID | None) -> None:
    if address is not None and _is_ours(address):
        session[_NEXT] = [address, None if owner is None else owner.hex]


def _is_ours(address: object) -> bool:
    """Whether an address is a page of the workspace; anything that could lead elsewhere is not."""
    if not isinstance(address, str) or len(address) > LONGEST_ADDRESS:
        return False
    is_plain = "\\" not in address and address.isprintable()
    return is_plain and address.startswith(url_for("workspace.projects"))


def _read_ended_session() -> dict[str, Any]:
    """Return what the cookie of a session holds that may be over; its signature still counts."""
    serializer = current_app.session_interface.get_signing_serializer(current_app)  # type: ignore[attr-defined]
    cookie = request.cookies.get(current_app.config["SESSION_COOKIE_NAME"], "")
    try:
        found = serializer.loads(cookie)
    except BadSignature:
        return {}
    return found if isinstance(found, dict) else {}


def _owner_of(ended: dict[str, Any]) -> UUID | None:
    """Return whose session ended; our own signature says so."""
    stored = str(ended.get("_user_id") or ended.get(_OWNER) or "")
    try:
        return UUID(hex=stored.partition(".")[0])
    except ValueError:
        return None


def _tokens() -> list[str]:
    stored = session.get(_TOKENS, [])
    return [str(token) for token in stored] if isinstance(stored, list) else []
