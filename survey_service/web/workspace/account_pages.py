"""Who may sign in, for administrators: a list, adding, changing, keeping out, new passwords."""

from typing import cast
from uuid import UUID

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import SelectMultipleField, StringField

from survey_service.accounts import administration
from survey_service.accounts.administration import AccountOverview, AccountUnknown, Scope
from survey_service.accounts.roles import LIMITED_TO_UNITS, Role
from survey_service.faults import FieldFault, InputRefused
from survey_service.measurement.unit_tree import in_tree_order
from survey_service.storage import projects
from survey_service.storage.accounts import AccountRecord, MunicipalityName
from survey_service.storage.database import reading
from survey_service.web.access import Access, access
from survey_service.web.installation import the_moment
from survey_service.web.language import translate
from survey_service.web.settings import Settings
from survey_service.web.workspace.auditing import name_object
from survey_service.web.workspace.blueprint import pages
from survey_service.web.workspace.forms import WorkspaceForm, fault_text, require_confirmed
from survey_service.web.workspace.frame import workspace_frame

ALL = "alle"
"""The address's word for an account for all municipalities."""

STEPS = {"deaktiver": "disable", "aktiver": "enable", "nulstil": "reset"}


class AccountForm(WorkspaceForm):
    """Who somebody is, what they may do, and in which units; `kommune` is chosen in the address."""

    kommune = StringField()
    name = StringField()
    role = StringField()
    units = SelectMultipleField(validate_choice=False)


@pages.get("/brugere", endpoint="accounts")
@access(Access.ADMINISTRATOR)
def list_accounts() -> str:
    """List the accounts that are the signed-in administrator's to manage."""
    found = administration.list_accounts(_actor())
    return render_template(
        "workspace/accounts/accounts.html",
        **workspace_frame(),
        accounts=[_row(overview) for overview in found],
        sees_all=_actor().municipality_id is None,
    )


@pages.route("/brugere/ny", methods=["GET", "POST"])
@access(Access.ADMINISTRATOR)
def add_account() -> ResponseReturnValue:
    """Make an account and show its one-time password."""
    form, municipality = AccountForm(), _chosen_municipality(None)
    if municipality is None:
        if "kommune" in request.args:
            form.refuse([FieldFault("kommune", "choose_municipality")])
        return _form_page(form, None, None)
    if not form.is_sent():
        return _form_page(form, municipality, None)
    try:
        scope = _typed_scope(form, municipality)
        account, password = administration.add_account(
            _actor(), form.name.data or "", scope, the_moment()
        )
    except InputRefused as refused:
        form.refuse(refused.faults)
        return _form_page(form, municipality, None), 400
    name_object("account", account.id)
    return _password_page(account, password, is_new=True)


@pages.route("/brugere/<uuid:account_id>", methods=["GET", "POST"], endpoint="account")
@access(Access.ADMINISTRATOR)
def show_account(account_id: UUID) -> ResponseReturnValue:
    """Show an account, and change its role, municipality and units."""
    account = _find_managed(account_id)
    form, municipality = AccountForm(), _chosen_municipality(account)
    if not form.is_submitted():
        scope = administration.scope_of(account)
        form.role.data = scope.role
        form.units.data = [str(unit_id) for unit_id in scope.unit_ids]
    if not form.is_sent():
        return _form_page(form, municipality, account)
    try:
        scope = _typed_scope(form, municipality or ALL)
        administration.change_scope(_actor(), account_id, scope)
    except InputRefused as refused:
        form.refuse(refused.faults)
        return _form_page(form, municipality, account), 400
    flash(translate("workspace.accounts.saved", name=account.name))
    return redirect(url_for("workspace.accounts"), code=303)


@pages.route(
    "/brugere/<uuid:account_id>/<any(deaktiver, aktiver, nulstil):step>", methods=["GET", "POST"]
)
@access(Access.ADMINISTRATOR)
def change_account(account_id: UUID, step: str) -> ResponseReturnValue:
    """Ask before keeping somebody out, letting them in or making a new password; then do it."""
    account, form = _find_managed(account_id), WorkspaceForm()
    if not form.is_submitted():
        return _confirm_page(account, step)
    require_confirmed()
    try:
        if step == "nulstil":
            password = administration.reset_password(_actor(), account_id, the_moment())
            return _password_page(account, password, is_new=False)
        change = administration.disable if step == "deaktiver" else administration.enable
        change(_actor(), account_id)
    except InputRefused as refused:
        return _confirm_page(account, step, fault_text(refused.faults[0])), 409
    done = translate(f"workspace.account_steps.{STEPS[step]}_done", name=account.name)
    flash(done)
    return redirect(url_for("workspace.accounts"), code=303)


def _actor() -> AccountRecord:
    return cast("AccountRecord", current_user.record)


def _find_managed(account_id: UUID) -> AccountRecord:
    try:
        return administration.find_managed(_actor(), account_id)
    except AccountUnknown:
        abort(404)


def _chosen_municipality(account: AccountRecord | None) -> MunicipalityName | str | None:
    """Return where the account is to work: a municipality, ALL, or None before it is chosen."""
    known = administration.find_municipalities(_actor())
    by_key = {municipality.key: municipality for municipality in known}
    asked = request.args.get("kommune")
    if _actor().municipality_id is not None:
        return known[0]
    if asked == ALL:
        return ALL
    if asked in by_key:
        return by_key[asked]
    if account is not None:
        return next((place for place in known if place.id == account.municipality_id), ALL)
    return None if known else ALL


def _typed_scope(form: AccountForm, municipality: MunicipalityName | str) -> Scope:
    municipality_id = municipality.id if isinstance(municipality, MunicipalityName) else None
    try:
        unit_ids = frozenset(UUID(unit) for unit in form.units.data or ())
    except ValueError:
        raise InputRefused(FieldFault("units", "unknown_choice")) from None
    return Scope(form.role.data or "", municipality_id, unit_ids)


def _row(overview: AccountOverview) -> dict[str, object]:
    account = overview.account
    return {
        "name": account.name,
        "url": url_for("workspace.account", account_id=account.id),
        "role": _role_name(account.role),
        "municipality": overview.municipality_name,
        "units": ", ".join(overview.unit_names),
        "has_two_step": account.has_two_step,
        "state": _state(account),
        "state_text": translate(f"workspace.accounts.state_{_state(account)}"),
        "state_explained": translate(f"workspace.accounts.state_text_{_state(account)}"),
        "is_own": account.id == _actor().id,
    }


def _role_name(role: str) -> str:
    return translate(f"workspace.role.{role}") if role in set(Role) else role


def _state(account: AccountRecord) -> str:
    if account.is_disabled:
        return "disabled"
    return "one_time" if account.must_change_password else "active"


def _form_page(
    form: AccountForm, municipality: MunicipalityName | str | None, account: AccountRecord | None
) -> str:
    is_one = isinstance(municipality, MunicipalityName)
    known = administration.find_municipalities(_actor())
    return render_template(
        "workspace/accounts/account.html",
        **workspace_frame(),
        form=form,
        account=None if account is None else _row(administration.describe_account(account)),
        account_id=None if account is None else account.id,
        municipality=municipality,
        chosen_key=municipality.key if isinstance(municipality, MunicipalityName) else municipality,
        places=[(ALL, translate("workspace.accounts.all_municipalities"))]
        + [(place.key, place.name) for place in known],
        may_choose_place=_actor().municipality_id is None and bool(known),
        roles=[
            (role.value, translate(f"workspace.role.{role}"), _role_hint(role))
            for role in (Role if is_one else (Role.ADMINISTRATOR,))
        ],
        units=_unit_choices(municipality) if isinstance(municipality, MunicipalityName) else [],
        units_url=_units_url(municipality) if isinstance(municipality, MunicipalityName) else None,
    )


def _units_url(municipality: MunicipalityName) -> str:
    """Return where a municipality's units are made: in the set-up of one of its projects."""
    found = projects.find_projects(reading(), municipality.id)
    if found:
        return url_for("workspace.setup_units", project_id=found[0].id)
    return url_for("workspace.new_project")


def _role_hint(role: Role) -> str:
    text = translate(f"workspace.role_text.{role}")
    if role in LIMITED_TO_UNITS - {Role.UNIT_LEADER}:  # who always is
        return f"{text} {translate('workspace.accounts.can_be_limited')}"
    return text


def _unit_choices(municipality: MunicipalityName) -> list[tuple[str, str, int]]:
    """Return the units as a tree reads: (id, name, depth), those below right after their parent."""
    tree = in_tree_order(projects.find_unit_tree(reading(), municipality.id))
    return [(str(unit.id), unit.name, depth) for unit, depth in tree]


def _confirm_page(account: AccountRecord, step: str, error: str | None = None) -> str:
    key = STEPS[step]
    return render_template(
        "workspace/accounts/confirm.html",
        **workspace_frame(),
        error=error,
        heading=translate(f"workspace.account_steps.{key}_heading", name=account.name),
        text=translate(f"workspace.account_steps.{key}_text"),
        consequences=[
            translate(f"workspace.account_steps.{key}_{consequence}")
            for consequence in _CONSEQUENCES[key]
        ],
        action=request.path,
        back_url=url_for("workspace.account", account_id=account.id),
        button=translate(f"workspace.account_steps.{key}_button"),
    )


_CONSEQUENCES = {
    "disable": ("sessions", "kept"),
    "enable": ("password",),
    "reset": ("sessions", "two_step", "must_change"),
}


def _password_page(account: AccountRecord, password: str, *, is_new: bool) -> str:
    settings = cast("Settings", current_app.extensions["survey_settings"])
    address = settings.public_address or request.host_url.rstrip("/")
    return render_template(
        "workspace/accounts/one_time_password.html",
        **workspace_frame(),
        name=account.name,
        password=password,
        address=address + url_for("workspace.sign_in"),
        is_new=is_new,
        days=administration.ONE_TIME_DAYS,
    )
