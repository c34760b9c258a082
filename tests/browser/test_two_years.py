"""Two years of one municipality, from the first administrator to the last brief, in real browsers.

The days pass by the installation's own clock; each night its upkeep is done as a server does it.
"""

import csv
import io
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from socket import socket
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from builders import Clock, Visitor
from flask import Flask
from person import Person
from playwright.sync_api import Browser
from pypdf import PdfReader
from werkzeug.serving import make_server

from survey_service.catalogue import load_instrument
from survey_service.fieldwork.upkeep import do_upkeep
from survey_service.measurement.instrument import Instrument, Item
from survey_service.texts import load_texts
from survey_service.web.application import create_app
from survey_service.web.language import TEXTS

pytestmark = [pytest.mark.browser, pytest.mark.long]

ADMINISTRATOR, EVALUATOR, NEIGHBOUR, READER = (
    "admin@region.example",
    "kari@randers.example",
    "ole@herning.example",
    "udvalg@randers.example",
)
PASSWORDS = {
    ADMINISTRATOR: "seks stille søer i skoven",
    EVALUATOR: "fire grønne hatte på rad",
    NEIGHBOUR: "to røde cykler i regnvejr",
    READER: "tolv gule bænke ved åen",
}
TITLE = "Fælles mål – individuelle veje"
UNITS = ("Psykiatriens Hus", "Mestringsvejledning", "Botilbud")
PEOPLE_PER_UNIT = 8
CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{3}\b")

BASELINE = (date(2024, 3, 4), date(2024, 4, 5))
MIDTERM = (date(2025, 3, 3), date(2025, 4, 4))
FINAL = (date(2026, 3, 2), date(2026, 4, 3))


def say(key: str, **values: object) -> str:
    """The Danish words under a key: the story is about what happens, not about its wording."""
    text = load_texts(TEXTS)[key].read_in("da")
    return text.format(**values) if values else text


# ---- The installation and the world around it ----


@dataclass
class Post:
    """Everything the mail server was given."""

    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        message = message_from_bytes(envelope.content, policy=default)
        self.taken.append((envelope.rcpt_tos[0], message))  # type: ignore[arg-type]
        return "250 OK"

    def collect(self) -> dict[str, str]:
        """Empty the postbox: what was written to whom."""
        found = {to: message.get_body(("plain",)).get_content() for to, message in self.taken}  # type: ignore[union-attr]
        assert len(found) == len(self.taken)  # nobody gets two
        self.taken.clear()
        return found


@dataclass
class World:
    """A served installation with its clock, its postbox and those who come to it."""

    folder: Path
    url: str
    app: Flask
    clock: Clock
    post: Post
    meet: Callable[[], Person]

    def pass_to(self, day: date) -> None:
        """Let the days pass; what a server does at night is done."""
        self.clock.today = day
        with self.app.app_context():
            do_upkeep(self.app.extensions["survey_keys"], day)

    def in_terminal(self, *words: str) -> str:
        """Run a command as an administrator would."""
        command = [str(Path(sys.executable).with_name("survey-service"))]
        command += ["--instance", str(self.folder), *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


SETTINGS = """\
public_address = "{url}"

[mail]
host = "127.0.0.1"
port = {mail_port}
security = "none"
sender = "Svar <svar@randers.example>"

[[contacts]]
name = "Livslinien"
phone = "70 201 201"
checked_on = 2024-02-01
"""


def free_port() -> int:
    with closing(socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def post() -> Iterator[tuple[Post, int]]:
    found, port = Post(), free_port()
    server = Controller(found, hostname="127.0.0.1", port=port)
    server.start()
    yield found, port
    server.stop()


@pytest.fixture
def world(
    tmp_path: Path, empty_database: Path, chromium: Browser, post: tuple[Post, int]
) -> Iterator[World]:
    folder, port = tmp_path / "instance", free_port()
    folder.mkdir()
    (folder / "survey.sqlite3").write_bytes(empty_database.read_bytes())
    url = f"http://127.0.0.1:{port}"
    (folder / "settings.toml").write_text(SETTINGS.format(url=url, mail_port=post[1]))
    clock = Clock(date(2025, 1, 6))
    app = create_app(folder, today=clock)
    server = make_server("127.0.0.1", port, app, threaded=True)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    met: list[Person] = []

    def meet() -> Person:
        met.append(Person(chromium, url))
        return met[-1]

    yield World(folder, url, app, clock, post[0], meet)
    troubles = [trouble for person in met for trouble in person.troubles]
    for person in met:
        person.context.close()
    server.shutdown()
    serving.join()
    server.server_close()
    assert troubles == []


# ---- Those who work in the workspace ----


def sign_in(world: World, name: str, one_time: str | None = None) -> Person:
    """Come with a browser and sign in; with a one-time password, choose one's own first."""
    person = world.meet().open("/arbejdsrum/")
    person.page.get_by_label(say("workspace.sign_in.name")).fill(name)
    person.page.get_by_label(say("workspace.sign_in.password")).fill(one_time or PASSWORDS[name])
    person.press(say("workspace.sign_in.submit"))
    if one_time is not None:
        fields = person.page.locator("main input[type=password]")
        for place, typed in enumerate((one_time, PASSWORDS[name], PASSWORDS[name])):
            fields.nth(place).fill(typed)
        person.page.locator("main form button").last.click()
    assert person.path == "/arbejdsrum/"
    return person


def fill(person: Person, **fields: str) -> Person:
    """Fill in fields of the page's form by their names."""
    for name, value in fields.items():
        person.page.locator(f"main [name={name}]:not([type=hidden])").fill(value)
    return person


def choose(person: Person, **fields: str | int) -> Person:
    """Choose from lists by their names: a value, or the place in the list."""
    for name, value in fields.items():
        chosen = person.page.locator(f"main select[name={name}]")
        chosen.select_option(**({"index": value} if isinstance(value, int) else {"value": value}))  # type: ignore[arg-type]
    return person


def go(person: Person, key: str, **values: object) -> Person:
    """Follow the first link with these words, whatever stands in it for screen readers."""
    person.page.get_by_role("link", name=say(key, **values)).first.click()
    return person


def add_municipality(administrator: Person, name: str) -> None:
    go(administrator, "workspace.layout.nav_municipalities")
    fill(administrator, name=name).page.locator("main form button").first.click()
    assert name in administrator.words


def add_account(administrator: Person, name: str, role: str, municipality: str) -> str:
    """Make an account and return its one-time password, as the administrator hands it over."""
    administrator.open("/arbejdsrum/brugere/ny")
    place = administrator.page.locator("select[name=kommune]")
    if place.count():
        place.select_option(label=municipality)
        administrator.page.locator("form.account-place button").click()
    fill(administrator, name=name).page.locator(f"input[name=role][value={role}]").check()
    administrator.press(say("workspace.accounts.add_submit"))
    return administrator.page.locator(".account-secret code").inner_text()


def wait_for_work(person: Person) -> Person:
    """Wait until work in the background is done, then go where it leads."""
    person.page.locator("#job .button-primary").click(timeout=60_000)
    return person


# ---- Those who answer ----


def address_of(unit: str, number: int) -> str:
    return f"{unit.split(maxsplit=1)[0].lower().replace('æ', 'ae')}-{number}@borger.example"


def everybody() -> list[tuple[str, int]]:
    return [(unit, number) for unit in UNITS for number in range(PEOPLE_PER_UNIT)]


def invitation_list() -> str:
    """The evaluator's own list, pasted as it stands in a spreadsheet."""
    lines = ["reference;afdeling;målgruppe;e-mail"]
    lines += [
        f"{unit[:3]}{number};{unit};borger;{address_of(unit, number)}"
        for unit, number in everybody()
    ]
    return "\n".join(lines)


def citizen_instrument() -> Instrument:
    return load_instrument("citizen", 1)


def option_for(item: Item, level: float, person: int) -> str:
    """One person's answer where people on the whole stand at `level`, 0 to 1."""
    if item.scale is None:
        return item.answer_options[0].value
    options = item.scale.options
    place = round(level * (len(options) - 1) + ((person % 3) - 1) * 0.7)
    if item.reversed:
        place = len(options) - 1 - place
    return options[min(max(place, 0), len(options) - 1)].value


def gathered_elsewhere(level: float) -> bytes:
    """What another system gave: semicolons and Windows-1252, as Danish Excel writes."""
    instrument = citizen_instrument()
    items = [item for item in instrument.items if item.scale is not None]
    written = io.StringIO()
    table = csv.writer(written, delimiter=";", lineterminator="\r\n")
    table.writerow(["reference", "afdeling", "målgruppe", *(item.key for item in items)])
    for unit, number in everybody():
        answers = [option_for(item, level, number) for item in items]
        table.writerow([f"{unit[:3]}{number}", unit, "borger", *answers])
    return written.getvalue().encode("cp1252")


def answer_by_client(world: World, code: str, level: float, person: int) -> None:
    """Answer every question as a simple browser does, without pictures and scripts."""
    visitor = Visitor(world.app.test_client()).enter(code)
    asked = [item for item in citizen_instrument().items if item.answer_options]
    for number, item in enumerate(asked, start=1):
        visitor.question(number).answer(option_for(item, level, person))
    visitor.get("/gennemse").submit("/send")
    assert visitor.path == "/tak"


def codes_in(letters: Mapping[str, str]) -> dict[str, str]:
    return {to: CODE.findall(text)[0] for to, text in letters.items()}


# ---- The story ----


def test_two_years_of_a_municipality(world: World) -> None:
    evaluator, neighbour = begin(world)
    project = set_up(evaluator)
    import_baseline(evaluator, project)
    plan_comparison(evaluator, project)
    run_midterm(world, evaluator, project)
    run_final(world, evaluator, project)
    see_results(evaluator, project)
    decide(evaluator, project)
    see_what_others_see(world, neighbour, project)


def begin(world: World) -> tuple[Person, Person]:
    """The first administrator comes from the terminal and lets two municipalities in."""
    told = world.in_terminal(
        "users", "add", ADMINISTRATOR, "--role", "administrator", "--all-municipalities"
    )
    administrator = sign_in(world, ADMINISTRATOR, told.split()[-1])
    for name in ("Randers Kommune", "Herning Kommune"):
        add_municipality(administrator, name)
    evaluator = add_account(administrator, EVALUATOR, "evaluator", "Randers Kommune")
    neighbour = add_account(administrator, NEIGHBOUR, "evaluator", "Herning Kommune")
    return sign_in(world, EVALUATOR, evaluator), sign_in(world, NEIGHBOUR, neighbour)


def set_up(evaluator: Person) -> str:
    """Make the project and return its address."""
    evaluator.open("/arbejdsrum/projekt/nyt")
    fill(evaluator, title=TITLE).page.locator("main form button").first.click()
    setup = evaluator.path
    assert setup.endswith("/opsaetning")
    evaluator.open(f"{setup}/afdelinger/liste")
    names = "\n".join(f"{unit};Center for Psykiatri" for unit in UNITS)
    fill(evaluator, text=f"navn;overordnet\nCenter for Psykiatri;\n{names}")
    evaluator.page.locator("main form button").last.click()
    evaluator.page.locator("main form button").last.click()
    for unit in UNITS:
        assert unit in evaluator.words
    evaluator.open(f"{setup}/maalinger")
    fill(evaluator, label_da_1="Midtvejs", label_en_1="Midterm", opens_on_1=str(MIDTERM[0]),
         closes_on_1=str(MIDTERM[1]), label_da_2="Slut", label_en_2="Final",
         opens_on_2=str(FINAL[0]), closes_on_2=str(FINAL[1]),
         label_da_3="", label_en_3="", opens_on_3="", closes_on_3="")  # fmt: skip
    evaluator.press(say("workspace.setup.save"))
    assert evaluator.path.endswith("/spoergeskemaer")
    for chosen in evaluator.page.locator("main select[name$=_citizen]").all():
        chosen.select_option(index=1)
    evaluator.press(say("workspace.setup.save"))
    for wave in ("Midtvejs", "Slut"):
        evaluator.open(f"{setup}/population")
        evaluator.page.locator("main a").filter(has_text=wave).first.click()
        for number in evaluator.page.locator("main input[name^=people_]").all()[1:]:
            number.fill("10")
        evaluator.press(say("workspace.setup.save_only"))
    evaluator.open(f"{setup}/oplysning/citizen").press(say("workspace.setup.save"))
    evaluator.open(f"{setup}/kontakter").press(say("workspace.setup.save"))
    return setup.removesuffix("/opsaetning")


def import_baseline(evaluator: Person, project: str) -> None:
    """Bring in the wave that another system gathered, column by column."""
    evaluator.open(f"{project}/tidligere-maalinger")
    file = {"name": "måling 2024.csv", "mimeType": "text/csv", "buffer": gathered_elsewhere(0.40)}
    evaluator.page.locator("main input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    evaluator.press(say("workspace.imports.upload"))
    fill(evaluator, label_da="Baseline", label_en="Baseline", opens_on=str(BASELINE[0]),
         closes_on=str(BASELINE[1])).press(say("workspace.imports.save_and_go_on"))  # fmt: skip
    evaluator.press(say("workspace.imports.save_and_go_on"))
    evaluator.press(say("workspace.imports.save_and_try"))
    assert "24" in evaluator.words
    evaluator.press(say("workspace.imports.import"))
    evaluator.open(f"{project}/tidligere-maalinger")
    assert "Baseline" in evaluator.words


def plan_comparison(evaluator: Person, project: str) -> None:
    evaluator.open(f"{project}/opsaetning/sammenligning")
    choose(evaluator, primary_audience="citizen", primary_from="baseline", primary_to=3)
    evaluator.press(say("workspace.setup.save"))
    evaluator.open(f"{project}/opsaetning/oversigt")
    assert say("workspace.setup.can_open", wave="Midtvejs") in evaluator.words


def open_wave(evaluator: Person, project: str) -> None:
    evaluator.open(project)
    go(evaluator, "workspace.project.open_wave")
    evaluator.press(say("workspace.project.open_wave"))


def close_wave(evaluator: Person, project: str) -> None:
    evaluator.open(project)
    go(evaluator, "workspace.project.close_wave")
    evaluator.press(say("workspace.project.close_wave"))


def invite_everybody(world: World, evaluator: Person, project: str) -> dict[str, str]:
    """Invite by list, send the e-mails, and return the codes as they arrive."""
    evaluator.open(f"{project}/invitationer")
    go(evaluator, "workspace.invitations.from_list")
    fill(evaluator, people=invitation_list()).press(say("workspace.invitations.check"))
    assert "24" in evaluator.words
    evaluator.press(say("workspace.invitations.invite"))
    go(evaluator, "workspace.invitations.email_send")
    evaluator.page.locator("main form button").last.click()
    if "/opgave/" in evaluator.path:
        wait_for_work(evaluator)
    codes = codes_in(world.post.collect())
    assert set(codes) == {address_of(*person) for person in everybody()}
    assert not CODE.search(evaluator.words)
    return codes


def answer_in_browser(world: World, code: str) -> None:
    citizen = world.meet().begin(code).answer_to_the_end("I nogen grad").send()
    assert citizen.path == "/tak"


def run_midterm(world: World, evaluator: Person, project: str) -> None:
    world.pass_to(MIDTERM[0])
    open_wave(evaluator, project)
    codes = invite_everybody(world, evaluator, project)
    by_browser, *others = everybody()
    answer_in_browser(world, codes[address_of(*by_browser)])
    world.pass_to(MIDTERM[0] + timedelta(days=7))
    early, late = others[:17], others[17:]
    for unit, number in early:
        answer_by_client(world, codes[address_of(unit, number)], 0.45, number)
    world.pass_to(MIDTERM[0] + timedelta(days=14))
    see_the_field(evaluator, project, "18")
    remind(world, evaluator, project, {address_of(*person) for person in late})
    for unit, number in late[:4]:
        answer_by_client(world, codes[address_of(unit, number)], 0.45, number)
    assert_no_results(evaluator, project)
    world.pass_to(MIDTERM[1])
    close_wave(evaluator, project)
    assert Visitor(world.app.test_client()).enter(codes[address_of(*late[-1])]).path == "/"


def see_the_field(evaluator: Person, project: str, sent: str) -> None:
    evaluator.open(f"{project}/foelg")
    assert sent in evaluator.words
    assert evaluator.page.get_by_role("img").filter(visible=True).count() >= 1


def remind(world: World, evaluator: Person, project: str, waiting: set[str]) -> None:
    """Remind those who have not answered; the evaluator's page tells nobody's name or number."""
    evaluator.open(f"{project}/invitationer").page.locator(
        "main a[href*='/invitationer/']"
    ).first.click()
    go(evaluator, "workspace.invitations.remind_email")
    evaluator.page.locator("main form button").last.click()
    if "/opgave/" in evaluator.path:
        wait_for_work(evaluator)
    assert set(world.post.collect()) == waiting
    for address in waiting:
        assert address not in evaluator.words


def assert_no_results(evaluator: Person, project: str) -> None:
    evaluator.open(f"{project}/resultater")
    assert evaluator.page.locator("main svg").count() == 0


def run_final(world: World, evaluator: Person, project: str) -> None:
    world.pass_to(FINAL[0])
    open_wave(evaluator, project)
    codes = invite_everybody(world, evaluator, project)
    for unit, number in everybody():
        answer_by_client(world, codes[address_of(unit, number)], 0.85, number)
    world.pass_to(FINAL[1])
    close_wave(evaluator, project)


def see_results(evaluator: Person, project: str) -> None:
    """Work the results out, look at them before others do, then publish them."""
    evaluator.open(project).press(say("workspace.project.release_now"))
    if "/opgave/" in evaluator.path:
        wait_for_work(evaluator)
    assert "/resultater" in evaluator.path
    for wave in ("Baseline", "Midtvejs", "Slut"):
        assert wave in evaluator.words
    verdicts = evaluator.page.locator("main table").first.locator("tbody tr td:last-child")
    assert any(say("verdict.improved") in text for text in verdicts.all_inner_texts())
    go(evaluator.open(project), "workspace.publish.button", number=1)
    evaluator.page.locator("main form button").last.click()
    evaluator.open(f"{project}/resultater")
    with evaluator.page.expect_download() as download:
        evaluator.page.locator("main form[action*=resultatbrev] button").first.click()
    brief = PdfReader(download.value.path())
    words = " ".join(" ".join(page.extract_text() for page in brief.pages).split())
    assert "Randers Kommune" in words
    assert TITLE in words


def decide(evaluator: Person, project: str) -> None:
    evaluator.open(f"{project}/beslutninger")
    choose(evaluator, principle="network", unit="")
    fill(evaluator, text="Hver afdeling åbner én aktivitet for naboerne",
         responsible="Afdelingsleder", due_on="2026-12-01")  # fmt: skip
    evaluator.press(say("workspace.decisions.add"))
    assert "Hver afdeling åbner én aktivitet" in evaluator.words


def see_what_others_see(world: World, neighbour: Person, project: str) -> None:
    """A committee member reads what is published; another municipality sees none of it."""
    administrator = sign_in(world, ADMINISTRATOR)
    one_time = add_account(administrator, READER, "viewer", "Randers Kommune")
    reader = sign_in(world, READER, one_time)
    reader.follow(TITLE)
    reader.open(f"{project}/resultater")
    assert "Slut" in reader.words
    assert TITLE not in neighbour.open("/arbejdsrum/").words
    rooms = ("", "/opsaetning", "/invitationer", "/foelg", "/tidligere-maalinger", "/resultater",
             "/beslutninger")  # fmt: skip
    for room in rooms:
        neighbour.open(f"{project}{room}")
        assert neighbour.heading == say("error.not_found.heading"), room
        assert "Randers" not in neighbour.words
