"""Answers of many respondents to one instrument as columns: what item statistics are made from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from survey_service.measurement.instrument import (
    DONT_KNOW,
    NOT_APPLICABLE,
    SKIPPED,
    Instrument,
    Item,
)
from survey_service.measurement.scoring import required_count, score_item

Floats = NDArray[np.float64]
Names = NDArray[np.str_]

NOT_REACHED_CODE = 0
DONT_KNOW_CODE = -1
NOT_APPLICABLE_CODE = -2
SKIPPED_CODE = -3
NON_ANSWER_CODES = {
    DONT_KNOW: DONT_KNOW_CODE,
    NOT_APPLICABLE: NOT_APPLICABLE_CODE,
    SKIPPED: SKIPPED_CODE,
}


@dataclass(frozen=True, slots=True)
class Response:
    """One sent questionnaire: item key to stored value; items not reached are absent.

    `respondent` may be empty: a person who cannot be followed over waves.
    """

    respondent: str
    unit: str
    audience: str
    wave: str
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ItemScores:
    """Item scores 0-100, turned the same way: respondents in rows, items in columns.

    `scores` is NaN where an item was not rated. `units` holds each row's unit, or is None where
    units are not known.
    """

    scores: Floats
    item_keys: tuple[str, ...]
    units: Names | None = None

    def __post_init__(self) -> None:
        if self.scores.ndim != 2 or self.scores.shape[1] != len(self.item_keys):
            raise ValueError(
                f"scores: expected respondents x {len(self.item_keys)} items, "
                f"found shape {self.scores.shape}"
            )
        if self.units is not None and len(self.units) != len(self.scores):
            raise ValueError(
                f"units: expected one per respondent ({len(self.scores)}), found {len(self.units)}"
            )
        rated = self.scores[~np.isnan(self.scores)]
        outside = rated[(rated < 0) | (rated > 100)]
        if outside.size:
            raise ValueError(f"scores: expected 0-100 or NaN, found {outside[0]}")

    def mean_per_respondent(self) -> Floats:
        """Return each row's mean of the rated items, NaN where fewer than required are rated."""
        return mean_of_rated(self.scores)

    def only(self, item_keys: Sequence[str]) -> "ItemScores":
        """Return the same respondents with these items alone, in this order."""
        columns = [self.item_keys.index(key) for key in item_keys]
        return ItemScores(self.scores[:, columns], tuple(item_keys), self.units)


@dataclass(frozen=True, slots=True)
class ItemTable:
    """One row per response and one column per rated item of one instrument.

    `codes` holds the option's number from 1, or one of the codes under 1 for what is not rated.
    `measures`, `option_counts` and `reversed_items` describe the columns; `respondents`, `units`,
    `audiences` and `waves` the rows. `wave_order` lists the waves in their order.
    """

    codes: NDArray[np.int16]
    item_keys: tuple[str, ...]
    measures: tuple[str, ...]
    option_counts: NDArray[np.int16]
    reversed_items: NDArray[np.bool_]
    respondents: Names
    units: Names
    audiences: Names
    waves: Names
    wave_order: tuple[str, ...]

    def __len__(self) -> int:
        """How many responses there are."""
        return len(self.codes)

    @property
    def audience_names(self) -> tuple[str, ...]:
        """The audiences found, in alphabetical order."""
        return tuple(str(name) for name in np.unique(self.audiences))

    @property
    def measure_names(self) -> tuple[str, ...]:
        """What the items count towards, in the questionnaire's order."""
        return tuple(dict.fromkeys(self.measures))

    def items_of(self, measure: str) -> tuple[str, ...]:
        """Return the keys of the items that count towards `measure`."""
        return tuple(
            key for key, own in zip(self.item_keys, self.measures, strict=True) if own == measure
        )

    def rows_of(self, audience: str, wave: str) -> NDArray[np.bool_]:
        """Return which rows belong to one audience and wave."""
        return np.asarray((self.audiences == audience) & (self.waves == wave))

    def scores_of(
        self, audience: str, wave: str | None = None, measure: str | None = None
    ) -> ItemScores:
        """Return item scores 0-100 of one audience, of all waves or one, all measures or one."""
        rows = self.audiences == audience
        if wave is not None:
            rows &= self.waves == wave
        keys = self.item_keys if measure is None else self.items_of(measure)
        columns = [self.item_keys.index(key) for key in keys]
        scores = _scores_from_codes(
            self.codes[np.ix_(rows, columns)],
            self.option_counts[columns],
            self.reversed_items[columns],
        )
        return ItemScores(scores, keys, self.units[rows])


def tabulate_responses(
    instrument: Instrument, responses: Iterable[Response], waves: Sequence[str]
) -> ItemTable:
    """Turn responses to one instrument version into columns.

    Args:
        instrument: the version all responses belong to; its rated items become the columns.
        responses: in any order.
        waves: in their order; further waves follow in the order they appear.

    Raises:
        ValueError: for an answer that its item does not have.
    """
    listed = list(responses)
    items = [item for item in instrument.items if item.scale is not None]
    lookups = [_codes_by_value(item) for item in items]
    codes = np.zeros((len(listed), len(items)), dtype=np.int16)
    for row, response in enumerate(listed):
        for column, item in enumerate(items):
            value = response.answers.get(item.key)
            if value is None:
                continue
            code = lookups[column].get(value)
            if code is None:
                # score_item names the rule that was broken.
                score_item(item, value)
                continue
            codes[row, column] = code
    return ItemTable(
        codes=codes,
        item_keys=tuple(item.key for item in items),
        measures=tuple(item.measure or "" for item in items),
        option_counts=np.asarray([len(item.answer_options) for item in items], dtype=np.int16),
        reversed_items=np.asarray([item.reversed for item in items], dtype=np.bool_),
        respondents=_names(response.respondent for response in listed),
        units=_names(response.unit for response in listed),
        audiences=_names(response.audience for response in listed),
        waves=_names(response.wave for response in listed),
        wave_order=tuple(dict.fromkeys([*waves, *(response.wave for response in listed)])),
    )


def mean_of_rated(scores: Floats) -> Floats:
    """Return each row's mean of its rated items, NaN where too few are rated.

    Args:
        scores: respondents x items, NaN where not rated.

    The rule is `scoring.required_count`: at least half of the items and at least two.
    """
    rated = ~np.isnan(scores)
    counts = rated.sum(axis=1)
    enough = (counts >= required_count(scores.shape[1])) & (counts > 0)
    sums = np.where(rated, scores, 0.0).sum(axis=1)
    result = np.full(len(scores), np.nan)
    result[enough] = sums[enough] / counts[enough]
    return result


def _codes_by_value(item: Item) -> Mapping[str, int]:
    numbers = {option.value: int(option.value) for option in item.answer_options}
    return {**numbers, **NON_ANSWER_CODES}


def _names(values: Iterable[str]) -> Names:
    return np.asarray(list(values), dtype=np.str_)


def _scores_from_codes(
    codes: NDArray[np.int16], option_counts: NDArray[np.int16], turned: NDArray[np.bool_]
) -> Floats:
    share = (codes - 1) / (option_counts - 1)
    share = np.where(turned, 1 - share, share)
    return np.where(codes >= 1, 100.0 * share, np.nan)
