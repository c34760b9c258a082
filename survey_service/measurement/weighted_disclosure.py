"""Roster-weighted means as they may be shown: beside the plain mean a second sum over the units."""

from collections.abc import Iterator

from survey_service.measurement.clustered_regression import Estimate
from survey_service.measurement.figure_rounding import round_mean, round_points
from survey_service.measurement.project_analysis import ProjectAnalysis
from survey_service.measurement.released_details import ReleasedInterval, ReleasedWeightedMean


def disclose_weighted_means(
    analysis: ProjectAnalysis, enough: int, minimum: int
) -> Iterator[ReleasedWeightedMean]:
    """Yield the means that rest on enough answers, where no unit has few.

    Beside the plain mean a small unit's could be found from it by subtraction.

    Args:
        analysis: unsuppressed results.
        enough: the fewest answers for the mean of everybody.
        minimum: the fewest in each unit that answered at all.
    """
    small = {
        (mean.audience, mean.principle, mean.wave)
        for mean in analysis.unit_means
        if 0 < mean.own_n < minimum
    }
    for weighted in analysis.weighted_means:
        mean = release_interval(weighted.found.estimate)
        if weighted.n < enough or mean is None or round_mean(mean.value) is None:
            continue
        if (weighted.audience, weighted.principle, weighted.wave) in small:
            continue
        size = weighted.found.effective_size
        yield ReleasedWeightedMean(
            audience=weighted.audience,
            principle=weighted.principle,
            wave=weighted.wave,
            n=weighted.n,
            mean=mean,
            effective_size=None if size is None else round(size),
        )


def release_interval(found: Estimate) -> ReleasedInterval | None:
    """Return an estimate with its limits to one decimal, None where there is none."""
    value = round_points(found.value)
    if value is None:
        return None
    return ReleasedInterval(value, round_points(found.ci_low), round_points(found.ci_high))
