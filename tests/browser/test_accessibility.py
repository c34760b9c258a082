"""Every page in every state against axe-core's rules, on three screens and in every colour."""

from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python
import pytest
from demonstration import Demonstration
from person import Person
from playwright.sync_api import Browser, Page
from service_pages import BEGINNINGS, PAGES

pytestmark = pytest.mark.long

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (320, 768, 1280)

# What axe finds, in one line each. Evaluated from outside, so that the pages keep their policy
# against foreign scripts while they are checked.
FIND = """async (options) => (await axe.run(document, options)).violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.html}: ${node.failureSummary}`))"""
EVERY_RULE = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
COLOUR_RULES = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


@pytest.fixture(scope="module")
def people(chromium: Browser, demonstration: Demonstration) -> Iterator[dict[str, Person]]:
    met = {who: Person(chromium, demonstration.url) for who in BEGINNINGS}
    for who, begin in BEGINNINGS.items():
        begin(met[who], demonstration)
    met["english"] = Person(chromium, demonstration.url)
    met["english"].begin(demonstration.issue_code()).press("English")
    yield met
    for person in met.values():
        person.context.close()


def find_violations(page: Page, options: dict[str, object]) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    return list(page.evaluate(FIND, options))


@pytest.mark.parametrize("name", list(PAGES))
def test_axe_finds_nothing_wrong_on_any_screen_and_in_any_colours(
    people: dict[str, Person], demonstration: Demonstration, name: str
) -> None:
    who, come = PAGES[name]
    person = people[who]
    if who == "stranger":
        person.context.clear_cookies()
    come(person, demonstration)
    page = person.page
    page.wait_for_load_state()
    page.emulate_media(reduced_motion="reduce")  # a colour half way is no colour of ours
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert find_violations(page, EVERY_RULE) == [], width
        # The colours are the style sheet's alone: the rest of the page is as it was.
        for colours in ("high", "dark") if width == 768 else ("high",):
            page.evaluate(f"document.documentElement.dataset.contrast = '{colours}'")
            assert find_violations(page, COLOUR_RULES) == [], (width, colours)
        page.evaluate("delete document.documentElement.dataset.contrast")


@pytest.mark.parametrize(
    "path", ["/", "/om", "/proev", "/svar/2", "/gennemse", "/stop", "/cookies", "/was",
             "/saadan-bruger-vi-dine-svar", "/fortryd", "/mine-svar"],
)  # fmt: skip
def test_axe_finds_nothing_wrong_in_english(people: dict[str, Person], path: str) -> None:
    page = people["english"].open(path).page
    assert page.locator("html").get_attribute("lang") == "en"
    assert find_violations(page, EVERY_RULE) == []


def test_axe_finds_nothing_wrong_with_english_refusals(people: dict[str, Person]) -> None:
    page = people["english"].open("/svar/3").page
    page.get_by_role("button", name="Next").click()
    page.get_by_role("alert").wait_for()
    assert find_violations(page, EVERY_RULE) == []
    page.goto("/")
    page.get_by_label("Your code").fill("ABC")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("alert").wait_for()
    assert find_violations(page, EVERY_RULE) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_wrong_on_the_page_that_stands_in_without_network(
    person: Person, width: int
) -> None:
    page = person.open("/offline").page
    page.set_viewport_size({"width": width, "height": 900})
    assert find_violations(page, EVERY_RULE) == []
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    assert person.troubles == []


def test_axe_would_find_what_is_wrong(person: Person) -> None:
    page = person.open("/").page
    page.evaluate("document.querySelector('label[for=code]').remove()")
    assert any(found.startswith("label: ") for found in find_violations(page, EVERY_RULE))
