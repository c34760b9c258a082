"""The workspace without a mouse: everything is reached with the Tab key, seen, and pressed."""

import pytest
from demonstration import EVALUATOR, PASSWORD
from person import Person
from service_pages import PROJECT_TITLE

pytestmark = [pytest.mark.browser, pytest.mark.long]

MOST_STOPS = 150
FOCUSED = """() => {
    const focused = document.activeElement;
    const labels = [...(focused.labels ?? [])].map((label) => label.innerText);
    const style = getComputedStyle(focused);
    return {
        name: (focused.ariaLabel || labels.join(' ') || focused.innerText || '').trim(),
        isSeen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
        isBody: focused === document.body,
    };
}"""


def tab_to(person: Person, name: str) -> Person:
    """Press Tab until the focus is on what is called so; every stop on the way can be seen."""
    for _ in range(MOST_STOPS):
        person.page.keyboard.press("Tab")
        found = person.page.evaluate(FOCUSED)
        assert found["isSeen"] or found["isBody"], f"{person.path}: {found['name']}"
        if found["name"].startswith(name):
            return person
    raise AssertionError(f"{person.path}: no stop called {name}")


def press_on(person: Person, name: str) -> Person:
    """Tab to a link or button and press Enter; wait for the page it leads to."""
    tab_to(person, name)
    with person.page.expect_navigation():
        person.page.keyboard.press("Enter")
    return person


def write(person: Person, name: str, text: str) -> Person:
    """Tab to a field and write into it."""
    tab_to(person, name).page.keyboard.press("Control+A")
    person.page.keyboard.insert_text(text)
    return person


def test_the_evaluator_signs_in_sets_up_and_invites_without_a_mouse(person: Person) -> None:
    person.open("/arbejdsrum/")
    write(person, "E-mail", EVALUATOR)
    write(person, "Adgangskode", PASSWORD)
    press_on(person, "Log ind")
    press_on(person, PROJECT_TITLE)
    press_on(person, "Opsætning")
    press_on(person, "Afdelinger")
    write(person, "Afdeling", "Aftenhuset")
    press_on(person, "Tilføj afdeling")
    assert "Aftenhuset" in person.words
    press_on(person, "Invitationer")
    press_on(person, "Inviter fra en liste")
    write(person, "Listen", "reference;afdeling;målgruppe\nuden-mus-1;Botilbud;borger")
    press_on(person, "Se listen efter")
    assert "Antal koder, der bliver lavet: 1." in person.words


def test_the_skip_link_leads_past_the_header_in_the_workspace(person: Person) -> None:
    person.open("/arbejdsrum/log-ind").page.keyboard.press("Tab")
    assert person.page.evaluate(FOCUSED)["name"] == "Gå til indholdet"
    person.page.keyboard.press("Enter")
    person.page.keyboard.press("Tab")
    assert person.page.evaluate(FOCUSED)["name"] == "E-mail"


def test_the_focus_goes_to_the_list_of_faults(person: Person) -> None:
    person.open("/arbejdsrum/")
    write(person, "E-mail", EVALUATOR)
    write(person, "Adgangskode", "helt forkert kodeord")
    press_on(person, "Log ind")
    assert person.page.evaluate("document.activeElement.getAttribute('role')") == "alert"
