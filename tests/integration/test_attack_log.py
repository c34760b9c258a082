"""Nothing secret in what a real server writes down, also where the database breaks under it."""

import re
import sqlite3
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from accounts_builder import NAME, PASSWORD, SIGN_IN, add_person
from builders import Installation
from test_open_door_server import Browser, server  # noqa: F401 - a fixture

from survey_service.accounts.roles import Role

pytestmark = pytest.mark.long

IPV6 = "2001:db8:77:88::1234"
WORDS = "Jeg er glad for maleværkstedet"
CODE = r'<p class="code[^"]*">([^<]+)</p>'
TOLD_OF_THE_INSIDE = ("Traceback", "sqlite", "sqlalchemy", "survey_service", "werkzeug", "flask",
                      "no such table", "/site-packages/", "python")  # fmt: skip


class Witness(Browser):
    """A browser behind an IPv6 line that remembers every cookie it ever held."""

    def __init__(self, address: str) -> None:
        super().__init__(address, 1)
        self.jar = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        self.opener.addheaders = [("X-Forwarded-For", IPV6)]
        self.secrets: set[str] = set()
        self.status, self.server_header = 0, ""

    def open(self, path: str, **fields: str) -> str:
        """Get or post, and note what must not be written down."""
        data = urllib.parse.urlencode(fields).encode() if fields else None
        request = urllib.request.Request(self.address + path, data)  # noqa: S310 - our own
        try:
            with self.opener.open(request, timeout=60) as page:
                html = str(page.read().decode())
                self.status, self.server_header = page.status, page.headers.get("Server", "")
        except urllib.error.HTTPError as error:
            html = error.read().decode()
            self.status, self.server_header = error.code, error.headers.get("Server", "")
        self.secrets |= {str(cookie.value) for cookie in self.jar}
        self.secrets |= {value for name, value in fields.items() if name == "csrf_token"}
        return html

    def submit(self, page: str, action: str, **fields: str) -> str:
        """Fill in the form of a page that posts to `action`."""
        html = self.open(page)
        found = re.search(
            rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', html, re.DOTALL
        )
        assert found is not None, (page, action, self.status)
        hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', found[1])
        return self.open(action, **{name: unescape(value) for name, value in hidden} | fields)

    def keep(self, pattern: str, html: str) -> str:
        """Note a secret that a page shows."""
        found = re.search(pattern, html)
        assert found is not None, html
        self.secrets.add(found[1].strip())
        return found[1].strip()


def somebody_answers(address: str, code: str) -> set[str]:
    """Answer by code, send, and take the answers back by the code that is shown for it."""
    person = Witness(address)
    person.submit("/", "/", code=code)
    for number in range(1, 4):
        person.submit(f"/svar/{number}", f"/svar/{number}", answer="1")
    shown = person.submit("/gennemse", "/send")
    withdrawal = person.keep(CODE, shown)
    person.submit("/fortryd", "/fortryd", code=withdrawal)
    return person.secrets | {code}


def somebody_pauses(address: str, token: str) -> set[str]:
    """Answer by an open link and take a pause."""
    person = Witness(address)
    person.open(f"/aaben/{token}")
    person.submit("/svar/1", "/svar/1", answer="1")
    shown = person.submit("/pause", "/pause")
    person.keep(CODE, shown)
    return person.secrets | {token}


def an_administrator_works(address: str, viewer: object, project: object, unit: object) -> set[str]:
    """Sign in, make a one-time password, begin two-step sign-in, pair a tablet."""
    person = Witness(address)
    person.submit(SIGN_IN, SIGN_IN, name=NAME, password=PASSWORD)
    reset = f"/arbejdsrum/brugere/{viewer}/nulstil"
    shown = person.submit(reset, reset)
    person.keep(r"\b((?:[a-z2-9]{5}-){3}[a-z2-9]{5})\b", shown)
    shown = person.open("/arbejdsrum/min-konto/totrinslogin")
    person.keep(r'<p class="account-secret"><code[^>]*>([^<]+)</code>', shown)
    tablets = f"/arbejdsrum/projekt/{project}/tablets"
    person.submit(tablets, tablets, unit=str(unit), name="Stuen")
    return person.secrets | {PASSWORD, NAME}


def break_database(file: Path) -> None:
    """Take away tables that pages need, under a running server."""
    connection = sqlite3.connect(file, timeout=30)
    connection.executescript("DROP TABLE answer; DROP TABLE score; DROP TABLE project_contact;")
    connection.close()


def test_no_code_password_cookie_or_address_is_written_down_though_everything_fails(
    installation: Installation,
    server: tuple[str, Path],  # noqa: F811 - the fixture
) -> None:
    add_person(installation, role=Role.ADMINISTRATOR)
    viewer = add_person(installation, "ola@kommune.example", Role.VIEWER)
    codes = installation.invite(*(f"p{number}" for number in range(5)))
    token = installation.open_link()
    address, log = server
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(somebody_answers, address, code) for code in codes[:4]]
        done.append(pool.submit(somebody_pauses, address, token))
        secrets = set().union(*(one.result() for one in done))
    secrets |= an_administrator_works(
        address, viewer, installation.project_id, installation.units["house"]
    )
    caught = Witness(address)
    caught.submit("/", "/", code=codes[4])
    form = caught.open("/svar/1")
    break_database(installation.database_file)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    pages = [caught.open("/svar/1", **hidden, answer="1", text=WORDS), caught.open("/svar/2")]
    assert caught.status == 500
    for page in pages:
        assert [word for word in TOLD_OF_THE_INSIDE if word in page.lower()] == []
    assert not re.search(r"\d", caught.server_header)
    secrets |= caught.secrets | {WORDS, IPV6, "2001:db8", "127.0.0.1", codes[4]}
    written = log.read_text()
    assert "ERROR" in written  # what is looked through did tell of the failures
    assert len(secrets) > 20
    for secret in secrets - {""}:
        for spelling in (secret, secret.replace("-", ""), secret.replace(" ", "")):
            assert spelling not in written, secret
