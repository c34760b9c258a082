"""Somebody in front of a browser: reads what the page shows, clicks, types."""

import re

from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize

TABLET: ViewportSize = {"width": 768, "height": 1024}

LEADS_TO = """(target) => ['reset', 'button'].includes(target.type) ? ''
    : new URL(target.href ?? target.form?.action ?? '', location).pathname"""
WATCHED = re.compile(r"/svar/\d+|/send|/slet|/gennemse|/stop|/pause")
"""Where a script takes the way from the browser, to go on when the network is gone."""


class Person:
    """One person with one browser of their own; tells of everything that went wrong in it."""

    def __init__(self, browser: Browser, url: str, *, java_script: bool = True) -> None:
        self.url = url
        self.context: BrowserContext = browser.new_context(
            base_url=url, viewport=TABLET, java_script_enabled=java_script, locale="da-DK"
        )
        self.context.set_default_timeout(15_000)
        self.troubles: list[str] = []
        self._watch(self.context)
        self.page: Page = self.context.new_page()

    def _watch(self, context: BrowserContext) -> None:
        context.on("console", lambda message: self._note(message.type, message.text))
        context.on("weberror", lambda error: self.troubles.append(f"script: {error.error}"))
        context.on("request", lambda request: self._note_request(request.url))
        context.on("response", lambda found: self._note_status(found.status, found.url))

    def _note(self, kind: str, text: str) -> None:
        # The browser reports every refused page as an error of its own; refusals are tested.
        if kind in {"error", "warning"} and "responded with a status of 4" not in text:
            self.troubles.append(f"console: {text}")

    def _note_request(self, address: str) -> None:
        if not address.startswith((self.url + "/", "data:")):
            self.troubles.append(f"request to another host: {address}")

    def _note_status(self, status: int, address: str) -> None:
        if status >= 500:
            self.troubles.append(f"status {status}: {address}")

    # ---- reading ----

    @property
    def heading(self) -> str:
        """The page's first heading."""
        return self.page.locator("h1").first.inner_text()

    @property
    def words(self) -> str:
        """Everything the main part of the page shows."""
        return self.page.locator("main").inner_text()

    @property
    def path(self) -> str:
        """Where the browser is."""
        return self.page.url.removeprefix(self.url)

    @property
    def chosen(self) -> list[str]:
        """The options that are chosen on the question page."""
        return [
            text.strip() for text in self.page.locator("label:has(input:checked)").all_inner_texts()
        ]

    @property
    def is_at_question(self) -> bool:
        """Whether the page is one of the questions."""
        return self.path.startswith("/svar/")

    @property
    def withdrawal_code(self) -> str:
        """The code on the thank-you page."""
        return self.page.locator("p.code").inner_text()

    # ---- acting ----

    def open(self, path: str) -> "Person":
        """Go to an address of the service."""
        self.page.goto(path)
        return self

    def in_a_new_tab(self, path: str) -> "Person":
        """Go on at an address in a tab without a history, and close the one before."""
        earlier, self.page = self.page, self.context.new_page()
        earlier.close()
        return self.open(path)

    def enter(self, code: str) -> "Person":
        """Type a code on the front page and go on."""
        self.open("/").page.get_by_label("Din kode").fill(code)
        return self.press("Fortsæt")

    def begin(self, code: str) -> "Person":
        """Type a code, read the introduction and go to the first question."""
        return self.enter(code).start()

    def start(self) -> "Person":
        """Go from the introduction to the first question, past the practice."""
        self.follow("Begynd")
        if self.path == "/proev":
            self.follow("Spring øvelsen over")
        return self

    def press(self, name: str) -> "Person":
        """Press the button of that name."""
        return self._go(self.page.get_by_role("button", name=name, exact=True))

    def follow(self, name: str) -> "Person":
        """Follow the link of that name."""
        return self._go(self.page.get_by_role("link", name=name, exact=True))

    def _go(self, target: Locator) -> "Person":
        """Click, and be on the whole page it leads to: scripts look for the network first."""
        if WATCHED.fullmatch(str(target.evaluate(LEADS_TO))):
            with self.page.expect_navigation():
                target.click()
        else:
            target.click()
            self.page.wait_for_load_state()
        return self

    def choose(self, label: str) -> "Person":
        """Click the row with an option's words."""
        self.option(label).click()
        return self

    def option(self, label: str) -> Locator:
        """The row with an option's words."""
        return self.page.locator("label").filter(has=self.page.get_by_text(label, exact=True))

    def answer(self, label: str) -> "Person":
        """Choose an option and go on."""
        return self.choose(label).press("Næste")

    def answer_to_the_end(self, label: str = "I høj grad") -> "Person":
        """Answer every question from here: that option, else the page's first."""
        while self.is_at_question:
            if self.option(label).count():
                self.answer(label)
            else:
                self.answer_first_option()
        return self

    def send_what_there_is(self) -> "Person":
        """Answer one question, stop, and send that."""
        return self.answer_first_option().follow("Stop nu").send()

    def answer_first_option(self) -> "Person":
        """Choose the page's first option and go on."""
        self.page.locator("label:has(input)").first.click()
        return self.press("Næste")

    def send(self) -> "Person":
        """Send the answers from the page that shows them all."""
        return self.press("Send mine svar")
