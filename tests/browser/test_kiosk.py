"""A shared tablet in a real browser: the next person finds nothing of the last."""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
import sqlalchemy as sa
from demonstration import Demonstration, serve_beside
from person import Person
from playwright.sync_api import Browser, expect
from service_pages import pair_tablet

from survey_service.storage.database import reading
from survey_service.storage.tables import Response

pytestmark = [pytest.mark.browser, pytest.mark.long]

HURRY = "kiosk_idle_seconds = 6\nkiosk_grace_seconds = 3\n"
PATIENCE = 30_000
"""Milliseconds; a busy machine may let a page end later, never sooner."""

ADDRESSES = ("/om", "/svar/1", "/svar/2", "/gennemse", "/stop", "/pause", "/tak", "/tablet/tak",
             "/tablet/er-du-der", "/pausekode", "/")  # fmt: skip
AT_REST = "() => document.readyState === 'complete' && !document.documentElement.hidden"

Tablet = Callable[..., Person]


@pytest.fixture(scope="module")
def hasty(chromium: Browser, demonstration: Demonstration) -> Iterator[str]:  # noqa: ARG001
    """The address of a server whose tablets ask after seconds."""
    with serve_beside(demonstration, HURRY) as url:
        yield url


@pytest.fixture
def tablet(chromium: Browser, demonstration: Demonstration, hasty: str) -> Iterator[Tablet]:
    """Pair tablets; nothing may go wrong on any of them."""
    met: list[Person] = []

    def pair(*, java_script: bool = True) -> Person:
        met.append(Person(chromium, hasty, java_script=java_script))
        pair_tablet(met[-1], demonstration)
        return met[-1].in_a_new_tab("/tablet")

    yield pair
    troubles = [trouble for person in met for trouble in person.troubles]
    for person in met:
        person.context.close()
    assert troubles == []


def responses(demonstration: Demonstration) -> set[UUID]:
    """The ids of all responses there are."""
    with demonstration.app.app_context():
        found = set(reading().scalars(sa.select(Response.id)))
        reading().rollback()
        return found


def begin(person: Person, who: str = "Jeg er borger") -> Person:
    """Begin at the start page and go to the first question, past the practice."""
    return person.press(who).open("/svar/1")


def answer_two(person: Person) -> Person:
    """Begin and answer two questions, so that there is something to find."""
    begin(person).answer("Jeg svarer selv").answer("I meget høj grad").follow("Tilbage")
    expect(person.page).to_have_url(f"{person.url}/svar/2", timeout=PATIENCE)
    return person


def nothing_shows(person: Person) -> None:
    """The page is the start page and shows nothing anybody chose."""
    expect(person.page).to_have_url(f"{person.url}/tablet", timeout=PATIENCE)
    expect(person.page.locator("h1")).to_have_text("Psykiatriens Hus", timeout=PATIENCE)
    assert person.page.locator("input:checked, ol.summary, progress").count() == 0
    for words in ("I meget høj grad", "Jeg svarer selv", "Velkommen tilbage", "Tak for dine svar"):
        assert words not in person.words


def travel(person: Person, step: int) -> None:
    """Press the browser's own back or forward."""
    person.page.evaluate(f"history.go({step})")
    person.page.wait_for_timeout(400)
    person.page.wait_for_function(AT_REST, timeout=PATIENCE)


def next_person_finds_nothing(person: Person) -> None:
    """Back, forward, reload and every address show the start page."""
    nothing_shows(person)
    steps = person.page.evaluate("history.length") - 1
    assert steps > 1
    for _ in range(steps - 1):  # the last step would leave the service
        travel(person, -1)
        nothing_shows(person)
    for _ in range(steps - 1):
        travel(person, 1)
        nothing_shows(person)
    person.page.reload()
    nothing_shows(person)
    for path in ADDRESSES:
        person.open(path)
        nothing_shows(person)
    names = {cookie["name"] for cookie in person.context.cookies()}
    assert "kiosk" in names
    assert "farewell" not in names


def test_after_sending_the_next_person_finds_nothing(
    tablet: Tablet, demonstration: Demonstration
) -> None:
    person = tablet()
    wave_id = demonstration.open_demo_wave().id
    before = demonstration.sent_counts(wave_id).get("citizen", 0)
    answer_two(person).open("/gennemse").send()
    expect(person.page.locator("h1")).to_have_text("Tak for dine svar", timeout=PATIENCE)
    assert person.page.locator("p.code").count() == 0
    assert demonstration.sent_counts(wave_id)["citizen"] == before + 1
    person.follow("Færdig")
    next_person_finds_nothing(person)


def test_the_goodbye_returns_to_the_start_page_by_itself(tablet: Tablet) -> None:
    person = tablet()
    answer_two(person).follow("Stop nu").send()
    expect(person.page.locator("h1")).to_have_text("Tak for dine svar", timeout=PATIENCE)
    nothing_shows(person)


def test_after_an_idle_period_the_next_person_finds_nothing(
    tablet: Tablet, demonstration: Demonstration
) -> None:
    person, before = tablet(), responses(demonstration)
    answer_two(person)
    assert len(responses(demonstration) - before) == 1
    expect(person.page.get_by_role("dialog")).to_be_visible(timeout=PATIENCE)
    nothing_shows(person)
    assert responses(demonstration) == before
    next_person_finds_nothing(person)


def test_who_is_still_there_goes_on_with_what_they_chose(tablet: Tablet) -> None:
    person = tablet()
    begin(person).choose("Jeg svarer selv")
    dialog = person.page.get_by_role("dialog")
    expect(dialog).to_be_visible(timeout=PATIENCE)
    assert dialog.get_by_role("heading").inner_text() == "Er du der stadig?"
    person.press("Ja, jeg svarer videre")
    expect(dialog).not_to_be_visible()
    assert person.chosen == ["Jeg svarer selv"]
    person.press("Næste")
    assert person.path == "/svar/2"


def test_who_is_done_ends_it_at_once(tablet: Tablet, demonstration: Demonstration) -> None:
    person, before = tablet(), responses(demonstration)
    answer_two(person)
    expect(person.page.get_by_role("dialog")).to_be_visible(timeout=PATIENCE)
    person.press("Nej, vis startsiden")
    nothing_shows(person)
    assert responses(demonstration) == before


def test_while_somebody_writes_or_reads_on_nothing_is_asked(tablet: Tablet) -> None:
    person = tablet()
    begin(person)
    for _ in range(9):
        person.page.wait_for_timeout(1000)
        person.page.keyboard.press("Tab")
    assert person.page.get_by_role("dialog").count() == 0
    assert person.is_at_question


def test_without_javascript_the_next_person_finds_nothing_either(
    tablet: Tablet, demonstration: Demonstration
) -> None:
    person, before = tablet(java_script=False), responses(demonstration)
    answer_two(person)
    expect(person.page.locator("h1")).to_have_text("Er du der stadig?", timeout=PATIENCE)
    expect(person.page).to_have_url(f"{person.url}/tablet", timeout=PATIENCE)
    assert responses(demonstration) == before
    for _ in range(4):
        person.page.go_back(wait_until="load")
        nothing_shows(person)
    for path in ADDRESSES:
        person.open(path)
        nothing_shows(person)


def test_without_javascript_who_is_still_there_goes_on(tablet: Tablet) -> None:
    person = tablet(java_script=False)
    answer_two(person)
    expect(person.page.locator("h1")).to_have_text("Er du der stadig?", timeout=PATIENCE)
    person.follow("Ja, jeg svarer videre")
    assert person.path == "/svar/3"


def test_who_begins_again_at_once_is_asked_whether_they_are_new(tablet: Tablet) -> None:
    person = tablet()
    answer_two(person).follow("Stop nu").send().follow("Færdig")
    person.press("Jeg er borger")
    assert person.heading == "Er du en ny person?"
    person.follow("Nej, jeg har svaret")
    nothing_shows(person)
    person.press("Jeg er borger").press("Ja, jeg har ikke svaret endnu")
    assert person.path == "/om"


def test_a_pause_code_goes_on_at_another_screen(
    tablet: Tablet, meet: Callable[..., Person]
) -> None:
    person = tablet()
    answer_two(person).follow("Hold pause").press("Få en pausekode")
    code = person.page.locator("p.pause-code").inner_text()
    person.follow("Jeg har skrevet den ned")
    next_person_finds_nothing(person)
    phone = meet().enter(code)
    assert phone.heading == "Velkommen tilbage"
    phone.follow("Fortsæt")
    assert phone.path == "/svar/3"
    person.page.get_by_label("Din kode").fill(code)
    person.press("Fortsæt")
    assert "Koden virker ikke." in person.words
