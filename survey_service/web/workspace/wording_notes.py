"""Why a result is silent on a principle: what the crosswalk says of its older wording."""

from collections.abc import Iterator

from flask import g

from survey_service.charts.wave_rows import compared_waves
from survey_service.fieldwork.column_mapping import link_principles
from survey_service.measurement.comparison import Verdict
from survey_service.reporting.releasing import PublishedRelease
from survey_service.storage import importing
from survey_service.storage.database import reading
from survey_service.web.language import translate


def wording_notes(release: PublishedRelease, audience: str) -> list[str]:
    """Return a sentence per principle whose wording changed between the waves compared."""
    silent = [
        contrast.principle
        for contrast in release.figures.contrasts
        if contrast.verdict is Verdict.WORDING_CHANGED
        and contrast.audience == audience
        and (contrast.from_wave, contrast.to_wave) == compared_waves(release.figures)
    ]
    return list(_notes(release, silent)) if silent else []


def _notes(release: PublishedRelease, silent: list[str]) -> Iterator[str]:
    frameworks = importing.find_frameworks(reading(), [wave.id for wave in release.waves])
    for wave in release.waves:
        if wave.key not in compared_waves(release.figures) or wave.key not in frameworks:
            continue
        for link in link_principles(release.project.framework, frameworks[wave.key]):
            if link.key not in silent or link.relation.carries_a_trend:
                continue
            older = link.older.read_in(g.language) if link.older is not None else None
            name, label = link.short.read_in(g.language), wave.label(g.language)
            asked = (
                translate("workspace.imports.seam_asked", principle=name, wave=label, older=older)
                if older
                else translate("workspace.imports.seam_not_asked", principle=name, wave=label)
            )
            yield f"{asked} {link.note.read_in(g.language) if link.note else ''}".rstrip()
