"""When something does not fit: calm words, and nothing is lost or overwritten."""

from collections.abc import Callable

import pytest
from demonstration import Demonstration
from person import Person

from survey_service.fieldwork.access_codes import code_from_number, format_code

pytestmark = pytest.mark.browser


def test_a_mistyped_code_is_told_from_an_unknown_one(
    person: Person, demonstration: Demonstration
) -> None:
    code = demonstration.issue_code()
    wrong = code[:-1] + ("7" if code[-1] != "7" else "8")
    person.enter(wrong)
    assert (
        "Koden er ikke skrevet rigtigt. Se efter, om et tegn er forkert, eller om to er byttet om."
        in person.words
    )
    assert person.page.get_by_label("Din kode").input_value() == wrong
    person.enter(format_code(code_from_number(123_456_789)))
    assert "Koden virker ikke. Den kan være brugt, eller målingen kan være lukket." in person.words
    person.enter(" ")
    assert "Skriv din kode." in person.words


def test_a_code_works_once(person: Person, demonstration: Demonstration) -> None:
    code = demonstration.issue_code()
    person.begin(code).send_what_there_is().press("Færdig")
    person.enter(code)
    assert "Koden virker ikke. Den kan være brugt" in person.words


def test_an_unknown_open_link_says_whom_to_ask(person: Person) -> None:
    person.open("/aaben/findes-ikke")
    assert person.heading == "Linket virker ikke"
    assert "Spørg den, der gav dig linket." in person.words


def test_of_two_tabs_the_later_save_wins_for_each_question(
    person: Person, demonstration: Demonstration
) -> None:
    person.begin(demonstration.issue_code()).answer("Jeg svarer selv")
    first = person.page
    second = person.context.new_page()
    second.goto("/svar/2")

    person.answer("I høj grad")  # first tab: question 2, now at 3
    person.page = second
    person.answer("Slet ikke").answer("I mindre grad")  # second tab: questions 2 and 3
    person.page = first
    person.answer("I meget høj grad")  # first tab: question 3

    person.open("/gennemse")
    shown = person.page.locator("ol li strong").all_inner_texts()
    assert shown == ["Jeg svarer selv", "Slet ikke", "I meget høj grad"]


def test_a_page_of_another_questionnaire_is_refused_and_changes_nothing(
    person: Person, demonstration: Demonstration
) -> None:
    person.begin(demonstration.issue_code()).answer("Jeg svarer selv")
    page_of_the_first_person = person.page
    person.page = person.context.new_page()
    person.begin(demonstration.issue_code()).answer("Jeg svarer selv")
    page_of_the_second_person = person.page

    person.page = page_of_the_first_person
    person.answer("Slet ikke")
    assert person.heading == "Siden hører til et andet spørgeskema"

    person.page = page_of_the_second_person
    person.open("/gennemse")
    assert person.page.locator("ol li strong").all_inner_texts() == ["Jeg svarer selv"]


def test_a_wave_that_closes_under_somebodys_hands_is_told_calmly_and_keeps_what_was_sent(
    person: Person, meet: Callable[..., Person], demonstration: Demonstration
) -> None:
    wave_id = demonstration.open_own_wave()
    meet().begin(demonstration.issue_code(wave_id=wave_id)).send_what_there_is()
    code = demonstration.issue_code(wave_id=wave_id)
    person.begin(code).answer("Jeg svarer selv").choose("I høj grad")
    demonstration.close_wave(wave_id)
    person.press("Næste")
    assert person.heading == "Svarene er her ikke længere"
    assert "målingen er lukket" in person.words
    assert demonstration.sent_counts(wave_id) == {"citizen": 1}
    person.enter(code)
    assert "målingen kan være lukket" in person.words


def test_done_leaves_nothing_of_the_answers_in_the_browser(
    person: Person, demonstration: Demonstration
) -> None:
    person.begin(demonstration.issue_code())
    person.answer("Jeg svarer selv").answer("I meget høj grad").open("/gennemse").send()
    code = person.withdrawal_code
    person.press("Færdig")
    assert person.heading == "Velkommen"

    for _ in range(4):
        person.page.go_back()
        assert code not in person.page.content()
        assert person.chosen == []
        assert "meget høj grad" not in person.words
    person.page.reload()
    assert code not in person.page.content()
    for path in ["/tak", "/gennemse", "/svar/2", "/om", "/stop"]:
        assert person.open(path).heading == "Der er gået for lang tid", path


def test_a_break_leaves_nothing_of_the_answers_in_the_browser(
    person: Person, demonstration: Demonstration
) -> None:
    person.begin(demonstration.issue_code()).answer("Jeg svarer selv").answer("I meget høj grad")
    person.follow("Tilbage").follow("Hold pause")
    for _ in range(3):
        person.page.go_back()
        assert person.chosen == []
    assert person.open("/svar/2").heading == "Der er gået for lang tid"
