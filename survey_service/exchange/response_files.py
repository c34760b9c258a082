"""RESPONSES.csv: one sent questionnaire per row, and the scores that come of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from survey_service.exchange.columns import NameColumn, find_repeats
from survey_service.exchange.delimited import DELIMITERS, DelimitedFile, open_delimited
from survey_service.exchange.faults import FaultLog, quote
from survey_service.exchange.score_files import refuse_empty, require_columns
from survey_service.measurement.instrument import Audience, Instrument, Item
from survey_service.measurement.item_table import NON_ANSWER_CODES, NOT_REACHED_CODE, ItemTable
from survey_service.measurement.score_table import Codes, ScoreRow
from survey_service.measurement.scoring import score_measure

NAME_COLUMNS = ("respondent", "unit", "audience", "wave")
FORMULA_STARTS = ("=", "+", "-", "@")
HELP = "help"
ALONE, WITH_HELP, BY_OTHER = "alone", "with_help", "by_other"
HELP_VALUES = (ALONE, WITH_HELP, BY_OTHER)
PROXY_SUFFIX = Audience.CITIZEN_PROXY.removeprefix(Audience.CITIZEN)

Named = tuple[Codes, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class HelpShare:
    """How many of one audience's responses in one wave were given with help, but not by another."""

    audience: str
    wave: str
    helped_count: int
    response_count: int


@dataclass(frozen=True, slots=True)
class ResponseFile:
    """A RESPONSES.csv as read; `help_shares` is empty where the file does not tell of help."""

    table: ItemTable
    help_shares: tuple[HelpShare, ...]
    recognised: str


def read_responses(path: Path, instrument: Instrument) -> ResponseFile:
    """Read the answers to one instrument.

    Args:
        path: comma or semicolon, UTF-8 or Windows-1252; a column per rated item, others may lack.
        instrument: the version that was answered.

    Answers given by someone else become an audience of their own: citizen turns citizen-proxy.

    Raises:
        BadInputError: with every fault of the file.
    """
    rated = [item.key for item in instrument.items if item.scale is not None]
    source = open_delimited(path, (*NAME_COLUMNS, HELP, *instrument.by_key))
    log = FaultLog(path)
    _refuse_unknown_columns(source, instrument, log)
    require_columns(source, (*NAME_COLUMNS, *rated), log)
    named, lines = _read_columns(source, instrument, log)
    for name in NAME_COLUMNS[1:]:
        refuse_empty(*named[name], lines, name, log)
    helped = _read_help(named.get(HELP), lines, log)
    answers = _read_answers(instrument, named, lines, log)
    _refuse_repeats(named, lines, log)
    log.raise_if_any()
    table = _tabulate(instrument, named, answers, helped)
    shares = _share_of_help(table, helped) if HELP in named else ()
    return ResponseFile(table, shares, f"{DELIMITERS[source.delimiter]}, {source.encoding}")


def score_responses(instrument: Instrument, table: ItemTable) -> Iterator[ScoreRow]:
    """Yield the score of every response on every measure, in the order of the responses.

    Each pattern of answers is scored once, by the rule every other score is made with.
    """
    scored = {
        measure: _score_patterns(measure, items, table)
        for measure, items in instrument.measures.items()
    }
    people = zip(table.respondents, table.units, table.audiences, table.waves, strict=True)
    for row, (respondent, unit, audience, wave) in enumerate(people):
        for measure, (scores, pattern) in scored.items():
            yield ScoreRow(
                str(respondent), str(unit), str(audience), str(wave), measure, scores[pattern[row]]
            )


def names_like_formulas(table: ItemTable) -> tuple[str, ...]:
    """Return the names that a spreadsheet would run as formulas, were it given them unasked."""
    columns = (table.respondents, table.units, table.audiences, table.waves)
    names = (str(name) for column in columns for name in np.unique(column))
    return tuple(dict.fromkeys(name for name in names if name.startswith(FORMULA_STARTS)))


def _refuse_unknown_columns(source: DelimitedFile, instrument: Instrument, log: FaultLog) -> None:
    known = {*NAME_COLUMNS, HELP, *instrument.by_key}
    for name in source.columns:
        if name not in known:
            log.add(source.header_line, name, f"an item of {instrument.key}", quote(name))


def _read_columns(
    source: DelimitedFile, instrument: Instrument, log: FaultLog
) -> tuple[dict[str, Named], NDArray[np.int64]]:
    """Return the columns that are judged, free text left out, and the line of every row."""
    free_text = {item.key for item in instrument.items if not item.answer_options}
    columns = {name: NameColumn() for name in source.columns if name not in free_text}
    position = {name: source.columns.index(name) for name in columns}
    parts: list[NDArray[np.int64]] = []
    for block in source.blocks(log):
        parts.append(np.asarray(block.lines, dtype=np.int64))
        for name, column in columns.items():
            column.add(block.cells[position[name]])
    if not parts:
        if not log.faults:
            log.add(source.header_line, None, "rows below the header", "none")
        log.raise_if_any()
    return {name: column.finish() for name, column in columns.items()}, np.concatenate(parts)


def _read_help(named: Named | None, lines: NDArray[np.int64], log: FaultLog) -> NDArray[np.str_]:
    """Return one of HELP_VALUES per row, or an empty text where nothing is told."""
    if named is None:
        return np.full(len(lines), "")
    codes, values = named
    for code, value in enumerate(values):
        if value and value not in HELP_VALUES:
            expected = f"{', '.join(HELP_VALUES)} or an empty cell"
            for row in np.flatnonzero(codes == code):
                log.add(int(lines[row]), HELP, expected, quote(value))
    return np.asarray(values)[codes]


def _read_answers(
    instrument: Instrument, named: Mapping[str, Named], lines: NDArray[np.int64], log: FaultLog
) -> dict[str, NDArray[np.int16]]:
    """Return the codes of the rated items; an answer its item does not have is a fault."""
    answers: dict[str, NDArray[np.int16]] = {}
    for item in instrument.items:
        if item.key not in named:
            continue
        codes, values = named[item.key]
        for code, value in enumerate(values):
            # What may stand in `help` is judged where it is read, once.
            if value and value not in item.accepted_values and item.key != HELP:
                for row in np.flatnonzero(codes == code):
                    log.add(int(lines[row]), item.key, _describe_options(item), quote(value))
        if item.scale is not None:
            answer_codes = [_answer_code(item, value) for value in values]
            answers[item.key] = np.asarray(answer_codes, dtype=np.int16)[codes]
    return answers


def _describe_options(item: Item) -> str:
    values = [option.value for option in item.answer_options]
    options = f"1-{len(values)}" if item.scale is not None else ", ".join(values)
    return f"{options}, dk, na, skip or an empty cell"


def _answer_code(item: Item, value: str) -> int:
    if value not in item.accepted_values:
        return NOT_REACHED_CODE
    return NON_ANSWER_CODES[value] if value in NON_ANSWER_CODES else int(value)


def _refuse_repeats(named: Mapping[str, Named], lines: NDArray[np.int64], log: FaultLog) -> None:
    respondent, people = named["respondent"]
    columns = [(named[name][0], len(named[name][1])) for name in ("respondent", "audience", "wave")]
    empty = people.index("") if "" in people else -1
    rows = np.flatnonzero(respondent != empty).astype(np.int32)
    for row, earlier in find_repeats(columns, rows):
        log.add(
            int(lines[row]),
            "respondent",
            "one response per respondent, audience and wave",
            f"{quote(people[respondent[row]])} again, as on line {lines[earlier]}",
        )


def _tabulate(
    instrument: Instrument,
    named: Mapping[str, Named],
    answers: Mapping[str, NDArray[np.int16]],
    helped: NDArray[np.str_],
) -> ItemTable:
    items = [item for item in instrument.items if item.scale is not None]
    names = {name: np.asarray(named[name][1])[named[name][0]] for name in NAME_COLUMNS}
    return ItemTable(
        codes=np.column_stack([answers[item.key] for item in items]),
        item_keys=tuple(item.key for item in items),
        measures=tuple(item.measure or "" for item in items),
        option_counts=np.asarray([len(item.answer_options) for item in items], dtype=np.int16),
        reversed_items=np.asarray([item.reversed for item in items], dtype=np.bool_),
        respondents=names["respondent"],
        units=names["unit"],
        audiences=_set_proxies_apart(names["audience"], helped),
        waves=names["wave"],
        wave_order=named["wave"][1],
    )


def _set_proxies_apart(audiences: NDArray[np.str_], helped: NDArray[np.str_]) -> NDArray[np.str_]:
    proxies = np.char.add(audiences, PROXY_SUFFIX)
    own = (helped != BY_OTHER) | np.char.endswith(audiences, PROXY_SUFFIX)
    return np.where(own, audiences, proxies)


def _share_of_help(table: ItemTable, helped: NDArray[np.str_]) -> tuple[HelpShare, ...]:
    shares = []
    for audience in table.audience_names:
        for wave in table.wave_order:
            told = table.rows_of(audience, wave) & np.isin(helped, (ALONE, WITH_HELP))
            if told.any():
                count = int((helped[told] == WITH_HELP).sum())
                shares.append(HelpShare(audience, wave, count, int(told.sum())))
    return tuple(shares)


def _score_patterns(
    measure: str, items: Sequence[Item], table: ItemTable
) -> tuple[list[float | None], NDArray[np.intp]]:
    """Return the score of each pattern of answers that occurs, and every row's pattern."""
    values = {code: value for value, code in NON_ANSWER_CODES.items()}
    columns = [table.item_keys.index(item.key) for item in items]
    patterns, pattern = np.unique(table.codes[:, columns], axis=0, return_inverse=True)
    scores = []
    for codes in patterns.tolist():
        answers = {
            item.key: values.get(code, str(code))
            for item, code in zip(items, codes, strict=True)
            if code != NOT_REACHED_CODE
        }
        scores.append(score_measure(measure, items, answers).score)
    return scores, pattern.reshape(-1)
