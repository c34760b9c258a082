"""What signed-in people are told about the end of a project's answers, and the proof of it."""

from datetime import date
from uuid import UUID

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from survey_service.fieldwork.retention import (
    find_proofs,
    find_purge_day,
    find_warnings,
)
from survey_service.storage.projects import ProjectRecord
from survey_service.storage.purge_proofs import PurgeProof
from survey_service.storage.retention import PURGED_TABLES
from survey_service.web.access import Access, access, may_open
from survey_service.web.installation import the_day, the_keys
from survey_service.web.language import long_date, translate
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.frame import find_own_project, project_frame


@pages.get("/projekt/<uuid:project_id>/sletning")
@access(Access.ADMINISTRATOR)
def purge_proof(project_id: UUID) -> ResponseReturnValue:
    """Show what was found when it was looked again for what a purge removed."""
    project = find_own_project(project_id)
    return render_template(
        "workspace/purge_proof.html",
        **project_frame(project, "project"),
        proofs=[
            _proof_view(proof, digest) for proof, digest in find_proofs(the_keys(), project_id)
        ],
        back_url=url_for("workspace.project", project_id=project_id),
    )


def purge_day(project: ProjectRecord) -> date | None:
    """Return the day a project's answers were deleted on, None where they are there."""
    return find_purge_day(the_keys(), project, the_day())


def purged_note(project: ProjectRecord, day: date) -> dict[str, str | None]:
    """Return what a purged project's page says, with the way to the proof for whom may see it."""
    has_proof = may_open("workspace.purge_proof") and bool(find_proofs(the_keys(), project.id))
    return {
        "text": translate("workspace.retention.purged", date=long_date(day)),
        "url": url_for("workspace.purge_proof", project_id=project.id) if has_proof else None,
    }


def deletion_warnings(municipality_id: UUID | None, project_id: UUID | None = None) -> list[str]:
    """Return what evaluators and administrators are told from 30 days before a deletion on."""
    if not may_open("workspace.release"):
        return []
    return [
        translate(
            "workspace.retention.soon"
            if found.project.registered_on is not None
            else "workspace.retention.soon_unopened",
            project=found.project.title,
            date=long_date(found.deleted_on),
        )
        for found in find_warnings(the_day(), municipality_id)
        if project_id in {None, found.project.id}
    ]


def _proof_view(proof: PurgeProof, digest: str) -> dict[str, object]:
    left = proof.remaining or {}
    return {
        "is_proved": proof.holds,
        "verdict": _verdict(proof),
        "responses": _rounded(proof.removed.get("response", 0)),
        "is_verified": proof.verified_on is not None,
        "keys_left": proof.key_files_left,
        "file": _file_words(proof),
        "releases": proof.releases,
        "digest": digest,
        "purged_on": long_date(proof.purged_on),
        "rows": [(_kind(name), left.get(name, 0)) for name in PURGED_TABLES],
    }


def _verdict(proof: PurgeProof) -> str:
    if proof.verified_on is None:
        day = long_date(proof.purged_on)
        return translate("workspace.retention.not_yet_proved", date=day)
    key = "workspace.retention.proved" if proof.holds else "workspace.retention.not_proved"
    return translate(key, date=long_date(proof.verified_on))


def _kind(name: str) -> str:
    return translate(f"workspace.retention.table_{name}")


def _rounded(count: int) -> str:
    """Return a number of people so that, less what was published, it tells of no small group."""
    if count < 10:
        return translate("workspace.retention.under_ten")
    return translate("workspace.retention.about", count=(count + 5) // 10 * 10)


def _file_words(proof: PurgeProof) -> str:
    if proof.traces_found is None or not proof.traces_sought:
        return translate("workspace.retention.file_not_searched")
    return translate(
        "workspace.retention.file_searched", sought=proof.traces_sought, found=proof.traces_found
    )
