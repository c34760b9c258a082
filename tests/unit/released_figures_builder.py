"""Builders of comparison reports and released figures by hand, for tests of what shows them."""

from dataclasses import replace
from itertools import combinations

from survey_service.measurement.comparison import (
    ComparisonReport,
    Contrast,
    Reason,
    Verdict,
    WaveMean,
)
from survey_service.measurement.disclosure import ReleasedFigures, disclose

PRINCIPLES = {
    "hopes": "Håb, ønsker og drømme",
    "resources": "Ressourcer",
    "network": "Netværk og fællesskaber",
    "respect": "Åbenhed, tillid og respekt",
    "early": "Så tidligt som muligt",
    "coordination": "Samlet livssituation",
    "followup": "Opfølgning",
    "evidence": "Viden, der virker",
}
WAVES = ("baseline", "midterm", "final")


def a_mean(audience="citizen", principle="hopes", wave="baseline", n=80, adjusted_mean=58.04, **of):
    half = of.pop("half_width", 5.0)
    known = adjusted_mean is not None
    return WaveMean(
        audience=audience,
        principle=principle,
        wave=wave,
        n=n,
        mean=of.pop("mean", adjusted_mean),
        adjusted_mean=adjusted_mean,
        ci_low=of.pop("ci_low", adjusted_mean - half if known else None),
        ci_high=of.pop("ci_high", adjusted_mean + half if known else None),
    )


def a_contrast(audience="citizen", principle="hopes", **of):
    difference = of.pop("difference", 9.96)
    start = of.pop("adjusted_mean_from", 58.04)
    known = difference is not None
    half = of.pop("half_width", 5.0)
    values = {
        "from_wave": "baseline",
        "to_wave": "final",
        "n_from": 80,
        "n_to": 80,
        "n_both": 40,
        "mean_from": start,
        "mean_to": start + difference if known else None,
        "adjusted_mean_from": start,
        "adjusted_mean_to": start + difference if known else None,
        "difference": difference,
        "standard_error": 2.123456 if known else None,
        "df": 33.3 if known else None,
        "ci_low": difference - half if known else None,
        "ci_high": difference + half if known else None,
        "p": 0.012345 if known else None,
        "p_adjusted": 0.0345 if known else None,
        "effect_size": 0.4 if known else None,
        "equivalence_p": 0.7 if known else None,
        "equivalence_p_adjusted": 0.9 if known else None,
        "minimum_detectable_difference": 7.04 if known else None,
        "verdict": Verdict.IMPROVED,
        "reason": Reason("size_uncertain", "There is a change."),
        "is_primary": False,
        "equivalence_power": 0.4321 if known else None,
        "components": {"unit": 3.2, "residual": 15.0},
    }
    return Contrast(audience=audience, principle=principle, **(values | of))


def a_report(wave_means=(), contrasts=(), method=None):
    return ComparisonReport(method or {}, tuple(wave_means), tuple(contrasts))


STORY = {
    "hopes": (58, 63, 68, Verdict.IMPROVED),
    "resources": (49, 50, 52, Verdict.CANNOT_TELL),
    "network": (44, 47, 52, Verdict.IMPROVED),
    "respect": (71, 72, 72, Verdict.NO_RELEVANT_CHANGE),
    "early": (55, 53, 54, Verdict.NO_RELEVANT_CHANGE),
    "coordination": (50, 52, 53, Verdict.CANNOT_TELL),
    "followup": (60, 57, 52, Verdict.DECLINED),
    "evidence": (57, 60, 64, Verdict.IMPROVED),
}
"""Per principle the means of three waves and the verdict, first to last."""


def a_story(
    audiences=("citizen", "staff", "relative"),
    waves=WAVES,
    principles=tuple(PRINCIPLES),
    n=80,
    primary="citizen",
    story=STORY,
):
    """Return a whole report in which every audience tells `story`, later audiences 3 lower."""
    means, contrasts = [], []
    for place, audience in enumerate(audiences):
        for number, principle in enumerate(principles):
            key = principle if principle in story else list(story)[number % len(story)]
            first, middle, last, verdict = story[key]
            path = [first, *(middle for _ in waves[1:-1]), last]
            levels = dict(zip(waves, (level - 3.0 * place for level in path), strict=True))
            means += [
                a_mean(audience, principle, wave, n=n, adjusted_mean=level)
                for wave, level in levels.items()
            ]
            contrasts += [
                a_contrast(
                    audience,
                    principle,
                    from_wave=start,
                    to_wave=end,
                    n_from=n,
                    n_to=n,
                    n_both=n // 2,
                    adjusted_mean_from=levels[start],
                    difference=levels[end] - levels[start],
                    verdict=verdict,
                    minimum_detectable_difference=6.4 + number * 0.3,
                    is_primary=(audience, start, end) == (primary, waves[0], waves[-1]),
                )
                for start, end in combinations(waves, 2)
            ]
    return a_report(means, contrasts)


def figures_with_a_later_wave() -> ReleasedFigures:
    """Baseline and final were named beforehand; then a wave came that was not planned."""
    figures = some_figures(waves=(*WAVES, "later"), primary=None)
    contrasts = tuple(
        replace(found, is_primary=(found.audience, found.from_wave, found.to_wave)
                == ("citizen", "baseline", "final"))
        for found in figures.contrasts
    )  # fmt: skip
    return replace(figures, contrasts=contrasts)


def some_figures(
    audiences=("citizen", "staff", "relative"), waves=WAVES, n=80, counts=None, **of
) -> ReleasedFigures:
    principles = of.get("principles", tuple(PRINCIPLES))
    if counts is None:
        counts = {(audience, wave): (n, n * 2) for audience in audiences for wave in waves}
    report = a_story(audiences, waves, n=n, **of)
    return disclose(report, counts, waves, 5, 5.0, principles=principles)
