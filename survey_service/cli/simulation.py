"""Simulated respondents: plausible, seeded, and with a known truth to find again.

A person's answer to an item follows from the unit's level, the unit's season, the person's own
level, the principle's level and true change, and chance; it is then cut into the five options.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from survey_service.measurement.instrument import Block, Instrument, Item

PERSON_SPREAD = 17.0
UNIT_SPREAD = 4.0
SEASON_SPREAD = 2.0
ITEM_NOISE = 19.0
LEAVING_SHARE = 0.25
"""How many of a unit's people are replaced by others between two waves."""

_NON_ANSWERS = (("dk", 0.04), ("na", 0.02), ("skip", 0.03))


@dataclass(frozen=True, slots=True)
class SimulatedUnit:
    """A unit and how many people there are to ask in it, per audience."""

    key: str
    name: str
    people: Mapping[str, int]
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class SimulatedTruth:
    """What is true of an audience: response rate, and per measure level and change per wave.

    Levels are points on 0-100; a change holds one number per wave, relative to the first.
    """

    response_rate: float
    levels: Mapping[str, float]
    changes: Mapping[str, Sequence[float]] = field(default_factory=dict)
    level: float = 55.0


@dataclass(frozen=True, slots=True)
class SimulatedResponse:
    """One simulated person's answers in one wave."""

    unit_key: str
    audience: str
    reference: str
    answers: dict[str, str]


@dataclass(slots=True)
class _Person:
    reference: str
    level: float


class Simulation:
    """Waves of simulated respondents, the same for the same seed."""

    def __init__(
        self,
        units: Sequence[SimulatedUnit],
        instruments: Mapping[str, Instrument],
        truths: Mapping[str, SimulatedTruth],
        seed: int,
    ) -> None:
        self._units = units
        self._instruments = instruments
        self._truths = truths
        self._random = random.Random(seed)
        self._people: dict[tuple[str, str], list[_Person]] = {}
        self._unit_levels: dict[tuple[str, str], float] = {}
        self._named = 0

    def draw_wave(self, wave_number: int) -> Iterator[SimulatedResponse]:
        """Yield the responses of wave `wave_number` (from 0); call for each wave in order."""
        for unit in self._units:
            for audience, count in unit.people.items():
                yield from self._draw_group(unit.key, audience, count, wave_number)

    def _draw_group(
        self, unit_key: str, audience: str, count: int, wave_number: int
    ) -> Iterator[SimulatedResponse]:
        truth, instrument = self._truths[audience], self._instruments[audience]
        unit_level = self._unit_levels.setdefault(
            (unit_key, audience), self._random.gauss(0, UNIT_SPREAD)
        )
        seasons = {measure: self._random.gauss(0, SEASON_SPREAD) for measure in instrument.measures}
        for person in self._people_in(unit_key, audience, count):
            if self._random.random() >= truth.response_rate:
                continue
            level = unit_level + person.level
            answers = {
                item.key: self._answer(item, truth, level, seasons, wave_number)
                for item in instrument.items
                if item.block is not Block.FREE_TEXT
            }
            yield SimulatedResponse(unit_key, audience, person.reference, answers)

    def _people_in(self, unit_key: str, audience: str, count: int) -> list[_Person]:
        """Return the group's people of this wave: some have left, others have come."""
        earlier = self._people.get((unit_key, audience), [])
        stayers = [person for person in earlier if self._random.random() >= LEAVING_SHARE]
        newcomers = [self._new_person() for _ in range(count - len(stayers))]
        people = self._people[unit_key, audience] = stayers + newcomers
        return people

    def _new_person(self) -> _Person:
        self._named += 1
        return _Person(f"sim-{self._named:05d}", self._random.gauss(0, PERSON_SPREAD))

    def _answer(
        self,
        item: Item,
        truth: SimulatedTruth,
        level: float,
        seasons: Mapping[str, float],
        wave_number: int,
    ) -> str:
        if item.scale is None or item.measure is None:
            return self._background(item)
        draw = self._random.random()
        for value, share in _NON_ANSWERS:
            if draw < share:
                return value
            draw -= share
        change = truth.changes.get(item.measure, (0.0,) * (wave_number + 1))[wave_number]
        score = (
            truth.levels.get(item.measure, truth.level)
            + change
            + level
            + seasons[item.measure]
            + self._random.gauss(0, ITEM_NOISE)
        )
        steps = len(item.scale.options) - 1
        return str(min(max(round(score / 100 * steps), 0), steps) + 1)

    def _background(self, item: Item) -> str:
        """Return a background answer, the first option more often than the later ones."""
        values = [option.value for option in item.options]
        weights = [1 / (3**place) for place in range(len(values))]
        return self._random.choices(values, weights)[0]
