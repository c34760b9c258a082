"""Why the most important comparison may not be shown, without telling which reason it is."""

from survey_service.measurement.comparison import Verdict
from survey_service.reporting.releasing import PublishedRelease
from survey_service.web.language import translate


def primary_notes(release: PublishedRelease, audience: str) -> list[str]:
    """Return a sentence where the comparison named beforehand is withheld for any principle.

    All reasons are named together: which of them it is would tell about few people.
    """
    is_withheld = any(
        contrast.is_primary and contrast.audience == audience and contrast.difference is None
        and contrast.verdict is Verdict.TOO_FEW
        for contrast in release.figures.contrasts
    )  # fmt: skip
    if not is_withheld:
        return []
    return [translate("workspace.results.primary_withheld", minimum=release.figures.minimum)]
