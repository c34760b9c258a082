"""Who may know what: the rules for figures, each as an example and together as laws."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from released_figures_builder import WAVES, a_contrast, a_mean, a_report

from survey_service.measurement.comparison import Verdict
from survey_service.measurement.disclosure import disclose, groups_are_safe

ASKED = {"audiences": ("citizen",), "principles": ("hopes",)}


def release(report, counts=None, minimum=5, **plan):
    return disclose(report, counts or {}, WAVES, minimum, 5.0, **plan)


def the_mean(mean, **of):
    figures = release(a_report([mean]), **(ASKED | of))
    return next(shown for shown in figures.wave_means if shown.wave == mean.wave)


def the_contrast(contrast, **of):
    figures = release(a_report([], [contrast]), **(ASKED | of))
    return next(
        shown
        for shown in figures.contrasts
        if (shown.from_wave, shown.to_wave) == (contrast.from_wave, contrast.to_wave)
    )


def the_count(sent, roster, minimum=5):
    return release(a_report(), {("citizen", "final"): (sent, roster)}, minimum).counts[2]


# --- means --------------------------------------------------------------------------------------


def test_ten_answers_give_a_mean_and_interval_to_one_decimal():
    shown = the_mean(a_mean(n=10, adjusted_mean=58.0449, ci_low=51.0501, ci_high=65.04))
    assert (shown.n, shown.adjusted_mean, shown.ci_low, shown.ci_high) == (10, 58.0, 51.1, 65.0)


def test_nine_answers_give_a_whole_number_without_interval():
    shown = the_mean(a_mean(n=9, adjusted_mean=58.6))
    assert (shown.n, shown.adjusted_mean, shown.ci_low, shown.ci_high) == (9, 59.0, None, None)


@pytest.mark.parametrize("n", [0, 1, 4])
def test_under_five_answers_nothing_is_left_of_a_mean(n):
    shown = the_mean(a_mean(n=n, adjusted_mean=58.6))
    assert (shown.n, shown.adjusted_mean, shown.ci_low, shown.ci_high) == (None,) * 4


def test_a_higher_minimum_withholds_what_five_would_show():
    assert the_mean(a_mean(n=11), minimum=12).adjusted_mean is None


def test_a_figure_that_is_not_a_number_is_not_shown():
    assert the_mean(a_mean(n=40, adjusted_mean=float("nan"))).n is None


@pytest.mark.parametrize(("n", "mean"), [(40, 100.0), (40, 99.96), (40, 0.0), (7, 99.6), (7, 0.4)])
def test_where_all_answered_at_an_end_of_the_scale_the_mean_would_tell_each_ones_answer(n, mean):
    shown = the_mean(a_mean(n=n, adjusted_mean=mean))
    assert (shown.n, shown.adjusted_mean, shown.ci_low, shown.ci_high) == (None,) * 4


def test_nor_is_such_a_wave_compared_with_another():
    found = a_contrast(adjusted_mean_from=60.0, difference=40.0)
    assert the_contrast(found) == the_contrast(replace(found, n_to=3))


# --- contrasts ----------------------------------------------------------------------------------


def test_ten_answers_in_both_waves_give_difference_and_interval_to_one_decimal():
    shown = the_contrast(
        a_contrast(n_from=10, n_to=10, n_both=5, difference=9.9601, ci_low=1.23, ci_high=18.77)
    )
    assert (shown.difference, shown.ci_low, shown.ci_high) == (10.0, 1.2, 18.8)
    assert shown.minimum_detectable_difference == 7.0
    assert (shown.n_from, shown.n_to, shown.n_both) == (10, 10, 5)


def test_nine_answers_in_one_wave_leave_whole_means_and_the_verdict_in_words():
    shown = the_contrast(
        a_contrast(n_from=9, n_to=80, n_both=0, adjusted_mean_from=58.4, difference=9.96)
    )
    assert shown.verdict is Verdict.IMPROVED
    assert (shown.adjusted_mean_from, shown.adjusted_mean_to) == (58.0, 68.4)
    assert (shown.difference, shown.ci_low, shown.ci_high) == (None, None, None)
    assert shown.minimum_detectable_difference is None
    assert shown.equivalence_power is None


def test_the_chance_to_find_no_relevant_change_is_rounded_to_five_points():
    assert the_contrast(a_contrast(equivalence_power=0.4321)).equivalence_power == 0.45


def test_minus_nought_is_nought():
    assert str(the_contrast(a_contrast(difference=-0.02)).difference) == "0.0"


@pytest.mark.parametrize(
    ("n_from", "n_to", "n_both", "safe"),
    [
        (20, 20, 0, True),
        (20, 20, 20, True),
        (20, 20, 15, True),
        (20, 20, 4, False),  # four stayers
        (20, 30, 16, False),  # four leavers
        (30, 20, 19, False),  # one joiner
        (25, 20, 20, True),  # nobody joined
    ],
)
def test_stayers_leavers_and_joiners_are_each_none_or_five(n_from, n_to, n_both, safe):
    assert groups_are_safe(n_from, n_to, n_both, 5) is safe
    shown = the_contrast(a_contrast(n_from=n_from, n_to=n_to, n_both=n_both))
    assert (shown.verdict is Verdict.IMPROVED) is safe
    assert (shown.difference is not None) is safe


@pytest.mark.parametrize(
    "contrast",
    [
        a_contrast(n_from=4),
        a_contrast(n_to=3, n_both=0),
        a_contrast(n_both=78),
        a_contrast(difference=None, verdict=Verdict.CANNOT_TELL),
        a_contrast(verdict=Verdict.TOO_FEW),
    ],
)
def test_a_withheld_contrast_looks_like_one_that_was_never_made(contrast):
    assert the_contrast(contrast) == release(a_report(), **ASKED).contrasts[1]


def test_a_withheld_contrast_still_says_that_it_was_named_beforehand():
    assert the_contrast(a_contrast(n_to=4, is_primary=True)).is_primary


# --- counts and method --------------------------------------------------------------------------


def test_counts_are_as_they_are():
    assert (the_count(5, 12).sent, the_count(5, 12).roster) == (5, 12)


def test_under_five_answers_neither_count_nor_roster_is_shown():
    assert the_count(4, 40) == the_count(0, None)


def test_a_roster_under_ten_is_not_shown_for_it_might_tell_that_all_have_answered():
    assert (the_count(7, 9).sent, the_count(7, 9).roster) == (7, None)
    assert the_count(7, 10).roster == 10


def test_numbers_that_describe_the_data_stay_out_of_the_method():
    method = {
        "estimator": "REML",
        "margin": 5.0,
        "limits": ["No comparison group."],
        "primary": {"audience": "citizen", "from": "baseline", "to": "final"},
        "residual_sd": 14.2,
        "power": {"text": "…", "lowest": 0.2},
        "families": {"primary": 8},
    }
    shown = release(a_report(method=method)).method
    assert set(shown) == {"estimator", "margin", "limits", "primary"}


def test_a_minimum_under_five_is_refused():
    with pytest.raises(ValueError, match="expected 5 answers or more, found 4"):
        release(a_report(), minimum=4)


def test_answers_on_citizens_behalf_are_an_audience_like_any_other():
    figures = release(a_report([a_mean("citizen"), a_mean("citizen-proxy", n=4)]))
    assert {mean.audience for mean in figures.wave_means} == {"citizen"}


# --- laws ---------------------------------------------------------------------------------------

AUDIENCES = ("citizen", "staff")
PRINCIPLES = ("hopes", "resources", "network")
scores = st.floats(0, 100)
answers = st.integers(0, 30)


@st.composite
def wave_means(draw):
    return a_mean(
        draw(st.sampled_from(AUDIENCES)),
        draw(st.sampled_from(PRINCIPLES)),
        draw(st.sampled_from(WAVES)),
        n=draw(answers),
        adjusted_mean=draw(st.none() | scores),
    )


@st.composite
def contrasts(draw):
    n_from, n_to = draw(answers), draw(answers)
    return a_contrast(
        draw(st.sampled_from(AUDIENCES)),
        draw(st.sampled_from(PRINCIPLES)),
        from_wave="baseline",
        to_wave=draw(st.sampled_from(("midterm", "final"))),
        n_from=n_from,
        n_to=n_to,
        n_both=draw(st.integers(0, min(n_from, n_to))),
        difference=draw(st.none() | st.floats(-100, 100)),
        verdict=draw(st.sampled_from(Verdict)),
    )


def one_per_cell(figures, *names):
    return list(
        {tuple(getattr(found, name) for name in names): found for found in figures}.values()
    )


reports = st.builds(
    lambda means, found: a_report(
        one_per_cell(means, "audience", "principle", "wave"),
        one_per_cell(found, "audience", "principle", "from_wave", "to_wave"),
    ),
    st.lists(wave_means(), max_size=12),
    st.lists(contrasts(), max_size=12),
)
counted = st.dictionaries(
    st.tuples(st.sampled_from(AUDIENCES), st.sampled_from(WAVES)),
    st.tuples(answers, st.none() | st.integers(0, 60)),
)


@settings(deadline=None)
@given(reports, counted, st.integers(5, 15))
def test_no_figure_shown_rests_on_fewer_answers_than_the_minimum(report, counts, minimum):
    figures = disclose(report, counts, WAVES, minimum, 5.0)
    true_n = {(m.audience, m.principle, m.wave): m.n for m in report.wave_means}
    pairs = {(c.audience, c.principle, c.from_wave, c.to_wave): c for c in report.contrasts}
    for mean in figures.wave_means:
        if mean.adjusted_mean is not None or mean.n is not None:
            assert true_n[mean.audience, mean.principle, mean.wave] >= minimum
    for shown in figures.contrasts:
        if shown.verdict is not Verdict.TOO_FEW or shown.n_from is not None:
            of = pairs[shown.audience, shown.principle, shown.from_wave, shown.to_wave]
            groups = (of.n_both, of.n_from - of.n_both, of.n_to - of.n_both)
            assert min(of.n_from, of.n_to) >= minimum
            assert all(group == 0 or group >= minimum for group in groups)
    for count in figures.counts:
        assert count.sent is None or count.sent >= minimum


@settings(deadline=None)
@given(reports, st.integers(5, 15))
def test_taking_withheld_figures_out_of_the_report_changes_nothing(report, minimum):
    figures = disclose(report, {}, WAVES, minimum, 5.0)
    shown_means = {(m.audience, m.principle, m.wave) for m in figures.wave_means if m.n is not None}
    shown_contrasts = {
        (c.audience, c.principle, c.from_wave, c.to_wave)
        for c in figures.contrasts
        if c.n_from is not None
    }
    thinned = replace(
        report,
        wave_means=tuple(
            m for m in report.wave_means if (m.audience, m.principle, m.wave) in shown_means
        ),
        contrasts=tuple(
            c
            for c in report.contrasts
            if (c.audience, c.principle, c.from_wave, c.to_wave) in shown_contrasts
        ),
    )
    assert disclose(thinned, {}, WAVES, minimum, 5.0) == figures


@settings(deadline=None)
@given(reports)
def test_under_ten_answers_there_is_never_an_interval_or_a_decimal(report):
    for mean in disclose(report, {}, WAVES, 5, 5.0).wave_means:
        if mean.n is not None and mean.n < 10:
            assert mean.ci_low is None
            assert mean.ci_high is None
            assert mean.adjusted_mean == int(mean.adjusted_mean)
