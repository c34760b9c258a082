"""The address of a letter's QR code in a real browser: no code in its files, none in any log."""

import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from builders import TODAY, Installation
from demonstration import _free_port
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from survey_service.fieldwork.batches import Invited, load_invited
from survey_service.fieldwork.invitations import BatchKind, Invitee, invite_batch
from survey_service.storage import invitations as storage
from survey_service.storage.database import reading

pytestmark = [pytest.mark.browser, pytest.mark.long]

SECONDS_UNTIL_WRITTEN = 12
"""Chromium writes its history some seconds after a page was left, and when it closes."""


@dataclass
class Served:
    """A running service and every request line it was sent."""

    url: str
    requests: list[str] = field(default_factory=list)


@pytest.fixture
def served(installation: Installation) -> Iterator[Served]:
    found = Served(f"http://127.0.0.1:{_free_port()}")

    class Noting(WSGIRequestHandler):
        def log_request(self, *_arguments: object) -> None:
            found.requests.append(f"{self.requestline} {self.headers.get('Referer', '')}")

    port = int(found.url.rpartition(":")[2])
    server: BaseWSGIServer = make_server(
        "127.0.0.1", port, installation.app, threaded=True, request_handler=Noting
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def invited(installation: Installation) -> Invited:
    invitee = Invitee(installation.units["house"], "citizen", "p1")
    with installation.context():
        wave_id = installation.waves["baseline"]
        batch_id = invite_batch(installation.keys, wave_id, BatchKind.LIST, [invitee], TODAY)
        batch = storage.find_batch(reading(), batch_id)
        assert batch is not None
        [person] = load_invited(installation.keys, batch)
    return person


class ProfiledBrowser:
    """Chromium with files of its own in `folder`, as on somebody's telephone."""

    def __init__(self, chromium: Browser, folder: Path, **choices: object) -> None:
        self.chromium, self.folder, self.choices = chromium, folder, choices

    def __enter__(self) -> Page:
        self._context: BrowserContext = self.chromium.browser_type.launch_persistent_context(
            self.folder,
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu"],
            **self.choices,  # type: ignore[arg-type]
        )
        return self._context.pages[0]

    def __exit__(self, *_error: object) -> None:
        self._context.close()


def files_that_hold(folder: Path, text: str) -> list[str]:
    """The files of a browser that hold a text, as bytes or as UTF-16."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            if text.encode() in content or text.encode("utf-16-le") in content:
                found.append(str(path.relative_to(folder)))
    return found


def test_neither_the_browsers_files_nor_a_request_ever_hold_the_code(
    chromium: Browser, served: Served, invited: Invited, tmp_path: Path
) -> None:
    folder = tmp_path / "profile"
    with ProfiledBrowser(chromium, folder) as page:
        page.goto(invited.link(served.url))
        page.wait_for_url("**/om")
        page.goto(f"{served.url}/svar/1")
        page.wait_for_timeout(SECONDS_UNTIL_WRITTEN * 1000)
    assert files_that_hold(folder, "/svar/1")  # it does write its history there
    for code in (invited.shown_code, invited.shown_code.replace("-", "")):
        assert files_that_hold(folder, code) == []
        assert not [line for line in served.requests if code in line]
    assert not [line for line in served.requests if invited.token in line]


def test_the_address_a_browser_has_kept_opens_nothing_for_the_next_one(
    chromium: Browser, served: Served, invited: Invited, tmp_path: Path
) -> None:
    with ProfiledBrowser(chromium, tmp_path / "first") as page:
        page.goto(invited.link(served.url))
        page.wait_for_url("**/om")
        assert page.evaluate("history.length") <= 3
    with ProfiledBrowser(chromium, tmp_path / "next") as page:
        page.goto(invited.link(served.url))
        page.get_by_text(re.compile("virker kun én gang")).first.wait_for()
        assert page.url == f"{served.url}/k"
        page.get_by_label("Din kode").fill(invited.shown_code)
        page.get_by_role("button", name="Fortsæt").click()
        page.wait_for_url("**/om")


def test_back_leads_to_an_address_without_anything_in_it(
    chromium: Browser, served: Served, invited: Invited, tmp_path: Path
) -> None:
    with ProfiledBrowser(chromium, tmp_path / "profile") as page:
        page.goto(invited.link(served.url))
        page.wait_for_url("**/om")
        page.go_back()
        assert invited.token not in page.url


def test_without_scripts_the_page_asks_for_the_code_on_the_letter(
    chromium: Browser, served: Served, invited: Invited, tmp_path: Path
) -> None:
    with ProfiledBrowser(chromium, tmp_path / "profile", java_script_enabled=False) as page:
        page.goto(invited.link(served.url))
        page.get_by_label("Din kode").fill(invited.shown_code)
        page.get_by_role("button", name="Fortsæt").click()
        page.wait_for_url("**/om")
