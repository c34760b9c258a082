"""Answering without network, in a real browser: nothing lost, nothing twice, nothing readable."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from builders import Installation, answers_of, asked
from person import TABLET
from playwright.sync_api import Browser, BrowserContext, Page, expect
from wire import Server, Wire

from survey_service.fieldwork.access_codes import format_code

pytestmark = pytest.mark.long

NO_NETWORK = "Der er ikke net lige nu"
LAST = len(asked())
SECONDS = 30


@pytest.fixture
def wire(installation: Installation) -> Iterator[Wire]:
    """A served installation, and the wire to it."""
    server = Server(installation.folder)
    server.start()
    laid = Wire(server)
    yield laid
    laid.close()
    server.kill()


@pytest.fixture
def open_browser(
    chromium: Browser, wire: Wire, tmp_path: Path
) -> Iterator[Callable[..., "Tablet"]]:
    """Open the tablet's browser; opened again, it knows what was stored on the tablet."""
    opened: list[BrowserContext] = []

    def open_one(**choices: Any) -> Tablet:
        context = chromium.browser_type.launch_persistent_context(
            str(tmp_path / "tablet"),
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"],
            viewport=TABLET,
            locale="da-DK",
            **choices,
        )
        context.set_default_timeout(SECONDS * 1000)
        opened.append(context)
        return Tablet(context, wire)

    yield open_one
    for context in opened:
        context.close()


class Tablet:
    """A tablet with somebody in front of it."""

    def __init__(self, context: BrowserContext, wire: Wire) -> None:
        self.context = context
        self.wire = wire
        self.page: Page = context.pages[0] if context.pages else context.new_page()
        self.troubles: list[str] = []
        context.on("weberror", lambda error: self.troubles.append(str(error.error)))

    @property
    def number(self) -> int:
        """Which question is shown."""
        return int(self.page.url.rpartition("/")[2])

    def shows(self, heading: str) -> None:
        expect(self.page.locator("h1").first).to_have_text(heading)

    def lose_network(self) -> None:
        self.wire.is_cut = True
        self.context.set_offline(True)

    def regain_network(self) -> None:
        self.wire.is_cut = False
        self.context.set_offline(False)

    def begin(self, code: str, *, is_prepared: bool = True) -> "Tablet":
        """Follow the letter's address and pass over what comes before the first question."""
        self.page.goto(f"{self.wire.url}/k/{code}")
        self.page.goto(f"{self.wire.url}/svar/1")
        if is_prepared:
            self.wait_until_prepared()
        return self

    def wait_until_prepared(self) -> None:
        # The pages forbid the scripts that waiting for a condition inside them would need.
        wait_for(
            lambda: self.page.evaluate(
                """async () => sessionStorage.getItem("offline-sitting") !== null
                    && (await caches.keys()).includes("questions")"""
            )
        )
        # The questionnaire is kept once the page itself holds it as well.
        self.page.wait_for_load_state("networkidle")

    def choose(self, position: int) -> str:
        """Choose an option by its place and return its value."""
        option = self.page.locator('main input[type="radio"]').nth(position)
        option.check()
        return str(option.get_attribute("value"))

    def answer(self, position: int = 0) -> str:
        """Choose, go on, and wait for the next page."""
        number, value = self.number, self.choose(position)
        self.press("Næste")
        following = "/gennemse" if number == LAST else f"/svar/{number + 1}"
        self.page.wait_for_url(f"**{following}")
        return value

    def answer_up_to(self, last: int) -> dict[str, str]:
        """Answer from here to question `last`, each at another place; return item and value."""
        given = {}
        while True:
            number = self.number
            given[asked()[number - 1]] = self.answer(number % 3)
            if number == last:
                return given

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).click()

    def packets(self) -> list[dict[str, Any]]:
        """What the device's store holds."""
        found: list[dict[str, Any]] = self.page.evaluate(
            """() => new Promise((resolve) => {
                const opening = indexedDB.open("survey-offline");
                opening.onsuccess = () => {
                    const store = opening.result.transaction("packets").objectStore("packets");
                    const all = store.getAll();
                    all.onsuccess = () => { opening.result.close(); resolve(all.result); };
                };
            })"""
        )
        return found

    def says_there_is_no_network(self) -> None:
        expect(self.page.locator("main").get_by_text(NO_NETWORK).first).to_be_visible()


@contextmanager
def within(seconds: float) -> Iterator[Callable[[], bool]]:
    end = time.monotonic() + seconds
    yield lambda: time.monotonic() < end


def wait_for(what: Callable[[], bool], seconds: float = SECONDS) -> None:
    with within(seconds) as there_is_time:
        while there_is_time():
            if what():
                return
            time.sleep(0.2)
    raise AssertionError("it did not happen in time")


def is_sent(installation: Installation) -> bool:
    return any(row["is_sent"] for row in installation.rows("response"))


def the_only_answers(installation: Installation) -> dict[str, str]:
    [answers] = answers_of(installation).values()
    assert len(installation.rows("response")) == 1
    return answers


def test_answers_given_without_network_arrive_once_after_the_browser_was_closed(
    installation: Installation, open_browser: Callable[..., Tablet]
) -> None:
    tablet = open_browser().begin(installation.invite("p1")[0])
    given = tablet.answer_up_to(3)
    tablet.wait_until_prepared()
    tablet.lose_network()
    given |= tablet.answer_up_to(LAST)
    tablet.says_there_is_no_network()
    tablet.shows("Klar til at sende?")
    # Looking back works from memory: at what was answered online too.
    shown = tablet.page.locator("ol.summary strong")
    assert shown.count() == LAST
    assert "ikke har svaret" not in tablet.page.locator("main").inner_text()
    tablet.page.locator("ol.summary a").nth(1).click()
    assert tablet.number == 2
    assert tablet.page.locator("input:checked").get_attribute("value") == given[asked()[1]]
    given[asked()[1]] = tablet.answer(1)
    tablet.follow("Tilbage")
    assert tablet.page.locator("input:checked").get_attribute("value") == given[asked()[1]]
    tablet.page.go_back()
    assert tablet.number == 3
    while "/svar/" in tablet.page.url:
        tablet.press("Næste")
        tablet.page.wait_for_timeout(50)
    tablet.press("Send mine svar")
    tablet.shows("Tak for dine svar")
    tablet.says_there_is_no_network()
    assert tablet.page.locator("p.code").inner_text().count("-") == 2

    assert not is_sent(installation)
    assert_unreadable(tablet.packets(), given)
    assert tablet.troubles == []
    tablet.context.close()

    tablet = open_browser()
    tablet.lose_network()
    tablet.page.goto(f"{tablet.wire.url}/om")
    tablet.says_there_is_no_network()
    expect(tablet.page.get_by_text("svar på denne enhed, som ikke er sendt").first).to_be_visible()
    tablet.regain_network()
    wait_for(lambda: is_sent(installation))
    assert the_only_answers(installation) == given
    wait_for(lambda: tablet.packets() == [])
    expect(tablet.page.get_by_text("Alle svar på denne enhed er sendt.")).to_be_visible()


def assert_unreadable(packets: list[dict[str, Any]], given: dict[str, str]) -> None:
    [packet] = packets
    assert set(packet) == {
        "answer_count", "client_id", "content_hash", "page", "position", "sealed", "ticket"
    }  # fmt: skip
    everything = repr(packet)
    for key, value in given.items():
        assert key not in everything
        if len(value) > 2:  # "1" and "dk" are bound to occur in random letters
            assert value not in everything


def test_once_the_network_is_back_the_servers_pages_go_on_and_show_every_answer(
    installation: Installation, open_browser: Callable[..., Tablet]
) -> None:
    tablet = open_browser().begin(installation.invite("p1")[0])
    tablet.lose_network()
    given = tablet.answer_up_to(3)
    tablet.says_there_is_no_network()
    tablet.regain_network()
    wait_for(lambda: list(map(len, answers_of(installation).values())) == [3])
    expect(tablet.page.locator("[data-offline-banner]")).to_have_count(0)
    assert tablet.number == 4
    given |= tablet.answer_up_to(5)
    assert the_only_answers(installation) == given
    tablet.page.goto(f"{tablet.wire.url}/gennemse")
    assert tablet.page.locator("ol.summary strong").count() == 5


def test_a_server_killed_between_answer_and_reply_gets_the_answer_once(
    installation: Installation, open_browser: Callable[..., Tablet], wire: Wire
) -> None:
    tablet = open_browser().begin(installation.invite("p1")[0])
    wire.loses_reply_to = "/svar/1"
    given = {asked()[0]: tablet.answer(1)}
    tablet.says_there_is_no_network()
    assert wire.lost_replies == [204]
    given[asked()[1]] = tablet.answer(2)
    wire.server.start()
    # Sending what was kept is interrupted alike: the server has it, the tablet does not know.
    wire.loses_reply_to = "/offline/answers"
    tablet.page.evaluate("window.dispatchEvent(new Event('online'))")
    wait_for(lambda: len(wire.lost_replies) == 2)
    assert wire.lost_replies == [204, 200]
    assert len(tablet.packets()) == 1
    wire.server.start()
    tablet.page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(tablet.page.locator("[data-offline-banner]")).to_have_count(0)
    given |= tablet.answer_up_to(LAST)
    tablet.press("Send mine svar")
    tablet.page.wait_for_url("**/tak")
    assert the_only_answers(installation) == given
    assert len(installation.rows("offline_delivery")) == 1
    assert installation.rows("offline_remainder") == []


def test_sending_survives_a_lost_reply(
    installation: Installation, open_browser: Callable[..., Tablet], wire: Wire
) -> None:
    tablet = open_browser().begin(installation.invite("p1")[0])
    given = {asked()[0]: tablet.answer()}
    tablet.page.goto(f"{wire.url}/gennemse")
    tablet.wait_until_prepared()
    wire.loses_reply_to = "/send"
    tablet.press("Send mine svar")
    tablet.shows("Tak for dine svar")
    wire.server.start()
    tablet.page.evaluate("window.dispatchEvent(new Event('online'))")
    tablet.page.wait_for_url("**/tak")
    assert the_only_answers(installation) == given
    assert is_sent(installation)


def test_without_scripts_everything_goes_its_usual_way(
    installation: Installation, open_browser: Callable[..., Tablet]
) -> None:
    tablet = open_browser(java_script_enabled=False)
    tablet.begin(installation.invite("p1")[0], is_prepared=False)
    given = tablet.answer_up_to(3)
    assert the_only_answers(installation) == given
    assert tablet.context.service_workers == []


@pytest.mark.parametrize(
    "missing",
    [
        "Object.defineProperty(window, 'indexedDB', { value: undefined })",
        "IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); }",
        "delete Navigator.prototype.serviceWorker",
    ],
    ids=["no store", "store refused", "no service worker"],
)
def test_a_browser_that_cannot_keep_anything_stays_online(
    installation: Installation, open_browser: Callable[..., Tablet], missing: str
) -> None:
    tablet = open_browser()
    tablet.context.add_init_script(missing)
    tablet.begin(installation.invite("p1")[0], is_prepared=False)
    given = tablet.answer_up_to(3)
    assert the_only_answers(installation) == given
    assert tablet.page.evaluate("sessionStorage.length") == 0
    assert tablet.troubles == []


def test_a_wrong_clock_loses_nothing(
    installation: Installation, open_browser: Callable[..., Tablet]
) -> None:
    tablet = open_browser()
    tablet.context.clock.set_fixed_time(datetime(1999, 12, 31))  # noqa: DTZ001 - any will do
    tablet.begin(installation.invite("p1")[0])
    tablet.lose_network()
    given = tablet.answer_up_to(2)
    tablet.context.clock.set_fixed_time(datetime(2051, 1, 1))  # noqa: DTZ001
    given |= tablet.answer_up_to(4)
    tablet.regain_network()
    wait_for(lambda: list(answers_of(installation).values()) == [given])


def test_another_questionnaire_in_another_tab_never_gets_these_answers(
    installation: Installation, open_browser: Callable[..., Tablet]
) -> None:
    one, other = installation.invite("p1", "p2")
    tablet = open_browser().begin(one)
    second = Tablet(tablet.context, tablet.wire)
    second.page = tablet.context.new_page()
    second.begin(other)
    tablet.lose_network()
    first_given = tablet.answer_up_to(2)
    second_given = second.answer_up_to(1)
    tablet.regain_network()
    wait_for(lambda: len(answers_of(installation)) == 2)
    found = sorted(answers_of(installation).values(), key=len)
    assert found == [second_given, first_given]


def test_pages_that_need_the_network_say_so_and_nothing_is_lost(
    installation: Installation, open_browser: Callable[..., Tablet]
) -> None:
    code = format_code(installation.invite("p1")[0])
    tablet = open_browser().begin(code.replace("-", ""))
    tablet.lose_network()
    tablet.answer()
    tablet.follow("Sådan bruger vi dine svar")
    expect(tablet.page.get_by_text("først vises, når der er net")).to_be_visible()
    assert tablet.number == 2
    tablet.press("English")
    expect(tablet.page.get_by_role("button", name="Next", exact=True)).to_be_visible()
    tablet.page.get_by_role("link", name="Stop now", exact=True).click()
    assert "You have answered one question." in tablet.page.locator("main").inner_text()
    tablet.page.get_by_role("link", name="Take a break", exact=True).click()
    tablet.says_there_is_no_network()
    assert "svar/" not in tablet.page.url
    tablet.regain_network()
    wait_for(lambda: len(answers_of(installation)) == 1)
