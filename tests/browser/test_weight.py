"""What the question pages weigh on the wire, counted in the browser: data can be dear."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from demonstration import Demonstration
from person import Person
from playwright.sync_api import Browser, Page

KILOBYTE = 1024


@dataclass
class Wire:
    """What came over the wire to one page, headers and all."""

    sizes: dict[str, int] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    begun: dict[str, float] = field(default_factory=dict)
    whole: float = 0.0

    def listen(self, page: Page) -> None:
        """Count from now on."""
        protocol = page.context.new_cdp_session(page)
        protocol.on("Network.requestWillBeSent", self._note_request)
        protocol.on("Network.loadingFinished", self._note_finished)
        protocol.on("Page.loadEventFired", self._note_whole)
        protocol.send("Network.enable")
        protocol.send("Page.enable")
        # What the service worker fetches for the page would not be counted as the page's.
        protocol.send("Network.setBypassServiceWorker", {"bypass": True})

    def forget(self) -> None:
        """Begin counting anew."""
        self.sizes.clear()
        self.addresses.clear()
        self.begun.clear()

    @property
    def by_address(self) -> dict[str, int]:
        """What each address cost, in bytes; nothing for what the browser had already."""
        return {
            urlsplit(self.addresses[key]).path: size for key, size in self.sizes.items() if size
        }

    @property
    def needed(self) -> dict[str, int]:
        """What the page asked for before it was whole."""
        before = {key for key, moment in self.begun.items() if moment <= self.whole}
        paths = {urlsplit(self.addresses[key]).path for key in before}
        return {path: size for path, size in self.by_address.items() if path in paths}

    def _note_whole(self, event: dict[str, Any]) -> None:
        self.whole = float(event["timestamp"])

    def _note_request(self, event: dict[str, Any]) -> None:
        key = event["requestId"]
        if "redirectResponse" in event:
            hop = f"{key} redirected"
            self.addresses[hop] = self.addresses.get(key, "")
            self.sizes[hop] = int(event["redirectResponse"]["encodedDataLength"])
        if event["request"]["url"].startswith("http"):
            self.addresses[key] = event["request"]["url"]
            self.begun[key] = float(event["timestamp"])

    def _note_finished(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self.addresses:
            self.sizes[event["requestId"]] = int(event["encodedDataLength"])


@pytest.fixture
def newcomer(chromium: Browser, person: Person, demonstration: Demonstration) -> Iterator[Person]:
    """Somebody before the first question whose browser holds nothing but the cookie."""
    person.begin(demonstration.issue_code())
    cookies = person.context.cookies()
    person.context.close()
    fresh = Person(chromium, demonstration.url)
    fresh.context.add_cookies(cookies)  # type: ignore[arg-type]
    yield fresh
    fresh.context.close()


def test_a_question_page_weighs_at_most_60_kilobytes_and_8_requests_and_the_next_one_8_kilobytes(
    newcomer: Person,
) -> None:
    wire = Wire()
    wire.listen(newcomer.page)
    newcomer.open("/svar/1")
    newcomer.page.wait_for_load_state("networkidle")
    needed = wire.needed
    # Whole is when style, fonts and scripts are there.
    assert len(needed) <= 8, needed
    assert 20 * KILOBYTE < sum(needed.values()) <= 60 * KILOBYTE, needed
    assert sum("woff2" in address for address in needed) == 2
    # What the device keeps to go on without network comes after, once per device.
    kept = wire.by_address.keys() - needed.keys()
    assert all(address.startswith("/offline/") for address in kept), kept
    assert sum(wire.by_address[address] for address in kept) <= 30 * KILOBYTE, wire.by_address

    wire.forget()
    newcomer.answer("Jeg svarer selv").page.wait_for_load_state("networkidle")
    assert newcomer.path == "/svar/2"
    needed = wire.needed
    assert 4 * KILOBYTE < needed["/svar/2"] <= sum(needed.values()) <= 8 * KILOBYTE, needed
    # With what is asked for once the page is there, to go on without network.
    assert any(address.startswith("/offline/") for address in wire.by_address), wire.by_address
    assert sum(wire.by_address.values()) <= 8 * KILOBYTE, wire.by_address
