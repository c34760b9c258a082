"""Practice first, the reader's own size and colours, and questions read aloud."""

from collections.abc import Callable

from demonstration import Demonstration
from person import Person

# A device with two voices of its own language, of which one would send the text away.
VOICES = """
window.spoken = [];
window.SpeechSynthesisUtterance = function (text) { this.text = text; };
Object.defineProperty(window, 'speechSynthesis', {value: {
    getVoices: () => %s,
    speak: (part) => window.spoken.push(`${part.voice.name}: ${part.text}`),
    cancel: () => { window.spoken.push('silence'); },
    addEventListener: () => {},
}});
"""
LOCAL = "{name: 'egen', lang: 'da-DK', localService: true}"
REMOTE = "{name: 'fjern', lang: 'da-DK', localService: false}"
FOREIGN = "{name: 'anden', lang: 'de-DE', localService: true}"


def test_practice_comes_first_and_is_answered_like_a_question(
    person: Person, demonstration: Demonstration
) -> None:
    person.enter(demonstration.issue_code()).follow("Begynd")
    assert person.heading == "Kan du lide kaffe?"
    person.choose("I høj grad").press("Næste")
    assert person.heading == "Sådan gør du"
    assert "Du valgte: I høj grad" in person.words
    person.follow("Gå til spørgsmålene")
    assert person.path == "/svar/1"
    person.page.go_back(wait_until="commit")
    assert person.heading == "Sådan gør du"


def test_a_choice_of_display_holds_at_once_and_keeps_what_is_written(
    person: Person, demonstration: Demonstration
) -> None:
    person.begin(demonstration.issue_code()).choose("Jeg svarer selv")
    person.page.locator(".display > summary").click()
    size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
    before = person.page.evaluate(size)
    with person.page.expect_response("**/visning"):
        person.press("Størst")
    assert person.page.evaluate(size) == 1.5 * before
    assert person.chosen == ["Jeg svarer selv"]
    pressed = person.page.locator('[aria-pressed="true"]').all_inner_texts()
    assert [text.strip() for text in pressed] == ["Størst", "Almindelig", "Som på din enhed"]
    person.page.keyboard.press("Escape")
    assert not person.page.locator(".display-panel").is_visible()
    person.press("Næste")
    assert person.page.evaluate(size) == 1.5 * before


def test_display_can_be_chosen_without_javascript(
    meet: Callable[..., Person], demonstration: Demonstration
) -> None:
    person = meet(java_script=False)
    person.begin(demonstration.issue_code())
    person.page.locator(".display > summary").click()
    person.press("Høj kontrast")
    assert person.path == "/svar/1"
    assert person.page.locator("html").get_attribute("data-contrast") == "high"
    assert not person.page.locator("#read-aloud").is_visible()


def test_a_question_is_read_by_the_devices_own_voice_and_no_other(
    person: Person, demonstration: Demonstration
) -> None:
    person.context.add_init_script(VOICES % f"[{REMOTE}, {FOREIGN}, {LOCAL}]")
    person.begin(demonstration.issue_code()).press("Læs op")
    spoken = person.page.evaluate("window.spoken")
    assert spoken[:3] == ["silence", "egen: Hvem svarer?", "egen: Jeg svarer selv"]
    assert spoken[-1] == "egen: Spring over"
    person.press("Stop oplæsning")
    assert person.page.evaluate("window.spoken").pop() == "silence"
    person.press("Læs op")
    person.page.evaluate("window.dispatchEvent(new Event('pagehide'))")
    assert person.page.evaluate("window.spoken").pop() == "silence"


def test_without_a_voice_of_the_device_nothing_offers_to_read(
    person: Person, demonstration: Demonstration
) -> None:
    person.context.add_init_script(VOICES % f"[{REMOTE}, {FOREIGN}]")
    person.begin(demonstration.issue_code())
    assert not person.page.get_by_role("button", name="Læs op").is_visible()
