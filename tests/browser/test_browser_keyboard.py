"""With the keyboard alone."""

import pytest
from demonstration import Demonstration
from person import Person

pytestmark = pytest.mark.browser

FOCUSED_WORDS = """() => {
    const focused = document.activeElement;
    return (focused.labels?.[0] ?? focused).innerText.trim();
}"""
SEEN_FOCUS = """() => {
    const focused = document.activeElement;
    const shown = [focused, focused.closest('label')].filter(Boolean);
    return shown.some((element) => getComputedStyle(element).outlineStyle !== 'none');
}"""
TABS_ON_A_PAGE = 30


def _tab_to(person: Person, *words: str) -> str:
    """Press Tab until something with one of these words has the focus, and shows it."""
    for _ in range(TABS_ON_A_PAGE):
        person.page.keyboard.press("Tab")
        found = str(person.page.evaluate(FOCUSED_WORDS))
        if found in words:
            assert person.page.evaluate(SEEN_FOCUS), f"the focus on {found} is not to be seen"
            return found
    raise AssertionError(f"Tab never reaches {words} on {person.path}")


def _press(person: Person, key: str) -> None:
    """Press a key that leads to another page."""
    with person.page.expect_navigation():
        person.page.keyboard.press(key)


def test_the_keyboard_alone_leads_from_code_to_thank_you(
    person: Person, demonstration: Demonstration
) -> None:
    code = demonstration.issue_code("relative")
    _tab_to(person.open("/"), "Din kode")
    person.page.keyboard.type(code)
    _press(person, "Enter")
    _tab_to(person, "Begynd")
    _press(person, "Enter")
    while person.is_at_question:
        _tab_to(person, "Slet ikke")
        person.page.keyboard.press("Space")
        person.page.keyboard.press("ArrowDown")
        assert person.chosen == ["I mindre grad"]
        _tab_to(person, "Næste")
        _press(person, "Enter")
    assert set(person.page.locator("ol li strong").all_inner_texts()) == {"I mindre grad"}
    _tab_to(person, "Send mine svar")
    _press(person, "Space")
    assert person.heading == "Tak for dine svar"
    _tab_to(person, "Færdig")
    _press(person, "Enter")
    assert person.heading == "Velkommen"


def test_the_first_tab_offers_to_skip_to_the_content(person: Person) -> None:
    person.open("/").page.keyboard.press("Tab")
    assert person.page.evaluate(FOCUSED_WORDS) == "Gå til indholdet"
    person.page.keyboard.press("Enter")
    person.page.keyboard.press("Tab")
    assert person.page.evaluate(FOCUSED_WORDS) == "Din kode"


def test_a_chosen_answer_can_be_changed_with_the_arrows(
    person: Person, demonstration: Demonstration
) -> None:
    person.begin(demonstration.issue_code()).answer("Jeg svarer selv").answer("I høj grad")
    person.follow("Tilbage")
    _tab_to(person, "I høj grad")
    person.page.keyboard.press("ArrowUp")
    assert person.chosen == ["I nogen grad"]


def test_an_error_gets_the_focus(person: Person, demonstration: Demonstration) -> None:
    person.begin(demonstration.issue_code()).press("Næste")
    focused = person.page.evaluate("document.activeElement.getAttribute('role')")
    assert focused == "alert"
