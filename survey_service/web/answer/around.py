"""What stands around the questions on every page: language, display, and how the pages work."""

from flask import current_app, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from survey_service.texts import LANGUAGES
from survey_service.web.access import Access, access
from survey_service.web.answer.blueprint import pages
from survey_service.web.answer.forms import DisplayForm, LanguageForm, require_valid
from survey_service.web.display import choose_display
from survey_service.web.kiosk.cookies import FAREWELL, LAST, PAIRING, UNSENT, cookie_name

_OTHER_COOKIES = ((FAREWELL, "farewell"), (PAIRING, "pairing"), (LAST, "last"))


@pages.get("/was")
@access(Access.PUBLIC)
def accessibility() -> ResponseReturnValue:
    """Tell how accessible the pages are and lead to the installation's statement."""
    return render_template("answer/accessibility.html")


@pages.get("/cookies")
@access(Access.PUBLIC)
def cookies() -> ResponseReturnValue:
    """Tell which cookies there are and what each is for."""
    found = [(current_app.config["SESSION_COOKIE_NAME"], "sitting")]
    found += [(cookie_name(name), key) for name, key in _OTHER_COOKIES]
    found.append((UNSENT, "unsent"))
    return render_template("answer/cookies.html", cookies=found)


@pages.post("/sprog")
@access(Access.PUBLIC)
def switch_language() -> ResponseReturnValue:
    """Go on in another language on the same page."""
    form = LanguageForm()
    require_valid(form)
    if form.language.data in LANGUAGES:
        session["language"] = form.language.data
    return redirect(_local_path(form.next.data), code=303)


@pages.post("/visning")
@access(Access.PUBLIC)
def switch_display() -> ResponseReturnValue:
    """Go on with another text size, spacing or colours on the same page."""
    form = DisplayForm()
    require_valid(form)
    choose_display(
        {
            "size": form.size.data,
            "spacing": form.spacing.data,
            "contrast": form.contrast.data,
        }
    )
    return redirect(_local_path(form.next.data), code=303)


def _local_path(path: str | None) -> str:
    """Return a path of this site that a page may be shown at again, else the start page.

    Browsers read a backslash as a slash and pass over control characters: //host in disguise.
    """
    if not path or not path.startswith("/") or path.startswith("//"):
        return url_for("answer.enter")
    if "\\" in path or not path.isprintable():
        return url_for("answer.enter")
    return path
