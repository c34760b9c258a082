"""What two releases would tell by being held against each other: how many answers differ.

A wave that is closed can only lose answers, when somebody withdraws them. So what differs between
two releases of it is exactly the difference of what each figure rests on, and an older release
never differs by less than the newest.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import product

import numpy as np

from survey_service.measurement.disclosure import ReleasedFigures
from survey_service.measurement.help_given import HELP_ITEM, HelpGiven
from survey_service.measurement.item_table import ItemTable
from survey_service.measurement.quote_disclosure import WORDS_COUNTS
from survey_service.measurement.score_table import ScoreTable
from survey_service.measurement.unit_disclosure import UnitGroup, find_remainders
from survey_service.measurement.unit_tree import Parents, units_above

LONGEST_COUNTED = 70
"""Characters there is room for in a basis; what is longer is kept as a digest."""

RESPONSES = ""
"""Stands for whole responses, beside the names of principles and items."""

UNIT_COUNTS = "unit:"
"""What the names of units' counts begin with; then a digest of the unit, and the principle."""

DIGEST_LENGTH = 20

Basis = Mapping[tuple[str, str, str], int]
"""(audience, wave, what is counted) to the answers a release rests on there.

Counted are whole responses, a principle's scores, an item's ratings, and for units' figures
(`count_unit_basis`) the scores in a unit or level.
"""


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


def count_unit_basis(scores: ScoreTable, parents: Parents) -> dict[tuple[str, str, str], int]:
    """Return how many scores were given in every unit itself, per audience, wave and principle.

    A unit is told apart by those above it too, so that one that was moved has changed.
    """
    return {
        (audience, wave, _name_unit_count(unit, principle, parents)): count
        for (audience, wave, principle), own in _count_in_units(scores).items()
        for unit, count in own.items()
    }


def units_changed_too_little(
    shown: Mapping[UnitGroup, frozenset[str]],
    releases: Sequence[Basis],
    now: Basis,
    parents: Parents,
    minimum: int,
) -> tuple[UnitGroup, ...]:
    """Return the groups whose shown units and a new mean of everybody would tell of too few.

    Args:
        shown: the units a release showed, per audience, wave and principle.
        releases: what that release rests on, then what each later one does.
        now: what a new one would rest on.
        parents: the tree.
        minimum: the fewest people that may be told of.

    Two means of everybody differ by those who withdrew between them. From that difference any
    remainder of what was shown can be taken: then those of it who withdrew cancel, and all its
    others stand. So with the smaller of the two from each remainder, in all there must be nobody
    or at least the minimum.
    """
    return tuple(
        group
        for group, units in shown.items()
        if any(
            0 < people < minimum for people in _fewest_told(group, units, releases, now, parents)
        )
    )


def _fewest_told(
    group: UnitGroup,
    units: frozenset[str],
    releases: Sequence[Basis],
    now: Basis,
    parents: Parents,
) -> Iterator[int]:
    audience, wave, principle = group

    def count(basis: Basis, people: Iterable[str]) -> int:
        names = (_name_unit_count(unit, principle, parents) for unit in people)
        return sum(basis.get((audience, wave, name), 0) for name in names)

    answered = [unit for unit in parents if count(releases[0], [unit])]
    remainders = find_remainders(units, answered, parents)
    for basis in releases:
        people = 0
        for remainder in remainders:
            gone = count(basis, remainder) - count(now, remainder)
            people += min(abs(gone), count(releases[0], remainder) - abs(gone))
        yield people


def units_to_show_again(
    shown: Mapping[UnitGroup, frozenset[str]], before: Basis, now: Basis
) -> dict[UnitGroup, frozenset[str]]:
    """Return which units of groups that were shown before may be shown again.

    Args:
        shown: the units an earlier release showed, per audience, wave and principle.
        before: what that release rests on; empty where it is no longer known.
        now: what a new one would rest on.

    Those that were shown, as long as no unit's or level's answers have changed; else none of the
    group: two sums over different people would tell of those who make the difference. What stood
    back before stays back, for it kept others from being found by subtraction.
    """
    earlier, later = _gather_unit_counts(before), _gather_unit_counts(now)
    found = {}
    for (audience, wave, principle), units in shown.items():
        place = audience, wave, _principle_in_name(principle)
        is_unchanged = place in earlier and earlier[place] == later.get(place)
        found[audience, wave, principle] = units if is_unchanged else frozenset()
    return found


def shown_units(figures: ReleasedFigures) -> dict[UnitGroup, frozenset[str]]:
    """Return the units whose means released figures show, per audience, wave and principle."""
    found: dict[UnitGroup, set[str]] = {}
    for figure in figures.details.unit_figures if figures.details else ():
        group = figure.audience, figure.wave, figure.principle
        found.setdefault(group, set()).add(figure.unit)
    return {group: frozenset(units) for group, units in found.items()}


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
            Units' counts are left out: where those change a little, only units are kept back.
            So are those of who wrote (`quote_disclosure`).
        minimum: the fewest people whose answers may be told from the difference, 1 or more.
    """
    known = {wave for _, wave, _ in before}
    found: dict[tuple[str, str], None] = {}
    for key in [*before, *now]:
        audience, wave, counted = key
        if counted.startswith((UNIT_COUNTS, WORDS_COUNTS)):
            continue
        if wave in known and 0 < abs(before.get(key, 0) - now.get(key, 0)) < minimum:
            found[audience, wave] = None
    return tuple(sorted(found))


def unchanged_places(before: Basis, now: Basis) -> frozenset[tuple[str, str]]:
    """Return the audiences and waves in which no count differs between two releases.

    Those of which neither knows any count are among them; counts of who wrote are left out.
    """
    if not before:
        return frozenset()
    known = {key for key in {*before, *now} if not key[2].startswith(WORDS_COUNTS)}
    places = set(product({audience for audience, *_ in known}, {wave for _, wave, _ in known}))
    changed = {key[:2] for key in known if before.get(key, 0) != now.get(key, 0)}
    return frozenset(places - changed)


def uneven_places(
    before: Basis, now: Basis, items: Iterable[tuple[str, str, str, str]]
) -> frozenset[UnitGroup]:
    """Return the places of which some who withdrew between two releases had rated other items.

    Args:
        before: what the earlier release rests on.
        now: what a new one would rest on.
        items: (audience, wave, principle, item) for every item the earlier one showed.

    As many responses, scores and ratings of each item must have gone. Audience, wave, principle.
    """

    def gone(audience: str, wave: str, counted: str) -> int:
        key = audience, wave, counted
        return before.get(key, 0) - now.get(key, 0)

    return frozenset(
        (audience, wave, principle)
        for audience, wave, principle, item in items
        if not (
            gone(audience, wave, RESPONSES)
            == gone(audience, wave, principle)
            == gone(audience, wave, f"item:{item}")
        )
    )


def _count_in_units(scores: ScoreTable) -> dict[UnitGroup, dict[str, int]]:
    """Return the computable scores given in each unit itself."""
    computable = np.flatnonzero(~np.isnan(scores.score))
    columns = (scores.audience, scores.wave, scores.principle, scores.unit)
    cells, found = np.unique(
        np.column_stack([column[computable] for column in columns]), axis=0, return_counts=True
    )
    counts: dict[UnitGroup, dict[str, int]] = {}
    for (audience, wave, principle, unit), count in zip(
        cells.tolist(), found.tolist(), strict=True
    ):
        group = scores.audiences[audience], scores.waves[wave], scores.principles[principle]
        counts.setdefault(group, {})[scores.units[unit]] = count
    return counts


def _gather_unit_counts(basis: Basis) -> dict[UnitGroup, dict[str, int]]:
    """Return the units' counts per audience, wave and principle as names write it."""
    found: dict[UnitGroup, dict[str, int]] = {}
    for (audience, wave, counted), count in basis.items():
        if counted.startswith(UNIT_COUNTS):
            principle = counted.removeprefix(UNIT_COUNTS)[DIGEST_LENGTH + 1 :]
            found.setdefault((audience, wave, principle), {})[counted] = count
    return found


def _name_unit_count(unit: str, principle: str, parents: Parents) -> str:
    path = "\n".join([unit, *units_above(unit, parents)])
    digest = sha256(path.encode()).hexdigest()[:DIGEST_LENGTH]
    return f"{UNIT_COUNTS}{digest}:{_principle_in_name(principle)}"


def _principle_in_name(principle: str) -> str:
    room = LONGEST_COUNTED - len(UNIT_COUNTS) - DIGEST_LENGTH - 1
    return principle if len(principle) <= room else sha256(principle.encode()).hexdigest()[:room]
