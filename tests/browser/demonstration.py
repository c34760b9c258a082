"""A whole simulated project, served as an installation serves it, for people with real browsers."""

import fcntl
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen
from uuid import UUID, uuid4

from flask import Flask

from survey_service.accounts.sign_in import Role, add_user
from survey_service.cli import demo_project
from survey_service.fieldwork.access_codes import format_code
from survey_service.fieldwork.invitations import Invitee, invite, make_open_link
from survey_service.fieldwork.waves import close_wave, open_wave
from survey_service.storage import counts, projects
from survey_service.storage.database import database, reading, writing
from survey_service.storage.keys import KeyStore
from survey_service.storage.projects import WaveRecord
from survey_service.web.application import copenhagen_today, create_app

EVALUATOR = "kari@example.org"
PASSWORD = "fire grønne hatte"
SECONDS_TO_START = 60


@dataclass(frozen=True)
class Demonstration:
    """The demonstration's installation: its address, and what the evaluator does beside it."""

    url: str
    folder: Path
    app: Flask
    project_id: UUID
    units: dict[str, UUID]

    @property
    def keys(self) -> KeyStore:
        """The key files."""
        return KeyStore(self.folder / "keys")

    def open_demo_wave(self) -> WaveRecord:
        """The project's wave that takes answers."""
        with self.app.app_context():
            found = projects.find_waves(reading(), self.project_id)
        return next(wave for wave in found if wave.status == "open")

    def issue_code(self, audience: str = "citizen", wave_id: UUID | None = None) -> str:
        """Invite one more person and return the code as it stands in the letter."""
        invitee = Invitee(self.units["psykiatriens-hus"], audience, f"gæst {uuid4().hex[:6]}-x")
        wave = wave_id or self.open_demo_wave().id
        with self.app.app_context():
            return format_code(invite(self.keys, wave, [invitee])[0])

    def issue_link(self, audience: str = "citizen") -> str:
        """Make one more open link and return its path."""
        unit_id, wave_id = self.units["psykiatriens-hus"], self.open_demo_wave().id
        with self.app.app_context():
            return f"/aaben/{make_open_link(self.keys, wave_id, unit_id, audience)}"

    def open_own_wave(self, *, offers_free_text: bool = False) -> UUID:
        """Set up another municipality with one open wave and return the wave."""
        today, key = copenhagen_today(), uuid4().hex[:8]
        with self.app.app_context():
            with writing() as session:
                municipality_id = projects.add_municipality(session, key, "Herning Kommune")
                projects.add_unit(session, municipality_id, "huset", "Huset")
                project_id = projects.add_project(
                    session,
                    municipality_id=municipality_id,
                    key=key,
                    title="En anden kommunes projekt",
                    framework=demo_project.FRAMEWORK,
                    margin=5.0,
                    minimum=5,
                    retained_until=today + timedelta(days=365),
                    notice_version="1",
                    offers_free_text=offers_free_text,
                )
                wave_id = projects.add_wave(
                    session,
                    project_id=project_id,
                    key="baseline",
                    position=1,
                    label_da="Baseline",
                    label_en="Baseline",
                    opens_on=today,
                    closes_on=today,
                )
                projects.set_wave_instruments(session, wave_id, demo_project.INSTRUMENTS)
            self.keys.create_project_key(project_id)
            open_wave(self.keys, wave_id, today)
        return wave_id

    def close_wave(self, wave_id: UUID) -> None:
        """Close an open wave."""
        with self.app.app_context():
            close_wave(self.keys, wave_id, copenhagen_today())

    def sent_counts(self, wave_id: UUID) -> dict[str, int]:
        """How many responses a wave holds that were sent, by audience."""
        with self.app.app_context():
            return counts.count_sent(reading(), wave_id)


def make_demonstration(shared: Path) -> Path:
    """Make the demonstration with the command an evaluator would use, once for all processes."""
    folder, made = shared / "demo", shared / "demo.made"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            _run(folder, "demo", "--no-serve").wait_for_success()
            made.touch()
    return folder


@contextmanager
def serve_demonstration(folder: Path) -> Iterator[Demonstration]:
    """Serve a demonstration with the command of an installation, and add an evaluator."""
    app = create_app(folder)
    with app.app_context():
        project = projects.find_projects(reading())[0]
        units = projects.find_units(reading(), project.municipality_id)
        add_user(EVALUATOR, PASSWORD, Role.EVALUATOR, project.municipality_id)
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    server = _run(folder, "serve", "--port", str(port))
    try:
        server.wait_until_it_answers(url)
        yield Demonstration(url, folder, app, project.id, units)
    finally:
        server.end()
        with app.app_context():
            database.engine.dispose()


@contextmanager
def serve_beside(demonstration: Demonstration, settings: str) -> Iterator[str]:
    """Serve the same installation once more, with other settings; give the address."""
    file = demonstration.folder / "settings.toml"
    before = file.read_bytes() if file.exists() else None
    file.write_text(settings, encoding="utf-8")
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    server = _run(demonstration.folder, "serve", "--port", str(port))
    try:
        server.wait_until_it_answers(url)
        yield url
    finally:
        server.end()
        file.unlink()
        if before is not None:
            file.write_bytes(before)


@dataclass(frozen=True)
class _Command:
    process: subprocess.Popen[bytes]
    output: Path

    def wait_for_success(self) -> None:
        status = self.process.wait(timeout=300)
        assert status == 0, self.output.read_text()

    def wait_until_it_answers(self, url: str) -> None:
        for _ in range(SECONDS_TO_START * 10):
            assert self.process.poll() is None, self.output.read_text()
            try:
                urlopen(url, timeout=5).close()  # noqa: S310 - our own http address
            except URLError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError(f"no answer at {url}: {self.output.read_text()}")

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


def _run(folder: Path, *arguments: str) -> _Command:
    command = str(Path(sys.executable).with_name("survey-service"))
    output = folder.with_name(f"{arguments[0]}.log")
    environment = {key: value for key, value in os.environ.items() if key != _DATABASE_VARIABLE}
    with output.open("wb") as stream:
        process = subprocess.Popen(
            [command, "--instance", str(folder), *arguments],
            stdout=stream,
            stderr=stream,
            env=environment,
        )
    return _Command(process, output)


_DATABASE_VARIABLE = "SURVEY_SERVICE_DATABASE"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
