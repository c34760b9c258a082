"""How the principles' words have changed, and which of them can be followed across it."""

from collections.abc import Mapping

from flask import g

from survey_service.catalogue import load_framework, load_frameworks
from survey_service.measurement.comparison import Verdict
from survey_service.measurement.principles import Framework, Relation
from survey_service.reporting.releasing import PublishedRelease
from survey_service.web.language import translate
from survey_service.web.workspace.frame import WITHHELD
from survey_service.web.workspace.results_frame import Block, Section, Table, wave_names


def build_wording(release: PublishedRelease, _query: Mapping[str, str]) -> Section:
    """Return the crosswalk from every older wording to the project's."""
    current = load_framework(release.project.framework)
    older = [found for found in load_frameworks() if found.current == current.key]
    blocks = [_block(current, found) for found in older if found.crosswalk]
    return Section("wording", [_seams(release, current), *blocks])


def _seams(release: PublishedRelease, current: Framework) -> Block:
    """Say in which comparisons of this release the words were others."""
    waves = wave_names(release)
    names = {found.key: found.short.read_in(g.language) for found in current.principles}
    silent = dict.fromkeys(
        (contrast.principle, contrast.from_wave, contrast.to_wave)
        for contrast in release.figures.contrasts
        if contrast.verdict is Verdict.WORDING_CHANGED
    )
    said = [
        translate(
            "workspace.wording.silent",
            principle=names.get(principle, principle),
            first=waves.get(first, first),
            last=waves.get(last, last),
        )
        for principle, first, last in silent
    ]
    return Block(
        heading=translate("workspace.wording.in_release"),
        texts=[translate(f"workspace.wording.{'some_silent' if said else 'none_silent'}")],
        points=said,
    )


def _block(current: Framework, older: Framework) -> Block:
    title = older.title.read_in(g.language)
    return Block(
        heading=title,
        name=older.key,
        tables=[
            Table(
                translate("workspace.wording.caption"),
                [
                    translate("workspace.wording.now"),
                    translate("workspace.wording.then"),
                    translate("workspace.wording.relation"),
                    translate("workspace.wording.followed"),
                ],
                [
                    [principle.wording.read_in(g.language), *_cells(older, principle.key)]
                    for principle in current.principles
                ],
            )
        ],
    )


def _cells(older: Framework, key: str) -> list[str]:
    entry = older.crosswalk.get(key)
    relation = Relation.NONE if entry is None else entry.relation
    wording = None if entry is None else entry.older
    return [
        WITHHELD if wording is None else wording.read_in(g.language),
        translate(f"workspace.imports.relation_{relation.value}"),
        translate(f"workspace.wording.{'yes' if relation.carries_a_trend else 'no'}"),
    ]
