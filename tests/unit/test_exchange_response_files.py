"""What a RESPONSES.csv may look like, and the scores that come of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from survey_service.exchange.faults import BadInputError
from survey_service.exchange.response_files import HelpShare, read_responses, score_responses
from survey_service.measurement.instrument import Block, Instrument, Item, Option, Scale
from survey_service.texts import Wording

WORDING = Wording({"en": "words"})
SCALE = Scale("five", tuple(Option(str(number), WORDING) for number in range(1, 6)))
HEADER = "respondent,unit,audience,wave,help,heard,pushed,asked,age,comment\n"


def rated(key: str, measure: str, turned: bool = False) -> Item:
    return Item(key, Block.PRINCIPLE, WORDING, measure=measure, scale=SCALE, reversed=turned)


INSTRUMENT = Instrument(
    key="test",
    version=1,
    audience="citizen",
    framework="none",
    title=WORDING,
    items=(
        rated("heard", "respect"),
        rated("pushed", "respect", turned=True),
        rated("asked", "hopes"),
        Item(
            "age",
            Block.BACKGROUND,
            WORDING,
            options=(Option("young", WORDING), Option("old", WORDING)),
        ),
        Item("comment", Block.FREE_TEXT, WORDING),
    ),
)


def write(folder: Path, content: str) -> Path:
    path = folder / "responses.csv"
    path.write_text(content, encoding="utf-8", newline="")
    return path


def scores_of(folder: Path, content: str) -> list[tuple[str, str, str, float | None]]:
    table = read_responses(write(folder, content), INSTRUMENT).table
    return [
        (row.respondent, row.audience, row.principle, row.score)
        for row in score_responses(INSTRUMENT, table)
    ]


def the_fault_of(folder: Path, content: str) -> tuple[int | None, str | None, str, str]:
    with pytest.raises(BadInputError) as caught:
        read_responses(write(folder, content), INSTRUMENT)
    (fault,) = caught.value.faults
    return fault.line, fault.column, fault.expected, fault.found


def test_answers_become_scores_with_reversed_items_turned(tmp_path: Path) -> None:
    # By hand: heard 4 is 75, pushed 2 reversed is 75, their mean 75; asked 2 is 25.
    assert scores_of(tmp_path, HEADER + "c1,u,citizen,final,alone,4,2,2,old,free words\n") == [
        ("c1", "citizen", "respect", 75.0),
        ("c1", "citizen", "hopes", 25.0),
    ]


@pytest.mark.parametrize("missing", ["dk", "na", "skip", ""])
def test_a_principle_with_too_few_rated_items_has_no_score(tmp_path: Path, missing: str) -> None:
    scores = scores_of(tmp_path, HEADER + f"c1,u,citizen,final,,4,{missing},{missing},,\n")

    assert [score for *_, score in scores] == [None, None]


def test_items_may_stand_in_any_order_and_background_may_lack(tmp_path: Path) -> None:
    content = "asked;pushed;heard;wave;audience;unit;respondent\n5;1;3;final;citizen;u;c1\n"

    assert scores_of(tmp_path, content) == [
        ("c1", "citizen", "respect", 75.0),
        ("c1", "citizen", "hopes", 100.0),
    ]


@pytest.mark.parametrize(
    ("audience", "scored_as"),
    [
        ("citizen", "citizen-proxy"),
        ("citizen-proxy", "citizen-proxy"),
        ("relative", "relative-proxy"),
    ],
)
def test_answers_given_by_someone_else_are_an_audience_of_their_own(
    tmp_path: Path, audience: str, scored_as: str
) -> None:
    scores = scores_of(tmp_path, HEADER + f"c1,u,{audience},final,by_other,4,2,2,,\n")

    assert {found for _, found, _, _ in scores} == {scored_as}


def test_the_share_answered_with_help_is_counted_per_audience_and_wave(tmp_path: Path) -> None:
    rows = [
        "c1,u,citizen,final,alone",
        "c2,u,citizen,final,with_help",
        "c3,u,citizen,final,by_other",
        "c4,u,citizen,final,",
    ]
    content = HEADER + "".join(f"{row},4,2,2,,\n" for row in rows)

    found = read_responses(write(tmp_path, content), INSTRUMENT)
    assert found.help_shares == (HelpShare("citizen", "final", 1, 2),)


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("heard", "6", "1-5, dk, na, skip or an empty cell"),
        ("heard", "0", "1-5, dk, na, skip or an empty cell"),
        ("heard", "3.0", "1-5, dk, na, skip or an empty cell"),
        ("pushed", "NA", "1-5, dk, na, skip or an empty cell"),
        ("age", "3", "young, old, dk, na, skip or an empty cell"),
        ("help", "maybe", "alone, with_help, by_other or an empty cell"),
        ("wave", "", "a name"),
    ],
)
def test_a_value_that_is_no_answer_is_refused(
    tmp_path: Path, column: str, value: str, expected: str
) -> None:
    names = HEADER.strip().split(",")
    good = dict.fromkeys(names, "") | {
        "respondent": "c1",
        "unit": "u",
        "audience": "citizen",
        "wave": "final",
        "heard": "4",
    }
    rows = [",".join(good.values()), ",".join({**good, "respondent": "", column: value}.values())]

    assert the_fault_of(tmp_path, HEADER + "\n".join(rows)) == (
        3,
        column,
        expected,
        repr(value) if value else "an empty cell",
    )


def test_a_bad_value_of_help_is_one_fault_where_the_questionnaire_asks_for_help_too(
    tmp_path: Path,
) -> None:
    options = tuple(Option(value, WORDING) for value in ("alone", "with_help", "by_other"))
    item = Item("help", Block.BACKGROUND, WORDING, options=options)
    instrument = replace(INSTRUMENT, items=(*INSTRUMENT.items, item))
    with pytest.raises(BadInputError) as caught:
        read_responses(write(tmp_path, HEADER + "c1,u,citizen,final,maybe,4,2,2,,\n"), instrument)
    (fault,) = caught.value.faults
    assert (fault.line, fault.column, fault.found) == (2, "help", "'maybe'")


def test_free_text_is_not_read_whatever_it_says(tmp_path: Path) -> None:
    content = HEADER + 'c1,u,citizen,final,,4,2,2,,"=1+1; ""dk"",\n9"\n'

    assert len(scores_of(tmp_path, content)) == 2


def test_an_unknown_item_column_is_refused(tmp_path: Path) -> None:
    content = HEADER.replace("\n", ",heart\n") + "c1,u,citizen,final,,4,2,2,,,1\n"

    assert the_fault_of(tmp_path, content) == (1, "heart", "an item of test", "'heart'")


@pytest.mark.parametrize("column", ["respondent", "unit", "audience", "wave", "heard"])
def test_a_missing_column_is_refused(tmp_path: Path, column: str) -> None:
    names = [name for name in HEADER.strip().split(",") if name != column]
    line, found_column, expected, _ = the_fault_of(tmp_path, ",".join(names) + "\n1\n")

    assert (line, found_column, expected) == (1, column, "a column of this name")


def test_a_respondent_twice_in_one_wave_and_audience_is_refused(tmp_path: Path) -> None:
    rows = (
        "c1,u,citizen,final,,4,2,2,,\n"
        "c1,u,citizen,baseline,,4,2,2,,\n"
        "c1,u,relative,final,,4,2,2,,\n"
        "c1,v,citizen,final,by_other,4,2,2,,\n"
    )

    assert the_fault_of(tmp_path, HEADER + rows) == (
        5,
        "respondent",
        "one response per respondent, audience and wave",
        "'c1' again, as on line 2",
    )


def test_respondents_without_a_name_may_answer_the_same_wave(tmp_path: Path) -> None:
    row = ",u,citizen,final,,4,2,2,,\n"

    assert len(scores_of(tmp_path, HEADER + row + row)) == 4


def test_a_header_without_rows_is_refused(tmp_path: Path) -> None:
    assert the_fault_of(tmp_path, HEADER) == (1, None, "rows below the header", "none")
