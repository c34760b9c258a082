"""A wave that asked in other words: nothing is compared across it, and nothing else is touched."""

import json
from dataclasses import asdict, replace

import pytest
from brief_builder import a_context, principles_named
from cohort_builder import WAVES, simulate_rows
from released_figures_builder import a_contrast, a_mean, a_report

from survey_service.briefs.context import Speech
from survey_service.briefs.findings import find_words
from survey_service.charts.description import describe_wave_dots
from survey_service.charts.svg import draw_svg
from survey_service.charts.wave_dots import PictureLabels, draw_wave_dots
from survey_service.measurement.comparison import (
    ComparisonPlan,
    PrimaryContrast,
    Verdict,
    compare,
    compare_units,
)
from survey_service.measurement.disclosure import ReleasedContrast, disclose
from survey_service.measurement.project_analysis import analyse
from survey_service.measurement.release_format import released_from_json, released_to_json
from survey_service.measurement.score_table import tabulate

SEAM = (("baseline", "network"),)
PLAN = ComparisonPlan(WAVES, seams=frozenset(SEAM))
NAMES = {"hopes": "Håb", "network": "Netværk"}
FIGURES = ("difference", "standard_error", "df", "ci_low", "ci_high", "p", "p_adjusted",
           "effect_size", "equivalence_p", "equivalence_p_adjusted", "mean_from", "mean_to",
           "adjusted_mean_from", "adjusted_mean_to", "minimum_detectable_difference", "sd_from",
           "sd_to", "end_share", "equivalence_power", "design_robust")  # fmt: skip


def rows():
    """Both principles, the second from its own draw."""
    return [*simulate_rows(principle="hopes"), *simulate_rows(2, principle="network", change=6)]


def by_pair(report, principle):
    return {(c.from_wave, c.to_wave): c for c in report.contrasts if c.principle == principle}


@pytest.fixture(scope="module")
def report():
    return compare(tabulate(rows(), WAVES), PLAN)


@pytest.mark.parametrize("pair", [("baseline", "midterm"), ("baseline", "final")])
def test_across_a_seam_there_is_no_figure_and_the_reason_says_why(report, pair):
    found = by_pair(report, "network")[pair]
    assert (found.verdict, found.reason.code) == (Verdict.WORDING_CHANGED, "wording_changed")
    assert {name: getattr(found, name) for name in FIGURES} == dict.fromkeys(FIGURES)


def test_the_other_waves_are_compared_as_if_the_other_wording_had_never_been_asked(report):
    without = [row for row in rows() if (row.wave, row.principle) != ("baseline", "network")]
    expected = compare(tabulate(without, WAVES), PLAN)
    pair = ("midterm", "final")
    assert by_pair(report, "network")[pair] == by_pair(expected, "network")[pair]
    assert by_pair(report, "network")[pair].difference is not None


def test_a_silent_contrast_is_a_test_in_no_family(report):
    # Hopes has three pairs, network one: four tests, so the smallest p is multiplied by four.
    tested = [c for c in report.contrasts if c.p is not None]
    smallest = min(tested, key=lambda contrast: contrast.p)
    assert len(tested) == 4
    assert smallest.p_adjusted == pytest.approx(min(1.0, 4 * smallest.p))
    assert dict(report.method["families"]) == {"all": 4}


def test_the_old_wave_keeps_its_own_answers_but_no_place_among_the_model_means(report):
    found = {(m.principle, m.wave): m for m in report.wave_means}
    own = [row.score for row in rows() if (row.wave, row.principle) == ("baseline", "network")]
    old = found["network", "baseline"]
    assert (old.n, old.mean) == (len(own), pytest.approx(sum(own) / len(own)))
    assert (old.adjusted_mean, old.ci_low, old.ci_high) == (None, None, None)
    assert found["hopes", "baseline"].adjusted_mean is not None


def test_two_waves_of_older_wording_are_not_compared_with_each_other_either():
    plan = ComparisonPlan(WAVES, seams=frozenset({*SEAM, ("midterm", "network")}))
    found = by_pair(compare(tabulate(rows(), WAVES), plan), "network")
    assert {contrast.verdict for contrast in found.values()} == {Verdict.WORDING_CHANGED}


def test_a_units_own_report_is_silent_across_the_seam_too():
    for found in compare_units(tabulate(rows(), WAVES), PLAN).values():
        pairs = by_pair(found, "network")
        assert pairs["baseline", "final"].verdict is Verdict.WORDING_CHANGED
        assert pairs["midterm", "final"].verdict is not Verdict.WORDING_CHANGED


def test_the_primary_contrast_stays_primary_where_it_is_silent():
    plan = replace(PLAN, primary=PrimaryContrast("citizen", "baseline", "final"))
    report = compare(tabulate(rows(), WAVES), plan)
    assert by_pair(report, "network")["baseline", "final"].is_primary
    assert dict(report.method["families"]) == {"primary": 1, "other": 3}


def test_without_seams_nothing_is_different():
    table = tabulate(rows(), WAVES)
    plain = compare(table, ComparisonPlan(WAVES))
    assert "wording_changed" not in plain.method
    assert all(c.verdict is not Verdict.WORDING_CHANGED for c in plain.contrasts)


def test_a_seam_in_a_wave_the_plan_does_not_name_is_refused():
    with pytest.raises(ValueError, match=r"seams: expected waves of .*'before'"):
        ComparisonPlan(WAVES, seams=frozenset({("before", "network")}))


# --- what is shown ------------------------------------------------------------------------------


def released(seams=SEAM, contrasts=(), means=(), **of):
    report = replace(a_report(means, contrasts), seams=seams)
    return disclose(report, {}, WAVES, 5, 5.0, principles=tuple(NAMES), **of)


def shown(figures, principle, audience="citizen"):
    return {
        (c.from_wave, c.to_wave): c
        for c in figures.contrasts
        if (c.audience, c.principle) == (audience, principle)
    }


def test_a_released_contrast_across_the_seam_says_nothing_but_why():
    silent = shown(released(audiences=("citizen",)), "network")["baseline", "final"]
    assert silent == ReleasedContrast(
        "citizen", "network", "baseline", "final", *[None] * 9,
        verdict=Verdict.WORDING_CHANGED, reason_code="wording_changed", is_primary=False,
    )  # fmt: skip


def test_the_verdict_across_a_seam_does_not_tell_whether_anybody_answered():
    few = a_contrast("staff", "network", n_from=2, n_to=2, difference=None)
    figures = released(contrasts=[few], audiences=("citizen", "staff"))
    one, other = (
        replace(shown(figures, "network", audience)["baseline", "final"], audience="")
        for audience in ("citizen", "staff")
    )
    assert one == other


def test_even_figures_handed_in_by_mistake_are_held_back_across_the_seam():
    mistaken = a_contrast("citizen", "network", verdict=Verdict.WORDING_CHANGED)
    figures = released((), [mistaken], audiences=("citizen",))
    assert shown(figures, "network")["baseline", "final"].difference is None


def test_a_release_with_a_seam_is_read_back_as_it_was_written():
    figures = released(means=[a_mean(wave="final")], contrasts=[a_contrast()])
    assert released_from_json(released_to_json(figures)) == figures


def test_analyses_beside_the_comparison_are_silent_across_the_seam():
    found = analyse(tabulate(rows(), WAVES), {}, {}, PLAN)
    pairs = {(p.change.principle, p.change.from_wave, p.change.to_wave) for p in found.panels}
    assert ("network", "midterm", "final") in pairs
    assert not {pair for pair in pairs if pair[:2] == ("network", "baseline")}


def words(verdicts, language="da"):
    """The findings where `verdicts` are wording_changed for network, and given for hopes."""
    changed = [name for name, verdict in verdicts.items() if verdict is Verdict.WORDING_CHANGED]
    seams = tuple(("baseline", name) for name in changed)
    found = [
        a_contrast("citizen", name, verdict=verdict, is_primary=True)
        for name, verdict in verdicts.items()
        if verdict is not Verdict.WORDING_CHANGED
    ]
    figures = released(seams, found, audiences=("citizen",))
    context = a_context(principles=principles_named(NAMES), audiences=("citizen",))
    return find_words(figures, "citizen", Speech(context, language))


def test_a_brief_says_in_one_sentence_where_the_wording_changed():
    found = words({"hopes": Verdict.IMPROVED, "network": Verdict.WORDING_CHANGED})
    assert (
        "<b>Ordlyden er ændret:</b> Netværk. Målingerne spørger ikke om det samme, så de kan ikke"
        " sammenlignes."
    ) in found.points
    assert found.headline == "Fremgang på ét af to principper."


def test_where_every_wording_changed_the_headline_says_so():
    found = words(dict.fromkeys(NAMES, Verdict.WORDING_CHANGED), "en")
    assert found.headline == "The wording has changed, so the waves cannot be compared."


def test_the_picture_leaves_the_old_wave_out_of_the_row_and_says_why():
    means = [a_mean("citizen", "network", wave, adjusted_mean=60.0) for wave in WAVES[1:]]
    figures = released(means=[*means, a_mean("citizen", "hopes", "baseline")])
    labels = PictureLabels("Borgere", NAMES, {wave: wave for wave in WAVES})
    told = describe_wave_dots(figures, "citizen", labels, "da")
    assert "Netværk: baseline vises ikke, midterm 60, final 60" in told
    drawing = draw_wave_dots(figures, "citizen", labels, "da")
    assert "Ordlyden er ændret" in draw_svg(drawing, title="t", description="d", identifier="i")


def test_a_report_with_a_seam_is_json_without_what_is_no_number(report):
    json.dumps([asdict(contrast) for contrast in report.contrasts], allow_nan=False)
