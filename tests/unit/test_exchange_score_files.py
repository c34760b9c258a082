"""What a SCORES.csv may look like and still be read right, and what is refused."""

import io
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_service.exchange.faults import BadInputError, Fault
from survey_service.exchange.score_files import ScoreFile, read_scores, write_scores
from survey_service.measurement.score_table import ScoreRow, tabulate

HEADER = "respondent,unit,audience,wave,principle,score\n"
WAVES = ("baseline", "final")


def write(folder: Path, content: str | bytes) -> Path:
    path = folder / "scores.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(folder: Path, content: str | bytes) -> ScoreFile:
    return read_scores(write(folder, content), WAVES)


def faults_of(folder: Path, content: str | bytes) -> tuple[Fault, ...]:
    with pytest.raises(BadInputError) as caught:
        read(folder, content)
    return caught.value.faults


def the_fault_of(folder: Path, content: str | bytes) -> tuple[int | None, str | None, str, str]:
    (fault,) = faults_of(folder, content)
    return fault.line, fault.column, fault.expected, fault.found


def test_rows_become_columns_with_waves_in_the_given_order(tmp_path: Path) -> None:
    table = read(
        tmp_path,
        HEADER + "c1,house,citizen,final,hopes,50\nc1,house,citizen,baseline,hopes,12.5\n"
        "c2,street,citizen,final,network,\n",
    ).table

    assert table.waves == WAVES
    assert table.wave.tolist() == [1, 0, 1]
    assert table.respondent.tolist() == [0, 0, 1]
    assert table.units == ("house", "street")
    assert table.principles == ("hopes", "network")
    assert table.score[:2].tolist() == [50.0, 12.5]


def test_an_empty_score_is_not_computable(tmp_path: Path) -> None:
    table = read(tmp_path, HEADER + "c1,house,citizen,final,hopes,\n").table

    assert math.isnan(table.score[0])


def test_an_empty_respondent_is_a_person_of_their_own(tmp_path: Path) -> None:
    row = ",house,citizen,final,hopes,50\n"

    assert read(tmp_path, HEADER + row + row).table.respondent.tolist() == [-1, -1]


@pytest.mark.parametrize(
    ("content", "recognised"),
    [
        ("c1,Støtte,citizen,final,hopes,12.5", "comma, decimal point, UTF-8"),
        ('c1,Støtte,citizen,final,hopes,"12,5"', "comma, decimal comma, UTF-8"),
        ("c1;Støtte;citizen;final;hopes;12,5", "semicolon, decimal comma, UTF-8"),
        ("c1;Støtte;citizen;final;hopes;12.5", "semicolon, decimal point, UTF-8"),
    ],
)
def test_delimiter_and_decimal_mark_are_recognised(
    tmp_path: Path, content: str, recognised: str
) -> None:
    header = HEADER.replace(",", ";") if ";" in content else HEADER
    found = read(tmp_path, header + content)

    assert found.recognised == recognised
    assert found.table.score.tolist() == [12.5]


@pytest.mark.parametrize(
    ("codec", "told"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8 with BOM"), ("cp1252", "Windows-1252")],
)
def test_the_encoding_is_recognised(tmp_path: Path, codec: str, told: str) -> None:
    found = read(tmp_path, (HEADER + "c1,Bæk & Å,citizen,final,hopes,50").encode(codec))

    assert found.recognised == f"comma, no decimals, {told}"
    assert found.table.units == ("Bæk & Å",)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_read(tmp_path: Path, line_end: str) -> None:
    content = (HEADER + "c1,house,citizen,final,hopes,50\n").replace("\n", line_end)

    assert read(tmp_path, content).table.score.tolist() == [50.0]


def test_quoted_names_keep_delimiters_quotes_and_line_breaks(tmp_path: Path) -> None:
    found = read(tmp_path, HEADER + 'c1,"Hus, ""A""\nnord",citizen,final,hopes,50\n')

    assert found.table.units == ('Hus, "A"\nnord',)


@pytest.mark.parametrize("quoting", ["", '"'])
def test_blank_lines_and_empty_cells_at_the_end_are_left_out(tmp_path: Path, quoting: str) -> None:
    row = f"{quoting}c1{quoting},house,citizen,final,hopes,50"
    content = HEADER.replace("\n", ",,\n") + f"{row},,\n\n{row.replace('c1', 'c2')}\n,,,,,\n \n\n"

    assert len(read(tmp_path, content).table) == 2


def test_blanks_around_names_are_dropped(tmp_path: Path) -> None:
    rows = "c1,house , citizen,final,hopes, 50\nc2,house,citizen,final,hopes,50\n"
    table = read(tmp_path, HEADER + rows).table

    assert (table.units, table.audiences) == (("house",), ("citizen",))


def test_letters_composed_of_two_characters_equal_the_single_ones(tmp_path: Path) -> None:
    rows = "c1,På A\u030a,citizen,final,hopes,50\nc2,På Å,citizen,final,hopes,50\n"

    assert read(tmp_path, HEADER + rows).table.units == ("På Å",)


def test_columns_may_stand_in_any_order_and_others_are_named_unused(tmp_path: Path) -> None:
    found = read(
        tmp_path, "score,note,principle,wave,audience,unit,respondent\n7,x,hopes,final,a,u,r\n"
    )

    assert found.table.score.tolist() == [7.0]
    assert found.unused_columns == ("note",)


def test_the_same_principle_in_two_frameworks_is_kept_apart(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "respondent,unit,audience,wave,principle,score,framework\n"
        "c1,u,citizen,baseline,hopes,10,2023\nc1,u,citizen,baseline,hopes,20,2020\n",
    )

    assert len(found.table.principles) == 2
    assert [
        (found.framed[name].framework, found.framed[name].principle)
        for name in found.table.principles
    ] == [("2023", "hopes"), ("2020", "hopes")]


def test_a_respondent_may_be_two_persons_in_two_audiences(tmp_path: Path) -> None:
    rows = "1,u,citizen,final,hopes,10\n1,u,staff,final,hopes,20\n"

    assert len(read(tmp_path, HEADER + rows).table) == 2


def test_what_was_read_equals_what_rows_tabulate_to(tmp_path: Path) -> None:
    rows = [
        ScoreRow(
            f"c{number % 7}", f"u{number % 3}", "citizen", WAVES[number % 2], f"p{number}", 1.5
        )
        for number in range(30)
    ]
    stream = io.StringIO()
    write_scores(iter(rows), stream)
    found, expected = read(tmp_path, stream.getvalue()).table, tabulate(rows, WAVES)

    for name in ("respondent", "unit", "audience", "wave", "principle", "score"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
    assert (found.units, found.principles) == (expected.units, expected.principles)


# Every example writes a file, and a disk keeps no deadline.
@settings(deadline=None, max_examples=50)
@given(
    scores=st.lists(st.none() | st.floats(0, 100), min_size=1, max_size=20),
    unit=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Z"]), min_size=1),
)
def test_scores_survive_writing_and_reading_to_the_last_digit(
    tmp_path_factory: pytest.TempPathFactory, scores: list[float | None], unit: str
) -> None:
    rows = [
        ScoreRow(f"c{number}", f'={unit}\n",;', "a", "final", "p", score)
        for number, score in enumerate(scores)
    ]
    stream = io.StringIO()
    write_scores(iter(rows), stream)
    found = read(tmp_path_factory.mktemp("scores"), stream.getvalue()).table

    read_back = [None if math.isnan(score) else score for score in found.score.tolist()]
    assert read_back == scores


@pytest.mark.parametrize(
    "cell",
    ["abc", "nan", "NaN", "inf", "-inf", "1e999", "101", "-0.1", "1_0", "١", "1.000,5", "NA"],
)
def test_a_score_that_is_no_number_0_to_100_is_refused(tmp_path: Path, cell: str) -> None:
    content = HEADER + "c1,u,a,final,hopes,5\n" + f'c2,u,a,final,hopes,"{cell}"\n'

    assert the_fault_of(tmp_path, content) == (
        3,
        "score",
        "a number 0-100 or an empty cell",
        repr(cell),
    )


def test_a_score_in_scientific_notation_is_a_number(tmp_path: Path) -> None:
    found = read(tmp_path, HEADER + "c1,u,a,final,hopes,7.1e-15\n").table

    assert found.score.tolist() == [7.1e-15]


def test_decimal_points_and_commas_in_one_file_are_refused(tmp_path: Path) -> None:
    rows = "c1;u;a;final;hopes;12,5\nc2;u;a;final;hopes;12.5\n"

    assert the_fault_of(tmp_path, HEADER.replace(",", ";") + rows) == (
        3,
        "score",
        "a decimal comma as elsewhere in the file",
        "'12.5' with a decimal point",
    )


def test_text_among_decimal_commas_does_not_change_the_decimal_mark(tmp_path: Path) -> None:
    rows = "c1;u;a;final;hopes;n.a.\nc2;u;a;final;hopes;12,5\n"

    assert the_fault_of(tmp_path, HEADER.replace(",", ";") + rows)[0] == 2


def test_lines_are_counted_over_line_breaks_in_quotes(tmp_path: Path) -> None:
    content = HEADER + 'c1,"a\nb\nc",a,final,hopes,1\n\nc2,u,a,final,hopes,x\n'

    assert the_fault_of(tmp_path, content)[0] == 6


@pytest.mark.parametrize("quoting", ["", '"'])
def test_lines_are_counted_beyond_the_first_block(tmp_path: Path, quoting: str) -> None:
    rows = [f"{quoting}c{number}{quoting},u,a,final,hopes,1\n" for number in range(1700)]
    rows[1600] = rows[1600].replace(",1\n", ",x\n")

    assert the_fault_of(tmp_path, HEADER + "".join(rows))[0] == 1602


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    content = "respondent,unit,audience,principle,score\nc1,u,a,hopes,1\n"

    assert the_fault_of(tmp_path, content) == (
        1,
        "wave",
        "a column of this name",
        "only 'respondent, unit, audience, principle, score'",
    )


def test_a_repeated_column_is_named(tmp_path: Path) -> None:
    content = HEADER.replace("\n", ",score\n") + "c1,u,a,final,hopes,1,2\n"

    assert the_fault_of(tmp_path, content) == (
        1,
        "score",
        "this column once",
        "it again in position 7",
    )


def test_a_column_without_a_name_is_refused(tmp_path: Path) -> None:
    content = HEADER.replace("unit,", "unit,,") + "c1,u,,a,final,hopes,1\n"

    assert the_fault_of(tmp_path, content) == (1, "3", "a column name", "an empty cell")


@pytest.mark.parametrize("column", ["unit", "audience", "wave", "principle"])
def test_an_empty_name_is_refused(tmp_path: Path, column: str) -> None:
    cells = {"respondent": "c", "unit": "u", "audience": "a", "wave": "final", "principle": "p"}
    row = ",".join({**cells, column: ""}.values()) + ",1\n"

    assert the_fault_of(tmp_path, HEADER + row) == (2, column, "a name", "an empty cell")


def test_an_unknown_wave_is_one_fault_however_often_it_occurs(tmp_path: Path) -> None:
    rows = "".join(f"c{number},u,a,finale,hopes,1\n" for number in range(3))

    assert the_fault_of(tmp_path, HEADER + rows) == (
        2,
        "wave",
        "one of the waves baseline, final",
        "'finale', 3 times",
    )


def test_a_respondent_twice_in_a_wave_for_one_principle_is_refused(tmp_path: Path) -> None:
    rows = "c1,u,a,final,hopes,1\nc1,u,a,final,network,1\nc1,v,a,final,hopes,2\n"

    assert the_fault_of(tmp_path, HEADER + rows) == (
        4,
        "respondent",
        "one score per respondent, audience, wave and principle",
        "'c1' again, as on line 2",
    )


@pytest.mark.parametrize("row", ["c1,u,a,final,hopes", "c1,u,a,final,hopes,1,2", "c1"])
@pytest.mark.parametrize("others", ["c2,u,a,final,hopes,1\n", '"c2",u,a,final,hopes,1\n'])
def test_a_row_that_does_not_fit_the_header_is_refused(
    tmp_path: Path, row: str, others: str
) -> None:
    assert the_fault_of(tmp_path, HEADER + others + row + "\n") == (
        3,
        None,
        "6 cells as in the header",
        str(row.count(",") + 1),
    )


@pytest.mark.parametrize("row", ['c2,"u,a,final,hopes,1\n', 'c2,"u"x,a,final,hopes,1\n'])
def test_quotes_that_do_not_close_are_refused_where_they_begin(tmp_path: Path, row: str) -> None:
    line, column, expected, _ = the_fault_of(
        tmp_path, HEADER + "c1,u,a,final,hopes,1\n" + row + "c3,u,a,final,hopes,1\n"
    )

    assert (line, column, expected) == (3, None, "well-formed quotes")


@pytest.mark.parametrize(
    ("content", "line", "found"),
    [
        (b"", None, "an empty file"),
        (b"\xef\xbb\xbf \r\n", None, "an empty file"),
        (HEADER.encode(), 1, "none"),
        (HEADER.encode() + b"\n\n,,,,,\n", 1, "none"),
        (b"PK\x03\x04rest", None, "a spreadsheet or zip archive (save the sheet as CSV)"),
        (HEADER.encode("utf-16"), None, "UTF-16 (save as CSV UTF-8)"),
        (HEADER.encode() + b"c1,u\x00,a,final,hopes,1\n", 2, "the byte 0x00"),
        (HEADER.encode() + b"\nc1,u\x81,a,final,hopes,1\n", 3, "the byte 0x81"),
        (HEADER.encode() + "æ".encode() + b"1,u\xe6,a,final,hopes,1\n", 2, "the byte 0xe6"),
    ],
)
def test_what_is_no_table_of_text_is_refused(
    tmp_path: Path, content: bytes, line: int | None, found: str
) -> None:
    (fault,) = faults_of(tmp_path, content)

    assert (fault.line, fault.found) == (line, found)


def test_a_missing_file_and_a_directory_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="expected a file, found nothing of that name"):
        read_scores(tmp_path / "none.csv", WAVES)
    with pytest.raises(BadInputError, match="expected a file, found a directory"):
        read_scores(tmp_path, WAVES)


def test_all_faults_are_told_at_once_in_the_order_of_their_lines(tmp_path: Path) -> None:
    rows = "c1,u,a,then,hopes,1\nc2,,a,final,hopes,1\nc3,u,a,final,hopes,x\nc4,u\n"

    assert [fault.line for fault in faults_of(tmp_path, HEADER + rows)] == [2, 3, 4, 5]


def test_many_faults_are_printed_up_to_a_limit_and_counted_beyond(tmp_path: Path) -> None:
    rows = "".join(f"c{number},u,a,final,hopes,x\n" for number in range(12_345))
    path = write(tmp_path, HEADER + rows)
    with pytest.raises(BadInputError) as caught:
        read_scores(path, WAVES)

    lines = caught.value.describe()
    assert len(lines) == 21
    assert lines[0].startswith(f"{path}: line 2: column score: expected a number 0-100")
    assert lines[-1] == f"{path}: and 12325 more"


def test_a_cell_is_shown_on_one_line_and_shortened(tmp_path: Path) -> None:
    content = HEADER + f'c1,u,a,final,hopes,"1\n{"x" * 500}"\n'
    (fault,) = faults_of(tmp_path, content)

    assert "\n" not in str(fault)
    assert len(fault.found) < 80


# Every example writes a file, and a disk keeps no deadline.
@settings(deadline=None, max_examples=50)
@given(
    content=st.binary(max_size=200)
    | st.lists(
        st.sampled_from([*'",;\n\r\t .-', "é", "c1", "final", "50", "12,5", "1e9", HEADER, "\0"]),
        max_size=60,
    ).map(lambda parts: (HEADER + "".join(parts)).encode())
)
def test_whatever_the_bytes_a_file_is_read_or_refused_with_faults(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = write(tmp_path_factory.mktemp("scores"), content)
    try:
        table = read_scores(path, WAVES).table
    except BadInputError as error:
        told = error.describe()
    else:
        told = []
        assert len(table) > 0
        assert (np.isnan(table.score) | ((table.score >= 0) & (table.score <= 100))).all()
        assert (table.wave < len(WAVES)).all()

    assert all(line.startswith(str(path)) and "\n" not in line for line in told)


# Every example writes a file, and a disk keeps no deadline.
@settings(deadline=None, max_examples=50)
@given(
    rows=st.lists(
        st.tuples(
            st.text("ab;é ", max_size=3),
            st.sampled_from(["house", "street"]),
            st.floats(0, 100) | st.none(),
        ),
        max_size=8,
        min_size=1,
    )
)
def test_quoting_every_cell_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, float | None]]
) -> None:
    def lines(quote: str) -> str:
        cells = [
            [name, unit, "a", "final", f"p{number}", "" if score is None else repr(score)]
            for number, (name, unit, score) in enumerate(rows)
        ]
        return "".join(",".join(f"{quote}{cell}{quote}" for cell in row) + "\n" for row in cells)

    folder = tmp_path_factory.mktemp("scores")
    plain, quoted = (read(folder, HEADER + lines(quote)).table for quote in ("", '"'))

    np.testing.assert_array_equal(plain.score, quoted.score)
    np.testing.assert_array_equal(plain.respondent, quoted.respondent)
    assert plain.units == quoted.units
