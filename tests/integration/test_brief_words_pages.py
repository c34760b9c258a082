"""What an evaluator writes for a brief: versions, who may, and that the paper says which it is."""

import io
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from datetime import date

import pytest
from builders import Installation, Visitor
from pypdf import PdfReader
from test_result_figures import (
    EVALUATOR,
    LEADER,
    STRANGER,
    VIEWER,
    released,  # noqa: F401 - the fixture of the result pages
    signed_in,
)

from survey_service.briefs.content import BriefKind
from survey_service.briefs.context import OwnWords
from survey_service.fieldwork.brief_words import LIMITS, save_words
from survey_service.reporting.brief_archive import write_brief_archive
from survey_service.reporting.brief_making import BriefOrder, order_brief, place_of
from survey_service.reporting.brief_review import find_excess
from survey_service.reporting.releasing import find_release, publish_release
from survey_service.storage import brief_words
from survey_service.storage.database import database, reading, writing
from survey_service.storage.tables import BriefWords

pytestmark = pytest.mark.long

COMMITTEE = BriefOrder("da", BriefKind.COMMITTEE)
WRITTEN = {"introduction": "Udvalget bad om en status.", "next_steps": "Vi taler om håb."}


@pytest.fixture
def made(released: Installation) -> Iterator[Installation]:  # noqa: F811 - the fixture of that name
    """Release 1 is published, release 2 is not; whatever was written is gone afterwards."""
    yield released
    with released.context(), writing() as session:
        session.query(BriefWords).delete()
    released.clock.today = date(2026, 3, 4)


@pytest.fixture
def evaluator(made: Installation) -> Visitor:
    return signed_in(made, EVALUATOR)


def page(made: Installation, rest: str = "", number: int = 1) -> str:
    return f"/arbejdsrum/projekt/{made.project_id}/udgivelser/{number}/breve{rest}"


def write(visitor: Visitor, address: str, **typed: str) -> Visitor:
    return visitor.get(address).submit(address, act="gem", **(WRITTEN | typed))


def save(made: Installation, order: BriefOrder, words: OwnWords, number: int = 1) -> int:
    with made.context():
        release = find_release(made.project_id, number)
        return save_words(place_of(release, order), words, made.clock.today)


def pdf_of(visitor: Visitor, address: str) -> bytes:
    answer = visitor.client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    return answer.data


def words_of(pdf: bytes) -> str:
    return " ".join(
        " ".join(one.extract_text().split()) for one in PdfReader(io.BytesIO(pdf)).pages
    )


# ---- Writing ----


def test_what_is_written_stands_in_the_brief_on_screen_and_paper_for_all_readers(made, evaluator):
    write(evaluator, page(made, "/udvalg/da/ord"))
    assert evaluator.path == page(made, "/udvalg/da")
    viewer = signed_in(made, VIEWER)
    shown = viewer.get(page(made, "/udvalg/da")).text
    paper = words_of(pdf_of(viewer, page(made, "/udvalg/da.pdf")))
    for told in (shown, paper):
        assert "Udvalget bad om en status." in told
        assert "Vi taler om håb." in told
        assert "Udgivelse nr. 1, tekst 1, 4. marts 2026" in told
    assert "Udvalget bad" not in viewer.get(page(made, "/udvalg/en")).text
    assert "Udvalget bad" not in viewer.get(page(made, "/ledelse/da")).text


def test_saving_is_told_on_the_brief_it_leads_to_and_a_look_beforehand_is_not(made, evaluator):
    address = page(made, "/udvalg/da/ord")
    evaluator.get(address).submit(address, act="vis", **WRITTEN)
    assert "Teksten er gemt." not in evaluator.text
    evaluator.submit(address, act="gem", **WRITTEN)
    assert evaluator.path == page(made, "/udvalg/da")
    assert "Teksten er gemt." in evaluator.text


def test_a_unit_s_words_stand_in_that_unit_s_brief_alone(made, evaluator):
    write(evaluator, page(made, "/afdeling/da/ord?afdeling=house"))
    assert "Udvalget bad" in evaluator.get(page(made, "/afdeling/da?afdeling=house")).text
    assert "Udvalget bad" not in evaluator.get(page(made, "/afdeling/da?afdeling=home")).text


def test_saving_again_makes_a_version_and_the_earlier_one_keeps_its_bytes(made, evaluator):
    write(evaluator, page(made, "/udvalg/da/ord"))
    first = pdf_of(evaluator, page(made, "/udvalg/da.pdf"))
    write(evaluator, page(made, "/udvalg/da/ord"), introduction="Nu med nye ord.")
    second = pdf_of(evaluator, page(made, "/udvalg/da.pdf"))
    assert pdf_of(evaluator, page(made, "/udvalg/da.pdf?tekst=1")) == first
    assert "tekst 1" in words_of(first)
    assert "tekst 2" in words_of(second)
    assert "Nu med nye ord." in words_of(second)
    assert "Udvalget bad" in evaluator.get(page(made, "/udvalg/da?tekst=1")).text


def test_saving_the_same_words_again_makes_no_version(made, evaluator):
    address = page(made, "/udvalg/da/ord")
    for typed in ({}, {}, {"introduction": "  Udvalget bad om en status.\r\n"}):
        write(evaluator, address, **typed)
        assert evaluator.path == page(made, "/udvalg/da")
    assert [row["version"] for row in made.rows("brief_words")] == [1]
    write(evaluator, address, next_steps="")
    write(evaluator, address)
    assert len(made.rows("brief_words")) == 3


def test_what_another_saved_meanwhile_is_shown_before_it_is_replaced(made, evaluator):
    address = page(made, "/udvalg/da/ord")
    colleague = signed_in(made, EVALUATOR)
    evaluator.get(address)
    write(colleague, address, introduction="Kollegaens ord.")
    evaluator.submit(address, act="gem", **WRITTEN)
    assert evaluator.status == 409
    assert "Der er gemt en anden tekst, mens du skrev." in evaluator.text
    assert "<p>Kollegaens ord.</p>" in evaluator.html
    assert "Udvalget bad om en status.</textarea>" in evaluator.html
    assert "Teksten er gemt." not in evaluator.text
    assert [row["introduction"] for row in made.rows("brief_words")] == ["Kollegaens ord."]
    evaluator.submit(address, act="gem", **WRITTEN)
    assert evaluator.path == page(made, "/udvalg/da")
    assert "tekst 2" in evaluator.text
    assert "Udvalget bad om en status." in evaluator.text


def test_a_look_beforehand_and_a_fault_forget_not_what_the_writer_began_from(made, evaluator):
    address = page(made, "/udvalg/da/ord")
    colleague = signed_in(made, EVALUATOR)
    evaluator.get(address)
    write(colleague, address, introduction="Kollegaens ord.")
    evaluator.submit(address, act="vis", **WRITTEN)
    evaluator.submit(address, act="gem", **(WRITTEN | {"introduction": "x" * 501}))
    assert evaluator.status == 400
    evaluator.submit(address, act="gem", **WRITTEN)
    assert evaluator.status == 409


@pytest.mark.parametrize("begun_from", ["", "x", "-1", "²"])
def test_whoever_does_not_say_what_they_began_from_replaces_nothing(made, evaluator, begun_from):
    address = page(made, "/udvalg/da/ord")
    write(evaluator, address, introduction="Kollegaens ord.")
    write(evaluator, address, begun_from=begun_from)
    assert evaluator.status == 409
    assert len(made.rows("brief_words")) == 1


def test_saving_nothing_gives_a_version_without_words(made, evaluator):
    write(evaluator, page(made, "/udvalg/da/ord"))
    write(evaluator, page(made, "/udvalg/da/ord"), introduction="", next_steps=" \n ")
    paper = words_of(pdf_of(evaluator, page(made, "/udvalg/da.pdf")))
    assert "Udvalget bad" not in paper
    assert "Udgivelse nr. 1, tekst 2," in paper
    assert "uden ord fra jer" in evaluator.get(page(made)).text


def test_the_form_holds_the_newest_words_or_those_to_use_again(made, evaluator):
    write(evaluator, page(made, "/udvalg/da/ord"))
    write(evaluator, page(made, "/udvalg/da/ord"), introduction="Nye ord.")
    assert "Nye ord.</textarea>" in evaluator.get(page(made, "/udvalg/da/ord")).html
    earlier = evaluator.get(page(made, "/udvalg/da/ord?tekst=1"))
    assert "Udvalget bad om en status.</textarea>" in earlier.html
    evaluator.submit(page(made, "/udvalg/da/ord?tekst=1"), act="gem", **WRITTEN)
    assert "tekst 3" in evaluator.text


def test_a_look_beforehand_saves_nothing(made, evaluator):
    address = page(made, "/udvalg/da/ord")
    evaluator.get(address).submit(address, act="vis", **WRITTEN)
    assert evaluator.status == 200
    assert "Udgivelse nr. 1, tekst 1" in evaluator.text
    assert "ikke gemt endnu" in evaluator.text
    assert made.rows("brief_words") == []


def test_what_is_typed_is_never_markup(made, evaluator):
    write(evaluator, page(made, "/udvalg/da/ord"), introduction="<script>alert(1)</script> & <b>x")
    html = evaluator.get(page(made, "/udvalg/da")).html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;x" in html
    assert "<script>alert" not in html
    paper = words_of(pdf_of(evaluator, page(made, "/udvalg/da.pdf")))
    assert "<script>alert(1)</script> & <b>x" in paper


def test_the_letter_promises_a_day_where_no_steps_are_written(made, evaluator):
    address = page(made, "/deltagere/da/ord")
    write(evaluator, address, next_steps="", told_by="2026-04-01")
    assert "senest den 1. april 2026" in evaluator.get(page(made, "/deltagere/da")).text
    assert 'name="told_by"' not in evaluator.get(page(made, "/udvalg/da/ord")).html


@pytest.mark.parametrize(
    ("kind", "typed", "told"),
    [
        ("udvalg", {"introduction": "x" * 501}, "Skriv højst 500 tegn. Du har skrevet 501."),
        ("udvalg", {"introduction": "Ring om 010203-1234"}, "ligner et CPR-nummer"),
        ("udvalg", {"next_steps": "Tal med 0102031234"}, "ligner et CPR-nummer"),
        ("udvalg", {"next_steps": "a\n" + "x" * 121}, "Linje 2: Skriv højst 120 tegn."),
        ("udvalg", {"next_steps": "a\nb\nc\nd\ne"}, "Skriv højst 4 skridt. Du har skrevet 5."),
        ("deltagere", {"told_by": "2026-03-03"}, "Dagen skal være i dag eller senere."),
        ("deltagere", {"told_by": "snart"}, "Skriv en dato"),
    ],
)
def test_faulty_words_are_told_kept_on_the_page_and_not_stored(made, evaluator, kind, typed, told):
    write(evaluator, page(made, f"/{kind}/da/ord"), **typed)
    assert evaluator.status == 400
    assert told in evaluator.text
    assert next(iter(typed.values())) in evaluator.html
    assert made.rows("brief_words") == []


def test_thousands_are_set_apart_as_the_reader_s_language_does(made, evaluator):
    address = page(made, "/arbejdsgruppe/da/ord")
    assert "Højst 3.000 tegn." in evaluator.get(address).text
    write(evaluator, address, introduction="x" * 3001)
    assert "Skriv højst 3.000 tegn. Du har skrevet 3.001." in evaluator.text
    evaluator.submit("/sprog", language="en")
    assert "At most 3,000 characters." in evaluator.get(address).text
    write(evaluator, address, introduction="x" * 3001)
    assert "at most 3,000 characters. You have written 3,001." in evaluator.text


def test_every_fault_is_told_at_once(made, evaluator):
    write(evaluator, page(made, "/udvalg/da/ord"), introduction="x" * 501, next_steps="x" * 121)
    assert "højst 500 tegn" in evaluator.text
    assert "højst 120 tegn" in evaluator.text


def test_control_characters_are_taken_out(made, evaluator):
    write(evaluator, page(made, "/udvalg/da/ord"), introduction="Kære\u202eudvalg\x07!")
    [row] = made.rows("brief_words")
    assert row["introduction"] == "Kære udvalg !"


# ---- Pages and ease ----


def test_words_that_would_break_the_page_are_refused_and_how_much_is_told(made):
    long = OwnWords("Vi har talt med mange om det. " * 300)
    with made.context():
        release = find_release(made.project_id, 1)
        fault = find_excess(release, COMMITTEE, long)
        assert fault is not None
        excess = fault.values["excess"]
        assert (fault.field, 0 < excess < len(long.introduction)) == ("introduction", True)
        cut = OwnWords(long.introduction[: len(long.introduction) - excess])
        assert find_excess(release, COMMITTEE, cut) is None
        made_brief = order_brief(release, BriefOrder("da", BriefKind.COMMITTEE, own_words=cut))
        whole = order_brief(release, BriefOrder("da", BriefKind.COMMITTEE, own_words=long))
    assert len(PdfReader(io.BytesIO(made_brief.written)).pages) == 1
    assert len(PdfReader(io.BytesIO(whole.written)).pages) == 2


@pytest.mark.parametrize(
    ("kind", "pages"),
    [(BriefKind.COMMITTEE, 1), (BriefKind.PARTICIPANTS, 1), (BriefKind.LEADERS, 2)],
)
@pytest.mark.parametrize("language", ["da", "en"])
def test_an_introduction_as_long_as_allowed_keeps_a_small_release_to_its_pages(
    made, kind, pages, language
):
    words = OwnWords(("Vi har talt med mange. " * 60)[: LIMITS[kind].introduction])
    with made.context():
        release = find_release(made.project_id, 1)
        found = order_brief(release, BriefOrder(language, kind, own_words=words))
    assert len(PdfReader(io.BytesIO(found.written)).pages) == pages


def test_a_letter_made_hard_to_read_says_so_to_its_writer_and_is_saved(made, evaluator):
    hard = "Kommunen ønsker derfor fortsat fælles indsats gennem tidligt samarbejde "
    write(evaluator, page(made, "/deltagere/da/ord"), introduction=hard * 6, next_steps="")
    assert "lixtallet er" in evaluator.text
    assert len(made.rows("brief_words")) == 1
    assert "lixtallet" not in signed_in(made, VIEWER).get(page(made, "/deltagere/da")).text
    easy = write(evaluator, page(made, "/deltagere/da/ord"), introduction="Tak.", next_steps="")
    assert "lixtallet" not in easy.text


TWENTY_WORDS = "Kommunen ønsker derfor fortsat fælles indsats gennem tidligt samarbejde nu. " * 2


def test_hard_words_of_one_s_own_are_told_though_the_rest_of_the_letter_is_easy(made, evaluator):
    # 20 words in 2 sentences, 10 of more than six letters: LIX 20 / 2 + 100 * 10 / 20 = 60.
    address = page(made, "/deltagere/da/ord")
    evaluator.get(address).submit(address, act="vis", introduction=TWENTY_WORDS, next_steps="")
    told = "Det, I selv har skrevet, er lidt svært at læse: lixtallet er 60"
    assert told in evaluator.text
    write(evaluator, address, introduction=TWENTY_WORDS, next_steps="")
    assert told in evaluator.text
    assert told not in signed_in(made, VIEWER).get(page(made, "/deltagere/da")).text


def test_hard_steps_count_with_the_introduction(made, evaluator):
    steps = TWENTY_WORDS.replace(". ", ".\n")
    write(evaluator, page(made, "/deltagere/da/ord"), introduction="", next_steps=steps)
    assert "lixtallet er 60" in evaluator.text


@pytest.mark.parametrize(
    ("kind", "introduction"),
    [
        ("deltagere", TWENTY_WORDS.replace(" nu.", "", 1)),
        ("deltagere", "Vi har talt med dem. Tak for alle svar. " * 3),
        ("udvalg", TWENTY_WORDS),
    ],
    ids=["too few words to tell", "easy words", "another brief"],
)
def test_words_are_not_called_hard_where_that_cannot_be_told_or_is_not_so(
    made, evaluator, kind, introduction
):
    write(evaluator, page(made, f"/{kind}/da/ord"), introduction=introduction, next_steps="")
    assert evaluator.path == page(made, f"/{kind}/da")
    assert "I selv har skrevet" not in evaluator.text


def test_characters_that_paper_does_not_have_are_named_to_the_writer(made, evaluator):
    write(evaluator, page(made, "/udvalg/da/ord"), introduction="第一 udvalg")
    assert "bliver til spørgsmålstegn på papir: 第 一" in evaluator.text


# ---- Who may ----


def test_others_than_evaluators_read_the_newest_and_write_nothing(made, evaluator):
    write(evaluator, page(made, "/udvalg/da/ord"))
    write(evaluator, page(made, "/udvalg/da/ord"), introduction="Nye ord.")
    for name in (LEADER, VIEWER):
        reader = signed_in(made, name)
        assert "Nye ord." in reader.get(page(made, "/udvalg/da")).text
        assert reader.get(page(made, "/udvalg/da?tekst=1")).status == 404
        assert reader.get(page(made, "/udvalg/da.pdf?tekst=1")).status == 404
        assert reader.get(page(made, "/udvalg/da/ord")).status == 403
        token = reader.get("/arbejdsrum/").form("/sprog")["csrf_token"]
        address = page(made, "/udvalg/da/ord")
        assert reader.post(address, csrf_token=token, act="gem", **WRITTEN).status == 403
        assert "/ord" not in reader.get(page(made)).html.replace("/ordlyd", "")
    assert len(made.rows("brief_words")) == 2


def test_a_unit_leader_has_the_brief_of_the_own_unit_and_of_no_other(made):
    leader = signed_in(made, LEADER)
    assert leader.get(page(made, "/afdeling/da?afdeling=house")).status == 200
    for rest in ("/afdeling/da?afdeling=home", "/afdeling/da.pdf?afdeling=home", "/afdeling/da",
                 "/arbejdsgruppe/da", "/arbejdsgruppe/da?afdeling=house"):  # fmt: skip
        assert leader.get(page(made, rest)).status == 404, rest
    listed = leader.get(page(made)).text
    assert "Psykiatriens Hus" in listed
    assert "Botilbud" not in listed
    assert "Arbejdsgruppe" not in listed


def test_a_unit_in_the_address_of_another_brief_changes_nothing(made, evaluator):
    plain = evaluator.get(page(made, "/udvalg/da")).text
    assert evaluator.get(page(made, "/udvalg/da?afdeling=house")).text == plain


def test_another_municipality_finds_nothing(made, evaluator):
    write(evaluator, page(made, "/udvalg/da/ord"))
    stranger = signed_in(made, STRANGER)
    for rest in ("", "/udvalg/da", "/udvalg/da.pdf", "/udvalg/da/ord"):
        assert stranger.get(page(made, rest)).status == 404, rest
    token = stranger.get("/arbejdsrum/").form("/sprog")["csrf_token"]
    address = page(made, "/udvalg/da/ord")
    assert stranger.post(address, csrf_token=token, act="gem", **WRITTEN).status == 404
    assert len(made.rows("brief_words")) == 1


@pytest.mark.parametrize("rest", ["/udvalg/da?tekst=1", "/udvalg/sv", "/byraad/da"])
def test_what_does_not_exist_is_not_found(made, evaluator, rest):
    assert evaluator.get(page(made, rest)).status == 404


def test_saving_is_entered_in_the_audit_log_without_the_words(made, evaluator):
    before = len(made.rows("audit_entry"))
    write(evaluator, page(made, "/udvalg/da/ord"))
    entries = made.rows("audit_entry")[before:]
    (saved,) = [entry for entry in entries if entry["action"] == "brief_words_saved"]
    assert (saved["outcome"], saved["object_kind"]) == ("done", "release")
    assert saved["object_id"] == f"{made.project_id}/1"
    assert "Udvalget" not in repr(entries)


# ---- Drafts ----


def test_words_can_be_ready_before_the_release_is_published(made, evaluator):
    write(evaluator, page(made, "/udvalg/da/ord", number=2))
    assert "Udvalget bad" in evaluator.get(page(made, "/udvalg/da", number=2)).text
    assert "Udvalget bad" not in evaluator.get(page(made, "/udvalg/da", number=1)).text
    viewer = signed_in(made, VIEWER)
    for rest in ("", "/udvalg/da", "/udvalg/da.pdf"):
        assert viewer.get(page(made, rest, number=2)).status == 404


@pytest.mark.parametrize("path", ["udvalg", "ledelse", "arbejdsgruppe", "deltagere", "afdeling"])
@pytest.mark.parametrize(
    ("language", "draft", "title"),
    [
        ("da", "Udkast til udgivelse nr. 2 – ikke offentliggjort", "Udkast, ikke offentliggjort: "),
        ("en", "Draft of release no. 2 – not published", "Draft, not published: "),
    ],
)
def test_a_brief_of_what_is_not_published_says_so_on_top_and_in_its_title(
    made, evaluator, path, language, draft, title
):
    unit = "?afdeling=house" if path == "afdeling" else ""
    content = pdf_of(evaluator, page(made, f"/{path}/{language}.pdf{unit}", number=2))
    reader = PdfReader(io.BytesIO(content))
    mark = "Udkast – ikke offentliggjort" if language == "da" else "Draft – not published"
    assert draft in " ".join(reader.pages[0].extract_text().split())[:400]
    for one in reader.pages:
        assert mark in " ".join(one.extract_text().split())
    assert reader.metadata.title.startswith(title)
    for claim in ("Udgivelse nr. 2", "Release no. 2"):
        assert claim not in words_of(content)
    shown = evaluator.get(page(made, f"/{path}/{language}{unit}", number=2))
    assert draft in shown.text
    assert f"<title>{title}" in shown.html


def test_a_published_brief_is_no_draft(made, evaluator):
    content = pdf_of(evaluator, page(made, "/udvalg/da.pdf"))
    assert "dkast" not in words_of(content)
    assert "dkast" not in PdfReader(io.BytesIO(content)).metadata.title


def archive_of(made: Installation, number: int) -> bytes:
    target = io.BytesIO()
    with made.context():
        release = find_release(made.project_id, number)
        write_brief_archive(target, release, ("da", "en"), lambda *_step: None)
    return target.getvalue()


def test_the_archive_of_what_is_not_published_holds_drafts_alone(made):
    with zipfile.ZipFile(io.BytesIO(archive_of(made, 2))) as archive:
        for name in archive.namelist():
            assert "-udkast-" in name
            title = PdfReader(io.BytesIO(archive.read(name))).metadata.title
            assert title.startswith(("Udkast, ", "Draft, "))


# ---- The same bytes ----


def test_the_archive_carries_the_newest_words_and_is_the_same_each_time(made):
    save(made, COMMITTEE, OwnWords("Gamle ord."))
    save(made, COMMITTEE, OwnWords("Nye ord."))
    first = archive_of(made, 1)
    assert archive_of(made, 1) == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        paper = words_of(archive.read("da/resultatbrev-goals-1-udvalg-da.pdf"))
    assert "Nye ord." in paper
    assert "Gamle ord." not in paper


IN_A_PROCESS = """
import hashlib, sys
from pathlib import Path
from uuid import UUID
from survey_service.briefs.content import BriefKind
from survey_service.reporting.brief_making import BriefOrder, order_brief
from survey_service.reporting.releasing import find_release
from survey_service.web.application import create_app
with create_app(Path(sys.argv[1])).app_context():
    release = find_release(UUID(sys.argv[2]), 1)
    for kind in (BriefKind.COMMITTEE, BriefKind.PARTICIPANTS):
        written = order_brief(release, BriefOrder("da", kind, words_version=1)).written
        print(hashlib.sha256(written).hexdigest())
"""


def test_two_processes_write_the_same_bytes_with_words(made):
    for kind in (BriefKind.COMMITTEE, BriefKind.PARTICIPANTS):
        save(made, BriefOrder("da", kind), OwnWords("Kære læser.", "Vi taler om håb."))
    running = [
        subprocess.Popen(
            [sys.executable, "-c", IN_A_PROCESS, str(made.folder), str(made.project_id)],
            env={"PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in ("1", "2")
    ]
    first, second = (process.communicate()[0].splitlines() for process in running)
    assert len(first) == 2
    assert first == second


def test_two_who_save_at_once_make_two_versions(made):
    together = threading.Barrier(2)

    def save_at_once(words: str) -> None:
        with made.context():
            place = place_of(find_release(made.project_id, 1), COMMITTEE)
            together.wait()
            save_words(place, OwnWords(words), made.clock.today)
            database.session.remove()

    people = [threading.Thread(target=save_at_once, args=(words,)) for words in ("Mine.", "Dine.")]
    for person in people:
        person.start()
    for person in people:
        person.join()
    with made.context():
        place = place_of(find_release(made.project_id, 1), COMMITTEE)
        versions = brief_words.find_versions(reading(), place)
    assert [found.version for found in versions] == [2, 1]
    assert {found.introduction for found in versions} == {"Mine.", "Dine."}


def test_publishing_keeps_the_words_and_their_number(made, evaluator):
    write(evaluator, page(made, "/udvalg/da/ord", number=2))
    with made.context():
        publish_release(made.project_id, 2, made.clock.today)
    paper = words_of(pdf_of(evaluator, page(made, "/udvalg/da.pdf", number=2)))
    assert re.search(r"Udgivelse nr\. 2, tekst 1, 4\. marts 2026", paper)
    assert "Udvalget bad" in paper
