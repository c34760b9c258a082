"""How unlike the stayers the drop-outs would have to be."""

from dataclasses import fields

import pytest
from scipy import stats

from survey_service.measurement.comparison import Contrast, Verdict
from survey_service.measurement.tipping_point import find_tipping_point


def contrast_with(verdict, *, difference=10.0, n_to=80, p=0.001, p_adjusted=0.001, **changes):
    # Whatever else a contrast holds plays no part here.
    values = {field.name: None for field in fields(Contrast)}
    values |= {"n_to": n_to, "difference": difference, "standard_error": 2.0, "df": 20.0}
    values |= {"p": p, "p_adjusted": p_adjusted, "verdict": verdict}
    values |= {"equivalence_p": 0.01, "equivalence_p_adjusted": 0.01}
    return Contrast(**{**values, **changes})


def test_an_improvement_falls_when_the_drop_outs_pull_its_lower_limit_to_zero():
    # Table of t, 20 degrees of freedom: 2.086. Low = 10 - 2.086 * 2 = 5.828.
    # 20 drop-outs beside 80 answers are a fifth: 5.828 / .2 = 29.14 points worse.
    found = find_tipping_point(contrast_with(Verdict.IMPROVED), 5.0, 20, 62.0)
    assert found.drop_out_share == pytest.approx(0.2)
    assert found.points == pytest.approx(29.14, abs=0.01)
    assert found.drop_out_mean == pytest.approx(62 - 29.14, abs=0.01)
    assert found.possible is True


def test_a_decline_falls_when_the_drop_outs_are_better():
    found = find_tipping_point(contrast_with(Verdict.DECLINED, difference=-10.0), 5.0, 20, 62.0)
    assert found.points == pytest.approx(-29.14, abs=0.01)


def test_no_relevant_change_falls_at_the_nearer_side_of_the_margin():
    # Table of t, one-sided 5 %: 1.725. High = 1 + 1.725 * 1 = 2.725, 2.275 under the margin of 5.
    contrast = contrast_with(Verdict.NO_RELEVANT_CHANGE, difference=1.0, standard_error=1.0)
    found = find_tipping_point(contrast, 5.0, 20, 62.0)
    assert found.points == pytest.approx(-2.275 / 0.2, abs=0.01)


def test_what_lies_off_the_scale_is_called_impossible():
    found = find_tipping_point(contrast_with(Verdict.IMPROVED), 5.0, 2, 62.0)
    assert found.drop_out_mean < 0
    assert found.possible is False


def test_holms_adjustment_brings_the_tipping_point_nearer():
    plain = find_tipping_point(contrast_with(Verdict.IMPROVED), 5.0, 20, 62.0)
    adjusted = find_tipping_point(
        contrast_with(Verdict.IMPROVED, p=0.001, p_adjusted=0.005), 5.0, 20, 62.0
    )
    assert adjusted.points < plain.points
    # Five times the p leaves the single test a fifth of 5 %: table of t, two-sided 1 %: 2.845.
    assert adjusted.points == pytest.approx((10 - 2.845 * 2) / 0.2, abs=0.01)


def test_at_the_tipping_point_the_p_value_is_exactly_5_percent():
    found = find_tipping_point(contrast_with(Verdict.IMPROVED), 5.0, 33, 62.0)
    shifted = 10.0 - found.points * found.drop_out_share
    assert 2 * stats.t.sf(shifted / 2.0, 20) == pytest.approx(0.05)


@pytest.mark.parametrize("verdict", [Verdict.CANNOT_TELL, Verdict.TOO_FEW])
def test_a_verdict_that_claims_nothing_has_nothing_to_overturn(verdict):
    found = find_tipping_point(contrast_with(verdict), 5.0, 20, 62.0)
    assert (found.points, found.reason.code) == (None, "nothing_to_overturn")


def test_without_drop_outs_nothing_can_tip():
    found = find_tipping_point(contrast_with(Verdict.IMPROVED), 5.0, 0, 62.0)
    assert (found.points, found.reason.code) == (None, "no_drop_outs")


def test_a_negative_count_is_refused():
    with pytest.raises(ValueError, match="drop_out_count: expected 0 or more, found -1"):
        find_tipping_point(contrast_with(Verdict.IMPROVED), 5.0, -1, 62.0)


def test_a_margin_of_zero_is_refused():
    with pytest.raises(ValueError, match="margin: expected over 0, found 0"):
        find_tipping_point(contrast_with(Verdict.IMPROVED), 0.0, 20, 62.0)


def test_without_a_mean_of_the_stayers_only_the_points_are_told():
    found = find_tipping_point(contrast_with(Verdict.IMPROVED), 5.0, 20, None)
    assert found.points > 0
    assert (found.drop_out_mean, found.possible) == (None, None)


def test_a_verdict_without_a_standard_error_has_nothing_to_overturn():
    contrast = contrast_with(Verdict.IMPROVED, standard_error=None)
    assert find_tipping_point(contrast, 5.0, 20, 62.0).reason.code == "nothing_to_overturn"


def test_a_verdict_that_its_own_figures_do_not_carry_has_nothing_to_overturn():
    contrast = contrast_with(Verdict.IMPROVED, difference=1.0)
    assert find_tipping_point(contrast, 5.0, 20, 62.0).reason.code == "nothing_to_overturn"
