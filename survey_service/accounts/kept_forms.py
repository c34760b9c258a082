"""What somebody had typed when their session ended: kept for half an hour, for them alone.

It is sealed with a key that goes to their browser and is stored nowhere here: neither the database
nor a copy of it tells what a form held, and a form whose browser never comes back stays sealed.
"""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from cryptography.exceptions import InvalidTag

from survey_service.storage import kept_forms
from survey_service.storage.database import reading, writing
from survey_service.storage.keys import Key
from survey_service.storage.sealing import seal, unseal

KEPT_FOR = timedelta(minutes=30)
MOST_FORMS = 5
"""Of one account at a time, in several tabs; so nobody can fill the database with them."""

_PURPOSE = "kept form"
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form as it was sent: `fields` in their order, a name as often as it was sent.

    `path`: the address it was sent to. `page`: the address of the page it stood on, if known.
    `lost_files`: whether files were chosen in it, which are not kept.
    """

    path: str
    page: str | None
    is_multipart: bool
    lost_files: bool
    fields: tuple[tuple[str, str], ...]


def keep_form(account_id: UUID, form: KeptForm, now: datetime) -> str:
    """Keep a form for its account and return the token that opens it again.

    `now` is in UTC. Forms older than half an hour are removed, whoever's they were.
    """
    moment = now.replace(tzinfo=None)  # as every moment is stored
    secret = secrets.token_bytes(_KEY_BYTES)
    content = json.dumps(
        [form.path, form.page, form.is_multipart, form.lost_files, form.fields], ensure_ascii=False
    )
    sealed = seal(Key(secret), _PURPOSE, content, bound_to=account_id.hex)
    with writing() as session:
        kept_forms.delete_kept_forms_before(session, moment - KEPT_FOR)
        kept_forms.add_kept_form(session, _hash(secret), account_id, sealed, moment)
        session.flush()
        kept_forms.delete_older_kept_forms(session, account_id, MOST_FORMS)
    return base64.urlsafe_b64encode(secret).decode()


def open_form(token: str, account_id: UUID, now: datetime) -> KeptForm | None:
    """Return a kept form; None if it is another account's, older than half an hour, or gone."""
    secret = _secret_of(token)
    row = kept_forms.find_kept_form(reading(), _hash(secret)) if secret else None
    if (
        row is None
        or row.account_id != account_id
        or row.kept_at < now.replace(tzinfo=None) - KEPT_FOR
    ):
        return None
    try:
        content = unseal(Key(secret), _PURPOSE, row.sealed, bound_to=account_id.hex)
    except InvalidTag:
        return None
    path, page, is_multipart, lost_files, fields = json.loads(content)
    return KeptForm(
        path, page, is_multipart, lost_files, tuple((name, value) for name, value in fields)
    )


def forget_form(token: str) -> None:
    """Remove a kept form; nothing happens if it is gone already."""
    secret = _secret_of(token)
    if secret:
        with writing() as session:
            kept_forms.delete_kept_form(session, _hash(secret))


def name_of(token: str) -> str:
    """Return what names a kept form in an address, and does not open it."""
    return _hash(_secret_of(token))[:16]


def forget_old_forms(today: date) -> None:
    """Remove the forms of earlier days; nobody can open them any more.

    `today` is Copenhagen's and may be two hours old in UTC: a form of just now is left alone.
    """
    midnight = datetime.combine(today, time.min)
    with writing() as session:
        kept_forms.delete_kept_forms_before(session, midnight - timedelta(hours=2) - KEPT_FOR)


def _secret_of(token: str) -> bytes:
    try:
        secret = base64.urlsafe_b64decode(token)
    except ValueError:
        return b""
    return secret if len(secret) == _KEY_BYTES else b""


def _hash(secret: bytes) -> str:
    return hashlib.sha256(secret).hexdigest()
