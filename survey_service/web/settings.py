"""What an installation decides for itself, in `settings.toml` of its instance directory."""

import os
import re
import stat
import tomllib
from dataclasses import dataclass, field
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from survey_service.fieldwork.mailing import MailServer
from survey_service.texts import Wording

DATABASE_VARIABLE = "SURVEY_SERVICE_DATABASE"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
"""Where an address without TLS is harmless: it never leaves the machine."""

_MAILBOX = re.compile(r"([^<>@\x00-\x1f]+ )?<?[^<>@\s,;:]+@[^<>@\s,;:]+>?")

MOST_PROXIES = 5
STORES = frozenset({"redis", "rediss", "redis+unix"})

MOST_SECONDS = 3600
"""A tablet that waits longer than an hour forgets nobody."""

MOST_MONTHS = 120
"""A log of what people did is not kept for longer than ten years."""


class SettingsRefused(Exception):
    """The settings file holds something the service cannot use."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to talk to, shown on every page; `checked_on`: when the number was last tried."""

    name: Wording
    phone: str
    note: Wording
    checked_on: date | None


@dataclass(frozen=True, slots=True)
class SingleSignOn:
    """The identity provider staff sign in with elsewhere too, by OpenID Connect.

    `name`: what the button calls it. `issuer`: its address, which its tokens must name exactly.
    """

    name: Wording
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """One installation's settings.

    `is_https`: cookies only travel encrypted. `data_controller` and `data_contact`: who is
    responsible for the answers and whom to write to; the project's municipality unless given.
    `kiosk_…`: after how long without touch a shared tablet asks whether somebody is still there,
    and how long it waits for an answer before it forgets them. `public_address`: what people type
    to come here, without a slash at its end; None: the address a request was made to.
    `audit_months`: how long the audit log keeps its entries.
    `trusted_proxies`: how many proxies stand before the service and tell who asked.
    `rate_limit_storage`: the Valkey or Redis server where all processes count failed tries; None:
    each counts its own.
    """

    instance: Path
    service_name: Wording
    contacts: tuple[Contact, ...]
    accessibility_url: str | None
    database_url: str
    is_https: bool
    data_controller: str | None
    data_contact: str | None
    kiosk_idle_seconds: int
    kiosk_grace_seconds: int
    public_address: str | None = None
    audit_months: int = 24
    single_sign_on: SingleSignOn | None = None
    mail: MailServer | None = None
    trusted_proxies: int = 0
    rate_limit_storage: str | None = None


_DEFAULT_CONTACTS: tuple[dict[str, Any], ...] = (
    {
        "name": {"da": "Livslinien", "en": "Livslinien (suicide helpline)"},
        "phone": "70 201 201",
        "note": {"da": "Åbent hele døgnet.", "en": "Open day and night."},
    },
    {
        "name": {"da": "Alarm 112", "en": "Emergency 112"},
        "phone": "112",
        "note": {"da": "Hvis liv er i fare.", "en": "If a life is in danger."},
    },
)


def load_settings(instance: Path) -> Settings:
    """Read `settings.toml`; what it leaves out has a default. Raises SettingsRefused."""
    path = instance / "settings.toml"
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        return _settings(instance, found)
    except (KeyError, TypeError, ValueError) as error:
        raise SettingsRefused(f"{path}: {error}") from error


def _settings(instance: Path, found: dict[str, Any]) -> Settings:
    default_url = f"sqlite:///{(instance / 'survey.sqlite3').absolute()}"
    name = found.get("service_name", {"da": "Din mening om støtten", "en": "Your view of support"})
    return Settings(
        instance=instance,
        service_name=_wording(name),
        contacts=tuple(_contact(entry) for entry in found.get("contacts", _DEFAULT_CONTACTS)),
        accessibility_url=_text(found, "accessibility_url"),
        database_url=os.environ.get(DATABASE_VARIABLE) or _text(found, "database") or default_url,
        is_https=_truth(found, "https"),
        data_controller=_text(found, "data_controller"),
        data_contact=_text(found, "data_contact"),
        kiosk_idle_seconds=_seconds(found, "kiosk_idle_seconds", 180),
        kiosk_grace_seconds=_seconds(found, "kiosk_grace_seconds", 60),
        public_address=_address(found, "public_address"),
        audit_months=_months(found, "audit_months", 24),
        single_sign_on=_single_sign_on(instance, found.get("single_sign_on")),
        mail=_mail_to_own_address(instance, found),
        trusted_proxies=_whole_number(found, "trusted_proxies", 0, MOST_PROXIES),
        rate_limit_storage=_store(found, "rate_limit_storage"),
    )


def _text(found: dict[str, Any], name: str) -> str | None:
    value = found.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name}: expected a text, found {value!r}")
    return value


def _truth(found: dict[str, Any], name: str) -> bool:
    value = found.get(name, False)
    if not isinstance(value, bool):
        raise ValueError(f"{name}: expected true or false, found {value!r}")  # noqa: TRY004
    return value


def _seconds(found: dict[str, Any], name: str, default: int) -> int:
    value = found.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_SECONDS:
        raise ValueError(
            f"{name}: expected a whole number from 1 to {MOST_SECONDS}, found {value!r}"
        )
    return value


def _whole_number(found: dict[str, Any], name: str, default: int, most: int) -> int:
    value = found.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise ValueError(f"{name}: expected a whole number from 0 to {most}, found {value!r}")
    return value


def _store(found: dict[str, Any], name: str) -> str | None:
    value = _text(found, name)
    if value is None:
        return None
    if urlsplit(value).scheme not in STORES:
        # Not the address itself, which may hold a password.
        raise ValueError(f"{name}: expected an address like redis://127.0.0.1:6379/0")
    if find_spec("redis") is None:
        raise ValueError(
            f"{name}: expected the optional part cluster, found it not installed;"
            " run: pip install 'survey-service[cluster]'"
        )
    return value


def _months(found: dict[str, Any], name: str, default: int) -> int:
    value = found.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_MONTHS:
        raise ValueError(
            f"{name}: expected a whole number from 1 to {MOST_MONTHS}, found {value!r}"
        )
    return value


def _address(found: dict[str, Any], name: str) -> str | None:
    """Return a web address of ours or of another service, without a slash at its end."""
    value = _text(found, name)
    if value is None:
        return None
    parts = urlsplit(value)
    is_loopback = parts.hostname in LOOPBACK
    if (
        not parts.hostname
        or parts.scheme not in {"https", "http" if is_loopback else "https"}
        or parts.query
        or parts.fragment
        or parts.username is not None
    ):
        raise ValueError(f"{name}: expected an address like https://svar.kommune.dk, found {value}")
    return value.rstrip("/")


def _single_sign_on(instance: Path, entry: Any) -> SingleSignOn | None:
    if entry is None:
        return None
    if not isinstance(entry, dict):
        raise ValueError(f"single_sign_on: expected a section, found {entry!r}")  # noqa: TRY004
    texts = {name: _text(entry, name) or "" for name in ("issuer", "client_id")}
    for name in ("issuer", "client_id", "client_secret_file"):
        if not _text(entry, name):
            raise ValueError(f"single_sign_on: expected {name}, found none")
    _address(entry, "issuer")
    if find_spec("authlib") is None or find_spec("requests") is None:
        raise ValueError(
            "single_sign_on: expected the optional part single-sign-on, found it not installed;"
            " run: pip install 'survey-service[single-sign-on]'"
        )
    return SingleSignOn(
        name=_wording(entry.get("name", {"da": "kommunens login", "en": "your municipality"})),
        client_secret=_secret(instance / entry["client_secret_file"]),
        # As written: tokens name their issuer to the letter, with or without a slash at its end.
        **texts,
    )


def _mail_to_own_address(instance: Path, found: dict[str, Any]) -> MailServer | None:
    """Return the mail server; what it sends must lead here, whatever a request calls the host."""
    mail = _mail(instance, found.get("mail"))
    if mail is not None and found.get("public_address") is None:
        raise ValueError("mail: expected public_address, which e-mails lead to, found none")
    return mail


_MAIL_PORTS = {"starttls": 587, "tls": 465, "none": 25}


def _mail(instance: Path, entry: Any) -> MailServer | None:
    if entry is None:
        return None
    if not isinstance(entry, dict):
        raise ValueError(f"mail: expected a section, found {entry!r}")  # noqa: TRY004
    found = {name: _text(entry, name) for name in ("host", "sender", "reply_to", "username")}
    security = _text(entry, "security") or "starttls"
    host, sender = found["host"], found["sender"]
    if not host or not sender:
        raise ValueError("mail: expected host and sender, found one of them missing")
    if security not in _MAIL_PORTS:
        raise ValueError(f"mail: security: expected starttls, tls or none, found {security!r}")
    if security == "none" and host not in LOOPBACK:
        raise ValueError(f"mail: security: expected starttls or tls for {host}, found none")
    for name in ("sender", "reply_to"):
        if found[name] is not None and not _MAILBOX.fullmatch(found[name] or ""):
            raise ValueError(f"mail: {name}: expected a mail address, found {found[name]!r}")
    port = entry.get("port", _MAIL_PORTS[security])
    if isinstance(port, bool) or not isinstance(port, int) or not 1 <= port <= 65535:
        raise ValueError(f"mail: port: expected a whole number to 65535, found {port!r}")
    file = _text(entry, "password_file")
    password = None if file is None else _secret(instance / file, "mail: password_file")
    if (found["username"] is None) != (password is None):
        raise ValueError("mail: expected username and password_file together, found one alone")
    return MailServer(host, port, security, sender, found["reply_to"], found["username"], password)


def _secret(path: Path, name: str = "client_secret_file") -> str:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        found = (error.strerror or "no way to read it").lower()
        raise ValueError(f"{name}: {path}: expected a file, found: {found}") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ValueError(f"{name}: {path}: expected mode 600, found {mode:o}; run chmod 600 on it")
    if not text:
        raise ValueError(f"{name}: {path}: expected a secret, found nothing")
    return text


def _contact(entry: Any) -> Contact:
    if not isinstance(entry, dict) or not {"name", "phone"} <= set(entry):
        raise ValueError(f"contacts: expected name and phone, found {entry!r}")
    checked_on = entry.get("checked_on")
    if checked_on is not None and not isinstance(checked_on, date):
        raise ValueError(f"contacts: checked_on: expected a date, found {checked_on!r}")
    return Contact(
        name=_wording(entry["name"]),
        phone=str(entry["phone"]),
        note=_wording(entry.get("note", {"da": "", "en": ""})),
        checked_on=checked_on,
    )


def _wording(value: Any) -> Wording:
    if isinstance(value, str):
        return Wording({"da": value, "en": value})
    if not isinstance(value, dict):
        raise ValueError(f"expected a text or one per language, found {value!r}")  # noqa: TRY004
    return Wording({str(language): str(text) for language, text in value.items()})
