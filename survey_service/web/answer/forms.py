"""The forms of the answering pages; every one carries a token against forged requests."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField


class CodeForm(FlaskForm):  # type: ignore[misc]
    """An access or withdrawal code as it was typed."""

    code = StringField()


class PageForm(FlaskForm):  # type: ignore[misc]
    """What belongs to one page of one response."""

    page = HiddenField()


class AnswerForm(PageForm):
    """The answer to one question, or the wish to undo it."""

    answer = StringField()
    clear = StringField()


class LanguageForm(FlaskForm):  # type: ignore[misc]
    """The language to go on in, and where."""

    language = StringField()
    next = StringField()
