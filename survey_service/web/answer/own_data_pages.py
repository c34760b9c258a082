"""The page on which somebody sees, and takes home, what is held under their withdrawal code.

The code is posted and stands in no address; the reply is kept by no browser. On a shared tablet
nothing can be saved: the next person would find it there.
"""

import json
from collections.abc import Mapping
from datetime import date
from typing import cast

from flask import Response, current_app, g, make_response, render_template
from flask.typing import ResponseReturnValue
from wtforms import StringField

from survey_service.fieldwork import own_data as own
from survey_service.fieldwork.access_codes import CodeMistyped
from survey_service.fieldwork.answering import CodeRefused
from survey_service.fieldwork.own_data import OwnAnswer, OwnData, StatisticsOnly
from survey_service.measurement.instrument import NON_ANSWERS
from survey_service.storage.keys import KeyStore
from survey_service.web.access import Access, access
from survey_service.web.answer.blueprint import pages
from survey_service.web.answer.forms import CodeForm, require_valid
from survey_service.web.answer.views import code_error
from survey_service.web.kiosk.cookies import on_tablet
from survey_service.web.language import has_text, long_date, translate

AS_FILE = "file"
"""What the button that saves posts as `form`."""

FILE_NAME = "mine-svar.json"


class OwnDataForm(CodeForm):
    """A withdrawal code, and whether to look or to save."""

    form = StringField()


@pages.route("/mine-svar", methods=["GET", "POST"])
@access(Access.PUBLIC)
def own_data() -> ResponseReturnValue:
    """Ask for the code from the thank-you page and show what is held under it."""
    form = OwnDataForm()
    if not form.is_submitted():
        return _ask()
    require_valid(form)
    typed = form.code.data or ""
    keys = cast("KeyStore", current_app.extensions["survey_keys"])
    try:
        found = own.find_own_data(keys, typed)
    except StatisticsOnly:
        return render_template("answer/own_data_statistics.html")
    except (CodeMistyped, CodeRefused) as refusal:
        return _ask(code_error(refusal, typed, "error.own_data_unknown"), typed), 400
    if form.form.data == AS_FILE and not on_tablet():
        return _file(found)
    return _show(found)


def _ask(error: str | None = None, code: str = "") -> str:
    return render_template(
        "answer/own_data_code.html", error=error, code=code, on_tablet=on_tablet()
    )


def _show(found: OwnData) -> str:
    names = found.measure_names(g.language, _words()["measures"])
    return render_template(
        "answer/own_data.html",
        facts=_facts(found),
        kept_until=long_date(found.response.retained_until),
        answers=[_answer_row(answer) for answer in found.answers],
        scores=[
            {
                "name": names.get(score.measure, score.measure),
                "score": None if score.score is None else round(score.score),
            }
            for score in found.scores
        ],
        on_tablet=on_tablet(),
    )


def _facts(found: OwnData) -> list[tuple[str, str]]:
    response = found.response
    linked = "yes" if response.is_linked else "no"
    facts = {
        "municipality": response.municipality_name,
        "project": response.project_title,
        "wave": response.wave_label(g.language),
        "unit": response.unit_name,
        "audience": _audience(response.audience),
        "questionnaire": found.instrument.title.read_in(g.language),
        "week": _week(response.sent_week),
        "pseudonym": translate(f"answer.own_data.pseudonym_{linked}"),
        "notice": _notice(response.notice_version),
    }
    return [(translate(f"answer.own_data.{name}"), value) for name, value in facts.items()]


def _week(monday: date | None) -> str:
    if monday is None:
        return translate("answer.own_data.week_gone")
    return translate("answer.own_data.week_of", date=long_date(monday))


def _notice(version: str) -> str:
    """Return which version somebody was told: it is kept as 1, or as citizen-1 of one's own."""
    number = version.rpartition("-")[2]
    return translate("answer.own_data.notice_version", version=number)


def _audience(audience: str) -> str:
    key = f"answer.own_data.audience_{audience.replace('-', '_')}"
    return translate(key) if has_text(key) else audience


def _answer_row(answer: OwnAnswer) -> Mapping[str, object]:
    return {
        "question": answer.item.wording.read_in(g.language),
        "answer": answer.read_in(g.language, _words()["non_answers"]),
        "is_words": answer.words is not None,
        "quote": answer.quote,
    }


def _words() -> dict[str, dict[str, str]]:
    return {
        "non_answers": {value: translate(f"answer.question.{value}") for value in NON_ANSWERS},
        "measures": {name: translate(f"measure.{name}") for name in ("outcomes", "overall")},
    }


def _file(found: OwnData) -> Response:
    today = current_app.extensions["survey_today"]()
    document = own.make_document(found, g.language, today, _words())
    response = make_response(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    response.mimetype = "application/json"
    response.headers["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return response
