"""What earlier releases have shown, and what a new one may therefore not."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from survey_service.measurement.audited_figures import EarlierFigures
from survey_service.measurement.differencing import (
    Basis,
    changed_too_little,
    shown_basis,
    shown_units,
    unchanged_places,
    uneven_places,
    units_changed_too_little,
    units_to_show_again,
)
from survey_service.measurement.disclosure import ReleasedFigures
from survey_service.measurement.release_format import released_from_json
from survey_service.measurement.unit_disclosure import UnitGroup
from survey_service.measurement.unit_tree import Parents
from survey_service.storage import projects, results
from survey_service.storage.database import Session, reading
from survey_service.storage.projects import ProjectRecord, WaveRecord


class TooFewChanged(Exception):
    """Fewer people's answers than the minimum have changed since the newest release."""


class ReleaseOvertaken(Exception):
    """Since the answers were read another release was made, or a wave was taken back."""


@dataclass(frozen=True, slots=True)
class EarlierRelease:
    """A release as it was frozen, published or not, and what it rests on.

    `basis` is empty where counts were not kept yet or the answers are purged.
    """

    number: int
    figures: ReleasedFigures
    basis: Basis


def find_earlier(project_id: UUID) -> tuple[EarlierRelease, ...]:
    """Return every release of a project, newest first: what was shown once is known."""
    found = []
    for entry in results.find_releases(reading(), project_id):
        record = results.find_release(reading(), project_id, entry.number)
        if record is not None:
            basis = results.find_release_basis(reading(), project_id, entry.number)
            found.append(EarlierRelease(entry.number, released_from_json(record.content), basis))
    return tuple(found)


def refuse_small_changes(
    project: ProjectRecord, basis: Basis, earlier: Sequence[EarlierRelease]
) -> None:
    """Raise TooFewChanged where holding a new release against the newest would tell of too few.

    Args:
        project: whose releases.
        basis: what the new one would rest on.
        earlier: newest first.
    """
    if not earlier:
        return
    newest = earlier[0]
    before = newest.basis
    if not before:
        # Made before counts were kept, or the answers are purged: hold what was shown against it.
        before = shown_basis(newest.figures)
        basis = {key: count for key, count in basis.items() if key in before}
    changed = changed_too_little(before, basis, project.minimum)
    if changed:
        places = ", ".join(f"{audience} in {wave}" for audience, wave in changed)
        raise TooFewChanged(
            f"release {newest.number} stands: expected no answers withdrawn since, or those of"
            f" {project.minimum} people or more behind every figure; found fewer ({places})"
        )


def find_units_before(
    project: ProjectRecord, basis: Basis, parents: Parents, earlier: Sequence[EarlierRelease]
) -> dict[UnitGroup, frozenset[str]]:
    """Return the units to show again, by the newest release that showed their group.

    Raises TooFewChanged where a new mean of everybody, held against units shown before, would
    tell of too few.
    """
    found: dict[UnitGroup, frozenset[str]] = {}
    bases: list[Basis] = []
    for release in earlier:
        shown = shown_units(release.figures)
        bases = [release.basis, *bases]
        changed = units_changed_too_little(shown, bases, basis, parents, project.minimum)
        if changed:
            places = ", ".join("/".join(group) for group in changed)
            raise TooFewChanged(
                f"release {release.number} showed units: expected answers withdrawn since to leave"
                f" {project.minimum} people or more to tell of; found fewer ({places})"
            )
        found = units_to_show_again(shown, bases[0], basis) | found
    return found


def known_figures(earlier: Sequence[EarlierRelease], basis: Basis) -> tuple[EarlierFigures, ...]:
    """Return what earlier releases have shown, for the audit of a new one.

    Args:
        earlier: newest first.
        basis: what the new one rests on.
    """
    return tuple(
        EarlierFigures(
            release.number,
            release.figures,
            unchanged_places(release.basis, basis),
            uneven_places(release.basis, basis, _shown_items(release.figures)),
        )
        for release in earlier
    )


def refuse_overtaken(
    session: Session,
    project: ProjectRecord,
    waves: Sequence[WaveRecord],
    earlier: Sequence[EarlierRelease],
) -> None:
    """Raise ReleaseOvertaken unless the releases and waves are still those that were read.

    Args:
        session: the transaction that stores the new release.
        project: whose releases.
        waves: those the new release holds.
        earlier: the releases it was held against, newest first.

    Two that are computed at once see none of each other: held against each other afterwards they
    could differ by one person.
    """
    results.lock_releases(session, project.id)
    known = [release.number for release in earlier]
    now = [entry.number for entry in results.find_releases(session, project.id)]
    if now != known:
        raise ReleaseOvertaken(
            f"project {project.key}: another release was made meanwhile:"
            f" expected {known}, found {now}"
        )
    left = {wave.id for wave in projects.find_waves(session, project.id)}
    gone = ", ".join(wave.key for wave in waves if wave.id not in left)
    if gone:
        raise ReleaseOvertaken(f"project {project.key}: taken back meanwhile: {gone}")


def _shown_items(figures: ReleasedFigures) -> list[tuple[str, str, str, str]]:
    items = figures.details.items if figures.details else ()
    return [(item.audience, item.wave, item.principle, item.item) for item in items]
