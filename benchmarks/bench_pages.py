"""How long the evaluator's pages take as answers grow a thousandfold.

For each size an installation of its own holds one project: the demonstration's units, two waves
closed and released, one open and counted for a fortnight, and that many responses with their
scores, spread evenly. Answers to the single questions are stored up to 100,000 responses only (a
million would have some 30 million that no page reads). Counts are taken by the service; the release
is worked out from the smallest installation's answers and stored in all, because how large one is
follows from units, audiences, waves and questions and not from how many answered.

The pages are asked for in one process, signed in, in alternating rounds. The measure is the ratio
of the largest to the smallest installation's median.
"""

import argparse
import random
import re
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient

from survey_service.accounts.sign_in import Role, add_user
from survey_service.catalogue import load_instrument
from survey_service.cli import demo_project
from survey_service.fieldwork.counting import keep_counts, take_counts
from survey_service.fieldwork.waves import find_known_wave, open_wave
from survey_service.reporting.releasing import release_project
from survey_service.storage import counts, projects
from survey_service.storage.database import reading, writing
from survey_service.storage.tables import Release
from survey_service.web.application import create_app, upgrade_database

SIZES = (1_000, 100_000, 1_000_000)
ANSWERS_UP_TO = 100_000
LIMIT = 1.5
OK = 200
SEED = 2026
TODAY = date(2026, 11, 22)
DAYS_OPEN = 14
EVALUATOR, PASSWORD = "evaluator@bench.example", "ni gule paraplyer"
SIGN_IN = "/arbejdsrum/log-ind"
PAGES = {
    "projects": "/arbejdsrum/",
    "project": "/arbejdsrum/projekt/{project}",
    "follow": "/arbejdsrum/projekt/{project}/foelg",
    "results": "/arbejdsrum/projekt/{project}/resultater",
    "who answered": "/arbejdsrum/projekt/{project}/resultater/svarere",
    "questions": "/arbejdsrum/projekt/{project}/resultater/spoergsmaal",
}
OTHER_MEASURES = ("outcomes", "overall")


@dataclass
class Measured:
    """One installation: how much it holds, and what its pages took, in seconds."""

    response_count: int
    app: Flask
    client: FlaskClient
    project_id: UUID
    counting: float
    durations: dict[str, list[float]]

    def ask(self, page: str) -> float:
        """Ask for a page and return the seconds it took."""
        address = PAGES[page].format(project=self.project_id)
        start = time.perf_counter()
        response = self.client.get(address)
        took = time.perf_counter() - start
        if response.status_code != OK:
            raise RuntimeError(f"{page}: expected status {OK}, found {response.status_code}")
        return took


def main() -> int:
    """Measure and print; exit status 1 where a page's ratio is over the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = build_all(Path(folder), chosen.sizes)
        for _ in range(chosen.rounds):
            for page in PAGES:
                for measured in found:
                    measured.durations[page].append(measured.ask(page))
        return report(found)


def build_all(folder: Path, sizes: list[int]) -> list[Measured]:
    """Build an installation for each size, smallest first, with the same release."""
    found: list[Measured] = []
    content = None
    for size in sorted(sizes):
        start = time.perf_counter()
        measured, content = build(folder / str(size), size, content)
        took = time.perf_counter() - start
        megabytes = (folder / str(size) / "survey.sqlite3").stat().st_size / 1e6
        print(f"{size:>9,} responses: {megabytes:,.0f} MB, built in {took:.0f} s", flush=True)
        for page in PAGES:
            measured.ask(page)  # imports, templates and prepared statements
        found.append(measured)
    return found


def build(folder: Path, size: int, content: str | None) -> tuple[Measured, str]:
    """Build one installation; `content` is the release to store, None to work one out."""
    folder.mkdir(parents=True)
    upgrade_database(create_app(folder, check_database=False))
    app = create_app(folder, today=lambda: TODAY)
    with app.app_context():
        project_id, units, waves = set_up(app, size)
        fill(folder / "survey.sqlite3", size, units, waves)
        counting = count(waves)
        content = release(project_id, waves, content)
    return Measured(size, app, sign_in(app), project_id, counting, {page: [] for page in PAGES}), (
        content
    )


def set_up(app: Flask, size: int) -> tuple[UUID, dict[str, UUID], list[UUID]]:
    """Store the project with its units, waves and rosters large enough for all the answers."""
    keys = app.extensions["survey_keys"]
    with writing() as session:
        municipality_id = projects.add_municipality(session, *demo_project.MUNICIPALITY)
        units: dict[str, UUID] = {}
        for unit in demo_project.UNITS:
            parent = units[unit.parent] if unit.parent else None
            units[unit.key] = projects.add_unit(
                session, municipality_id, unit.key, unit.name, parent
            )
        project_id = projects.add_project(
            session, municipality_id=municipality_id, key="bench", title="Måling",
            framework=demo_project.FRAMEWORK, margin=5.0, minimum=5, primary_audience="citizen",
            primary_from="baseline", primary_to="midterm",
            retained_until=TODAY + timedelta(days=900), notice_version="1",
        )  # fmt: skip
        opens = (TODAY - timedelta(days=700), TODAY - timedelta(days=350),
                 TODAY - timedelta(days=DAYS_OPEN))  # fmt: skip
        waves = [
            projects.add_wave(
                session, project_id=project_id, key=key, position=position, label_da=danish,
                label_en=english, opens_on=opened, closes_on=opened + timedelta(days=40),
            )
            for position, ((key, danish, english, *_), opened) in enumerate(
                zip(demo_project.WAVES, opens, strict=False), start=1
            )
        ]  # fmt: skip
        roster = {
            (units[unit.key], audience): max(12, people * size // 900)
            for unit in demo_project.UNITS
            for audience, people in unit.people.items()
        }
        for wave_id in waves:
            projects.set_wave_instruments(session, wave_id, demo_project.INSTRUMENTS)
            projects.set_roster(session, wave_id, roster)
        for wave_id in waves[:2]:
            projects.set_wave_status(session, wave_id, "closed")
    keys.create_project_key(project_id)
    open_wave(keys, waves[2], TODAY - timedelta(days=DAYS_OPEN))
    add_user(EVALUATOR, PASSWORD, Role.EVALUATOR, municipality_id)
    return project_id, units, waves


def fill(file: Path, size: int, units: Mapping[str, UUID], waves: list[UUID]) -> None:
    """Write the responses in the order of their keys, with their scores and maybe answers."""
    draw = random.Random(SEED)
    ids = sorted(f"{draw.getrandbits(128):032x}" for _ in range(size))
    cells = [
        (units[unit.key].hex, audience, people)
        for unit in demo_project.UNITS
        for audience, people in unit.people.items()
    ]
    places = draw.choices(cells, [people for *_, people in cells], k=size)
    with closing(sqlite3.connect(file)) as connection:
        for pragma in ("synchronous=OFF", "cache_size=-400000", "foreign_keys=OFF"):
            connection.execute(f"PRAGMA {pragma}")
        connection.executemany(
            "INSERT INTO response (id, wave_id, unit_id, audience, instrument_key,"
            " instrument_version, notice_version, is_sent) VALUES (?, ?, ?, ?, ?, 1, '1', 1)",
            (
                (one, waves[number % 3].hex, unit, audience, audience)
                for number, (one, (unit, audience, _)) in enumerate(zip(ids, places, strict=True))
            ),
        )
        connection.executemany(
            "INSERT INTO score (response_id, measure, score, rated_count, item_count)"
            " VALUES (?, ?, ?, 3, 3)",
            score_rows(ids, draw),
        )
        if size <= ANSWERS_UP_TO:
            connection.executemany(
                "INSERT INTO answer (response_id, item_key, value) VALUES (?, ?, ?)",
                answer_rows(ids, [audience for _, audience, _ in places], draw),
            )
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def score_rows(ids: list[str], draw: random.Random) -> Iterator[tuple[str, str, float]]:
    """Yield every response's scores, one of a thousand people's, in the order of the key."""
    measures = sorted([*demo_project.TRUTHS["citizen"].levels, *OTHER_MEASURES])
    people = []
    for _ in range(1000):
        level = draw.gauss(55, 17)
        people.append([min(100.0, max(0.0, level + draw.gauss(0, 12))) for _ in measures])
    for one in ids:
        for measure, score in zip(measures, draw.choice(people), strict=True):
            yield one, measure, score


def answer_rows(
    ids: list[str], audiences: list[str], draw: random.Random
) -> Iterator[tuple[str, str, str]]:
    """Yield every response's answers to the scaled questions, in the order of the table's key."""
    items = {
        audience: sorted(
            item.key for item in load_instrument(*version).items if item.scale is not None
        )
        for audience, version in demo_project.INSTRUMENTS.items()
    }
    for one, audience in zip(ids, audiences, strict=True):
        for item in items[audience]:
            yield one, item, draw.choice("12345")


def count(waves: list[UUID]) -> float:
    """Have the service count all waves; return the seconds the open one took."""
    for wave_id in waves[:2]:
        with writing() as session:
            wave = find_known_wave(wave_id)
            keep_counts(session, wave, wave.closes_on)
    start = time.perf_counter()
    take_counts(waves[2], TODAY)
    took = time.perf_counter() - start
    _, sent = counts.find_counts(reading(), waves[2])
    with writing() as session:
        for day in range(1, DAYS_OPEN):
            so_far = {audience: total * day // DAYS_OPEN for audience, total in sent.items()}
            as_of = TODAY - timedelta(days=DAYS_OPEN - day)
            counts.save_counts(session, waves[2], as_of, so_far)
    return took


def release(project_id: UUID, waves: list[UUID], content: str | None) -> str:
    """Work out and publish a release, or store the one that was worked out."""
    if content is None:
        release_project(project_id, TODAY)
        session = reading()
        found: str = session.query(Release.content).one()[0]
        session.rollback()
        return found
    with writing() as session:
        session.add(
            Release(
                project_id=project_id,
                number=1,
                released_on=TODAY,
                content=content,
                is_published=True,
            )
        )
        for wave_id in waves[:2]:
            projects.set_wave_status(session, wave_id, "released")
    return content


def sign_in(app: Flask) -> FlaskClient:
    """Return the evaluator's browser."""
    client = app.test_client()
    page = client.get(SIGN_IN).get_data(as_text=True)
    [token] = re.findall(
        r'action="/arbejdsrum/log-ind".*?name="csrf_token" value="([^"]+)"', page, re.DOTALL
    )
    client.post(SIGN_IN, data={"csrf_token": token, "name": EVALUATOR, "password": PASSWORD})
    return client


def report(found: list[Measured]) -> int:
    """Print the medians and their ratio; return the exit status."""
    sizes = "".join(f"{measured.response_count:>14,}" for measured in found)
    print(f"\nmedian ms      {sizes}   largest : smallest")
    worst = 0.0
    for page in PAGES:
        medians = [1000 * statistics.median(measured.durations[page]) for measured in found]
        ratio = medians[-1] / medians[0]
        worst = max(worst, ratio)
        print(f"{page:<15}{''.join(f'{median:>14.1f}' for median in medians)}   {ratio:.2f}")
    counting = "".join(f"{1000 * measured.counting:>14.1f}" for measured in found)
    print(f"{'daily count':<15}{counting}   (by the upkeep, once a day)")
    print(f"\nlargest ratio {worst:.2f}, limit {LIMIT}")
    return 0 if worst <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
