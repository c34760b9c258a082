"""The real server: what it writes down while everybody knocks, and those who send very slowly."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from accounts_builder import add_person
from builders import Installation

from survey_service.fieldwork.access_codes import make_code

MARK = "mrk7"
"""Stands in whatever a person sends that must not be written down."""

CONTACT = f"{MARK}@person.example"
ADDRESS = "203.0.113.77"
CONNECTIONS_OF_A_SLOW_ATTACK = 12


@pytest.fixture
def server(installation: Installation, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The address of a running server, and the file with all it writes."""
    (installation.folder / "settings.toml").write_text("trusted_proxies = 1\n")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path / "log.txt"
    command = [sys.executable, "-c", "from survey_service.cli import main; main()"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--instance", installation.folder, "serve", "--port", str(port)],
            stdout=output, stderr=output, env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, process)
        yield address, log
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 90
    while True:
        assert process.poll() is None, "the server ended"
        with suppress(OSError), urllib.request.urlopen(address, timeout=30):  # noqa: S310 - our own
            return
        assert time.monotonic() < deadline, "the server does not answer"
        time.sleep(0.3)


class Browser:
    """A browser with cookies, behind a proxy that tells its address."""

    def __init__(self, address: str, last: int) -> None:
        self.address, self.last = address, last
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(jar)

    def open(self, path: str, **fields: str) -> str:
        """Get a page, or post fields with the token of the front page."""
        headers = {"X-Forwarded-For": ADDRESS if self.last == 0 else f"203.0.113.{self.last}"}
        data = urllib.parse.urlencode(fields).encode() if fields else None
        request = urllib.request.Request(self.address + path, data, headers)  # noqa: S310 - our own
        try:
            with self.opener.open(request, timeout=60) as page:
                return str(page.read().decode())
        except urllib.error.HTTPError as error:
            return error.read().decode()

    def post(self, path: str, **fields: str) -> str:
        """Post a form with a token of this browser's."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.open("/was"))
        assert found is not None
        return self.open(path, csrf_token=found[1], **fields)


def knock(address: str, number: int, code: str) -> None:
    """Try every door once with something that must not be written down."""
    browser = Browser(address, number)
    wrong = make_code(lambda _bits: 7919 + number)
    browser.post("/", code=wrong)
    browser.post("/fortryd", code=wrong)
    browser.open(f"/k/{wrong}")
    browser.open(f"/aaben/{MARK}{number}")
    browser.post("/k", token=f"{MARK}{number}")
    browser.post("/arbejdsrum/log-ind", name=CONTACT, password=f"{MARK} adgangskode")
    browser.open(f"/{MARK}/{wrong}?code={wrong}&mail={CONTACT}")
    browser.open("/offline/answers", ticket=MARK)
    browser.post("/", code=code)
    page = browser.open("/svar/2")
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    browser.open("/svar/2", **{**form, "answer": f"{MARK} svar"})


def test_nothing_people_send_and_no_address_is_written_down_under_load(
    installation: Installation, server: tuple[str, Path]
) -> None:
    add_person(installation)
    codes = installation.invite(*(f"p{number}" for number in range(12)), contact=CONTACT)
    address, log = server
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(knock, [address] * 12, range(12), codes))
        exhausted = Browser(address, 99)
        # Two processes that share no memory take half each, twenty together, whichever is asked.
        pages = [exhausted.post("/", code=make_code(lambda _b, n=n: n + 1)) for n in range(41)]
    waits = ["Vent lidt, og prøv igen" in page for page in pages]
    assert 10 <= waits.count(False) <= 20
    for oddity in (f"GET /k/{MARK} HTTP/9.9\r\n\r\n", f"{MARK}\r\n\r\n",
                   f"POST / HTTP/1.1\r\nHost: {MARK}\r\nContent-Length: -1\r\n\r\n{MARK}",
                   f"GET /{MARK} HTTP/1.1\r\nHost: x\r\n{MARK}\r\n\r\n",
                   "GET / HTTP/1.1\r\nHost: x\r\n" + f"X: {MARK}{'y' * 9000}\r\n\r\n"):  # fmt: skip
        port = int(address.rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(oddity.encode())
            connection.recv(1000)
    written = log.read_text()
    assert "Invalid request" in written  # what it is silent on did reach it
    assert MARK not in written
    assert "203.0.113." not in written
    assert "127.0.0.1" not in written
    for code in [*codes, *(make_code(lambda _b, n=n: 7919 + n) for n in range(12))]:
        assert code not in written
        assert code[:4] + "-" + code[4:8] not in written
    with_database = [installation.database_file, *installation.folder.glob("survey.sqlite3-*")]
    for file in with_database:
        assert ADDRESS.encode() not in file.read_bytes(), file.name


@pytest.mark.long
def test_those_who_send_very_slowly_do_not_keep_others_out(server: tuple[str, Path]) -> None:
    address, _log = server
    port = int(address.rsplit(":", 1)[1])
    slow = []
    try:
        for _ in range(CONNECTIONS_OF_A_SLOW_ATTACK):
            connection = socket.create_connection(("127.0.0.1", port), timeout=60)
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\nX: ")
            slow.append(connection)
        begun = time.monotonic()
        with urllib.request.urlopen(address, timeout=120) as page:  # noqa: S310 - our own
            assert page.status == 200
        # At worst all 12 hold the 4 threads of one process three times over, 10 seconds each.
        assert time.monotonic() - begun < 45
    finally:
        for connection in slow:
            connection.close()
