"""The scripts that let a page go on without network, and the service worker's list of files."""

import hashlib
import json
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parents[1] / "static"
FOLDER = STATIC / "offline"
SERVICE_WORKER = STATIC / "service-worker.js"
KEPT = ("*.css", "*.js", "fonts/*.woff2")
"""What the service worker keeps beside these scripts, as patterns below static/."""


@cache
def fingerprint() -> str:
    """Return a word that changes with the scripts and with everything kept beside them."""
    paths = [*sorted(FOLDER.glob("*.js")), SERVICE_WORKER, *kept_files()]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()[:12]


@cache
def kept_files() -> tuple[Path, ...]:
    """Return the files every page shares that the service worker keeps."""
    found = {path for pattern in KEPT for path in STATIC.glob(pattern)}
    return tuple(sorted(found - {SERVICE_WORKER}))


@cache
def script_names() -> tuple[str, ...]:
    """Return the names of the pages' scripts."""
    return tuple(sorted(path.name for path in FOLDER.glob("*.js")))


@cache
def read_script(name: str) -> bytes:
    """Return one of `script_names`."""
    return (FOLDER / name).read_bytes()


def service_worker(files: list[str], shell: str) -> str:
    """Return the service worker; a browser takes it as new when anything in it changed."""
    values = {"version": fingerprint(), "files": files, "shell": shell}
    script = SERVICE_WORKER.read_text(encoding="utf-8")
    return f"const KEPT = {json.dumps(values)};\n{script}"
