"""Enter, read what it is about, answer one question per page, look over, send or stop."""

from collections.abc import Mapping

from flask import g, make_response, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from survey_service.fieldwork import answering, own_words, withdrawing
from survey_service.fieldwork.access_codes import CodeMistyped, format_code
from survey_service.fieldwork.answering import (
    AnswerRefused,
    CodeRefused,
    Overview,
    QuestionPage,
    TextTooLong,
)
from survey_service.fieldwork.own_data import is_for_statistics_only
from survey_service.measurement.instrument import NON_ANSWERS, Block, Item
from survey_service.web.access import Access, access
from survey_service.web.answer.audio import audio_url
from survey_service.web.answer.blueprint import pages
from survey_service.web.answer.forms import AnswerForm, CodeForm, PageForm, require_valid
from survey_service.web.answer.notices import CONSENT, told_sections
from survey_service.web.answer.sitting import (
    Sitting,
    begin_sitting,
    current_sitting,
    end_sitting,
    has_sitting,
    page_token,
    require_page_token,
)
from survey_service.web.answer.ways import minutes_to_answer, next_url, start_url
from survey_service.web.installation import the_day, the_keys
from survey_service.web.kiosk.cookies import FAREWELL, forget, on_tablet
from survey_service.web.kiosk.leaving import Farewell, leave_with, send_and_leave
from survey_service.web.language import long_date, translate
from survey_service.web.rate_limits import note_failed_try

WHOLE_RESPONSE = "whole"
"""What the page tokens of sending and deleting stand for: the response, not one question."""


@pages.route("/", methods=["GET", "POST"])
@access(Access.PUBLIC)
def enter() -> ResponseReturnValue:
    """Ask for a code and begin or resume what it belongs to."""
    form = CodeForm()
    if not form.is_submitted():
        if on_tablet():
            return redirect(url_for("kiosk.start"), code=303)
        page = render_template("answer/enter.html", error=None, code="", sitting=has_sitting())
        response = make_response(page)
        forget(response, FAREWELL)  # a pause code is not for whoever comes next
        return response
    require_valid(form)
    typed = form.code.data or ""
    return _enter_with(typed)


@pages.get("/k/<code>")
@access(Access.PUBLIC)
def follow_code(code: str) -> ResponseReturnValue:
    """Enter with a code that stands in the address of a letter; the address is left at once."""
    return _enter_with(code)


@pages.get("/aaben/<token>")
@access(Access.PUBLIC)
def follow_link(token: str) -> ResponseReturnValue:
    """Begin an anonymous response through a unit's open link."""
    entrance = answering.enter_with_link(the_keys(), token)
    begin_sitting(entrance.response_id)
    return redirect(url_for("answer.introduction"), code=303)


@pages.get("/om")
@access(Access.PUBLIC)
def introduction() -> ResponseReturnValue:
    """Tell what it is about and what happens with the answers, before the first question."""
    sitting = current_sitting()
    overview = answering.look_over(sitting.response_id)
    instrument = overview.instrument
    opening = instrument.introduction
    return render_template(
        "answer/introduction.html",
        survey_title=instrument.title.read_in(g.language),
        title=instrument.title.read_in(g.language),
        introduction=opening.read_in(g.language) if opening else "",
        notice=told_sections(overview.state),
        item_count=len(overview.items),
        minutes=minutes_to_answer(len(overview.items)),
        resumed=bool(overview.answers),
        any_hidden=any(row["state"] == "hidden" for row in _review_rows(sitting, overview)),
        next_number=overview.first_open or len(overview.items),
        coded=overview.state.has_code,
        municipality=overview.state.municipality_name,
        start_url=start_url(overview),
        consent_token=page_token(sitting, CONSENT) if overview.state.awaits_consent else None,
        sitting=True,
    )


@pages.get("/svar/<int:number>")
@access(Access.PUBLIC)
def question(number: int) -> ResponseReturnValue:
    """Show one question."""
    sitting = current_sitting()
    return _question_page(sitting, answering.open_page(sitting.response_id, number))


@pages.post("/svar/<int:number>")
@access(Access.PUBLIC)
def answer(number: int) -> ResponseReturnValue:
    """Save one answer and go on."""
    sitting, form = current_sitting(), AnswerForm()
    require_page_token(sitting, str(number), form.page.data)
    require_valid(form)
    if form.clear.data:
        answering.clear_answer(the_keys(), sitting.response_id, number)
        return redirect(url_for("answer.question", number=number), code=303)
    error = _save(sitting, number, form)
    if error is not None:
        page = answering.open_page(sitting.response_id, number)
        return _question_page(sitting, page, error=error, typed=form.answer.data), 400
    total = answering.count_questions(sitting.response_id)
    if number < total:
        return redirect(url_for("answer.question", number=number + 1), code=303)
    return redirect(url_for("answer.review"), code=303)


@pages.get("/gennemse")
@access(Access.PUBLIC)
def review() -> ResponseReturnValue:
    """Show all questions with the answers of this sitting, and offer to send them."""
    sitting = current_sitting()
    overview = answering.look_over(sitting.response_id)
    return render_template(
        "answer/review.html",
        survey_title=overview.instrument.title.read_in(g.language),
        rows=_review_rows(sitting, overview),
        page_token=page_token(sitting, WHOLE_RESPONSE),
        sitting=True,
    )


@pages.get("/stop")
@access(Access.PUBLIC)
def stop() -> ResponseReturnValue:
    """Ask whether to send what there is or delete it."""
    sitting = current_sitting()
    overview = answering.look_over(sitting.response_id)
    return render_template(
        "answer/stop.html",
        survey_title=overview.instrument.title.read_in(g.language),
        answered_count=len(overview.answers),
        page_token=page_token(sitting, WHOLE_RESPONSE),
        back_url=next_url(overview),
        sitting=True,
    )


@pages.post("/send")
@access(Access.PUBLIC)
def send() -> ResponseReturnValue:
    """Send the response."""
    sitting = _sitting_of_whole_form()
    if on_tablet():
        return send_and_leave(sitting, the_day())
    answering.send(the_keys(), sitting.response_id, the_day())
    return redirect(url_for("answer.thanks"), code=303)


@pages.post("/slet")
@access(Access.PUBLIC)
def delete() -> ResponseReturnValue:
    """Delete what was answered so far."""
    sitting = _sitting_of_whole_form()
    answering.delete(the_keys(), sitting.response_id)
    if on_tablet():
        return leave_with(Farewell.DELETED)
    end_sitting()
    return redirect(url_for("answer.deleted"), code=303)


@pages.get("/tak")
@access(Access.PUBLIC)
def thanks() -> ResponseReturnValue:
    """Thank, and show the withdrawal code to who came with a code."""
    receipt = withdrawing.find_receipt(the_keys(), current_sitting().response_id)
    code = receipt.withdrawal_code
    return render_template(
        "answer/thanks.html",
        withdrawal_code=None if code is None else format_code(code),
        withdrawal_until=long_date(receipt.retained_until),
        sees_own_data=not is_for_statistics_only(receipt.project_id, receipt.notice_version),
        finish_form=True,
    )


@pages.post("/faerdig")
@access(Access.PUBLIC)
def finish() -> ResponseReturnValue:
    """Leave the browser clean for the next person."""
    require_valid(PageForm())
    if on_tablet():
        session.clear()
    end_sitting()
    # Who goes back and has a page sent again, a code with it, must not see it again.
    session.pop("csrf_token", None)
    return redirect(url_for("answer.enter"), code=303)


@pages.get("/slettet")
@access(Access.PUBLIC)
def deleted() -> ResponseReturnValue:
    """Tell that the answers are gone."""
    return render_template("answer/deleted.html")


@pages.route("/fortryd", methods=["GET", "POST"])
@access(Access.PUBLIC)
def withdraw() -> ResponseReturnValue:
    """Delete sent answers by their withdrawal code."""
    form = CodeForm()
    if not form.is_submitted():
        return render_template("answer/withdraw.html", error=None, code="")
    require_valid(form)
    typed = form.code.data or ""
    try:
        withdrawing.withdraw(the_keys(), typed)
    except (CodeMistyped, CodeRefused) as refusal:
        error = code_error(refusal, typed, "error.withdrawal_unknown")
        return render_template("answer/withdraw.html", error=error, code=typed), 400
    if on_tablet():
        return leave_with(Farewell.WITHDRAWN)
    end_sitting()
    return redirect(url_for("answer.withdrawn"), code=303)


@pages.get("/trukket-tilbage")
@access(Access.PUBLIC)
def withdrawn() -> ResponseReturnValue:
    """Tell that the sent answers are gone."""
    return render_template("answer/withdrawn.html")


def code_error(refusal: Exception, typed: str, unknown: str) -> str:
    """Return what to say of a code that does not admit."""
    if not typed.strip():
        return translate("error.code_missing")
    note_failed_try(refusal)
    return translate("error.code_check" if isinstance(refusal, CodeMistyped) else unknown)


def _enter_with(code: str) -> ResponseReturnValue:
    try:
        entrance = answering.enter_with_code(the_keys(), code, the_day())
    except (CodeMistyped, CodeRefused) as refusal:
        error = code_error(refusal, code, "error.code_unknown")
        return render_template("answer/enter.html", error=error, code=code), 400
    begin_sitting(entrance.response_id)
    return redirect(url_for("answer.introduction"), code=303)


def _question_page(
    sitting: Sitting, page: QuestionPage, error: str | None = None, typed: str | None = None
) -> str:
    number, item = page.number, page.item
    selected = page.value if sitting.may_read(number) else None
    is_text = item.block is Block.FREE_TEXT
    if is_text and error is not None:
        selected = typed
    elif is_text and selected is not None:
        selected = own_words.read_free_text(the_keys(), page)
    return render_template(
        "answer/question.html",
        survey_title=page.instrument.title.read_in(g.language),
        item={
            "text": item.wording.read_in(g.language),
            "help": item.help.read_in(g.language) if item.help else None,
            "is_text": is_text,
            "audio_url": audio_url(item, number),
        },
        number=number,
        total=page.total,
        options=_options(item, g.language),
        selected=selected,
        answered_hidden=page.value is not None and not sitting.may_read(number),
        offers_non_answers=not is_text,
        error=error,
        previous_url=url_for("answer.question", number=number - 1) if number > 1 else None,
        action=url_for("answer.answer", number=number),
        page_token=page_token(sitting, str(number)),
        saved_hint=True,
        sitting=True,
    )


def _options(item: Item, language: str) -> list[tuple[str, str]]:
    return [(option.value, option.wording.read_in(language)) for option in item.answer_options]


def _save(sitting: Sitting, number: int, form: AnswerForm) -> str | None:
    """Save what the form holds; return an error's text if there is nothing to go on from."""
    item = answering.find_question(sitting.response_id, number)
    value = form.answer.data or ""
    if item.block is Block.FREE_TEXT:
        if value or sitting.may_read(number):
            try:
                own_words.save_free_text(the_keys(), sitting.response_id, number, value)
            except TextTooLong:
                return translate("error.answer_too_long", limit=own_words.FREE_TEXT_LIMIT)
        else:
            answering.skip_unless_answered(sitting.response_id, number)
    elif value:
        try:
            answering.save_answer(sitting.response_id, number, value)
        except AnswerRefused:
            return translate("error.answer_unknown")
    elif answering.open_page(sitting.response_id, number).value is None:
        return translate("error.answer_missing")
    else:
        return None  # an earlier answer that is not shown is kept
    sitting.allow_reading(number)
    return None


def _review_rows(sitting: Sitting, overview: Overview) -> list[Mapping[str, object]]:
    rows: list[Mapping[str, object]] = []
    for number, item in enumerate(overview.items, start=1):
        value = overview.answers.get(item.key)
        readable = value is not None and sitting.may_read(number)
        rows.append(
            {
                "number": number,
                "text": item.wording.read_in(g.language),
                "answer": _answer_text(item, value) if value is not None and readable else None,
                "state": "open" if value is None else "readable" if readable else "hidden",
                "change_url": url_for("answer.question", number=number),
            }
        )
    return rows


def _answer_text(item: Item, value: str) -> str:
    if value in NON_ANSWERS:
        return translate(f"answer.question.{value}")
    if value == answering.WRITTEN:
        return translate("answer.review.written")
    return dict(_options(item, g.language))[value]


def _sitting_of_whole_form() -> Sitting:
    sitting, form = current_sitting(), PageForm()
    require_page_token(sitting, WHOLE_RESPONSE, form.page.data)
    require_valid(form)
    return sitting
