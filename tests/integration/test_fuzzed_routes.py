"""Malformed requests over all routes: never a failure, never a trace, and strangers store nothing.

What is sent is drawn from a seed, so that a failure can be repeated; the routes, the fields of
their forms and the ids in their addresses are the application's own.
"""

import io
import logging
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_from_bytes, urlencode
from uuid import UUID, uuid4

import pytest
from accounts_builder import add_person, enter
from builders import Installation
from flask_wtf import FlaskForm
from werkzeug.routing import Rule
from werkzeug.test import run_wsgi_app

pytestmark = pytest.mark.long

STRANGERS, EVALUATORS, RESPONDENTS = 12_500, 6_000, 3_000
SHOWN_AS_TRACE = (b"Traceback", b"sqlalchemy", b"werkzeug", b"jinja2", b"survey_service/")
METHODS = ("GET", "GET", "POST", "POST", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS",
           "TRACE", "PROPFIND", "get", "X")  # fmt: skip
TEXTS = (
    "", " ", "0", "1", "-1", "5", "3.5", "1e309", "NaN", "inf", "9" * 400, "1_0", "٣", "²",
    "true", "None", "null", "[]", "{}", "da", "en", "citizen", "staff", "baseline", "next", "save",
    "test", "2026-05-01", "2026-02-30", "0001-01-01", "9999-12-31", "2026-13-45", "12:99",
    "<script>alert(1)</script>", "{{7*7}}", "{0.__class__}", "%s%n", "' OR 1=1 --", "=1+1",
    "../../../etc/passwd", "..\\..\\x", "//evil.example", "\\evil.example", "javascript:alert(1)",
    "a\r\nSet-Cookie: x=1", "a\x00b", "\x1b[31m", "\u202e", "\ufeff", "\U0001f9e0", "æøå",
    "0000-0000-000", "1000-0000-00H", "a@b.example", "010170-1234", "x" * 300, "ø" * 30_000,
    "\n".join("a;b;c" for _ in range(200)), '{"a": [[[[[[]]]]]]}', "!!python/object:os.system x",
)  # fmt: skip
BYTES = (b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"\x00", b"%ff%zz%", b"&&==&=", b";" * 50)
FILES = (
    b"", b"PK\x03\x04", b"PK\x03\x04" + b"\x00" * 500, b"\x1f\x8b\x08", b"\xff\xfea\x00;\x00",
    b"unit;audience;count\nhouse;citizen;x\n", b"reference;unit\np1;house\np1;house\n",
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    b"a,b\n\"unclosed\n", b"\x00" * 1000, "navn;svar\nÆ;1\n".encode("cp1252"), b";;;;\n" * 300,
)  # fmt: skip
TYPES = (
    "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-16",
    "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=x",
    "application/json", "application/json; charset=klingon", "text/xml", "application/yaml",
    "text/plain", "", "/", "æ/ø", "x" * 500, "application/octet-stream",
)  # fmt: skip
HEADERS = (
    ("HTTP_HOST", "evil.example"), ("HTTP_HOST", ""), ("HTTP_HOST", "a b"), ("HTTP_HOST", "[::1"),
    ("HTTP_HOST", "localhost:99999"), ("HTTP_HOST", "x" * 300), ("HTTP_X_FORWARDED_FOR", "x, ,"),
    ("HTTP_X_FORWARDED_HOST", "evil.example"), ("HTTP_ACCEPT_ENCODING", "gzip;q=x"),
    ("HTTP_ACCEPT_LANGUAGE", "da;q=æ"), ("HTTP_RANGE", "bytes=9-1"), ("HTTP_RANGE", "bytes=0-0,x"),
    ("HTTP_IF_NONE_MATCH", '"'), ("HTTP_IF_MODIFIED_SINCE", "igår"), ("HTTP_X_IN_PLACE", "1"),
    ("HTTP_REFERER", "http://evil.example/arbejdsrum/"), ("HTTP_REFERER", "http://[x"),
    ("HTTP_ORIGIN", "null"), ("HTTP_ORIGIN", "http://[x"), ("HTTP_SEC_FETCH_SITE", "cross-site"),
    ("HTTP_SEC_FETCH_SITE", "same-origin"), ("HTTP_AUTHORIZATION", "Basic ////"),
    ("HTTP_X_HTTP_METHOD_OVERRIDE", "DELETE"), ("HTTP_TRANSFER_ENCODING", "chunked"),
    ("CONTENT_LENGTH", "-1"), ("CONTENT_LENGTH", "99999999"), ("CONTENT_LENGTH", "x"),
    ("CONTENT_LENGTH", "0"), ("SCRIPT_NAME", "/x"), ("REMOTE_ADDR", ""),
)  # fmt: skip


@dataclass
class Sender:
    """Somebody who sends nonsense: a stranger, somebody signed in, or somebody answering."""

    installation: Installation
    chance: random.Random
    ids: list[UUID]
    cookies: dict[str, str]
    token: str

    def __post_init__(self) -> None:
        app = self.installation.app
        self.rules = sorted(app.url_map.iter_rules(), key=str)
        self.fields = {
            rule.endpoint: _fields_of(app.view_functions[rule.endpoint]) for rule in self.rules
        }
        self.statuses: Counter[int] = Counter()

    def send(self, *spared: str) -> tuple[str, int, bytes]:
        """Send one request; return what it was, the status and the page."""
        rule = self.chance.choice(self.rules)
        while rule.endpoint in spared:
            rule = self.chance.choice(self.rules)
        environ = self._environ(rule)
        told = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO'][:200]!r} ({rule.endpoint})"
        body, status, _headers = run_wsgi_app(
            self.installation.app.wsgi_app, environ, buffered=True
        )
        self.statuses[int(status.split()[0])] += 1
        return told, int(status.split()[0]), b"".join(body)

    def _environ(self, rule: Rule) -> dict[str, Any]:
        chance = self.chance
        kind, body = self._body(rule)
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self._method(rule),
            "SCRIPT_NAME": "",
            "PATH_INFO": self._path(rule),
            "QUERY_STRING": self._query(),
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            # Another address each time, or the limits on failed codes would answer for the pages.
            "REMOTE_ADDR": f"10.{chance.randrange(256)}.{chance.randrange(256)}.1",
            "HTTP_HOST": "localhost",
            "HTTP_COOKIE": self._cookie(),
            "CONTENT_TYPE": kind,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "wsgi.input_terminated": True,
        }
        if chance.random() < 0.3:
            environ |= dict(chance.sample(HEADERS, chance.randrange(1, 4)))
        return environ

    def _method(self, rule: Rule) -> str:
        declared = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if declared and self.chance.random() < 0.7:
            return self.chance.choice(declared)
        return self.chance.choice(METHODS)

    def _path(self, rule: Rule) -> str:
        if self.chance.random() < 0.05:
            return self._mangled("/" + self.chance.choice(TEXTS))
        values = {name: self._value_for(rule, name) for name in rule.arguments}
        path = str(rule.rule)
        for name, value in values.items():
            path = re.sub(rf"<(?:[^<>]*:)?{name}>", lambda _found, value=value: value, path)
        return self._mangled(path) if self.chance.random() < 0.1 else _as_wsgi(path)

    def _value_for(self, rule: Rule, name: str) -> str:
        chance, converter = self.chance, rule._converters[name]
        kind = type(converter).__name__
        if chance.random() < 0.15:
            return chance.choice(TEXTS)[:500]
        if kind == "UUIDConverter":
            return str(chance.choice(self.ids) if chance.random() < 0.8 else uuid4())
        if kind == "IntegerConverter":
            return chance.choice(("0", "1", "2", "7", "999", str(2**63), str(10**30), "01"))
        if kind == "AnyConverter":
            return str(chance.choice(sorted(converter.items)))
        return chance.choice(TEXTS)[:500]

    def _mangled(self, path: str) -> str:
        raw = bytearray(path.encode("utf-8", "surrogatepass"))
        at = self.chance.randrange(len(raw) + 1)
        raw[at:at] = self.chance.choice(BYTES)
        return bytes(raw).decode("latin-1")

    def _query(self) -> str:
        if self.chance.random() < 0.7:
            return ""
        names = ("kommune", "maaling", "visning", "del", "number", "page", "known", "gemt", "code",
                 "state", "importeret", "sprog", "next")  # fmt: skip
        pairs = [(self.chance.choice(names), self._text()) for _ in range(3)]
        query = urlencode(pairs, errors="surrogatepass")
        return query + quote_from_bytes(self.chance.choice(BYTES))

    def _cookie(self) -> str:
        chosen = dict(self.cookies)
        if chosen and self.chance.random() < 0.15:
            name = self.chance.choice(sorted(chosen))
            chosen[name] = self._tampered(chosen[name])
        if self.chance.random() < 0.15:
            name = self.chance.choice(("kiosk", "kiosk-last", "farewell", "unsent", "sitting", "æ"))
            chosen[name] = self.chance.choice((*TEXTS[:60], "e30.e30.e30", "." * 40, "eyJ9"))
        raw = "; ".join(f"{name}={value}" for name, value in chosen.items())
        return _as_wsgi(raw.replace("\r", "").replace("\n", ""))

    def _tampered(self, value: str) -> str:
        at = self.chance.randrange(len(value) + 1)
        return value[:at] + self.chance.choice("abc.-_%") + value[at + 1 :]

    def _body(self, rule: Rule) -> tuple[str, bytes]:
        draw = self.chance.random()
        fields = self._chosen_fields(rule)
        if draw < 0.55:
            body = urlencode(fields, errors="surrogatepass").encode()
            if self.chance.random() < 0.1:
                body += b"&" + self.chance.choice(BYTES)
            return "application/x-www-form-urlencoded", body
        if draw < 0.8:
            return self._multipart(fields)
        if draw < 0.9:
            texts = ", ".join(f'"{name}": "{quote(value[:50])}"' for name, value in fields)
            return "application/json", ("{" + texts + self.chance.choice(("}", "", "}}"))).encode()
        return _as_wsgi(self.chance.choice(TYPES)), self.chance.choice((*FILES, *BYTES))

    def _chosen_fields(self, rule: Rule) -> list[tuple[str, str]]:
        known = self.fields[rule.endpoint]
        names = [name for name in known if self.chance.random() < 0.8]
        names += [self.chance.choice(TEXTS)[:30] for _ in range(self.chance.randrange(2))]
        found = [(name, self._text()) for name in names]
        if self.chance.random() < 0.85:
            found.append(("csrf_token", self.token))
        return found * (2 if self.chance.random() < 0.05 else 1)

    def _text(self) -> str:
        if self.chance.random() < 0.2:
            return str(self.chance.choice(self.ids))
        return self.chance.choice(TEXTS)

    def _multipart(self, fields: list[tuple[str, str]]) -> tuple[str, bytes]:
        parts = []
        for name, value in fields:
            is_file = name in {"file", "table", "list", "upload"} or self.chance.random() < 0.1
            filename = self.chance.choice(("a.csv", "a.xlsx", "../../a", "", "a\x00.csv", "æ.zip"))
            content = self.chance.choice(FILES) if is_file else value.encode()
            mark = f'; filename="{filename}"' if is_file else ""
            head = f'--fuzz\r\nContent-Disposition: form-data; name="{name}"{mark}\r\n\r\n'
            parts.append(head.encode("utf-8", "surrogatepass") + content + b"\r\n")
        end = b"--fuzz--\r\n" if self.chance.random() < 0.9 else self.chance.choice(BYTES)
        return "multipart/form-data; boundary=fuzz", b"".join(parts) + end


def _as_wsgi(text: str) -> str:
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def _fields_of(view: Callable[..., Any]) -> list[str]:
    """The fields of the forms that the view's module knows."""
    inner = view
    while hasattr(inner, "__wrapped__"):
        inner = inner.__wrapped__
    names = set()
    for found in vars(inner).get("__globals__", inner.__globals__).values():
        if isinstance(found, type) and issubclass(found, FlaskForm):
            names |= {name for name in dir(found) if _is_field(found, name)}
    return sorted(names)


def _is_field(form: type, name: str) -> bool:
    return type(getattr(form, name, None)).__name__ == "UnboundField"


def _ids_in(installation: Installation) -> list[UUID]:
    rows = installation.contents()
    found = {value for table in rows.values() for row in table for value in row}
    return sorted(value for value in found if isinstance(value, UUID))


def _sender(installation: Installation, seed: int, client: Any = None) -> Sender:
    visitor = installation.visitor()
    if client is not None:
        visitor.client = client
    visitor.get("/")
    token = visitor.form("/sprog")["csrf_token"]
    cookie = visitor.client.get_cookie("sitting")
    assert cookie is not None
    return Sender(
        installation, random.Random(seed), _ids_in(installation), {"sitting": cookie.value}, token
    )


def _bombard(sender: Sender, count: int, caplog: pytest.LogCaptureFixture,
             *spared: str) -> Iterator[str]:  # fmt: skip
    """Send `count` requests; yield what was wrong."""
    caplog.set_level(logging.ERROR)
    for _ in range(count):
        caplog.clear()
        told, status, page = sender.send(*spared)
        if status >= 500:
            yield f"{told}: {status}, {caplog.text.strip()[-300:]}"
        elif any(trace in page for trace in SHOWN_AS_TRACE) and b"html" in page[:40]:
            yield f"{told}: {status} shows what only a developer knows"


def _tell(capsys: pytest.CaptureFixture[str], who: str, sender: Sender, begun: float) -> None:
    counts = ", ".join(f"{status}: {count}" for status, count in sorted(sender.statuses.items()))
    seconds = time.monotonic() - begun
    with capsys.disabled():
        sys.stdout.write(f"\n{sender.statuses.total()} malformed requests by {who}")
        sys.stdout.write(f" in {seconds:.0f} s: {counts}\n")


def test_strangers_find_no_failure_no_trace_and_store_nothing(
    installation: Installation,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    installation.invite("p1", "p2", contact="a@b.example")
    add_person(installation)
    sender, begun = _sender(installation, seed=1), time.monotonic()
    before = installation.contents()
    assert sorted(set(_bombard(sender, STRANGERS, caplog))) == []
    after = installation.contents()
    # What failed is counted under a hash of the name and logged, so that guessing does not pay.
    for table in before.keys() - {"sign_in_failure", "audit_entry"}:
        assert after[table] == before[table], table
    _tell(capsys, "strangers", sender, begun)


def test_an_evaluator_who_sends_nonsense_finds_no_failure_and_no_trace(
    installation: Installation,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    installation.invite("p1", "p2", contact="a@b.example")
    add_person(installation)
    visitor = enter(installation.visitor())
    assert visitor.path == "/arbejdsrum/"
    sender, begun = _sender(installation, 2, visitor.client), time.monotonic()
    # Whatever ends the session would leave a stranger behind.
    spared = ("workspace.sign_out_everywhere", "workspace.own_password")
    found = sorted(set(_bombard(sender, EVALUATORS, caplog, *spared)))
    assert found == []
    visitor.client.set_cookie("sitting", sender.cookies["sitting"])
    assert visitor.get("/arbejdsrum/").path == "/arbejdsrum/", "the session ended on the way"
    _tell(capsys, "an evaluator", sender, begun)


def test_somebody_answering_who_sends_nonsense_finds_no_failure_and_no_trace(
    installation: Installation,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    [code] = installation.invite("p1")
    visitor = installation.visitor().enter(code)
    assert visitor.path == "/om"
    sender, begun = _sender(installation, 3, visitor.client), time.monotonic()
    rooms = {"answer", "kiosk", "offline"}
    sender.rules = [rule for rule in sender.rules if rule.endpoint.split(".")[0] in rooms]
    assert sorted(set(_bombard(sender, RESPONDENTS, caplog))) == []
    _tell(capsys, "somebody answering", sender, begun)
