"""The projects, and one project's waves and releases."""

from datetime import date
from uuid import UUID

from flask import current_app, g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from survey_service.fieldwork.waves import WaveStatus
from survey_service.measurement.field_disclosure import SMALLEST_ROSTER
from survey_service.measurement.instrument import Audience
from survey_service.storage import counts, projects, results
from survey_service.storage.database import reading
from survey_service.storage.projects import ProjectRecord, WaveRecord
from survey_service.storage.results import ReleaseEntry
from survey_service.web.access import Access, access, may_open
from survey_service.web.language import long_date, translate
from survey_service.web.workspace import offline_notes
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.frame import (
    WITHHELD,
    audience_name,
    find_own_project,
    project_frame,
    wave_period,
    workspace_frame,
)
from survey_service.web.workspace.retention_pages import (
    deletion_warnings,
    purge_day,
    purged_note,
)

CLOSED = {WaveStatus.CLOSED, WaveStatus.RELEASED}


@pages.get("/", endpoint="projects")
@access(Access.SIGNED_IN)
def list_projects() -> ResponseReturnValue:
    """List the projects of the signed-in person's municipality."""
    record = current_user.record
    found = projects.find_projects(reading(), record.municipality_id)
    first_page = "project" if may_open("workspace.project") else "case_review"
    return render_template(
        "workspace/projects.html",
        **workspace_frame(),
        projects=[
            {
                "title": project.title,
                "municipality": project.municipality_name,
                "url": url_for(f"workspace.{first_page}", project_id=project.id),
                "simulated": project.is_simulated,
            }
            for project in found
        ],
        may_evaluate=may_open("workspace.release"),
        warnings=deletion_warnings(record.municipality_id),
    )


@pages.get("/projekt/<uuid:project_id>", endpoint="project")
@access(Access.READER)
def show_project(project_id: UUID) -> ResponseReturnValue:
    """Show a project's waves and releases; to evaluators counts and the next steps as well."""
    project = find_own_project(project_id)
    may_evaluate = may_open("workspace.release")
    releases = [
        entry
        for entry in results.find_releases(reading(), project_id)
        if may_evaluate or entry.is_published
    ]
    waves = projects.find_waves(reading(), project_id)
    purged_on = purge_day(project)
    # Of a purged project nothing is counted any more, and no step is left to take.
    row = _evaluator_row if may_evaluate and purged_on is None else _reader_row
    closed = [wave for wave in waves if wave.status in CLOSED]
    return render_template(
        "workspace/project.html",
        **project_frame(project, "project"),
        purpose=translate(f"workspace.project.{'purpose' if may_evaluate else 'purpose_reader'}"),
        waves=[row(project, wave) for wave in waves],
        releases=_release_rows(project_id, releases),
        results_url=url_for("workspace.results", project_id=project_id) if releases else None,
        may_evaluate=may_evaluate,
        release_url=(
            url_for("workspace.release", project_id=project_id)
            if may_evaluate and purged_on is None and _is_something_new(closed, releases)
            else None
        ),
        tablets_url=(
            url_for("kiosk.tablets", project_id=project_id)
            if may_open("kiosk.tablets") and purged_on is None
            else None
        ),
        purged=None if purged_on is None else purged_note(project, purged_on),
        warnings=deletion_warnings(project.municipality_id, project_id),
    )


def _is_something_new(closed: list[WaveRecord], releases: list[ReleaseEntry]) -> bool:
    """Whether to offer working out: two waves to compare, and the newest is no mere draft."""
    return len(closed) >= 2 and (not releases or releases[0].is_published)


def _release_rows(project_id: UUID, releases: list[ReleaseEntry]) -> list[dict[str, object]]:
    newest = next((entry.number for entry in releases if entry.is_published), 0)
    return [
        {
            "number": entry.number,
            "date": long_date(entry.released_on),
            "url": url_for("workspace.results", project_id=project_id, number=entry.number),
            "is_published": entry.is_published,
            "publish_url": (
                url_for("workspace.publish", project_id=project_id, number=entry.number)
                if not entry.is_published and entry.number > newest
                else None
            ),
        }
        for entry in releases
    ]


def _reader_row(_project: ProjectRecord, wave: WaveRecord) -> dict[str, object]:
    return {
        "label": wave.label(g.language),
        "status": translate(f"workspace.status.{wave.status}"),
        "period": wave_period(wave),
        "follow_url": _follow_url(wave),
        "follow_label": translate(
            f"workspace.project.{'follow' if wave.status == WaveStatus.OPEN else 'followed'}",
            wave=wave.label(g.language),
        ),
        "now": _now(wave),
    }


def _evaluator_row(project: ProjectRecord, wave: WaveRecord) -> dict[str, object]:
    alert = _date_alert(wave, current_app.extensions["survey_today"]())
    row = _reader_row(project, wave)
    return {
        **row,
        "alert": alert,
        "now": alert or row["now"],
        "next": translate(f"workspace.next.{wave.status}"),
        "action": _wave_action(wave),
        "notes": offline_notes.uncounted(wave.id),
        "is_asked": wave.status != WaveStatus.PLANNED,
        **(_count_rows(project, wave) if wave.status != WaveStatus.PLANNED else {}),
    }


def _count_rows(project: ProjectRecord, wave: WaveRecord) -> dict[str, object]:
    as_of, sent = counts.find_counts(reading(), wave.id)
    roster = projects.find_roster_totals(reading(), wave.id)
    return {
        "as_of": long_date(as_of) if as_of else None,
        "counts": [
            {
                "audience": audience_name(audience),
                "sent": _sent_text(
                    sent.get(audience, 0), _people(roster, audience), project.minimum
                ),
                "roster": _count_text(roster.get(audience, 0), project.minimum),
            }
            for audience in sorted({name for name in sent if sent[name]} | set(roster))
        ],
    }


def _people(roster: dict[str, int], audience: str) -> int | None:
    """Return how many there are to ask; those somebody else answers for are citizens as well."""
    asked = Audience.CITIZEN.value if audience == Audience.CITIZEN_PROXY else audience
    return roster.get(asked)


def _sent_text(sent: int, roster: int | None, minimum: int) -> str:
    """Return how many have answered; of a small roster nothing, as where the wave is followed.

    There is no parent to count it at: these counts are of the whole project already, and a sum
    over audiences would give the small one away as soon as the others are shown.
    """
    if roster is not None and roster < SMALLEST_ROSTER:
        return WITHHELD
    return _count_text(sent, minimum)


def _count_text(count: int, minimum: int) -> str:
    return str(count) if count >= minimum else WITHHELD


def _now(wave: WaveRecord) -> str | None:
    """Tell of an open wave, which is what most people come for, before all others."""
    if wave.status != WaveStatus.OPEN:
        return None
    label, closes_on = wave.label(g.language), long_date(wave.closes_on)
    return translate("workspace.project.now", wave=label, date=closes_on)


def _date_alert(wave: WaveRecord, today: date) -> str | None:
    """Tell of a date that has passed without its step: nothing opens or closes by itself."""
    if wave.status == WaveStatus.OPEN and today > wave.closes_on:
        return translate(
            "workspace.next.overdue", wave=wave.label(g.language), date=long_date(wave.closes_on)
        )
    if wave.status == WaveStatus.PLANNED and today > wave.opens_on:
        return translate(
            "workspace.next.late", wave=wave.label(g.language), date=long_date(wave.opens_on)
        )
    return None


def _wave_action(wave: WaveRecord) -> dict[str, str] | None:
    steps = {WaveStatus.PLANNED: ("aabn", "open_wave"), WaveStatus.OPEN: ("luk", "close_wave")}
    found = steps.get(WaveStatus(wave.status))
    if found is None:
        return None
    step, text = found
    return {
        "url": url_for("workspace.change_wave", wave_id=wave.id, step=step),
        "label": translate(f"workspace.project.{text}"),
    }


def _follow_url(wave: WaveRecord) -> str | None:
    if wave.status == WaveStatus.PLANNED or not may_open("workspace.follow"):
        return None
    return url_for("workspace.follow", project_id=wave.project_id, maaling=wave.key)
