"""Instruments: versioned questionnaires for one audience, and what must hold for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from survey_service.texts import Wording

DONT_KNOW = "dk"
NOT_APPLICABLE = "na"
SKIPPED = "skip"
NON_ANSWERS = (DONT_KNOW, NOT_APPLICABLE, SKIPPED)
"""Three distinct stored values, none of them scored."""


class Audience(StrEnum):
    """Those who answer. Answers given by someone else are an audience of their own."""

    CITIZEN = "citizen"
    CITIZEN_PROXY = "citizen-proxy"
    STAFF = "staff"
    LEADER = "leader"
    RELATIVE = "relative"
    PARTNER = "partner"


class Block(StrEnum):
    """Which part of the questionnaire an item belongs to."""

    PRINCIPLE = "principle"
    OUTCOME = "outcome"
    OVERALL = "overall"
    BACKGROUND = "background"
    FREE_TEXT = "free_text"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer option; `value` is what is stored: a number on a scale, else a word."""

    value: str
    wording: Wording


@dataclass(frozen=True, slots=True)
class Scale:
    """An ordered answer scale. Option values are "1" … "n", from least to most."""

    key: str
    options: tuple[Option, ...]

    def __post_init__(self) -> None:
        expected = [str(number) for number in range(1, len(self.options) + 1)]
        found = [option.value for option in self.options]
        if len(found) < 2 or found != expected:
            raise ValueError(f"scale {self.key}: expected options 1-n, 2 or more, found {found}")


@dataclass(frozen=True, slots=True)
class Item:
    """One question.

    A rated item has a `scale`; a background item has `options`; a free text has neither. `measure`
    is what a rated item counts towards: a principle's key, or a scale of its own such as
    "outcomes". Items with the same key in instruments for different audiences ask the same thing.
    `audio`: the name of the recording that reads the item and its options aloud, per language.
    """

    key: str
    block: Block
    wording: Wording
    measure: str | None = None
    scale: Scale | None = None
    options: tuple[Option, ...] = ()
    values: tuple[str, ...] = ()
    help: Wording | None = None
    reversed: bool = False
    indicator: str | None = None
    audio: Wording | None = None

    def __post_init__(self) -> None:
        if (self.scale is None) != (self.measure is None):
            raise ValueError(f"item {self.key}: a scale and a measure go together")
        if self.scale is not None and self.options:
            raise ValueError(f"item {self.key}: expected a scale or options, found both")

    @property
    def answer_options(self) -> tuple[Option, ...]:
        """The options to choose from, in order; empty for a free text."""
        return self.scale.options if self.scale is not None else self.options

    @property
    def accepted_values(self) -> frozenset[str]:
        """Every value that may be stored for this item; empty for a free text."""
        if not self.answer_options:
            return frozenset()
        return frozenset({option.value for option in self.answer_options} | set(NON_ANSWERS))


@dataclass(frozen=True)
class Instrument:
    """A versioned questionnaire for one audience. A response belongs to one version for ever."""

    key: str
    version: int
    audience: str
    framework: str
    title: Wording
    items: tuple[Item, ...]
    introduction: Wording | None = None

    def __post_init__(self) -> None:
        keys = [item.key for item in self.items]
        repeated = sorted({key for key in keys if keys.count(key) > 1})
        if repeated:
            raise ValueError(f"instrument {self.key}: items listed twice: {repeated}")
        if not keys:
            raise ValueError(f"instrument {self.key}: expected at least one item, found none")

    @cached_property
    def by_key(self) -> Mapping[str, Item]:
        """The items by their key."""
        return {item.key: item for item in self.items}

    @cached_property
    def measures(self) -> Mapping[str, tuple[Item, ...]]:
        """The rated items by what they count towards, in the questionnaire's order."""
        grouped: dict[str, list[Item]] = {}
        for item in self.items:
            if item.measure is not None:
                grouped.setdefault(item.measure, []).append(item)
        return {measure: tuple(items) for measure, items in grouped.items()}
