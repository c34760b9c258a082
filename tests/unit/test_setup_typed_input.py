"""What is typed into a form, read as text, numbers, dates and keys."""

from datetime import date

import pytest

from survey_service.faults import InputRefused
from survey_service.fieldwork.notices import Section, is_check_due, read_sections
from survey_service.fieldwork.typed_input import TypedInput, make_key, tidy


def rules(typed: TypedInput) -> list[str]:
    return [fault.rule for fault in typed.faults]


@pytest.mark.parametrize("text", ["2026-12-24", "24-12-2026", "24.12.2026", "24/12/2026"])
def test_a_date_may_be_written_in_danish_or_as_browsers_send_it(text: str) -> None:
    assert TypedInput().read_day("day", text) == date(2026, 12, 24)


@pytest.mark.parametrize(
    ("text", "rule"),
    [("", "missing"), ("31-02-2026", "no_date"), ("i morgen", "no_date"), ("2026", "no_date"),
     ("0001-01-01", "date_absurd"), ("01-01-2999", "date_absurd")],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str, rule: str) -> None:
    typed = TypedInput()
    assert typed.read_day("day", text) is None
    assert rules(typed) == [rule]


@pytest.mark.parametrize(("text", "number"), [("12", 12), (" 1.200 ", 1200), ("1 200", 1200)])
def test_whole_numbers_may_be_grouped_as_in_danish(text: str, number: int) -> None:
    assert TypedInput().read_whole_number("people", text, 0, 5000) == number


@pytest.mark.parametrize("text", ["", "tolv", "-3", "1,5", "1e3", "٣", "5001", "9" * 4000, "1.20"])
def test_what_is_no_whole_number_in_range_is_refused(text: str) -> None:
    typed = TypedInput()
    assert typed.read_whole_number("people", text, 0, 5000) is None
    assert rules(typed) == ["no_number"]


def test_decimals_take_a_comma_or_a_point() -> None:
    typed = TypedInput()
    assert (typed.read_decimal("m", "5,5", 0.5, 25), typed.read_decimal("m", "5.5", 0.5, 25)) == (
        5.5,
        5.5,
    )


@pytest.mark.parametrize("text", ["", "0", "0,4", "25,1", "5,55", "nan", "inf", "-5", "1e1"])
def test_decimals_out_of_range_or_too_fine_are_refused(text: str) -> None:
    typed = TypedInput()
    assert typed.read_decimal("m", text, 0.5, 25) is None
    assert rules(typed) == ["no_decimal"]


def test_every_fault_is_told_at_once() -> None:
    typed = TypedInput()
    typed.read_text("name", "", 10)
    typed.read_day("day", "x")
    with pytest.raises(InputRefused) as refusal:
        typed.raise_if_any()
    assert [(fault.field, fault.rule) for fault in refusal.value.faults] == [
        ("name", "missing"), ("day", "no_date"),
    ]  # fmt: skip


def test_text_is_one_line_of_composed_letters() -> None:
    assert tidy("  Støtte\x00\tpå  A\u030aen\n") == "Støtte på Åen"


@pytest.mark.parametrize(
    ("name", "key"),
    [("Fælles mål", "faelles-maal"), ("Støttecentre Ø", "stoettecentre-oe"), ("Café", "cafe"),
     ("=1+1", "1-1"), ("北京", "x"), ("A" * 300, "a" * 52)],
)  # fmt: skip
def test_keys_are_made_of_ascii_letters(name: str, key: str) -> None:
    assert make_key(name, set()) == key


def test_a_taken_key_gets_a_number() -> None:
    assert make_key("Hus", {"hus", "hus-2"}) == "hus-3"


def test_a_notice_is_read_by_headings_and_empty_lines() -> None:
    text = "Før alt.\n\n# Hvorfor?\nFordi vi\nspørger.\n\nTo.\n#Slut"
    assert read_sections(text) == (
        Section("", ("Før alt.",)),
        Section("Hvorfor?", ("Fordi vi spørger.", "To.")),
        Section("Slut", ()),
    )


@pytest.mark.parametrize(
    ("checked_on", "is_due"),
    [(None, True), (date(2025, 9, 3), True), (date(2025, 9, 4), False), (date(2026, 3, 4), False)],
)
def test_a_number_is_to_be_tried_every_six_months(checked_on: date | None, is_due: bool) -> None:
    assert is_check_due("1234", checked_on, date(2026, 3, 4)) is is_due


def test_nobody_is_asked_to_call_112_to_try_it() -> None:
    assert not is_check_due(" 112 ", None, date(2026, 3, 4))
