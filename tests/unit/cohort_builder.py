"""Builds simulated open cohorts for tests: seeded, small, of any shape."""

from collections.abc import Sequence

import numpy as np

from survey_service.measurement.score_table import ScoreRow

WAVES = ("baseline", "midterm", "final")


def simulate_rows(
    seed: int = 1,
    units: int = 8,
    people: int = 60,
    waves: Sequence[str] = WAVES,
    takes_part: float = 0.7,
    moving: float = 0.0,
    unit_sd: float = 6.0,
    season_sd: float = 4.0,
    person_sd: float = 15.0,
    residual_sd: float = 12.0,
    change: float = 0.0,
    audience: str = "citizen",
    principle: str = "hopes",
) -> list[ScoreRow]:
    draw = np.random.default_rng(seed)
    home = draw.integers(0, units, people)
    unit_effect, person_effect = draw.normal(0, unit_sd, units), draw.normal(0, person_sd, people)
    season = draw.normal(0, season_sd, (units, len(waves)))
    rows = []
    for person in range(people):
        for wave, name in enumerate(waves):
            unit = int(draw.integers(0, units)) if draw.random() < moving else int(home[person])
            score = 50 + change * wave + unit_effect[unit] + season[unit, wave]
            score += person_effect[person] + draw.normal(0, residual_sd)
            if draw.random() < takes_part:
                rows.append(
                    ScoreRow(f"p{person}", f"u{unit}", audience, name, principle, float(score))
                )
    return rows


def row(respondent: str, unit: str, wave: str, score: float | None) -> ScoreRow:
    return ScoreRow(respondent, unit, "citizen", wave, "hopes", score)
