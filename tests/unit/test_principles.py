"""Frameworks and what became of their principles."""

import pytest

from survey_service.measurement.principles import Framework, Principle, Relation
from survey_service.texts import Wording


def build_principle(key):
    return Principle(key, Wording({"da": f"Princippet {key}"}), Wording({"da": key}))


def build_framework(*keys):
    return Framework("f", Wording({"da": "Principper"}), tuple(map(build_principle, keys)))


@pytest.mark.parametrize("relation", [Relation.SAME, Relation.CLOSE])
def test_a_trend_is_carried_by_the_same_or_a_close_wording(relation):
    assert relation.carries_a_trend


@pytest.mark.parametrize("relation", [Relation.CHANGED_SCOPE, Relation.NEAREST, Relation.NONE])
def test_no_trend_is_carried_across_a_change_of_meaning(relation):
    assert not relation.carries_a_trend


def test_a_principle_is_found_by_its_key():
    assert build_framework("hopes", "early").find("early").key == "early"


def test_an_unknown_principle_is_named_in_the_error():
    with pytest.raises(KeyError, match="framework f: no principle 'late'"):
        build_framework("hopes").find("late")


def test_a_principle_cannot_be_listed_twice():
    with pytest.raises(ValueError, match=r"framework f: principles listed twice: \['hopes'\]"):
        build_framework("hopes", "early", "hopes")
