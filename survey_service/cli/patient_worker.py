"""A server process whose threads are not held for ever by those who send or read very slowly."""

import socket
import time
from contextlib import suppress
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

SECONDS_TO_SEND = 10.0
"""How long a request may take to arrive; a proxy that collects it first passes it on at once."""

SECONDS_IN_ALL = 120.0
"""How long a request may take with its answer. What takes longer is done in the background."""


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """Gunicorn's threads, with an end to each request.

    Without one, as many connections as there are threads, each sending a byte now and then, keep
    everybody else out.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._begun: dict[Any, float] = {}

    def handle(self, conn: Any) -> Any:
        """Handle one request, and note since when; runs in a thread."""
        self._begun[conn] = time.monotonic()
        try:
            return super().handle(conn)
        finally:
            self._begun.pop(conn, None)

    def murder_keepalived(self, *arguments: Any, **options: Any) -> None:
        """Also end what is too slow; the main loop comes by every second."""
        super().murder_keepalived(*arguments, **options)
        now = time.monotonic()
        for conn, begun in list(self._begun.items()):
            if now - begun > SECONDS_IN_ALL:
                _end(conn.sock, socket.SHUT_RDWR)
            elif now - begun > SECONDS_TO_SEND:
                # Harmless where the request is there already: its answer is still written.
                _end(conn.sock, socket.SHUT_RD)


def _end(connection: socket.socket, how: int) -> None:
    with suppress(OSError):  # it ended by itself meanwhile
        connection.shutdown(how)
