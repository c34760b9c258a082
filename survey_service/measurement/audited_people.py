"""Who gave what, for the audit: people whom no figure tells apart, as one class."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from survey_service.measurement.item_table import ItemTable, mean_of_rated
from survey_service.measurement.linear_audit import invert
from survey_service.measurement.score_table import ScoreTable

Place = tuple[str, str, str]
"""Audience, wave and principle (or another measure)."""

SCORE = ""
"""Stands for the score itself where no answers to items are known."""


@dataclass(frozen=True, slots=True)
class PeopleClass:
    """People of one unit who rated the same items and have scores in the same other waves.

    `rated` are items, or SCORE alone; `is_scored` whether that is enough for a score; `is_linked`
    whether they can be followed; `elsewhere` the other waves in which they were in another unit,
    and which.
    """

    unit: str
    rated: frozenset[str]
    is_scored: bool
    waves: frozenset[str]
    is_linked: bool
    size: int = 1
    elsewhere: frozenset[tuple[str, str]] = frozenset()


Answering = tuple[str, tuple[tuple[str, str], ...]]
"""A score's wave, and the person's other waves, each with the unit's name where it was another."""


@dataclass(frozen=True, slots=True)
class Column:
    """What a class told on one item; `share` is what it counts in a score, modulo the prime."""

    people: PeopleClass
    item: str
    share: int


@dataclass(frozen=True)
class People:
    """Everybody of one audience, wave and principle.

    `shared` are the items asked of each other audience too; `unit_waves` the other waves in which
    somebody of a unit has a score; `answerings` how many of a unit have which scores, all waves
    together.
    """

    classes: tuple[PeopleClass, ...]
    shared: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unit_waves: Mapping[str, frozenset[str]] = field(default_factory=dict)
    answerings: Mapping[str, Mapping[Answering, int]] = field(default_factory=dict)

    def columns(self) -> tuple[list[Column], NDArray[np.intp]]:
        """Return the columns, and the place of each one's class."""
        found = [
            (place, Column(one, item, invert(len(one.rated)) if one.is_scored else 0))
            for place, one in enumerate(self.classes)
            for item in sorted(one.rated)
        ]
        return [column for _, column in found], np.asarray([place for place, _ in found], np.intp)

    @property
    def are_items_known(self) -> bool:
        """Whether it is known who rated what; else the scores stand for themselves."""
        return all(SCORE not in one.rated for one in self.classes)

    def count_rated(self, item: str) -> int:
        """Return how many rated an item."""
        return sum(one.size for one in self.classes if item in one.rated)

    def composition(self, unit: str, waves: frozenset[str]) -> tuple[object, ...]:
        """Return how many of a unit have scores in which of these waves."""
        key = unit, waves
        if key not in self._compositions:
            self._compositions[key] = tuple(sorted(self._count_answerings(unit, waves).items()))
        return self._compositions[key]

    def _count_answerings(self, unit: str, waves: frozenset[str]) -> Counter[Answering]:
        counts: Counter[Answering] = Counter()
        for (wave, others), count in self.answerings.get(unit, {}).items():
            if wave in waves:
                counts[wave, tuple(other for other in others if other[0] in waves)] += count
        return counts

    def has_answered(self, unit: str, wave: str) -> bool:
        """Return whether anybody of a unit has a score in another wave."""
        return wave in self.unit_waves.get(unit, frozenset())

    def share_among(self, column: Column, audience: str) -> int:
        """Return what an item counts in a score on the items shared with another audience."""
        shared = self.shared.get(audience, frozenset())
        rated = column.people.rated & shared
        if column.item not in rated or not _is_enough(len(rated), len(shared)):
            return 0
        return invert(len(rated))

    @cached_property
    def unit_counts(self) -> Mapping[str, int]:
        """How many scores each unit has itself."""
        counts: Counter[str] = Counter()
        for one in self.classes:
            if one.is_scored:
                counts[one.unit] += one.size
        return counts

    @cached_property
    def _compositions(self) -> dict[tuple[str, frozenset[str]], tuple[object, ...]]:
        return {}


PeopleByPlace = Mapping[Place, People]


def gather_people(scores: ScoreTable, tables: Mapping[str, ItemTable]) -> dict[Place, People]:
    """Return everybody by audience, wave and principle.

    Args:
        scores: what means are made from.
        tables: the answers to each audience's instrument.

    Where the answers do not give the scores their numbers (a wave came in as scores alone, or a
    version was scored on other items), the scores stand for themselves: `are_items_known` is False.
    """
    from_scores = _from_scores(scores)
    found = dict(from_scores)
    for place, people in _from_items(tables):
        known = from_scores.get(place)
        if known is None or known.unit_counts == people.unit_counts:
            found[place] = people
    return found


def _is_enough(rated: int, asked: int) -> bool:
    scores = np.full((1, max(asked, 1)), np.nan)
    scores[0, :rated] = 0.0
    return bool(asked) and not np.isnan(mean_of_rated(scores)[0])


def _from_items(tables: Mapping[str, ItemTable]) -> Iterator[tuple[Place, People]]:
    for table in tables.values():
        for audience in table.audience_names:
            for measure in table.measure_names:
                shared = {
                    other: frozenset(table.items_of(measure)) & frozenset(found.items_of(measure))
                    for found in tables.values()
                    for other in found.audience_names
                    if other != audience and measure in found.measure_names
                }
                waves = {
                    wave: _rated_in(table, audience, wave, measure) for wave in table.wave_order
                }
                for wave, people in _link(waves, shared):
                    yield (audience, wave, measure), people


@dataclass(frozen=True, slots=True)
class _Person:
    name: str
    unit: str
    rated: frozenset[str]
    is_scored: bool


def _rated_in(table: ItemTable, audience: str, wave: str, measure: str) -> list[_Person]:
    rows = table.rows_of(audience, wave)
    scale = table.scores_of(audience, wave, measure)
    rated = ~np.isnan(scale.scores)
    scored = ~np.isnan(scale.mean_per_respondent())
    keys = np.asarray(scale.item_keys, dtype=np.str_)
    return [
        _Person(str(name), str(unit), frozenset(keys[own].tolist()), bool(enough))
        for name, unit, own, enough in zip(
            table.respondents[rows], table.units[rows], rated, scored, strict=True
        )
        if own.any()
    ]


def _from_scores(scores: ScoreTable) -> dict[Place, People]:
    kept = np.flatnonzero(~np.isnan(scores.score))
    gathered: dict[tuple[str, str], dict[str, list[_Person]]] = {}
    for row in kept.tolist():
        key = (
            scores.audiences[scores.audience[row]],
            scores.principles[scores.principle[row]],
        )
        code = int(scores.respondent[row])
        person = _Person(
            "" if code < 0 else str(code),
            scores.units[scores.unit[row]],
            frozenset({SCORE}),
            is_scored=True,
        )
        waves = gathered.setdefault(key, {wave: [] for wave in scores.waves})
        waves[scores.waves[scores.wave[row]]].append(person)
    return {
        (audience, wave, principle): people
        for (audience, principle), waves in gathered.items()
        for wave, people in _link(waves, {})
    }


def _link(
    waves: Mapping[str, Sequence[_Person]], shared: Mapping[str, frozenset[str]]
) -> Iterator[tuple[str, People]]:
    """Sort each wave's people into classes by the other waves they have scores in."""
    names = {wave: _units_by_name(people) for wave, people in waves.items()}
    units = {wave: {one.unit for one in people if one.is_scored} for wave, people in waves.items()}
    found: dict[str, Counter[PeopleClass]] = {}
    answerings: dict[str, Counter[Answering]] = {}
    for wave, people in waves.items():
        counts = found.setdefault(wave, Counter())
        for person in people:
            is_linked = person.is_scored and person.name in names[wave]
            others = {
                other: "" if names[other][person.name] == person.unit else names[other][person.name]
                for other in waves
                if is_linked and other != wave and person.name in names[other]
            }
            elsewhere = frozenset((other, unit) for other, unit in others.items() if unit)
            counts[
                PeopleClass(
                    person.unit,
                    person.rated,
                    person.is_scored,
                    frozenset(others),
                    is_linked,
                    elsewhere=elsewhere,
                )
            ] += 1
            if person.is_scored:
                answering = wave, tuple(sorted(others.items()))
                answerings.setdefault(person.unit, Counter())[answering] += 1
    for wave, counts in found.items():
        others_of = {
            unit: frozenset(other for other in waves if other != wave and unit in units[other])
            for unit in units[wave]
        }
        if counts:
            yield wave, People(tuple(_sized(counts)), shared, others_of, answerings)


def _units_by_name(people: Iterable[_Person]) -> Mapping[str, str]:
    """Return who can be followed: one who has two scores in a wave is nobody in particular."""
    counts = Counter(person.name for person in people if person.is_scored and person.name)
    return {
        person.name: person.unit
        for person in people
        if person.is_scored and counts[person.name] == 1
    }


def _sized(counts: Mapping[PeopleClass, int]) -> Iterator[PeopleClass]:
    ordered = sorted(
        counts.items(),
        key=lambda entry: (
            entry[0].unit,
            sorted(entry[0].rated),
            sorted(entry[0].waves),
            entry[0].is_linked,
            sorted(entry[0].elsewhere),
        ),
    )
    for one, count in ordered:
        yield replace(one, size=count)
