"""From code to thank-you and beyond, as people click through it."""

from collections.abc import Callable

import pytest
from demonstration import Demonstration
from person import Person

pytestmark = pytest.mark.browser


def test_a_citizen_answers_looks_back_changes_and_sends(
    person: Person, demonstration: Demonstration
) -> None:
    person.begin(demonstration.issue_code())
    assert person.heading == "Hvem svarer?"
    person.answer("Jeg svarer selv")
    assert person.heading == "Bliver du spurgt, hvad du gerne vil med dit liv?"
    person.answer("I høj grad").answer("Ved ikke").answer("Spring over").answer("Ikke relevant")
    person.answer_to_the_end("I nogen grad")

    assert person.heading == "Klar til at sende?"
    shown = person.page.locator("ol li strong").all_inner_texts()
    assert shown[:5] == [
        "Jeg svarer selv",
        "I høj grad",
        "Ved ikke",
        "Spring over",
        "Ikke relevant",
    ]
    assert set(shown[5:]) == {"I nogen grad"}

    person.follow("Ret spørgsmål 2")
    assert person.chosen == ["I høj grad"]
    person.answer("Slet ikke").open("/gennemse")
    assert person.page.locator("ol li strong").nth(1).inner_text() == "Slet ikke"

    person.send()
    assert person.heading == "Tak for dine svar"
    assert len(person.withdrawal_code) == len("XXXX-XXXX-XXX")


def test_a_choice_can_be_undone_before_it_is_saved(
    person: Person, demonstration: Demonstration
) -> None:
    person.begin(demonstration.issue_code()).choose("Jeg svarer selv").press("Fortryd valg")
    assert person.chosen == []


def test_a_saved_answer_can_be_removed(person: Person, demonstration: Demonstration) -> None:
    person.begin(demonstration.issue_code()).answer("Jeg svarer selv").follow("Tilbage")
    assert person.chosen == ["Jeg svarer selv"]
    person.press("Fjern mit svar")
    assert person.chosen == []
    person.open("/gennemse")
    assert person.page.locator("ol li").first.inner_text().count("Ikke besvaret") == 1


def test_going_on_without_a_choice_is_answered_with_advice(
    person: Person, demonstration: Demonstration
) -> None:
    person.begin(demonstration.issue_code()).press("Næste")
    assert "Vælg et svar. Vil du ikke svare, så vælg Spring over." in person.words
    assert person.page.title().startswith("Fejl:")


def test_the_withdrawal_code_deletes_what_was_sent(
    person: Person, demonstration: Demonstration
) -> None:
    wave_id = demonstration.open_own_wave()
    person.begin(demonstration.issue_code(wave_id=wave_id)).send_what_there_is()
    assert demonstration.sent_counts(wave_id) == {"citizen": 1}
    code = person.withdrawal_code
    person.press("Færdig").follow("Få dine svar slettet")
    person.page.get_by_label("Din slettekode").fill(code.lower().replace("-", " "))
    person.press("Slet mine svar")
    assert person.heading == "Dine svar er slettet"
    assert demonstration.sent_counts(wave_id) == {}


def test_after_a_break_the_same_code_goes_on_where_one_left_without_showing_answers(
    person: Person, meet: Callable[..., Person], demonstration: Demonstration
) -> None:
    code = demonstration.issue_code()
    person.begin(code).answer("Jeg svarer selv").answer("I mindre grad").answer("I mindre grad")
    person.follow("Hold pause")
    assert "Dine svar er gemt." in person.words

    later = meet().enter(f"  {code.lower().replace('-', '  ')} ")
    assert later.heading == "Velkommen tilbage"
    assert "Du fortsætter ved spørgsmål 4 af 31." in later.words
    later.follow("Fortsæt")
    assert later.page.locator(".step").inner_text().startswith("Spørgsmål 4 af 31")
    later.follow("Tilbage")
    assert "Du har svaret på dette spørgsmål tidligere." in later.words
    assert later.chosen == []
    later.open("/gennemse")
    assert "Besvaret. Svaret vises ikke." in later.words
    assert "I mindre grad" not in later.page.content()


def test_an_answer_that_is_not_shown_is_kept_by_going_on(
    person: Person, demonstration: Demonstration
) -> None:
    code = demonstration.issue_code()
    person.begin(code).answer("Jeg svarer selv").follow("Hold pause")
    person.enter(code).open("/svar/1").press("Næste")
    assert person.path == "/svar/2"
    person.open("/gennemse")
    assert person.words.count("Besvaret. Svaret vises ikke.") == 1


@pytest.mark.parametrize(("audience", "question_count"), [("staff", 26), ("relative", 17)])
def test_staff_and_relatives_answer_their_own_questionnaire(
    audience: str, question_count: int, person: Person, demonstration: Demonstration
) -> None:
    person.begin(demonstration.issue_code(audience))
    assert f"af {question_count}" in person.page.locator(".step").inner_text()
    person.answer("I nogen grad").open(f"/svar/{question_count}").answer_first_option()
    assert person.heading == "Klar til at sende?"
    person.send()
    assert person.heading == "Tak for dine svar"


def test_an_open_link_leads_to_answers_without_a_withdrawal_code(
    person: Person, demonstration: Demonstration
) -> None:
    person.open(demonstration.issue_link())
    assert "Du svarer uden kode" in person.words
    person.start().send_what_there_is()
    assert person.heading == "Tak for dine svar"
    assert "dine svar er anonyme" in person.words
    assert person.page.locator("p.code").count() == 0


def test_everything_works_without_javascript(
    meet: Callable[..., Person], demonstration: Demonstration
) -> None:
    person = meet(java_script=False).begin(demonstration.issue_code("relative"))
    person.answer_to_the_end()
    person.follow("Ret spørgsmål 3").answer("Ved ikke").open("/gennemse").send()
    assert person.heading == "Tak for dine svar"
    person.press("Færdig")
    assert person.heading == "Velkommen"


def test_switching_language_keeps_the_place_and_the_answers(
    person: Person, demonstration: Demonstration
) -> None:
    person.begin(demonstration.issue_code()).answer("Jeg svarer selv").answer("I høj grad")
    person.press("English")
    assert person.path == "/svar/3"
    assert person.heading == "Is it you who chooses the goals of your support?"
    assert person.page.locator("html").get_attribute("lang") == "en"
    person.follow("Back")
    assert person.chosen == ["To a great extent"]
    person.press("Dansk")
    assert person.chosen == ["I høj grad"]


def test_stopping_lets_one_send_what_there_is(person: Person, demonstration: Demonstration) -> None:
    wave_id = demonstration.open_own_wave()
    person.begin(demonstration.issue_code(wave_id=wave_id)).answer("Jeg svarer selv")
    person.follow("Stop nu")
    assert "Du har svaret på ét spørgsmål." in person.words
    person.send()
    assert person.heading == "Tak for dine svar"
    assert demonstration.sent_counts(wave_id) == {"citizen": 1}


def test_stopping_lets_one_delete_everything(person: Person, demonstration: Demonstration) -> None:
    code = demonstration.issue_code()
    person.begin(code).answer("Jeg svarer selv").follow("Stop nu").press("Slet mine svar")
    assert person.heading == "Dine svar er slettet"
    person.enter(code)
    assert person.heading == "Din mening om støtten"


def test_the_numbers_of_somebody_to_talk_to_are_on_every_page(
    person: Person, demonstration: Demonstration
) -> None:
    person.begin(demonstration.issue_code())
    for path in ["/", "/om", "/svar/1", "/gennemse", "/stop", "/was", "/findes-ikke", "/pause"]:
        person.open(path).page.get_by_text("Har du brug for at tale med nogen?").click()
        assert person.page.get_by_role("link", name="70 201 201").is_visible(), path
