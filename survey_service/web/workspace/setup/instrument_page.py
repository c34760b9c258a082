"""A questionnaire as those who answer will see it, to be read before it is chosen."""

from uuid import UUID

from flask import abort, g
from flask.typing import ResponseReturnValue

from survey_service.catalogue import load_instruments
from survey_service.measurement.instrument import NON_ANSWERS, Audience, Block, Instrument, Item
from survey_service.measurement.readability import CITIZENS_LIX_LIMIT, count_instrument
from survey_service.storage import setup
from survey_service.storage.database import reading
from survey_service.storage.projects import ProjectRecord
from survey_service.web.access import Access, access
from survey_service.web.answer.ways import minutes_to_answer
from survey_service.web.language import translate
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.frame import audience_name
from survey_service.web.workspace.setup.room import find_setup_project, step_page, step_url


@pages.get(
    "/projekt/<uuid:project_id>/opsaetning/spoergeskemaer/<key>/<int:version>",
    endpoint="setup_instrument",
)
@access(Access.EVALUATOR)
def instrument(project_id: UUID, key: str, version: int) -> ResponseReturnValue:
    """Show a questionnaire's questions in their order, as they are asked."""
    project = find_setup_project(project_id)
    found = next((one for one in load_instruments() if (one.key, one.version) == (key, version)),
                 None)  # fmt: skip
    if found is None:
        abort(404)
    items = _asked_items(project, found)
    lix = count_instrument(found).lix
    return step_page(
        project,
        "instrument",
        title=found.title.read_in(g.language),
        introduction=found.introduction.read_in(g.language) if found.introduction else "",
        facts=[
            (translate("workspace.setup.instrument_audience"), audience_name(found.audience)),
            (translate("workspace.setup.instrument_number"), str(found.version)),
            (translate("workspace.setup.instrument_length"), _length(len(items))),
            (translate("workspace.setup.instrument_lix"), _lix(found, lix)),
        ],
        questions=[_question(item) for item in items],
        back_url=step_url(project_id, "instruments"),
    )


def _asked_items(project: ProjectRecord, found: Instrument) -> list[Item]:
    asks_words = setup.offers_free_text(reading(), project.id)
    return [item for item in found.items if asks_words or item.block is not Block.FREE_TEXT]


def _length(count: int) -> str:
    return translate("workspace.setup.instrument_items", count=count,
                     minutes=minutes_to_answer(count))  # fmt: skip


def _lix(found: Instrument, lix: float) -> str:
    if found.audience != Audience.CITIZEN:
        return str(round(lix))
    limit = round(CITIZENS_LIX_LIMIT)
    return translate("workspace.setup.instrument_lix_limit", lix=round(lix), limit=limit)


def _question(item: Item) -> dict[str, object]:
    options = [option.wording.read_in(g.language) for option in item.answer_options]
    return {
        "text": item.wording.read_in(g.language),
        "help": item.help.read_in(g.language) if item.help else "",
        "is_text": item.block is Block.FREE_TEXT,
        "options": [
            *options,
            *(translate(f"answer.question.{name}") for name in NON_ANSWERS if options),
        ],
    }
