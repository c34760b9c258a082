"""Units as their tree reads: each followed by those below it."""

from dataclasses import dataclass

from survey_service.measurement.unit_tree import in_tree_order


@dataclass(frozen=True)
class Place:
    id: str
    parent_id: str | None


def order(*places: tuple[str, str | None]) -> list[tuple[str, int]]:
    return [(unit.id, depth) for unit, depth in in_tree_order(Place(*place) for place in places)]


def test_each_unit_is_followed_by_those_below_it_which_keep_their_order() -> None:
    given = (("b", None), ("a", None), ("b2", "b"), ("a1", "a"), ("b1", "b"), ("b2x", "b2"))
    assert order(*given) == [("b", 0), ("b2", 1), ("b2x", 2), ("b1", 1), ("a", 0), ("a1", 1)]


def test_a_unit_whose_parent_is_not_among_them_stands_at_the_top() -> None:
    assert order(("ward", "house"), ("room", "ward")) == [("ward", 0), ("room", 1)]


def test_a_circle_is_left_out_and_ends() -> None:
    assert order(("a", "b"), ("b", "a"), ("c", None)) == [("c", 0)]
