"""Lists that come as a file or pasted: larger than other forms, and kindly refused above that."""

from functools import cached_property

from flask import request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from wtforms import FileField, StringField, TextAreaField

from survey_service.web.workspace.forms import WorkspaceForm

LIST_LIMIT = 4 * 1024 * 1024
LIST_MEGABYTES = 4
_DRAINED_AT_MOST = 64 * 1024 * 1024
_CHUNK = 64 * 1024


class ListTooLarge(Exception):
    """What was sent is larger than any such list."""


class ListForm(WorkspaceForm):
    """A file or pasted lines, and whether what they would change is to be done."""

    file = FileField()
    text = TextAreaField()
    confirm = StringField()

    @cached_property
    def content(self) -> bytes:
        """What was sent: the file where one was chosen, else what was pasted."""
        file = self.file.data
        if isinstance(file, FileStorage) and file.filename:
            return bytes(file.read())
        return str(self.text.data or "").encode()

    def show_content(self) -> None:
        """Put what was sent into the field for pasting, where it can be corrected and sent again.

        A browser sends a chosen file once; the second step needs its lines.
        """
        try:
            shown = self.content.decode("utf-8-sig")
        except UnicodeDecodeError:
            shown = self.content.decode("cp1252", "replace")
        self.text.data = shown.replace("\x00", "")


def read_list_form() -> ListForm:
    """Return the form of a list with what was sent. Raises ListTooLarge."""
    request.max_content_length = LIST_LIMIT
    request.max_form_memory_size = LIST_LIMIT
    try:
        return ListForm()
    except RequestEntityTooLarge as error:
        _drain()
        raise ListTooLarge from error


def blank_list_form() -> ListForm:
    """Return the form without what was sent."""
    return ListForm(formdata=None)


def _drain() -> None:
    """Read on to the end: a browser that is still sending would not show the page."""
    stream = request.environ["wsgi.input"]
    left = min(request.content_length or 0, _DRAINED_AT_MOST)
    while left > 0 and (chunk := stream.read(min(_CHUNK, left))):
        left -= len(chunk)
