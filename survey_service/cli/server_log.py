"""The server's own log, without the addresses of people and of pages."""

import sys

from gunicorn.glogging import Logger


class AnonymousLog(Logger):  # type: ignore[misc]
    """Gunicorn's log, silent on who asked and for which page: a page's address may hold a code."""

    def warning(self, msg: str, *args: object, **kwargs: object) -> None:
        """Log a warning, without the sender's address and words where a request is malformed."""
        if str(msg).startswith("Invalid request"):
            super().warning("Invalid request")
        else:
            super().warning(msg, *args, **kwargs)

    def exception(self, _msg: str, *_args: object, **_kwargs: object) -> None:
        """Log what kind of error was raised; its message and traceback may repeat a request."""
        kind = sys.exc_info()[0]
        super().error("%s in the server", kind.__name__ if kind is not None else "Failure")
