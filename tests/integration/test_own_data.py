"""Whoever holds the code from the thank-you page sees what is held under it; nobody else does."""

import json
from collections.abc import Callable

import pytest
from builders import MONDAY_OF_TODAY, RETAINED_UNTIL, TODAY, Installation, Visitor, asked

from survey_service.fieldwork import notices
from survey_service.measurement.readability import CITIZENS_LIX_LIMIT, count_texts
from survey_service.texts import load_texts
from survey_service.web.language import TEXTS

Build = Callable[..., Installation]
PAGE = "/mine-svar"
WORDS = "Personalet lytter.\nDe har tid."


def danish(key: str) -> str:
    return load_texts(TEXTS)[key].read_in("da")


def tell(installation: Installation, basis: str, audience: str = "citizen") -> None:
    with installation.context():
        notices.save_notice(installation.project_id, audience, basis, "# Om\nOrd.", "# On\nWords.")


def answer_and_send(installation: Installation, reference: str = "p1") -> str:
    """Somebody answers with a code, writes words of their own and sends; their withdrawal code."""
    [code] = installation.invite(reference)
    person = installation.visitor().enter(code)
    person.answer_first(3, "2")
    person.question(32).answer(WORDS)
    found = person.send().withdrawal_code
    assert found is not None
    return found


def look(installation: Installation, code: str, **fields: str) -> Visitor:
    return installation.visitor().get(PAGE).submit(PAGE, code=code, **fields)


def fetch(installation: Installation, code: str) -> dict[str, object]:
    visitor = look(installation, code, form="file")
    assert visitor.page is not None
    assert visitor.page.mimetype == "application/json"
    return json.loads(visitor.html)  # type: ignore[no-any-return]


@pytest.fixture
def words(build: Build) -> Installation:
    """An installation that asks for people's own words."""
    return build(offers_free_text=True)


def test_the_page_shows_questions_answers_and_own_words(words: Installation) -> None:
    visitor = look(words, answer_and_send(words))
    assert visitor.status == 200
    assert visitor.heading == danish("answer.own_data.found_heading")
    for told in ("Randers Kommune", "Fælles mål", "Psykiatriens Hus", "Personalet lytter.",
                 "I ugen fra den 2. marts 2026", "Jeg svarer selv", "borger"):  # fmt: skip
        assert told in visitor.text, told
    assert visitor.text.count(danish("answer.own_data.unanswered")) == len(asked("citizen")) - 3


def test_the_file_holds_the_same_for_a_program_to_read(words: Installation) -> None:
    found = fetch(words, answer_and_send(words))
    assert found["municipality"] == "Randers Kommune"
    assert found["unit"] == "Psykiatriens Hus"
    assert found["audience"] == "citizen"
    assert found["notice"] == {"version": "1", "legal_basis": None}
    assert found["sent_in_week_of"] == MONDAY_OF_TODAY.isoformat()
    assert found["kept_until"] == RETAINED_UNTIL.isoformat()
    assert found["fetched_on"] == TODAY.isoformat()
    assert found["has_pseudonym"] is True
    assert found["help"] == "alone"
    answers = {row["item"]: row for row in found["answers"]}  # type: ignore[index,attr-defined]
    given = {key: row["value"] for key, row in answers.items() if row["value"] is not None}
    stored = {str(row["item_key"]): row["value"] for row in words.rows("answer")}
    assert given == stored
    [free] = [row for row in answers.values() if row["value"] == "written"]
    assert free["answer"] == WORDS
    scores = {row["measure"]: row["score"] for row in found["scores"]}  # type: ignore[index,attr-defined]
    assert scores == {str(row["measure"]): row["score"] for row in words.rows("score")}


def test_everything_stored_with_a_response_is_in_the_file_or_is_a_key_to_it(
    words: Installation,
) -> None:
    # A new column of these tables has to be thought of here.
    answer_and_send(words)
    told = {"wave_id", "unit_id", "audience", "instrument_key", "instrument_version", "pseudonym",
            "notice_version", "sent_week"}  # fmt: skip
    of_the_service = {"id", "code_hash", "withdrawal_hash", "is_sent"}
    [response] = words.rows("response")
    assert set(response) == told | of_the_service
    [text] = words.rows("free_text")
    assert set(text) == {"holder_hash", "item_key", "wave_id", "sealed_text", "is_sent", "audience",
                         "review", "sealed_quote"}  # fmt: skip
    assert set(words.rows("score")[0]) == {
        "response_id", "measure", "score", "rated_count", "item_count"}  # fmt: skip


def test_a_version_of_the_words_that_may_be_quoted_is_shown_to_their_owner(
    words: Installation,
) -> None:
    from survey_service.storage import free_texts
    from survey_service.storage.database import writing
    from survey_service.storage.sealing import seal

    code = answer_and_send(words)
    [row] = words.rows("free_text")
    holder, item = str(row["holder_hash"]), str(row["item_key"])
    with words.context():
        key = words.keys.project_key(words.project_id)
        sealed = seal(key, free_texts.QUOTE_PURPOSE, "Personalet […].", f"{holder}/{item}")
        with writing() as session:
            free_texts.set_review(session, holder, item, free_texts.Review.QUOTABLE, sealed)
    assert "Personalet […]." in look(words, code).text
    quotes = [row["quotable_version"] for row in fetch(words, code)["answers"]]  # type: ignore[attr-defined]
    assert "Personalet […]." in quotes


def test_it_opens_as_long_as_withdrawing_does_and_no_longer(words: Installation) -> None:
    from survey_service.fieldwork.retention import purge_expired

    code = answer_and_send(words)
    words.close_wave()
    assert fetch(words, code)["sent_in_week_of"] is None
    assert danish("answer.own_data.week_gone") in look(words, code).text
    with words.context():
        purge_expired(words.keys, RETAINED_UNTIL.replace(year=RETAINED_UNTIL.year + 1))
    assert look(words, code).status == 400


def test_after_withdrawing_there_is_nothing_to_see(words: Installation) -> None:
    code = answer_and_send(words)
    words.visitor().get("/fortryd").submit("/fortryd", code=code)
    assert danish("error.own_data_unknown") in look(words, code).text


def test_the_code_of_the_letter_opens_nothing(words: Installation) -> None:
    [letter] = words.invite("p1")
    person = words.visitor().enter(letter)
    person.answer_first(3)
    assert look(words, letter).status == 400
    person.send()
    assert look(words, letter).status == 400
    assert look(words, letter, form="file").status == 400


def test_each_code_opens_its_own_answers_alone(words: Installation) -> None:
    first, second = answer_and_send(words, "p1"), answer_and_send(words, "p2")
    [code] = words.invite("p3")
    words.visitor().enter(code).answer_first(3, "5").send()
    found = {json.dumps(fetch(words, own)["answers"]) for own in (first, second)}
    assert len(found) == 1  # they answered alike; what the third answered is in neither
    assert look(words, first).text.count("Personalet lytter.") == 1


def test_looking_changes_nothing_and_is_entered_nowhere(
    words: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    code = answer_and_send(words)
    before, entries = words.contents(), words.rows("audit_entry")
    caplog.set_level("DEBUG")
    visitor = look(words, code)
    fetch(words, code)
    assert words.contents() == before
    assert words.rows("audit_entry") == entries
    assert code not in caplog.text
    assert code.replace("-", "") not in caplog.text
    assert "lytter" not in caplog.text
    assert code not in visitor.html.replace("-", "")


def test_the_code_stands_in_no_address_and_no_browser_keeps_the_page(words: Installation) -> None:
    code = answer_and_send(words)
    visitor = look(words, code)
    assert visitor.page is not None
    assert visitor.page.request.url.endswith(PAGE)
    assert visitor.page.headers["Cache-Control"] == "no-store"
    assert visitor.client.get(f"{PAGE}?code={code}").status_code == 200
    assert "Personalet" not in visitor.client.get(f"{PAGE}?code={code}").get_data(as_text=True)
    file = look(words, code, form="file").page
    assert file is not None
    assert file.headers["Cache-Control"] == "no-store"
    assert file.headers["Content-Disposition"] == 'attachment; filename="mine-svar.json"'
    assert code.replace("-", "").encode() not in file.get_data()


def test_without_its_token_nothing_is_shown(words: Installation) -> None:
    code = answer_and_send(words)
    visitor = words.visitor().post(PAGE, code=code)
    assert visitor.status == 400
    assert "Personalet" not in visitor.text


def test_after_finishing_going_back_and_sending_the_code_again_shows_nothing(
    words: Installation,
) -> None:
    visitor = words.visitor().get(PAGE)
    sent = visitor.form(PAGE) | {"code": answer_and_send(words)}
    visitor.post(PAGE, **sent)
    assert "Personalet" in visitor.text
    visitor.submit("/faerdig").post(PAGE, **sent)
    assert visitor.status == 400
    assert "Personalet" not in visitor.text


def test_a_shared_tablet_shows_but_saves_nothing(words: Installation) -> None:
    code = answer_and_send(words)
    visitor = words.visitor()
    visitor.client.set_cookie("kiosk", "whatever")
    visitor.get(PAGE)
    assert danish("answer.own_data.save") not in visitor.text
    visitor.submit(PAGE, code=code, form="file")
    assert visitor.page is not None
    assert visitor.page.mimetype == "text/html"
    assert "Content-Disposition" not in visitor.page.headers
    assert danish("answer.own_data.tablet_hint") in visitor.text
    assert "/faerdig" in visitor.html
    assert "kiosk.js" in visitor.html


# ---- Statistics only ----


SHOWN = "Jeg svarer selv"
"""The words of an answer that everybody here gives."""


def answer_three(installation: Installation, reference: str = "p1") -> str:
    """Somebody answers three questions with a code and sends; their withdrawal code."""
    [code] = installation.invite(reference)
    found = installation.visitor().enter(code).answer_first(3).send().withdrawal_code
    assert found is not None
    return found


def test_answers_for_statistics_alone_are_shown_to_nobody_their_giver_included(
    installation: Installation,
) -> None:
    tell(installation, "statistics_only")
    code = answer_three(installation)
    for fields in ({}, {"form": "file"}):
        visitor = look(installation, code, **fields)
        heading = danish("answer.own_data.statistics_heading")
        assert (visitor.status, visitor.heading) == (200, heading)
        assert SHOWN not in visitor.text
    assert len(installation.rows("response")) == 1
    installation.visitor().get("/fortryd").submit("/fortryd", code=code)
    assert installation.rows("response") == []


def test_what_one_was_told_decides_whatever_others_are_told_later(
    installation: Installation,
) -> None:
    code = answer_three(installation)
    tell(installation, "statistics_only")
    assert SHOWN in look(installation, code).text
    later = answer_three(installation, "p2")
    assert SHOWN not in look(installation, later).text
    tell(installation, "public_task")
    assert SHOWN not in look(installation, later).text


def test_the_version_of_what_one_was_told_is_words_and_no_key(installation: Installation) -> None:
    built_in = look(installation, answer_three(installation))
    assert "Version 1 af det, du fik at vide" in built_in.text
    tell(installation, "public_task")
    tell(installation, "consent")
    tell(installation, "public_task")
    told = look(installation, answer_three(installation, "p2"))
    assert "Version 3 af det, du fik at vide" in told.text
    assert "citizen-3" not in told.text


@pytest.mark.parametrize(("basis", "offered"), [("public_task", True), ("consent", True),
                                                 ("statistics_only", False)])  # fmt: skip
def test_the_thank_you_page_offers_it_where_it_can_be_had(
    installation: Installation, basis: str, offered: bool
) -> None:
    tell(installation, basis)
    [code] = installation.invite("p1")
    person = installation.visitor().enter(code)
    if basis == "consent":
        person.submit("/ja")
    person.answer_first(2).send()
    assert person.withdrawal_code is not None
    assert (danish("answer.own_data.thanks") in person.text) == offered


@pytest.mark.parametrize(("basis", "told"), [("public_task", True), ("statistics_only", False)])
def test_the_notice_tells_of_it_where_it_can_be_had(
    installation: Installation, basis: str, told: bool
) -> None:
    heading = danish("answer.notice.own_data.heading")
    tell(installation, basis)
    [code] = installation.invite("p1")
    assert (heading in installation.visitor().enter(code).text) == told
    anonymous = installation.visitor().get(f"/aaben/{installation.open_link()}")
    assert heading not in anonymous.text


# ---- Words ----


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_page_speaks_both_languages(words: Installation, language: str) -> None:
    code = answer_and_send(words)
    visitor = words.visitor()
    if language == "en":
        visitor.get("/").submit("/sprog")
    visitor.get(PAGE).submit(PAGE, code=code)
    wanted = load_texts(TEXTS)["answer.own_data.found_heading"].read_in(language)
    assert visitor.heading == wanted


def test_citizens_can_read_it() -> None:
    texts = [wording.read_in("da") for key, wording in load_texts(TEXTS).items()
             if ".own_data" in key and " " in wording.read_in("da").strip()]  # fmt: skip
    assert len(texts) > 20
    assert count_texts(texts).lix <= CITIZENS_LIX_LIMIT
