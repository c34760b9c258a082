"""Those who answered both waves, those who left and those who joined."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from survey_service.measurement.clustered_regression import (
    Estimate,
    estimate_difference,
    estimate_mean,
)
from survey_service.measurement.score_table import ScoreTable

Floats = NDArray[np.float64]
Names = NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class PanelScores:
    """The scores of one audience and principle in two waves, by whether people can be followed.

    Stayers have a score in both waves and stand in the same order in all three of their columns;
    their unit is the one they had in the from-wave. Leavers have a score in the from-wave alone,
    joiners in the to-wave alone. Unlinked people have no pseudonym and belong to none of them.
    """

    stayers_from: Floats
    stayers_to: Floats
    stayer_units: Names
    leavers: Floats
    leaver_units: Names
    joiners: Floats
    joiner_units: Names
    unlinked_from: int
    unlinked_to: int

    @property
    def can_be_followed(self) -> bool:
        """Whether there are people with a pseudonym in both waves.

        Where one wave has none, as imported ones, nobody is known to have left or joined.
        """
        stayed = len(self.stayers_from)
        return stayed > 0 or (len(self.leavers) > 0 and len(self.joiners) > 0)


@dataclass(frozen=True, slots=True)
class PanelChange:
    """What followed people say of a change, in points; a mean is None where there is nobody.

    `change` is the stayers' own mean change, `change_deviation` its standard deviation over
    people. `leavers_less_stayers` compares the two at the from-wave, `joiners_less_stayers` at the
    to-wave.
    """

    audience: str
    principle: str
    from_wave: str
    to_wave: str
    n_both: int
    n_left: int
    n_joined: int
    unlinked_from: int
    unlinked_to: int
    stayer_mean_from: float | None
    stayer_mean_to: float | None
    change: Estimate
    change_deviation: float | None
    leavers_less_stayers: Estimate
    joiners_less_stayers: Estimate


def measure_panel_change(
    table: ScoreTable, audience: str, principle: str, from_wave: str, to_wave: str
) -> PanelChange:
    """Compare two waves within the people who answered both, and them with those who did not.

    Raises:
        ValueError: for a name the table does not have, or a person with two scores in one wave.

    Intervals rest on the differences between units (`clustered_regression`).
    """
    key = audience, principle, from_wave, to_wave
    return describe_panel_change(follow_people(table, *key), *key)


def describe_panel_change(
    people: PanelScores, audience: str, principle: str, from_wave: str, to_wave: str
) -> PanelChange:
    """Return what `measure_panel_change` does, of people who are followed already."""
    change = people.stayers_to - people.stayers_from
    return PanelChange(
        audience=audience,
        principle=principle,
        from_wave=from_wave,
        to_wave=to_wave,
        n_both=len(change),
        n_left=len(people.leavers),
        n_joined=len(people.joiners),
        unlinked_from=people.unlinked_from,
        unlinked_to=people.unlinked_to,
        stayer_mean_from=_mean(people.stayers_from),
        stayer_mean_to=_mean(people.stayers_to),
        change=estimate_mean(change, people.stayer_units),
        change_deviation=float(change.std(ddof=1)) if len(change) > 1 else None,
        leavers_less_stayers=estimate_difference(
            people.stayers_from, people.leavers, people.stayer_units, people.leaver_units
        ),
        joiners_less_stayers=estimate_difference(
            people.stayers_to, people.joiners, people.stayer_units, people.joiner_units
        ),
    )


def follow_people(
    table: ScoreTable, audience: str, principle: str, from_wave: str, to_wave: str
) -> PanelScores:
    """Sort the scores of one audience and principle into stayers, leavers and joiners.

    Raises:
        ValueError: for a name the table does not have, or a person with two scores in one wave.
    """
    before = _scored_rows(table, audience, principle, from_wave)
    after = _scored_rows(table, audience, principle, to_wave)
    linked_before = before[table.respondent[before] >= 0]
    linked_after = after[table.respondent[after] >= 0]
    _, first, second = np.intersect1d(
        table.respondent[linked_before], table.respondent[linked_after], return_indices=True
    )
    left, joined = np.delete(linked_before, first), np.delete(linked_after, second)
    units = np.asarray(table.units, dtype=np.str_)
    return PanelScores(
        stayers_from=table.score[linked_before[first]],
        stayers_to=table.score[linked_after[second]],
        stayer_units=units[table.unit[linked_before[first]]],
        leavers=table.score[left],
        leaver_units=units[table.unit[left]],
        joiners=table.score[joined],
        joiner_units=units[table.unit[joined]],
        unlinked_from=len(before) - len(linked_before),
        unlinked_to=len(after) - len(linked_after),
    )


def _scored_rows(table: ScoreTable, audience: str, principle: str, wave: str) -> NDArray[np.intp]:
    rows = np.flatnonzero(
        (table.audience == _code("audience", audience, table.audiences))
        & (table.principle == _code("principle", principle, table.principles))
        & (table.wave == _code("wave", wave, table.waves))
        & ~np.isnan(table.score)
    )
    people, counts = np.unique(table.respondent[rows], return_counts=True)
    twice = people[(counts > 1) & (people >= 0)]
    if len(twice):
        raise ValueError(
            f"wave {wave}: expected one score per respondent on {principle}, "
            f"found {len(twice)} respondents with more"
        )
    return rows


def _code(kind: str, name: str, names: tuple[str, ...]) -> int:
    if name not in names:
        raise ValueError(f"{kind}: expected one of {names}, found {name!r}")
    return names.index(name)


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if len(values) else None
