"""A sitting: from entering to sending or leaving, in one browser.

The signed cookie holds the response's id and which questions were answered since entering, as a
bit mask. Answers from before are never shown: whoever holds the letter must not read them.
"""

import hmac
from dataclasses import dataclass
from uuid import UUID

from flask import current_app, session

from survey_service.web.errors import PageMisplaced, SittingMissing


@dataclass(slots=True)
class Sitting:
    """The response being answered, and the questions that may be looked back at."""

    response_id: UUID
    readable: int

    def may_read(self, number: int) -> bool:
        """Whether question `number` was answered in this sitting."""
        return bool(self.readable >> number & 1)

    def allow_reading(self, number: int) -> None:
        """Remember that question `number` was answered in this sitting."""
        if not self.may_read(number):
            self.readable |= 1 << number
            _store(self)


def begin_sitting(response_id: UUID) -> None:
    """Let this browser answer a response from now on, in place of any other."""
    comfort = {name: session[name] for name in ("language", "display") if name in session}
    # A new session altogether: nothing of the last person in this browser remains.
    session.clear()
    session.update(comfort)
    _store(Sitting(response_id, 0))


def current_sitting() -> Sitting:
    """Return this browser's sitting; raises SittingMissing."""
    try:
        stored = session["sitting"]
        return Sitting(UUID(hex=stored["response"]), int(stored["readable"], 16))
    except (KeyError, TypeError, ValueError):
        raise SittingMissing from None


def has_sitting() -> bool:
    """Whether somebody is answering in this browser."""
    return "sitting" in session


def end_sitting() -> None:
    """Forget the response in this browser."""
    session.pop("sitting", None)


def page_token(sitting: Sitting, page: str) -> str:
    """Return what ties a page's form to this response and this page."""
    message = f"{sitting.response_id.hex}:{page}".encode()
    return hmac.new(current_app.secret_key, message, "sha256").hexdigest()[:24]  # type: ignore[arg-type]


def require_page_token(sitting: Sitting, page: str, token: str | None) -> None:
    """Refuse a form that was made for another response or another page: PageMisplaced."""
    if not hmac.compare_digest(page_token(sitting, page).encode(), (token or "").encode()):
        raise PageMisplaced


def _store(sitting: Sitting) -> None:
    session["sitting"] = {
        "response": sitting.response_id.hex,
        "readable": format(sitting.readable, "x"),
    }
