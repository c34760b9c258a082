"""Briefs hold to PDF/UA-1, told by two programs that are not ours, and these notice defects."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pikepdf
import pytest
from brief_builder import a_brief, a_context, a_unit_figure, principles_named, some_details
from decision_builder import SOME, figures_with_changes
from pdf_ua.checkers import VeraPdf, check_aloud, has_java
from pikepdf import Array, Dictionary, Name, Pdf
from released_figures_builder import PRINCIPLES, WAVES, a_report, some_figures

from survey_service.briefs.content import BriefKind
from survey_service.briefs.context import BriefContext, OwnWords
from survey_service.briefs.making import tell_brief
from survey_service.briefs.pdf import write_pdf
from survey_service.charts.heat_map import UnitPlace
from survey_service.measurement.disclosure import ReleasedFigures, disclose
from survey_service.measurement.released_details import ReleasedRate
from survey_service.texts import LANGUAGES

RULES_OF_PDF_UA = 106
"""What veraPDF's profile holds; fewer would mean that the check has lost some."""

LONG_NAME = "Nordøstjyllands Fælleskommune for Æblerup, Ørsted og Åbylunde"
LONG_PRINCIPLES = {key: f"{name} i borgernes hele hverdagsliv" for key, name in PRINCIPLES.items()}
LONG = {
    "municipality": LONG_NAME,
    "project_title": LONG_NAME,
    "principles": principles_named(LONG_PRINCIPLES),
}
FIVE_AUDIENCES = ("citizen", "citizen-proxy", "staff", "leader", "relative")
BRIEF_DATA = {
    "usual": (some_figures(), a_context()),
    "longest": (some_figures(FIVE_AUDIENCES), a_context(audiences=FIVE_AUDIENCES, **LONG)),
    "emptiest": (disclose(a_report(), {}, WAVES, 5, 5.0), a_context()),
}


def write_leaders_brief(figures: ReleasedFigures, context: BriefContext, language: str) -> bytes:
    return write_pdf(tell_brief(BriefKind.LEADERS, figures, context, language))


pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not has_java(), reason="needs java and javac"),
]


@dataclass(frozen=True)
class Checked:
    """What each of two programs says of every file, by the file's name."""

    rule_count: int
    vera: Mapping[str, list[str]]
    aloud: Mapping[str, list[str]]


def check(folder: Path, written: Mapping[str, bytes]) -> Checked:
    files = []
    for name, content in written.items():
        files.append(folder / f"{name}.pdf")
        files[-1].write_bytes(content)
    rule_count, vera = VeraPdf.compile(folder).check(files)
    aloud = check_aloud(files, folder / "aloud.json")
    return Checked(
        rule_count,
        {path.stem: broken for path, broken in vera.items()},
        {path.stem: broken for path, broken in aloud.items()},
    )


# ---- The briefs as they are ----


def most_there_is() -> tuple[ReleasedFigures, dict[str, object]]:
    """Forty units, five audiences, names of sixty characters, and as much as may be typed."""
    places = tuple(UnitPlace(f"unit-{number}", f"{LONG_NAME} {number}", 0) for number in range(40))
    details = some_details(
        unit_figures=tuple(
            a_unit_figure(place.key, principle, 40.0 + number)
            for number, place in enumerate(places)
            for principle in PRINCIPLES
        ),
        response_rates=tuple(
            ReleasedRate("final", place.key, audience, 20, 40, 0.5)
            for place in places
            for audience in FIVE_AUDIENCES
        ),
    )
    typed = OwnWords(introduction="Et ord til. " * 80, next_steps="\n".join(["Et skridt til"] * 8))
    of = {"units": places, "audiences": FIVE_AUDIENCES, "own_words": typed, **LONG}
    return replace(some_figures(FIVE_AUDIENCES), details=details), of


def every_brief() -> dict[str, bytes]:
    """All five kinds of full figures, of none, and with decisions; the leaders' of the most too."""
    nothing, _ = BRIEF_DATA["emptiest"]
    written = {
        f"leaders-longest-{language}": write_leaders_brief(*BRIEF_DATA["longest"], language)
        for language in LANGUAGES
    }
    most, of = most_there_is()
    for kind in BriefKind:
        for language in LANGUAGES:
            unit = "unit-1" if kind is BriefKind.UNIT else None
            written[f"{kind}-most-{language}"] = write_pdf(
                a_brief(kind, language, most, unit, **of)
            )
            written[f"{kind}-full-{language}"] = write_pdf(a_brief(kind, language))
            written[f"{kind}-emptiest-{language}"] = write_pdf(a_brief(kind, language, nothing))
            written[f"{kind}-followed_up-{language}"] = write_pdf(
                a_brief(kind, language, figures_with_changes(), decisions=SOME)
            )
    return written


TAKEN_FOR_HEADERS = ["PAG-001: warning"]
"""Forty units' rates go over three pages of pictures, each with the same mark at its top: outloud
takes it for a running header. It is part of the picture, and is to be read with it."""

EVERY_BRIEF = [
    "leaders-longest-da",
    "leaders-longest-en",
    *(
        f"{kind}-{data}-{language}"
        for kind in BriefKind
        for data in ("full", "most", "emptiest", "followed_up")
        for language in LANGUAGES
    ),
]


@pytest.fixture(scope="module")
def briefs(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    return check(tmp_path_factory.mktemp("briefs"), every_brief())


def test_all_rules_are_held_against_the_briefs(briefs: Checked) -> None:
    assert briefs.rule_count == RULES_OF_PDF_UA
    assert set(briefs.vera) == set(briefs.aloud) == set(EVERY_BRIEF)


@pytest.mark.parametrize("brief", EVERY_BRIEF)
def test_a_brief_breaks_no_rule(briefs: Checked, brief: str) -> None:
    assert briefs.vera[brief] == []
    assert briefs.aloud[brief] == (TAKEN_FOR_HEADERS if brief.startswith("team-most") else [])


# ---- Defects put in on purpose: the checks must be able to fail ----


def elements(document: Pdf, kind: str) -> list[Dictionary]:
    found, waiting = [], [document.Root.StructTreeRoot]
    while waiting:
        element = waiting.pop()
        if element.get("/S") == Name(f"/{kind}"):
            found.append(element)
        children = element.get("/K", [])
        children = children if isinstance(children, Array) else [children]
        waiting += [child for child in children if isinstance(child, Dictionary)]
    assert found or kind == "StructTreeRoot"
    return found


def without_language(document: Pdf) -> None:
    del document.Root.Lang


def without_title(document: Pdf) -> None:
    with document.open_metadata(set_pikepdf_as_editor=False) as metadata:
        del metadata["dc:title"]


def with_file_name_as_title(document: Pdf) -> None:
    document.Root.ViewerPreferences = Dictionary(DisplayDocTitle=False)


def without_structure(document: Pdf) -> None:
    del document.Root.StructTreeRoot
    document.Root.MarkInfo = Dictionary(Marked=False)


def without_alternative_text(document: Pdf) -> None:
    for figure in elements(document, "Figure"):
        del figure["/Alt"]


def with_a_heading_left_out(document: Pdf) -> None:
    for heading in elements(document, "H2"):
        heading.S = Name("/H4")


def without_header_scope(document: Pdf) -> None:
    for cell in elements(document, "TH"):
        cell.S = Name("/TD")


def with_tags_turned_about(document: Pdf) -> None:
    for row in elements(document, "TR"):
        row.S = Name("/LI")


DEFECTS: Mapping[str, Callable[[Pdf], None]] = {
    change.__name__: change
    for change in (
        without_language,
        without_title,
        with_file_name_as_title,
        without_structure,
        without_alternative_text,
        with_a_heading_left_out,
        without_header_scope,
        with_tags_turned_about,
    )
}


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    folder = tmp_path_factory.mktemp("spoiled")
    whole = folder / "whole.pdf"
    figures, context = BRIEF_DATA["usual"]
    whole.write_bytes(write_leaders_brief(figures, context, "da"))
    written = {}
    for name, change in DEFECTS.items():
        with pikepdf.open(whole) as document:
            change(document)
            document.save(folder / f"{name}.pdf")
        written[name] = (folder / f"{name}.pdf").read_bytes()
    return check(folder, written)


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_seeded_defect_is_caught(spoiled: Checked, defect: str) -> None:
    assert spoiled.vera[defect] or spoiled.aloud[defect]
