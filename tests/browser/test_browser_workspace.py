"""The evaluator's pages."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from demonstration import EVALUATOR, Demonstration
from person import Person
from pypdf import PdfReader

pytestmark = pytest.mark.browser

PROJECT_TITLE = "Fælles mål – individuelle veje"
VERDICTS = ("▲ Fremgang", "▼ Tilbagegang", "= Ingen betydende ændring", "? Kan ikke afgøres")


def test_a_wrong_password_is_answered_with_a_sentence(person: Person) -> None:
    person.open("/arbejdsrum/").page.get_by_label("E-mail").fill(EVALUATOR)
    person.page.get_by_label("Adgangskode").fill("helt forkert kodeord")
    person.press("Log ind")
    assert "E-mail eller adgangskode er forkert. Prøv igen." in person.words
    assert person.page.get_by_label("E-mail").input_value() == EVALUATOR
    assert person.page.get_by_label("Adgangskode").input_value() == ""


def test_the_evaluator_sees_the_waves_and_how_many_answered(evaluator: Person) -> None:
    evaluator.follow(PROJECT_TITLE)
    labels = evaluator.page.locator("main h3").all_inner_texts()
    assert [" ".join(label.split()) for label in labels] == [
        "Første måling Udgivet",
        "Midtvejs Udgivet",
        "Slut Udgivet",
        "Opfølgning Åben",
    ]
    baseline = evaluator.page.locator("main table").first
    citizens = baseline.get_by_role("row").filter(has_text="Borgere").first
    sent, roster = citizens.get_by_role("cell").all_inner_texts()
    assert int(roster) == 130 + 60 + 90 + 240 + 34 + 70
    assert 5 <= int(sent) <= int(roster)


def test_the_results_are_told_in_words_picture_and_table(evaluator: Person) -> None:
    evaluator.follow(PROJECT_TITLE).follow("Se resultater")
    assert evaluator.heading == "Borgere: Første måling, Midtvejs, Slut"
    finding = evaluator.page.locator("main .lead").inner_text()
    assert re.search(r"princip|afgøres", finding)
    picture = evaluator.page.get_by_role("img").filter(visible=True)
    assert picture.count() == 1
    assert picture.locator("desc").text_content()
    rows = evaluator.page.locator("main table").first.locator("tbody tr")
    assert rows.count() == 8
    for row in rows.all():
        assert row.get_by_role("cell").last.inner_text() in VERDICTS
    evaluator.follow("Medarbejdere")
    assert evaluator.heading == "Medarbejdere: Første måling, Midtvejs, Slut"


def test_the_downloaded_brief_tells_the_same_as_the_page(evaluator: Person, tmp_path: Path) -> None:
    evaluator.follow(PROJECT_TITLE).follow("Se resultater")
    counts = evaluator.page.locator("h2.figure").first.inner_text().split(" · ")
    verdicts = {
        row.get_by_role("cell").last.inner_text()
        for row in evaluator.page.locator("main table").first.locator("tbody tr").all()
    }
    headline = evaluator.page.locator("main .lead").inner_text()
    with evaluator.page.expect_download() as caught:
        evaluator.press("Lav resultatbrev")
    assert caught.value.suggested_filename == "resultatbrev-faelles-maal-1-da.pdf"
    saved = tmp_path / "brev.pdf"
    caught.value.save_as(saved)

    brief = PdfReader(BytesIO(saved.read_bytes()))
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in brief.pages))
    assert len(brief.pages) == 2
    assert PROJECT_TITLE in text
    assert f"Borgere: {headline[0].lower()}{headline[1:]}" in text
    for count in counts:
        assert re.search(rf"\b{count} af 624\b", text), count
    for verdict in verdicts:
        assert verdict[2:] in text


def test_the_brief_can_be_made_in_english(evaluator: Person) -> None:
    evaluator.follow(PROJECT_TITLE).follow("Se resultater")
    evaluator.page.get_by_label("Sprog i brevet").select_option("Engelsk")
    with evaluator.page.expect_download() as caught:
        evaluator.press("Lav resultatbrev")
    assert caught.value.suggested_filename == "resultatbrev-faelles-maal-1-en.pdf"


def test_closing_a_wave_asks_first_and_cancelling_changes_nothing(
    evaluator: Person, demonstration: Demonstration
) -> None:
    before = demonstration.open_demo_wave()
    evaluator.follow(PROJECT_TITLE).follow("Luk målingen")
    assert evaluator.heading == "Vil du lukke målingen Opfølgning?"
    assert "Svar, der ikke er sendt, bliver slettet." in evaluator.words
    evaluator.follow("Fortryd")
    assert demonstration.open_demo_wave() == before


def test_after_signing_out_the_results_are_out_of_reach(evaluator: Person) -> None:
    evaluator.follow(PROJECT_TITLE).follow("Se resultater")
    address = evaluator.path
    evaluator.press("Log ud")
    assert evaluator.open(address).heading == "Log ind"
    evaluator.page.go_back()
    assert evaluator.page.locator("main table").count() == 0
