"""The address of a letter's QR code and of an e-mail: what follows its # opens the door once."""

from typing import cast

from flask import current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from survey_service.fieldwork.access_codes import CodeMistyped
from survey_service.fieldwork.answering import CodeRefused
from survey_service.fieldwork.letter_links import enter_with_letter
from survey_service.storage.keys import KeyStore
from survey_service.web.access import Access, access
from survey_service.web.answer.blueprint import pages
from survey_service.web.answer.forms import AnsweringForm, require_valid
from survey_service.web.answer.sitting import begin_sitting, current_sitting, has_sitting
from survey_service.web.language import translate
from survey_service.web.rate_limits import note_failed_try


class LetterForm(AnsweringForm):
    """What a script read from the address."""

    token = StringField()


@pages.route("/k", methods=["GET", "POST"])
@access(Access.PUBLIC)
def letter() -> ResponseReturnValue:
    """Open the door with what the address held; without a script ask for the code."""
    form = LetterForm()
    if not form.is_submitted():
        return render_template("answer/letter.html", error=None, code="", sitting=has_sitting())
    require_valid(form)
    keys = cast("KeyStore", current_app.extensions["survey_keys"])
    own = current_sitting().response_id if has_sitting() else None
    today = current_app.extensions["survey_today"]()
    try:
        entrance = enter_with_letter(keys, form.token.data or "", today, own)
    except (CodeRefused, CodeMistyped):
        note_failed_try()
        error = translate("answer.letter.once")
        return render_template("answer/enter.html", error=error, code="", sitting=False), 400
    begin_sitting(entrance.response_id)
    return redirect(url_for("answer.introduction"), code=303)
