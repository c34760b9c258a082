"""How often a unit's own change is wrong on simulated open cohorts, and how often one is found.

Units of equal size, eight principles, one audience, baseline against the last wave; unit SD 6,
person SD 12, residual SD 12; three of five answer again. A unit's season is no change: under no
change every unit said to have moved is a false alarm. Figures are as they are shown: differences of
whole-point means, half an interval rounded up, words only where the one exceeds the other. Seeded:
the same figures every time.
"""

import argparse
import os
from collections.abc import Iterator
from dataclasses import dataclass

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from survey_service.measurement.comparison import ComparisonPlan
from survey_service.measurement.released_details import (
    ReleasedUnitChange,
    ReleasedUnitFigure,
    UnitMovement,
    UnitStanding,
)
from survey_service.measurement.score_table import ScoreRow, tabulate
from survey_service.measurement.unit_change_disclosure import disclose_unit_changes
from survey_service.measurement.unit_changes import unit_changes
from survey_service.measurement.unit_figures import unit_means
from survey_service.measurement.unit_fits import fit_units

UNIT_SD, PERSON_SD, RESIDUAL_SD = 6.0, 12.0, 12.0
STAYS = 0.6
PRINCIPLES = 8
SEED = 20_261_122


@dataclass(frozen=True)
class Scenario:
    units: int
    waves: int
    answers: int
    season_sd: float
    change: float = 0.0


SCENARIOS = (
    *(Scenario(units, 2, 15, season) for units in (3, 6, 12) for season in (0.0, 4.0)),
    *(Scenario(units, 3, 30, 4.0) for units in (4, 8)),
    *(Scenario(units, 2, 30, 4.0, change=15.0) for units in (6, 12)),
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--replicates", type=int, default=30)
    chosen = options.parse_args()
    print(f"{chosen.replicates} replicates a row, seed {SEED}; percent")
    print("units waves answers season change | coverage  half-width  one moved  any of eight")
    for scenario in SCENARIOS:
        print(_row(scenario, chosen.replicates), flush=True)


def _row(scenario: Scenario, replicates: int) -> str:
    draw = np.random.default_rng([SEED, SCENARIOS.index(scenario)])
    covered, moved, halves, families = [], [], [], []
    for _ in range(replicates):
        by_unit: dict[str, list[bool]] = {}
        for change in _shown(scenario, draw):
            is_moved = change.movement is not UnitMovement.CANNOT_TELL
            moved.append(is_moved)
            by_unit.setdefault(change.unit, []).append(is_moved)
            interval = change.difference
            if interval and interval.low is not None and interval.high is not None:
                covered.append(interval.low <= scenario.change <= interval.high)
                halves.append(interval.high - interval.value)
        families += [any(found) for found in by_unit.values()]
    found = [100 * float(np.mean(row)) for row in (covered, moved, families)]
    return (
        f"{scenario.units:5} {scenario.waves:5} {scenario.answers:7} {scenario.season_sd:6.0f} "
        f"{scenario.change:6.0f} | {found[0]:8.1f}  {np.mean(halves):10.1f}  {found[1]:9.1f}  "
        f"{found[2]:12.1f}"
    )


def _shown(scenario: Scenario, draw: np.random.Generator) -> tuple[ReleasedUnitChange, ...]:
    waves = tuple(f"wave-{number}" for number in range(scenario.waves))
    plan = ComparisonPlan(waves)
    table = tabulate(_simulate(scenario, waves, draw), waves)
    fits = fit_units(table, plan)
    figures = [
        ReleasedUnitFigure(
            mean.audience, mean.principle, mean.wave, mean.unit, mean.is_level,
            float(round(mean.mean or 0.0)), None, UnitStanding.NOT_CERTAIN,
        )
        for mean in unit_means(fits, plan, {})
    ]  # fmt: skip
    shown = disclose_unit_changes(unit_changes(fits, plan, {}), figures, plan.minimum)
    return tuple(one for one in shown if (one.from_wave, one.to_wave) == (waves[0], waves[-1]))


def _simulate(
    scenario: Scenario, waves: tuple[str, ...], draw: np.random.Generator
) -> Iterator[ScoreRow]:
    people = scenario.units * scenario.answers
    unit = np.repeat(np.arange(scenario.units), scenario.answers)
    for principle in range(PRINCIPLES):
        level = 50 + draw.normal(0, UNIT_SD, scenario.units)
        person, names, newest = draw.normal(0, PERSON_SD, people), np.arange(people), people
        for number, wave in enumerate(waves):
            if number:
                leaves = draw.random(people) > STAYS
                person = np.where(leaves, draw.normal(0, PERSON_SD, people), person)
                names = np.where(leaves, newest + np.arange(people), names)
                newest += people
            season = draw.normal(0, scenario.season_sd, scenario.units)
            change = scenario.change if number == len(waves) - 1 else 0.0
            score = (level + season)[unit] + change + person + draw.normal(0, RESIDUAL_SD, people)
            for one in range(people):
                yield ScoreRow(
                    f"p{names[one]}", f"u{unit[one]}", "staff", wave, f"principle-{principle}",
                    float(score[one]),
                )  # fmt: skip


if __name__ == "__main__":
    main()
