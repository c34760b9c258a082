"""What is written to those invited: a project's own words, or those that come with the service."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from string import Formatter
from uuid import UUID

from survey_service.faults import FieldFault, InputRefused
from survey_service.storage import invitations as storage
from survey_service.storage.database import reading, writing
from survey_service.texts import load_texts

TEXTS = Path(__file__).with_name("texts.toml")
SUBJECT_LIMIT = 150
BODY_LIMIT = 5_000
PLACES = ("code", "address", "link", "deadline", "contact")
"""What is filled in where a text names it in braces."""


class Purpose(StrEnum):
    """What an e-mail is for."""

    INVITATION = "invitation"
    REMINDER = "reminder"


@dataclass(frozen=True, slots=True)
class Message:
    """Subject and body, with places to fill in or filled in; `is_own`: the project's own words."""

    subject: str
    body: str
    is_own: bool = False


def find_messages(project_id: UUID) -> Mapping[tuple[str, str], Message]:
    """Return a project's messages by purpose and language: its own, else the service's."""
    own = storage.find_message_texts(reading(), project_id)
    texts = load_texts(TEXTS)
    return {
        (purpose, language): (
            Message(*own[purpose, language], is_own=True)
            if (purpose, language) in own
            else Message(
                texts[f"mail.{purpose}.subject"].read_in(language),
                texts[f"mail.{purpose}.body"].read_in(language).strip() + "\n",
            )
        )
        for purpose in Purpose
        for language in ("da", "en")
    }


def save_message(
    project_id: UUID, purpose: Purpose, language: str, subject: str, body: str
) -> None:
    """Store a project's own words. Raises InputRefused with every fault of them."""
    message = check_message(subject, body)
    with writing() as session:
        storage.save_message_text(
            session, project_id, purpose, language, (message.subject, message.body)
        )


def forget_message(project_id: UUID, purpose: Purpose, language: str) -> None:
    """Go back to the words that come with the service."""
    with writing() as session:
        storage.save_message_text(session, project_id, purpose, language, None)


def check_message(subject: str, body: str) -> Message:
    """Return what was typed, line ends made alike. Raises InputRefused with every fault."""
    subject, body = subject.strip(), body.replace("\r\n", "\n").replace("\r", "\n").strip() + "\n"
    faults = [*_check_subject(subject), *_check_body(body)]
    if faults:
        raise InputRefused(*faults)
    return Message(subject, body, is_own=True)


def fill_in(message: Message, values: Mapping[str, str]) -> Message:
    """Return the message with its places filled; `values` has one for each of PLACES."""
    return Message(
        message.subject.format_map(values), message.body.format_map(values), message.is_own
    )


def _check_subject(subject: str) -> list[FieldFault]:
    if not subject:
        return [FieldFault("subject", "missing")]
    faults = []
    if len(subject) > SUBJECT_LIMIT:
        limits = {"limit": SUBJECT_LIMIT, "found": len(subject)}
        faults.append(FieldFault("subject", "too_long", limits))
    if not subject.isprintable():
        faults.append(FieldFault("subject", "subject_unsafe"))
    # A subject is read over shoulders, and by everybody who runs a mail server on the way.
    return [*faults, *_check_places("subject", subject, ("deadline",))]


def _check_body(body: str) -> list[FieldFault]:
    if not body.strip():
        return [FieldFault("body", "missing")]
    faults = []
    if len(body) > BODY_LIMIT:
        faults.append(FieldFault("body", "too_long", {"limit": BODY_LIMIT, "found": len(body)}))
    wrong = _check_places("body", body, PLACES)
    if not wrong and "code" not in _places_of(body):
        # The link opens once; whoever comes back needs the code.
        wrong = [FieldFault("body", "text_without_code")]
    if not wrong and not {"link", "address"} & set(_places_of(body)):
        wrong = [FieldFault("body", "text_without_address")]
    return [*faults, *wrong]


def _check_places(field: str, text: str, known: tuple[str, ...]) -> list[FieldFault]:
    try:
        parsed = list(Formatter().parse(text))
    except ValueError:
        return [FieldFault(field, "place_braces")]
    named = [(name, spec, conversion) for _, name, spec, conversion in parsed if name is not None]
    if any(spec or conversion for _, spec, conversion in named):
        return [FieldFault(field, "place_braces")]
    unknown = sorted({name for name, _, _ in named} - set(known))
    return [FieldFault(field, "place_unknown", {"place": f"{{{name}}}"}) for name in unknown]


def _places_of(text: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(text) if name is not None]
