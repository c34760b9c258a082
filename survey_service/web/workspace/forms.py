"""What the forms of the workspace share: the token against forged requests, and faults in words."""

from collections.abc import Iterable
from typing import Any

from flask import g
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError

from survey_service.faults import FieldFault
from survey_service.web.form_data import PostedFields
from survey_service.web.language import translate, whole_number
from survey_service.web.workspace.blueprint import pages

_COUNTS = frozenset({"count", "excess", "found", "limit"})
"""What a fault's values are called where they say how many; others may be years or lines."""


class WorkspaceForm(FlaskForm):  # type: ignore[misc]
    """A form of the workspace; `form_faults` are about no single field of it."""

    Meta = PostedFields

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.form_faults: list[str] = []

    def is_sent(self) -> bool:
        """Whether the form was posted and keeps its fields' rules; CSRFError for a forged one."""
        if not self.is_submitted():
            return False
        is_valid: bool = self.validate()
        if "csrf_token" in self.errors:
            raise CSRFError
        return is_valid

    def refuse(self, faults: Iterable[FieldFault]) -> None:
        """Show faults that a use case found, each at its field or above the form."""
        for fault in faults:
            text = fault_text(fault)
            field = self._fields.get(fault.field)
            if field is None:
                self.form_faults.append(text)
            else:
                field.errors = [*field.errors, text]

    def listed_faults(self) -> list[dict[str, str]]:
        """Return every fault with the field it is about, for the list above the form."""
        found = [{"field": "", "text": text} for text in self.form_faults]
        for field in self:
            found += [{"field": field.id, "text": str(error)} for error in field.errors]
        return found


class ConfirmForm(WorkspaceForm):
    """A step that only needs confirming."""


def require_confirmed() -> None:
    """Refuse a form without its token against forged requests."""
    if not ConfirmForm().is_sent():
        raise CSRFError


@pages.app_template_global("note_group")
def note_group(name: str) -> str:
    """Remember which row the fields that follow on the page belong to, empty for none."""
    g.field_group = name
    return ""


@pages.app_template_global("note_label")
def note_label(field_id: str, label: str) -> str:
    """Remember what a field is called on the page, so that its faults can name it."""
    group = g.get("field_group", "")
    g.setdefault("field_labels", {})[field_id] = f"{group}, {label}" if group else label
    return ""


@pages.app_template_global("tell_faults")
def tell_faults(form: WorkspaceForm) -> str:
    """Have the faults of a form listed above everything else on the page."""
    g.setdefault("faulty_forms", []).append(form)
    return ""


@pages.app_template_global("told_faults")
def told_faults() -> list[dict[str, str]]:
    """Return the faults to list above the page, each with its field and what that is called.

    The fields' names are known once the rest of the page was made.
    """
    labels = g.get("field_labels", {})
    return [
        {**fault, "label": labels.get(fault["field"], "")}
        for form in g.get("faulty_forms", ())
        for fault in form.listed_faults()
    ]


def fault_text(fault: FieldFault) -> str:
    """Return a fault in the reader's language, with its line where it has one."""
    values = {
        name: whole_number(value) if name in _COUNTS and isinstance(value, int) else value
        for name, value in fault.values.items()
    }
    text = translate(f"fault.{fault.rule}", **values)
    return text if fault.line is None else translate("fault.on_line", line=fault.line, text=text)
