"""How waves are compared: settled before the first of them opens."""

from uuid import UUID

from flask import g
from flask.typing import ResponseReturnValue
from wtforms import StringField

from survey_service.faults import InputRefused
from survey_service.fieldwork import project_setup
from survey_service.fieldwork.setup_steps import ProjectSetup, read_setup
from survey_service.web.access import Access, access
from survey_service.web.language import long_date, translate
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.forms import WorkspaceForm
from survey_service.web.workspace.frame import audience_name
from survey_service.web.workspace.setup.room import (
    find_setup_project,
    go_on,
    refuse,
    step_page,
    step_url,
    texts_of,
)

_AUDIENCES = ("citizen", "staff", "relative")
_NAMES = ("margin", "minimum", "primary_audience", "primary_from", "primary_to")


class ComparisonForm(WorkspaceForm):
    """What decides what may be claimed."""

    margin = StringField()
    minimum = StringField()
    primary_audience = StringField()
    primary_from = StringField()
    primary_to = StringField()


@pages.route(
    "/projekt/<uuid:project_id>/opsaetning/sammenligning",
    methods=["GET", "POST"],
    endpoint="setup_comparison",
)
@access(Access.EVALUATOR)
def comparison(project_id: UUID) -> ResponseReturnValue:
    """Settle the margin, the smallest number of answers shown, and the primary contrast."""
    project = find_setup_project(project_id)
    found = read_setup(project)
    form = ComparisonForm(data=_stored(found))
    status = 200
    if form.is_sent():
        try:
            project_setup.save_comparison(project_id, **texts_of(form, _NAMES))
        except InputRefused as refusal:
            refuse(form, refusal)
            status = 400
        else:
            return go_on(project, "comparison")
    waves = [(wave.key, wave.label(g.language)) for wave in found.waves]
    none = ("", translate("workspace.setup.primary_none"))
    page = step_page(
        project,
        "comparison",
        form=form,
        audiences=[none, *((key, audience_name(key)) for key in _offered(found))],
        waves=[none, *waves],
        locked=locked_values(found),
        registered_on=long_date(project.registered_on) if project.registered_on else None,
        next_url=step_url(project_id, "notices"),
    )
    return page, status


def locked_values(found: ProjectSetup) -> list[tuple[str, str]]:
    """Return what is settled about the comparison, each with its name."""
    project = found.project
    names = {wave.key: wave.label(g.language) for wave in found.waves}
    none = translate("workspace.setup.primary_none")
    if project.primary_audience is None:
        audience = contrast = none
    else:
        audience = audience_name(project.primary_audience)
        contrast = translate(
            "workspace.setup.contrast",
            first=names.get(project.primary_from or "", project.primary_from),
            last=names.get(project.primary_to or "", project.primary_to),
        )
    return [
        (translate("workspace.setup.margin"), _points(project.margin)),
        (translate("workspace.setup.minimum"), str(project.minimum)),
        (translate("workspace.setup.primary_audience"), audience),
        (translate("workspace.setup.primary_contrast"), contrast),
    ]


def _stored(found: ProjectSetup) -> dict[str, str]:
    """Return what is stored; where no primary was named yet, what is normally chosen."""
    project = found.project
    stored = {
        "margin": _number(project.margin),
        "minimum": str(project.minimum),
        "primary_audience": project.primary_audience or "",
        "primary_from": project.primary_from or "",
        "primary_to": project.primary_to or "",
    }
    if project.primary_audience is None and len(found.waves) > 1:
        first, last = found.waves[0].key, found.waves[-1].key
        stored |= {"primary_audience": "citizen", "primary_from": first, "primary_to": last}
    return stored


def _offered(found: ProjectSetup) -> list[str]:
    return list(dict.fromkeys([*found.asked_audiences, *_AUDIENCES]))


def _points(margin: float) -> str:
    return translate("workspace.setup.points", points=_number(margin))


def _number(margin: float) -> str:
    text = f"{margin:g}"
    return text.replace(".", ",") if g.language == "da" else text
