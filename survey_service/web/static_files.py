"""The files every page shares: fingerprinted, kept for a year, and compressed.

Only these are compressed. A page holds a token beside what somebody typed, and the size of the two
compressed together would give the token away, guess by guess (the attack known as BREACH).
"""

import gzip
import hashlib
from functools import cache, lru_cache
from pathlib import Path

from flask import Response, request, url_for

STATIC = Path(__file__).with_name("static")
COMPRESSED_TYPES = frozenset(
    {"text/css", "text/javascript", "application/javascript", "application/json"}
)
YEAR = "public, max-age=31536000, immutable"


def static_url(path: str) -> str:
    """Return the address of a shared file, which changes with its content."""
    return url_for("static", filename=path, v=_fingerprint(path))


def compress_static_file(response: Response) -> None:
    """Let a shared text file travel compressed, where the browser takes that."""
    if response.status_code != 200 or response.mimetype not in COMPRESSED_TYPES:
        return
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings["gzip"] or request.range:
        return
    response.direct_passthrough = False
    response.set_data(_compressed(response.get_data()))
    response.headers["Content-Encoding"] = "gzip"
    tag, _ = response.get_etag()
    if tag is not None:
        # The same file but other bytes: a weak tag says so, and the browser still recognises it.
        response.set_etag(tag, weak=True)


@cache
def _fingerprint(path: str) -> str:
    return hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]


@lru_cache(maxsize=64)
def _compressed(content: bytes) -> bytes:
    return gzip.compress(content, 9, mtime=0)
