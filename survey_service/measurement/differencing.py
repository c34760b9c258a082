"""What two releases would tell by being held against each other: how many answers differ.

A wave that is closed can only lose answers, when somebody withdraws them. So what differs between
two releases of it is exactly the difference of what each figure rests on, and an older release
never differs by less than the newest.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from survey_service.measurement.disclosure import ReleasedFigures
from survey_service.measurement.help_given import HELP_ITEM, HelpGiven
from survey_service.measurement.item_table import ItemTable
from survey_service.measurement.score_table import ScoreTable

RESPONSES = ""
"""Stands for whole responses, beside the names of principles and items."""

Basis = Mapping[tuple[str, str, str], int]
"""(audience, wave, principle, item or RESPONSES) to the answers a release rests on there."""


def count_basis(
    scores: ScoreTable,
    item_tables: Mapping[str, ItemTable],
    help_given: Sequence[HelpGiven] = (),
) -> dict[tuple[str, str, str], int]:
    """Return how many responses, scores and rated items there are per audience and wave."""
    counts: dict[tuple[str, str, str], int] = {}
    computable = ~np.isnan(scores.score)
    for audience_code, audience in enumerate(scores.audiences):
        for wave_code, wave in enumerate(scores.waves):
            here = computable & (scores.audience == audience_code) & (scores.wave == wave_code)
            found = np.bincount(scores.principle[here], minlength=len(scores.principles))
            for principle, count in zip(scores.principles, found, strict=True):
                counts[audience, wave, principle] = int(count)
    for table in item_tables.values():
        for audience in table.audience_names:
            for wave in table.wave_order:
                rows = table.rows_of(audience, wave)
                counts[audience, wave, RESPONSES] = int(rows.sum())
                rated = (table.codes[rows] >= 1).sum(axis=0)
                for item, count in zip(table.item_keys, rated, strict=True):
                    counts[audience, wave, f"item:{item}"] = int(count)
    for given in help_given:
        counts["citizen", given.wave, f"item:{HELP_ITEM}"] = given.own_count
    return {key: count for key, count in counts.items() if count}


def shown_basis(figures: ReleasedFigures) -> dict[tuple[str, str, str], int]:
    """Return the counts that released figures show, for a release that none were kept with."""
    counts = {
        (found.audience, found.wave, RESPONSES): found.sent
        for found in figures.counts
        if found.sent is not None
    }
    counts |= {
        (mean.audience, mean.wave, mean.principle): mean.n
        for mean in figures.wave_means
        if mean.n is not None
    }
    for item in figures.details.items if figures.details else ():
        counts[item.audience, item.wave, f"item:{item.item}"] = item.n_rated
    return counts


def changed_too_little(before: Basis, now: Basis, minimum: int) -> tuple[tuple[str, str], ...]:
    """Return audiences and waves of `before` in which 1 to `minimum` - 1 answers have changed.

    Args:
        before: what the newest release rests on.
        now: what a new one would rest on; waves that `before` does not know are new and free.
        minimum: the fewest people whose answers may be told from the difference, 1 or more.
    """
    known = {wave for _, wave, _ in before}
    found: dict[tuple[str, str], None] = {}
    for key in [*before, *now]:
        audience, wave, _ = key
        if wave in known and 0 < abs(before.get(key, 0) - now.get(key, 0)) < minimum:
            found[audience, wave] = None
    return tuple(sorted(found))
