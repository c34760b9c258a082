"""The wire between a browser and a served installation: it can be cut, and it can lose a reply."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import urlopen

SECONDS_TO_START = 60


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """The service as an installation runs it, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Serve, and wait until it answers."""
        command = str(Path(sys.executable).with_name("survey-service"))
        environment = {k: v for k, v in os.environ.items() if k != "SURVEY_SERVICE_DATABASE"}
        output = self.folder.with_name("serve.log")
        with output.open("ab") as stream:
            self.process = subprocess.Popen(
                [command, "--instance", str(self.folder), "serve", "--port", str(self.port)],
                stdout=stream,
                stderr=stream,
                env=environment,
                start_new_session=True,
            )
        for _ in range(SECONDS_TO_START * 10):
            try:
                urlopen(f"http://127.0.0.1:{self.port}/offline/net", timeout=5).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError(output.read_text())

    def kill(self) -> None:
        """End it at once with its workers, as a power cut would."""
        if self.process is not None:
            os.killpg(self.process.pid, 9)
            self.process.wait(timeout=30)
            self.process = None


class Wire:
    """A proxy to the server: whole, cut, or losing the reply to the next request of a path."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.is_cut = False
        self.loses_reply_to: str | None = None
        self.lost_replies: list[int] = []
        self._proxy = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._proxy.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._proxy.server_port}"
        threading.Thread(target=self._proxy.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Take the wire away."""
        self._proxy.shutdown()
        self._proxy.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        wire = self

        class Handler(BaseHTTPRequestHandler):
            def _pass_on(self) -> None:
                self.close_connection = True
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length) if length else None
                if wire.is_cut:
                    return
                found = wire.ask(self.command, self.path, body, dict(self.headers))
                if found is None:
                    return
                status, headers, content = found
                self.send_response_only(status)
                for name, value in headers:
                    if name.lower() not in {"connection", "transfer-encoding", "content-length"}:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Connection", "close")
                with suppress(OSError):  # the browser may have left
                    self.end_headers()
                    self.wfile.write(content)

            do_GET = do_POST = do_HEAD = _pass_on  # noqa: N815 - as the base class names them

            def log_message(self, *_arguments: Any) -> None:
                """Stay silent."""

        return Handler

    def ask(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, list[tuple[str, str]], bytes] | None:
        """Ask the server; nothing comes back where it is down or the reply gets lost."""
        headers = {name: value for name, value in headers.items() if name != "Connection"}
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        try:
            connection.request(method, path, body, headers)
            reply = connection.getresponse()
            found = reply.status, reply.getheaders(), reply.read()
        except OSError:
            return None
        finally:
            connection.close()
        if method == "POST" and path == self.loses_reply_to:
            self.loses_reply_to = None
            self.server.kill()
            self.lost_replies.append(found[0])
            return None
        return found
