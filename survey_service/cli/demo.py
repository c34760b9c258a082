"""`survey-service demo`: a whole simulated project from first answer to brief."""

import random
import secrets
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from survey_service.accounts.sign_in import Role, add_user
from survey_service.catalogue import load_framework, load_instrument
from survey_service.charts.figures import format_difference, format_score
from survey_service.charts.wave_rows import rows_of
from survey_service.cli import demo_project
from survey_service.cli.service import DEFAULT_PORT, run_server
from survey_service.cli.simulation import Simulation
from survey_service.fieldwork.access_codes import format_code
from survey_service.fieldwork.counting import take_counts
from survey_service.fieldwork.invitations import Invitee, invite, make_open_link
from survey_service.fieldwork.notices import (
    LegalBasis,
    TypedContact,
    save_contacts,
    save_notice,
)
from survey_service.fieldwork.recording import GatheredResponse, record_responses
from survey_service.fieldwork.rosters import set_roster
from survey_service.fieldwork.waves import close_wave, open_wave
from survey_service.reporting.brief_making import brief_file_name, make_brief
from survey_service.reporting.releasing import PublishedRelease, find_release, release_project
from survey_service.storage import projects
from survey_service.storage.database import writing
from survey_service.storage.keys import KeyStore
from survey_service.texts import LANGUAGES, load_texts
from survey_service.web.answer.notices import default_texts
from survey_service.web.application import copenhagen_today, create_app, upgrade_database
from survey_service.web.language import TEXTS

MARKER = "demo.toml"
EVALUATOR = "evaluator@demo.example"

SETTINGS = """\
# The demonstration's settings.
service_name = {{da = "Din mening om støtten", en = "Your view of the support"}}

[[contacts]]
name = {{da = "Psykiatriens Hus (eksempel)", en = "Psykiatriens Hus (example)"}}
phone = "00 00 00 00"
note = {{da = "Hverdage 8-16.", en = "Weekdays 8-16."}}
checked_on = {today}

[[contacts]]
name = {{da = "Livslinien", en = "Livslinien (suicide helpline)"}}
phone = "70 201 201"
note = {{da = "Åbent hele døgnet.", en = "Open day and night."}}
checked_on = {today}

[[contacts]]
name = {{da = "Alarm 112", en = "Emergency 112"}}
phone = "112"
note = {{da = "Hvis liv er i fare.", en = "If a life is in danger."}}
checked_on = {today}
"""


class DemoRefused(Exception):
    """The directory holds something that is not a demo."""


@dataclass(frozen=True, slots=True)
class DemoProject:
    """What was set up, and how to get in."""

    project_id: UUID
    unit_ids: Mapping[str, UUID]
    wave_ids: tuple[UUID, ...]
    password: str


def run_demo(instance: Path, *, port: int | None = DEFAULT_PORT) -> None:
    """Make the simulated project in `instance` and serve it; `port` None ends after the briefs."""
    console = Console(highlight=False)
    try:
        prepare_directory(instance)
    except DemoRefused as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    today = copenhagen_today()
    settings = SETTINGS.format(today=today.isoformat())
    (instance / "settings.toml").write_text(settings, encoding="utf-8")
    upgrade_database(create_app(instance, check_database=False))
    app = create_app(instance)
    keys: KeyStore = app.extensions["survey_keys"]
    with app.app_context():
        demo, codes, link = _build(keys, today, console)
        release = find_release(demo.project_id)
        _print_comparison(release, console)
        _write_briefs(release, instance / "briefs", console)
    if port is None:
        return
    _print_addresses(demo, codes, link, port, console)
    run_server(instance, "127.0.0.1", port)


def prepare_directory(instance: Path) -> None:
    """Empty a directory for a new demo. Raises DemoRefused if it holds anything but a demo."""
    if instance.exists() and any(instance.iterdir()):
        if not (instance / MARKER).is_file():
            raise DemoRefused(
                f"{instance}: expected an empty directory or an earlier demo, found other files"
            )
        shutil.rmtree(instance)
    instance.mkdir(parents=True, exist_ok=True)
    (instance / MARKER).write_text("# Everything in this directory is invented.\n")


def _build(
    keys: KeyStore, today: date, console: Console
) -> tuple[DemoProject, Mapping[str, list[str]], str]:
    with Progress(console=console, transient=True) as progress:
        steps = progress.add_task("Setting up the project", total=demo_project.CLOSED_WAVES + 3)
        demo = _set_up(keys, today)
        progress.advance(steps)
        simulation = Simulation(
            demo_project.UNITS,
            {
                audience: load_instrument(*version)
                for audience, version in demo_project.INSTRUMENTS.items()
            },
            demo_project.TRUTHS,
            demo_project.SEED,
        )
        for number in range(demo_project.CLOSED_WAVES):
            progress.update(
                steps, description=f"Simulating answers: {demo_project.WAVES[number][2]}"
            )
            _run_wave(keys, demo, number, simulation, today)
            progress.advance(steps)
        progress.update(steps, description="Comparing the waves")
        release_project(demo.project_id, today)
        progress.advance(steps)
        progress.update(steps, description="Opening the next wave")
        codes, link = _open_next_wave(keys, demo, today)
        _answer_first_days(keys, demo, simulation, today)
        progress.advance(steps)
    return demo, codes, link


def _set_up(keys: KeyStore, today: date) -> DemoProject:
    password = secrets.token_urlsafe(12)
    with writing() as session:
        municipality_id = projects.add_municipality(session, *demo_project.MUNICIPALITY)
        unit_ids: dict[str, UUID] = {}
        for unit in demo_project.UNITS:
            parent = unit_ids[unit.parent] if unit.parent else None
            unit_ids[unit.key] = projects.add_unit(
                session, municipality_id, unit.key, unit.name, parent
            )
        project_id = projects.add_project(
            session,
            municipality_id=municipality_id,
            key=demo_project.PROJECT_KEY,
            title=demo_project.PROJECT_TITLE,
            framework=demo_project.FRAMEWORK,
            margin=5.0,
            minimum=5,
            primary_audience="citizen",
            primary_from="baseline",
            primary_to="final",
            retained_until=today + timedelta(days=5 * 365),
            notice_version="1",
            is_simulated=True,
        )
        wave_ids = [
            projects.add_wave(
                session,
                project_id=project_id,
                key=key,
                position=position,
                label_da=danish,
                label_en=english,
                opens_on=today + timedelta(days=first),
                closes_on=today + timedelta(days=last),
            )
            for position, (key, danish, english, first, last) in enumerate(demo_project.WAVES, 1)
        ]
        roster = {
            (unit_ids[unit.key], audience): people
            for unit in demo_project.UNITS
            for audience, people in unit.people.items()
        }
        for wave_id in wave_ids:
            projects.set_wave_instruments(session, wave_id, demo_project.INSTRUMENTS)
    for wave_id in wave_ids:
        set_roster(wave_id, roster)
    keys.create_project_key(project_id)
    _tell_people(project_id, today)
    add_user(EVALUATOR, password, Role.EVALUATOR, municipality_id)
    return DemoProject(project_id, unit_ids, tuple(wave_ids), password)


def _tell_people(project_id: UUID, today: date) -> None:
    """Say what people are told before they answer, and whom they can talk to."""
    kept_until = today + timedelta(days=5 * 365)
    for audience in demo_project.INSTRUMENTS:
        texts = default_texts(
            audience, LegalBasis.PUBLIC_TASK, demo_project.MUNICIPALITY[1], 5, kept_until
        )
        save_notice(project_id, audience, LegalBasis.PUBLIC_TASK, texts["da"], texts["en"])
    contacts = [
        TypedContact(number, *contact, checked_on=today.isoformat())
        for number, contact in enumerate(demo_project.CONTACTS, start=1)
    ]
    save_contacts(project_id, contacts, today)


def _run_wave(
    keys: KeyStore, demo: DemoProject, number: int, simulation: Simulation, today: date
) -> None:
    wave_id = demo.wave_ids[number]
    first, last = demo_project.WAVES[number][3:]
    opened, closed = today + timedelta(days=first), today + timedelta(days=last)
    open_wave(keys, wave_id, opened)
    gathered = [
        GatheredResponse(
            demo.unit_ids[found.unit_key], found.audience, found.reference, found.answers
        )
        for found in simulation.draw_wave(number)
    ]
    record_responses(keys, wave_id, gathered, closed)
    close_wave(keys, wave_id, closed)


def _open_next_wave(
    keys: KeyStore, demo: DemoProject, today: date
) -> tuple[Mapping[str, list[str]], str]:
    """Open the fourth wave with a code for everybody; return a few codes and one open link."""
    wave_id = demo.wave_ids[-1]
    open_wave(keys, wave_id, today + timedelta(days=demo_project.WAVES[-1][3]))
    invitees = [
        Invitee(demo.unit_ids[unit.key], audience, f"{unit.key}-{audience}-{number}")
        for unit in demo_project.UNITS
        for audience, people in unit.people.items()
        for number in range(people)
    ]
    codes: dict[str, list[str]] = {}
    for invitee, code in zip(invitees, invite(keys, wave_id, invitees), strict=True):
        codes.setdefault(invitee.audience, []).append(code)
    link = make_open_link(keys, wave_id, demo.unit_ids["psykiatriens-hus"], "citizen")
    return {key: found[: demo_project.CODES_PRINTED] for key, found in codes.items()}, link


def _answer_first_days(
    keys: KeyStore, demo: DemoProject, simulation: Simulation, today: date
) -> None:
    """Let answers come in since the fourth wave opened, counted every night."""
    wave_id, days = demo.wave_ids[-1], len(demo_project.ARRIVING)
    waiting = list(simulation.draw_wave(demo_project.CLOSED_WAVES - 1))
    random.Random(demo_project.SEED).shuffle(waiting)
    everybody = len(waiting)
    for place, share in enumerate(demo_project.ARRIVING):
        count = round(everybody * share)
        arrived, waiting = waiting[:count], waiting[count:]
        gathered = [
            GatheredResponse(
                demo.unit_ids[found.unit_key], found.audience, found.reference, found.answers
            )
            for found in arrived
        ]
        counted_on = today - timedelta(days=days - 1 - place)
        record_responses(keys, wave_id, gathered, counted_on - timedelta(days=1))
        take_counts(wave_id, counted_on)


def _print_comparison(release: PublishedRelease, console: Console) -> None:
    texts = load_texts(TEXTS)
    framework = load_framework(release.project.framework)
    names = {found.key: found.short.read_in("en") for found in framework.principles}
    for audience in dict.fromkeys(mean.audience for mean in release.figures.wave_means):
        table = Table(title=f"{texts[f'audience.{audience}'].read_in('en')}, score 0-100")
        table.add_column("Principle")
        for wave in release.waves:
            table.add_column(wave.label_en, justify="right")
        table.add_column("Change", justify="right")
        table.add_column("Conclusion")
        for row in rows_of(release.figures, audience, names):
            change = "–" if row.difference is None else format_difference(row.difference, "en", 1)
            table.add_row(
                row.name,
                *("–" if mean is None else format_score(mean, "en", 1) for mean in row.means),
                change,
                texts[f"verdict.{row.verdict}"].read_in("en"),
            )
        console.print(table)


def _write_briefs(release: PublishedRelease, folder: Path, console: Console) -> None:
    folder.mkdir(exist_ok=True)
    for language in LANGUAGES:
        path = folder / brief_file_name(release, language)
        path.write_bytes(make_brief(release, language))
        console.print(f"Brief written: {path}", soft_wrap=True)


def _print_addresses(
    demo: DemoProject, codes: Mapping[str, list[str]], link: str, port: int, console: Console
) -> None:
    base = f"http://127.0.0.1:{port}"
    console.print(f"\nAnswer with a code   {base}/")
    for audience, found in codes.items():
        console.print(f"  {audience:<10} {'   '.join(format_code(code) for code in found)}")
    console.print(f"Answer without code  {base}/aaben/{link}", soft_wrap=True)
    console.print(f"Evaluator            {base}/arbejdsrum/")
    console.print(f"  sign in as {EVALUATOR} with {demo.password}")
    console.print("Every answer in this project is invented. Press Ctrl+C to stop.")
