"""What all figures of a release tell together, and what is held back so that it is nobody."""

from collections import Counter
from dataclasses import fields, replace
from itertools import combinations, product
from time import process_time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from item_table_builder import item_table

from survey_service.measurement.audited_figures import EarlierFigures, Figure, list_figures
from survey_service.measurement.audited_people import People, PeopleClass, gather_people
from survey_service.measurement.comparison import ComparisonPlan, Verdict
from survey_service.measurement.detail_disclosure import disclose_details
from survey_service.measurement.differencing import (
    changed_too_little,
    count_basis,
    unchanged_places,
    uneven_places,
)
from survey_service.measurement.disclosure import disclose
from survey_service.measurement.item_table import mean_of_rated
from survey_service.measurement.project_analysis import analyse
from survey_service.measurement.release_audit import MOST_WORK, find_withheld
from survey_service.measurement.released_details import (
    ReleasedDetails,
    ReleasedUnitFigure,
    UnitStanding,
)
from survey_service.measurement.score_table import ScoreRow, tabulate
from survey_service.measurement.unit_tree import units_within
from survey_service.measurement.withholding import withhold_details, withhold_figures

WAVES = ("baseline", "midterm", "final")


def answers(people, audience="citizen"):
    """A table of answers: (name, unit, wave, option numbers), 0 where an item was left out."""
    table = item_table(
        [codes for *_, codes in people],
        audience=audience,
        units=[unit for _, unit, _, _ in people],
        waves=[wave for _, _, wave, _ in people],
    )
    names = np.asarray([name for name, *_ in people], dtype=np.str_)
    return replace(table, respondents=names, wave_order=WAVES)


def scores_of(tables):
    return tabulate(score_rows(tables), WAVES)


def score_rows(tables):
    rows = []
    for table in tables.values():
        for audience in table.audience_names:
            own = table.audiences == audience
            for name, unit, wave, score in zip(
                table.respondents[own],
                table.units[own],
                table.waves[own],
                table.scores_of(audience).mean_per_respondent(),
                strict=True,
            ):
                value = None if np.isnan(score) else float(score)
                rows.append(ScoreRow(str(name), str(unit), audience, str(wave), "hopes", value))
    return rows


class Released:
    """A project through all the rules, before and after the audit."""

    def __init__(self, *tables, parents=None, minimum=5, earlier=(), is_audited=True,
                 most_work=MOST_WORK):  # fmt: skip
        self.tables = {str(table.audiences[0]): table for table in tables}
        self.parents = parents or {}
        units = {str(unit) for table in tables for unit in table.units}
        rosters = {
            wave: {(unit, audience): 50 for unit in units for audience in self.tables}
            for wave in WAVES
        }
        scores = scores_of(self.tables)
        plan = ComparisonPlan(WAVES, 5.0, None, minimum)
        analysis = analyse(scores, self.tables, rosters, plan, parents=self.parents)
        figures = disclose(analysis.comparison, {}, WAVES, minimum, 5.0, principles=("hopes",))
        details = disclose_details(analysis, minimum, self.parents)
        people = gather_people(scores, self.tables)
        self.by_the_rules = list_figures(figures, details)
        self.withheld = {}
        if is_audited:
            self.withheld = find_withheld(
                figures, details, people, self.parents, minimum, earlier, most_work
            )
        self.figures = replace(
            withhold_figures(figures, self.withheld),
            details=withhold_details(details, self.withheld),
        )
        self.shown = list_figures(self.figures, self.figures.details)


def everybody_answers(count, wave="baseline", unit="north", level=3, start=0):
    return [
        (f"p{number}", unit, wave, [1 + (number + shift + level) % 5 for shift in range(4)])
        for number in range(start, start + count)
    ]


def test_where_all_rated_everything_nothing_is_held_back():
    table = answers([*everybody_answers(30), *everybody_answers(30, "final")])
    assert Released(table).withheld == {}


def leaving_out(people, who, item=3):
    return [
        (name, unit, wave, [0 if at == item and number < who else c for at, c in enumerate(codes)])
        for number, (name, unit, wave, codes) in enumerate(people)
    ]


def in_small_units(count_left_out):
    """Five units of four and five of three, so that no unit is shown; all of them stay."""
    sizes = [4] * 5 + [3] * 5
    first = [
        person
        for number, size in enumerate(sizes)
        for person in everybody_answers(size, unit=f"u{number}", start=10 * number)
    ]
    last = [(name, unit, "final", codes) for name, unit, _, codes in first]
    return Released(answers([*leaving_out(first, count_left_out), *last]))


@pytest.mark.parametrize("who", [1, 2, 4])
def test_whoever_left_an_item_out_does_not_follow_from_the_score_and_the_items(who):
    released = in_small_units(who)
    # The raw mean less the items would be about the few alone, and it is the least read. Everybody
    # stayed, so the stayers' mean says the same; and so does the robust line, in which units count
    # alike, together with the model's mean, in which they count by their answers.
    held_back = {Figure("raw"), Figure("robust", "final"), Figure("stayers", "final")}
    assert released.withheld == {("citizen", "baseline", "hopes"): held_back}
    details = released.figures.details
    (row,) = details.method_rows
    assert row.mean_from is row.mean_from_low is row.mean_from_high is None
    assert row.robust_difference is None
    assert row.mean_to is not None
    assert details.panels == ()
    assert len(details.items) == 8


def test_five_who_left_an_item_out_hide_each_other():
    assert in_small_units(5).withheld == {}


def test_two_units_means_alike_beside_the_mean_of_all_do_not_tell_of_the_smaller():
    # with 2 to 4 units the model's mean counts them alike, and the raw one by their answers
    people = [*everybody_answers(30), *everybody_answers(4, unit="south", start=50)]
    last = [(name, unit, "final", codes) for name, unit, _, codes in people]
    table = answers([*people, *last])
    by_the_rules = Attacker(Released(table, is_audited=False), "citizen", "final")
    assert by_the_rules.told(5) == [30, 31, 32, 33]
    released = Released(table)
    assert Attacker(released, "citizen", "final").told(5) is None
    assert Figure("mean") in released.shown["citizen", "final", "hopes"]


def test_in_a_single_unit_the_models_mean_is_the_raw_one_so_an_item_is_held_back():
    first = leaving_out(everybody_answers(30), 2)
    released = Released(answers([*first, *everybody_answers(30, "final")]))
    (held_back,) = released.withheld["citizen", "baseline", "hopes"]
    assert held_back.kind == "item"


def test_what_cannot_be_proven_harmless_with_little_work_is_held_back():
    random = np.random.default_rng(11)
    table = a_project(random, "citizen", [4, 3, 14, 9, 2], 0.1, 0.6)
    patient, hasty = Released(table), Released(table, most_work=0)
    for wave in WAVES:
        place = "citizen", wave, "hopes"
        assert Attacker(hasty, "citizen", wave).told(5) is None
        assert hasty.shown.get(place, frozenset()) <= patient.shown[place]
    assert hasty.withheld != patient.withheld


def test_an_audit_with_more_ways_than_can_be_tried_ends():
    # hundreds who all left out something else: tried to the end it would take hours
    random = np.random.default_rng(1)
    people = {
        PeopleClass(f"u{unit}", frozenset(rated), True, frozenset(waves), True)
        for unit in range(60)
        for _ in range(int(random.integers(1, 13)))
        for rated in [[f"i{item}" for item in range(8) if random.uniform() > 0.2]]
        for waves in [[wave for wave in WAVES[1:] if random.uniform() < 0.5]]
        if len(rated) > 3
    }
    figures, details = figures_of(items=8, units=40)
    place = "citizen", "baseline", "hopes"
    begun = process_time()
    withheld = find_withheld(
        figures, details, {place: People(tuple(people))}, {}, 5, most_work=200_000_000
    )
    assert process_time() - begun < 10
    assert withheld[place]


def figures_of(items, units):
    """Figures of one place, whatever they say: a mean, items, and units."""
    nothing = Released(answers([*everybody_answers(30), *everybody_answers(30, "final")]))
    (item, *_), details = nothing.figures.details.items, nothing.figures.details
    unit = ReleasedUnitFigure("citizen", "hopes", "baseline", "", False, 50.0, None,
                              UnitStanding.NOT_CERTAIN)  # fmt: skip
    return nothing.figures, replace(
        details,
        items=tuple(replace(item, item=f"i{number}") for number in range(items)),
        unit_figures=tuple(replace(unit, unit=f"u{number}") for number in range(units)),
    )


def test_where_all_units_are_shown_it_is_an_item_that_is_held_back():
    people = [
        *leaving_out(everybody_answers(15), 2),
        *everybody_answers(15, unit="south", start=15),
        *everybody_answers(15, "final"),
        *everybody_answers(15, "final", "south", start=15),
    ]
    released = Released(answers(people))
    held_back = released.withheld["citizen", "baseline", "hopes"]
    # everybody's raw sum is that of the units, so nothing is gained by holding that back
    assert held_back == {Figure("item", "d")}
    shown = [item for item in released.figures.details.items if item.wave == "baseline"]
    assert len(shown) == 3


def test_those_who_stayed_until_two_later_waves_are_not_told_apart():
    # of thirty the same ten came back at midterm and, one of them exchanged, at last
    first = everybody_answers(30)
    people = [
        *first,
        *everybody_answers(10, "midterm"),
        *everybody_answers(20, "midterm", start=100),
        *everybody_answers(9, "final"),
        *everybody_answers(1, "final", start=20),
        *everybody_answers(20, "final", start=200),
    ]
    released = Released(answers(people))
    by_the_rules = released.by_the_rules["citizen", "baseline", "hopes"]
    assert {Figure("stayers", "midterm"), Figure("stayers", "final")} <= by_the_rules
    held_back = released.withheld["citizen", "baseline", "hopes"]
    assert {figure.kind for figure in held_back} <= {"stayers", "leavers", "raw"}
    kept = released.shown["citizen", "baseline", "hopes"]
    assert not {Figure("stayers", "midterm"), Figure("stayers", "final")} <= kept


def test_what_an_earlier_release_showed_is_held_against_a_new_one():
    first = leaving_out(everybody_answers(30), 2)
    table = answers([*first, *everybody_answers(30, "final")])
    # before there was an audit: everything, the raw mean with it
    people = [*everybody_answers(30), *everybody_answers(30, "final")]
    before = Released(answers(people))
    without_items = replace(
        before.figures, details=replace(before.figures.details, items=(), item_flags=())
    )
    places = frozenset({("citizen", "baseline"), ("citizen", "final")})
    released = Released(table, earlier=[EarlierFigures(1, without_items, places)])
    held_back = released.withheld["citizen", "baseline", "hopes"]
    assert {figure.kind for figure in held_back} == {"item"}


def test_what_was_told_before_cannot_be_taken_back_and_takes_nothing_new_along():
    first = leaving_out(everybody_answers(30), 2)
    table = answers([*first, *everybody_answers(30, "final")])
    people = [*everybody_answers(30), *everybody_answers(30, "final")]
    places = frozenset({("citizen", "baseline"), ("citizen", "final")})
    all_of_it = EarlierFigures(1, Released(answers(people)).figures, places)
    assert Released(table, earlier=[all_of_it]).withheld == {}


def withdrawn(released, gone, *kept):
    """The next release, after these people of the first wave withdrew: (audience, wave) alike."""
    (table,) = released.tables.values()
    here = np.isin(table.respondents, sorted(gone)) & (table.waves == "baseline")
    left = replace(
        table,
        codes=table.codes[~here],
        respondents=table.respondents[~here],
        units=table.units[~here],
        audiences=table.audiences[~here],
        waves=table.waves[~here],
    )
    before, now = (count_basis(scores_of({"citizen": one}), {"citizen": one})
                   for one in (table, left))  # fmt: skip
    assert changed_too_little(before, now, 5) == ()
    items = [("citizen", item.wave, "hopes", item.item) for item in released.figures.details.items]
    earlier = EarlierFigures(
        1, released.figures, unchanged_places(before, now), uneven_places(before, now, items)
    )
    return Released(left, earlier=[earlier, *kept])


def some_stay():
    """Eighteen of forty stay and twenty join."""
    last = [*everybody_answers(18, "final"), *everybody_answers(20, "final", start=100)]
    return Released(answers([*everybody_answers(40), *last]))


def test_followed_people_are_not_shown_anew_once_one_of_them_withdrew():
    first = some_stay()
    (panel,) = first.figures.details.panels
    assert (panel.n_both, panel.n_left, panel.n_joined) == (18, 22, 20)
    # six withdraw, one of them a stayer: 18 and 17 times the stayers' mean differ by that one's
    second = withdrawn(first, {"p0", "p30", "p31", "p32", "p33", "p34"})
    assert second.figures.details.panels == ()
    assert Figure("mean") in second.shown["citizen", "baseline", "hopes"]


def test_nor_in_any_release_after_that():
    first = some_stay()
    gone = {"p0", "p30", "p31", "p32", "p33", "p34"}
    second = withdrawn(first, gone)
    last = EarlierFigures(2, second.figures, frozenset(product(["citizen"], WAVES)))
    assert withdrawn(first, gone, last).figures.details.panels == ()


def test_while_nobody_withdrew_they_are_shown_again():
    first = some_stay()
    assert withdrawn(first, set()).figures.details.panels == first.figures.details.panels


def test_items_are_not_shown_anew_where_those_who_withdrew_had_not_all_rated_the_same():
    people = leaving_out(everybody_answers(40), 6)
    first = Released(answers([*people, *everybody_answers(40, "final")]))
    assert Figure("item", "d") in first.shown["citizen", "baseline", "hopes"]
    # six withdraw, one of whom left the last item out: the scores that are gone, less the ratings
    # that are gone, are about that one alone
    second = withdrawn(first, {"p0", *(f"p{number}" for number in range(30, 35))})
    shown = second.shown["citizen", "baseline", "hopes"]
    assert not any(figure.kind == "item" for figure in shown)
    assert any(figure.kind == "item" for figure in second.shown["citizen", "final", "hopes"])


def test_items_are_shown_anew_where_all_who_withdrew_had_rated_everything():
    first = Released(answers([*everybody_answers(40), *everybody_answers(40, "final")]))
    second = withdrawn(first, {f"p{number}" for number in range(30, 36)})
    assert Figure("item", "d") in second.shown["citizen", "baseline", "hopes"]


def levelled(name, unit, wave, level):
    """Somebody whose answers go by the unit, a little, and by themselves."""
    codes = [1 + (level + number + len(name)) % 5 for number in range(3)]
    return name, unit, wave, [*codes, 1 + level % 5]


def with_one_larger_at_first(larger):
    """Twenty units of four answer at last, nobody followed; at first one was larger."""
    first = [
        levelled(f"{number}-{one}", f"u{number:02}", "baseline", number)
        for number in range(20)
        for one in range(larger if number == 7 else 4)
    ]
    last = [
        levelled(f"{number}-{one}-last", f"u{number:02}", "final", number + one % 2)
        for number in range(20)
        for one in range(4)
    ]
    return Released(answers([*first, *last]))


def test_a_unit_whose_answers_in_other_waves_give_it_another_weight_does_not_follow():
    alike, other = with_one_larger_at_first(4), with_one_larger_at_first(30)
    (row,) = other.figures.details.method_rows
    assert row.components["unit"]
    # all units count alike, so the model's mean is the raw one
    assert Figure("raw") not in alike.withheld.get(("citizen", "final", "hopes"), ())
    # one counts more: the model's mean less the raw one is about these four
    assert Figure("raw") in other.withheld["citizen", "final", "hopes"]


def test_after_somebody_withdrew_from_another_wave_a_mean_has_other_weights():
    first = [*everybody_answers(30), *everybody_answers(4, unit="south", start=50)]
    last = [(name, unit, "final", codes) for name, unit, _, codes in first]
    table = answers([*first, *last])
    before = Released(table).figures
    place = "citizen", "final", "hopes"
    all_waves = frozenset(product(["citizen"], WAVES))
    nobody = Released(table, earlier=[EarlierFigures(1, before, all_waves)])
    assert Figure("mean") in nobody.shown[place]
    # of the four in the south the earlier mean less the new one would tell
    changed = EarlierFigures(1, before, all_waves - {("citizen", "baseline")})
    assert Figure("mean") in Released(table, earlier=[changed]).withheld[place]


def test_items_that_cannot_be_held_against_the_scores_are_not_shown():
    # an older version had fewer items, so that some have a score whom the newer's rule gives none
    table = answers([*everybody_answers(30), *everybody_answers(30, "final")])
    released = Released(table, is_audited=False)
    rows = [
        ScoreRow(name, "north", "citizen", "baseline", "hopes", 50.0)
        for name in ("one", "more")
    ]  # fmt: skip
    people = gather_people(tabulate([*score_rows({"citizen": table}), *rows], WAVES),
                           {"citizen": table})  # fmt: skip
    withheld = find_withheld(released.figures, released.figures.details, people, {}, 5)
    held_back = withheld["citizen", "baseline", "hopes"]
    assert {figure.name for figure in held_back if figure.kind == "item"} == set("abcd")
    kept = withheld.get(("citizen", "final", "hopes"), frozenset())
    assert not any(figure.kind == "item" for figure in kept)


def test_held_back_looks_as_if_it_had_never_been():
    table = answers([*everybody_answers(30), *everybody_answers(30, "final")])
    released = Released(table)
    place = "citizen", "final", "hopes"
    withheld = {place: frozenset({Figure("mean")})}
    figures = withhold_figures(released.figures, withheld)
    details = withhold_details(released.figures.details, withheld)
    mean = next(mean for mean in figures.wave_means if mean.wave == "final")
    assert (mean.n, mean.adjusted_mean, mean.ci_low) == (None, None, None)
    for contrast in figures.contrasts:
        if "final" in (contrast.from_wave, contrast.to_wave):
            assert contrast.verdict is Verdict.TOO_FEW
            assert contrast.difference is None
    assert place not in list_figures(figures, details) or not (
        list_figures(figures, details)[place] - {Figure("item", key) for key in "abcd"}
    )


def test_nothing_is_shown_of_those_who_stayed_if_all_of_them_answered_at_an_end_of_the_scale():
    stayed = [(f"p{number}", "north", wave, [5, 5, 5, 5])
              for wave in ("baseline", "final") for number in range(12)]  # fmt: skip
    others = [*everybody_answers(20, start=20), *everybody_answers(20, "final", start=60)]
    (panel,) = Released(answers([*stayed, *others])).figures.details.panels
    assert (panel.n_both, panel.n_left, panel.n_joined) == (12, 20, 20)
    assert panel.stayer_mean_from is panel.stayer_mean_to is panel.change is None
    assert panel.leavers_less_stayers is panel.joiners_less_stayers is None


WHAT_DETAILS_ARE = {
    "gaps": "audited",
    "items": "audited",
    "panels": "audited",
    "weighted_means": "audited",
    "method_rows": "audited",
    "unit_figures": "audited",
    "unit_changes": "follow from the units' figures and go with them",
    "item_flags": "follow from the items and go with them",
    "reliabilities": "coefficients, which nobody adds",
    "missing_items": "go by who left out what, not by what was told",
    "potentials": "an order, without figures",
    "response_rates": "counts, with rules of their own",
    "help_given": "counts, with rules of their own",
    "quotes": "words, with rules of their own",
}


def test_of_every_kind_of_detail_it_is_settled_whether_it_is_audited():
    assert {field.name for field in fields(ReleasedDetails)} == set(WHAT_DETAILS_ARE)


# --- the attacker -------------------------------------------------------------------------------
#
# An attacker of its own: it reads the released figures and the answers, people by people, knows
# who left out what, and tries every small union of people for a combination about them alone.


def shares(rated_rows):
    """What each item counts in each person's score: 1 / the items rated, where they suffice."""
    rated = rated_rows.astype(float)
    scored = ~np.isnan(mean_of_rated(np.where(rated_rows, 0.0, np.nan)))
    return np.where(scored[:, None], rated / np.maximum(rated.sum(axis=1, keepdims=True), 1), 0.0)


class Attacker:
    def __init__(self, released, audience, wave):
        self.released, self.audience, self.wave = released, audience, wave
        self.table = released.tables[audience]
        self.rows = np.flatnonzero(self.table.rows_of(audience, wave))
        self.rated = self.table.codes[self.rows] >= 1
        self.share = shares(self.rated)
        self.names = self.table.respondents[self.rows]
        self.units = self.table.units[self.rows]
        self.random = np.random.default_rng(5)

    def scored_in(self, wave):
        rows = np.flatnonzero(self.table.rows_of(self.audience, wave))
        enough = shares(self.table.codes[rows] >= 1).sum(axis=1) > 0
        return rows[enough]

    def is_also_in(self, wave):
        return np.isin(self.names, self.table.respondents[self.scored_in(wave)])

    def known(self):
        """A row per released figure, a column per person and item."""
        here = self.released.shown.get((self.audience, self.wave, "hopes"), ())
        return [self.row_of(figure) for figure in sorted(here)]

    def row_of(self, figure):
        if figure.kind == "item":
            return self.rated * (np.asarray(self.table.item_keys) == figure.name)[None, :]
        return self.share * self.weights_of(figure)[:, None]

    def weights_of(self, figure):
        match figure.kind:
            case "mean":
                return self.model_weights()
            case "weighted" | "robust":
                return self.robust(figure.name) if figure.name else self.weight_by(self.units)
            case "unit":
                inside = units_within(sorted(set(self.units.tolist())), self.released.parents)
                return np.isin(self.units, sorted(inside[figure.name]))
            case "stayers" | "leavers":
                return self.is_also_in(figure.name) == (figure.kind == "stayers")
            case "raw" | "gap":  # all items are shared here
                return np.ones(len(self.units))

    def weight_by(self, keys):
        weights = {key: self.random.uniform(1, 2) for key in sorted(set(keys.tolist()))}
        return np.asarray([weights[key] for key in keys.tolist()])

    def patterns(self):
        others = [wave for wave in WAVES if wave != self.wave]
        return [tuple(bool(x) for x in row)
                for row in np.column_stack([self.is_also_in(wave) for wave in others])]  # fmt: skip

    def model_weights(self):
        """Alike for those alike: of units made up alike, with scores in the same waves."""
        scored = self.share.sum(axis=1) > 0
        made_up = {
            unit: repr(sorted(Counter(
                pattern for pattern, own, is_scored
                in zip(self.patterns(), self.units, scored, strict=True)
                if own == unit and is_scored
            ).items()))
            for unit in set(self.units.tolist())
        }  # fmt: skip
        units = self.units.tolist()
        keys = [made_up[u] + repr(p) for u, p in zip(units, self.patterns(), strict=True)]
        return self.weight_by(np.asarray(keys))

    def robust(self, other):
        there = set(self.table.units[self.scored_in(other)].tolist())
        scored = self.share.sum(axis=1) > 0
        counts = Counter(self.units[scored].tolist())
        return np.asarray([
            1 / counts[unit] if unit in there and counts[unit] else 0.0
            for unit in self.units.tolist()
        ])  # fmt: skip

    def told(self, minimum):
        """The first union of fewer people than the minimum that something follows about."""
        known = [np.asarray(row, dtype=float).reshape(-1) for row in self.known()]
        if not known:
            return None
        matrix = np.vstack(known)
        matrix = matrix / np.abs(matrix).max(axis=1, keepdims=True)
        width = len(self.table.item_keys)
        whole = np.linalg.matrix_rank(matrix, tol=1e-8)
        # people with the same column are told of together or not at all
        alike: dict[bytes, list[int]] = {}
        for person in range(len(self.rows)):
            own = matrix[:, person * width : (person + 1) * width]
            alike.setdefault(np.round(own, 9).tobytes(), []).append(person)
        groups = [group for group in alike.values() if len(group) < minimum]
        for count in range(1, minimum):
            for union in combinations(groups, count):
                people = [person for group in union for person in group]
                if len(people) >= minimum:
                    continue
                outside = np.ones(len(self.rows) * width, dtype=bool)
                for person in people:
                    outside[person * width : (person + 1) * width] = False
                if np.linalg.matrix_rank(matrix[:, outside], tol=1e-8) < whole:
                    return people
        return None


projects = st.tuples(
    st.integers(0, 100_000),
    st.lists(st.integers(1, 14), min_size=1, max_size=4),
    st.lists(st.integers(-1, 2), min_size=4, max_size=4),
    st.sampled_from([0.0, 0.02, 0.06]),
    st.sampled_from([0.4, 0.8]),
)
"""A seed, people per unit, each unit's parent, how often an item is left out, who comes back."""


def a_project(random, audience, unit_sizes, left_out, comes_back):
    people = []
    for number, size in enumerate(unit_sizes):
        names = [f"{audience}-{number}-{one}" for one in range(size)]
        for wave in WAVES:
            for name in names:
                is_back = random.uniform() < comes_back
                codes = random.integers(1, 6, 3)
                codes[random.uniform(size=3) < left_out] = 0
                own = name if is_back else f"{wave}-{name}"
                people.append((own, f"u{number}", wave, codes.tolist()))
    return answers(people, audience)


@pytest.mark.long
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(projects)
def test_no_released_figures_tell_of_fewer_than_the_minimum(project):
    seed, sizes, places, left_out, comes_back = project
    random = np.random.default_rng(seed)
    parents = {
        f"u{number}": f"u{place}" if 0 <= place < number else None
        for number, place in enumerate(places[: len(sizes)])
    }
    tables = [
        a_project(random, audience, sizes, left_out, comes_back)
        for audience in ("citizen", "staff")
    ]
    released = Released(*tables, parents=parents)
    for audience in released.tables:
        for wave in WAVES:
            assert Attacker(released, audience, wave).told(5) is None


def test_the_attacker_finds_what_the_rules_alone_leave_open():
    first = leaving_out(everybody_answers(30), 2)
    table = answers([*first, *everybody_answers(30, "final")])
    by_the_rules = Released(table, is_audited=False)
    assert Attacker(by_the_rules, "citizen", "baseline").told(5) == [0, 1]
    assert Attacker(Released(table), "citizen", "baseline").told(5) is None
