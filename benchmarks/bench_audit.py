"""What the audit before a release costs beside working the figures out, and what it holds back.

A project is simulated: units of different sizes, people who come and go, items left out now and
then. Seconds are of processor time; the ratio to the analysis in the same run is what counts.
"""

import argparse
import time
from collections import Counter
from collections.abc import Mapping

import numpy as np

from survey_service.measurement.audited_figures import list_figures
from survey_service.measurement.audited_people import gather_people
from survey_service.measurement.comparison import ComparisonPlan
from survey_service.measurement.detail_disclosure import disclose_details
from survey_service.measurement.disclosure import disclose
from survey_service.measurement.item_table import ItemTable
from survey_service.measurement.project_analysis import analyse
from survey_service.measurement.release_audit import WITHHELD_FIRST, find_withheld
from survey_service.measurement.score_table import ScoreRow, ScoreTable, tabulate

WAVES = ("baseline", "midterm", "final")
AUDIENCES = {"citizen": 12, "staff": 7, "relative": 3}
"""People who answer, on average, per unit and wave."""
PRINCIPLES = tuple(f"principle-{number}" for number in range(1, 9))
ITEMS_EACH = 3
MINIMUM = 5


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--units", type=int, nargs="+", default=[5, 12, 40])
    options.add_argument("--left-out", type=float, default=0.03, help="how often an item is")
    chosen = options.parse_args()
    print(f"{'units':>5}{'people':>8}{'analysis':>10}{'audit':>8}{'ratio':>7}  held back of shown")
    for units in chosen.units:
        measure(units, chosen.left_out)


def measure(unit_count: int, left_out: float) -> None:
    random = np.random.default_rng(20261122)
    sizes = random.integers(2, 30, unit_count)
    tables = {
        audience: answer(random, audience, mean, sizes, left_out)
        for audience, mean in AUDIENCES.items()
    }
    scores = score(tables)
    parents = {f"u{number}": f"level{number % 5}" for number in range(unit_count)}
    rosters = {
        wave: {(f"u{number}", audience): 60 for number in range(unit_count) for audience in tables}
        for wave in WAVES
    }
    plan = ComparisonPlan(WAVES, 5.0, None, MINIMUM)
    begun = time.process_time()
    analysis = analyse(scores, tables, rosters, plan, parents=parents)
    figures = disclose(analysis.comparison, {}, WAVES, MINIMUM, 5.0, principles=PRINCIPLES)
    details = disclose_details(analysis, MINIMUM, parents)
    analysed = time.process_time()
    withheld = find_withheld(figures, details, gather_people(scores, tables), parents, MINIMUM)
    ended = time.process_time()
    shown = Counter(one.kind for found in list_figures(figures, details).values() for one in found)
    held = Counter(one.kind for found in withheld.values() for one in found)
    people = sum(len(table) for table in tables.values())
    told = ", ".join(f"{kind} {held[kind]}/{shown[kind]}" for kind in WITHHELD_FIRST if shown[kind])
    spent = analysed - begun, ended - analysed
    print(
        f"{unit_count:>5}{people:>8}{spent[0]:>9.1f}s{spent[1]:>7.1f}s{spent[1] / spent[0]:>7.2f}"
        f"  {told}",
        flush=True,
    )


def answer(
    random: np.random.Generator, audience: str, mean: int, sizes: np.ndarray, left_out: float
) -> ItemTable:
    """Two of three come back; a person's answers go together."""
    rows: list[tuple[str, str, str]] = []
    for number, size in enumerate(sizes.tolist()):
        for person in range(max(1, round(size * mean / sizes.mean()))):
            for wave in WAVES:
                came_back = random.uniform() < 2 / 3
                name = f"{audience}-{number}-{person}" + ("" if came_back else f"-{wave}")
                rows.append((name, f"u{number}", wave))
    width = len(PRINCIPLES) * ITEMS_EACH
    level = random.integers(1, 6, len(rows))
    codes = np.clip(level[:, None] + random.integers(-1, 2, (len(rows), width)), 1, 5)
    codes[random.uniform(size=codes.shape) < left_out] = 0
    names, units, waves = (np.asarray(column) for column in zip(*rows, strict=True))
    return ItemTable(
        codes=codes.astype(np.int16),
        item_keys=tuple(f"item-{number}" for number in range(width)),
        measures=tuple(name for name in PRINCIPLES for _ in range(ITEMS_EACH)),
        option_counts=np.full(width, 5, dtype=np.int16),
        reversed_items=np.zeros(width, dtype=np.bool_),
        respondents=names,
        units=units,
        audiences=np.full(len(rows), audience),
        waves=waves,
        wave_order=WAVES,
    )


def score(tables: Mapping[str, ItemTable]) -> ScoreTable:
    rows = []
    for audience, table in tables.items():
        for principle in PRINCIPLES:
            found = table.scores_of(audience, measure=principle).mean_per_respondent()
            columns = table.respondents, table.units, table.waves, found
            rows += [
                ScoreRow(str(name), str(unit), audience, str(wave), principle,
                         None if np.isnan(value) else float(value))
                for name, unit, wave, value in zip(*columns, strict=True)
            ]  # fmt: skip
    return tabulate(rows, WAVES)


if __name__ == "__main__":
    main()
