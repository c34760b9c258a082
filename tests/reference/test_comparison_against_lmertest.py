"""Every contrast of the simulated cohorts agrees with lme4 and lmerTest.

R 4.2.2, lme4 1.1-31, lmerTest 3.1-3, the optimiser's tolerances tightened; per audience and
principle

    fit <- lmer(score ~ wave + (1|unit) + (1|unit:wave) + (1|respondent), REML = TRUE)
    contest1D(fit, L)    # difference, SE, Satterthwaite df, p

refitted without components at zero, with two to four units as fixed effects
(contr.sum) and one unit without inference, and with the bounds on df in docs/methods.md.
"""

import pytest
from cohort_reader import WAVES, read_cohort, read_oracle

from survey_service.measurement.comparison import ComparisonPlan, compare

COHORTS = (
    "boundary",
    "few_units",
    "movers",
    "no_overlap",
    "one_unit",
    "open_cohort_medium",
    "open_cohort_small",
)
ABSOLUTE = {
    "mean_from": 1e-8,
    "mean_to": 1e-8,
    "adjusted_mean_from": 1e-4,
    "adjusted_mean_to": 1e-4,
    "difference": 1e-5,
    "standard_error": 1e-5,
    "p": 1e-4,
    "ci_low": 3e-3,
    "ci_high": 3e-3,
    "effect_size": 1e-5,
    "equivalence_p": 1e-4,
    "minimum_detectable_difference": 3e-3,
}
COUNTS = ("n_from", "n_to", "n_both")


@pytest.fixture(scope="module", params=COHORTS)
def compared(request):
    report = compare(read_cohort(request.param), ComparisonPlan(WAVES))
    found = {(c.audience, c.principle, c.from_wave, c.to_wave): c for c in report.contrasts}
    expected = read_oracle(request.param)
    pairs = [
        (found[entry["audience"], entry["principle"], entry["from"], entry["to"]], entry)
        for entry in expected
    ]
    assert len(found) == len(pairs)
    return pairs


@pytest.mark.parametrize("field", COUNTS)
def test_counts_are_those_of_the_reference(compared, field):
    assert [getattr(c, field) for c, _ in compared] == [entry[field] for _, entry in compared]


@pytest.mark.parametrize("field", ABSOLUTE)
def test_figures_are_those_of_the_reference(compared, field):
    for contrast, entry in compared:
        found, expected = getattr(contrast, field), entry[field]
        wanted = None if expected is None else pytest.approx(expected, rel=0, abs=ABSOLUTE[field])
        assert found == wanted, (contrast.principle, contrast.from_wave, contrast.to_wave)


def test_degrees_of_freedom_are_those_of_the_reference(compared):
    for contrast, entry in compared:
        expected = entry["df"]
        assert contrast.df == (None if expected is None else pytest.approx(expected, rel=1e-3))


def test_components_are_those_of_the_reference(compared):
    for contrast, entry in compared:
        for name, expected in entry["components"].items():
            found = contrast.components[name.lower()]
            assert found == pytest.approx(expected, abs=1e-4), name


def test_terms_that_the_reference_left_out_are_not_in_the_model(compared):
    for contrast, entry in compared:
        known = {name.lower() for name in entry["components"]}
        assert {name for name, sd in contrast.components.items() if sd is not None} == known
