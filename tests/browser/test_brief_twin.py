"""Briefs on a screen: nothing sticks out of the narrowest phone, and axe finds nothing wrong."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from survey_service.briefs.content import BriefKind
from survey_service.briefs.html import write_page

sys.path.append(str(Path(__file__).parents[1] / "unit"))  # the brief builder stands there

from brief_builder import a_brief
from test_accessibility import EVERY_RULE, find_violations

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.fixture(scope="module")
def screen(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 320, "height": 900})
    yield page
    page.close()


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("kind", list(BriefKind))
def test_a_brief_fits_a_phone_and_axe_finds_nothing_wrong(
    screen: Page, kind: BriefKind, language: str
) -> None:
    screen.set_content(write_page(a_brief(kind, language)))
    assert screen.evaluate("document.documentElement.scrollWidth") <= 320
    assert find_violations(screen, EVERY_RULE) == []


def test_a_wide_table_can_be_scrolled_from_the_keyboard(screen: Page) -> None:
    screen.set_content(write_page(a_brief("leaders")))
    table = screen.get_by_role("region", name="Gennemsnit 0-100")
    table.focus()
    screen.keyboard.press("ArrowRight")
    screen.wait_for_function("document.activeElement.scrollLeft > 0")
