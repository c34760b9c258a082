"""What the signed-in pages share: the frame around them, whose projects these are, and words."""

from uuid import UUID

from flask import abort, current_app, request, url_for
from flask_login import current_user

from survey_service.accounts.scope import visible_units
from survey_service.storage import projects
from survey_service.storage.database import reading
from survey_service.storage.projects import ProjectRecord, UnitRecord, WaveRecord
from survey_service.web.access import may_open
from survey_service.web.language import has_text, long_date, translate

WITHHELD = "–"
"""Stands for a figure that is not shown, whether withheld or not there."""

PROJECT_ROOMS = (
    "project",
    "setup",
    "invitations",
    "follow",
    "earlier_waves",
    "own_words",
    "results",
    "decisions",
)
"""The rooms of a project, in the order of the work; each is the endpoint of its first page."""


def find_own_project(project_id: UUID) -> ProjectRecord:
    """Return a project the signed-in person may see; any other is not found."""
    project = projects.find_project(reading(), project_id)
    own = current_user.record.municipality_id
    if project is None or (own is not None and project.municipality_id != own):
        abort(404)
    return project


def find_own_wave(wave_id: UUID) -> tuple[ProjectRecord, WaveRecord]:
    """Return a wave the signed-in person may see, and its project; any other is not found."""
    wave = projects.find_wave(reading(), wave_id)
    if wave is None:
        abort(404)
    return find_own_project(wave.project_id), wave


def own_units(project: ProjectRecord) -> frozenset[str] | None:
    """Return the keys of the units the signed-in person is limited to; None: no limit."""
    return visible_units(current_user.record.id, project.municipality_id)


def own_unit_records(project: ProjectRecord) -> list[UnitRecord]:
    """Return the units the signed-in person may see, by name."""
    limit = own_units(project)
    found = projects.find_unit_tree(reading(), project.municipality_id)
    return [unit for unit in found if limit is None or unit.key in limit]


def workspace_frame() -> dict[str, object]:
    """Return what the frame of every signed-in page shows."""
    return {
        "user_name": current_user.record.name,
        "own_links": _links(("projects", "municipalities", "accounts", "audit", "own_account"), {}),
    }


def project_frame(project: ProjectRecord, room: str) -> dict[str, object]:
    """Return what the frame of every page of a project shows; `room` is the one it stands in."""
    return {
        **workspace_frame(),
        "project": {
            "title": project.title,
            "municipality": project.municipality_name,
            "simulated": project.is_simulated,
        },
        "nav": _links(PROJECT_ROOMS, {"project_id": project.id}, room),
    }


def audience_name(audience: str) -> str:
    """Return an audience's name in the reader's language, or the word itself."""
    key = f"audience.{audience}"
    return translate(key) if has_text(key) else audience


def asked_audiences(wave: WaveRecord) -> list[str]:
    """Return who is asked in a wave, in the order of their keys."""
    return sorted(projects.find_wave_instruments(reading(), wave.id))


def wave_period(wave: WaveRecord) -> str:
    """Return a wave's first and last day, and whether they are planned or what happened."""
    kind = "closed" if wave.status == "released" else wave.status
    return translate(
        f"workspace.project.period_{kind if wave.origin == 'asked' else 'imported'}",
        opens_on=long_date(wave.opens_on),
        closes_on=long_date(wave.closes_on),
    )


def _links(
    names: tuple[str, ...], values: dict[str, UUID], current: str | None = None
) -> list[dict[str, object]]:
    found = []
    for name in names:
        endpoint = f"workspace.{name}"
        if endpoint in current_app.view_functions and may_open(endpoint):
            url = url_for(endpoint, **values)  # type: ignore[arg-type]
            found.append(
                {
                    "label": translate(f"workspace.layout.nav_{name}"),
                    "url": url,
                    "current": name == current or url == request.path,
                }
            )
    return found
