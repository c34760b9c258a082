"""Units beside the whole, and every figure by its address: who sees it, and what is downloaded."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from builders import Installation, Visitor, build_installation, instrument_of
from defusedxml import ElementTree

from survey_service.accounts.sign_in import Role, add_user
from survey_service.fieldwork.recording import GatheredResponse, record_responses
from survey_service.fieldwork.rosters import set_roster
from survey_service.reporting.brief_archive import write_brief_archive
from survey_service.reporting.releasing import find_release, prepare_release, publish_release
from survey_service.storage import projects
from survey_service.storage.database import database, writing

PASSWORD = "fire grønne hatte"
EVALUATOR, VIEWER, LEADER, STRANGER = (
    f"{name}@example.org" for name in ("kari", "ola", "lone", "frida")
)
SIGN_IN = "/arbejdsrum/log-ind"
SVG = "{http://www.w3.org/2000/svg}"

ANSWERS = {"house": (4, 4, 4, 5), "home": (2, 2, 2, 1)}
"""What every fourth person answers throughout: 0-100 75, 75, 75, 100 and 25, 25, 25, 0."""


def answer_wave(installation: Installation, wave: str) -> None:
    items = [item for item in instrument_of("citizen").items if item.scale is not None]
    gathered = []
    for unit, answers in ANSWERS.items():
        for number in range(12):
            value = answers[number % 4]
            given = {item.key: str(6 - value if item.reversed else value) for item in items}
            gathered.append(
                GatheredResponse(installation.units[unit], "citizen", f"{unit}-{number}-x", given)
            )
    with installation.context():
        record_responses(
            installation.keys, installation.waves[wave], gathered, installation.clock.today
        )
    installation.close_wave(wave)


def add_people(installation: Installation) -> None:
    own = installation.municipality_id
    with installation.context():
        add_user(EVALUATOR, PASSWORD, Role.EVALUATOR, own)
        add_user(VIEWER, PASSWORD, Role.VIEWER, own)
        add_user(LEADER, PASSWORD, Role.UNIT_LEADER, own, unit_ids=[installation.units["house"]])
        with writing() as session:
            other = projects.add_municipality(session, "herning", "Herning Kommune")
        add_user(STRANGER, PASSWORD, Role.EVALUATOR, other)


@pytest.fixture(scope="module")
def released(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> Iterator[Installation]:
    """Two waves of twelve citizens in each of two units: release 1 is published, 2 is not."""
    installation = build_installation(tmp_path_factory.mktemp("figures") / "one", empty_database)
    roster = {(installation.units[unit], "citizen"): 30 for unit in ANSWERS}
    with installation.context():
        for wave_id in installation.waves.values():
            set_roster(wave_id, roster)
    answer_wave(installation, "baseline")
    installation.open_wave("final")
    answer_wave(installation, "final")
    add_people(installation)
    today = installation.clock.today
    with installation.context():
        publish_release(
            installation.project_id, prepare_release(installation.project_id, today), today
        )
        prepare_release(installation.project_id, today)
    yield installation
    with installation.context():
        database.engine.dispose()


def signed_in(installation: Installation, name: str) -> Visitor:
    visitor = installation.visitor().get(SIGN_IN)
    return visitor.submit(SIGN_IN, name=name, password=PASSWORD)


@pytest.fixture(scope="module")
def evaluator(released: Installation) -> Visitor:
    return signed_in(released, EVALUATOR)


@pytest.fixture(scope="module")
def leader(released: Installation) -> Visitor:
    return signed_in(released, LEADER)


def address(installation: Installation, rest: str = "") -> str:
    return f"/arbejdsrum/projekt/{installation.project_id}/resultater{rest}"


def tables_of(html: str) -> list[list[list[str]]]:
    """Every table's rows of words, its header first."""
    return [
        [
            [unescape(re.sub(r"<[^>]+>", "", cell)).strip()
             for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
            for row in re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.DOTALL)
        ]
        for table in re.findall(r"<table.*?</table>", html, re.DOTALL)
    ]  # fmt: skip


def as_a_spreadsheet_reads(cell: str) -> str:
    """The page's words with a plain minus before a number, and without its plus."""
    cell = cell.replace("\xa0", " ")
    if re.fullmatch(r"[−+]?\d+(,\d+)?", cell):
        return cell.replace("−", "-").lstrip("+")
    return cell[1:] if re.match(r"\+\d", cell) else cell


def csv_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_each_units_mean_stands_beside_the_whole_of_which_each_unit_is_half(evaluator, released):
    # nine of 75 and three of 100 make 81,25; nine of 25 and three of 0 18,75; the whole is 50
    (overview, *_) = tables_of(evaluator.get(address(released, "/afdelinger")).html)
    rows = {row[0]: row[1:] for row in overview}
    assert set(rows["Alle afdelinger"]) == {"50"}
    assert {cell.replace("\xa0", " ") for cell in rows["Psykiatriens Hus"]} == {"81 (+31)"}
    assert {cell.replace("\xa0", " ") for cell in rows["Botilbud"]} == {"19 (−31)"}
    assert "Center for Psykiatri" not in rows


def test_two_units_in_two_waves_say_too_little_of_seasons_to_be_certain(evaluator, released):
    evaluator.get(address(released, "/afdelinger"))
    assert "Ingen afdeling skiller sig sikkert ud" in evaluator.text


def test_an_earlier_wave_can_be_chosen(evaluator, released):
    evaluator.get(address(released, "/afdelinger?audience=citizen&wave=baseline"))
    assert 'aria-current="page">baseline' in evaluator.html


def test_a_unit_leader_sees_the_whole_and_the_own_unit_alone(leader, released):
    for section in ("/afdelinger", "/svarere", "", "/maalgrupper", "/spoergsmaal", "/vaerdier"):
        assert "Botilbud" not in leader.get(address(released, section)).text
    assert "Psykiatriens Hus" in leader.get(address(released, "/afdelinger")).text
    assert "Alle afdelinger" in leader.text


def test_a_unit_leaders_files_hold_no_other_unit_either(leader, released):
    archive = leader.get(address(released, "/tabeller.zip")).page.data
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        texts = [opened.read(name).decode() for name in opened.namelist()]
    assert any("Psykiatriens Hus" in text for text in texts)
    assert not any("Botilbud" in text for text in texts)
    picture = leader.get(address(released, "/figur/afdelinger-overblik/billede.svg")).page.data
    assert "Botilbud" not in picture.decode()


def test_exact_figures_are_the_evaluators_alone(evaluator, leader, released):
    assert leader.get(address(released, "/metode")).status == 403
    assert "Du har ikke adgang til siden" in leader.text
    assert leader.get(address(released, "/figur/metode-baseline-final")).status == 403
    assert "/metode" not in leader.get(address(released)).html
    assert evaluator.get(address(released, "/figur/metode-baseline-final")).status == 200


def every_figure(visitor: Visitor, installation: Installation) -> list[str]:
    found = []
    for section in ("", "/afdelinger", "/vaerdier", "/spoergsmaal", "/svarere", "/paalidelighed",
                    "/metode"):  # fmt: skip
        visitor.get(address(installation, section))
        found += [unescape(url) for url in re.findall(r'href="([^"]*/figur/[^"]*)"', visitor.html)]
    return found


def test_every_page_leads_to_its_figures_and_every_way_leads_somewhere(evaluator, released):
    ways = every_figure(evaluator, released)
    assert {way.rpartition("/")[2].partition("?")[0] for way in ways} >= {
        "billede.svg", "tabel-1.csv", "sammenligning-maalinger", "afdelinger-overblik",
        "vaerdier-self_determination", "spoergsmaal-hopes", "svarere-svarprocent",
        "paalidelighed-alfa",
    }  # fmt: skip
    for way in ways:
        assert evaluator.get(way).status == 200, way


def test_a_figures_page_names_its_release_and_source(evaluator, released):
    text = evaluator.get(address(released, "/figur/afdelinger-overblik?number=1")).text
    assert "Kilde: Fælles mål, Randers Kommune. Udgivelse nr. 1, 4. marts 2026." in text
    assert evaluator.heading == "Afdelinger og helheden: Borgere, final"


@pytest.mark.parametrize(
    "figure",
    ["sammenligning-maalinger", "afdelinger-overblik", "svarere-svarprocent", "spoergsmaal-hopes"],
)
def test_a_downloaded_table_holds_what_the_page_shows(evaluator, released, figure):
    shown = tables_of(evaluator.get(address(released, f"/figur/{figure}")).html)
    for place, table in enumerate(shown, start=1):
        evaluator.get(address(released, f"/figur/{figure}/tabel-{place}.csv"))
        content = evaluator.page.data
        assert content.startswith(b"\xef\xbb\xbf")
        assert csv_rows(content) == [[as_a_spreadsheet_reads(cell) for cell in row]
                                     for row in table]  # fmt: skip
        assert "attachment" in evaluator.page.headers["Content-Disposition"]


def test_a_downloaded_picture_is_a_drawing_with_its_heading_and_source(evaluator, released):
    evaluator.get(address(released, "/figur/afdelinger-overblik/billede.svg?number=1"))
    assert evaluator.page.mimetype == "image/svg+xml"
    words = [found.text for found in ElementTree.fromstring(evaluator.page.data).iter(f"{SVG}text")]
    assert "Afdelinger og helheden: Borgere, final" in words
    assert any("Udgivelse nr. 1" in word for word in words)
    assert {"Psykiatriens Hus", "81", "+31"} <= set(words)


def test_all_tables_of_a_release_come_as_one_archive(evaluator, released):
    evaluator.get(address(released, "/tabeller.zip?number=1"))
    with zipfile.ZipFile(io.BytesIO(evaluator.page.data)) as opened:
        names = opened.namelist()
        table = csv_rows(opened.read("afdelinger-overblik-citizen-final-1.csv"))
        told = opened.read("laes-mig.txt").decode("utf-8-sig")
    assert table[1][0] == "Alle afdelinger"
    assert "afdelinger-overblik-citizen-baseline-1.csv" in names
    assert "sammenligning-maalinger-citizen-1.csv" in names
    assert "Udgivelse nr. 1" in told
    assert all(name in told for name in names if name.endswith(".csv"))


def test_the_same_release_gives_the_same_archive(evaluator, released):
    first, second = (evaluator.get(address(released, "/tabeller.zip?number=1")).page.data
                     for _ in range(2))  # fmt: skip
    assert first == second


FILES = ("", "/billede.svg", "/tabel-1.csv")


@pytest.mark.parametrize("rest", [*(f"/figur/afdelinger-overblik{file}" for file in FILES),
                                  "/tabeller.zip"])  # fmt: skip
def test_figures_of_another_municipality_are_not_found(released, rest):
    visitor = signed_in(released, STRANGER)
    assert visitor.get(address(released, rest)).status == 404


@pytest.mark.parametrize("rest", [*(f"/figur/afdelinger-overblik{file}" for file in FILES),
                                  "/tabeller.zip"])  # fmt: skip
def test_figures_of_an_unpublished_release_are_not_found_by_those_who_read(released, leader, rest):
    viewer = signed_in(released, VIEWER)
    for reader in (viewer, leader):
        assert reader.get(address(released, f"{rest}?number=2")).status == 404
        assert reader.get(address(released, f"{rest}?number=1")).status == 200


def test_the_evaluator_finds_the_figures_of_an_unpublished_release(evaluator, released):
    assert evaluator.get(address(released, "/figur/afdelinger-overblik?number=2")).status == 200


@pytest.mark.parametrize(
    "rest",
    [
        "/figur/findes-ikke",
        "/figur/afdelinger-",
        "/figur/afdelinger-overblik?audience=relative",
        "/figur/afdelinger-overblik?wave=midterm",
        "/figur/sammenligning-maalinger?audience=%3Cscript%3E",
        "/figur/afdelinger-overblik/tabel-0.csv",
        "/figur/afdelinger-overblik/tabel-3.csv",
        "/figur/paalidelighed-alfa/billede.svg",
        "/figur/afdelinger-overblik?number=99",
    ],
)
def test_a_figure_there_is_not_is_not_found(evaluator, released, rest):
    assert evaluator.get(address(released, rest)).status == 404


def test_nobody_sees_a_figure_without_signing_in(released):
    visitor = released.visitor()
    for file in FILES:
        visitor.get(address(released, f"/figur/afdelinger-overblik{file}"))
        assert visitor.path == SIGN_IN


def test_the_english_table_has_english_numbers(released):
    visitor = signed_in(released, VIEWER)
    visitor.submit("/sprog", language="en")
    visitor.get(address(released, "/figur/sammenligning-maalinger/tabel-1.csv"))
    assert b"\r\nHopes and dreams,50.0,50.0" in visitor.page.data


def test_a_second_release_of_the_same_answers_shows_the_same_units(released):
    with released.context():
        one, two = (find_release(released.project_id, number) for number in (1, 2))
    assert one.figures.details.unit_figures == two.figures.details.unit_figures != ()


def test_every_brief_of_a_release_comes_as_one_archive_in_both_languages(released):
    told, target = [], io.BytesIO()
    with released.context():
        release = find_release(released.project_id, 1)
        write_brief_archive(target, release, ("da", "en"), lambda *step: told.append(step))
    with zipfile.ZipFile(target) as opened:
        names = opened.namelist()
        assert all(opened.read(name).startswith(b"%PDF") for name in names)
    # committee, leaders, team and participants, and the two units that are shown
    assert [name.partition("/")[0] for name in names] == ["da"] * 6 + ["en"] * 6
    assert told == [("briefs", done, 12) for done in range(13)]


def test_making_the_briefs_stops_when_asked_to(released):
    def stop(_step: str, done: int, _total: int) -> None:
        if done == 1:
            raise InterruptedError

    with released.context():
        release = find_release(released.project_id, 1)
        with pytest.raises(InterruptedError):
            write_brief_archive(io.BytesIO(), release, ("da",), stop)


def test_a_release_of_nobody_says_that_there_is_nothing_to_show(build):
    installation = build()
    installation.close_wave("baseline")
    installation.open_wave("final")
    installation.close_wave("final")
    with installation.context():
        add_user(EVALUATOR, PASSWORD, Role.EVALUATOR, installation.municipality_id)
        prepare_release(installation.project_id, installation.clock.today)
    visitor = signed_in(installation, EVALUATOR)
    for rest in ("", "/afdelinger", "/vaerdier", "/svarere"):
        assert visitor.get(address(installation, rest)).status == 200
        assert "Der er ingen tal at vise her" in visitor.text
    assert visitor.get(address(installation, "/figur/sammenligning-maalinger")).status == 404
    assert visitor.get(address(installation, "/tabeller.zip")).status == 200


def test_only_evaluators_begin_all_briefs(released, evaluator, leader):
    way = f"/arbejdsrum/projekt/{released.project_id}/resultatbreve?number=1"
    leader.get(address(released))
    assert "/resultatbreve" not in leader.html
    evaluator.get(address(released, "?number=1")).submit(way)
    assert evaluator.heading == "Alle resultatbreve"
