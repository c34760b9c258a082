"""Every sentence and every cell of every brief is traced back to the figure it rests on."""

import math
import re
from dataclasses import replace

import pytest
from brief_builder import a_brief, full_figures, said_in, some_details

from survey_service.briefs.content import Field
from survey_service.measurement.comparison import Verdict

KINDS = ("committee", "leaders", "team", "unit", "participants")
FIGURES = full_figures()

OPENINGS = {
    Verdict.IMPROVED: ("Fremgang", "Tegn på fremgang", "Det går bedre", "gå bedre"),
    Verdict.DECLINED: ("Tilbagegang", "Tegn på tilbagegang", "Det går dårligere", "gå dårligere"),
    Verdict.NO_RELEVANT_CHANGE: ("Ingen betydende", "ikke er sket en betydende", "som før"),
    Verdict.CANNOT_TELL: ("Kan ikke afgøres", "Det kan vi ikke se"),
    Verdict.TOO_FEW: ("For få",),
}
"""What a point must say that names principles with this verdict."""


def danish(value, decimals=0, sign=False):
    """Write a number by hand: decimal comma, a real minus sign, a plus where a change has one."""
    written = f"{abs(value):.{decimals}f}".replace(".", ",")
    return ("−" if value < 0 else "+" if sign and value > 0 else "") + written


def contrast(reference):
    (found,) = [
        one
        for one in FIGURES.contrasts
        if (one.audience, one.principle, one.from_wave, one.to_wave)
        == (reference.audience, reference.principle, reference.from_wave, reference.to_wave)
    ]
    return found


def unit_figure(reference):
    (found,) = [
        one
        for one in FIGURES.details.unit_figures
        if (one.unit, one.audience, one.principle, one.wave)
        == (reference.unit, reference.audience, reference.principle, reference.to_wave)
    ]
    return found


def answered(reference):
    """Return who answered of how many, of a unit or of all."""
    if reference.unit:
        (rate,) = [
            one
            for one in FIGURES.details.response_rates
            if (one.unit, one.audience, one.wave)
            == (reference.unit, reference.audience, reference.to_wave)
        ]
        return rate.answered, rate.roster
    (count,) = [
        one
        for one in FIGURES.counts
        if (one.audience, one.wave) == (reference.audience, reference.to_wave)
    ]
    return count.sent, count.roster


def gap(reference):
    (found,) = [
        one
        for one in FIGURES.details.gaps
        if (one.first_audience, one.second_audience, one.principle, one.wave)
        == (reference.audience, reference.other_audience, reference.principle, reference.to_wave)
    ]
    return found


def interval(reference):
    """Return what an interval, or a unit's reach, is written as."""
    if not reference.unit:
        found = contrast(reference)
        return {f"{danish(found.ci_low, 1)} til {danish(found.ci_high, 1)}"}
    found = unit_figure(reference).difference
    return {
        f"{danish(found.low)} til {danish(found.high)}",
        danish(math.ceil(max(found.value - found.low, found.high - found.value))),
    }


def mean(reference):
    (found,) = [
        one.adjusted_mean
        for one in FIGURES.wave_means
        if (one.audience, one.principle, one.wave)
        == (reference.audience, reference.principle, reference.to_wave)
    ]
    return found


def difference(reference):
    value = contrast(reference).difference
    return {f"{danish(value, sign=True)} point", danish(value, 1, sign=True)}


def share(reference):
    sent, roster = answered(reference)
    return {danish(100 * sent / roster)}


WRITTEN = {
    Field.VERDICT: lambda _: {""},
    Field.POTENTIAL: lambda _: {""},
    Field.DIFFERENCE: difference,
    Field.INTERVAL: interval,
    Field.DETECTABLE: lambda ref: {danish(math.ceil(contrast(ref).minimum_detectable_difference))},
    Field.POWER: lambda ref: {danish(100 * contrast(ref).equivalence_power)},
    Field.MEAN: lambda ref: {danish(mean(ref)), danish(mean(ref), 1)},
    Field.SENT: lambda ref: {danish(answered(ref)[0])},
    Field.ROSTER: lambda ref: {danish(answered(ref)[1])},
    Field.ANSWER_SHARE: share,
    Field.MARGIN: lambda _: {"5"},
    Field.MINIMUM: lambda _: {"5"},
    Field.GAP: lambda ref: {"", f"{danish(abs(gap(ref).gap.value))} point"},
    Field.FLAG_POINTS: lambda _: {"−9"},
    Field.UNIT_MEAN: lambda ref: {danish(unit_figure(ref).mean)},
    Field.UNIT_DIFFERENCE: lambda ref: {danish(unit_figure(ref).difference.value, sign=True)},
}
"""How the released figure behind a reference may be written, looked up anew."""


def told(kind, figures=FIGURES, unit=None):
    """Return everything a brief says that may rest on figures: sentences and cells."""
    return said_in(a_brief(kind, figures=figures, unit=unit))


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_is_the_released_figure_it_says_it_is(kind):
    seen = 0
    for one in told(kind):
        for reference in one.figures:
            assert reference.written in WRITTEN[reference.field](reference), (one.text, reference)
            assert reference.written in one.text
            seen += 1
    assert seen > 10


@pytest.mark.parametrize("kind", KINDS)
def test_a_sentence_that_rests_on_figures_holds_no_other_number(kind):
    for one in a_brief(kind, figures=FIGURES).sentences():
        if not one.figures:
            continue
        left = re.sub(r"0-100|5-9 svar|95 %|0 til 100", "", one.text)
        for reference in sorted(one.figures, key=lambda found: -len(found.written)):
            left = left.replace(reference.written, "") if reference.written else left
        assert not re.search(r"\d", left), (one.text, left)


def other_figures():
    """Return figures that differ everywhere from the ones above, with the same names."""
    means = tuple(
        replace(mean, adjusted_mean=mean.adjusted_mean - 31.3) for mean in FIGURES.wave_means
    )
    contrasts = tuple(
        replace(
            one,
            difference=one.difference / 2 - 0.4,
            minimum_detectable_difference=13.7,
            verdict=Verdict.CANNOT_TELL,
            equivalence_power=0.15,
        )
        for one in FIGURES.contrasts
    )
    counts = tuple(replace(count, sent=61, roster=97) for count in FIGURES.counts)
    return replace(
        FIGURES,
        wave_means=means,
        contrasts=contrasts,
        counts=counts,
        minimum=6,
        margin=4.0,
        details=some_details(gaps=(), potentials=(), item_flags=(), response_rates=()),
    )


@pytest.mark.parametrize("kind", KINDS)
def test_what_rests_on_no_figure_is_the_same_whatever_the_figures(kind):
    def plain(figures):
        return {one.text for one in a_brief(kind, figures=figures).sentences() if not one.figures}

    assert plain(FIGURES) >= plain(other_figures())


@pytest.mark.parametrize("kind", ["committee", "leaders", "team", "participants"])
def test_every_point_says_the_verdict_of_the_principles_it_names(kind):
    for one in a_brief(kind, figures=FIGURES).sentences():
        verdicts = {contrast(ref).verdict for ref in one.figures if ref.field is Field.VERDICT}
        if len(verdicts) != 1:
            continue  # a headline counts them instead
        (verdict,) = verdicts
        assert any(words in one.text for words in OPENINGS[verdict]), one.text


NUMBERS = ("nul", "ét", "to", "tre", "fire", "fem", "seks", "syv", "otte")


@pytest.mark.parametrize("kind", ["committee", "leaders", "team"])
def test_every_headline_counts_right(kind):
    counted = 0
    for one in a_brief(kind, figures=FIGURES).sentences():
        found = [contrast(ref).verdict for ref in one.figures if ref.field is Field.VERDICT]
        if len(set(found)) < 2:
            continue
        counted += 1
        ups, downs = found.count(Verdict.IMPROVED), found.count(Verdict.DECLINED)
        unclear = found.count(Verdict.CANNOT_TELL)
        assert f"fremgang på {NUMBERS[ups]} af {NUMBERS[len(found)]} principper" in one.text
        assert f"tilbagegang på {NUMBERS[downs]}" in one.text
        assert f"{NUMBERS[unclear].capitalize()} kan ikke afgøres" in one.text
    assert counted == 3


def test_a_unit_is_said_to_lie_lower_only_where_the_release_says_so():
    (sentence,) = [
        one for one in a_brief("unit", unit="botilbud").sentences() if "lavere end alle" in one.text
    ]
    assert "»Håb, ønsker og drømme«" in sentence.text
    assert not any("lavere end alle" in one.text for one in a_brief("unit").sentences())
