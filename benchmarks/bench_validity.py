"""How often the comparison is wrong on simulated open cohorts, and how often it finds a change.

Three waves, eight principles, one audience; unit SD 6, person SD 15, residual SD 14, so scores
have an SD of about 21. The primary family is baseline against final over the eight principles.
Under no change every claim of a change is a false alarm. Seeded: the same figures every time.
"""

import argparse
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from multiprocessing import Pool

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from survey_service.measurement.comparison import (
    ComparisonPlan,
    ComparisonReport,
    PrimaryContrast,
    Verdict,
    compare,
)
from survey_service.measurement.score_table import ScoreTable

WAVES = ("baseline", "midterm", "final")
PRINCIPLES = tuple(f"principle-{number}" for number in range(1, 9))
PLAN = ComparisonPlan(WAVES, primary=PrimaryContrast("citizen", "baseline", "final"))
UNIT_SD, PERSON_SD, RESIDUAL_SD = 6.0, 15.0, 14.0
TAKES_PART = 0.55
OPTIONS, ITEMS, ITEM_SD = 5, 4, 18.0
ANSWERS = {3: 120, 5: 150, 6: 180, 10: 300, 20: 480}
SEED = 20_230_517


@dataclass(frozen=True)
class Scenario:
    units: int
    season_sd: float
    scores: str = "gaussian"
    correlation: float = 0.0
    change: float = 0.0


@dataclass(frozen=True)
class Outcome:
    contrasts: int
    alarms: int
    covered: int
    primary_claim: bool
    any_claim: bool
    primary_found: int
    primary_no_change: int
    primary_no_change_claim: bool


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--replicates", type=int, default=400)
    options.add_argument("--processes", type=int, default=2)
    options.add_argument("--units", type=int, nargs="+", choices=list(ANSWERS), default=[*ANSWERS])
    chosen = options.parse_args()
    print(f"{chosen.replicates} replicates a row, seed {SEED}; percent, +/- 2 simulation errors")
    started = time.perf_counter()
    with Pool(chosen.processes) as pool:
        print_no_change(pool, chosen.replicates, chosen.units)
        print_change(pool, chosen.replicates, chosen.units)
    print(f"\n{time.perf_counter() - started:.0f} seconds")


def print_no_change(pool: Pool, replicates: int, units: list[int]) -> None:
    print("\nNo change")
    print("units answers season scores    corr | alarm/contrast  primary family  report  coverage")
    for scenario in no_change_scenarios(units):
        found = simulate_all(pool, scenario, replicates)
        contrasts = sum(one.contrasts for one in found)
        family = share([one.primary_claim for one in found])
        report = share([one.any_claim for one in found])
        print(
            f"{scenario.units:5} {ANSWERS[scenario.units]:7} {scenario.season_sd:6g}"
            f" {scenario.scores:9} {scenario.correlation:4g} |"
            f" {100 * sum(one.alarms for one in found) / contrasts:14.1f}"
            f"  {family:>14}  {report:>10}"
            f" {100 * sum(one.covered for one in found) / contrasts:9.1f}",
            flush=True,
        )


def print_change(pool: Pool, replicates: int, units: list[int]) -> None:
    print("\nA change of so many points from baseline to final, in every principle")
    print("units answers season change | found   no relevant change  any such claim  coverage")
    for scenario in change_scenarios(units):
        found = simulate_all(pool, scenario, replicates)
        tests = len(PRINCIPLES) * len(found)
        contrasts = sum(one.contrasts for one in found)
        print(
            f"{scenario.units:5} {ANSWERS[scenario.units]:7} {scenario.season_sd:6g}"
            f" {scenario.change:6g} |"
            f" {100 * sum(one.primary_found for one in found) / tests:5.1f}"
            f" {100 * sum(one.primary_no_change for one in found) / tests:20.1f}"
            f"  {share([one.primary_no_change_claim for one in found]):>14}"
            f" {100 * sum(one.covered for one in found) / contrasts:9.1f}",
            flush=True,
        )


def no_change_scenarios(sizes: list[int]) -> Iterator[Scenario]:
    for units in sizes:
        for season_sd in (0.0, 3.0):
            yield Scenario(units, season_sd)
            yield Scenario(units, season_sd, correlation=0.5)
            yield Scenario(units, season_sd, scores="likert")


def change_scenarios(sizes: list[int]) -> Iterator[Scenario]:
    base = Scenario(units=20, season_sd=3.0, correlation=0.5)
    for units in sizes:
        for change in (0.0, 5.0, 10.0):
            yield replace(base, units=units, change=change)


def share(happened: list[bool]) -> str:
    rate = float(np.mean(happened))
    error = np.sqrt(max(rate, 1 / len(happened)) * (1 - rate) / len(happened))
    return f"{100 * rate:.1f} +/- {200 * error:.1f}"


def simulate_all(pool: Pool, scenario: Scenario, replicates: int) -> list[Outcome]:
    tasks = [(scenario, replicate) for replicate in range(replicates)]
    return pool.starmap(simulate_one, tasks, chunksize=10)


def simulate_one(scenario: Scenario, replicate: int) -> Outcome:
    generator = np.random.default_rng([SEED, scenario.units, replicate])
    return judge(compare(simulate_cohort(scenario, generator), PLAN), scenario)


def simulate_cohort(scenario: Scenario, generator: np.random.Generator) -> ScoreTable:
    people = round(ANSWERS[scenario.units] / (TAKES_PART * len(WAVES)))
    home = generator.integers(0, scenario.units, people)
    person, wave = np.nonzero(generator.random((people, len(WAVES))) < TAKES_PART)
    unit, count = home[person], len(person)

    def draw(sd: float, *shape: int) -> np.ndarray:
        own = generator.normal(0, sd, (*shape, len(PRINCIPLES)))
        common = generator.normal(0, sd, (*shape, 1))
        mix = scenario.correlation
        return np.sqrt(1 - mix) * own + np.sqrt(mix) * common

    score = 55 + scenario.change * wave[:, None] / (len(WAVES) - 1)
    score = score + draw(UNIT_SD, scenario.units)[unit]
    score = score + draw(scenario.season_sd, scenario.units, len(WAVES))[unit, wave]
    score = score + draw(PERSON_SD, people)[person] + draw(RESIDUAL_SD, count)
    if scenario.scores == "likert":
        score = answer_items(score, generator)
    columns = {"respondent": person, "unit": unit, "audience": 0 * person, "wave": wave}
    repeated = {
        name: np.repeat(codes, len(PRINCIPLES)).astype(np.int32) for name, codes in columns.items()
    }
    principle = np.tile(np.arange(len(PRINCIPLES), dtype=np.int32), count)
    units = tuple(f"unit-{number}" for number in range(scenario.units))
    return ScoreTable(
        **repeated,
        principle=principle,
        score=score.ravel(),
        units=units,
        audiences=("citizen",),
        waves=WAVES,
        principles=PRINCIPLES,
    )


def answer_items(latent: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    felt = latent[..., None] + generator.normal(0, ITEM_SD, (*latent.shape, ITEMS))
    option = np.clip(np.floor(felt / 100 * OPTIONS), 0, OPTIONS - 1)
    return option.mean(axis=-1) / (OPTIONS - 1) * 100


def judge(report: ComparisonReport, scenario: Scenario) -> Outcome:
    step = scenario.change / (len(WAVES) - 1)
    truth = {
        (one, other): step * (WAVES.index(other) - WAVES.index(one))
        for one in WAVES
        for other in WAVES
    }
    inferred = [c for c in report.contrasts if c.p is not None]
    primary = [c for c in report.contrasts if c.is_primary]
    claims = [c for c in inferred if c.verdict in {Verdict.IMPROVED, Verdict.DECLINED}]
    unchanged = sum(c.verdict == Verdict.NO_RELEVANT_CHANGE for c in primary)
    return Outcome(
        contrasts=len(inferred),
        alarms=sum(c.p < 0.05 for c in inferred),
        covered=sum(c.ci_low <= truth[c.from_wave, c.to_wave] <= c.ci_high for c in inferred),
        primary_claim=any(c.p_adjusted is not None and c.p_adjusted < 0.05 for c in primary),
        any_claim=bool(claims) or any(c.p_adjusted < 0.05 for c in inferred),
        primary_found=sum(c.verdict == Verdict.IMPROVED for c in primary),
        primary_no_change=unchanged,
        primary_no_change_claim=unchanged > 0,
    )


if __name__ == "__main__":
    main()
