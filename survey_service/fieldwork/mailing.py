"""E-mail to those invited: once each, and reminders that show nobody who has answered."""

import secrets
import smtplib
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from typing import Protocol
from uuid import UUID

from survey_service.fieldwork.batches import Invited, load_invited
from survey_service.fieldwork.messages import Message, Purpose, fill_in, find_messages
from survey_service.fieldwork.waves import WaveStatus
from survey_service.storage import invitations as storage
from survey_service.storage import projects
from survey_service.storage.database import reading, writing
from survey_service.storage.invitations import BatchRecord
from survey_service.storage.keys import KeyStore

SECONDS_TO_WAIT = 20.0
"""For the mail server's answers."""


class MailRefused(Exception):
    """No mail can be sent; `rule` is the text that tells why (`fault.<rule>`)."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


class MailInterrupted(Exception):
    """The connection to the mail server was lost on the way; going on later is safe."""

    def __init__(self, sent: "Sent") -> None:
        super().__init__("mail: the connection was lost")
        self.sent = sent


@dataclass(frozen=True, slots=True)
class MailServer:
    """Who takes the mail: `security` is "starttls", "tls", or "none" on this machine only."""

    host: str
    port: int
    security: str
    sender: str
    reply_to: str | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of it: `refused` were not taken, of `uncertain` nobody can say.

    The connection broke when the mail had been handed over and not yet been acknowledged. Those
    are not sent again: nobody is to get two.
    """

    sent: int = 0
    refused: int = 0
    uncertain: int = 0


@dataclass(frozen=True, slots=True)
class Words:
    """What all mails of a project share, by language: deadline and contacts in words."""

    address: str
    deadline: Mapping[str, str]
    contact: Mapping[str, str]


class Tell(Protocol):
    """Takes note of how far the work is; may raise to stop it."""

    def __call__(self, step: str, done: int = 0, total: int = 0) -> None:
        """Take note of the step, and of how much of it is done."""


def send_invitations(
    keys: KeyStore, server: MailServer, batch_id: UUID, words: Words, tell: Tell
) -> Sent:
    """Mail everybody of a batch who has an address and was not mailed yet.

    Safe to call again after any interruption, and from two places at once: nobody gets two.

    Raises:
        MailRefused: when the wave is not open, or the server cannot be reached or spoken to.
        MailInterrupted: when the connection is lost on the way.
    """
    batch, messages = _find_open_batch(batch_id)
    waiting = [
        person for person in load_invited(keys, batch)
        if person.contact.email and not person.is_mailed
    ]  # fmt: skip
    done = Sent()
    if not waiting:
        return done
    with _Connection(server) as connection:
        for number, person in enumerate(waiting):
            tell("mail_invitations", number, len(waiting))
            with writing() as session:
                # Marked first: a crash right after sending must not send twice.
                is_ours = storage.claim_for_mail(session, person.invitation_id)
            if is_ours:
                message = messages[Purpose.INVITATION, person.language]
                done = _send_one(connection, server, message, person, words, done)
    tell("mail_invitations", len(waiting), len(waiting))
    return done


def send_reminders(
    keys: KeyStore,
    server: MailServer,
    batch_id: UUID,
    words: Words,
    today: date,
    tell: Tell,
    wait: Callable[[float], None] = time.sleep,
) -> None:
    """Remind those of a batch who have an address and have not answered; shows nobody who.

    The round is counted before the first mail. People come in a random order, nothing is told of
    how far it is, and the round lasts as long as if everybody got a mail: at the end it waits, for
    each who needed none, as long as one of the mails took.

    Raises:
        MailRefused: when the wave is not open, also when it closes on the way; when the rounds are
            used up, or the server cannot be reached: it is asked even where nobody needs a mail.
    """
    batch, messages = _find_open_batch(batch_id)
    people = [person for person in load_invited(keys, batch) if person.contact.email]
    random = secrets.SystemRandom()
    random.shuffle(people)
    with _Connection(server) as connection:
        count_round(batch, today)
        seconds = []
        for person in people:
            tell("mail_reminders")
            if _needs_reminder(batch, person):
                begun = time.monotonic()
                _remind_one(connection, server, messages, person, words)
                seconds.append(time.monotonic() - begun)
        usual = seconds or [connection.seconds_to_open]
        for _ in range(len(people) - len(seconds)):
            tell("mail_reminders")
            wait(random.choice(usual))


def _needs_reminder(batch: BatchRecord, person: Invited) -> bool:
    """Whether somebody has sent no answers. Raises MailRefused once the wave is closed.

    Closing takes the codes from the answers: then everybody looks as if they had sent none.
    """
    session = reading()
    session.rollback()  # each look must see what was sent meanwhile
    wave = projects.find_wave(session, batch.wave_id)
    if wave is None or wave.status != WaveStatus.OPEN:
        raise MailRefused("mail_wave_closed")
    return not storage.is_answered(session, person.code_hash)


def count_round(batch: BatchRecord, today: date) -> None:
    """Count one round of reminders of a batch. Raises MailRefused when there may be no more."""
    wave = projects.find_wave(reading(), batch.wave_id)
    if wave is None or wave.status != WaveStatus.OPEN:
        raise MailRefused("mail_wave_closed")
    limit = storage.find_reminder_limit(reading(), wave.project_id)
    with writing() as session:
        if not storage.count_reminder(session, batch.id, today, limit):
            used_up = batch.reminder_count >= limit
            raise MailRefused("reminders_used_up" if used_up else "reminded_today")


def send_test(server: MailServer, to: str, message: Message) -> None:
    """Send one filled-in message to its writer. Raises MailRefused."""
    with _Connection(server) as connection:
        try:
            connection.send(compose(server, to, message))
        except smtplib.SMTPRecipientsRefused as error:
            raise MailRefused("mail_address_refused") from error
        except (smtplib.SMTPException, OSError) as error:
            raise MailRefused("mail_not_taken") from error


def fill_in_for(person: Invited, message: Message, words: Words) -> Message:
    """Return a message as one person gets it, by e-mail or any other way."""
    values = {
        "code": person.shown_code,
        "link": person.link(words.address),
        "address": words.address,
        "deadline": words.deadline[person.language],
        "contact": words.contact[person.language],
    }
    return fill_in(message, values)


def compose(server: MailServer, to: str, message: Message) -> EmailMessage:
    """Return the mail: plain text, without pictures or anything else that tells it was read.

    Raises ValueError for a line break in any header.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = server.sender, to, message.subject
    if server.reply_to:
        mail["Reply-To"] = server.reply_to
    mail["Date"] = formatdate(localtime=True)
    mail["Message-ID"] = make_msgid(domain=server.sender.rpartition("@")[2].rstrip(">"))
    # RFC 3834: nobody's holiday notice answers this.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body, cte="quoted-printable")
    return mail


class _HandedOver(Exception):
    """The connection broke after the mail was handed over: nobody knows whether it was taken."""


class _Connection:
    """A conversation with the mail server."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._smtp: smtplib.SMTP | None = None
        self.seconds_to_open = 0.0

    def __enter__(self) -> "_Connection":
        begun = time.monotonic()
        try:
            self._smtp = _open(self._server)
        except smtplib.SMTPAuthenticationError as error:
            raise MailRefused("mail_sign_in") from error
        except (smtplib.SMTPException, OSError) as error:
            raise MailRefused("mail_unreachable") from error
        self.seconds_to_open = time.monotonic() - begun
        return self

    def __exit__(self, *_error: object) -> None:
        if self._smtp is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._smtp.quit()

    def send(self, mail: EmailMessage) -> None:
        """Hand over one mail.

        Raises SMTPException or OSError where it was not taken, _HandedOver where nobody knows.
        """
        smtp = self._announce(mail)
        try:
            code, text = smtp.data(mail.as_bytes())
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            raise _HandedOver from error
        if code != 250:
            raise smtplib.SMTPDataError(code, text)

    def _announce(self, mail: EmailMessage) -> smtplib.SMTP:
        """Tell sender and recipient; once more on a new connection where the server hung up."""
        sender, to = (mail[name].addresses[0].addr_spec for name in ("From", "To"))
        try:
            return self._address(sender, to)
        except smtplib.SMTPServerDisconnected:
            # Servers end a conversation after some number of mails.
            self._smtp = _open(self._server)
            return self._address(sender, to)

    def _address(self, sender: str, to: str) -> smtplib.SMTP:
        if self._smtp is None:
            raise smtplib.SMTPServerDisconnected
        for tell, address in ((self._smtp.mail, sender), (self._smtp.rcpt, to)):
            reply = tell(address)
            if reply[0] == 421:  # RFC 5321, 3.8: it is about to hang up
                raise smtplib.SMTPServerDisconnected
            if reply[0] not in {250, 251}:
                self._smtp.rset()
                raise smtplib.SMTPRecipientsRefused({address: reply})
        return self._smtp


def _open(server: MailServer) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.security == "tls":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=SECONDS_TO_WAIT, context=context
        )
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=SECONDS_TO_WAIT)
    try:
        if server.security == "starttls":
            smtp.starttls(context=context)
        smtp.ehlo_or_helo_if_needed()
        if server.username:
            smtp.login(server.username, server.password or "")
    except BaseException:
        smtp.close()
        raise
    return smtp


def _find_open_batch(batch_id: UUID) -> tuple[BatchRecord, Mapping[tuple[str, str], Message]]:
    batch = storage.find_batch(reading(), batch_id)
    wave = projects.find_wave(reading(), batch.wave_id) if batch is not None else None
    if batch is None or wave is None or wave.status != WaveStatus.OPEN:
        raise MailRefused("mail_wave_closed")
    return batch, find_messages(wave.project_id)


def _send_one(
    connection: _Connection,
    server: MailServer,
    message: Message,
    person: Invited,
    words: Words,
    done: Sent,
) -> Sent:
    try:
        connection.send(_mail_to(server, message, person, words))
    except _HandedOver as error:
        raise MailInterrupted(replace(done, uncertain=done.uncertain + 1)) from error
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError):
        _take_back(person)
        return replace(done, refused=done.refused + 1)
    except (smtplib.SMTPException, OSError) as error:
        _take_back(person)
        raise MailInterrupted(done) from error
    return replace(done, sent=done.sent + 1)


def _remind_one(
    connection: _Connection,
    server: MailServer,
    messages: Mapping[tuple[str, str], Message],
    person: Invited,
    words: Words,
) -> None:
    """Send one reminder; that it failed is told nobody, for it would tell of the one it was to."""
    message = messages[Purpose.REMINDER, person.language]
    with suppress(smtplib.SMTPException, OSError, _HandedOver):
        connection.send(_mail_to(server, message, person, words))


def _mail_to(server: MailServer, message: Message, person: Invited, words: Words) -> EmailMessage:
    return compose(server, person.contact.email, fill_in_for(person, message, words))


def _take_back(person: Invited) -> None:
    with writing() as session:
        storage.release_from_mail(session, person.invitation_id)
