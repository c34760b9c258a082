"""What an evaluator has said of a file so far: kept with it, so that nothing is lost on the way."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from survey_service.measurement.dataclass_json import from_plain, to_plain


class FileKind(StrEnum):
    """What the lines of a file hold: answers to questions, or scores 0-100 on principles."""

    RESPONSES = "responses"
    SCORES = "scores"


class Target:
    """What a column can stand for; questions and principles carry a key after a colon."""

    NOTHING = ""
    RESPONDENT = "respondent"
    UNIT = "unit"
    AUDIENCE = "audience"
    HELP = "help"
    WAVE = "wave"
    FRAMEWORK = "framework"
    PRINCIPLE = "principle"
    SCORE = "score"
    ITEM = "item:"
    """A question of the project's questionnaires, asked in the same words."""
    OLDER = "older:"
    """A question of another questionnaire, which counts towards this principle."""
    MEASURE = "measure:"
    """Scores on this principle, a column each."""


FEWEST_OPTIONS, MOST_OPTIONS, DEFAULT_OPTIONS = 2, 11, 5


@dataclass(frozen=True, slots=True)
class ImportChoices:
    """Everything said of one file.

    `audience` is that of the whole file, empty where a column tells it. `columns` are targets by a
    column's name, `values` per place (see `column_mapping`) what a found text stands for. `turned`
    are columns whose numbers run the other way. `older_options` is how many options the questions
    of another questionnaire had. Where something is not said, what the names suggest is taken.
    """

    kind: FileKind = FileKind.RESPONSES
    sheet: str = ""
    key: str = ""
    label_da: str = ""
    label_en: str = ""
    opens_on: str = ""
    closes_on: str = ""
    framework: str = ""
    audience: str = ""
    columns: Mapping[str, str] | None = None
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    turned: tuple[str, ...] = ()
    older_options: int = DEFAULT_OPTIONS
    leaves_out_faulty: bool = False


def read_choices(text: str) -> ImportChoices:
    """Return the choices that `write_choices` wrote; none said where the text is `{}`."""
    return from_plain(ImportChoices, json.loads(text))


def write_choices(choices: ImportChoices) -> str:
    """Return the choices as JSON."""
    return json.dumps(to_plain(choices), ensure_ascii=False)
