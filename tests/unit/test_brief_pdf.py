"""The brief as a document: two pages, tagged, reproducible, and whole on disk."""

import datetime
import gc
import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import pytest
from brief_builder import a_context, principles_named, waves_named
from pypdf import PdfReader
from released_figures_builder import PRINCIPLES, WAVES, a_report, some_figures

from survey_service.briefs import pdf_fitting, saving
from survey_service.briefs.content import BriefKind
from survey_service.briefs.context import OwnWords
from survey_service.briefs.making import tell_brief
from survey_service.briefs.pdf import write_pdf
from survey_service.briefs.saving import save_whole
from survey_service.measurement.comparison import Verdict
from survey_service.measurement.disclosure import disclose

LONG_NAME = "Nordøstjyllands Fælleskommune for Æblerup, Ørsted og Åbylunde"
NATIONAL_PRINCIPLES = (
    "Tag udgangspunkt i borgernes håb, ønsker og drømme",
    "Fokusér på borgernes ressourcer",
    "Inddrag borgernes netværk og de almene fællesskaber",
    "Mød borgerne med åbenhed, tillid og respekt",
    "Hjælp borgerne så tidligt som muligt",
    "Arbejd koordineret med borgernes samlede livssituation",
    "Følg op, så indsatsen altid er den rette",
    "Brug viden og metoder, der virker",
)
FIVE_AUDIENCES = ("citizen", "citizen-proxy", "staff", "leader", "relative")


def write_brief(figures, context, language):
    return write_pdf(tell_brief(BriefKind.LEADERS, figures, context, language))


def read(figures=None, language="da", **of):
    written = write_brief(figures or some_figures(), a_context(**of), language)
    return PdfReader(io.BytesIO(written))


@cache
def usual():
    """Return the usual brief, made once for the tests that only read it."""
    return read()


def words_of(reader):
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def nothing():
    return disclose(a_report(), {}, WAVES, 5, 5.0)


def a_file():
    waves = ("t1", "t2", "t3", "t4")
    figures = some_figures(("respondent",), waves, principles=("state-anxiety",), primary=None)
    return figures, {
        "waves": waves_named(*waves),
        "principles": principles_named({"state-anxiety": "state-anxiety"}),
        "audiences": ("respondent",),
        "primary_audience": None,
        "instrument_versions": (),
        "accessibility_url": None,
        "simulated": False,
    }


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize(
    ("figures", "of"),
    [
        (some_figures(), {}),
        (some_figures(), {"municipality": LONG_NAME, "project_title": LONG_NAME}),
        (some_figures(("citizen",)), {"audiences": ("citizen",)}),
        (some_figures(FIVE_AUDIENCES), {"audiences": FIVE_AUDIENCES}),
        (nothing(), {}),
        (some_figures(n=7), {"primary_audience": None}),
        (some_figures(waves=WAVES[::2]), {"waves": waves_named(*WAVES[::2])}),
        (some_figures(waves=tuple("abcd")), {"waves": waves_named(*"abcd")}),
        (some_figures(waves=tuple("abcde")), {"waves": waves_named(*"abcde")}),
        a_file(),
    ],
    ids=[
        "usual",
        "long-names",
        "one-audience",
        "five-audiences",
        "nothing",
        "few",
        "two",
        "four",
        "five",
        "file",
    ],
)
def test_a_brief_has_two_pages(figures, of, language):
    assert len(read(figures, language, **of).pages) == 2


def test_a_report_too_large_for_two_pages_leaves_nothing_out_silently():
    names = {f"p{number}": f"Et princip med et langt navn, nummer {number}" for number in range(18)}
    figures = some_figures(principles=tuple(names))
    reader = read(figures, principles=principles_named(names))
    assert f"Side {len(reader.pages)} af {len(reader.pages)}" in words_of(reader)
    assert "udeladt af pladshensyn" in words_of(reader)


def test_the_same_input_gives_the_same_bytes():
    first, second = (write_brief(some_figures(), a_context(), "da") for _ in range(2))
    assert first == second


def test_the_document_is_tagged_titled_and_in_danish():
    reader = usual()
    catalogue = reader.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"] == "da-DK"
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]
    title = "Resultatbrev til ledelsen: Fælles mål – individuelle veje, Randers Kommune"
    assert reader.metadata.title == title
    assert b"<pdfuaid:part>1</pdfuaid:part>" in catalogue["/Metadata"].get_data()


def test_the_document_is_dated_by_its_release():
    created = read(released_on=datetime.date(2026, 3, 1)).metadata.creation_date
    assert (created.year, created.month, created.day) == (2026, 3, 1)


def test_every_font_is_embedded():
    fonts = {
        font.get_object()["/BaseFont"]: font.get_object()
        for page in usual().pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts
    for name, font in fonts.items():
        assert "IBMPlexSans" in name
        assert "/FontFile2" in font["/FontDescriptor"]


def test_bookmarks_follow_the_headings():
    titles = [entry.title for entry in usual().outline if not isinstance(entry, list)]
    assert titles == ["Fælles mål – individuelle veje: hvad svarene viser"]
    nested = next(entry for entry in usual().outline if isinstance(entry, list))
    names = [entry.title for entry in nested if not isinstance(entry, list)]
    assert names == [
        "Kort fortalt",
        "Hvad er målt, og hvem har svaret?",
        "Borgere",
        "Sådan læser du konklusionerne",
        "De øvrige målgrupper",
        "Alle tal",
        "Sådan er det gjort",
    ]


def test_simulated_data_are_marked_on_every_page():
    assert all("Simulerede data" in page.extract_text() for page in usual().pages)


def test_real_data_are_not_called_simulated():
    assert "Simulerede" not in words_of(read(simulated=False))


def test_counts_come_with_roster_and_share_from_twenty_answers():
    counts = {
        ("citizen", "baseline"): (214, 462),
        ("citizen", "midterm"): (19, 40),
        ("citizen", "final"): (4, 40),
        ("staff", "baseline"): (1041, None),
    }
    words = words_of(read(some_figures(counts=counts)))
    assert "214 af 462 (46 %)" in words
    assert "19 af 40" in words
    assert "19 af 40 (" not in words
    assert "færre end 5" in words
    assert "1.041" in words


def test_dates_are_written_as_in_a_letter():
    words = words_of(usual()).replace("\N{NO-BREAK SPACE}", " ")
    assert "22. november 2026" in words
    assert "3. aug.–30. sep. 2020" in words


def test_an_audience_the_service_does_not_know_is_shown_as_it_is():
    figures, of = a_file()
    assert "respondent: fremgang på state-anxiety." in words_of(read(figures, **of))


def test_the_primary_audience_comes_first_whatever_its_place():
    words = words_of(read(audiences=("staff", "relative", "citizen")))
    assert words.index("Borgere:") < words.index("Medarbejdere:")


def test_no_withheld_figure_is_on_paper():
    words = words_of(read(nothing()))
    assert "+" not in words
    assert "−" not in words


def test_what_is_left_of_the_table_with_many_waves_is_said():
    waves = tuple("abcde")
    words = words_of(read(some_figures(waves=waves), waves=waves_named(*waves)))
    assert "Målingerne imellem kan aflæses i billederne" in words


def test_another_language_is_refused():
    with pytest.raises(ValueError, match="language: expected one of"):
        write_brief(some_figures(), a_context(), "de")


def test_waves_that_are_not_the_figures_are_refused():
    with pytest.raises(ValueError, match="brief: expected waves"):
        write_brief(some_figures(), a_context(waves=waves_named("a", "b")), "da")


def test_a_context_without_audiences_is_refused():
    with pytest.raises(ValueError, match="at least one wave, principle and audience"):
        a_context(audiences=())


def test_a_brief_is_saved_whole(tmp_path):
    path = tmp_path / "brev.pdf"
    save_whole(path, b"whole")
    assert path.read_bytes() == b"whole"
    assert list(tmp_path.iterdir()) == [path]


def test_a_brief_that_cannot_be_saved_leaves_the_old_one_and_no_draft(tmp_path, monkeypatch):
    path = tmp_path / "brev.pdf"
    path.write_bytes(b"old")

    def fail(_descriptor):
        raise OSError("disk full")

    monkeypatch.setattr(saving.os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        save_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


_SAVE_WITHOUT_ROOM = """
import resource, sys
from pathlib import Path
from survey_service.briefs.saving import save_whole
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    save_whole(Path(sys.argv[1]), b"new" * 1000)
except OSError as error:
    sys.exit(f"refused: {error.strerror}")
"""


def test_where_the_system_itself_has_no_room_the_old_brief_stays_whole(tmp_path):
    path = tmp_path / "brev.pdf"
    path.write_bytes(b"old")
    done = subprocess.run(
        [sys.executable, "-c", _SAVE_WITHOUT_ROOM, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.startswith("refused:")) == (1, True)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_of_two_who_save_at_once_one_is_left_and_whole(tmp_path):
    path = tmp_path / "brev.pdf"
    briefs = [letter * 200_000 for letter in (b"a", b"b")]

    def save_often(written):
        for _ in range(10):
            save_whole(path, written)
            assert path.read_bytes() in briefs

    with ThreadPoolExecutor(2) as people:
        for done in [people.submit(save_often, written) for written in briefs]:
            done.result()
    assert list(tmp_path.iterdir()) == [path]


def test_briefs_leave_nothing_behind_in_memory():
    content = tell_brief(BriefKind.PARTICIPANTS, some_figures(), a_context(), "da")
    held = []
    for _ in range(3):
        for _ in range(7):
            write_pdf(content)
        gc.collect()
        held.append(len(gc.get_objects()))
    assert held[2] - held[1] < 200


@pytest.mark.parametrize("municipality", ["Randers Kommune", LONG_NAME])
def test_where_the_foot_is_too_long_the_names_give_way_and_not_the_release(municipality):
    reader = read(
        municipality=municipality,
        project_title=f"{LONG_NAME} {LONG_NAME}",
        is_published=False,
    )
    release = "Udkast til udgivelse nr. 3 – ikke offentliggjort, 22. november 2026"
    for page in reader.pages:
        [foot] = [
            line
            for line in page.extract_text().splitlines()
            if line.startswith(municipality[:40]) and "Udkast til" in line
        ]
        assert foot.endswith(f" · {release}")
        assert "…" in foot.removesuffix(release)


def test_a_page_is_set_in_few_densities_before_it_fits(monkeypatch):
    names = dict(zip(PRINCIPLES, NATIONAL_PRINCIPLES, strict=True))
    context = a_context(principles=principles_named(names), municipality=LONG_NAME)
    content = tell_brief(BriefKind.LEADERS, some_figures(), context, "da")
    counted = []
    set_blocks = pdf_fitting.set_blocks

    def count(blocks, *rest):
        counted.append(blocks)
        return set_blocks(blocks, *rest)

    monkeypatch.setattr(pdf_fitting, "set_blocks", count)
    write_pdf(content)
    assert len(counted) <= 6 * sum(len(page) for page in content.pages)


def test_all_principles_are_in_the_brief():
    words = words_of(usual())
    assert all(name in words for name in PRINCIPLES.values())


@pytest.mark.parametrize("verdict", [Verdict.IMPROVED, Verdict.CANNOT_TELL, Verdict.TOO_FEW])
@pytest.mark.parametrize("language", ["da", "en"])
def test_eight_long_names_three_audiences_and_three_waves_never_need_a_third_page(
    verdict, language
):
    names = dict(zip(PRINCIPLES, NATIONAL_PRINCIPLES, strict=True))
    story = dict.fromkeys(names, (50, 55, 60, verdict))
    figures = some_figures(story=story)
    reader = read(figures, language, principles=principles_named(names), municipality=LONG_NAME)
    assert len(reader.pages) == 2
    assert "udeladt af pladshensyn" not in words_of(reader)
    assert "left out for want of room" not in words_of(reader)


def test_where_even_the_closest_page_runs_over_nothing_is_left_out():
    names = {
        f"p{number}": f"{NATIONAL_PRINCIPLES[5]} og alt andet, {number}" for number in range(20)
    }
    figures = some_figures(FIVE_AUDIENCES, WAVES[::2], principles=tuple(names))
    reader = read(
        figures,
        audiences=FIVE_AUDIENCES,
        waves=waves_named(*WAVES[::2]),
        principles=principles_named(names),
    )
    assert len(reader.pages) > 2
    assert "udeladt af pladshensyn" not in words_of(reader)
    assert f"Side 1 af {len(reader.pages)}" in words_of(reader)


def structure_of(reader):
    """Return the tags of the structure tree in reading order."""
    tags, waiting = [], [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        element = waiting.pop().get_object()
        if "/S" in element:
            tags.append(element["/S"])
        kids = element.get("/K", [])
        kids = kids if isinstance(kids, list) else [kids]
        waiting += [kid for kid in reversed(kids) if hasattr(kid.get_object(), "get")]
    return tags


def test_a_step_that_runs_over_a_page_stays_one_item_of_its_list():
    steps = f"{'Et langt skridt, som bliver ved. ' * 250}\nEt til."
    reader = read(own_words=OwnWords(next_steps=steps))
    short = read(own_words=OwnWords(next_steps="Et kort.\nEt til."))
    assert len(reader.pages) > len(short.pages)
    assert structure_of(reader).count("/LI") == structure_of(short).count("/LI")


def test_a_typed_word_longer_than_the_line_is_broken_and_never_cut():
    reader = read(own_words=OwnWords(introduction="æ" * 3000))
    assert sum(page.extract_text().count("æ") for page in reader.pages) >= 3000
