"""What people are told and whom they can talk to, as their project says."""

from collections.abc import Callable

import pytest
from builders import RETAINED_UNTIL, TODAY, Installation, Visitor, count_queries

from survey_service.faults import InputRefused
from survey_service.fieldwork import answering, notices
from survey_service.fieldwork.answering import ConsentMissing
from survey_service.fieldwork.notices import LegalBasis, TypedContact
from survey_service.measurement.readability import CITIZENS_LIX_LIMIT, count_texts
from survey_service.storage import setup
from survey_service.storage.database import reading
from survey_service.web.answer.notices import (
    default_opening,
    notice_values,
    promised_sections,
)

Build = Callable[..., Installation]
FIRST = "# Derfor\nFørste udgave."
SECOND = "# Derfor\nAnden udgave."


def tell(
    installation: Installation, text: str, basis: str = "public_task", audience: str = "citizen"
) -> int:
    with installation.context():
        found = notices.save_notice(installation.project_id, audience, basis, text, "# Why\nText.")
    return found.version


def recorded(installation: Installation) -> list[str]:
    return sorted(str(row["notice_version"]) for row in installation.rows("response"))


def test_people_read_their_projects_notice_and_what_the_service_promises(
    installation: Installation, visitor: Visitor
) -> None:
    tell(installation, FIRST)
    [code] = installation.invite("a")
    visitor.enter(code)
    assert "Første udgave." in visitor.text
    assert "Svar med kode er ikke anonyme." in visitor.text
    assert "Det er frivilligt at svare." not in visitor.text
    assert "Første udgave." in visitor.get("/saadan-bruger-vi-dine-svar").text
    assert recorded(installation) == ["citizen-1"]


def test_a_changed_notice_is_a_new_version_and_who_has_begun_keeps_the_old_one(
    installation: Installation,
) -> None:
    assert [tell(installation, FIRST), tell(installation, FIRST)] == [1, 1]
    first, second = installation.invite("a", "b")
    early = installation.visitor().enter(first)
    assert tell(installation, SECOND) == 2
    late = installation.visitor().enter(second)
    assert "Første udgave." in early.get("/om").text
    assert "Anden udgave." in late.text
    assert recorded(installation) == ["citizen-1", "citizen-2"]


def test_each_audience_reads_its_own_and_without_one_the_services(
    installation: Installation,
) -> None:
    tell(installation, FIRST, audience="staff")
    [staff] = installation.invite("a", audience="staff")
    assert "Første udgave." in installation.visitor().enter(staff).text
    [citizen] = installation.invite("b")
    assert "Det er frivilligt at svare." in installation.visitor().enter(citizen).text
    assert recorded(installation) == ["1", "staff-1"]


@pytest.mark.parametrize(
    ("audience", "own_words"),
    [
        ("relative", "i en sag om dig eller den, du er pårørende til"),
        ("staff", "Ingen side viser din leder eller dine kolleger"),
        ("leader", "dit arbejde som leder"),
        ("partner", "jeres samarbejde med os"),
    ],
)
def test_nobody_but_citizens_is_told_of_help_and_of_a_case_of_their_own(
    installation: Installation, audience: str, own_words: str
) -> None:
    with installation.app.test_request_context("/"):
        installation.app.preprocess_request()
        values = notice_values("Randers Kommune", 5, RETAINED_UNTIL.isoformat())
        told = notices.read_sections(default_opening(audience, "public_task", values))
        told += tuple(promised_sections(audience, values, has_code=True))
    text = " ".join(part for section in told for part in section.paragraphs)
    assert own_words in text
    for citizens_words in ("Du får den samme hjælp", "i din egen sag"):
        assert citizens_words not in text


def test_staff_read_words_for_staff_where_they_answer(
    installation: Installation, visitor: Visitor
) -> None:
    [code] = installation.invite("a", audience="staff")
    visitor.enter(code)
    assert "vurdere dig og dit arbejde" in visitor.text
    assert "din egen sag" not in visitor.text


def test_who_answers_without_a_code_is_told_so(
    installation: Installation, visitor: Visitor
) -> None:
    tell(installation, FIRST)
    visitor.get(f"/aaben/{installation.open_link()}")
    assert "Første udgave." in visitor.text
    assert "Dine svar er anonyme." in visitor.text


# ---- Consent ----


@pytest.fixture
def asked(installation: Installation, visitor: Visitor) -> Visitor:
    """Somebody who has been asked for consent and has not answered yet."""
    tell(installation, FIRST, "consent")
    [code] = installation.invite("a")
    return visitor.enter(code)


def test_no_question_is_shown_or_taken_before_somebody_says_yes(
    installation: Installation, asked: Visitor
) -> None:
    assert "Ja, jeg vil gerne være med" in asked.text
    assert 'href="/svar/1"' not in asked.html
    assert asked.get("/svar/1").path == "/om"
    [response] = installation.rows("response")
    with installation.context():
        for act in (
            lambda: answering.save_answer(response["id"], 1, "alone"),  # type: ignore[arg-type]
            lambda: answering.skip_unless_answered(response["id"], 1),  # type: ignore[arg-type]
        ):
            with pytest.raises(ConsentMissing):
                act()
    assert asked.client.get("/offline/sitting").status_code == 303
    assert installation.rows("answer") == []
    assert recorded(installation) == ["citizen-1?"]


def test_yes_is_recorded_with_the_version_it_was_said_to(
    installation: Installation, asked: Visitor
) -> None:
    tell(installation, SECOND, "consent")
    asked.submit("/ja")
    assert asked.path == "/proev"
    assert recorded(installation) == ["citizen-1"]
    asked.answer_all().send()
    assert "Tak" in asked.heading
    assert "Ja, jeg vil gerne være med" not in asked.get("/om").text


def test_who_says_no_leaves_nothing_behind(installation: Installation, asked: Visitor) -> None:
    assert 'href="/stop"' in asked.html
    asked.get("/stop").submit("/slet")
    assert installation.rows("response") == []


def test_a_yes_meant_for_another_response_is_refused(
    installation: Installation, asked: Visitor
) -> None:
    fields = asked.form("/ja")
    [code] = installation.invite("b")
    other = installation.visitor().enter(code)
    token = other.form("/ja")["csrf_token"]
    assert other.post("/ja", **(fields | {"csrf_token": token})).status == 409
    assert asked.post("/ja", page=fields["page"]).status == 400
    assert set(recorded(installation)) == {"citizen-1?"}


# ---- What is stored ----


@pytest.mark.parametrize(
    ("basis", "text", "field"),
    [
        ("none", FIRST, "legal_basis"),
        ("consent", " \n ", "text_da"),
        ("consent", "x" * 6001, "text_da"),
    ],
)
def test_a_notice_that_cannot_be_is_refused(
    installation: Installation, basis: str, text: str, field: str
) -> None:
    with pytest.raises(InputRefused) as refusal:
        tell(installation, text, basis)
    assert [fault.field for fault in refusal.value.faults] == [field]


@pytest.mark.parametrize("basis", list(LegalBasis))
def test_the_standard_text_for_citizens_is_very_easy_to_read(
    installation: Installation, basis: LegalBasis
) -> None:
    with installation.app.test_request_context("/"):
        installation.app.preprocess_request()
        values = notice_values("Randers Kommune", 5, RETAINED_UNTIL.isoformat())
        text = default_opening("citizen", basis, values)
    parts = [part for section in notices.read_sections(text)
             for part in (section.heading, *section.paragraphs)]  # fmt: skip
    assert len(parts) == 6
    assert count_texts(parts).lix <= CITIZENS_LIX_LIMIT


# ---- Contacts ----


def contact(number: int, **typed: str) -> TypedContact:
    values = {"name_da": "Værestedet", "name_en": "", "phone": "87 12 34 56", "note_da": "",
              "note_en": "", "checked_on": "2026-03-01"} | typed  # fmt: skip
    return TypedContact(number, **values)


def test_a_projects_contacts_stand_on_its_answering_pages_and_nowhere_else(
    installation: Installation, visitor: Visitor
) -> None:
    assert "70 201 201" in visitor.get("/").text
    with installation.context():
        notices.save_contacts(installation.project_id, [contact(1)], TODAY)
    [code] = installation.invite("a")
    visitor.enter(code)
    for path in ("/om", "/svar/1", "/stop", "/gennemse"):
        text = visitor.get(path).text
        assert "Værestedet: 87 12 34 56" in text, path
        assert "70 201 201" not in text, path
    offline = visitor.client.get(visitor.client.get("/offline/sitting").get_json()["questions"])
    assert "Værestedet" in offline.get_json()["languages"]["da"]["footer"]
    assert "Værestedet" not in installation.visitor().get("/").text


def test_a_question_page_costs_no_query_more_for_its_contacts(
    installation: Installation, visitor: Visitor
) -> None:
    with installation.context():
        notices.save_contacts(installation.project_id, [contact(1)], TODAY)
    [code] = installation.invite("a")
    visitor.enter(code).get("/svar/1")
    statements = count_queries(installation.app, lambda: visitor.get("/svar/2"))
    assert "Værestedet" in visitor.text
    assert len(statements) == 1


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"phone": ""}, ("phone_1", "missing")),
        ({"phone": "ring!"}, ("phone_1", "no_phone")),
        ({"name_da": ""}, ("name_da_1", "missing")),
        ({"checked_on": "2026-03-05"}, ("checked_on_1", "date_ahead")),
        ({"checked_on": "i går"}, ("checked_on_1", "no_date")),
    ],
)
def test_a_contact_nobody_could_call_is_refused(
    installation: Installation, typed: dict[str, str], fault: tuple[str, str]
) -> None:
    with installation.context(), pytest.raises(InputRefused) as refusal:
        notices.save_contacts(installation.project_id, [contact(1, **typed)], TODAY)
    assert [(one.field, one.rule) for one in refusal.value.faults] == [fault]


def test_contacts_left_blank_are_removed(installation: Installation) -> None:
    blank = TypedContact(2, "", "", " ", "", "", "")
    with installation.context():
        notices.save_contacts(installation.project_id, [blank, contact(3, note_da="Altid")], TODAY)
        [found] = setup.find_contacts(reading(), installation.project_id)
    assert (found.name_da, found.name_en, found.note_en) == ("Værestedet", "Værestedet", "Altid")
