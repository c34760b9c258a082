"""How fast waves are compared: against statsmodels' MixedLM, and as answers grow a thousandfold.

Every size runs in a process of its own, so that its peak memory is its own. Seconds are the best
of a few runs after one that warms up, by the clock and of processor time; only ratios within one
run are worth comparing.
"""

import argparse
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable

import numpy as np

from survey_service.measurement.comparison import ComparisonPlan, compare
from survey_service.measurement.mixed_model import fit_cohort
from survey_service.measurement.score_table import ScoreTable

WAVES = ("baseline", "midterm", "final")
PLAN = ComparisonPlan(WAVES)
TAKES_PART = 2 / 3
SIZES = ((1_500, 20), (150_000, 500), (1_500_000, 5_000))
MOVERS = 0.02


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.only:
        MEASUREMENTS[chosen.only]()
        return
    print(f"{'what':<52}{'seconds':>9}{'cpu':>9}{'peak MB':>9}")
    for name in MEASUREMENTS:
        subprocess.run([sys.executable, __file__, "--only", name], check=True)


def measure_growth(rows: int, units: int, moving: float = 0.0) -> None:
    table = simulate(rows, units, moving=moving)
    repeats = 1 if rows > 1_000_000 else 3
    seconds = best_of(lambda: compare(table, PLAN), repeats)
    moved = f", {moving:.0%} moved" if moving else ""
    tell(f"{len(table):,} rows, {units:,} units{moved}", seconds)


def measure_project() -> None:
    table = simulate(100_000 // 24, 20, audiences=3, principles=8)
    seconds = best_of(lambda: compare(table, PLAN), 3)
    tell(f"whole project: 3 audiences, 8 principles, {len(table):,} rows", seconds)


def measure_against_statsmodels() -> None:
    table = simulate(1_500, 20)
    ours = best_of(lambda: fit_cohort(table.respondent, table.unit, table.wave, table.score), 5)
    theirs = best_of(lambda: fit_with_statsmodels(table), 1, warm_up=False)
    tell(f"one fit, {len(table):,} rows, 20 units", ours)
    tell("the same model by statsmodels' MixedLM", theirs)
    ratios = [slow / fast for slow, fast in zip(theirs, ours, strict=True)]
    print(f"{'  ratio':<52}{ratios[0]:>9.0f}{ratios[1]:>9.0f}", flush=True)


def fit_with_statsmodels(table: ScoreTable) -> None:
    import pandas as pd
    import statsmodels.formula.api as smf

    frame = pd.DataFrame(
        {
            "score": table.score,
            "wave": table.wave,
            "unit": table.unit,
            "respondent": table.respondent,
        }
    )
    parts = {"season": "0 + C(wave)", "respondent": "0 + C(respondent)"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        smf.mixedlm("score ~ C(wave)", frame, groups="unit", re_formula="1", vc_formula=parts).fit(
            reml=True
        )


def simulate(
    rows: int, units: int, moving: float = 0.0, audiences: int = 1, principles: int = 1
) -> ScoreTable:
    """About `rows` answers per audience and principle."""
    draw = np.random.default_rng(1)
    people = round(rows / (TAKES_PART * len(WAVES)))
    parts = []
    for audience in range(audiences):
        home = draw.integers(0, units, people)
        answers = draw.random(people * len(WAVES)) < TAKES_PART
        person = np.repeat(np.arange(people), len(WAVES))[answers]
        wave = np.tile(np.arange(len(WAVES)), people)[answers]
        moved = draw.random(len(person)) < moving
        unit = np.where(moved, draw.integers(0, units, len(person)), home[person])
        for principle in range(principles):
            score = 55 + draw.normal(0, 6, units)[unit]
            score += draw.normal(0, 3, (units, len(WAVES)))[unit, wave]
            score += draw.normal(0, 15, people)[person] + draw.normal(0, 14, len(person))
            constant = np.ones_like(person)
            codes = (person + audience * people, unit, audience * constant, wave)
            parts.append((*codes, principle * constant, score))
    *codes, score = (np.concatenate(column) for column in zip(*parts, strict=True))
    return ScoreTable(
        *(code.astype(np.int32) for code in codes),
        score,
        tuple(f"unit-{number}" for number in range(units)),
        tuple(f"audience-{number}" for number in range(audiences)),
        WAVES,
        tuple(f"principle-{number}" for number in range(principles)),
    )


def best_of(
    action: Callable[[], object], repeats: int, warm_up: bool = True
) -> tuple[float, float]:
    """Least seconds by the clock and of processor time."""
    if warm_up:
        action()
    taken = []
    for _ in range(repeats):
        clock, processor = time.perf_counter(), time.process_time()
        action()
        taken.append((time.perf_counter() - clock, time.process_time() - processor))
    return min(clock for clock, _ in taken), min(processor for _, processor in taken)


def tell(what: str, seconds: tuple[float, float]) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:<52}{seconds[0]:>9.3f}{seconds[1]:>9.3f}{peak:>9.0f}", flush=True)


MEASUREMENTS: dict[str, Callable[[], None]] = {
    "statsmodels": measure_against_statsmodels,
    **{
        f"{rows}": lambda rows=rows, units=units: measure_growth(rows, units)
        for rows, units in SIZES
    },
    "movers": lambda: measure_growth(6_000, 60, MOVERS),
    "project": measure_project,
}

if __name__ == "__main__":
    main()
