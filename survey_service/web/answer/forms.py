"""The forms of the answering pages; every one carries a token against forged requests."""

from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError, validate_csrf
from wtforms import HiddenField, StringField
from wtforms.csrf.core import CSRF

from survey_service.web.form_data import PostedFields


class PostedToken(CSRF):  # type: ignore[misc]
    """Checks the token that was posted and makes none: the templates ask for theirs themselves."""

    def generate_csrf_token(self, _field: Any) -> str:
        """Return nothing; no template shows this field."""
        return ""

    def validate_csrf_token(self, _form: Any, field: Any) -> None:
        """Refuse what is not this browser's token: raises wtforms.ValidationError."""
        validate_csrf(field.data)


class AnsweringForm(FlaskForm):  # type: ignore[misc]
    """A form of the answering pages."""

    class Meta(PostedFields):
        """How the token is checked."""

        csrf_class = PostedToken


class CodeForm(AnsweringForm):
    """An access or withdrawal code as it was typed."""

    code = StringField()


class PageForm(AnsweringForm):
    """What belongs to one page of one response."""

    page = HiddenField()


class AnswerForm(PageForm):
    """The answer to one question, or the wish to undo it."""

    answer = StringField()
    clear = StringField()


class LanguageForm(AnsweringForm):
    """The language to go on in, and where."""

    language = StringField()
    next = StringField()


class DisplayForm(AnsweringForm):
    """One wish for how the pages look, and the page it was made on."""

    size = StringField()
    spacing = StringField()
    contrast = StringField()
    next = StringField()


def require_valid(form: FlaskForm) -> None:
    """Refuse a form without its token against forged requests: CSRFError."""
    if not form.validate():
        raise CSRFError
