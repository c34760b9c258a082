"""Builders for whole installations: a municipality, units, a project with waves, people."""

import random
import re
import shutil
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from html import unescape
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey_service.catalogue import load_instrument
from survey_service.fieldwork.invitations import Invitee, invite, make_open_link
from survey_service.fieldwork.recording import GatheredResponse, record_responses
from survey_service.fieldwork.waves import close_wave, open_wave
from survey_service.measurement.instrument import Instrument
from survey_service.storage import projects
from survey_service.storage.database import Base, compact, database, writing
from survey_service.storage.keys import KeyStore
from survey_service.web.application import create_app, upgrade_database

TODAY = date(2026, 3, 4)
"""A Wednesday."""

MONDAY_OF_TODAY = date(2026, 3, 2)
RETAINED_UNTIL = date(2028, 12, 31)
INSTRUMENTS = {"citizen": ("citizen", 1), "staff": ("staff", 1), "relative": ("relative", 1)}


@dataclass
class Clock:
    """The date the installation believes in."""

    today: date = TODAY

    def __call__(self) -> date:
        return self.today


@dataclass
class Installation:
    """One installation in a temporary directory, with a project of one or more waves."""

    folder: Path
    app: Flask
    clock: Clock
    municipality_id: UUID
    units: dict[str, UUID]
    project_id: UUID
    waves: dict[str, UUID] = field(default_factory=dict)

    @property
    def keys(self) -> KeyStore:
        """The key files."""
        return KeyStore(self.folder / "keys")

    @property
    def database_file(self) -> Path:
        """The SQLite file."""
        return self.folder / "survey.sqlite3"

    def context(self) -> AbstractContextManager[object]:
        """What use cases need around them."""
        return self.app.app_context()

    def open_wave(self, wave: str = "baseline") -> None:
        """Open a planned wave."""
        with self.context():
            open_wave(self.keys, self.waves[wave], self.clock.today)

    def close_wave(self, wave: str = "baseline") -> None:
        """Close an open wave."""
        with self.context():
            close_wave(self.keys, self.waves[wave], self.clock.today)

    def answer_by_chance(self, wave: str, count: int, seed: int | str) -> None:
        """Let so many citizens of two units answer an open wave, by a seed, and close it."""
        draw = random.Random(seed)
        items = [item for item in instrument_of("citizen").items if item.scale is not None]
        gathered = [
            GatheredResponse(
                self.units["house" if number % 2 else "home"],
                "citizen",
                f"citizen-{number}",
                {item.key: str(draw.choice((2, 3, 4))) for item in items},
            )
            for number in range(count)
        ]
        with self.context():
            record_responses(self.keys, self.waves[wave], gathered, self.clock.today)
        self.close_wave(wave)

    def invite(self, *references: str, audience: str = "citizen", wave: str = "baseline",
               unit: str = "house", contact: str | None = None) -> list[str]:  # fmt: skip
        """Issue codes to people with these references."""
        invitees = [
            Invitee(self.units[unit], audience, reference, contact=contact)
            for reference in references
        ]
        with self.context():
            return invite(self.keys, self.waves[wave], invitees)

    def open_link(self, audience: str = "citizen", wave: str = "baseline") -> str:
        """Make an open link and return its token."""
        with self.context():
            return make_open_link(self.keys, self.waves[wave], self.units["house"], audience)

    def visitor(self) -> "Visitor":
        """Somebody with a fresh browser."""
        return Visitor(self.app.test_client())

    def contents(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every table, in an order of their own.

        The audit log apart: it tells of what was refused too.
        """
        with self.context(), database.engine.connect() as connection:
            return {
                table.name: sorted(map(tuple, connection.execute(sa.select(table))), key=repr)
                for table in Base.metadata.sorted_tables
                if table.name != "audit_entry"
            }

    def rows(self, table: str) -> list[Mapping[str, object]]:
        """The rows of one table by column name."""
        with self.context(), database.engine.connect() as connection:
            found = connection.execute(sa.select(Base.metadata.tables[table]))
            return [dict(row._mapping) for row in found]


def make_empty_database(folder: Path) -> Path:
    """Migrate an empty SQLite database and return its file, to be copied."""
    app = create_app(folder, check_database=False)
    upgrade_database(app)
    with app.app_context():
        compact()  # everything into the one file
        database.engine.dispose()
    return folder / "survey.sqlite3"


def build_installation(
    folder: Path,
    empty_database: Path | None = None,
    *,
    waves: Iterable[str] = ("baseline", "final"),
    open_first: bool = True,
    offers_free_text: bool = False,
    instruments: Mapping[str, tuple[str, int]] = INSTRUMENTS,
) -> Installation:
    """Set up a municipality with two units and a project whose first wave is open.

    `empty_database` is a migrated SQLite file to copy; None where the settings name another.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if empty_database is not None:
        shutil.copyfile(empty_database, folder / "survey.sqlite3")
    clock = Clock()
    app = create_app(folder, today=clock)
    with app.app_context():
        municipality_id, units, project_id = _add_project(folder, offers_free_text)
        with writing() as session:
            found = {
                key: projects.add_wave(
                    session,
                    project_id=project_id,
                    key=key,
                    position=position,
                    label_da=key,
                    label_en=key,
                    opens_on=TODAY,
                    closes_on=date(2026, 4, 1),
                )
                for position, key in enumerate(waves, start=1)
            }
            for wave_id in found.values():
                projects.set_wave_instruments(session, wave_id, instruments)
    built = Installation(folder, app, clock, municipality_id, units, project_id, found)
    if open_first:
        built.open_wave(next(iter(found)))
    return built


def _add_project(folder: Path, offers_free_text: bool) -> tuple[UUID, dict[str, UUID], UUID]:
    with writing() as session:
        municipality_id = projects.add_municipality(session, "randers", "Randers Kommune")
        top = projects.add_unit(session, municipality_id, "centre", "Center for Psykiatri")
        units = {
            "centre": top,
            "house": projects.add_unit(session, municipality_id, "house", "Psykiatriens Hus", top),
            "home": projects.add_unit(session, municipality_id, "home", "Botilbud", top),
        }
        project_id = projects.add_project(
            session,
            municipality_id=municipality_id,
            key="goals",
            title="Fælles mål",
            framework="recovery-2023",
            margin=5.0,
            minimum=5,
            retained_until=RETAINED_UNTIL,
            notice_version="1",
            offers_free_text=offers_free_text,
        )
    KeyStore(folder / "keys").create_project_key(project_id)
    return municipality_id, units, project_id


def instrument_of(audience: str) -> Instrument:
    """The questionnaire an audience gets in a built installation."""
    return load_instrument(*INSTRUMENTS[audience])


def asked(audience: str = "citizen") -> list[str]:
    """The keys of the questions an audience is asked where free text is off, in order."""
    return [item.key for item in instrument_of(audience).items if item.answer_options]


def first_value(audience: str, item_key: str) -> str:
    """The first option of a question."""
    return instrument_of(audience).by_key[item_key].answer_options[0].value


class Visitor:
    """A person with a browser: follows redirects, fills in the form that is on the page."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.page: TestResponse | None = None

    @property
    def html(self) -> str:
        """The page's source."""
        assert self.page is not None
        return self.page.get_data(as_text=True)

    @property
    def text(self) -> str:
        """The page's words without markup."""
        return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.html)))

    @property
    def path(self) -> str:
        """Where the browser is."""
        assert self.page is not None
        return self.page.request.path

    @property
    def status(self) -> int:
        """The page's status."""
        assert self.page is not None
        return self.page.status_code

    @property
    def heading(self) -> str:
        """The page's first heading."""
        found = re.search(r"<h1>(.*?)</h1>", self.html, re.DOTALL)
        assert found is not None, self.html
        return unescape(re.sub(r"<[^>]+>", "", found[1])).strip()

    def get(self, path: str) -> "Visitor":
        """Go to a page."""
        self.page = self.client.get(path, follow_redirects=True)
        return self

    def post(self, path: str, **fields: str) -> "Visitor":
        """Post fields as they are."""
        self.page = self.client.post(path, data=fields, follow_redirects=True)
        return self

    def form(self, action: str) -> dict[str, str]:
        """The hidden fields of the page's form that posts to `action`."""
        for found in re.finditer(r"<form([^>]*)>(.*?)</form>", self.html, re.DOTALL):
            if f'action="{action}"' in found[1]:
                return dict(_hidden_fields(found[2]))
        raise AssertionError(f"no form that posts to {action} on {self.path}:\n{self.html}")

    def submit(self, action: str, **fields: str) -> "Visitor":
        """Fill in the page's form that posts to `action` and send it."""
        return self.post(action, **(self.form(action) | fields))

    def enter(self, code: str) -> "Visitor":
        """Type a code on the front page."""
        return self.get("/").submit("/", code=code)

    def question(self, number: int) -> "Visitor":
        """Go to a question."""
        return self.get(f"/svar/{number}")

    def answer(self, value: str | None) -> "Visitor":
        """Choose an answer on the question page and go on; None: choose nothing."""
        return self.submit(self.path, **({} if value is None else {"answer": value}))

    def answer_first(self, count: int, value: str = "4") -> "Visitor":
        """Answer the first `count` questions: the first option where it is no scale."""
        for number in range(1, count + 1):
            self.question(number)
            values = self.offered
            self.answer(value if value in values else values[0])
        return self

    def answer_all(self, value: str = "4") -> "Visitor":
        """Answer every question in order, up to the review."""
        self.question(1)
        while self.path.startswith("/svar/"):
            values = self.offered
            self.answer(value if value in values else values[0])
        return self

    @property
    def offered(self) -> list[str]:
        """The values one can choose on the question page."""
        return re.findall(r'type="radio" name="answer" value="([^"]+)"', self.html)

    @property
    def chosen(self) -> list[str]:
        """The values that are shown as chosen on the question page."""
        return re.findall(r'name="answer" value="([^"]+)"[^>]* checked', self.html)

    def send(self) -> "Visitor":
        """Send what was answered, from the review."""
        return self.get("/gennemse").submit("/send")

    @property
    def withdrawal_code(self) -> str | None:
        """The code on the thank-you page, if it shows one."""
        found = re.search(r'<p class="code">([^<]+)</p>', self.html)
        return found[1] if found else None


def _hidden_fields(form: str) -> Iterable[tuple[str, str]]:
    for tag in re.findall(r'<input type="hidden"[^>]*>', form):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        yield attributes["name"], unescape(attributes["value"])


def answers_of(installation: Installation) -> dict[UUID, dict[str, str]]:
    """Every stored answer, by response and item."""
    found: dict[UUID, dict[str, str]] = {}
    for row in installation.rows("answer"):
        found.setdefault(row["response_id"], {})[str(row["item_key"])] = str(row["value"])  # type: ignore[index,arg-type]
    return found


def count_queries(app: Flask, act: object) -> list[str]:
    """Run `act` and return the SQL statements it needed."""
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_rest):  # type: ignore[no-untyped-def]
        statements.append(statement)

    with app.app_context():
        engine = database.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        act()  # type: ignore[operator]
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    return statements
