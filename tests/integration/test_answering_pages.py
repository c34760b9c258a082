"""Answering as people meet it: from the code to the thank-you page, and everything between."""

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from builders import (
    MONDAY_OF_TODAY,
    TODAY,
    Installation,
    Visitor,
    answers_of,
    asked,
    count_queries,
    first_value,
    instrument_of,
)

from survey_service.fieldwork.access_codes import ALPHABET, code_from_number, format_code
from survey_service.texts import load_texts
from survey_service.web.language import TEXTS

Build = Callable[..., Installation]


def danish(key: str, **values: object) -> str:
    """The Danish sentence under a key, as the page shows it."""
    text = load_texts(TEXTS)[key].read_in("da")
    return text.format(**values) if values else text


@pytest.fixture
def code(installation: Installation) -> str:
    return installation.invite("p1")[0]


@pytest.fixture
def free_text(build: Build) -> Installation:
    return build(offers_free_text=True)


def mistype(code: str) -> str:
    """The code with a wrong last character."""
    return code[:-1] + ALPHABET[(ALPHABET.index(code[-1]) + 1) % 32]


# ---- The code ----


@pytest.mark.parametrize(
    "typed", ["{}", " {} ", "{lower}", "{grouped}", "{spaced}", "{letters}", "{lower_letters}"]
)
def test_a_code_admits_however_it_is_typed(
    installation: Installation, visitor: Visitor, typed: str
) -> None:
    # A code with 1 and 0 in it, so that I, L and O are put to use.
    code = next(
        code for code in installation.invite(*map(str, range(60))) if {"0", "1"} & set(code)
    )
    letters = code.replace("1", "I").replace("0", "O")
    visitor.enter(
        typed.format(
            code,
            lower=code.lower(),
            grouped=format_code(code),
            spaced=" ".join(code),
            letters=letters,
            lower_letters=letters.replace("I", "L").lower(),
        )
    )
    assert visitor.path == "/om"


def test_the_address_in_the_letter_admits_too_and_is_left_at_once(
    visitor: Visitor, code: str
) -> None:
    visitor.get(f"/k/{format_code(code).lower()}")
    assert visitor.path == "/om"
    assert code not in visitor.html
    assert format_code(code) not in visitor.html


def test_a_mistyped_code_has_its_own_sentence(visitor: Visitor, code: str) -> None:
    visitor.enter(mistype(code))
    assert (visitor.status, visitor.path) == (400, "/")
    assert danish("error.code_check") in visitor.text
    assert danish("error.code_unknown") not in visitor.text


def test_an_empty_code_is_asked_for(visitor: Visitor) -> None:
    visitor.enter("  ")
    assert visitor.status == 400
    assert danish("error.code_missing") in visitor.text


def test_what_was_typed_is_still_there_to_be_corrected(visitor: Visitor, code: str) -> None:
    wrong = mistype(code)
    assert f'value="{wrong}"' in visitor.enter(wrong).html


def test_unknown_used_and_expired_codes_look_the_same_from_outside(build: Build) -> None:
    installation = build(waves=("early", "baseline"))
    [expired] = installation.invite("p1", wave="early")
    installation.close_wave("early")
    installation.open_wave("baseline")
    [used] = installation.invite("p1")
    somebody = installation.visitor()
    somebody.enter(used).answer_first(1)
    somebody.send()
    unknown = code_from_number(987654321)
    seen = []
    for code in (unknown, used, expired):
        visitor = installation.visitor().get("/")
        fields = visitor.form("/") | {"code": code}
        statements = count_queries(installation.app, lambda: visitor.post("/", **fields))  # noqa: B023
        page = re.sub(r'name="csrf_token" value="[^"]+"', "", visitor.html).replace(code, "CODE")
        headers = {name for name, _ in visitor.page.headers} if visitor.page else set()
        seen.append((visitor.status, page, statements, headers))
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][0] == 400


def test_a_refused_code_begins_nothing(installation: Installation, visitor: Visitor) -> None:
    before = installation.contents()
    visitor.enter(code_from_number(5))
    assert installation.contents() == before


def test_a_withdrawal_code_does_not_admit(
    installation: Installation, visitor: Visitor, code: str
) -> None:
    visitor.enter(code).answer_first(1)
    withdrawal = visitor.send().withdrawal_code
    assert withdrawal
    assert installation.visitor().enter(withdrawal).status == 400


def test_the_same_code_gives_one_response_in_two_browsers(
    installation: Installation, code: str
) -> None:
    installation.visitor().enter(code)
    installation.visitor().enter(code)
    assert len(installation.rows("response")) == 1


# ---- The whole questionnaire ----


@pytest.mark.parametrize("audience", ["citizen", "staff", "relative"])
def test_a_whole_questionnaire_is_answered_and_sent(
    installation: Installation, visitor: Visitor, audience: str
) -> None:
    [code] = installation.invite("p1", audience=audience)
    visitor.enter(code)
    assert visitor.heading == instrument_of(audience).title.read_in("da")
    visitor.answer_all("4")
    assert visitor.path == "/gennemse"
    visitor.send()
    assert (visitor.path, visitor.status) == ("/tak", 200)
    [response] = installation.rows("response")
    expected = {
        key: "4" if instrument_of(audience).by_key[key].scale else first_value(audience, key)
        for key in asked(audience)
    }
    assert answers_of(installation)[UUID(str(response["id"]))] == expected
    assert response["audience"] == audience
    assert response["is_sent"]
    assert response["sent_week"] == MONDAY_OF_TODAY
    scores = {row["measure"]: row["score"] for row in installation.rows("score")}
    # Every rated question answered with the fourth of five options: 75.
    assert scores == dict.fromkeys(instrument_of(audience).measures, 75.0)


def test_the_three_non_answers_are_stored_as_themselves(
    installation: Installation, visitor: Visitor, code: str
) -> None:
    visitor.enter(code)
    for number, value in ((2, "dk"), (3, "na"), (4, "skip")):
        assert {"dk", "na", "skip"} <= set(visitor.question(number).offered)
        visitor.answer(value)
    [stored] = answers_of(installation).values()
    keys = asked()
    assert stored == {keys[1]: "dk", keys[2]: "na", keys[3]: "skip"}


def test_no_answer_is_chosen_beforehand(visitor: Visitor, code: str) -> None:
    visitor.enter(code)
    assert visitor.question(2).chosen == []


def test_going_on_without_choosing_is_answered_with_a_hint(
    installation: Installation, visitor: Visitor, code: str
) -> None:
    visitor.enter(code).question(2)
    visitor.answer(None)
    assert (visitor.status, visitor.path) == (400, "/svar/2")
    assert danish("error.answer_missing") in visitor.text
    assert answers_of(installation) == {}


def test_every_save_is_answered_with_303(visitor: Visitor, code: str) -> None:
    visitor.enter(code).question(2)
    page = visitor.client.post("/svar/2", data=visitor.form("/svar/2") | {"answer": "3"})
    assert (page.status_code, page.headers["Location"]) == (303, "/svar/3")


def test_in_one_sitting_answers_can_be_read_and_changed(
    installation: Installation, visitor: Visitor, code: str
) -> None:
    visitor.enter(code).answer_first(3)
    assert visitor.question(3).chosen == ["4"]
    assert "I høj grad" in visitor.get("/gennemse").text
    visitor.question(3).answer("1")
    assert visitor.question(3).chosen == ["1"]
    [stored] = answers_of(installation).values()
    assert stored[asked()[2]] == "1"


def test_going_on_keeps_an_answer_from_this_sitting(
    installation: Installation, visitor: Visitor, code: str
) -> None:
    visitor.enter(code).answer_first(3)
    before = answers_of(installation)
    visitor.question(3).answer("4")
    assert answers_of(installation) == before


def test_removing_an_answer_leaves_the_question_open(
    installation: Installation, visitor: Visitor, code: str
) -> None:
    visitor.enter(code).answer_first(3)
    visitor.question(2).submit("/svar/2", clear="1", answer="4")
    assert visitor.path == "/svar/2"
    assert visitor.chosen == []
    [stored] = answers_of(installation).values()
    assert set(stored) == {asked()[0], asked()[2]}


# ---- Coming back ----


@pytest.fixture
def resumed(installation: Installation, code: str) -> Visitor:
    """Somebody who answered five questions elsewhere and comes back with the code."""
    before = installation.visitor()
    before.enter(code).answer_first(5, value="5")
    return installation.visitor().enter(code)


def test_the_code_resumes_at_the_first_unanswered_question(resumed: Visitor) -> None:
    assert 'href="/svar/6"' in resumed.html
    assert danish("answer.introduction.resumed", number=6, total=len(asked())) in resumed.text


def test_a_skipped_question_is_not_asked_again(
    installation: Installation, visitor: Visitor, code: str
) -> None:
    visitor.enter(code).question(1).answer("alone")
    visitor.question(2).answer("skip")
    assert 'href="/svar/3"' in installation.visitor().enter(code).html


def test_a_gap_is_where_one_resumes(
    installation: Installation, visitor: Visitor, code: str
) -> None:
    visitor.enter(code).answer_first(5)
    visitor.question(3).submit("/svar/3", clear="1")
    assert 'href="/svar/3"' in installation.visitor().enter(code).html


def test_after_resuming_earlier_answers_are_nowhere_on_the_question_pages(
    resumed: Visitor,
) -> None:
    untouched = resumed.question(6).html
    for number in range(2, 6):
        resumed.question(number)
        assert resumed.chosen == []
        assert danish("answer.question.answered_hidden") in resumed.text
        # Nothing marks one option: the radio buttons are those of an untouched question.
        assert _radio_buttons(resumed.html) == _radio_buttons(untouched)


def test_after_resuming_the_review_says_answered_and_not_what(
    installation: Installation, resumed: Visitor
) -> None:
    text = resumed.get("/gennemse").text
    assert text.count(danish("answer.review.hidden")) == 5
    assert "I meget høj grad" not in text
    # The same page whatever was answered.
    [other_code] = installation.invite("p2")
    installation.visitor().enter(other_code).answer_first(5, value="1")
    other = installation.visitor().enter(other_code).get("/gennemse")
    assert _without_tokens(other.html) == _without_tokens(resumed.html)


def test_an_earlier_answer_that_is_not_shown_is_kept_when_passing_on(
    installation: Installation, resumed: Visitor
) -> None:
    before = installation.contents()
    resumed.question(3).answer(None)
    assert (resumed.path, resumed.status) == ("/svar/4", 200)
    assert installation.contents() == before
    # Passing on is not answering: it stays hidden.
    assert resumed.question(3).chosen == []
    assert danish("answer.question.answered_hidden") in resumed.text


def test_an_earlier_answer_can_be_changed_and_then_read(
    installation: Installation, resumed: Visitor
) -> None:
    resumed.question(3).answer("1")
    assert resumed.question(3).chosen == ["1"]
    [stored] = answers_of(installation).values()
    assert [stored[key] for key in asked()[1:5]] == ["5", "1", "5", "5"]


def test_the_cookie_does_not_hold_answers(resumed: Visitor) -> None:
    resumed.question(6).answer("3")
    cookie = resumed.client.get_cookie("sitting")
    assert cookie is not None
    session = resumed.client.application.session_interface
    serializer = session.get_signing_serializer(resumed.client.application)  # type: ignore[attr-defined]
    held = serializer.loads(cookie.value)
    assert set(held) <= {"sitting", "csrf_token", "language"}
    assert set(held["sitting"]) == {"response", "readable"}
    assert int(held["sitting"]["readable"], 16) == 1 << 6  # which, not what


def test_entering_again_in_the_same_browser_hides_the_answers(visitor: Visitor, code: str) -> None:
    visitor.enter(code).answer_first(3)
    visitor.enter(code)
    assert visitor.question(2).chosen == []


def test_another_person_in_the_same_browser_gets_nothing_of_the_first(
    installation: Installation, visitor: Visitor, code: str
) -> None:
    [other_code] = installation.invite("p2")
    visitor.enter(code).answer_first(3)
    visitor.enter(other_code)
    assert visitor.question(2).chosen == []
    assert danish("answer.question.answered_hidden") not in visitor.text


def test_the_introduction_speaks_of_hidden_answers_only_where_some_are(
    resumed: Visitor, installation: Installation
) -> None:
    assert danish("answer.introduction.resumed_hidden") in resumed.get("/om").text
    [code] = installation.invite("p2")
    someone = installation.visitor()
    someone.enter(code).answer_first(2)
    assert danish("answer.introduction.resumed_hidden") not in someone.get("/om").text


def test_a_break_leaves_the_browser_clean_and_keeps_the_answers(
    installation: Installation, visitor: Visitor, code: str
) -> None:
    visitor.enter(code).answer_first(3)
    before = installation.contents()
    visitor.get("/pause")
    assert danish("answer.pause.coded") in visitor.text
    assert visitor.question(2).status == 403
    assert danish("error.session_expired.message") in visitor.text
    assert installation.contents() == before


# ---- Pages that do not fit: the right sentence, and nothing changed ----


@pytest.fixture
def begun(visitor: Visitor, code: str) -> Visitor:
    """Somebody who answered three questions."""
    return visitor.enter(code).answer_first(3)


def test_a_page_posted_twice_is_saved_once(installation: Installation, begun: Visitor) -> None:
    fields = begun.question(4).form("/svar/4") | {"answer": "2"}
    begun.post("/svar/4", **fields)
    once = installation.contents()
    begun.post("/svar/4", **fields)
    assert begun.path == "/svar/5"
    assert installation.contents() == once


def test_a_page_posted_out_of_order_is_saved_where_it_belongs(
    installation: Installation, begun: Visitor
) -> None:
    fields = begun.question(9).form("/svar/9") | {"answer": "2"}
    begun.question(4).answer("5")
    begun.post("/svar/9", **fields)
    [stored] = answers_of(installation).values()
    assert (stored[asked()[8]], stored[asked()[3]]) == ("2", "5")


def test_with_two_tabs_the_later_save_wins_for_its_question_alone(
    installation: Installation, begun: Visitor
) -> None:
    first_tab = begun.question(4).form("/svar/4")
    second_tab = begun.question(4).form("/svar/4")
    begun.post("/svar/4", **second_tab, answer="2")
    begun.question(5).answer("2")
    begun.post("/svar/4", **first_tab, answer="5")
    [stored] = answers_of(installation).values()
    assert (stored[asked()[3]], stored[asked()[4]]) == ("5", "2")


def test_a_page_of_another_response_is_refused(installation: Installation, begun: Visitor) -> None:
    [other] = installation.invite("p2")
    theirs = begun.question(4).form("/svar/4")
    begun.enter(other)
    before = installation.contents()
    # Even with a fresh token against forged requests.
    fields = begun.question(4).form("/svar/4") | {"page": theirs["page"], "answer": "5"}
    begun.post("/svar/4", **fields)
    assert (begun.status, begun.heading) == (409, danish("error.other_questionnaire.heading"))
    begun.post("/svar/4", **theirs, answer="5")
    assert begun.status == 409
    assert installation.contents() == before


def test_a_page_of_another_wave_is_refused(installation: Installation, begun: Visitor) -> None:
    theirs = begun.question(4).form("/svar/4")
    installation.open_wave("final")
    [other] = installation.invite("p1", wave="final")
    begun.enter(other)
    before = installation.contents()
    begun.post("/svar/4", **theirs, answer="5")
    assert (begun.status, begun.heading) == (409, danish("error.other_questionnaire.heading"))
    assert installation.contents() == before


@pytest.mark.parametrize("token", ["", "0" * 24, "æ", "of question 5", "of the whole"])
def test_a_page_with_another_questions_token_is_refused(
    installation: Installation, begun: Visitor, token: str
) -> None:
    if token == "of question 5":
        token = begun.question(5).form("/svar/5")["page"]
    elif token == "of the whole":
        token = begun.get("/gennemse").form("/send")["page"]
    before = installation.contents()
    begun.question(4).submit("/svar/4", page=token, answer="5")
    assert (begun.status, begun.heading) == (409, danish("error.other_questionnaire.heading"))
    assert installation.contents() == before


@pytest.mark.parametrize("action", ["/send", "/slet"])
def test_sending_and_deleting_need_the_token_of_the_response(
    installation: Installation, begun: Visitor, action: str
) -> None:
    before = installation.contents()
    question = begun.question(4).form("/svar/4")["page"]
    begun.get("/stop").submit(action, page=question)
    assert begun.status == 409
    assert installation.contents() == before


@pytest.mark.parametrize("path", ["/svar/4", "/send", "/slet"])
@pytest.mark.parametrize("token", [None, "", "wrong"])
def test_without_the_token_against_forged_requests_nothing_happens(
    installation: Installation, begun: Visitor, path: str, token: str | None
) -> None:
    source = "/svar/4" if path == "/svar/4" else "/stop"
    fields = begun.get(source).form(path) | {"answer": "5"}
    del fields["csrf_token"]
    if token is not None:
        fields["csrf_token"] = token
    before = installation.contents()
    begun.post(path, **fields)
    assert (begun.status, begun.heading) == (400, danish("error.csrf.heading"))
    assert installation.contents() == before


@pytest.mark.parametrize("path", ["/", "/fortryd", "/mine-svar", "/faerdig", "/sprog"])
def test_every_other_form_needs_its_token_too(
    installation: Installation, begun: Visitor, path: str
) -> None:
    before = installation.contents()
    begun.post(path, code="0" * 11, language="en")
    assert (begun.status, begun.heading) == (400, danish("error.csrf.heading"))
    assert installation.contents() == before


@pytest.mark.parametrize(
    "value", ["0", "6", "alone", "written", "1 ", "-1", "١", "1\x00", "x" * 500]
)
def test_an_option_outside_the_scale_is_refused(
    installation: Installation, begun: Visitor, value: str
) -> None:
    before = installation.contents()
    begun.question(2).answer(value)
    assert (begun.status, begun.path) == (400, "/svar/2")
    assert danish("error.answer_unknown") in begun.text
    assert installation.contents() == before


@pytest.mark.parametrize("path", ["/svar/0", "/svar/32", "/svar/99999999999999999999"])
def test_a_question_that_is_not_there_is_refused_calmly(
    installation: Installation, begun: Visitor, path: str
) -> None:
    before = installation.contents()
    assert (begun.get(path).status, begun.heading) == (404, danish("error.out_of_order.heading"))
    token = begun.question(2).form("/svar/2")
    begun.post(path, **token, answer="1")
    assert begun.status in {404, 409}
    assert installation.contents() == before


def test_a_page_posted_after_sending_leads_to_the_thank_you_page(
    installation: Installation, begun: Visitor
) -> None:
    fields = begun.question(4).form("/svar/4") | {"answer": "5"}
    whole = begun.get("/gennemse").form("/send")
    begun.send()
    before = installation.contents()
    for path, posted in (("/svar/4", fields), ("/send", whole), ("/slet", whole)):
        begun.post(path, **posted)
        assert (begun.path, begun.status) == ("/tak", 200)
        assert installation.contents() == before


def test_after_sending_no_question_can_be_opened(begun: Visitor) -> None:
    begun.send()
    for path in ("/om", "/svar/2", "/gennemse", "/stop", "/pause"):
        assert begun.get(path).path == "/tak"


@pytest.mark.parametrize("path", ["/svar/4", "/send", "/slet"])
def test_a_page_posted_after_the_wave_closed_is_refused(
    installation: Installation, begun: Visitor, path: str
) -> None:
    source = "/svar/4" if path == "/svar/4" else "/stop"
    fields = begun.get(source).form(path) | {"answer": "5"}
    installation.close_wave()
    before = installation.contents()
    begun.post(path, **fields)
    # The draft went with the closing.
    assert (begun.status, begun.heading) == (404, danish("error.response_unknown.heading"))
    assert danish("error.response_unknown.message") in begun.text
    assert installation.contents() == before


def test_who_sent_in_time_is_told_so_after_closing(
    installation: Installation, begun: Visitor
) -> None:
    begun.send()
    installation.close_wave()
    for path in ("/tak", "/svar/2"):
        begun.get(path)
        assert (begun.status, begun.heading) == (409, danish("error.wave_closed.heading"))
        # What came with a code is never called anonymous, not even now.
        assert danish("answer.thanks.anonymous") not in begun.text


def test_a_response_deleted_in_another_browser_is_gone_here(
    installation: Installation, begun: Visitor, code: str
) -> None:
    fields = begun.question(4).form("/svar/4") | {"answer": "5"}
    installation.visitor().enter(code).get("/stop").submit("/slet")
    before = installation.contents()
    assert before["response"] == before["answer"] == []
    begun.post("/svar/4", **fields)
    assert (begun.status, begun.heading) == (404, danish("error.response_unknown.heading"))
    for path in ("/om", "/svar/2", "/gennemse", "/stop", "/pause", "/tak"):
        assert begun.get(path).status == 404
    assert installation.contents() == before


def test_too_much_is_refused_before_it_is_read(installation: Installation, begun: Visitor) -> None:
    fields = begun.question(4).form("/svar/4") | {"answer": "x" * 300_000}
    before = installation.contents()
    begun.post("/svar/4", **fields)
    assert (begun.status, begun.heading) == (413, danish("error.too_large.heading"))
    assert installation.contents() == before


def test_who_never_began_is_asked_for_the_code(visitor: Visitor) -> None:
    for path in ("/om", "/svar/1", "/gennemse", "/pause", "/stop", "/tak"):
        visitor.get(path)
        assert (visitor.status, visitor.heading) == (403, danish("error.session_expired.heading"))
        assert 'href="/"' in visitor.html


def test_a_forged_sitting_is_no_sitting(begun: Visitor) -> None:
    cookie = begun.client.get_cookie("sitting")
    assert cookie is not None
    begun.client.set_cookie("sitting", cookie.value[:-3] + "AAA")
    assert begun.question(2).status == 403


def test_a_sitting_ends_after_hours_of_silence(
    begun: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    import itsdangerous

    eight_hours = 8 * 60 * 60
    now = itsdangerous.TimestampSigner("any").get_timestamp()
    monkeypatch.setattr(
        itsdangerous.TimestampSigner, "get_timestamp", lambda _self: now + eight_hours + 60
    )
    assert begun.question(2).status == 403


# ---- Stop now ----


def test_sending_what_there_is_counts_and_scores_it(
    installation: Installation, visitor: Visitor, code: str
) -> None:
    # help, then the three items on hopes, then one of three on resources.
    visitor.enter(code).answer_first(5, value="2")
    visitor.get("/stop")
    assert danish("answer.stop.count_many", count=5) in visitor.text
    visitor.submit("/send")
    assert visitor.path == "/tak"
    scores = {row["measure"]: row for row in installation.rows("score")}
    assert scores["hopes"]["score"] == 25.0
    assert scores["resources"]["score"] is None
    assert (scores["resources"]["rated_count"], scores["resources"]["item_count"]) == (1, 3)
    assert len(installation.rows("answer")) == 5


def test_deleting_leaves_nothing_in_any_table_and_the_code_may_begin_again(
    free_text: Installation,
) -> None:
    [code] = free_text.invite("p1")
    untouched = free_text.contents()
    visitor = free_text.visitor()
    visitor.enter(code).answer_first(3)
    visitor.question(32).answer("Personalet lytter.")
    visitor.get("/stop").submit("/slet")
    assert (visitor.path, visitor.heading) == ("/slettet", danish("answer.deleted.heading"))
    assert free_text.contents() == untouched
    assert visitor.question(2).status == 403
    visitor.enter(code)
    assert visitor.heading == instrument_of("citizen").title.read_in("da")
    assert visitor.question(2).chosen == []


def test_sending_nothing_is_refused(
    installation: Installation, visitor: Visitor, code: str
) -> None:
    visitor.enter(code)
    assert "/send" not in visitor.get("/stop").html
    before = installation.contents()
    visitor.send()
    assert (visitor.status, visitor.heading) == (400, danish("error.nothing_answered.heading"))
    assert installation.contents() == before


def test_answers_all_removed_again_are_nothing_to_send(visitor: Visitor, code: str) -> None:
    visitor.enter(code).answer_first(1)
    visitor.question(1).submit("/svar/1", clear="1")
    assert visitor.send().status == 400


def test_drafts_are_deleted_when_the_wave_closes(free_text: Installation) -> None:
    [sent, draft] = free_text.invite("p1", "p2")
    sender, drafter = free_text.visitor(), free_text.visitor()
    sender.enter(sent).answer_first(3)
    sender.question(32).answer("Sendt.")
    sender.send()
    drafter.enter(draft).answer_first(9)
    drafter.question(32).answer("Kladde.")
    free_text.close_wave()
    [response] = free_text.rows("response")
    assert {row["response_id"] for row in free_text.rows("answer")} == {response["id"]}
    assert {row["response_id"] for row in free_text.rows("score")} == {response["id"]}
    assert len(free_text.rows("free_text")) == 1


def test_going_back_from_stop_leads_to_the_next_question(begun: Visitor) -> None:
    assert 'href="/svar/4"' in begun.get("/stop").html


# ---- Help from others ----


@pytest.mark.parametrize(
    ("help_value", "audience"),
    [
        ("by_other", "citizen-proxy"),
        ("with_help", "citizen"),
        ("alone", "citizen"),
        ("skip", "citizen"),
    ],
)
def test_answers_given_by_somebody_else_are_an_audience_of_their_own(
    installation: Installation, visitor: Visitor, code: str, help_value: str, audience: str
) -> None:
    visitor.enter(code).question(1).answer(help_value)
    visitor.answer_all()
    visitor.question(1).answer(help_value)
    visitor.send()
    [response] = installation.rows("response")
    assert response["audience"] == audience


# ---- Withdrawing ----


@pytest.fixture
def sent(free_text: Installation) -> Visitor:
    """Somebody who sent three answers and words of their own, and sees the thank-you page."""
    [code] = free_text.invite("p1")
    visitor = free_text.visitor()
    visitor.enter(code).answer_first(3)
    visitor.question(32).answer("Personalet lytter.")
    return visitor.send()


@pytest.mark.parametrize("is_closed", [False, True])
def test_the_withdrawal_code_deletes_everything_once(
    free_text: Installation, sent: Visitor, is_closed: bool
) -> None:
    code = sent.withdrawal_code
    assert code is not None
    if is_closed:
        free_text.close_wave()
    somebody = free_text.visitor()
    somebody.get("/fortryd").submit("/fortryd", code=code.lower())
    assert (somebody.path, somebody.heading) == (
        "/trukket-tilbage",
        danish("answer.withdrawn.heading"),
    )
    for table in ("response", "answer", "score", "free_text"):
        assert free_text.rows(table) == []
    somebody.get("/fortryd").submit("/fortryd", code=code)
    assert somebody.status == 400
    used = somebody.text.replace(code, "CODE")
    unknown = format_code(code_from_number(77))
    somebody.get("/fortryd").submit("/fortryd", code=unknown)
    assert danish("error.withdrawal_unknown") in somebody.text
    assert somebody.text.replace(unknown, "CODE") == used


def test_withdrawing_takes_only_ones_own(free_text: Installation, sent: Visitor) -> None:
    [code] = free_text.invite("p2")
    other = free_text.visitor()
    other.enter(code).answer_first(2)
    other.question(32).answer("Andre ord.")
    assert other.send().withdrawal_code != sent.withdrawal_code
    free_text.visitor().get("/fortryd").submit("/fortryd", code=sent.withdrawal_code or "")
    assert len(free_text.rows("response")) == 1
    assert len(free_text.rows("answer")) == 3
    assert len(free_text.rows("free_text")) == 1


def test_a_mistyped_withdrawal_code_has_its_own_sentence(
    free_text: Installation, sent: Visitor
) -> None:
    code = (sent.withdrawal_code or "").replace("-", "")
    visitor = free_text.visitor().get("/fortryd").submit("/fortryd", code=mistype(code))
    assert visitor.status == 400
    assert danish("error.code_check") in visitor.text
    assert len(free_text.rows("response")) == 1


def test_an_access_code_withdraws_nothing(free_text: Installation) -> None:
    [code] = free_text.invite("p1")
    visitor = free_text.visitor()
    visitor.enter(code).answer_first(2)
    visitor.send()
    free_text.visitor().get("/fortryd").submit("/fortryd", code=code)
    assert len(free_text.rows("response")) == 1


def test_the_thank_you_page_shows_the_same_code_again(sent: Visitor) -> None:
    code = sent.withdrawal_code
    assert code is not None
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{3}", code)
    assert sent.get("/tak").withdrawal_code == code
    assert "31. december 2028" in sent.text


def test_done_leaves_the_browser_clean_for_the_next_person(sent: Visitor) -> None:
    sent.submit("/faerdig")
    assert sent.path == "/"
    assert sent.get("/tak").status == 403


def test_the_thank_you_page_is_not_for_who_has_not_sent(begun: Visitor) -> None:
    begun.get("/tak")
    assert begun.heading == danish("error.out_of_order.heading")
    assert begun.withdrawal_code is None


# ---- The open link ----


def test_the_open_link_gives_anonymous_answers(
    installation: Installation, visitor: Visitor
) -> None:
    token = installation.open_link()
    visitor.get(f"/aaben/{token}")
    assert visitor.path == "/om"
    assert danish("answer.introduction.uncoded") in visitor.text
    assert token not in visitor.html
    visitor.answer_first(4)
    visitor.send()
    assert visitor.withdrawal_code is None
    assert danish("answer.thanks.anonymous") in visitor.text
    [response] = installation.rows("response")
    assert response["pseudonym"] is None
    assert response["code_hash"] is None
    assert response["withdrawal_hash"] is None
    assert response["is_sent"]


def test_everybody_who_follows_the_open_link_gets_a_response_of_their_own(
    installation: Installation,
) -> None:
    token = installation.open_link()
    for _ in range(2):
        visitor = installation.visitor().get(f"/aaben/{token}")
        visitor.answer_first(2)
        visitor.send()
    assert len(installation.rows("response")) == 2


@pytest.mark.parametrize("state", ["unknown", "closed"])
def test_an_open_link_that_admits_nobody_says_so(
    installation: Installation, visitor: Visitor, state: str
) -> None:
    token = installation.open_link()
    if state == "closed":
        installation.close_wave()
    before = installation.contents()
    visitor.get("/aaben/" + (token if state == "closed" else "x" * 22))
    assert (visitor.status, visitor.heading) == (404, danish("error.link_unknown.heading"))
    assert installation.contents() == before


def test_a_break_without_a_code_keeps_the_page(
    installation: Installation, visitor: Visitor
) -> None:
    visitor.get(f"/aaben/{installation.open_link()}").answer_first(2)
    assert danish("answer.pause.uncoded") in visitor.get("/pause").text
    assert visitor.question(2).chosen == ["4"]


def test_words_without_a_code_are_kept_and_tied_to_nothing_anybody_has(
    free_text: Installation,
) -> None:
    visitor = free_text.visitor().get(f"/aaben/{free_text.open_link()}")
    visitor.question(32).answer("Uden kode.")
    visitor.send()
    assert [row["is_sent"] for row in free_text.rows("free_text")] == [True]
    free_text.close_wave()
    assert len(free_text.rows("free_text")) == 1


# ---- Free text ----


def test_free_text_is_not_asked_unless_the_project_offers_it(visitor: Visitor, code: str) -> None:
    visitor.enter(code).question(31)
    assert "<textarea" not in visitor.html
    assert visitor.get("/svar/32").status == 404


def test_long_words_with_signs_of_every_kind_come_back_as_written(
    free_text: Installation,
) -> None:
    words = ("Ære være 💚👩🏽‍🚀 <b>&amp;</b> \"'\r\n" * 1000)[:20_000].rstrip()
    [code] = free_text.invite("p1")
    visitor = free_text.visitor()
    visitor.enter(code).question(32)
    visitor.answer(words)
    assert visitor.path == "/gennemse"
    assert danish("answer.review.written") in visitor.text
    visitor.question(32)
    from html import unescape

    shown = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", visitor.html, re.DOTALL)
    assert shown is not None
    assert unescape(shown[1]) == words.replace("\r\n", "\n")
    assert "<b>" not in visitor.html


def test_20000_signs_fit_even_as_emoji_and_one_more_is_not_cut_but_refused(
    free_text: Installation,
) -> None:
    [code] = free_text.invite("p1")
    visitor = free_text.visitor()
    visitor.enter(code).question(32)
    visitor.answer("💚" * 20_000)
    assert visitor.path == "/gennemse"
    before = free_text.contents()
    visitor.question(32).answer("x" * 20_001)
    assert (visitor.status, visitor.path) == (400, "/svar/32")
    assert danish("error.answer_too_long", limit=20000) in visitor.text
    assert "x" * 20_001 in visitor.html  # what was written is there to be shortened
    assert free_text.contents() == before


def test_line_breaks_count_as_the_browser_counts_them(free_text: Installation) -> None:
    [code] = free_text.invite("p1")
    visitor = free_text.visitor()
    visitor.enter(code).question(32)
    visitor.answer("a" + "\r\n" * 19_998 + "b")
    assert visitor.path == "/gennemse"


def test_words_are_not_shown_after_resuming_and_are_kept_when_passing_on(
    free_text: Installation,
) -> None:
    [code] = free_text.invite("p1")
    visitor = free_text.visitor()
    visitor.enter(code).question(32).answer("Hemmelige ord.")
    before = free_text.contents()
    again = free_text.visitor().enter(code).question(32)
    assert "Hemmelige" not in again.html
    assert danish("answer.question.answered_hidden") in again.text
    again.answer("")
    assert free_text.contents() == before
    assert "Hemmelige" not in again.get("/gennemse").html


def test_removing_ones_words_removes_them_from_the_database(free_text: Installation) -> None:
    [code] = free_text.invite("p1")
    visitor = free_text.visitor()
    visitor.enter(code).question(32).answer("Fortrudte ord.")
    visitor.question(32).submit("/svar/32", clear="1")
    assert free_text.rows("free_text") == []
    assert answers_of(free_text) == {}


def test_emptying_ones_words_counts_as_skipped(free_text: Installation) -> None:
    [code] = free_text.invite("p1")
    visitor = free_text.visitor()
    visitor.enter(code).question(32).answer("Ord.")
    visitor.question(32).answer("   ")
    assert free_text.rows("free_text") == []
    assert list(answers_of(free_text).values()) == [{"comment": "skip"}]


# ---- Language and notice ----


def test_switching_language_keeps_the_place(begun: Visitor) -> None:
    begun.question(4).submit("/sprog")
    assert begun.path == "/svar/4"
    assert 'lang="en"' in begun.html
    assert begun.question(3).chosen == ["4"]


def test_the_language_outlives_a_new_code(installation: Installation, visitor: Visitor) -> None:
    visitor.get("/").submit("/sprog")
    visitor.enter(installation.invite("p1")[0])
    assert 'lang="en"' in visitor.html


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "\\\\evil.example", "/\\evil.example", "http://evil.example",
     "https:evil.example", "javascript:alert(1)", "", "evil", "/\t/evil.example",
     "/\n/evil.example", "/\r/evil.example", "\t//evil.example", " //evil.example",
     "/\x00/evil.example"],
)  # fmt: skip
def test_no_language_switch_leads_to_another_site(visitor: Visitor, target: str) -> None:
    visitor.get("/")
    fields = visitor.form("/sprog") | {"next": target}
    page = visitor.client.post("/sprog", data=fields)
    assert (page.status_code, page.headers["Location"]) == (303, "/")


def test_an_unknown_language_changes_nothing(visitor: Visitor) -> None:
    visitor.get("/").submit("/sprog", language="xx")
    assert 'lang="da"' in visitor.html


def test_the_notice_can_be_read_at_any_time(visitor: Visitor, code: str) -> None:
    assert visitor.get("/saadan-bruger-vi-dine-svar").status == 200
    visitor.enter(code).answer_first(1)
    visitor.get("/saadan-bruger-vi-dine-svar")
    assert "Randers Kommune" in visitor.text
    assert "31. december 2028" in visitor.text
    visitor.send()
    visitor.get("/saadan-bruger-vi-dine-svar")
    assert (visitor.status, visitor.path) == (200, "/saadan-bruger-vi-dine-svar")


def test_the_notice_says_what_is_never_sent_is_deleted(begun: Visitor) -> None:
    assert "aldrig bliver sendt" in begun.get("/stop").text


# ---- What every page carries ----


def test_no_page_is_kept_by_the_browser_and_none_runs_script_of_its_own(begun: Visitor) -> None:
    paths = ["/", "/om", "/svar/2", "/gennemse", "/stop", "/fortryd", "/mine-svar", "/slettet",
             "/was", "/trukket-tilbage", "/nothing-here", "/svar/99", "/pause"]  # fmt: skip
    for path in paths:
        headers = begun.get(path).page.headers  # type: ignore[union-attr]
        assert headers["Cache-Control"] == "no-store", path
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'; script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        scripts = re.findall(r"<script([^>]*)>(.*?)</script>", begun.html, re.DOTALL)
        assert all(not inside and 'src="/' in attributes for attributes, inside in scripts), path
        assert " style=" not in begun.html
        assert not re.search(r"\son\w+=|style=", begun.html), path


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(begun: Visitor) -> None:
    cookie = begun.client.get_cookie("sitting")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert cookie.domain == "localhost"


def test_with_https_the_cookie_only_travels_encrypted(build: Build, tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path)) / "secure"
    folder.mkdir()
    (folder / "settings.toml").write_text("https = true\n")
    installation = build("secure")
    page = installation.app.test_client().get("/")
    [header] = page.headers.getlist("Set-Cookie")
    assert header.startswith("__Host-sitting=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(header.split("; "))


def test_a_stylesheet_is_kept_and_a_missing_one_is_not(visitor: Visitor) -> None:
    found = visitor.client.get("/static/service.css")
    assert "immutable" in found.headers["Cache-Control"]
    found.close()
    assert visitor.get("/static/none.css").page.headers["Cache-Control"] == "no-store"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:99999", "a b", "", "[::1", "<script>", "x" * 300]
)
def test_an_odd_host_name_is_harmless(installation: Installation, host: str) -> None:
    page = installation.app.test_client().get("/", headers={"Host": host})
    assert page.status_code in {200, 400}
    text = page.get_data(as_text=True)
    assert "evil" not in text
    assert "<script>" not in text
    moved = installation.app.test_client().get("/arbejdsrum/", headers={"Host": host})
    assert "evil" not in moved.headers.get("Location", "")


def test_where_to_find_help_is_on_every_page(begun: Visitor) -> None:
    for path in ("/", "/om", "/svar/3", "/gennemse", "/stop", "/nothing-here"):
        assert 'href="tel:112"' in begun.get(path).html, path


def test_the_week_is_all_that_is_kept_of_when(installation: Installation, begun: Visitor) -> None:
    begun.send()
    assert TODAY.isoweekday() == 3
    [response] = installation.rows("response")
    assert response["sent_week"] == MONDAY_OF_TODAY


def _radio_buttons(html: str) -> list[str]:
    return re.findall(r"<input[^>]*radio[^>]*>", html)


def _without_tokens(html: str) -> str:
    return re.sub(r'name="(csrf_token|page)" value="[^"]+"', "", html)
