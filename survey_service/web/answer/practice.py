"""A harmless question to try the buttons on before the first real one; nothing of it is stored."""

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey_service.fieldwork import answering
from survey_service.fieldwork.answering import Overview
from survey_service.measurement.instrument import NON_ANSWERS, Block, Option
from survey_service.web.access import Access, access
from survey_service.web.answer.blueprint import pages
from survey_service.web.answer.sitting import current_sitting
from survey_service.web.language import translate

PRACTISING_AUDIENCES = frozenset({"citizen", "citizen-proxy"})


@pages.get("/proev")
@access(Access.PUBLIC)
def practice() -> ResponseReturnValue:
    """Show the practice question; with an answer, tell how it went.

    The answer comes in the address, so that nothing is posted and going back is safe.
    """
    overview = answering.look_over(current_sitting().response_id)
    options = _options(overview)
    chosen = dict(options).get(request.args.get("valg", ""))
    is_unanswered = "svar" in request.args and chosen is None
    page = render_template(
        "answer/practice.html",
        survey_title=overview.instrument.title.read_in(g.language),
        options=options,
        chosen=chosen,
        error=translate("error.answer_missing") if is_unanswered else None,
        action=url_for("answer.practice"),
        start_url=url_for("answer.question", number=1),
        back_url=url_for("answer.introduction"),
        sitting=True,
    )
    return page, 400 if is_unanswered else 200


def offers_practice(overview: Overview) -> bool:
    """Whether to begin with practice: a citizen who has answered nothing yet."""
    is_new = not overview.answers and bool(_scale_options(overview))
    return is_new and overview.state.audience in PRACTISING_AUDIENCES


def _options(overview: Overview) -> list[tuple[str, str]]:
    rated = [(found.value, found.wording.read_in(g.language)) for found in _scale_options(overview)]
    return rated + [(value, translate(f"answer.question.{value}")) for value in NON_ANSWERS]


def _scale_options(overview: Overview) -> tuple[Option, ...]:
    """Return the scale that most of the questionnaire uses: the first principle item's."""
    rated = (item for item in overview.items if item.block is Block.PRINCIPLE)
    item = next(rated, None)
    return item.answer_options if item is not None else ()
