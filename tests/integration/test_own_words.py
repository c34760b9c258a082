"""People's own words from the question to the brief: sealed, redacted, quoted, withdrawn."""

import itertools
import json
import logging
import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from audit_builder import entries_of
from builders import RETAINED_UNTIL, Installation, Visitor, instrument_of

from survey_service.accounts.sign_in import Role, add_user
from survey_service.briefs.content import BriefKind
from survey_service.faults import InputRefused
from survey_service.fieldwork import answering, notices, own_words, project_setup, withdrawing
from survey_service.fieldwork.recording import GatheredResponse, record_responses
from survey_service.fieldwork.redaction import (
    OwnText,
    WordsUnknown,
    find_wave_words,
    read_group,
    review_text,
)
from survey_service.fieldwork.retention import purge_expired
from survey_service.reporting.brief_making import BriefLayout, BriefOrder, order_brief
from survey_service.reporting.releasing import find_release, prepare_release, publish_release
from survey_service.storage import projects
from survey_service.storage.database import compact, reading, writing
from survey_service.storage.free_texts import Review

pytestmark = pytest.mark.long

PASSWORD = "fire grønne hatte"
ITEM = "comment"
MARK = "zebrastribe"
"""Stands in every original and in no redacted version."""


NUMBERS = itertools.count()


def write_words(
    installation: Installation, texts: Sequence[str], wave: str = "final", **answers: str
) -> list[str]:
    """Let citizens with codes of their own answer one question and write; return how to withdraw.

    `answers`: what they answer beside it.
    """
    items = [item.key for item in instrument_of("citizen").items]
    references = [f"writer-{next(NUMBERS)}" for _ in texts]
    codes = installation.invite(*references, wave=wave)
    withdrawal_codes = []
    with installation.context():
        for code, text in zip(codes, texts, strict=True):
            entrance = answering.enter_with_code(installation.keys, code, installation.clock.today)
            for key, value in ({"hopes_asked": "4"} | answers).items():
                answering.save_answer(entrance.response_id, items.index(key) + 1, value)
            number = items.index(ITEM) + 1
            own_words.save_free_text(installation.keys, entrance.response_id, number, text)
            answering.send(installation.keys, entrance.response_id, installation.clock.today)
            receipt = withdrawing.find_receipt(installation.keys, entrance.response_id)
            withdrawal_codes.append(str(receipt.withdrawal_code))
    return withdrawal_codes


def answer_scales(installation: Installation, wave: str, count: int = 16) -> None:
    """Let citizens answer everything but in their own words."""
    draw = random.Random(count)
    items = [item for item in instrument_of("citizen").items if item.scale is not None]
    gathered = [
        GatheredResponse(
            installation.units["house" if number % 2 else "home"],
            "citizen",
            f"scales-{number}",
            {item.key: str(draw.choice((2, 3, 4))) for item in items},
        )
        for number in range(count)
    ]
    with installation.context():
        record_responses(
            installation.keys, installation.waves[wave], gathered, installation.clock.today
        )


@pytest.fixture
def asked(build: Callable[..., Installation]) -> Installation:
    """The first wave closed, the second open; people may write."""
    installation = build(offers_free_text=True)
    answer_scales(installation, "baseline")
    installation.close_wave("baseline")
    installation.open_wave("final")
    answer_scales(installation, "final")
    return installation


def texts_of(installation: Installation, audience: str = "citizen") -> tuple[OwnText, ...]:
    """What an evaluator may read of the last wave."""
    with installation.context():
        project = projects.find_project(reading(), installation.project_id)
        wave = projects.find_wave(reading(), installation.waves["final"])
        assert project is not None
        assert wave is not None
        return read_group(installation.keys, project, wave, audience, ITEM)[1]


def review(
    installation: Installation, text: OwnText, quote: str, decision: Review = Review.QUOTABLE
) -> None:
    with installation.context():
        project = projects.find_project(reading(), installation.project_id)
        wave = projects.find_wave(reading(), installation.waves["final"])
        assert project is not None
        assert wave is not None
        review_text(installation.keys, project, wave, ("citizen", ITEM), text.id, decision, quote)


def prepare(installation: Installation) -> int:
    with installation.context():
        return prepare_release(
            installation.project_id, installation.clock.today, keys=installation.keys
        )


def quotes_of(installation: Installation, number: int | None = None) -> list[str]:
    with installation.context():
        details = find_release(installation.project_id, number).figures.details
    assert details is not None
    return [quote.text for quote in details.quotes]


def six_reviewed(installation: Installation) -> list[str]:
    """Six who wrote, in a closed wave, all of which may be quoted; return how to withdraw."""
    codes = write_words(installation, [f"{MARK} {number}" for number in range(6)])
    installation.close_wave("final")
    for text in texts_of(installation):
        review(installation, text, "Citat " + text.text.removeprefix(MARK).strip())
    return codes


def page_of(installation: Installation, wave: str = "final", audience: str = "citizen") -> str:
    return f"/arbejdsrum/maaling/{installation.waves[wave]}/egne-ord/{audience}/{ITEM}"


def room_of(installation: Installation) -> str:
    return f"/arbejdsrum/projekt/{installation.project_id}/egne-ord"


def sign_in(
    installation: Installation, role: Role = Role.EVALUATOR, municipality: UUID | None = None
) -> Visitor:
    name = f"{role}-{next(NUMBERS)}@kommune.example"
    with installation.context():
        add_user(name, PASSWORD, role, municipality or installation.municipality_id)
    visitor = installation.visitor()
    visitor.get("/arbejdsrum/log-ind")
    return visitor.submit("/arbejdsrum/log-ind", name=name, password=PASSWORD)


def test_from_the_question_to_the_brief(
    asked: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    originals = [
        f"{MARK} {number}: <b>Hanne</b> hjalp mig, ring 12 34 56 78" for number in range(6)
    ]
    write_words(asked, originals)
    asked.close_wave("final")
    visitor = sign_in(asked).get(room_of(asked))
    assert "Læs 6 tekster, 6 ikke gennemgået" in visitor.text
    visitor.get(page_of(asked))
    first = str(texts_of(asked)[0].id)
    visitor.get(f"{page_of(asked)}/{first}")
    original = visitor.html.split("own-words-original")[1].split("</section>")[0]
    assert "&lt;b&gt;<mark>Hanne<span" in original
    assert "<mark>12 34 56 78<span" in original
    assert "<b>" not in original
    visitor.submit(f"{page_of(asked)}/{first}", step="suggest", quote=originals[0])
    assert "Forslaget står i feltet" in visitor.text
    assert "[telefon]" in visitor.html
    assert [row["review"] for row in asked.rows("free_text")].count("unread") == 6
    visitor.submit(f"{page_of(asked)}/{first}", step="quotable", quote="»[navn] & jeg« <script>")
    assert visitor.path != f"{page_of(asked)}/{first}"  # on to the next that is not reviewed
    number = prepare(asked)
    assert quotes_of(asked, number) == ["»[navn] & jeg« <script>"]
    with asked.context():
        publish_release(asked.project_id, number, asked.clock.today)
        release = find_release(asked.project_id)
        twin, paper = (
            order_brief(release, BriefOrder("da", BriefKind.TEAM, layout=layout)).written
            for layout in (BriefLayout.HTML, BriefLayout.PDF)
        )
        compact()
    assert b"Med egne ord" in twin
    assert "[navn] &amp; jeg« &lt;script&gt;".encode() in twin
    assert b"<script>" not in twin
    assert paper.startswith(b"%PDF")
    visitor.get(f"/arbejdsrum/projekt/{asked.project_id}/resultater/spoergsmaal")
    assert "[navn] &amp; jeg« &lt;script&gt;" in visitor.html
    assert MARK not in visitor.html
    # The original stands in no file, no log, no release and no entry.
    for file in asked.folder.rglob("*"):
        if file.is_file():
            assert MARK.encode() not in file.read_bytes(), file.name
    assert MARK not in caplog.text
    assert MARK.encode() not in twin + paper
    entered = [(row["action"], row["outcome"]) for row in entries_of(asked)]
    assert ("texts_read", "done") in entered
    assert ("text_reviewed", "unfinished") in entered  # a suggestion changes nothing
    assert ("text_reviewed", "done") in entered
    assert MARK not in repr(entries_of(asked))


@pytest.mark.parametrize("count", [0, 4])
def test_where_too_few_wrote_it_looks_as_if_nobody_had(asked: Installation, count: int) -> None:
    write_words(asked, [f"{MARK} {number}" for number in range(count)])
    asked.close_wave("final")
    visitor = sign_in(asked).get(room_of(asked))
    assert "Læs" not in visitor.text
    # Citizens and those who answer for them, staff and relatives, in both waves.
    assert visitor.html.count("<p>–</p>") == 8
    assert visitor.get(page_of(asked)).status == 404
    with pytest.raises(WordsUnknown):
        texts_of(asked)
    assert quotes_of(asked, prepare(asked)) == []


def test_nobody_reads_while_the_wave_is_open(asked: Installation) -> None:
    write_words(asked, [f"{MARK} {number}" for number in range(6)])
    visitor = sign_in(asked).get(room_of(asked))
    assert "når målingen er lukket" in visitor.text
    assert MARK not in visitor.text
    assert visitor.get(page_of(asked)).status == 404


def test_words_that_were_not_sent_are_not_there(asked: Installation) -> None:
    write_words(asked, [f"{MARK} {number}" for number in range(5)])
    items = [item.key for item in instrument_of("citizen").items]
    [code] = asked.invite("draft", wave="final")
    with asked.context():
        entrance = answering.enter_with_code(asked.keys, code, asked.clock.today)
        own_words.save_free_text(
            asked.keys, entrance.response_id, items.index(ITEM) + 1, "Ikke sendt"
        )
    asked.close_wave("final")
    assert len(texts_of(asked)) == 5


def test_what_others_wrote_for_citizens_is_never_mixed_with_theirs(asked: Installation) -> None:
    write_words(asked, ["Borger"] * 5)
    write_words(asked, ["Stedfortræder"] * 4, help="by_other")
    asked.close_wave("final")
    assert {text.text for text in texts_of(asked)} == {"Borger"}
    with pytest.raises(WordsUnknown):
        texts_of(asked, "citizen-proxy")


def test_once_the_wave_is_closed_no_answer_tells_who_wrote(asked: Installation) -> None:
    write_words(asked, [MARK, ""])  # one wrote, one skipped
    assert {row["value"] for row in asked.rows("answer") if row["item_key"] == ITEM} == {
        "written", "skip",
    }  # fmt: skip
    asked.close_wave("final")
    assert ITEM not in {row["item_key"] for row in asked.rows("answer")}
    assert len(asked.rows("free_text")) == 1


def test_the_room_shows_neither_holder_nor_unit_and_is_not_kept_by_browsers(
    asked: Installation,
) -> None:
    write_words(asked, [f"{MARK} {number}" for number in range(6)])
    asked.close_wave("final")
    visitor = sign_in(asked).get(page_of(asked))
    holders = {str(row["holder_hash"]) for row in asked.rows("free_text")}
    assert not any(holder[:16] in visitor.html for holder in holders)
    main = visitor.html.split("<main")[1].split("</main>")[0]
    assert "Psykiatriens Hus" not in main
    assert visitor.page is not None
    assert "no-store" in visitor.page.headers["Cache-Control"]


def test_only_evaluators_and_administrators_of_the_municipality_come_in(
    asked: Installation,
) -> None:
    write_words(asked, [f"{MARK} {number}" for number in range(6)])
    asked.close_wave("final")
    text = f"{page_of(asked)}/{texts_of(asked)[0].id}"
    with asked.context(), writing() as session:
        elsewhere = projects.add_municipality(session, "herning", "Herning Kommune")
    for role, municipality, expected in (
        (Role.EVALUATOR, None, 200), (Role.ADMINISTRATOR, None, 200),
        (Role.VIEWER, None, 403), (Role.UNIT_LEADER, None, 403), (Role.CASE_REVIEWER, None, 403),
        (Role.EVALUATOR, elsewhere, 404), (Role.ADMINISTRATOR, elsewhere, 404),
    ):  # fmt: skip
        visitor = sign_in(asked, role, municipality)
        for address in (room_of(asked), page_of(asked), text):
            assert visitor.get(address).status == expected, (role, address)
        visitor.get("/arbejdsrum/")
        token = visitor.form("/sprog")["csrf_token"]
        visitor.post(text, csrf_token=token, step="suggest", quote="x")
        assert visitor.status == expected, role


def test_withdrawn_words_are_gone_with_their_quote_and_those_beside_it_in_a_draft_release(
    asked: Installation,
) -> None:
    codes = six_reviewed(asked)
    number = prepare(asked)
    assert len(quotes_of(asked, number)) == 6
    with asked.context():
        withdrawing.withdraw(asked.keys, codes[0])
        compact()
    assert quotes_of(asked, number) == []  # one that was missing would be that person's
    assert len(texts_of(asked)) == 5
    assert len(asked.rows("free_text")) == 5
    assert b"Citat" not in asked.database_file.read_bytes()


def test_what_is_published_stands_and_the_next_release_does_not_tell_whose_words_went(
    asked: Installation,
) -> None:
    # Many write, so that five may withdraw; only one of these five wrote.
    codes = write_words(asked, [f"{MARK} {number}" for number in range(11)])
    asked.close_wave("final")
    for text in texts_of(asked):
        review(asked, text, "Citat " + text.text.removeprefix(MARK).strip())
    first = prepare(asked)
    with asked.context():
        publish_release(asked.project_id, first, asked.clock.today)
        published = json.dumps(quotes_of(asked, first))
        for code in codes[:5]:
            withdrawing.withdraw(asked.keys, code)
    second = prepare(asked)
    assert json.dumps(quotes_of(asked, first)) == published
    gone = {f"Citat {number}" for number in range(5)}
    assert len(quotes_of(asked, second)) == 6
    assert gone.isdisjoint(quotes_of(asked, second))


def test_with_the_answers_the_quotes_go_that_nobody_published(asked: Installation) -> None:
    six_reviewed(asked)
    published, draft = prepare(asked), prepare(asked)
    with asked.context():
        publish_release(asked.project_id, published, asked.clock.today)
        purge_expired(asked.keys, RETAINED_UNTIL + timedelta(days=1))
    assert quotes_of(asked, draft) == []
    assert len(quotes_of(asked, published)) == 6


@pytest.mark.parametrize(("quote", "rule"), [
    ("", "missing"), ("\u202e\u200b ", "missing"), ("ord " * 200, "too_long"),
    ("Ring 12 34 56 78", "quote_points_to_somebody"),
    ("Jeg er 010190-1234", "quote_points_to_somebody"),
    ("a@kommune.dk", "quote_points_to_somebody"),
])  # fmt: skip
def test_a_quote_that_cannot_be_is_refused(asked: Installation, quote: str, rule: str) -> None:
    write_words(asked, [f"{MARK} {number}" for number in range(5)])
    asked.close_wave("final")
    with pytest.raises(InputRefused) as refused:
        review(asked, texts_of(asked)[0], quote)
    assert [fault.rule for fault in refused.value.faults] == [rule]
    assert {row["review"] for row in asked.rows("free_text")} == {"unread"}


def test_the_longest_text_and_turned_letters_are_shown_and_do_no_harm(asked: Installation) -> None:
    longest = ("Lang tekst om Hanne. " * 1000)[: own_words.FREE_TEXT_LIMIT]
    write_words(
        asked, [longest, "god\u202eodg\u2066</textarea><script>alert(1)</script>", "x", "y", "z"]
    )
    asked.close_wave("final")
    visitor = sign_in(asked)
    for text in texts_of(asked):
        address = f"{page_of(asked)}/{text.id}"
        assert visitor.get(address).status == 200
        assert "<script>alert" not in visitor.html
        assert "\u202e" not in visitor.html
        visitor.submit(address, step="quotable", quote=text.text)
        if len(text.text) > 600:
            assert visitor.status == 400
            assert "Skriv højst 600 tegn" in visitor.text
    assert sorted(quotes_of(asked, prepare(asked))) == [
        "gododg</textarea><script>alert(1)</script>", "x", "y", "z",
    ]  # fmt: skip


def test_what_may_not_be_quoted_or_waits_is_in_no_release(asked: Installation) -> None:
    six_reviewed(asked)
    first, second, *_ = texts_of(asked)
    review(asked, first, first.quote, Review.NOT_QUOTABLE)
    review(asked, second, second.quote, Review.UNREAD)
    assert len(quotes_of(asked, prepare(asked))) == 4
    assert {first.quote, second.quote}.isdisjoint(quotes_of(asked))
    assert [row["sealed_quote"] for row in asked.rows("free_text")].count(None) == 2


def test_where_answers_are_for_statistics_alone_nobody_is_asked_to_write(
    asked: Installation,
) -> None:
    asked.close_wave("final")
    with asked.context():
        with pytest.raises(InputRefused) as refused:
            notices.save_notice(asked.project_id, "citizen", "statistics_only", "Tekst", "Text")
        assert [fault.rule for fault in refused.value.faults] == ["words_for_statistics_only"]
        choices = {"title": "Fælles mål", "framework": None, "retained_until": "2028-12-31",
                   "today": asked.clock.today}  # fmt: skip
        project_setup.save_basics(asked.project_id, **choices, offers_free_text=False)
        notices.save_notice(asked.project_id, "citizen", "statistics_only", "Tekst", "Text")
        with pytest.raises(InputRefused) as refused:
            project_setup.save_basics(asked.project_id, **choices, offers_free_text=True)
        assert [fault.rule for fault in refused.value.faults] == ["words_for_statistics_only"]


def test_words_given_for_statistics_alone_are_read_by_nobody(
    asked: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As a project may be that asked both before the one excluded the other.
    monkeypatch.setattr("survey_service.storage.setup.offers_free_text", lambda *_: False)
    with asked.context():
        notices.save_notice(asked.project_id, "citizen", "statistics_only", "Tekst", "Text")
    monkeypatch.undo()
    write_words(asked, [f"{MARK} {number}" for number in range(6)])
    asked.close_wave("final")
    with pytest.raises(WordsUnknown):
        texts_of(asked)
    visitor = sign_in(asked).get(room_of(asked))
    assert "Svarene er givet til statistik alene" in visitor.text
    assert quotes_of(asked, prepare(asked)) == []


def test_a_project_that_asks_for_no_words_says_so(installation: Installation) -> None:
    visitor = sign_in(installation).get(room_of(installation))
    assert "Projektet spørger ikke efter egne ord." in visitor.text
    with installation.context():
        project = projects.find_project(reading(), installation.project_id)
        assert project is not None
        assert all(not wave.groups for wave in find_wave_words(project))
    installation.close_wave("baseline")
    visitor = visitor.get(room_of(installation))
    assert "own-words-row" not in visitor.html
