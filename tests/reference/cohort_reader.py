"""Reads the simulated cohorts and the answers computed elsewhere, kept beside this file."""

import csv
import gzip
import json
from pathlib import Path

from survey_service.measurement.score_table import ScoreRow, ScoreTable, tabulate

HERE = Path(__file__).parent
WAVES = ("baseline", "midterm", "final")


def read_cohort(name: str) -> ScoreTable:
    plain = HERE / "data" / f"{name}.csv"
    packed = plain.with_suffix(".csv.gz")
    text = plain.read_text() if plain.exists() else gzip.decompress(packed.read_bytes()).decode()
    rows = [
        ScoreRow(
            respondent=row["respondent"],
            unit=row["unit"],
            audience=row["audience"],
            wave=row["wave"],
            principle=row["principle"],
            score=float(row["score"]) if row["score"] else None,
        )
        for row in csv.DictReader(text.splitlines())
    ]
    return tabulate(rows, WAVES)


def read_oracle(name: str) -> list[dict]:
    return json.loads((HERE / "oracles" / f"{name}.json").read_text())
