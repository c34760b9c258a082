"""Whose account somebody may use whom the municipality's identity provider has signed in."""

import hashlib
from dataclasses import dataclass

from survey_service.accounts.sign_in import find_user
from survey_service.storage import accounts, single_sign_on
from survey_service.storage.accounts import AccountRecord
from survey_service.storage.database import writing

LONGEST_ID = 255


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody as their identity provider knows them; the e-mail only where it gives one."""

    issuer: str
    subject: str
    email: str | None
    is_email_verified: bool


def find_or_link_account(identity: Identity) -> AccountRecord | None:
    """Return the account of somebody the provider signed in, None if they may not come in.

    The first time, the account with their verified e-mail as its name is linked to them. From then
    on only who they are at the provider counts, not the e-mail: addresses are given to others.
    """
    single_sign_on_id = _id_of(identity)
    with writing() as session:
        account_id = single_sign_on.find_linked_account_id(session, single_sign_on_id)
        if account_id is None and identity.is_email_verified and identity.email:
            name = identity.email.strip().casefold()
            account = accounts.find_account_by_name(session, name)
            # A disabled account is not linked either: enabled again, it is its owner's to link.
            if account is not None and not account.is_disabled:
                account_id = account.id
                if single_sign_on.find_link(session, account_id) is not None:
                    return None
                single_sign_on.set_link(session, account_id, single_sign_on_id)
    return None if account_id is None else find_user(account_id)


def _id_of(identity: Identity) -> str:
    whole = f"{identity.issuer}|{identity.subject}"
    if len(whole) <= LONGEST_ID:
        return whole
    return "sha256|" + hashlib.sha256(whole.encode()).hexdigest()
