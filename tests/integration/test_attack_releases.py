"""Readers get behind no release that is not published, and unit leaders behind no other unit.

Every page and file a reader may open is asked for with everything that might name a release; then
what came back is looked through, archives and briefs unpacked.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile, is_zipfile

import pytest
from matrix_builder import (
    MAY_OPEN,
    UNPUBLISHED,
    Ground,
    build_ground,
    end_ground,
)
from pypdf import PdfReader
from test_accounts_matrix import request
from werkzeug.test import TestResponse

pytestmark = pytest.mark.long

READERS = ("leader of the house", "leader of the home", "viewer", "viewer of the house")
FIGURES = ("sammenligning-maalinger", "afdelinger-overblik", "maalgrupper-1", "vaerdier-1",
           "spoergsmaal-1", "svarere-1", "paalidelighed-1")  # fmt: skip
NAMES = ("number", "udgivelse", "release", "version")
SPELLINGS = ("2", "02", "+2", " 2", "2 ", "\u0662", "2.0", "0x2", "2;", "1&number=2", "2&number=1",
             "-1", "0", "99", "", "x", "[2]", "null")  # fmt: skip
DAY_OF_UNPUBLISHED = ("17. marts 2026", "17 March 2026", "2026-03-17", "17.03.2026", "17-03-2026")
HOUSE, HOME = "Psykiatriens Hus", "Botilbud"
KINDS = ("committee", "leaders", "participants", "team")


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Iterator[Ground]:
    built = build_ground(tmp_path_factory.mktemp("releases") / "one", empty_database)
    yield built
    end_ground(built)


@pytest.fixture
def unforged(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> Ground:
    """The ground where forms need no token: the question is what may be had by them."""
    monkeypatch.setitem(ground.app.config, "WTF_CSRF_ENABLED", False)
    return ground


def words_in(page: TestResponse) -> str:
    """Everything a page or file says, whatever it is packed in."""
    if page.mimetype == "application/pdf":
        return "\n".join(found.extract_text() for found in PdfReader(BytesIO(page.data)).pages)
    if is_zipfile(BytesIO(page.data)):
        with ZipFile(BytesIO(page.data)) as archive:
            parts = [archive.read(name).decode("utf-8-sig") for name in archive.namelist()]
            return "\n".join([*archive.namelist(), *parts])
    return page.data.decode("utf-8-sig")


def addresses(ground: Ground, actor: str) -> list[str]:
    """Every address of one's own that somebody may read."""
    found = []
    for rule in ground.rules():
        may = ground.declared(rule) in MAY_OPEN[actor] and "GET" in (rule.methods or ())
        if may and "figure" not in rule.arguments:
            own = list(ground.addresses(rule, ground.own))
            found += own
            found += [one.replace("/udgivelser/2/", "/udgivelser/1/") for one in own
                      if "/udgivelser/2/" in one]  # fmt: skip
    figure = f"{ground.project}/resultater/figur"
    for name in FIGURES:
        found += [
            f"{figure}/{name}",
            f"{figure}/{name}/billede.svg",
            f"{figure}/{name}/tabel-1.csv",
        ]
    return found


def tells_unpublished(words: str) -> bool:
    return any(day in words.replace("\xa0", " ") for day in DAY_OF_UNPUBLISHED)


def brief(ground: Ground, actor: str, word: str, query: str = "", **more: str) -> TestResponse:
    form = {"brief": word, "language": "da"} | more
    return request(ground, actor, "POST", f"{ground.project}/resultatbrev{query}", **form)


# ---- Releases that are not published ----


def test_the_evaluator_sees_it_so_that_there_is_something_to_find(unforged: Ground) -> None:
    page = request(unforged, "evaluator", "GET", f"{unforged.project}/resultater?number=2")
    assert tells_unpublished(words_in(page))
    made = brief(unforged, "evaluator", "leaders", "?number=2")
    assert tells_unpublished(words_in(made)), words_in(made)[-500:]


@pytest.mark.parametrize("actor", READERS)
def test_no_page_or_file_tells_a_reader_of_an_unpublished_release(
    ground: Ground, actor: str
) -> None:
    opened = 0
    for address in addresses(ground, actor):
        for query in ("", *(f"?{name}={UNPUBLISHED}" for name in NAMES)):
            page = request(ground, actor, "GET", address + query)
            assert page.status_code in {200, 303, 403, 404}, (address, query, page.status_code)
            assert not tells_unpublished(words_in(page)), (actor, address, query)
            opened += page.status_code == 200
    assert opened > 100


def test_no_spelling_of_its_number_opens_it(ground: Ground) -> None:
    for address in ("/resultater", "/resultater/afdelinger", "/resultater/tabeller.zip"):
        for spelling in SPELLINGS:
            page = request(ground, "viewer", "GET", f"{ground.project}{address}?number={spelling}")
            assert page.status_code in {200, 404}, (address, spelling)
            assert not tells_unpublished(words_in(page)), (address, spelling)


@pytest.mark.parametrize("actor", READERS)
def test_no_brief_is_made_of_it_for_a_reader(unforged: Ground, actor: str) -> None:
    for word in (*KINDS, "unit:house", "unit:home", "unit:centre", ""):
        for query, more in (("?number=2", {}), ("", {"number": "2"}), ("?number=1&number=2", {})):
            page = brief(unforged, actor, word, query, **more)
            assert page.status_code in {200, 404}, (word, query)
            assert not tells_unpublished(words_in(page)), (word, query)


# ---- Other units ----


@pytest.mark.parametrize(
    ("actor", "other"), [("leader of the house", HOME), ("viewer of the house", HOME),
                         ("leader of the home", HOUSE)],
)  # fmt: skip
def test_no_page_or_file_names_another_unit_to_whoever_is_limited_to_one(
    ground: Ground, actor: str, other: str
) -> None:
    for address in addresses(ground, actor):
        for query in ("", "?afdeling=home", "?afdeling=house"):
            page = request(ground, actor, "GET", address + query)
            assert page.status_code in {200, 303, 403, 404}, (address, page.status_code)
            assert other not in words_in(page), (actor, address, query)


def test_to_the_evaluator_the_same_pages_name_both(ground: Ground) -> None:
    for address in ("/resultater/afdelinger", "/resultater/tabeller.zip"):
        words = words_in(request(ground, "evaluator", "GET", f"{ground.project}{address}"))
        assert HOUSE in words
        assert HOME in words


@pytest.mark.parametrize("language", ["da", "en"])
def test_briefs_are_made_for_whom_they_are(unforged: Ground, language: str) -> None:
    """By hand: the team's is the evaluator's; a unit's is its own leader's and who sees all."""
    everybody = {"committee", "leaders", "participants"}
    units = {"unit:house", "unit:home", "unit:centre"}
    expected = {
        "evaluator": everybody | units | {"team"},
        "administrator": everybody | units | {"team"},
        "viewer": everybody | units,
        "leader of the house": everybody | {"unit:house"},
        "leader of the home": everybody | {"unit:home"},
        "viewer of the house": everybody | {"unit:house"},
        "case reviewer": set(),
    }
    strange = ("unit:", "unit:unit", "unit:../house", "unit:HOUSE", "unit:house ", "TEAM", "x",
               "unit:house\x00", "unit:home,house")  # fmt: skip
    for actor, may in expected.items():
        for word in (*KINDS, *sorted(units), *strange):
            page = brief(unforged, actor, word, language=language)
            is_made = page.status_code == 200 and page.mimetype == "application/pdf"
            assert is_made == (word in may), (actor, word, page.status_code)
            assert is_made or page.status_code in {403, 404}, (actor, word, page.status_code)


def test_a_leader_changes_no_decision_but_the_own_units(unforged: Ground) -> None:
    before = unforged.installation.rows("decision")
    for name in ("home", "whole"):
        found = unforged.own[f"decision_of_{name}"]
        for step in ("udfoert", "slet"):
            page = request(
                unforged, "leader of the house", "POST", f"/arbejdsrum/beslutning/{found}/{step}"
            )
            assert page.status_code == 404, (name, step)
    for unit in ("home", "", "centre", "unit", "HOUSE"):
        fields = {"principle": "network", "text": "Vi mødes", "responsible": "lederen",
                  "due_on": "2026-06-01", "unit": unit}  # fmt: skip
        page = request(
            unforged, "leader of the house", "POST", f"{unforged.project}/beslutninger", **fields
        )
        assert page.status_code == 400, unit
    assert unforged.installation.rows("decision") == before
