"""Verdicts in their order, and why."""

from dataclasses import replace

import pytest

from survey_service.measurement.comparison import Verdict
from survey_service.measurement.mixed_model import FitStatus
from survey_service.measurement.verdict import REASON_TEXTS, Evidence, conclude

UNCLEAR = Evidence(
    enough_answers=True,
    difference=2.0,
    ci_low=-4.0,
    ci_high=8.0,
    p_adjusted=0.5,
    equivalence_p_adjusted=0.2,
    end_share=0.05,
    obstacle=None,
)


def judge(**changes):
    verdict, reason = conclude(replace(UNCLEAR, **changes), margin=5.0, minimum=5)
    return verdict, reason.code


def test_neither_difference_nor_equivalence_means_one_cannot_tell():
    assert judge() == (Verdict.CANNOT_TELL, "inconclusive")


def test_too_few_answers_come_before_everything():
    found = judge(enough_answers=False, p_adjusted=0.001, equivalence_p_adjusted=0.001)
    assert found == (Verdict.TOO_FEW, "too_few_answers")


def test_equivalence_alone_means_no_relevant_change():
    assert judge(equivalence_p_adjusted=0.01) == (Verdict.NO_RELEVANT_CHANGE, "within_margin")


def test_equivalence_comes_before_a_certain_but_small_change():
    found = judge(equivalence_p_adjusted=0.01, p_adjusted=0.01, ci_low=0.5, ci_high=3.5)
    assert found == (Verdict.NO_RELEVANT_CHANGE, "certain_but_smaller_than_margin")


def test_a_certain_rise_is_an_improvement():
    found = judge(p_adjusted=0.01, difference=6.0, ci_low=2.0, ci_high=10.0)
    assert found == (Verdict.IMPROVED, "size_uncertain")


def test_a_certain_fall_is_a_decline():
    found = judge(p_adjusted=0.01, difference=-6.0, ci_low=-10.0, ci_high=-2.0)
    assert found == (Verdict.DECLINED, "size_uncertain")


def test_at_least_the_margin_is_said_only_when_the_whole_interval_passes_it():
    rise = judge(p_adjusted=0.01, difference=10.0, ci_low=5.1, ci_high=15.0)
    fall = judge(p_adjusted=0.01, difference=-10.0, ci_low=-15.0, ci_high=-5.1)
    assert rise == (Verdict.IMPROVED, "by_at_least_margin")
    assert fall == (Verdict.DECLINED, "by_at_least_margin")


def test_the_limit_is_five_percent_and_not_reached_by_it():
    assert judge(p_adjusted=0.05)[0] == Verdict.CANNOT_TELL
    assert judge(equivalence_p_adjusted=0.05)[0] == Verdict.CANNOT_TELL


@pytest.mark.parametrize(
    ("share", "code"), [(0.149, "within_margin"), (0.15, "end_of_scale"), (0.6, "end_of_scale")]
)
def test_with_many_at_the_end_of_the_scale_no_change_is_never_claimed(share, code):
    assert judge(equivalence_p_adjusted=0.01, end_share=share)[1] == code


def test_a_certain_change_is_claimed_even_with_many_at_the_end_of_the_scale():
    found = judge(p_adjusted=0.01, equivalence_p_adjusted=0.01, end_share=0.3)
    assert found[0] == Verdict.IMPROVED


def test_an_obstacle_to_inference_is_the_reason():
    found = judge(obstacle="one_unit", p_adjusted=None, equivalence_p_adjusted=None)
    assert found == (Verdict.CANNOT_TELL, "one_unit")


def test_every_status_of_a_fit_has_a_sentence():
    spoken = set(FitStatus) - {FitStatus.INFERENCE, FitStatus.NO_ANSWERS}
    assert {status.value for status in spoken} <= set(REASON_TEXTS)


def test_reasons_name_the_margin_and_the_minimum_of_the_plan():
    _, small = conclude(replace(UNCLEAR, equivalence_p_adjusted=0.01), margin=7.5, minimum=5)
    _, few = conclude(replace(UNCLEAR, enough_answers=False), margin=5.0, minimum=8)
    assert "7.5 points" in small.text
    assert "fewer than 8 answers" in few.text
