"""Where somebody goes on who is answering."""

from flask import url_for

from survey_service.fieldwork.answering import Overview
from survey_service.web.answer.practice import offers_practice

SECONDS_PER_QUESTION = 15


def minutes_to_answer(question_count: int) -> int:
    """Return about how many minutes a questionnaire takes, 1 at least."""
    return max(1, round(question_count * SECONDS_PER_QUESTION / 60))


def next_url(overview: Overview) -> str:
    """Return where to go on: the first question without an answer, or the review."""
    if overview.first_open is None:
        return url_for("answer.review")
    return url_for("answer.question", number=overview.first_open)


def start_url(overview: Overview) -> str:
    """Return where the introduction leads: to practice for who is new to it, else on."""
    return url_for("answer.practice") if offers_practice(overview) else next_url(overview)
