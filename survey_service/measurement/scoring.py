"""Answers become item scores and principle scores, 0-100, higher is better."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from survey_service.measurement.instrument import NON_ANSWERS, Instrument, Item


@dataclass(frozen=True, slots=True)
class MeasureScore:
    """One respondent's score on one measure: `score` 0-100, None where too few items are rated."""

    measure: str
    score: float | None
    rated_count: int
    item_count: int


def score_item(item: Item, answer: str | None) -> float | None:
    """Return one rated answer on 0-100, turned where the item is reversed.

    Args:
        item: a rated item.
        answer: an option's value ("1" is the lowest), a non-answer, or None where not reached.

    Returns:
        None for a non-answer; else `(value - 1) / (options - 1) * 100`, or 100 less that.

    Raises:
        ValueError: for an item without a scale, or an answer that is no option of it.
    """
    if item.scale is None:
        raise ValueError(f"item {item.key}: expected a rated item, found block {item.block}")
    if answer is None or answer in NON_ANSWERS:
        return None
    if answer not in item.accepted_values:
        raise ValueError(f"item {item.key}: expected 1-{len(item.scale.options)}, found {answer!r}")
    share = (int(answer) - 1) / (len(item.scale.options) - 1)
    return 100.0 * ((1 - share) if item.reversed else share)


def required_count(item_count: int) -> int:
    """Return how many items must be rated: at least half and at least two (one, if only one)."""
    return max((item_count + 1) // 2, min(2, item_count))


def score_measure(measure: str, items: Iterable[Item], answers: Mapping[str, str]) -> MeasureScore:
    """Return the mean of the rated items, if enough of them are."""
    scores = [score_item(item, answers.get(item.key)) for item in items]
    rated = [score for score in scores if score is not None]
    enough = len(rated) >= required_count(len(scores))
    mean = sum(rated) / len(rated) if enough else None
    return MeasureScore(measure, mean, len(rated), len(scores))


def score_response(instrument: Instrument, answers: Mapping[str, str]) -> tuple[MeasureScore, ...]:
    """Score one response on every measure of its instrument, in the instrument's order.

    Args:
        instrument: the version the response belongs to.
        answers: item key to stored value; items not reached are absent.
    """
    return tuple(
        score_measure(measure, items, answers) for measure, items in instrument.measures.items()
    )


def score_recovery_values(
    instrument: Instrument, answers: Mapping[str, str]
) -> tuple[MeasureScore, ...]:
    """Score one response on the recovery values, the second grouping of the principles' items."""
    grouped: dict[str, list[Item]] = {}
    for item in instrument.items:
        for value in item.values if item.scale is not None else ():
            grouped.setdefault(value, []).append(item)
    return tuple(score_measure(value, items, answers) for value, items in grouped.items())
