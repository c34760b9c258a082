"""What holds for every page: it fits every screen, and everybody can find their way in it."""

import re
from collections.abc import Iterator

import pytest
from demonstration import Demonstration
from person import Person
from playwright.sync_api import Browser
from service_pages import BEGINNINGS, PAGES

pytestmark = [pytest.mark.browser, pytest.mark.long]

WIDTHS = (320, 768, 1280)
"""A computer zoomed to 400 %, a tablet, a computer."""

SMALLEST_TARGET = 48
"""Points each way, twice what WCAG 2.2 asks (2.5.8): hands shake. Links in sentences are exempt."""

SIDEWAYS = """() => {
    const page = document.scrollingElement;
    return page.scrollWidth - page.clientWidth;
}"""
UNLABELLED = """() => [...document.querySelectorAll('input, select, textarea')]
    .filter((field) => field.type !== 'hidden')
    .filter((field) => ![...field.labels].some((label) => label.innerText.trim()))
    .map((field) => field.outerHTML)"""
SMALL_TARGETS = """(least) => [...document.querySelectorAll('a, button, summary, input, select')]
    .filter((target) => target.checkVisibility() && !target.matches('.skipnav, p a, h2 a'))
    .map((target) => target.closest('label') ?? target)
    .filter((target) => {
        const box = target.getBoundingClientRect();
        return box.width < least - .5 || box.height < least - .5;
    })
    .map((target) => target.outerHTML)"""
HEADING_LEVELS = """() => [...document.querySelectorAll('h1, h2, h3, h4')]
    .filter((heading) => heading.checkVisibility())
    .map((heading) => Number(heading.tagName[1]))"""


@pytest.fixture(scope="module")
def people(chromium: Browser, demonstration: Demonstration) -> Iterator[dict[str, Person]]:
    """Those who come to the pages, by what they have done before."""
    met = {who: Person(chromium, demonstration.url) for who in BEGINNINGS}
    for who, begin in BEGINNINGS.items():
        begin(met[who], demonstration)
    yield met
    for person in met.values():
        person.context.close()


@pytest.fixture(scope="module", params=list(PAGES))
def shown(
    request: pytest.FixtureRequest, people: dict[str, Person], demonstration: Demonstration
) -> Person:
    """Somebody who has come to one of the pages."""
    who, come = PAGES[request.param]
    person = people[who]
    if who == "stranger":
        person.context.clear_cookies()
    person.troubles.clear()
    come(person, demonstration)
    return person


def test_no_page_scrolls_sideways_on_any_screen(shown: Person) -> None:
    for width in WIDTHS:
        shown.page.set_viewport_size({"width": width, "height": 900})
        assert shown.page.evaluate(SIDEWAYS) <= 0, f"{shown.path} at {width}"


def test_the_largest_text_with_the_most_space_still_fits_the_narrowest_screen(
    shown: Person,
) -> None:
    shown.page.set_viewport_size({"width": 320, "height": 900})
    html = "document.documentElement.dataset"
    shown.page.evaluate(f"Object.assign({html}, {{size: 'largest', spacing: 'wide'}})")
    assert shown.page.evaluate(SIDEWAYS) <= 0, shown.path
    shown.page.evaluate(f"delete {html}.size, delete {html}.spacing")


def test_every_page_tells_its_language_title_and_one_heading(shown: Person) -> None:
    page = shown.page
    assert page.locator("html").get_attribute("lang") == "da"
    assert re.fullmatch(r"\S.* – \S.*", page.title())
    assert page.locator("h1").count() == 1
    assert page.locator("h1").inner_text().strip()


def test_the_headings_of_every_page_step_down_one_level_at_a_time(shown: Person) -> None:
    levels = shown.page.evaluate(HEADING_LEVELS)
    # An error is told before the page's own heading.
    ordered = [level for level in levels if level != 1]
    assert all(later - earlier <= 1 for earlier, later in zip([1, *ordered], ordered, strict=False))


def test_every_page_has_its_landmarks_and_a_way_past_the_header(shown: Person) -> None:
    for landmark in ("banner", "main", "contentinfo"):
        assert shown.page.get_by_role(landmark).count() == 1, landmark
    target = shown.page.locator("a.skipnav").get_attribute("href")
    assert shown.page.locator(f"main{target}").count() == 1


def test_every_field_has_a_label(shown: Person) -> None:
    assert shown.page.evaluate(UNLABELLED) == []


def test_everything_one_taps_is_large_enough(shown: Person) -> None:
    for width in WIDTHS[:2]:
        shown.page.set_viewport_size({"width": width, "height": 900})
        assert shown.page.evaluate(SMALL_TARGETS, SMALLEST_TARGET) == []


def test_nothing_goes_wrong_unseen_on_any_page(shown: Person) -> None:
    assert shown.troubles == []
