"""From the columns and words of somebody else's file to the project's: what the names suggest.

Places whose found words are given a meaning: "unit", "audience", "help", "principle", "wave",
"scale:<key>" for the answers to rated questions, "item:<key>" for those of a question with options
of its own, and "older" for the answers to another questionnaire.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from survey_service.catalogue import load_framework, load_frameworks, load_instrument
from survey_service.exchange.invitation_lists import AUDIENCE_WORDS
from survey_service.fieldwork.import_choices import FileKind, ImportChoices, Target
from survey_service.fieldwork.typed_input import tidy
from survey_service.fieldwork.wave_plan import fitting_instruments
from survey_service.measurement.help_given import ALONE, BY_OTHER, WITH_HELP
from survey_service.measurement.instrument import (
    DONT_KNOW,
    NOT_APPLICABLE,
    SKIPPED,
    Audience,
    Instrument,
    Item,
)
from survey_service.measurement.principles import Framework, Relation
from survey_service.storage import projects
from survey_service.storage.database import reading
from survey_service.storage.projects import ProjectRecord
from survey_service.texts import Wording

NOT_REACHED = "empty"
"""What an answer stands for that says the question was not reached."""

THIS_WAVE = "this"
"""What a wave's name stands for whose lines are meant; lines of other waves are left out."""

NON_ANSWER_WORDS: Mapping[str, str] = {
    **dict.fromkeys(
        ("ved ikke", "ved-ikke", "vedikke", "don't know", "dont know", "dk"), DONT_KNOW
    ),
    **dict.fromkeys(("ikke relevant", "not applicable", "na", "n/a"), NOT_APPLICABLE),
    **dict.fromkeys(("ikke besvaret", "sprunget over", "skip", "skipped"), SKIPPED),
}
HELP_WORDS: Mapping[str, str] = {
    **dict.fromkeys((ALONE, "alene", "selv", "jeg svarer selv"), ALONE),
    **dict.fromkeys((WITH_HELP, "med hjælp", "hjælp", "with help"), WITH_HELP),
    **dict.fromkeys((BY_OTHER, "af en anden", "af andre", "by other", "proxy"), BY_OTHER),
}
COLUMN_WORDS: Mapping[str, tuple[str, ...]] = {
    Target.RESPONDENT: ("respondent", "reference", "ref", "løbenummer", "løbenr", "nr", "id"),
    Target.UNIT: ("unit", "afdeling", "enhed", "tilbud"),
    Target.AUDIENCE: ("audience", "målgruppe", "gruppe", "respondenttype"),
    Target.HELP: ("help", "hjælp", "hvem svarer"),
    Target.WAVE: ("wave", "måling", "runde"),
    Target.FRAMEWORK: ("framework", "principramme"),
    Target.PRINCIPLE: ("principle", "princip"),
    Target.SCORE: ("score", "point"),
}

Relations = Mapping[str, Relation]


@dataclass(frozen=True, slots=True)
class PrincipleLink:
    """One of the project's principles and what it was called in the wave's wording.

    `older_key` and `older` are None where the wording had nothing like it.
    """

    key: str
    short: Wording
    wording: Wording
    relation: Relation
    older_key: str | None
    older: Wording | None
    note: Wording | None


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """A unit of the municipality that lines can belong to."""

    id: UUID
    key: str
    name: str


@dataclass(frozen=True)
class ImportFrame:
    """What a project knows, that a file's columns and words are to be understood by."""

    project: ProjectRecord
    framework: str
    links: tuple[PrincipleLink, ...]
    units: Mapping[str, KnownUnit]
    instruments: Mapping[str, Instrument]

    @property
    def relations(self) -> Relations:
        """How the wave's wording of each principle relates to the project's."""
        return {link.key: link.relation for link in self.links}

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """The questions that can be answered by choosing, of all audiences, by key.

        Audiences are asked the same question in words of their own; these are the first's.
        """
        found: dict[str, Item] = {}
        for item in self._all_items():
            found.setdefault(item.key, item)
        return found

    @property
    def question_names(self) -> Mapping[str, str]:
        """Every question's key by each of its names: the key and all audiences' words."""
        return {
            plain_name(name): item.key
            for item in self._all_items()
            for name in (item.key, *_spoken(item.wording))
        }

    def _all_items(self) -> Iterable[Item]:
        for instrument in self.instruments.values():
            yield from (item for item in instrument.items if item.answer_options)


def frame_of(project: ProjectRecord, choices: ImportChoices) -> ImportFrame:
    """Return what a file for this project is to be understood by.

    Raises UnknownFramework for a wording the catalogue does not have.
    """
    framework = choices.framework or project.framework
    return ImportFrame(
        project=project,
        framework=framework,
        links=link_principles(project.framework, framework),
        units={
            unit.key: KnownUnit(unit.id, unit.key, unit.name)
            for unit in projects.find_unit_tree(reading(), project.municipality_id)
        },
        instruments=_instruments_of(project),
    )


def link_principles(current_key: str, older_key: str) -> tuple[PrincipleLink, ...]:
    """Return the project's principles with their counterparts in the wave's wording.

    Two wordings that both have a crosswalk to the current one are linked through it, by the weaker
    of the two relations.
    """
    current, older = load_framework(current_key), load_framework(older_key)
    found = []
    for principle in current.principles:
        relation, older_wording, note = _relate(current, older, principle.key)
        keys = [p.key for p in older.principles if p.wording == older_wording]
        found.append(
            PrincipleLink(
                key=principle.key,
                short=principle.short,
                wording=principle.wording,
                relation=relation,
                older_key=keys[0] if keys else None,
                older=older_wording,
                note=note,
            )
        )
    return tuple(found)


def known_frameworks(project: ProjectRecord) -> tuple[Framework, ...]:
    """Return the wordings a wave of this project may have been asked in, its own first."""
    return tuple(
        sorted(load_frameworks(), key=lambda framework: framework.key != project.framework)
    )


def target_options(frame: ImportFrame, kind: FileKind) -> list[str]:
    """Return every target a column of such a file can have, in the order of the questionnaires."""
    common = [Target.NOTHING, Target.RESPONDENT, Target.UNIT, Target.AUDIENCE, Target.HELP,
              Target.WAVE]  # fmt: skip
    principles = [link.key for link in frame.links]
    if kind is FileKind.SCORES:
        long = [Target.FRAMEWORK, Target.PRINCIPLE, Target.SCORE]
        return [*common, *long, *(f"{Target.MEASURE}{key}" for key in principles)]
    items = [f"{Target.ITEM}{key}" for key in frame.items if key != Target.HELP]
    return [*common, *items, *(f"{Target.OLDER}{key}" for key in principles)]


def suggest_columns(frame: ImportFrame, kind: FileKind, columns: Sequence[str]) -> dict[str, str]:
    """Return a target for every column whose name says what it is; each at most once."""
    known = _named_targets(frame, kind)
    suggested: dict[str, str] = {}
    for column in columns:
        target = known.get(plain_name(column), Target.NOTHING)
        suggested[column] = target if target not in suggested.values() else Target.NOTHING
    return suggested


def columns_of(
    frame: ImportFrame, choices: ImportChoices, columns: Sequence[str]
) -> dict[str, str]:
    """Return every column's target: as chosen, else as its name suggests."""
    if choices.columns is None:
        return suggest_columns(frame, choices.kind, columns)
    offered = set(target_options(frame, choices.kind))
    chosen = {column: choices.columns.get(column, Target.NOTHING) for column in columns}
    return {column: target if target in offered else "" for column, target in chosen.items()}


def place_of(frame: ImportFrame, target: str) -> str | None:
    """Return the place this column's words belong to, None where they are taken as they are."""
    if target in {Target.UNIT, Target.AUDIENCE, Target.HELP, Target.PRINCIPLE, Target.WAVE}:
        return target
    if target.startswith(Target.OLDER):
        return "older"
    if target.startswith(Target.ITEM):
        item = frame.items[target.removeprefix(Target.ITEM)]
        return f"scale:{item.scale.key}" if item.scale is not None else f"item:{item.key}"
    return None


def option_values(frame: ImportFrame, choices: ImportChoices, place: str) -> list[str]:
    """Return what a word in this place can stand for, in order."""
    kind, _, key = place.partition(":")
    answers = [DONT_KNOW, NOT_APPLICABLE, SKIPPED, NOT_REACHED]
    numbers = range(1, choices.older_options + 1)
    if kind == "scale":
        return [*_values(_scale_item(frame, key)), *answers]
    if kind == "item":
        return [*_values(frame.items[key]), *answers]
    return {
        "unit": list(frame.units),
        "audience": [audience.value for audience in Audience],
        "help": [ALONE, WITH_HELP, BY_OTHER, NOT_REACHED],
        "principle": [link.key for link in frame.links],
        "wave": [THIS_WAVE],
        "older": [*map(str, numbers), *answers],
    }[kind]


def meaning_of(
    frame: ImportFrame, choices: ImportChoices, place: str, found: Iterable[str]
) -> dict[str, str | None]:
    """Return what every found word stands for: as chosen, else as it suggests; None: not known."""
    chosen = choices.values.get(place, {})
    offered = set(option_values(frame, choices, place))
    listed = list(dict.fromkeys(found))
    suggested = suggest_meanings(frame, choices, place, listed)
    meaning: dict[str, str | None] = {}
    for word in listed:
        stands_for = chosen[word] if word in chosen else suggested.get(word)
        meaning[word] = stands_for if stands_for in offered else None
    return meaning


def suggest_meanings(
    frame: ImportFrame, choices: ImportChoices, place: str, found: Sequence[str]
) -> dict[str, str]:
    """Return what the found words seem to stand for; those that say nothing are left out."""
    words = dict(_words_of(frame, choices, place))
    suggested = {word: words[plain] for word in found if (plain := plain_name(word)) in words}
    if place == "wave" and len(found) == 1:
        suggested = {found[0]: THIS_WAVE}
    suggested |= _suggest_numbers(frame, choices, place, [w for w in found if w not in suggested])
    return suggested


def plain_name(word: str) -> str:
    """Return a name without what people write differently: case, blanks, a mark at the end."""
    return tidy(word).casefold().rstrip(" ?.:*")


def _relate(
    current: Framework, older: Framework, key: str
) -> tuple[Relation, Wording | None, Wording | None]:
    if current.key == older.key:
        return Relation.SAME, current.find(key).wording, None
    if older.current == current.key:
        entry = older.crosswalk.get(key)
        return (entry.relation, entry.older, entry.note) if entry else (Relation.NONE, None, None)
    back = current.crosswalk.get(key)
    if back is None:
        return Relation.NONE, None, None
    if current.current == older.key:
        return back.relation, older.find(key).wording, back.note
    there = older.crosswalk.get(key) if older.current == current.current else None
    if there is None:
        return Relation.NONE, None, None
    order = list(Relation)
    weaker = max(back, there, key=lambda entry: order.index(entry.relation))
    return weaker.relation, there.older, weaker.note


def _instruments_of(project: ProjectRecord) -> dict[str, Instrument]:
    """Return per audience the newest questionnaire the project uses, else the newest that fits."""
    found = {
        audience: fitting[0] for audience, fitting in fitting_instruments(project.framework).items()
    }
    used: dict[str, tuple[str, int]] = {}
    for wave in projects.find_waves(reading(), project.id):
        for audience, version in projects.find_wave_instruments(reading(), wave.id).items():
            used[audience] = max(version, used.get(audience, version), key=lambda pair: pair[1])
    return found | {audience: load_instrument(*version) for audience, version in used.items()}


def _named_targets(frame: ImportFrame, kind: FileKind) -> dict[str, str]:
    offered = set(target_options(frame, kind))
    named = {word: target for target, words in COLUMN_WORDS.items() for word in words}
    if kind is FileKind.SCORES:
        for link in frame.links:
            for name in _principle_names(link):
                named.setdefault(name, f"{Target.MEASURE}{link.key}")
    else:
        for name, key in frame.question_names.items():
            named.setdefault(name, Target.HELP if key == Target.HELP else f"{Target.ITEM}{key}")
    return {name: target for name, target in named.items() if target in offered}


def _words_of(frame: ImportFrame, choices: ImportChoices, place: str) -> Iterable[tuple[str, str]]:
    kind, _, key = place.partition(":")
    match kind:
        case "unit":
            for unit in frame.units.values():
                yield from ((plain_name(unit.key), unit.key), (plain_name(unit.name), unit.key))
        case "audience":
            yield from AUDIENCE_WORDS.items()
            yield from ((audience.value, audience.value) for audience in Audience)
        case "help":
            yield from HELP_WORDS.items()
        case "principle":
            for link in frame.links:
                yield from ((name, link.key) for name in _principle_names(link))
        case "wave":
            names = [choices.key, choices.label_da, choices.label_en]
            yield from ((plain_name(name), THIS_WAVE) for name in names if name)
        case _:
            yield from NON_ANSWER_WORDS.items()
            yield from _answer_words(frame, choices, kind, key)


def _answer_words(
    frame: ImportFrame, choices: ImportChoices, kind: str, key: str
) -> Iterable[tuple[str, str]]:
    item = frame.items[key] if kind == "item" else _scale_item(frame, key)
    if kind == "older" and len(item.answer_options) != choices.older_options:
        return
    for option in item.answer_options:
        yield from ((plain_name(name), option.value) for name in _spoken(option.wording))
        # Numbers are understood together: from 0, or from 1.
        if not option.value.isdigit():
            yield plain_name(option.value), option.value


def _suggest_numbers(
    frame: ImportFrame, choices: ImportChoices, place: str, found: Sequence[str]
) -> dict[str, str]:
    """Take numbers from 0 as counted from 0, and "4 - I høj grad" by its number."""
    if not place.startswith(("scale:", "older")):
        return {}
    numbers = {word: int(match[1]) for word in found if (match := _NUMBER_FIRST.match(word))}
    first = 0 if 0 in numbers.values() else 1
    options = set(option_values(frame, choices, place))
    shifted = {word: str(number - first + 1) for word, number in numbers.items()}
    return {word: value for word, value in shifted.items() if value in options}


_NUMBER_FIRST = re.compile(r"\s*(\d{1,2})(?![\d.,])", re.ASCII)


def _scale_item(frame: ImportFrame, key: str) -> Item:
    """Return a question on this scale; without a key, on the scale most questions have."""
    rated = [item for item in frame.items.values() if item.scale is not None]
    return next(i for i in rated if not key or (i.scale is not None and i.scale.key == key))


def _principle_names(link: PrincipleLink) -> list[str]:
    spoken = [*_spoken(link.short), *_spoken(link.wording)]
    if link.older is not None:
        spoken += _spoken(link.older)
    names = [link.key, *([link.older_key] if link.older_key else []), *spoken]
    return [plain_name(name) for name in names]


def _values(item: Item) -> list[str]:
    return [option.value for option in item.answer_options]


def _spoken(wording: Wording) -> list[str]:
    return [wording.read_in(language) for language in ("da", "en")]
