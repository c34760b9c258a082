"""Frameworks: versioned lists of principles, recovery values, and crosswalks of wordings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from survey_service.texts import Wording


class Relation(StrEnum):
    """How a principle of an older framework relates to the current one's of the same key."""

    SAME = "same"
    CLOSE = "close"
    CHANGED_SCOPE = "changed_scope"
    NEAREST = "nearest"
    NONE = "none"

    @property
    def carries_a_trend(self) -> bool:
        """Whether scores on the two wordings may be compared over time."""
        return self in {Relation.SAME, Relation.CLOSE}


@dataclass(frozen=True, slots=True)
class Principle:
    """One principle: `wording` in full, `short` for tables and pictures."""

    key: str
    wording: Wording
    short: Wording


@dataclass(frozen=True, slots=True)
class RecoveryValue:
    """One recovery value, a second grouping of the same items."""

    key: str
    wording: Wording


@dataclass(frozen=True, slots=True)
class CrosswalkEntry:
    """What became of one principle between an older framework and the current one.

    `key` is the current principle's; `older` the older wording, None where there was none.
    """

    key: str
    relation: Relation
    older: Wording | None
    note: Wording | None = None


@dataclass(frozen=True, slots=True)
class Framework:
    """A versioned list of principles; `crosswalk` is empty for the current framework.

    The crosswalk leads to the framework `current`, None for the current one itself.
    """

    key: str
    title: Wording
    principles: tuple[Principle, ...]
    values: tuple[RecoveryValue, ...] = ()
    crosswalk: Mapping[str, CrosswalkEntry] = field(default_factory=dict)
    current: str | None = None

    def __post_init__(self) -> None:
        keys = [principle.key for principle in self.principles]
        repeated = sorted({key for key in keys if keys.count(key) > 1})
        if repeated:
            raise ValueError(f"framework {self.key}: principles listed twice: {repeated}")

    def find(self, key: str) -> Principle:
        """Return the principle with this key; KeyError if there is none."""
        for principle in self.principles:
            if principle.key == key:
                return principle
        raise KeyError(f"framework {self.key}: no principle {key!r}")
