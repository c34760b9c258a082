"""What each kind of brief has and has not, and for whom it is written."""

import datetime
import io
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from brief_builder import (
    THREE_WAVES,
    a_brief,
    a_context,
    a_gap,
    full_figures,
    in_both,
    some_details,
    words_in,
)
from pypdf import PdfReader
from released_figures_builder import (
    PRINCIPLES,
    WAVES,
    a_report,
    figures_with_a_later_wave,
    some_figures,
)

from survey_service.briefs.content import BriefKind, Figure, Heading, Table
from survey_service.briefs.context import OwnWords, PrincipleName, WaveFacts
from survey_service.briefs.making import tell_brief
from survey_service.briefs.markup import plain
from survey_service.briefs.pdf import write_pdf
from survey_service.catalogue import load_framework
from survey_service.measurement.comparison import Verdict
from survey_service.measurement.disclosure import disclose
from survey_service.measurement.potential_status import PotentialStatus
from survey_service.measurement.readability import CITIZENS_LIX_LIMIT, count_texts
from survey_service.measurement.released_details import ReleasedPotential

KINDS = tuple(BriefKind)
NOTHING_TYPED = OwnWords()


def pages_of(content):
    return len(PdfReader(io.BytesIO(write_pdf(content))).pages)


def nothing_shown():
    return disclose(a_report(), {}, WAVES, 5, 5.0)


def potential(status):
    lowest = ("network", "resources", "early")
    return full_figures(potentials=(ReleasedPotential("citizen", "final", status, lowest, ()),))


# ---- What stands on every brief ----


@pytest.mark.parametrize("kind", KINDS)
def test_every_brief_names_release_questionnaires_minimum_limits_and_accessibility(kind):
    words = words_in(a_brief(kind))
    assert "nr. 3" in words
    assert "22. november 2026" in words
    assert "Borgere, version 2" in words
    assert "færre end 5" in words
    assert "hvorfor" in words
    assert "Brevet kan læses højt af en skærmlæser" in words
    assert "https://www.was.digst.dk/example" in words


@pytest.mark.parametrize("kind", [BriefKind.COMMITTEE, BriefKind.LEADERS])
def test_a_wave_after_the_two_that_are_compared_is_said_to_be_one(kind):
    waves = (*THREE_WAVES, WaveFacts("later", in_both("Opfølgning", "Follow-up")))
    words = words_in(tell_brief(kind, figures_with_a_later_wave(), a_context(waves=waves), "da"))
    assert "Målingen »Opfølgning« er kommet til siden." in words
    assert "er kommet til siden" not in words_in(a_brief(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_headings_never_skip_a_level(kind):
    levels = [block.level for block in a_brief(kind).blocks() if isinstance(block, Heading)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["da", "en"])
def test_no_brief_speaks_of_significance(kind, language):
    assert "signif" not in words_in(a_brief(kind, language)).lower()


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_evaluator_typed_is_words_and_never_markup(kind):
    typed = OwnWords("Først <b>dette</b> & hint.\n\nDernæst.", "<i>Et</i> skridt")
    words = words_in(a_brief(kind, own_words=typed))
    assert "Først &lt;b&gt;dette&lt;/b&gt; &amp; hint." in words
    assert "- &lt;i&gt;Et&lt;/i&gt; skridt" in words


@pytest.mark.parametrize("kind", KINDS)
def test_every_picture_tells_its_rows_to_those_who_do_not_see_it(kind):
    for block in a_brief(kind).blocks():
        if isinstance(block, Figure):
            assert len(block.alternative) > len(plain(block.caption.text))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("figures", [nothing_shown(), some_figures(n=7)], ids=["nothing", "few"])
def test_every_brief_stands_without_figures_and_without_details(kind, figures):
    content = a_brief(kind, figures=figures, own_words=NOTHING_TYPED)
    most = {BriefKind.LEADERS: 2, BriefKind.TEAM: 5}.get(kind, 1)
    assert pages_of(content) <= most
    assert not re.search(r"\d,\d", words_in(content))  # under 10 answers whole numbers alone


def test_a_unit_is_named_for_a_unit_s_brief_alone():
    with pytest.raises(ValueError, match="unit: expected one for a unit's brief alone"):
        tell_brief(BriefKind.UNIT, full_figures(), a_context(), "da")
    with pytest.raises(ValueError, match="unit: expected one for a unit's brief alone"):
        tell_brief(BriefKind.TEAM, full_figures(), a_context(), "da", "huset")


# ---- The committee's ----


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_committee_has_one_page_and_one_picture(language):
    content = a_brief("committee", language, municipality="Nordøstjyllands Fælleskommune " * 2)
    assert pages_of(content) == 1
    assert sum(isinstance(block, Figure) for block in content.blocks()) == 1


def test_the_committee_reads_no_jargon():
    words = words_in(a_brief("committee")).lower()
    for jargon in ("interval", "p-værdi", "standard", "model for hver", "baseline-", "holm"):
        assert jargon not in words


def test_areas_with_most_potential_are_named_only_where_the_comparison_names_them():
    named = words_in(a_brief("committee", figures=potential(PotentialStatus.MOST_POTENTIAL)))
    assert "mest at hente på »Netværk og fællesskaber«, »Ressourcer« og »Så tidligt" in named
    unsure = words_in(a_brief("committee", figures=potential(PotentialStatus.ORDER_UNCERTAIN)))
    assert "Hvor der er mest at hente, kan vi ikke se" in unsure
    assert "»Ressourcer«" not in unsure
    silent = words_in(a_brief("committee", figures=potential(PotentialStatus.TOO_FEW_PRINCIPLES)))
    assert "mest at hente" not in silent


def test_a_gap_that_is_not_certain_is_not_told():
    words = words_in(a_brief("leaders"))
    assert "højere end borgerne på to af otte principper" in words
    assert "omkring 30 point" not in words
    distorted = tuple(replace(gap, is_distorted=True) for gap in some_details().gaps)
    assert "vurderer støtten højere" not in words_in(
        a_brief("leaders", figures=full_figures(gaps=distorted))
    )


def test_a_gap_on_every_principle_is_said_to_be_on_all_of_them():
    gaps = tuple(a_gap(principle, -8.0, certain=True) for principle in PRINCIPLES)
    words = words_in(a_brief("committee", figures=full_figures(gaps=gaps)))
    assert "højere end borgerne på alle otte principper ved slut" in words
    assert "otte af otte" not in words


# ---- Those who answered ----


def national_names():
    return tuple(
        PrincipleName(principle.key, principle.short, principle.wording)
        for principle in load_framework("recovery-2023").principles
    )


def lix_of(content):
    texts = [block.text for block in content.blocks() if isinstance(block, Heading)]
    texts += [sentence.text for sentence in content.sentences()]
    return count_texts(plain(text) for text in texts).lix


@pytest.mark.parametrize("verdict", list(Verdict))
def test_the_letter_to_those_who_answered_is_easy_to_read(verdict):
    figures = some_figures(story={"hopes": (50, 52, 55, verdict)})
    content = a_brief("participants", figures=figures, principles=national_names())
    assert lix_of(content) <= CITIZENS_LIX_LIMIT


def test_the_letter_to_those_who_answered_has_one_page():
    assert pages_of(a_brief("participants")) == 1


def test_the_letter_tells_of_citizens_and_relatives_and_of_nobody_else():
    words = words_in(a_brief("participants"))
    assert "### Borgere" in words
    assert "### Pårørende" in words
    assert "### Medarbejdere" not in words


def test_the_letter_says_when_the_next_steps_are_told_where_there_are_none_yet():
    when = OwnWords(told_by=datetime.date(2027, 3, 1))
    words = words_in(a_brief("participants", own_words=when))
    assert "I får det at vide senest den 1. marts 2027." in words
    assert "Du kan spørge os." in words_in(a_brief("participants", own_words=NOTHING_TYPED))


def test_the_letter_names_whom_one_can_talk_to():
    words = words_in(a_brief("participants"))
    assert "<b>Psykiatriens Hus:</b> 89\N{NO-BREAK SPACE}15\N{NO-BREAK SPACE}00" in words


def test_what_was_not_named_beforehand_is_told_with_more_care():
    words = words_in(a_brief("participants"))
    citizens, relatives = words.split("### Pårørende")
    assert "Det går bedre med" in citizens
    assert "Det ser ud til at gå bedre med" in relatives
    assert "Det går bedre med" not in relatives


# ---- A unit's own ----


def test_under_ten_answers_a_unit_gets_whole_numbers_and_words_only():
    (table,) = (
        block for block in a_brief("unit", unit="myndighed").blocks() if isinstance(block, Table)
    )
    assert "Forskel" not in table.header
    assert "95 % interval" not in table.header
    assert table.rows[0][3].text == "70"
    assert table.rows[0][-1].text == "Kan ikke afgøres"


def test_a_unit_s_picture_speaks_of_differences_only_where_some_are_shown():
    shown = words_in(a_brief("unit", unit="botilbud"))
    assert "Tallet til højre er forskellen i point." in shown
    assert "ved slut. Under 10 svar viser vi ingen forskel." in shown
    none_shown = words_in(a_brief("unit", unit="myndighed"))
    assert "alle afdelinger samlet (firkant)." in none_shown
    assert "Tallet til højre" not in none_shown
    all_shown = words_in(a_brief("unit", unit="huset"))
    assert "viser vi ingen forskel" not in all_shown


def test_a_unit_under_the_minimum_gets_a_calm_page_without_a_figure_of_its_own():
    content = a_brief("unit", unit="stoettecentre")
    words = words_in(content)
    assert "Vi kan ikke vise tal for Støttecentre." in words
    assert "Det beskytter dem, der har svaret." in words
    assert not any(isinstance(block, Table | Figure) for block in content.blocks())
    assert pages_of(content) == 1


def test_a_unit_s_brief_holds_no_other_unit():
    words = words_in(a_brief("unit", unit="huset"))
    assert "Botilbud" not in words
    assert "Myndighed" not in words


# ---- The team's ----


def test_the_team_has_units_questions_flags_rates_reliability_and_method():
    words = words_in(a_brief("team"))
    for section in (
        "## Afdelingerne ved siden af hinanden",
        "## Spørgsmålene bag",
        "### Spørgsmål, som driller",
        "## Svarprocenter",
        "## Hvor godt spørgsmålene hænger sammen",
        "## Metoden i tal",
    ):
        assert section in words


def test_the_team_s_sections_are_left_out_where_the_release_has_nothing_for_them():
    words = words_in(a_brief("team", figures=some_figures()))
    assert "## Afdelingerne" not in words
    assert "## Spørgsmålene bag" not in words
    assert "## Alle tal" in words
