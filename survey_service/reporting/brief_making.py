"""The brief of a release: what the figures do not say themselves comes from the project."""

import re
import unicodedata

from survey_service.briefs.content import BriefKind
from survey_service.briefs.context import BriefContext, PrincipleName, WaveFacts
from survey_service.briefs.making import tell_brief
from survey_service.briefs.pdf import write_pdf
from survey_service.catalogue import load_framework, load_instrument
from survey_service.reporting.releasing import PublishedRelease
from survey_service.storage import projects
from survey_service.storage.database import reading
from survey_service.storage.projects import WaveRecord
from survey_service.texts import Wording


def make_brief(
    release: PublishedRelease, language: str, accessibility_url: str | None = None
) -> bytes:
    """Return the brief of a release as PDF; the same release gives the same bytes."""
    context = context_of(release, language, accessibility_url)
    return write_pdf(tell_brief(BriefKind.LEADERS, release.figures, context, language))


def brief_file_name(release: PublishedRelease, language: str) -> str:
    """Return a file name that is safe everywhere: resultatbrev-project-1-da.pdf."""
    plain = unicodedata.normalize("NFKD", release.project.key).encode("ascii", "ignore").decode()
    key = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "projekt"
    return f"resultatbrev-{key}-{release.number}-{language}.pdf"


def context_of(
    release: PublishedRelease, language: str, accessibility_url: str | None
) -> BriefContext:
    """Return what a brief says beside the figures of a release."""
    project = release.project
    shown = dict.fromkeys(count.audience for count in release.figures.counts)
    return BriefContext(
        project_title=project.title,
        municipality=project.municipality_name,
        waves=tuple(
            WaveFacts(
                wave.key,
                Wording({"da": wave.label_da, "en": wave.label_en}),
                wave.opens_on,
                wave.closes_on,
            )
            for wave in release.waves
        ),
        principles=tuple(
            PrincipleName(principle.key, principle.short, principle.wording)
            for principle in load_framework(project.framework).principles
        ),
        audiences=tuple(shown),
        primary_audience=project.primary_audience,
        release_number=release.number,
        released_on=release.released_on,
        instrument_versions=_instrument_versions(release.waves, language),
        simulated=project.is_simulated,
        accessibility_url=accessibility_url,
        primary_waves=_primary_waves(release),
    )


def _primary_waves(release: PublishedRelease) -> tuple[Wording, Wording] | None:
    """Return the names of the two waves to compare first of all, also before they are measured."""
    project = release.project
    labels = {
        wave.key: Wording({"da": wave.label_da, "en": wave.label_en})
        for wave in projects.find_waves(reading(), project.id)
    }
    if project.primary_from is None or project.primary_to is None:
        return None

    def label(key: str) -> Wording:
        return labels.get(key) or Wording({"da": key, "en": key})

    return label(project.primary_from), label(project.primary_to)


def _instrument_versions(waves: tuple[WaveRecord, ...], language: str) -> tuple[str, ...]:
    used = {
        pair
        for wave in waves
        for pair in projects.find_wave_instruments(reading(), wave.id).values()
    }
    return tuple(
        f"{load_instrument(key, version).title.read_in(language)} (version {version})"
        for key, version in sorted(used)
    )
