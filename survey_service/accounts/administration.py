"""Who may sign in: made, changed, kept out and let in again by administrators or the terminal.

Whoever acts for one municipality reaches only its accounts, and can make none for all. Nobody
changes their own role or keeps themselves out, and one administrator for all always remains.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from survey_service.accounts import passwords
from survey_service.accounts.roles import LIMITED_TO_UNITS, Role
from survey_service.accounts.sign_in import add_user
from survey_service.faults import FieldFault, InputRefused
from survey_service.storage import accounts, projects
from survey_service.storage.accounts import AccountRecord, MunicipalityName
from survey_service.storage.database import Session, reading, writing

__all__ = [
    "ONE_TIME_DAYS",
    "AccountOverview",
    "AccountUnknown",
    "MunicipalityName",
    "Scope",
    "add_account",
    "change_scope",
    "describe_account",
    "disable",
    "enable",
    "find_managed",
    "find_municipalities",
    "list_accounts",
    "reset_password",
    "scope_of",
]

ONE_TIME_DAYS = 7
"""How long somebody has to sign in with a password that an administrator passed on."""


class AccountUnknown(Exception):
    """There is no such account, or it is not the acting person's to manage."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What somebody may do and where: one municipality or all (None), there all units or some."""

    role: str
    municipality_id: UUID | None
    unit_ids: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class AccountOverview:
    """An account as the list of accounts shows it; no unit names: the whole municipality."""

    account: AccountRecord
    municipality_name: str | None
    municipality_key: str | None
    unit_names: tuple[str, ...]


def find_municipalities(actor: AccountRecord | None) -> list[MunicipalityName]:
    """Return the municipalities somebody may make accounts in, by name; None is the terminal."""
    found = accounts.find_municipality_names(reading())
    if actor is None or actor.municipality_id is None:
        return found
    return [municipality for municipality in found if municipality.id == actor.municipality_id]


def list_accounts(actor: AccountRecord | None) -> list[AccountOverview]:
    """Return the accounts somebody manages, by name; all of them for the terminal (None)."""
    return _overviews(accounts.find_accounts(reading(), actor.municipality_id if actor else None))


def describe_account(account: AccountRecord) -> AccountOverview:
    """Return one account with the names of where it works."""
    [found] = _overviews([account])
    return found


def find_managed(actor: AccountRecord | None, account_id: UUID) -> AccountRecord:
    """Return an account that is somebody's to manage; raises AccountUnknown for any other."""
    found = accounts.find_account(reading(), account_id)
    if found is None or not _reaches(actor, found.municipality_id):
        raise AccountUnknown(f"account: expected one to manage, found {account_id}")
    return found


def scope_of(account: AccountRecord) -> Scope:
    """Return what an account may do and where."""
    units = accounts.find_account_units(reading(), account.id)
    return Scope(account.role, account.municipality_id, frozenset(units))


def add_account(
    actor: AccountRecord | None, name: str, scope: Scope, now: datetime
) -> tuple[AccountRecord, str]:
    """Make an account and return it with its one-time password, which is kept nowhere else.

    The password is good for ONE_TIME_DAYS from `now` (UTC) on.
    Raises InputRefused with every fault (fields `name`, `role`, `municipality`, `units`).
    """
    faults = _scope_faults(actor, scope)
    if not name.strip():
        faults.insert(0, FieldFault("name", "account_name_missing"))
    if faults:
        raise InputRefused(*faults)
    password = passwords.make_one_time_password()
    account_id = add_user(
        name,
        password,
        Role(scope.role),
        scope.municipality_id,
        unit_ids=scope.unit_ids,
        must_change_password=True,
        one_time_until=_one_time_until(now),
    )
    return find_managed(actor, account_id), password


def change_scope(actor: AccountRecord | None, account_id: UUID, scope: Scope) -> None:
    """Give somebody another role, municipality or units; their sessions end.

    Raises AccountUnknown, and InputRefused with every fault (fields as in `add_account`).
    """
    account = find_managed(actor, account_id)
    faults = [*_own_account_faults(actor, account), *_scope_faults(actor, scope)]
    if faults:
        raise InputRefused(*faults)
    stays = scope.municipality_id is None and scope.role == Role.ADMINISTRATOR
    with writing() as session:
        if not stays:
            _require_another_administrator(session, account)
        accounts.set_scope(session, account.id, scope.role, scope.municipality_id, scope.unit_ids)


def disable(actor: AccountRecord | None, account_id: UUID) -> None:
    """Keep somebody out; their sessions end. Raises AccountUnknown, InputRefused."""
    account = find_managed(actor, account_id)
    faults = _own_account_faults(actor, account)
    if faults:
        raise InputRefused(*faults)
    with writing() as session:
        _require_another_administrator(session, account)
        accounts.set_disabled(session, account.id, is_disabled=True)


def enable(actor: AccountRecord | None, account_id: UUID) -> None:
    """Let somebody sign in again. Raises AccountUnknown."""
    account = find_managed(actor, account_id)
    with writing() as session:
        accounts.set_disabled(session, account.id, is_disabled=False)


def reset_password(actor: AccountRecord | None, account_id: UUID, now: datetime) -> str:
    """Return a new one-time password; two-step sign-in is off and every session ended.

    The password is good for ONE_TIME_DAYS from `now` (UTC) on.
    Raises AccountUnknown, and InputRefused for the acting person's own account.
    """
    account = find_managed(actor, account_id)
    faults = _own_account_faults(actor, account)
    if faults:
        raise InputRefused(*faults)
    password = passwords.make_one_time_password()
    password_hash = passwords.hash_password(password)
    with writing() as session:
        accounts.set_password(
            session,
            account.id,
            password_hash,
            must_change_password=True,
            one_time_until=_one_time_until(now),
        )
        accounts.set_totp_secret(session, account.id, None, None)
        accounts.set_recovery_codes(session, account.id, ())
    return password


def _one_time_until(now: datetime) -> datetime:
    return now.replace(tzinfo=None) + timedelta(days=ONE_TIME_DAYS)


def _overviews(found: Sequence[AccountRecord]) -> list[AccountOverview]:
    known = {place.id: place for place in accounts.find_municipality_names(reading())}
    units = accounts.find_unit_names(reading(), [account.id for account in found])
    overviews = []
    for account in found:
        place = known.get(account.municipality_id) if account.municipality_id else None
        overviews.append(
            AccountOverview(
                account,
                place.name if place else None,
                place.key if place else None,
                tuple(units.get(account.id, ())),
            )
        )
    return overviews


def _reaches(actor: AccountRecord | None, municipality_id: UUID | None) -> bool:
    return actor is None or actor.municipality_id in {None, municipality_id}


def _own_account_faults(actor: AccountRecord | None, account: AccountRecord) -> list[FieldFault]:
    is_own = actor is not None and actor.id == account.id
    return [FieldFault("account", "own_account")] if is_own else []


def _require_another_administrator(session: Session, account: AccountRecord) -> None:
    """Refuse to lose the last one: nobody could then make an account for all municipalities."""
    is_one = (
        account.municipality_id is None
        and account.role == Role.ADMINISTRATOR
        and not account.is_disabled
    )
    if is_one and accounts.count_able_accounts(session, Role.ADMINISTRATOR) < 2:
        raise InputRefused(FieldFault("account", "last_administrator"))


def _scope_faults(actor: AccountRecord | None, scope: Scope) -> list[FieldFault]:
    if scope.role not in set(Role):
        return [FieldFault("role", "unknown_choice")]
    known = {municipality.id for municipality in find_municipalities(actor)}
    if scope.municipality_id is None:
        return _all_municipalities_faults(actor, scope)
    if scope.municipality_id not in known:
        return [FieldFault("municipality", "unknown_choice")]
    return _unit_faults(Role(scope.role), scope.municipality_id, scope.unit_ids)


def _all_municipalities_faults(actor: AccountRecord | None, scope: Scope) -> list[FieldFault]:
    if not _reaches(actor, None):
        return [FieldFault("municipality", "unknown_choice")]
    if scope.role != Role.ADMINISTRATOR:
        return [FieldFault("role", "role_needs_municipality")]
    return [FieldFault("units", "units_need_municipality")] if scope.unit_ids else []


def _unit_faults(role: Role, municipality_id: UUID, unit_ids: Iterable[UUID]) -> list[FieldFault]:
    chosen = set(unit_ids)
    if chosen and role not in LIMITED_TO_UNITS:
        return [FieldFault("units", "units_for_whole_role")]
    if not chosen and role is Role.UNIT_LEADER:
        return [FieldFault("units", "unit_leader_needs_units")]
    if chosen - {unit.id for unit in projects.find_unit_tree(reading(), municipality_id)}:
        return [FieldFault("units", "unknown_choice")]
    return []
