"""The steps of the set-up with their states, and everything on one page."""

from uuid import UUID

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from survey_service.catalogue import load_framework
from survey_service.fieldwork.project_readiness import missing_before_opening
from survey_service.fieldwork.setup_steps import (
    ProjectSetup,
    SetupStep,
    StepState,
    list_steps,
    read_setup,
)
from survey_service.storage.projects import WaveRecord
from survey_service.web.access import Access, access
from survey_service.web.installation import the_day
from survey_service.web.language import long_date, translate
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.frame import audience_name, project_frame, wave_period
from survey_service.web.workspace.setup.comparison_pages import locked_values
from survey_service.web.workspace.setup.room import (
    find_setup_project,
    step_page,
    step_url,
    told,
)


@pages.get("/projekt/<uuid:project_id>/opsaetning", endpoint="setup")
@access(Access.EVALUATOR)
def checklist(project_id: UUID) -> ResponseReturnValue:
    """Show the steps, each with its state, and where to go on."""
    project = find_setup_project(project_id)
    found = read_setup(project)
    steps = list_steps(found, the_day())
    first = next((step for step in steps if step.state is StepState.MISSING), None)
    return render_template(
        "workspace/setup/checklist.html",
        **project_frame(project, "setup"),
        steps=[_step_row(found, step) for step in steps],
        overview_url=step_url(project_id, "overview"),
        next_url=step_url(project_id, first.key if first else "overview"),
        next_name=translate(f"workspace.setup.{first.key if first else 'overview'}"),
        is_done=first is None,
        registered_on=long_date(project.registered_on) if project.registered_on else None,
        done_count=sum(step.state is not StepState.MISSING for step in steps),
    )


@pages.get("/projekt/<uuid:project_id>/opsaetning/oversigt", endpoint="setup_overview")
@access(Access.EVALUATOR)
def overview(project_id: UUID) -> ResponseReturnValue:
    """Show everything that was set up, and what is missing before the next wave can open."""
    project = find_setup_project(project_id)
    found = read_setup(project)
    steps = list_steps(found, the_day())
    wave = found.next_wave
    blocking = [] if wave is None else [told(fault) for fault in missing_before_opening(wave.id)]
    advice = [
        {"text": text, "url": step_url(project_id, step.key)}
        for step in steps
        for text in map(told, step.missing)
        if text not in blocking
    ]
    return step_page(
        project,
        "overview",
        wave_label=wave.label(g.language) if wave else None,
        blocking=blocking,
        advice=list({str(one["text"]): one for one in advice}.values()),
        sections=_sections(found),
        waves=[_wave_row(found, one) for one in found.waves],
        open_url=url_for("workspace.change_wave", wave_id=wave.id, step="aabn") if wave else None,
        project_url=url_for("workspace.project", project_id=project_id),
    )


def _step_row(found: ProjectSetup, step: SetupStep) -> dict[str, object]:
    return {
        "name": translate(f"workspace.setup.{step.key}"),
        "url": step_url(found.project.id, step.key),
        "state": step.state.value,
        "state_name": translate(f"workspace.setup.state_{step.state}"),
        "text": _fact(found, step.key),
        "missing": list(dict.fromkeys(map(told, step.missing))),
    }


def _fact(found: ProjectSetup, key: str) -> str:
    """Return one sentence on what a step holds, empty for nothing yet."""
    counts = {
        "units": len(found.units),
        "waves": len(found.waves),
        "contacts": len(found.contacts),
        "notices": len(found.notices),
    }
    if key in counts and not counts[key]:
        return ""
    if key in counts:
        number = "one" if counts[key] == 1 else "many"
        return translate(f"workspace.setup.fact_{key}_{number}", count=counts[key])
    return translate(f"workspace.setup.fact_{key}")


def _sections(found: ProjectSetup) -> list[dict[str, object]]:
    project = found.project
    words = "free_text_asked" if found.offers_free_text else "free_text_not_asked"
    sections: list[dict[str, object]] = [
        {
            "step": "basics",
            "facts": [
                (translate("workspace.setup.title"), project.title),
                (translate("workspace.setup.municipality"), project.municipality_name),
                (
                    translate("workspace.setup.framework"),
                    load_framework(project.framework).title.read_in(g.language),
                ),
                (translate("workspace.setup.retained_until"), long_date(project.retained_until)),
                (translate("workspace.setup.free_text"), translate(f"workspace.setup.{words}")),
            ],
        },
        {"step": "units", "facts": [(translate("workspace.setup.unit_count"), len(found.units))]},
        {"step": "comparison", "facts": locked_values(found)},
        {
            "step": "notices",
            "facts": [
                (audience_name(audience), translate(f"workspace.setup.basis_{one.legal_basis}"))
                for audience, one in found.notices.items()
            ],
        },
        {
            "step": "contacts",
            "facts": [
                (one.name_en if g.language == "en" else one.name_da, one.phone)
                for one in found.contacts
            ],
        },
    ]
    for section in sections:
        section["heading"] = translate(f"workspace.setup.{section['step']}")
        section["url"] = step_url(project.id, str(section["step"]))
    return sections


def _wave_row(found: ProjectSetup, wave: WaveRecord) -> dict[str, object]:
    sums = found.roster_sums.get(wave.id, {})
    return {
        "label": wave.label(g.language),
        "status": translate(f"workspace.status.{wave.status}"),
        "period": wave_period(wave),
        "asked": [
            {
                "audience": audience_name(audience),
                "version": found.instruments[wave.id][audience][1],
                "people": sums.get(audience, 0),
            }
            for audience in found.asked_in(wave.id)
        ],
    }
