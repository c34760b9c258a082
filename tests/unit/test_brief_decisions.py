"""What was decided before the newest wave, and what moved: in whose brief, in which words."""

import datetime
import io
import math
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from brief_builder import a_brief, full_figures, said_in, spell, words_in
from decision_builder import (
    LONG_TEXT,
    SOME,
    a_decision,
    a_unit_change,
    figures_with_changes,
    many_decisions,
)
from pypdf import PdfReader
from released_figures_builder import some_figures
from test_brief_kinds import lix_of, national_names
from test_brief_tracing import WRITTEN, danish

from survey_service.briefs.content import BriefKind, Field, Heading, Table
from survey_service.briefs.context import OwnWords
from survey_service.briefs.html import write_page
from survey_service.briefs.pdf import keeps_to_its_pages, write_pdf
from survey_service.measurement.comparison import Verdict
from survey_service.measurement.readability import CITIZENS_LIX_LIMIT
from survey_service.measurement.released_details import UnitMovement

KINDS = tuple(BriefKind)
FIGURES = figures_with_changes()
SHORT = {BriefKind.COMMITTEE: 1, BriefKind.LEADERS: 2, BriefKind.PARTICIPANTS: 1}
CAUSE = {
    BriefKind.COMMITTEE: "Der er ingen sammenligningsgruppe, så en ændring kan have andre årsager",
    BriefKind.PARTICIPANTS: "Vi kan ikke se, om det er derfor",
}
NOT_CAUSE = "så vi kan ikke sige, om en beslutning er årsag til en ændring"


def brief(kind, *decisions, language="da", **of):
    unit = "botilbud" if BriefKind(kind) is BriefKind.UNIT else None
    figures = of.pop("figures", FIGURES)
    return a_brief(kind, language, figures, unit, decisions=decisions, **of)


def told(kind, *decisions, **of):
    return words_in(brief(kind, *decisions, **of))


def moved(*decisions, **of):
    """Return the lines that the leaders' brief tells decisions in."""
    return [line for line in spell(brief("leaders", *decisions, **of)) if line.startswith("- <b>")
            and "»Åbn" in line]  # fmt: skip


def versions_of(content):
    """Go through a brief and its briefer versions."""
    while content is not None:
        yield content
        content = content.briefer


# ---- Whose brief tells what ----


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["da", "en"])
def test_without_decisions_nothing_is_said_and_there_is_one_version(kind, language):
    content = brief(kind, language=language)
    assert "beslut" not in words_in(content).lower()
    assert "decided" not in words_in(content).replace("cannot be decided", "")
    assert content.briefer is None


@pytest.mark.parametrize("kind", KINDS)
def test_every_brief_tells_what_was_decided_about_all_units_and_that_it_need_not_be_the_cause(kind):
    words = told(kind, a_decision())
    assert "Åbn caféen for naboerne hver onsdag" in words
    assert "Afdelingsleder" in words
    assert "1. december 2021" in words
    assert CAUSE.get(kind, NOT_CAUSE) in words


def test_a_units_decision_stands_in_its_own_brief_and_the_teams_alone():
    own, other = a_decision(unit="botilbud", text="Vores"), a_decision(unit="huset", text="Deres")
    assert "Vores" in told("unit", own, other)
    assert "Deres" not in told("unit", own, other)
    assert "Botilbud: Netværk og fællesskaber | Vores" in told("team", own, other)
    assert "Psykiatriens Hus: Netværk og fællesskaber | Deres" in told("team", own, other)
    for kind in SHORT:
        assert "Vores" not in told(kind, own, other)
        assert told(kind, own, other) == told(kind)


def test_a_unit_of_which_nothing_may_be_shown_reads_what_was_decided():
    content = a_brief("unit", unit="stoettecentre", decisions=SOME)
    assert "Åbn caféen for naboerne hver onsdag" in words_in(content)


def test_a_decision_about_another_list_of_principles_is_passed_over():
    assert told("leaders", a_decision(principle="happiness")) == told("leaders")


def test_what_was_typed_is_words_and_never_markup():
    words = told("leaders", a_decision(text="Skriv <b>alt</b> & mere\nend det", responsible="A<B"))
    assert "»Skriv &lt;b&gt;alt&lt;/b&gt; &amp; mere end det«" in words
    assert "A&lt;B, senest" in words


def test_what_is_done_is_told_with_its_date():
    done = a_decision(done_on=datetime.date(2021, 3, 3))
    assert "senest 1. december 2021; gjort 3. marts 2021" in told("leaders", done)
    assert "by 1 December 2021; done 3 March 2021" in told("leaders", done, language="en")
    assert "Det er gjort." in told("participants", done)
    assert "Det er ikke meldt gjort endnu." in told("participants", a_decision())


# ---- What moved ----


def test_what_moved_is_counted_from_the_wave_before_the_decision():
    (line,) = moved(a_decision())
    everybody = "hos borgerne, medarbejderne og de pårørende"
    assert f"Fra midtvejs til slut: {everybody} tegn på fremgang (+5 point)." in line
    (line,) = moved(a_decision(since="baseline"))
    assert "Fra baseline til slut: hos borgerne fremgang (+8 point)" in line


def test_outside_the_family_named_beforehand_the_words_are_more_careful():
    (line,) = moved(a_decision(since="baseline"))
    assert "hos medarbejderne og de pårørende tegn på fremgang (+8 point)" in line
    (plain,) = moved(a_decision(), primary_audience=None)
    assert "tegn på" not in plain


def test_what_cannot_be_told_says_how_large_it_would_have_had_to_be():
    (line,) = moved(a_decision(principle="resources"))
    assert (
        "kan vi ikke se, om der er sket en ændring (vi kan først se den ved omkring 7 point)"
        in line
    )


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict.DECLINED, "hos borgerne tilbagegang"),
        (Verdict.NO_RELEVANT_CHANGE, "hos borgerne ingen betydende ændring"),
        (Verdict.TOO_FEW, "viser vi ingen konklusion"),
    ],
)
def test_every_verdict_has_its_words(verdict, words):
    figures = some_figures(story={"network": (44, 47, 45, verdict)})
    (line,) = moved(a_decision(since="baseline"), figures=figures)
    assert words in line


def test_a_change_that_is_measured_poorly_is_read_with_caution():
    poor = replace(
        FIGURES,
        contrasts=tuple(replace(one, is_poorly_measured=True) for one in FIGURES.contrasts),
    )
    (line,) = moved(a_decision(since="baseline"), figures=poor)
    assert "fremgang (+8 point) – læs det med forbehold" in line


def test_of_a_units_decision_it_is_told_what_moved_in_that_unit():
    own = a_decision(principle="hopes", unit="botilbud")
    assert (
        "Fra midtvejs til slut i Botilbud: hos borgerne tegn på tilbagegang (−12 point)."
        in told("unit", own)
    )
    unsure = (a_unit_change("hopes", 3.0, from_wave="midterm"),)
    words = told("unit", own, figures=figures_with_changes(unsure))
    assert "om der er sket en ændring (usikkerheden er 9 point til hver side)" in words
    words = told("unit", own, figures=full_figures())
    assert "Fra midtvejs til slut viser vi ingen konklusion for Botilbud." in words


def test_first_come_those_of_which_something_can_be_said_then_those_due_first():
    late = a_decision(principle="hopes", due_on=datetime.date(2022, 1, 1), text="Sent")
    silent = a_decision(principle="resources", due_on=datetime.date(2020, 1, 1), text="Uvist")
    words = told("leaders", silent, late, a_decision())
    assert words.index("»Åbn") < words.index("»Sent«") < words.index("»Uvist«")


# ---- Traced ----


def unit_change(reference):
    (found,) = [
        one
        for one in FIGURES.details.unit_changes
        if (one.unit, one.audience, one.principle, one.from_wave, one.to_wave)
        == (
            reference.unit, reference.audience, reference.principle,
            reference.from_wave, reference.to_wave,
        )
    ]  # fmt: skip
    return found


def change_of_unit(reference):
    difference = unit_change(reference).difference
    if difference is None:
        return {""}
    written = danish(difference.value, sign=True)
    return {"", written, f"{written} point"}


def interval_of_unit(reference):
    found = unit_change(reference).difference
    return {
        f"{danish(found.low)} til {danish(found.high)}",
        danish(math.ceil(found.high - found.value)),
    }


def mean_of_unit(reference):
    (found,) = [
        one.mean
        for one in FIGURES.details.unit_figures
        if (one.unit, one.audience, one.principle, one.wave)
        == (reference.unit, reference.audience, reference.principle, reference.to_wave)
    ]
    return {danish(found)}


TRACED = WRITTEN | {
    Field.UNIT_MEAN: mean_of_unit,
    Field.UNIT_CHANGE: change_of_unit,
    Field.UNIT_CHANGE_INTERVAL: interval_of_unit,
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_that_moved_is_the_released_figure_it_says_it_is(kind):
    seen = 0
    for content in versions_of(brief(kind, *SOME)):
        for one in said_in(content):
            for reference in one.figures:
                assert reference.written in TRACED[reference.field](reference), one.text
                assert reference.written in one.text
                seen += 1
    assert seen > 10


@pytest.mark.parametrize("kind", KINDS)
def test_a_line_about_a_decision_holds_no_number_but_its_figures_and_dates(kind):
    for content in versions_of(brief(kind, *SOME)):
        for one in content.sentences():
            if not one.figures:
                continue
            left = re.sub(
                r"0-100|5-9 svar|95 %|0 til 100|\d+\. \w+ 20\d\d|\w+ 20\d\d", "", one.text
            )
            for reference in sorted(one.figures, key=lambda found: -len(found.written)):
                left = left.replace(reference.written, "") if reference.written else left
            assert not re.search(r"\d", left), (one.text, left)


# ---- Room ----


def pages_of(content):
    return len(PdfReader(io.BytesIO(write_pdf(content))).pages)


@pytest.mark.parametrize("kind", SHORT)
@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("decisions", [SOME, many_decisions()], ids=["some", "fifty"])
def test_however_much_was_decided_the_promised_pages_hold(kind, language, decisions):
    content = brief(kind, *decisions, language=language)
    assert keeps_to_its_pages(content)
    assert pages_of(content) == SHORT[kind]


def test_what_there_is_no_room_for_is_counted_and_its_place_told():
    words = told("leaders", *many_decisions())
    # 17 of the 50 are about units; the list has room for four of the other 33
    assert "29 beslutninger mere står i brevene til arbejdsgruppen og til afdelingerne." in words
    assert "Beslutninger, der ender på »…«, står i fuld længde" in words
    briefest = list(versions_of(brief("leaders", *many_decisions())))[-1]
    assert (
        "33 tidligere beslutninger står i brevene til arbejdsgruppen og til afdelingerne."
        in words_in(briefest)
    )
    two = [a_decision(), *(a_decision(text=f"Nr. {number}") for number in range(4))]
    assert "Én beslutning mere står i brevene til arbejdsgruppen og til afdelingerne." in told(
        "leaders", *two
    )


def test_those_who_answered_are_told_how_many_more_there_are_in_words():
    five = [a_decision(text=f"Ting {name}") for name in "abcde"]
    words = told("participants", *five)
    assert "Vi besluttede også to andre ting. Spørg os, hvis du vil høre om dem." in words
    *_, briefest = versions_of(brief("participants", *five))
    assert "Vi besluttede fem ting sidst." in words_in(briefest)
    *_, briefest = versions_of(brief("participants", a_decision()))
    assert "Vi besluttede én ting sidst. Spørg os, hvis du vil høre om den." in words_in(briefest)


def test_the_team_reads_every_word_of_every_decision():
    words = told("team", *many_decisions())
    assert words.count(" ".join(LONG_TEXT.split())) == 50


def test_a_decision_is_cut_between_words():
    words = told("leaders", a_decision(text=LONG_TEXT))
    (cut,) = re.findall(r"»(Alle medarbejdere[^«]*…)«", words)
    assert LONG_TEXT.startswith(cut.rstrip("…"))
    assert LONG_TEXT[len(cut) - 1] == " "
    assert len(cut) <= 201


def test_a_screen_has_room_for_the_fullest_version():
    page = write_page(brief("participants", *SOME))
    assert "Skriv ressourcer i planen" in page
    assert "Åbn caféen for naboerne hver onsdag" in page


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_decisions_in_another_order_give_the_same_bytes(kind):
    assert write_pdf(brief(kind, *SOME)) == write_pdf(brief(kind, *SOME[::-1]))


@pytest.mark.parametrize("kind", KINDS)
def test_headings_never_skip_a_level_with_decisions_and_a_units_trend(kind):
    levels = [block.level for block in brief(kind, *SOME).blocks() if isinstance(block, Heading)]
    assert all(after <= before + 1 for before, after in pairwise(levels))


# ---- Easy to read ----


@pytest.mark.parametrize("verdict", list(Verdict))
@pytest.mark.parametrize("done_on", [None, datetime.date(2021, 3, 3)])
def test_the_letter_stays_easy_to_read_with_what_was_decided(verdict, done_on):
    figures = some_figures(story={"hopes": (50, 52, 55, verdict)})
    plain = a_decision(
        principle="hopes", text="Vi spørger om dine drømme", responsible="Lederne", done_on=done_on
    )
    content = a_brief(
        "participants", figures=figures, principles=national_names(), decisions=(plain,),
        own_words=OwnWords(),
    )  # fmt: skip
    assert max(lix_of(version) for version in versions_of(content)) <= CITIZENS_LIX_LIMIT


# ---- A unit's own trend ----


def test_a_units_trend_is_told_with_care_in_a_sentence_each_way():
    words = told("unit")
    assert (
        "Svarene tyder på fremgang i Botilbud fra baseline til slut på »Netværk og fællesskaber«."
        in words
    )
    assert (
        "Svarene tyder på tilbagegang i Botilbud fra baseline til slut på »Håb, ønsker og drømme«."
        in words
    )
    assert "er mere usikker end udviklingen for alle samlet" in words
    assert "er ikke testet for sig" not in words


def test_a_units_trend_stands_beside_the_wholes_in_a_table():
    table = next(
        block
        for block in brief("unit").blocks()
        if isinstance(block, Table) and "ændringen i point" in block.caption.text
    )
    rows = {row[0].text: [cell.text for cell in row[1:]] for row in table.rows}
    assert rows["Håb, ønsker og drømme"] == [
        "58", "44", "−14", "−23 til −5", "+10,0", "Tegn på tilbagegang",
    ]  # fmt: skip
    assert rows["Så tidligt som muligt"] == ["50", "50", "–", "–", "−1,0", "Kan ikke afgøres"]
    assert rows["Opfølgning"][2:4] == ["–", "–"]
    assert rows["Opfølgning"][-1] == "–"


def test_where_no_trend_is_certain_it_is_said_how_uncertain_it_is():
    unsure = (a_unit_change("hopes", 3.0), a_unit_change("network", -2.0))
    words = told("unit", figures=figures_with_changes(unsure))
    assert (
        "Vi kan ikke se, om der er sket en ændring i Botilbud fra baseline til slut. "
        "Usikkerheden på en ændring er op til 9 point til hver side." in words
    )


def test_under_ten_answers_a_units_trend_is_whole_numbers_and_words_only():
    few = (a_unit_change("hopes", few=True, movement=UnitMovement.DECLINED),)
    tables = [
        block
        for block in brief("unit", figures=figures_with_changes(few)).blocks()
        if isinstance(block, Table) and "Tegn på tilbagegang" in str(block.rows)
    ]
    (table,) = tables
    assert "Ændring" not in table.header
    assert "Under 10 svar viser vi kun hele tal og ord." in table.caption.text


def test_a_release_without_units_changes_says_as_before_that_no_trend_was_tested():
    words = told("unit", figures=full_figures())
    assert "er ikke testet for sig" in words
    assert "udviklingen i Botilbud" not in words
