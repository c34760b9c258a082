"""Practice, display, cookies, contacts to check and compressed files, without a browser."""

import dataclasses
import gzip
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from builders import TODAY, Installation, Visitor, instrument_of

from survey_service.accounts.sign_in import Role, add_user
from survey_service.fieldwork import answering
from survey_service.texts import Wording
from survey_service.web import static_files
from survey_service.web.answer import audio
from survey_service.web.settings import Contact

PASSWORD = "en lang adgangskode"
STATIC = static_files.STATIC


@pytest.fixture
def begun(installation: Installation, visitor: Visitor) -> Visitor:
    return visitor.enter(installation.invite("p1")[0])


def attributes(visitor: Visitor) -> str:
    found = re.search(r"<html lang=\"..\"([^>]*)>", visitor.html)
    assert found is not None
    return found[1].strip()


# ---- Practice ----


def test_practice_stores_nothing(installation: Installation, begun: Visitor) -> None:
    before = installation.contents()
    begun.get("/proev")
    begun.get("/proev?svar=1&valg=4")
    assert begun.heading == "Sådan gør du"
    assert "I høj grad" in begun.text
    assert installation.contents() == before


@pytest.mark.parametrize("query", ["svar=1", "svar=1&valg=", "svar=1&valg=99", "svar=1&valg=<b>"])
def test_practising_without_an_answer_is_told_as_at_a_question(begun: Visitor, query: str) -> None:
    begun.get(f"/proev?{query}")
    assert begun.status == 400
    assert begun.heading == "Kan du lide kaffe?"
    assert "Vælg et svar" in begun.text
    assert "<b>" not in begun.html


def test_citizens_practise_first_and_others_and_those_who_come_back_do_not(
    installation: Installation,
) -> None:
    def beginning(visitor: Visitor) -> str:
        return re.findall(r'class="button button-primary" href="([^"]+)"', visitor.html)[-1]

    [code] = installation.invite("p1")
    assert beginning(installation.visitor().enter(code)) == "/proev"
    assert beginning(installation.visitor().enter(code).answer_first(1).get("/om")) == "/svar/2"
    [staff] = installation.invite("s1", audience="staff")
    assert beginning(installation.visitor().enter(staff)) == "/svar/1"


def test_practice_needs_a_sitting(visitor: Visitor) -> None:
    assert visitor.get("/proev").status == 403


# ---- Display ----


def test_each_wish_is_kept_beside_the_others_and_leads_back_to_the_same_page(
    begun: Visitor,
) -> None:
    begun.question(2).submit("/visning", size="largest")
    assert begun.path == "/svar/2"
    begun.submit("/visning", contrast="high")
    assert attributes(begun) == 'data-size="largest" data-contrast="high"'
    begun.submit("/visning", size="normal")
    assert attributes(begun) == 'data-contrast="high"'
    assert 'value="high" aria-pressed="true"' in begun.html
    assert 'value="normal" aria-pressed="true"' in begun.html


def test_what_nobody_offers_changes_nothing(begun: Visitor) -> None:
    begun.submit("/visning", size='"><script>', contrast="pink", spacing="")
    assert attributes(begun) == ""


def test_display_outlasts_the_beginning_of_a_questionnaire(
    installation: Installation, visitor: Visitor
) -> None:
    visitor.get("/").submit("/visning", size="large")
    visitor.enter(installation.invite("p1")[0])
    assert attributes(visitor) == 'data-size="large"'


def test_display_needs_the_pages_own_token(begun: Visitor) -> None:
    assert begun.post("/visning", size="large", next="/").status == 400
    assert attributes(begun.get("/")) == ""


@pytest.mark.parametrize("address", ["//example.org/", "https://example.org/", "/\\example.org"])
def test_display_never_leads_to_another_site(begun: Visitor, address: str) -> None:
    begun.submit("/visning", size="large", next=address)
    assert begun.path == "/"


# ---- Cookies, and links in every footer ----


def test_the_cookie_page_names_every_cookie_that_is_set(begun: Visitor) -> None:
    names = {cookie.key for cookie in begun.client._cookies.values()}
    assert names == {"sitting"}
    assert all(name in begun.get("/cookies").text for name in names)


@pytest.mark.parametrize("path", ["/", "/om", "/svar/2", "/cookies", "/nothing", "/arbejdsrum/"])
def test_every_footer_leads_to_cookies_and_accessibility(begun: Visitor, path: str) -> None:
    footer = begun.get(path).html.partition("<footer")[2]
    assert 'href="/cookies"' in footer
    assert 'href="/was"' in footer


# ---- Contacts ----


def contact(checked_on: date | None) -> Contact:
    return Contact(Wording({"da": "Akuttelefonen", "en": "Line"}), "1234",
                   Wording({"da": "", "en": ""}), checked_on)  # fmt: skip


@pytest.mark.parametrize(
    ("checked_on", "told"),
    [(None, "aldrig kontrolleret"), (date(2025, 9, 3), "sidst kontrolleret den 3. september 2025"),
     (date(2025, 9, 4), None), (TODAY, None)],
)  # fmt: skip
def test_administrators_are_told_of_numbers_nobody_tried_for_more_than_six_months(
    build: Callable[..., Installation], checked_on: date | None, told: str | None
) -> None:
    installation = build()
    settings = installation.app.extensions["survey_settings"]
    installation.app.extensions["survey_settings"] = dataclasses.replace(
        settings, contacts=(contact(checked_on),)
    )
    with installation.context():
        add_user("a@kommune.example", PASSWORD, Role.ADMINISTRATOR, installation.municipality_id)
    visitor = installation.visitor().get("/arbejdsrum/log-ind")
    assert "Akuttelefonen" not in visitor.text
    visitor.submit("/arbejdsrum/log-ind", name="a@kommune.example", password=PASSWORD)
    assert visitor.path == "/arbejdsrum/"
    if told is None:
        assert "Kontrollér telefonnumrene" not in visitor.text
    else:
        assert f"Akuttelefonen, 1234: {told}" in visitor.text


# ---- What every page shares ----


def test_shared_text_files_travel_compressed_to_those_who_take_it(visitor: Visitor) -> None:
    style, gzipped = "/static/service.css", {"Accept-Encoding": "gzip"}
    plain = visitor.client.get(style, buffered=True)
    packed = visitor.client.get(style, headers=gzipped, buffered=True)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data == (STATIC / "service.css").read_bytes()
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Accept-Encoding" in packed.headers["Vary"]
    again = gzipped | {"If-None-Match": packed.headers["ETag"]}
    assert visitor.client.get(style, headers=again, buffered=True).status_code == 304


def test_pages_with_tokens_are_never_compressed(begun: Visitor) -> None:
    page = begun.client.get("/svar/2", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in page.headers


def test_the_style_sheet_is_small_and_fetches_nothing_from_elsewhere() -> None:
    style = (STATIC / "service.css").read_text(encoding="utf-8")
    assert "@import" not in style
    addresses = re.findall(r"url\(\s*[\"']?([^\"')]+)", style)
    assert addresses
    for address in addresses:
        assert address.startswith("data:image/svg+xml,") or (STATIC / address).is_file(), address
    assert len(gzip.compress(style.encode(), 9)) <= 10 * 1024


@pytest.mark.parametrize("name", ["licences/dkfds.md", "licences/Apache-2.0.txt", "fonts/OFL.txt"])
def test_the_licences_of_what_is_shipped_are_shipped(name: str) -> None:
    assert "Licen" in (STATIC / name).read_text(encoding="utf-8")


def test_the_assets_name_no_place_they_are_fetched_from() -> None:
    assets = Path(__file__).parents[2] / "assets"
    assert not list(assets.glob("*lock*"))
    for file in assets.glob("*.*"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"https?://(?!www\.w3\.org)", text), file


# ---- Recordings ----


def test_a_question_with_a_recording_offers_it_in_its_own_language_and_only_to_who_answers(
    installation: Installation, begun: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "asked-da.mp3").write_bytes(b"ID3 kaffe")
    instrument = instrument_of("citizen")
    first, *others = (item for item in instrument.items if item.answer_options)
    recorded = dataclasses.replace(first, audio=Wording({"da": "asked-da.mp3"}))
    monkeypatch.setattr(audio, "FOLDER", tmp_path)
    monkeypatch.setattr(answering, "_questions", lambda *_: (instrument, (recorded, *others)))
    answering._lasting_facts.cache_clear()

    assert 'data-audio="/lyd/1"' in begun.question(1).html
    assert begun.client.get("/lyd/1", buffered=True).data == b"ID3 kaffe"
    assert "data-audio" not in begun.question(2).html
    assert begun.get("/lyd/2").status == 404
    begun.question(1).submit("/sprog", language="en")
    assert "data-audio" not in begun.html
    assert installation.visitor().get("/lyd/1").status == 403
