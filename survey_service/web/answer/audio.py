"""Recordings of questions, for instruments that ship them."""

from flask import abort, g, send_from_directory, url_for
from flask.typing import ResponseReturnValue

from survey_service.catalogue import questionnaires_folder
from survey_service.fieldwork import answering
from survey_service.measurement.instrument import Item
from survey_service.web.access import Access, access
from survey_service.web.answer.blueprint import pages
from survey_service.web.answer.sitting import current_sitting

FOLDER = questionnaires_folder() / "instruments" / "audio"


@pages.get("/lyd/<int:number>")
@access(Access.PUBLIC)
def audio(number: int) -> ResponseReturnValue:
    """Send the recording of one question in the reader's language."""
    item = answering.find_question(current_sitting().response_id, number)
    name = _recording(item)
    if name is None:
        abort(404)
    return send_from_directory(FOLDER, name)


def audio_url(item: Item, number: int) -> str | None:
    """Return the address of a question's recording in the reader's language, None without one."""
    return None if _recording(item) is None else url_for("answer.audio", number=number)


def _recording(item: Item) -> str | None:
    return item.audio.by_language.get(g.language) if item.audio is not None else None
