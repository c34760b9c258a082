"""What a form takes from a request: texts for its text fields, files for its file fields, no more.

Left alone, Flask-WTF hands a file to a text field of the same name, a text to a file field, and
numbers and lists from JSON to both.
"""

from typing import Any, cast

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import FileField


class PostedFields(FlaskForm.Meta):  # type: ignore[misc]
    """The part of a form that reads what was posted; its `Meta` inherits from this."""

    def wrap_formdata(self, form: FlaskForm, formdata: Any) -> MultiDict[str, Any] | None:
        """Return what was posted for the form's fields, None if nothing was."""
        if formdata is None or hasattr(formdata, "getlist"):
            return cast("MultiDict[str, Any] | None", formdata)
        if not form.is_submitted():
            return None
        file_names = {field.name for field in form if isinstance(field, FileField)}
        texts = request.form.items(multi=True)
        files = request.files.items(multi=True)
        found: list[tuple[str, Any]] = [pair for pair in texts if pair[0] not in file_names]
        found += [pair for pair in files if pair[0] in file_names]
        return MultiDict(found) if found else None
