"""Who did what when, for administrators: a page of entries, and the same as a file."""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response, current_app, render_template, request, url_for
from flask_login import current_user

from survey_service.accounts import audit
from survey_service.accounts.audit import AuditFilter, AuditPage, AuditRecord, ChainState
from survey_service.web.access import Access, access
from survey_service.web.installation import the_keys
from survey_service.web.language import has_text, translate
from survey_service.web.settings import Settings
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.frame import workspace_frame

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
SHORT_ID = 8
"""So many digits tell two objects apart on a page; the file has them whole."""


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry in words."""

    happened_at: str
    who: str
    action: str
    what: str
    outcome: str
    is_done: bool


@pages.get("/log", endpoint="audit")
@access(Access.ADMINISTRATOR)
def show_audit() -> str:
    """Show what was done, newest first, and whether the log is whole."""
    wanted, number = _asked_filter(), _asked_page()
    found = audit.find_page(_own_municipality(), wanted, number)
    page_count = max(1, -(-found.entry_count // audit.ENTRIES_ON_A_PAGE))
    return render_template(
        "workspace/audit.html",
        **workspace_frame(),
        rows=[_row(entry, found) for entry in found.entries],
        # The whole log is read for it: once is enough for who looks through it.
        chain=_chain_words(audit.verify(the_keys())) if number == 1 else None,
        actions=_action_choices(found, wanted),
        actors=[(str(account_id), name) for account_id, name in found.actors],
        wanted_action=wanted.action or "",
        wanted_account=str(wanted.account_id or ""),
        is_filtered=wanted != AuditFilter(),
        entry_count=found.entry_count,
        number=number,
        page_count=page_count,
        newer_url=_page_url(wanted, number - 1) if number > 1 else None,
        older_url=_page_url(wanted, number + 1) if number < page_count else None,
        file_url=url_for("workspace.audit_file", **cast("Any", _query(wanted))),
        kept_months=_settings().audit_months,
    )


@pages.get("/log/log.csv", endpoint="audit_file")
@access(Access.ADMINISTRATOR)
def fetch_audit() -> Response:
    """Send what was done as a file; that is itself entered."""
    from survey_service.exchange.invitation_lists import write_guarded_csv

    found = audit.find_page(_own_municipality(), _asked_filter(), None)
    content = write_guarded_csv(_HEADER, (_cells(entry, found) for entry in found.entries))
    response = Response(content, mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="log.csv"'
    return response


_HEADER = (
    "position",
    "time_utc",
    "actor",
    "account",
    "account_id",
    "action",
    "object_kind",
    "object_id",
    "object_name",
    "outcome",
)


def _cells(entry: AuditRecord, found: AuditPage) -> tuple[str, ...]:
    return (
        str(entry.position),
        entry.happened_at.isoformat(timespec="minutes") + "Z",
        entry.actor,
        entry.account_name,
        str(entry.account_id or ""),
        entry.action,
        entry.object_kind,
        entry.object_id,
        _object_name(entry, found) or "",
        entry.outcome,
    )


def _row(entry: AuditRecord, found: AuditPage) -> EntryRow:
    moment = entry.happened_at.replace(tzinfo=ZoneInfo("UTC")).astimezone(COPENHAGEN)
    return EntryRow(
        happened_at=f"{moment:%d.%m.%Y %H:%M}",
        who=entry.account_name or translate(f"workspace.audit.actor_{entry.actor}"),
        action=_action_name(entry.action),
        what=_object_words(entry, found),
        outcome=translate(f"workspace.audit.outcome_{entry.outcome}"),
        is_done=entry.outcome == audit.Outcome.DONE,
    )


def _object_words(entry: AuditRecord, found: AuditPage) -> str:
    if not entry.object_kind or entry.object_kind == "audit":
        return ""
    kind = translate(f"workspace.audit.object_{entry.object_kind}")
    name = _object_name(entry, found)
    if name == entry.account_name and entry.object_kind == "account":
        return translate("workspace.audit.own_account")
    if entry.object_kind == "release":
        name = entry.object_id.rpartition("/")[2]
    return f"{kind}: {name or entry.object_id[:SHORT_ID]}"


def _object_name(entry: AuditRecord, found: AuditPage) -> str | None:
    try:
        return found.object_names.get((entry.object_kind, UUID(entry.object_id)))
    except ValueError:
        return None


def _action_name(action: str) -> str:
    is_known = has_text(f"workspace.audit.action_{action}")
    return translate(f"workspace.audit.action_{action}") if is_known else action


def _action_choices(found: AuditPage, wanted: AuditFilter) -> list[tuple[str, str]]:
    actions = set(found.actions) | ({wanted.action} if wanted.action else set())
    return sorted(((action, _action_name(action)) for action in actions), key=lambda one: one[1])


def _chain_words(state: ChainState) -> dict[str, object]:
    if state.kind is None:
        return {"holds": True, "text": translate("workspace.audit.chain_holds")}
    how = translate(f"workspace.audit.break_{state.kind}", position=state.position)
    return {"holds": False, "text": how}


def _asked_filter() -> AuditFilter:
    action = request.args.get("handling") or None
    try:
        account_id = UUID(request.args["bruger"]) if request.args.get("bruger") else None
    except ValueError:
        account_id = None
    is_known = action is not None and has_text(f"workspace.audit.action_{action}")
    return AuditFilter(action=action if is_known else None, account_id=account_id)


def _asked_page() -> int:
    asked = request.args.get("side", "")
    return max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1


def _query(wanted: AuditFilter) -> dict[str, str]:
    found = {"handling": wanted.action or "", "bruger": str(wanted.account_id or "")}
    return {name: value for name, value in found.items() if value}


def _page_url(wanted: AuditFilter, number: int) -> str:
    return url_for("workspace.audit", **_query(wanted), side=number)  # type: ignore[arg-type]


def _own_municipality() -> UUID | None:
    return cast("UUID | None", current_user.record.municipality_id)


def _settings() -> Settings:
    return cast("Settings", current_app.extensions["survey_settings"])
