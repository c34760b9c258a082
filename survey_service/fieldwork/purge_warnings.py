"""Telling a municipality's evaluators by e-mail, once, that answers will soon be deleted."""

from datetime import datetime, timedelta

from survey_service.accounts import audit
from survey_service.accounts.audit import SERVICE
from survey_service.accounts.roles import Role
from survey_service.fieldwork.mailing import MailRefused, MailServer, send_test
from survey_service.fieldwork.messages import TEXTS, Message
from survey_service.fieldwork.retention import DAYS_OF_WARNING, Foreseen
from survey_service.storage import accounts
from survey_service.storage.database import reading
from survey_service.storage.keys import KeyStore
from survey_service.texts import LANGUAGES, load_texts

WARNED = "purge_warned"
"""What is entered in the audit log; it is also what remembers that the warning was sent."""


def warn_by_mail(
    keys: KeyStore, server: MailServer, found: Foreseen, address: str, now: datetime
) -> int:
    """Mail the evaluators of a project's municipality once; return how many mails were taken.

    Nothing is sent if it was before. Where the mail server cannot be reached nothing is entered,
    so that the next day tries again.

    Args:
        keys: the installation's keys, for the audit log.
        server: who takes the mail.
        found: the project, and when its answers are deleted.
        address: of the workspace.
        now: the moment, in UTC.
    """
    project_id = str(found.project.id)
    # The date may have been moved forward meanwhile: one warning holds for twice as long.
    if audit.was_recorded_since(WARNED, project_id, now - timedelta(days=2 * DAYS_OF_WARNING)):
        return 0
    message, sent = _message(found, address), 0
    for account in accounts.find_accounts(reading(), found.project.municipality_id):
        if account.role != Role.EVALUATOR or account.is_disabled or "@" not in account.name:
            continue
        try:
            send_test(server, account.name, message)
        except MailRefused as refusal:
            if refusal.rule == "mail_address_refused":
                continue
            return sent
        sent += 1
        if sent == 1:  # from here on nobody gets it twice, whatever happens on the way
            audit.record(keys, SERVICE, WARNED, ("project", project_id), now=now)
    return sent


def _message(found: Foreseen, address: str) -> Message:
    texts = load_texts(TEXTS)
    values = {
        "project": found.project.title,
        "municipality": found.project.municipality_name,
        "address": address,
    }
    bodies = [
        texts["mail.purge_warning.body"]
        .read_in(language)
        .strip()
        .format(date=_long_date(found, language), **values)
        for language in LANGUAGES
    ]
    subject = texts["mail.purge_warning.subject"].read_in("da").format(**values)
    return Message(" ".join(subject.split()), "\n\n---\n\n".join(bodies) + "\n")


def _long_date(found: Foreseen, language: str) -> str:
    from babel.dates import format_date

    return str(format_date(found.deleted_on, "long", locale=language))
