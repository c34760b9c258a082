"""Clients that walk a questionnaire over kept-alive connections, in processes of their own.

A socket and a few searches in bytes instead of an HTTP library: the clients share the machine with
the servers they measure. Run by `bench_answering.py`; reads one line of JSON, writes another.
"""

import json
import re
import socket
import sys
import threading
import time
from collections.abc import Callable
from urllib.parse import quote

_FIELD = re.compile(rb'name="(csrf_token|page)"[^>]* value="([^"]*)"')
_OPTION = re.compile(rb'name="answer"[^>]* value="([^"]+)"')
_COOKIE = re.compile(rb"(?i)\r\nset-cookie: ([^=]+)=([^;]*)")
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: (\d+)")
_LOCATION = re.compile(rb"(?i)\r\nlocation: (\S+)")


class Client:
    """One respondent's browser: a connection, its cookies, and how long every answer took."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket = self._connect()
        self._cookies: dict[bytes, bytes] = {}
        self.durations: dict[str, list[float]] = {"GET": [], "POST": [], "other": []}
        self.errors: list[str] = []

    def get(self, path: str, kind: str = "other") -> bytes:
        """Fetch a page."""
        return self._ask("GET", path, b"", kind)

    def post(self, path: str, page: bytes, values: dict[str, bytes], kind: str = "other") -> str:
        """Send a page's form filled in; return where it leads."""
        fields = {name.decode(): value for name, value in _FIELD.findall(page)} | values
        body = "&".join(f"{name}={quote(value)}" for name, value in fields.items()).encode()
        head = self._ask("POST", path, body, kind)
        location = _LOCATION.search(head)
        if location is None:
            self.errors.append(f"POST {path}: expected a redirect, found {head[:30]!r}")
            return ""
        return location.group(1).decode()

    def connect_anew(self) -> None:
        """Open a new connection: the server may close one that was idle in a pause."""
        self._socket.close()
        self._socket = self._connect()

    def _connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self._port), timeout=60)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _ask(self, method: str, path: str, body: bytes, kind: str) -> bytes:
        cookies = b"; ".join(name + b"=" + value for name, value in self._cookies.items())
        message = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ".encode()
            + cookies
            + b"\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
            + str(len(body)).encode()
            + b"\r\n\r\n"
            + body
        )
        started = time.perf_counter()
        self._socket.sendall(message)
        answer = self._receive()
        self.durations[kind].append(time.perf_counter() - started)
        head = answer[: answer.index(b"\r\n\r\n") + 2]
        for name, value in _COOKIE.findall(head):
            self._cookies[name] = value
        if answer[9:12] not in {b"200", b"303"}:
            self.errors.append(f"{method} {path}: {answer[:30]!r}")
        if b"\r\nConnection: close" in head:
            self.connect_anew()
        return answer

    def _receive(self) -> bytes:
        answer = self._socket.recv(65536)
        while b"\r\n\r\n" not in answer:
            answer += self._more()
        end = answer.index(b"\r\n\r\n") + 4
        length = _LENGTH.search(answer, 0, end)
        size = end + int(length.group(1)) if length else end
        while len(answer) < size:
            answer += self._more()
        return answer

    def _more(self) -> bytes:
        received = self._socket.recv(65536)
        if not received:
            raise ConnectionError("the server closed the connection in an answer")
        return received


def enter(client: Client, code: str | None) -> None:
    """Enter a code and read the introduction; without a code, just begin."""
    page = client.get("/")
    if code is not None:
        client.get(client.post("/", page, {"code": code.encode()}))


def answer_all(client: Client, first: str, question_count: int) -> None:
    """Answer every question: GET, then POST."""
    place = first
    for _ in range(question_count):
        page = client.get(place, "GET")
        options = _OPTION.findall(page)
        answer = options[len(page) % len(options)]
        place = client.post(place, page, {"answer": answer}, "POST")


def send(client: Client, code: str | None) -> None:
    """Look over, send, read the receipt; without a code there is nothing to send."""
    if code is not None:
        client.get(client.post("/send", client.get("/gennemse"), {}))


def main() -> None:
    """Walk with as many clients at once as there are codes, pausing between the three parts.

    Each part is announced by a line; the next begins when a line comes back.
    """
    order = json.loads(sys.stdin.readline())
    codes: list[str | None] = order["codes"]
    clients = [Client(order["port"]) for _ in codes]
    first, question_count = order["first"], order["question_count"]
    _at_once(clients, codes, enter)
    _pause()
    _at_once(clients, codes, lambda client, _code: answer_all(client, first, question_count))
    _pause()
    _at_once(clients, codes, send)
    kinds = ("GET", "POST", "other")
    result = {kind: [t for client in clients for t in client.durations[kind]] for kind in kinds}
    errors = [error for client in clients for error in client.errors]
    print(json.dumps({"durations": result, "errors": errors}))


def _at_once(
    clients: list[Client],
    codes: list[str | None],
    part: Callable[[Client, str | None], None],
) -> None:
    def run(client: Client, code: str | None) -> None:
        try:
            client.connect_anew()
            part(client, code)
        except (OSError, ValueError, IndexError, ZeroDivisionError) as error:
            client.errors.append(repr(error))

    threads = [threading.Thread(target=run, args=pair) for pair in zip(clients, codes, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _pause() -> None:
    print("done", flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main()
